import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Chat from "../src/components/Chat.svelte";
import ConversationItem from "../src/components/ConversationItem.svelte";
import SourcePane from "../src/components/SourcePane.svelte";
import { app } from "../src/lib/app.svelte";
import type { ConversationRow, Grade, PolicyStatus } from "../src/lib/contract";
import { exportName } from "../src/lib/dialogs";
import { advance, begin, unsaved } from "../src/lib/turn";
import { answer, block, citation, conversation, document, status } from "./samples";

let calls: [string, Record<string, unknown>][];
let saveTo: string | null;
let refusal: unknown;

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  calls = [];
  saveTo = "/문서/연가.md";
  refusal = null;
  mockIPC((command, args) => {
    calls.push([command, args as Record<string, unknown>]);
    if (command === "plugin:dialog|save") return saveTo;
    if (command === "export_conversation" && refusal) throw refusal;
    if (command === "conversation") return { ...conversation(), messages: [unsaved(1, "user", "연가는 며칠입니까?"), answer()] };
    if (command === "conversations") return app.conversations;
  });
  Object.assign(app, { turn: null, current: null, documents: [], conversations: [], toasts: [], source: null, status: status() });
});

const asked = (command: string) => calls.filter(([called]) => called === command).map(([, args]) => args);
const told = () => app.toasts.map(({ text }) => text);

// The file's name

test.each<[string, Grade | null, string]>([
  ["연가 일수", "S", "연가 일수 (S 민감).md"],
  ["연가 일수", null, "연가 일수.md"],
  ['가/나\\다:라*마?바"사<아>자|차', "O", "가 나 다 라 마 바 사 아 자 차 (O 공개).md"],
  ["../../etc/passwd", null, "etc passwd.md"],
  ["  줄\n바꿈\t있음 ", null, "줄 바꿈 있음.md"],
  ["숨은\u202e글\u0000자", null, "숨은 글 자.md"],
  ["...", "C", "대화 (C 기밀).md"],
  ["", null, "대화.md"],
  ["CON", null, "CON_.md"],
  ["가".repeat(100), null, `${"가".repeat(60)}.md`],
  ["😀".repeat(61), null, `${"😀".repeat(60)}.md`],
])("“%s” of grade %s is exported as %s", (title, grade, name) => expect(exportName(title, grade)).toBe(name));

// Export

async function exporting(row: Partial<ConversationRow> = {}, policy: Partial<PolicyStatus> = {}) {
  app.status = status("ready", policy);
  render(ConversationItem, { row: conversation(row) });
  await userEvent.click(screen.getByTestId("more"));
  await userEvent.click(screen.getByTestId("export-conversation"));
}
const save = () => userEvent.click(screen.getByTestId("export-save"));

test("by a policy that lets the person choose, it is masked unless they choose otherwise", async () => {
  await exporting({ grade: "S" });
  expect(screen.getByTestId<HTMLInputElement>("export-masked").checked).toBe(true);
  await save();
  expect(asked("plugin:dialog|save")[0]).toMatchObject({
    options: { defaultPath: "연가 (S 민감).md", filters: [{ extensions: ["md"] }, { extensions: ["txt"] }] },
  });
  expect(asked("export_conversation")).toEqual([{ id: 7, path: "/문서/연가.md", masked: true }]);
  await vi.waitFor(() => expect(screen.queryByTestId("export-dialog")).toBeNull());
  expect(told()).toEqual(["내보냈습니다."]);
  expect(window.document.activeElement).toBe(screen.getByTestId("more"));
});

test("the person may choose to leave it as it is", async () => {
  await exporting();
  await userEvent.click(screen.getByTestId("export-plain"));
  await save();
  expect(asked("export_conversation")).toEqual([{ id: 7, path: "/문서/연가.md", masked: false }]);
});

test.each<["masked" | "plain", boolean, RegExp]>([
  ["masked", true, /가리고 내보냅니다/],
  ["plain", false, /가리지 않고/],
])("by the policy “%s” there is no choice, and it is said", async (export_masking, masked, text) => {
  await exporting({}, { export_masking });
  expect(screen.queryByRole("radio")).toBeNull();
  expect(screen.getByTestId("export-masking").textContent).toMatch(text);
  await save();
  expect(asked("export_conversation")).toEqual([{ id: 7, path: "/문서/연가.md", masked }]);
});

test.each<[Grade | null, Grade, boolean]>([
  ["C", "S", false],
  ["S", "O", false],
  ["S", "S", true],
  ["O", "O", true],
  [null, "O", true],
])("a conversation of grade %s leaves where the policy lets out up to %s: %s", async (grade, export_up_to, leaves) => {
  await exporting({ grade }, { export_up_to });
  expect(screen.queryByTestId("export-save") !== null).toBe(leaves);
  expect(screen.queryByTestId("export-refusal") === null).toBe(leaves);
  if (!leaves) expect(screen.getByTestId("export-refusal").textContent).toContain("내보낼 수 없습니다");
});

test("who thinks better of where to save is back in the dialog", async () => {
  saveTo = null;
  await exporting();
  await save();
  expect(asked("export_conversation")).toEqual([]);
  expect(screen.getByTestId("export-dialog")).toBeTruthy();
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByTestId("export-dialog")).toBeNull();
});

test("a file that cannot be written is told in the dialog", async () => {
  refusal = { code: "export_failed", message: "파일을 쓰지 못했습니다. 다른 곳을 골라 주십시오.", detail: "" };
  await exporting();
  await save();
  expect((await screen.findByRole("alert")).textContent).toContain("export_failed");
  expect(told()).toEqual([]);
});

// Copying

async function reading(grade: Grade | null, copy_up_to: Grade) {
  app.status = status("ready", { copy_up_to });
  app.conversations = [conversation({ grade })];
  await app.openConversation(7);
  render(Chat);
}
const copyButton = () => screen.getByTestId<HTMLButtonElement>("copy-answer");
const message = () => screen.getAllByTestId("message").at(-1)!;
/** Whether it is let go. */
const tried = (way: "copy" | "cut" | "dragStart", on: Element) => fireEvent[way](on);

test("what the policy lets out is copied, by the button and by the keys", async () => {
  const user = userEvent.setup();
  await reading("S", "S");
  await user.click(copyButton());
  expect(await navigator.clipboard.readText()).toContain("연가는 15일입니다. [1]");
  expect(await tried("copy", message())).toBe(true);
  expect(screen.queryByTestId("copy-refusal")).toBeNull();
});

test("above it the button is off and says why", async () => {
  await reading("C", "S");
  expect(copyButton().disabled).toBe(true);
  const why = window.document.getElementById(copyButton().getAttribute("aria-describedby")!)!;
  expect(why.textContent).toBe("C 기밀 등급이므로 복사할 수 없습니다. 기관 정책에서 S 민감 등급까지만 복사를 허용합니다.");
});

test.each(["copy", "cut", "dragStart"] as const)("above it “%s” takes nothing and says why", async (way) => {
  await reading("C", "S");
  expect(await tried(way, message())).toBe(false);
  expect(told()).toEqual([app.copyRefusal]);
});

test("a selection that begins outside takes nothing either", async () => {
  await reading("C", "S");
  window.document.getSelection()!.selectAllChildren(window.document.body);
  expect(await tried("copy", window.document.body)).toBe(false);
  window.document.getSelection()!.removeAllRanges();
  expect(await tried("copy", window.document.body)).toBe(true);
});

test("one's own words are copied from their field", async () => {
  await reading("C", "S");
  window.document.getSelection()!.selectAllChildren(message());
  expect(await tried("copy", screen.getByTestId("question"))).toBe(true);
});

test("nothing is copied before the policy is known", async () => {
  await reading("S", "C");
  app.status = null;
  await tick();
  expect(copyButton().disabled).toBe(true);
  expect(await tried("copy", message())).toBe(false);
});

test("an answer that grows is held to the documents that it is asked of", async () => {
  await reading(null, "S");
  app.documents = [document({ id: 3, grade: "C" }), document({ id: 4, grade: "O" })];
  const growing = (asked: number[]) => advance(begin(7, unsaved(-1, "user", "연가"), asked), { type: "token", text: "연가는 " });
  app.turn = growing([3, 4]);
  await tick();
  expect(await tried("copy", message())).toBe(false);
  // What is chosen for the next question changes nothing about this one.
  app.choose({ kind: "none" });
  expect(await tried("copy", message())).toBe(false);
  app.turn = growing([4]);
  await tick();
  expect(await tried("copy", message())).toBe(true);
});

test.each<[Grade, boolean]>([
  ["C", false],
  ["S", true],
])("a source of grade %s is copied: %s", async (grade, copied) => {
  app.status = status("ready", { copy_up_to: "S" });
  app.documents = [document({ grade })];
  const blocks = [block({ text: "연가는 15일로 한다.", cited: true })];
  render(SourcePane, { open: { citation: citation(), opener: null, source: { document: document(), heading_path: [], page: 1, section: 1, blocks } } });
  expect(await tried("copy", screen.getByText("연가는 15일로 한다."))).toBe(copied);
  expect(told().length).toBe(copied ? 0 : 1);
});
