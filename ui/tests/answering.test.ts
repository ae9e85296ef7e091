import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { cleanup, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test } from "vitest";
import LiveAnswer from "../src/components/LiveAnswer.svelte";
import MessageView from "../src/components/MessageView.svelte";
import { app } from "../src/lib/app.svelte";
import type { AskEvent, Basis, Message } from "../src/lib/contract";
import { language } from "../src/lib/language.svelte";
import { advance, begin, unsaved, type Turn } from "../src/lib/turn";
import { answer, figures, status } from "./samples";

beforeEach(() => {
  clearMocks();
  mockIPC(() => undefined);
  Object.assign(app, { turn: null, current: null, stopping: false, documents: [], toasts: [], status: status() });
});

afterEach(() => language.choose("ko"));

const after = (...events: AskEvent[]): Turn => events.reduce(advance, begin(7, unsaved(-1, "user", "그럼 4년이면?"), [1]));
const searching: AskEvent = { type: "searching" };
const reading = (done: number): AskEvent => ({ type: "reading", done, total: 48 });
const prefill: AskEvent = { type: "prefill", done: 320, total: 640 };

test.each<[string, AskEvent[], string, string | null]>([
  ["searching", [searching], "자료를 찾는 중입니다", null],
  ["reading everything", [searching, reading(12)], "전체를 읽는 중입니다 (12/48)", "12"],
  ["processing one of the passages of everything", [searching, reading(12), prefill], "전체를 읽는 중입니다 (12/48)", "12"],
  ["done with everything, and processing what was noted", [reading(48), prefill], "자료를 읽는 중입니다 (320/640토큰)", "320"],
  ["processing what was found", [searching, prefill], "자료를 읽는 중입니다 (320/640토큰)", "320"],
  ["thinking", [prefill, { type: "thought", text: "연가는" }], "답변을 생각하는 중입니다", null],
])("%s, it says so", (_, events, text, value) => {
  render(LiveAnswer, { turn: after(...events) });
  expect(screen.getByText(text)).toBeTruthy();
  expect(screen.getByRole("progressbar").getAttribute("value")).toBe(value);
});

test.each([
  ["4년 재직한 사람의 연가 일수", "‘4년 재직한 사람의 연가 일수’로 바꾸어 찾았습니다."],
  ["4년 재직한 사람의 휴가 규정", "‘4년 재직한 사람의 휴가 규정’으로 바꾸어 찾았습니다."],
])("what is looked for instead is told, and stays while the answer grows", (question, line) => {
  render(LiveAnswer, { turn: after({ type: "rewritten", question }, searching, { type: "token", text: "16일입니다." }) });
  expect(screen.getByTestId("rewritten").textContent).toBe(line);
  expect(screen.getByText("16일입니다.")).toBeTruthy();
});

test("a question that is looked for as it is has no such line", () => {
  render(LiveAnswer, { turn: after(searching) });
  expect(screen.queryByTestId("rewritten")).toBeNull();
});

const shown = (more: Partial<Message>) => {
  render(MessageView, { message: answer(more) });
  return screen.queryByTestId("basis")?.textContent!.trim() ?? null;
};

test.each<[Basis, string]>([
  [{ kind: "passages", passages: 3, tokens: 620, budget: 750 }, "관련 부분 3곳(약 620토큰, 한도 750토큰)을 읽고 답했습니다."],
  [{ kind: "passages", passages: 12, tokens: 2620, budget: 3000 }, "관련 부분 12곳(약 2,620토큰, 한도 3,000토큰)을 읽고 답했습니다."],
  [{ kind: "whole", documents: 2, tokens: 900 }, "자료 2건 전체(약 900토큰)를 읽고 답했습니다."],
  [{ kind: "all_passages", passages: 48, documents: 1 }, "자료 1건의 모든 부분 48곳을 차례로 읽고 답했습니다."],
])("an answer says what was read for it: %j", (basis, text) => expect(shown({ basis })).toBe(text));

test("what a token is can be looked up", () => {
  shown({ basis: { kind: "whole", documents: 2, tokens: 900 } });
  expect(screen.getByText("토큰").title).toBe("토큰은 모델이 글을 읽는 단위입니다.");
});

test.each<[string, Partial<Message>]>([
  ["without documents", { basis: null }],
  ["that was stopped", { basis: { kind: "all_passages", passages: 48, documents: 1 }, state: "stopped" }],
])("an answer %s claims nothing", (_, more) => expect(shown(more)).toBeNull());

test("what the model thinks is folded above the answer, and stays there while the answer grows", async () => {
  const thoughts = ["규정의 ", "제15조를 봅니다."].map((text): AskEvent => ({ type: "thought", text }));
  render(LiveAnswer, { turn: after(searching, ...thoughts, { type: "token", text: "16일입니다." }) });
  const thought = screen.getByTestId<HTMLDetailsElement>("thought");
  expect(thought.open).toBe(false);
  expect(thought.querySelector("summary")!.textContent).toBe("생각하는 과정");
  expect(thought.querySelector("p")!.textContent).toBe("규정의 제15조를 봅니다.");
  const order = thought.compareDocumentPosition(screen.getByText("16일입니다."));
  expect(order & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
});

test("an answer without a thought has no such section", () => {
  render(LiveAnswer, { turn: after(searching, { type: "token", text: "16일입니다." }) });
  expect(screen.queryByTestId("thought")).toBeNull();
});

const measured = (more: Partial<Message>) => {
  render(MessageView, { message: answer(more) });
  return screen.queryByTestId("figures")?.querySelector("summary")!.textContent ?? null;
};

test.each<[Parameters<typeof figures>[0], string]>([
  [{}, "첫 글자까지 1.2초 · 초당 29토큰 · 맥락 1,834/8,192토큰 · 재사용 1,500토큰 · CPU"],
  [{ cached_tokens: 0, device: "NVIDIA RTX A2000" }, "첫 글자까지 1.2초 · 초당 29토큰 · 맥락 1,834/8,192토큰 · NVIDIA RTX A2000"],
  [{ generated_tokens: 1, first_ms: 74_400 }, "첫 글자까지 1분 14초 · 맥락 1,701/8,192토큰 · 재사용 1,500토큰 · CPU"],
])("an answer says what it took: %j", (more, line) => expect(measured({ figures: figures(more) })).toBe(line));

test("the sentences behind the numbers say what is known", () => {
  measured({ figures: figures({ restored_tokens: 800, accepted_tokens: 30 }) });
  expect([...screen.getByTestId("figures").querySelectorAll("li")].map((item) => item.textContent)).toEqual([
    "질문과 자료 1,700토큰 가운데 200토큰을 0.9초 동안 읽었습니다. 나머지 1,500토큰은 이미 읽어 둔 것을 다시 썼습니다. 그 가운데 800토큰은 보관해 둔 것을 불러왔습니다.",
    "답변 134토큰을 4.6초 동안 썼습니다. 그 가운데 30토큰은 앞의 글에서 미리 짐작해 맞힌 것입니다.",
    "이 모델은 질문과 자료, 답변을 합하여 한 번에 8,192토큰까지 다룹니다. 토큰은 모델이 글을 읽는 단위입니다.",
  ]);
});

test("an answer from passages that were read alone says so", () => {
  const line = measured({ figures: figures({ joined_tokens: 1200 }) });
  expect(line).toBe("첫 글자까지 1.2초 · 초당 29토큰 · 맥락 1,834/8,192토큰 · 재사용 1,500토큰 · 빠른 답변 · CPU");
  expect(screen.getByTestId("figures").textContent).toContain("1,200토큰은 자료별로 따로 읽은 것을 이어 붙였습니다.");
});

test.each([
  [30, 0, " 그 가운데 30토큰은 앞의 글에서 미리 짐작해 맞힌 것입니다."],
  [30, 12, " 그 가운데 18토큰은 앞의 글에서, 12토큰은 보조 모델이 미리 짐작해 맞힌 것입니다."],
  [12, 12, " 그 가운데 12토큰은 보조 모델이 미리 짐작해 맞힌 것입니다."],
  [0, 0, ""],
])("of %i drafted tokens %i are a draft model's", (accepted_tokens, draft_model_tokens, told) => {
  measured({ figures: figures({ accepted_tokens, draft_model_tokens }) });
  const [, written] = screen.getByTestId("figures").querySelectorAll("li");
  expect(written!.textContent).toBe(`답변 134토큰을 4.6초 동안 썼습니다.${told}`);
});

test.each<[string, Partial<Message>]>([
  ["that nothing was measured of", { figures: null }],
  ["that failed", { figures: figures(), state: "failed" }],
])("an answer %s has no figures", (_, more) => expect(measured(more)).toBeNull());

test("in English, sentences have their own order and plurals", () => {
  language.choose("en");
  expect(shown({ basis: { kind: "passages", passages: 1, tokens: 620, budget: 750 } })).toBe(
    "Answered from 1 relevant passage (about 620 tokens, limit 750).",
  );
  cleanup();
  expect(shown({ basis: { kind: "all_passages", passages: 48, documents: 1 } })).toBe("Answered by reading 1 document part by part, 48 passages in all.");
  cleanup();
  expect(measured({ figures: figures({ accepted_tokens: 30, draft_model_tokens: 12 }) })).toBe(
    "First character after 1.2 seconds · 29 tokens/s · Context 1,834 of 8,192 tokens · 1,500 tokens reused · CPU",
  );
  const [read, written] = screen.getByTestId("figures").querySelectorAll("li");
  expect(read!.textContent).toBe("Of the 1,700 tokens of question and documents, 200 were read in 0.9 seconds. The other 1,500 had been read before and were reused.");
  expect(written!.textContent).toBe(
    "The answer of 134 tokens was written in 4.6 seconds. Of these, correctly guessed in advance: 18 from the text before, 12 by the draft model.",
  );
});

test("what is shown follows a change of language, marks and failures too", async () => {
  const failure = { code: "model_missing", message: "모델 파일을 열 수 없습니다.", detail: "" };
  render(MessageView, { message: answer({ text: "21일 [?]", state: "failed", failure }) });
  expect(screen.getByTestId("doubt").textContent).toBe("근거 확인 필요");
  expect(screen.getByText(failure.message)).toBeTruthy();
  language.choose("en");
  await tick();
  expect(screen.getByTestId("doubt").textContent).toBe("Check the source");
  expect(screen.queryByText(failure.message)).toBeNull();
  expect(screen.getByText(/^The model file cannot be opened/)).toBeTruthy();
});
