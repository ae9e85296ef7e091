import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render, screen } from "@testing-library/svelte";
import { beforeEach, expect, test } from "vitest";
import LiveAnswer from "../src/components/LiveAnswer.svelte";
import MessageView from "../src/components/MessageView.svelte";
import { app } from "../src/lib/app.svelte";
import type { AskEvent, Basis, Message } from "../src/lib/contract";
import { advance, begin, unsaved, type Turn } from "../src/lib/turn";
import { answer, status } from "./samples";

beforeEach(() => {
  clearMocks();
  mockIPC(() => undefined);
  Object.assign(app, { turn: null, current: null, stopping: false, documents: [], toasts: [], status: status() });
});

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
  render(MessageView, { message: answer(more), question: "연가는 며칠입니까?" });
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
