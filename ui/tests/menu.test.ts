import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import ConversationItem from "../src/components/ConversationItem.svelte";
import DocumentList from "../src/components/DocumentList.svelte";
import Menu, { type Choice } from "../src/components/Menu.svelte";
import Sidebar from "../src/components/Sidebar.svelte";
import { app } from "../src/lib/app.svelte";
import { everything } from "../src/lib/listing";
import { begin, unsaved } from "../src/lib/turn";
import { answer, citation, conversation, document, ingest, status } from "./samples";

let calls: [string, unknown][];
let refusal: Record<string, unknown>;

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  calls = [];
  refusal = {};
  mockIPC((command, args) => {
    calls.push([command, args]);
    if (refusal[command]) throw refusal[command];
    if (command === "conversations") return app.conversations;
    if (command === "conversation") return { ...conversation(), messages: [answer()] };
    if (command === "documents") return [document(), document({ id: 2, name: "지침.pdf" })];
  });
  app.drafts.clear();
  Object.assign(app, { turn: null, current: null, documents: [], conversations: [], folders: [], toasts: [], source: null });
  Object.assign(app, { filter: everything, ingest: ingest({ state: "idle" }), watched: [], status: status() });
});

const focus = () => window.document.activeElement as HTMLElement;
const commands = () => calls.map(([command]) => command);
const menu = () => screen.queryByRole("menu");

// The menu by itself

const picked = vi.fn();
const choices: Choice[] = ["하나", "둘", "셋"].map((text, index) => ({ testid: `choice-${index}`, icon: "file", text, pick: () => picked(text) }));
const button = () => screen.getByTestId("more");

function alone(more: Partial<Choice> = {}) {
  picked.mockClear();
  render(Menu, { label: "자료 메뉴", choices: [choices[0]!, { ...choices[1]!, ...more }, choices[2]!] });
}

test("the button tells that it has a menu, and whether that is open", async () => {
  alone();
  expect(button().getAttribute("aria-haspopup")).toBe("menu");
  expect(button().getAttribute("aria-expanded")).toBe("false");
  expect(menu()).toBeNull();
  await userEvent.click(button());
  expect(button().getAttribute("aria-expanded")).toBe("true");
  expect(button().getAttribute("aria-controls")).toBe(menu()!.id);
  expect(screen.getAllByRole("menuitem").map((item) => item.textContent!.trim())).toEqual(["하나", "둘", "셋"]);
  await userEvent.click(button());
  expect(menu()).toBeNull();
});

test.each([
  ["{Enter}", "하나"],
  [" ", "하나"],
  ["{ArrowDown}", "하나"],
  ["{ArrowUp}", "셋"],
])("the key “%s” opens it at %s", async (key, text) => {
  alone();
  button().focus();
  await userEvent.keyboard(key);
  expect(focus().textContent!.trim()).toBe(text);
});

test.each([
  ["{ArrowDown}", "둘"],
  ["{ArrowDown}{ArrowDown}{ArrowDown}", "하나"],
  ["{ArrowUp}", "셋"],
  ["{End}", "셋"],
  ["{End}{Home}", "하나"],
])("inside, %s goes to %s", async (keys, text) => {
  alone();
  await userEvent.click(button());
  await userEvent.keyboard(keys);
  expect(focus().textContent!.trim()).toBe(text);
});

test("Enter picks, closes and gives the focus back", async () => {
  alone();
  await userEvent.click(button());
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(picked.mock.calls).toEqual([["둘"]]);
  expect(menu()).toBeNull();
  expect(focus()).toBe(button());
});

test("Escape closes it and nothing else", async () => {
  alone();
  const outer = vi.fn();
  window.addEventListener("keydown", outer);
  await userEvent.click(button());
  await userEvent.keyboard("{Escape}");
  window.removeEventListener("keydown", outer);
  expect(menu()).toBeNull();
  expect(focus()).toBe(button());
  expect(outer).not.toHaveBeenCalled();
});

test("a click outside, Tab and a scrolled list close it", async () => {
  alone();
  await userEvent.click(button());
  await userEvent.click(window.document.body);
  expect(menu()).toBeNull();
  await userEvent.click(button());
  await userEvent.tab();
  expect(menu()).toBeNull();
  await userEvent.click(button());
  await fireEvent.scroll(window.document.body);
  expect(menu()).toBeNull();
});

test("what scrolls elsewhere, as a growing answer does, leaves it open", async () => {
  alone();
  const elsewhere = window.document.body.appendChild(window.document.createElement("div"));
  await userEvent.click(button());
  await fireEvent.scroll(elsewhere);
  elsewhere.remove();
  expect(menu()).toBeTruthy();
});

test("what cannot be chosen now says why and does nothing", async () => {
  alone({ obstacle: "답변을 작성하고 있습니다." });
  await userEvent.click(button());
  const item = screen.getByTestId("choice-1");
  expect(item.getAttribute("aria-disabled")).toBe("true");
  expect(item.title).toBe("답변을 작성하고 있습니다.");
  await userEvent.click(item);
  expect(picked).not.toHaveBeenCalled();
});

// A conversation's

async function pick(testid: string, row = 0) {
  await userEvent.click(screen.getAllByTestId("more")[row]!);
  await userEvent.click(screen.getByTestId(testid));
}
const rows = () => screen.queryAllByTestId("conversation-row").map(({ dataset }) => Number(dataset.id));

function conversations() {
  app.conversations = [conversation(), conversation({ id: 8, title: "병가" })];
  render(Sidebar);
}

test("a conversation is renamed from its menu", async () => {
  render(ConversationItem, { row: conversation() });
  await pick("rename-conversation");
  expect(focus()).toBe(screen.getByLabelText("대화 이름"));
});

test("a conversation is taken off the list, which can be undone", async () => {
  conversations();
  await pick("remove-conversation");
  expect(rows()).toEqual([8]);
  expect(focus().closest("[data-testid=conversation-row]")).toBe(screen.getByTestId("conversation-row"));
  app.conversations = [conversation(), ...app.conversations];
  app.toasts[0]!.action!.run();
  await vi.waitFor(() => expect(commands()).toContain("restore_conversation"));
  expect(rows()).toEqual([7, 8]);
});

test("Delete takes the conversation that has the focus off the list, but nothing from inside its menu", async () => {
  conversations();
  await userEvent.click(screen.getAllByTestId("more")[0]!);
  await userEvent.keyboard("{Delete}");
  expect(rows()).toEqual([7, 8]);
  await userEvent.keyboard("{Escape}");
  screen.getByText("연가").closest("button")!.focus();
  await userEvent.keyboard("{Delete}");
  await vi.waitFor(() => expect(rows()).toEqual([8]));
});

test("a conversation is deleted for good only after a yes", async () => {
  conversations();
  await app.openConversation(7);
  await pick("forget-conversation");
  expect(screen.getByTestId("confirm").textContent).toContain("되돌릴 수 없습니다.");
  expect(focus()).toBe(screen.getByTestId("confirm-cancel"));
  await userEvent.click(screen.getByTestId("confirm-cancel"));
  expect(screen.queryByTestId("confirm")).toBeNull();
  expect(commands()).not.toContain("forget_conversation");
  expect(rows()).toEqual([7, 8]);

  app.drafts.keep(7, "아직 보내지 않은 글");
  await pick("forget-conversation");
  await userEvent.click(screen.getByTestId("confirm-ok"));
  await vi.waitFor(() => expect(rows()).toEqual([8]));
  expect(calls).toContainEqual(["forget_conversation", { id: 7 }]);
  expect(app.current).toBeNull();
  expect(app.messages).toEqual([]);
  expect(app.drafts.of(7)).toBe("");
  expect(app.toasts.map(({ text, action }) => [text, action])).toEqual([["대화를 완전히 삭제했습니다.", null]]);
});

test("another conversation that is open stays open", async () => {
  conversations();
  await app.openConversation(8);
  await app.forgetConversation(7);
  expect(app.current).toBe(8);
});

test("what cannot be deleted stays, and it is said why", async () => {
  refusal["forget_conversation"] = { code: "vault_busy", message: "잠시 후 다시 시도해 주십시오.", detail: "" };
  conversations();
  await app.forgetConversation(7);
  expect(rows()).toEqual([7, 8]);
  expect(app.toasts[0]!.failure!.code).toBe("vault_busy");
});

test("a conversation that is being answered cannot be deleted for good yet", async () => {
  app.turn = begin(7, unsaved(-1, "user", "연가"), []);
  conversations();
  await pick("forget-conversation");
  expect(screen.queryByTestId("confirm")).toBeNull();
});

// A document's

const names = () => screen.queryAllByTestId("document-row").map(({ dataset }) => dataset.name);

function documents() {
  app.documents = [document(), document({ id: 2, name: "지침.pdf" })];
  render(DocumentList);
}

test("a document is taken off the list, which can be undone", async () => {
  documents();
  await pick("remove-document");
  await vi.waitFor(() => expect(names()).toEqual(["지침.pdf"]));
  expect(focus().closest<HTMLElement>("[data-testid=document-row]")!.dataset.name).toBe("지침.pdf");
  app.toasts[0]!.action!.run();
  await vi.waitFor(() => expect(names()).toEqual(["복무규정.hwpx", "지침.pdf"]));
});

test("a document is deleted for good only after a yes, and its source is closed", async () => {
  documents();
  await pick("forget-document");
  expect(screen.getByTestId("confirm").textContent).toContain("되돌릴 수 없습니다. 본문, 색인, 인용까지 이 PC에서 지웁니다.");
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByTestId("confirm")).toBeNull();
  expect(focus()).toBe(screen.getAllByTestId("more")[0]);
  expect(calls).toEqual([]);

  app.source = { citation: citation(), source: null, opener: null };
  await pick("forget-document");
  await userEvent.click(screen.getByTestId("confirm-ok"));
  await vi.waitFor(() => expect(names()).toEqual(["지침.pdf"]));
  expect(calls).toContainEqual(["forget_document", { id: 1 }]);
  expect(app.source).toBeNull();
  await vi.waitFor(() => expect(app.toasts.map(({ text }) => text)).toEqual(["‘복무규정.hwpx’ 자료를 완전히 삭제했습니다."]));
});

test("an open conversation is asked for again when a document is deleted for good, since its quotes are gone", async () => {
  documents();
  await app.openConversation(7);
  calls = [];
  await app.forgetDocument(document());
  expect(commands()).toEqual(expect.arrayContaining(["forget_document", "conversation", "conversations"]));
});

test("the arrow keys of a menu do not move through the list that it is in", async () => {
  documents();
  await userEvent.click(screen.getAllByTestId("more")[0]!);
  await userEvent.keyboard("{ArrowDown}");
  await tick();
  expect(focus()).toBe(screen.getByTestId("collect-document"));
});

test("only the row that Tab reaches has a menu that Tab reaches", () => {
  documents();
  expect(screen.getAllByTestId("more").map((each) => each.getAttribute("tabindex"))).toEqual(["0", "-1"]);
});
