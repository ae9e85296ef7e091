import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Chat from "../src/components/Chat.svelte";
import { app } from "../src/lib/app.svelte";
import type { AskEvent, Failure, FoundMessage, Message } from "../src/lib/contract";
import { find } from "../src/lib/find.svelte";
import { shownWith, unsaved } from "../src/lib/turn";
import { answer, conversation, document, status } from "./samples";

const question = (id: number, text: string, more: Partial<Message> = {}): Message => ({ ...unsaved(id, "user", text), ...more });

/** Two questions; the first was answered twice. */
const FIRST = question(1, "연가는 며칠입니까?");
const ONE = answer({ id: 2, text: "15일입니다.", citations: [], parent: 1, siblings: [2, 5] });
const OTHER = answer({ id: 5, text: "16일입니다.", citations: [], parent: 1, siblings: [2, 5] });
const SECOND = question(3, "병가는 며칠입니까?", { parent: 2 });
const LAST = answer({ id: 4, text: "60일입니다.", citations: [], parent: 3, siblings: [4] });

interface Sent {
  command: string;
  args: Record<string, unknown>;
  send: (event: AskEvent) => void;
  fail: (failure: Failure) => void;
}

let calls: [string, Record<string, unknown>][];
let sent: Sent[];
/** What the vault shows of the conversation, and after a message is switched to. */
let shown: Message[];
let through: Record<number, Message[]>;

beforeEach(async () => {
  clearMocks();
  localStorage.clear();
  calls = [];
  sent = [];
  shown = [FIRST, ONE, SECOND, LAST];
  through = { 2: [FIRST, ONE, SECOND, LAST], 5: [FIRST, OTHER] };
  mockIPC((command, args) => {
    calls.push([command, args as Record<string, unknown>]);
    if (command === "conversations") return [conversation()];
    if (command === "conversation") return { ...conversation(), messages: shown };
    if (command === "switch_branch") return { ...conversation(), messages: through[(args as { messageId: number }).messageId] };
    if (["ask", "edit_and_resend", "regenerate"].includes(command)) {
      const { events, ...rest } = args as { events: { onmessage: (event: AskEvent) => void } };
      return new Promise((_, fail) => sent.push({ command, args: rest, send: (event) => events.onmessage(event), fail }));
    }
  });
  app.drafts.clear();
  Object.assign(app, { turn: null, editing: null, current: null, documents: [document()], conversations: [conversation()], toasts: [], source: null });
  Object.assign(app, { status: status() });
  await app.openConversation(7);
});

const texts = () => app.messages.map(({ text }) => text);
const of = (id: number) => screen.getAllByTestId("message").find((message) => message.dataset.id === String(id))!;
const inside = (id: number) => within(of(id));
const asked = (command: string) => calls.filter(([called]) => called === command).map(([, args]) => args);
const focus = () => window.document.activeElement as HTMLElement;
const started = (of: Message): AskEvent => ({ type: "started", conversation_id: 7, question: of });
const lost: Failure = { code: "vault_busy", message: "잠시 후 다시 시도해 주십시오.", detail: "" };

// What is shown while it is asked

test.each<[string, number | null, Message, number[]]>([
  ["the next question stands behind all", null, question(-1, "그럼"), [1, 2, 3, 4, -1]],
  ["and once, when the vault has it already", null, SECOND, [1, 2, 3]],
  ["another wording takes the place of the first with all behind it", 3, question(-1, "공가는?"), [1, 2, -1]],
  ["a question that is answered again is the last", 1, FIRST, [1]],
  ["what is not there takes no place", 99, question(-1, "그럼"), [1, 2, 3, 4, -1]],
])("%s", (_, instead, of, ids) => {
  expect(shownWith(of, instead, [FIRST, ONE, SECOND, LAST]).map(({ id }) => id)).toEqual(ids);
});

// Another answer

test("an answer is given again, of what is chosen now, beside the first", async () => {
  render(Chat);
  await userEvent.click(inside(2).getByTestId("regenerate"));
  expect(sent.map(({ command, args }) => [command, args])).toEqual([["regenerate", { messageId: 1, documentIds: [1] }]]);
  expect(texts()).toEqual([FIRST.text]);
  sent[0]!.send(started(FIRST));
  sent[0]!.send({ type: "token", text: "16일" });
  expect(app.live!.text).toBe("16일");
  sent[0]!.send({ type: "done", message: OTHER });
  await tick();
  expect(texts()).toEqual([FIRST.text, OTHER.text]);
  expect(inside(5).getByRole("group", { name: "답변 2개 가운데 2번째" })).toBeTruthy();
});

test("where another answer fails, those before are shown again and it is said why", async () => {
  void app.again(ONE);
  sent[0]!.send(started(FIRST));
  sent[0]!.fail(lost);
  await vi.waitFor(() => expect(app.turn).toBeNull());
  expect(texts()).toEqual([FIRST, ONE, SECOND, LAST].map(({ text }) => text));
  expect(app.toasts.map(({ failure }) => failure?.code)).toEqual(["vault_busy"]);
});

test.each<Message["state"]>(["failed", "stopped"])("an answer that %s is given again by the keyboard", async (state) => {
  const failure = state === "failed" ? lost : null;
  shown = [FIRST, { ...ONE, text: "", state, failure, siblings: [2] }];
  await app.openConversation(7);
  render(Chat);
  inside(2).getByTestId("regenerate").focus();
  await userEvent.keyboard("{Enter}");
  expect(sent[0]!.args).toMatchObject({ messageId: 1 });
  expect(focus()).toBe(screen.getByTestId("question"));
});

test("an answer that could not be kept is given again to its question", async () => {
  void app.ask("출장비는?");
  sent[0]!.send(started(question(6, "출장비는?", { parent: 4 })));
  sent[0]!.fail(lost);
  await vi.waitFor(() => expect(app.turn).toBeNull());
  render(Chat);
  await userEvent.click(within(screen.getAllByTestId("message").at(-1)!).getByTestId("regenerate"));
  expect(sent[1]).toMatchObject({ command: "regenerate", args: { messageId: 6 } });
});

test("nothing is answered again while nothing can be asked", async () => {
  app.status = status("loading");
  render(Chat);
  const button = inside(2).getByTestId<HTMLButtonElement>("regenerate");
  expect(button.disabled).toBe(true);
  expect(button.title).toContain("모델을 불러오는 중입니다.");
  app.status = status();
  app.choose({ kind: "files", documents: new Set() });
  await app.again(ONE);
  expect(sent).toEqual([]);
  app.choose({ kind: "all", without: new Set() });
});

// Another wording

async function edit(id: number) {
  await userEvent.click(inside(id).getByTestId("edit-question"));
  return screen.getByTestId<HTMLTextAreaElement>("edited-question");
}

test.each(["{Enter}", "{Control>}{Enter}{/Control}"])("a question is worded anew where it stands, and sent by %s", async (keys) => {
  render(Chat);
  const field = await edit(3);
  expect(field.value).toBe(SECOND.text);
  expect(focus()).toBe(field);
  await userEvent.clear(field);
  await userEvent.type(field, `공가는 며칠입니까?${keys}`);
  expect(sent.map(({ command, args }) => [command, args])).toEqual([
    ["edit_and_resend", { messageId: 3, question: "공가는 며칠입니까?", documentIds: [1] }],
  ]);
  expect(texts()).toEqual([FIRST.text, ONE.text, "공가는 며칠입니까?"]);
  expect(screen.queryByTestId("question-editor")).toBeNull();
  expect(focus()).toBe(screen.getByTestId("question"));
  sent[0]!.send(started(question(6, "공가는 며칠입니까?", { parent: 2, siblings: [3, 6] })));
  sent[0]!.send({ type: "done", message: answer({ id: 8, text: "허가한 기간입니다.", citations: [], parent: 6, siblings: [8] }) });
  await tick();
  expect(texts()).toEqual([FIRST.text, ONE.text, "공가는 며칠입니까?", "허가한 기간입니다."]);
  expect(inside(6).getByRole("group", { name: "질문 2개 가운데 2번째" })).toBeTruthy();
});

test("Escape leaves the question as it was, and stops nothing", async () => {
  render(Chat);
  const field = await edit(3);
  await userEvent.type(field, " 더");
  const left = await fireEvent.keyDown(field, { key: "Escape" });
  expect(left).toBe(false);
  await tick();
  expect(of(3).textContent).toContain(SECOND.text);
  expect(screen.queryByTestId("question-editor")).toBeNull();
  expect(focus()).toBe(inside(3).getByTestId("edit-question"));
  expect(sent).toEqual([]);
});

test("Shift+Enter breaks a line, and the Enter of an input method sends nothing", async () => {
  render(Chat);
  const field = await edit(3);
  await fireEvent.keyDown(field, { key: "Enter", shiftKey: true });
  await fireEvent.compositionStart(field);
  await fireEvent.keyDown(field, { key: "Enter", keyCode: 229, isComposing: true });
  await fireEvent.compositionEnd(field);
  expect(sent).toEqual([]);
});

test("the same words are no other wording: the question is answered again", async () => {
  render(Chat);
  await userEvent.type(await edit(3), "{Enter}");
  expect(sent.map(({ command, args }) => [command, args])).toEqual([["regenerate", { messageId: 3, documentIds: [1] }]]);
});

test("a wording that was not kept is handed back to be sent again", async () => {
  render(Chat);
  const field = await edit(3);
  await userEvent.type(field, " 공무원{Enter}");
  sent[0]!.fail(lost);
  await vi.waitFor(() => expect(screen.getByTestId<HTMLTextAreaElement>("edited-question").value).toBe(`${SECOND.text} 공무원`));
  expect(texts()).toEqual([FIRST, ONE, SECOND, LAST].map(({ text }) => text));
  expect(app.toasts.map(({ failure }) => failure?.code)).toEqual(["vault_busy"]);
});

test("what was typed so far is there again after another conversation", async () => {
  render(Chat);
  await userEvent.type(await edit(3), " 공무원");
  await app.openConversation(null);
  await tick();
  expect(screen.queryByTestId("question-editor")).toBeNull();
  await app.openConversation(7);
  await tick();
  expect(screen.getByTestId<HTMLTextAreaElement>("edited-question").value).toBe(`${SECOND.text} 공무원`);
});

test("Up in an empty field words the last question anew, and moves in one that is not", async () => {
  render(Chat);
  const field = screen.getByTestId("question");
  await userEvent.type(field, "글{ArrowUp}");
  expect(app.editing).toBeNull();
  await userEvent.clear(field);
  await userEvent.type(field, "{ArrowUp}");
  expect(focus()).toBe(screen.getByTestId("edited-question"));
  expect(app.editing!.id).toBe(3);
});

test("where the policy hides something of a question, it is said that it has to be typed again", async () => {
  const text = "900101-1****** 의 연가는?";
  shown = [question(1, text, { personal: [{ start: 0, end: 14, label: "주민등록번호" }] })];
  await app.openConversation(7);
  render(Chat);
  await edit(1);
  expect(screen.getByTestId("hidden-personal").textContent).toContain("다시 입력해 주십시오");
});

// The branches

test("only what has siblings has a switch, with a spoken name", () => {
  render(Chat);
  expect(screen.getAllByRole("group", { name: /가운데/ }).map((group) => group.getAttribute("aria-label"))).toEqual(["답변 2개 가운데 1번째"]);
  expect(inside(2).getByText("1/2")).toBeTruthy();
  const buttons = within(inside(2).getByTestId("branches")).getAllByRole("button");
  expect(buttons.map((button) => [button.getAttribute("aria-label"), button.getAttribute("aria-disabled")])).toEqual([
    ["이전 답변", "true"],
    ["다음 답변", "false"],
  ]);
});

test("the other branch is shown with the mouse, remembered by the vault, and told", async () => {
  render(Chat);
  await userEvent.click(inside(2).getByTestId("branch-next"));
  await vi.waitFor(() => expect(texts()).toEqual([FIRST.text, OTHER.text]));
  expect(asked("switch_branch")).toEqual([{ messageId: 5 }]);
  await tick();
  expect(screen.getAllByRole("status").map(({ textContent }) => textContent)).toContain("답변 2개 가운데 2번째를 보여 드립니다.");
});

test("the arrow keys go to and fro, the focus stays at the sign, and nothing happens beyond the ends", async () => {
  render(Chat);
  inside(2).getByTestId("branch-next").focus();
  await userEvent.keyboard("{ArrowLeft}");
  expect(asked("switch_branch")).toEqual([]);
  await userEvent.keyboard("{ArrowRight}");
  await vi.waitFor(() => expect(focus()).toBe(inside(5).getByTestId("branch-next")));
  await userEvent.keyboard("{ArrowRight}");
  await userEvent.keyboard("{ArrowLeft}");
  await vi.waitFor(() => expect(focus()).toBe(inside(2).getByTestId("branch-next")));
  expect(asked("switch_branch")).toEqual([{ messageId: 5 }, { messageId: 2 }]);
});

test("no branch is left while its answer is being written", async () => {
  render(Chat);
  void app.ask("그럼 출장은?");
  await tick();
  await userEvent.click(inside(2).getByTestId("branch-next"));
  expect(await app.switchBranch(5)).toBe(false);
  expect(asked("switch_branch")).toEqual([]);
});

test("the branch of a conversation that was left meanwhile is not shown in another", async () => {
  const switching = app.switchBranch(5);
  app.current = 8;
  await switching;
  expect(texts()).not.toContain(OTHER.text);
});

test("what is found on a branch that is not shown brings that branch", async () => {
  await app.openConversation(null);
  const text = (text: string) => ({ text, highlights: [], before: false, behind: false });
  const message = (id: number) => ({ message_id: id, role: "assistant" as const, ...text("답") });
  const found = { id: 7, title: text("연가"), updated_at: 0, grade: null, messages: [message(4), message(5)] };
  const open = (message: FoundMessage) => find.openTarget({ kind: "conversation", key: "", conversation: found, message });
  await open(found.messages[0]!);
  expect(asked("switch_branch")).toEqual([]);
  await open(found.messages[1]!);
  expect(asked("switch_branch")).toEqual([{ messageId: 5 }]);
  expect(texts()).toEqual([FIRST.text, OTHER.text]);
  expect(find.pointed).toBe(5);
});

// Rating

const pressed = (id: number) => ["rate-good", "rate-poor"].map((testid) => inside(id).getByTestId(testid).getAttribute("aria-pressed"));

test("an answer is rated, otherwise, and not at all again", async () => {
  render(Chat);
  expect(pressed(2)).toEqual(["false", "false"]);
  for (const [testid, rating, after] of [
    ["rate-good", 1, ["true", "false"]],
    ["rate-poor", -1, ["false", "true"]],
    ["rate-poor", 0, ["false", "false"]],
  ] as const) {
    await userEvent.click(inside(2).getByTestId(testid));
    expect(asked("rate_message").at(-1)).toEqual({ messageId: 2, rating, note: null });
    expect(pressed(2)).toEqual(after);
  }
  expect(inside(2).getByRole("group", { name: "답변 평가" })).toBeTruthy();
  expect(inside(2).getByRole("button", { name: "좋음" })).toBeTruthy();
});

test("neither a question nor an answer that failed is rated", async () => {
  shown = [FIRST, { ...ONE, state: "failed", failure: lost }];
  await app.openConversation(7);
  render(Chat);
  expect(screen.queryByTestId("rating")).toBeNull();
});

// The title

test("the model names a conversation after its first answer, and after no other", async () => {
  app.conversations = [];
  shown = [];
  await app.openConversation(null);
  void app.ask("연가는 며칠입니까?");
  sent[0]!.send(started(FIRST));
  expect(asked("propose_title")).toEqual([]);
  sent[0]!.send({ type: "done", message: ONE });
  await vi.waitFor(() => expect(asked("propose_title")).toEqual([{ id: 7 }]));
  void app.ask("병가는 며칠입니까?");
  sent[1]!.send(started(SECOND));
  sent[1]!.send({ type: "done", message: LAST });
  await tick();
  expect(asked("propose_title").length).toBe(1);
});

test.each<Message["state"]>(["failed", "stopped"])("an answer that %s gives it no title", async (state) => {
  await app.openConversation(null);
  void app.ask("연가는 며칠입니까?");
  sent[0]!.send(started(FIRST));
  sent[0]!.send({ type: "done", message: { ...ONE, state } });
  await tick();
  expect(asked("propose_title")).toEqual([]);
});
