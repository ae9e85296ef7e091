import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Chat from "../src/components/Chat.svelte";
import Sidebar from "../src/components/Sidebar.svelte";
import { App, app } from "../src/lib/app.svelte";
import type { ConversationRow, Folder } from "../src/lib/contract";
import { drag } from "../src/lib/dropping";
import { language } from "../src/lib/language.svelte";
import { LOCAL } from "../src/lib/shortcuts.svelte";
import { shelve } from "../src/lib/shelf";
import { conversation, ingest, status } from "./samples";

/** The vault: rows in its order, as the shell gives them. */
let rows: ConversationRow[];
let folders: Folder[];
let calls: [string, Record<string, unknown>][];
let refusal: Record<string, unknown>;
let named: ConversationRow | null;

const WORK: Folder = { id: 1, name: "복무" };
const MONEY: Folder = { id: 2, name: "예산" };

const change = (id: number, more: Partial<ConversationRow>) => (rows = rows.map((row) => (row.id === id ? { ...row, ...more } : row)));

type Args = { id: number; title: string; name: string; pinned: boolean; archived: boolean; folder: number | null; place: number };
const vault: Record<string, (args: Args) => unknown> = {
  conversations: () => [...rows].sort((a, b) => Number(a.pinned_at === null) - Number(b.pinned_at === null)),
  folders: () => folders,
  conversation: ({ id }) => ({ ...rows.find((row) => row.id === id), messages: [] }),
  rename_conversation: ({ id, title }) => change(id, { title }),
  pin_conversation: ({ id, pinned }) => change(id, { pinned_at: pinned ? 1 : null }),
  archive_conversation: ({ id, archived }) => change(id, { archived_at: archived ? 1 : null }),
  move_conversation: ({ id, folder }) => change(id, { folder }),
  create_folder: ({ name }) => {
    const folder = { id: 10 + folders.length, name: name.trim() };
    folders = [...folders, folder];
    return folder;
  },
  rename_folder: ({ id, name }) => (folders = folders.map((each) => (each.id === id ? { id, name } : each))),
  move_folder: ({ id, place }) => {
    const moved = folders.find((each) => each.id === id)!;
    folders = folders.filter((each) => each !== moved);
    folders.splice(place, 0, moved);
  },
  remove_folder: ({ id }) => {
    folders = folders.filter((each) => each.id !== id);
    rows = rows.map((row) => (row.folder === id ? { ...row, folder: null } : row));
  },
  propose_title: () => named,
};

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  calls = [];
  refusal = {};
  named = null;
  folders = [WORK, MONEY];
  rows = [
    conversation({ id: 1, title: "연가" }),
    conversation({ id: 2, title: "출장비", folder: 1 }),
    conversation({ id: 3, title: "결산", folder: 2 }),
    conversation({ id: 4, title: "병가" }),
    conversation({ id: 5, title: "옛일", archived_at: 1 }),
  ];
  mockIPC((command, args) => {
    calls.push([command, args as Record<string, unknown>]);
    if (refusal[command]) throw refusal[command];
    return vault[command]?.(args as Args);
  });
  app.drafts.clear();
  Object.assign(app, { turn: null, editing: null, current: null, documents: [], toasts: [], source: null, closed: new Set(), folders, conversations: rows });
  Object.assign(app, { ingest: ingest({ state: "idle" }), watched: [], status: status() });
});

afterEach(() => language.choose("ko"));

const focus = () => window.document.activeElement as HTMLElement;
const did = () => calls.filter(([command]) => !["conversations", "folders", "conversation"].includes(command));
const told = () => app.toasts.map(({ text }) => text);
const undo = () => app.toasts.at(-1)!.action!.run();
const titles = (inside: HTMLElement) => within(inside).queryAllByTestId("conversation-row").map((row) => row.querySelector(".title")!.textContent);
const folder = (name: string) => screen.getAllByTestId("conversation-folder").find((each) => each.dataset.name === name)!;
const fold = (inside: HTMLElement) => inside.querySelector<HTMLElement>("button[aria-expanded]")!;
const archive = () => screen.getByTestId("conversation-archive");
const row = (title: string) => screen.getAllByTestId("conversation-row").find((each) => each.querySelector(".title")?.textContent === title)!;
const openOf = (title: string) => row(title).querySelector<HTMLElement>(".open")!;

/** What the list shows, from above. */
function list() {
  const pinned = screen.queryByTestId("pinned-conversations");
  return {
    ...(pinned ? { pinned: titles(pinned) } : {}),
    ...Object.fromEntries(screen.queryAllByTestId("conversation-folder").map((each) => [each.dataset.name!, titles(each)])),
    loose: titles(screen.getByTestId("loose-conversations")),
  };
}

/** By the keyboard only. */
async function pick(inside: HTMLElement, testid: string) {
  inside.querySelector<HTMLElement>("[aria-haspopup=menu]")!.focus();
  await userEvent.keyboard("{Enter}");
  within(inside).getByTestId(testid).focus();
  await userEvent.keyboard("{Enter}");
  await tick();
}

// Where each stands

const at = (id: number, more: Partial<ConversationRow> = {}) => conversation({ id, ...more });
const ids = (of: readonly ConversationRow[]) => of.map(({ id }) => id);

test.each<[string, Partial<ConversationRow>, "pinned" | "loose" | "archived" | "folder"]>([
  ["in no folder", {}, "loose"],
  ["in a folder", { folder: 1 }, "folder"],
  ["in a folder that is gone", { folder: 9 }, "loose"],
  ["pinned", { pinned_at: 1 }, "pinned"],
  ["pinned and in a folder", { pinned_at: 1, folder: 1 }, "pinned"],
  ["in the archive", { archived_at: 1 }, "archived"],
  ["in the archive, whatever else", { archived_at: 1, pinned_at: 1, folder: 1 }, "archived"],
])("a conversation %s stands in one place", (_, more, place) => {
  const { pinned, loose, archived, folders } = shelve([at(1, more)], [WORK]);
  const held = { pinned, loose, archived, folder: folders[0]!.rows };
  expect(Object.entries(held).filter(([, inside]) => inside.length > 0).map(([name]) => name)).toEqual([place]);
});

test("the vault's order stays, and an empty folder is one", () => {
  const { loose, folders } = shelve([at(3), at(1), at(2, { folder: 1 }), at(4)], [MONEY, WORK]);
  expect(ids(loose)).toEqual([3, 1, 4]);
  expect(folders.map((each) => [each.folder.name, ids(each.rows)])).toEqual([["예산", []], ["복무", [2]]]);
});

test("the list has folders, what is in none, and the archive folded", () => {
  render(Sidebar);
  expect(list()).toEqual({ 복무: ["출장비"], 예산: ["결산"], loose: ["연가", "병가"] });
  expect(fold(archive()).getAttribute("aria-expanded")).toBe("false");
  expect(screen.getByRole("button", { name: "보관함 대화 1개" })).toBe(fold(archive()));
  expect(screen.queryByText("옛일")).toBeNull();
});

test("an open archived conversation is called by its name", async () => {
  await app.openConversation(5);
  render(Chat);
  expect(screen.getByRole("heading", { level: 2, name: "옛일" })).toBeTruthy();
});

test("all rows and the folders are asked for when the library opens", async () => {
  const desk = new App();
  mockIPC((command, args) => {
    calls.push([command, args as Record<string, unknown>]);
    return command === "status" ? status() : command === "drafts" || command === "documents" || command === "watched_folders" ? [] : vault[command]?.(args as Args);
  }, { shouldMockEvents: true });
  const stop = desk.start();
  await vi.waitFor(() => expect(desk.conversations.length).toBe(5));
  expect(calls).toContainEqual(["conversations", { filter: { archived: null, pinned: null, folders: [] } }]);
  expect(desk.folders).toEqual([WORK, MONEY]);
  stop();
});

// Empty

test.each<[string, () => void, string[]]>([
  ["nothing at all", () => Object.assign(app, { conversations: [], folders: [] }), ["지난 대화가 없습니다."]],
  ["folders only", () => Object.assign(app, { conversations: [], folders: [WORK] }), ["비어 있습니다.", "폴더 밖에 있는 대화가 없습니다."]],
  ["archived ones only", () => Object.assign(app, { conversations: [at(5, { archived_at: 1 })], folders: [] }), ["지난 대화가 없습니다."]],
  ["pinned ones only", () => Object.assign(app, { conversations: [at(1, { pinned_at: 1 })], folders: [] }), []],
])("of %s it is said", (_, have, lines) => {
  have();
  render(Sidebar);
  const said = [...screen.getByTestId("conversations").querySelectorAll(".none")].map(({ textContent }) => textContent!);
  expect(said.length).toBe(lines.length);
  said.forEach((line, index) => expect(line).toContain(lines[index]!));
});

test("an empty archive says how it is filled", async () => {
  app.conversations = [at(1)];
  render(Sidebar);
  await userEvent.click(fold(archive()));
  expect(archive().textContent).toContain("보관한 대화가 없습니다.");
});

// Pins

test("a pinned conversation stands at the top with the focus, and back in its folder without the pin", async () => {
  render(Sidebar);
  await pick(row("출장비"), "pin-conversation");
  await vi.waitFor(() => expect(list()).toEqual({ pinned: ["출장비"], 복무: [], 예산: ["결산"], loose: ["연가", "병가"] }));
  await vi.waitFor(() => expect(focus()).toBe(openOf("출장비")));
  expect(row("출장비").textContent).toContain("고정함");
  await pick(row("출장비"), "unpin-conversation");
  await vi.waitFor(() => expect(list()).toEqual({ 복무: ["출장비"], 예산: ["결산"], loose: ["연가", "병가"] }));
  expect(did()).toEqual([["pin_conversation", { id: 2, pinned: true }], ["pin_conversation", { id: 2, pinned: false }]]);
});

// The archive

test("a conversation is put into the archive, which can be undone, and taken out of it", async () => {
  render(Sidebar);
  await pick(row("연가"), "archive-conversation");
  await vi.waitFor(() => expect(list().loose).toEqual(["병가"]));
  await vi.waitFor(() => expect(focus()).toBe(openOf("병가")));
  expect(told()).toEqual(["대화를 보관함에 넣었습니다."]);
  undo();
  await vi.waitFor(() => expect(list().loose).toEqual(["연가", "병가"]));

  await userEvent.click(fold(archive()));
  expect(titles(archive())).toEqual(["옛일"]);
  await pick(row("옛일"), "unarchive-conversation");
  await vi.waitFor(() => expect(list().loose).toEqual(["연가", "병가", "옛일"]));
  await vi.waitFor(() => expect(focus()).toBe(openOf("옛일")));
  expect(told().at(-1)).toBe("대화를 보관함에서 꺼냈습니다.");
});

test("the conversation that is shown stays open in the archive, and nothing in it is pinned", async () => {
  await app.openConversation(1);
  await app.archive(rows[0]!, true);
  expect(app.current).toBe(1);
  render(Sidebar);
  await userEvent.click(fold(archive()));
  await userEvent.click(within(row("연가")).getByTestId("more"));
  expect(screen.queryByTestId("pin-conversation")).toBeNull();
});

test("what cannot be archived stays, and it is said why", async () => {
  refusal["archive_conversation"] = { code: "vault_busy", message: "잠시 후 다시 시도해 주십시오.", detail: "" };
  render(Sidebar);
  await app.archive(rows[0]!, true);
  expect(list().loose).toEqual(["연가", "병가"]);
  expect(app.toasts.map(({ failure }) => failure?.code)).toEqual(["vault_busy"]);
});

// Folders

test("a folder is made, and its name is refused in place", async () => {
  render(Sidebar);
  await userEvent.click(screen.getByTestId("new-folder"));
  const field = screen.getByTestId("folder-name-field");
  expect(focus()).toBe(field);
  expect(screen.getByTestId<HTMLButtonElement>("folder-name-ok").disabled).toBe(true);
  refusal["create_folder"] = { code: "folder_name_long", message: "폴더 이름은 60자까지 쓸 수 있습니다.", detail: "" };
  await userEvent.type(field, "감사{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("60자까지");
  refusal = {};
  await userEvent.type(field, "{Enter}");
  await vi.waitFor(() => expect(screen.queryByTestId("folder-name")).toBeNull());
  expect(list()).toEqual({ 복무: ["출장비"], 예산: ["결산"], 감사: [], loose: ["연가", "병가"] });
  expect(focus()).toBe(screen.getByTestId("new-folder"));
});

test.each<[string, (head: HTMLElement) => Promise<unknown>]>([
  ["from its menu", () => pick(folder("복무"), "rename-folder")],
  ["by F2, which renames no conversation then", async (head) => {
    await app.openConversation(1);
    head.focus();
    await userEvent.keyboard("{F2}");
  }],
])("a folder is renamed %s", async (_, begin) => {
  render(Sidebar);
  await begin(fold(folder("복무")));
  const field = screen.getByTestId<HTMLInputElement>("folder-name-field");
  expect(screen.queryByLabelText("대화 이름")).toBeNull();
  expect(field.value).toBe("복무");
  await userEvent.clear(field);
  await userEvent.type(field, "휴가{Enter}");
  await vi.waitFor(() => expect(Object.keys(list())).toEqual(["휴가", "예산", "loose"]));
});

test("a folder is folded, which the window remembers", async () => {
  render(Sidebar);
  fold(folder("복무")).focus();
  await userEvent.keyboard("{Enter}");
  expect(fold(folder("복무")).getAttribute("aria-expanded")).toBe("false");
  expect(list()).toMatchObject({ 복무: [], 예산: ["결산"] });
  expect([...new App().closed]).toEqual([1]);
  await userEvent.keyboard("{Enter}");
  expect(list()).toMatchObject({ 복무: ["출장비"] });
  expect([...new App().closed]).toEqual([]);
});

test("folders are put in another order, and not beyond the ends", async () => {
  render(Sidebar);
  await pick(folder("예산"), "raise-folder");
  await vi.waitFor(() => expect(Object.keys(list())).toEqual(["예산", "복무", "loose"]));
  expect(did()).toEqual([["move_folder", { id: 2, place: 0 }]]);
  await vi.waitFor(() => expect(focus()).toBe(fold(folder("예산"))));
  await pick(folder("예산"), "raise-folder");
  expect(did().length).toBe(1);
  expect(screen.getByTestId("raise-folder").title).toBe("맨 위에 있습니다.");
});

test.each<[string, () => Promise<unknown>]>([
  ["from its menu", () => pick(folder("복무"), "remove-folder")],
  ["by Delete", async () => {
    fold(folder("복무")).focus();
    await userEvent.keyboard("{Delete}");
  }],
])("a folder is deleted %s: its conversations stay, and it can be undone", async (_, remove) => {
  render(Sidebar);
  await remove();
  await vi.waitFor(() => expect(list()).toEqual({ 예산: ["결산"], loose: ["연가", "출장비", "병가"] }));
  await vi.waitFor(() => expect(focus()).toBe(fold(folder("예산"))));
  expect(told()).toEqual(["‘복무’ 폴더를 삭제했습니다. 안에 있던 대화는 그대로 있습니다."]);
  undo();
  await vi.waitFor(() => expect(list()).toEqual({ 복무: ["출장비"], 예산: ["결산"], loose: ["연가", "병가"] }));
  expect(Object.keys(list())).toEqual(["복무", "예산", "loose"]);
});

test("what was put elsewhere meanwhile is not brought back into a folder that is", async () => {
  render(Sidebar);
  await app.removeFolder(WORK);
  await app.moveConversation(rows.find(({ id }) => id === 2)!, 2);
  app.toasts[0]!.action!.run();
  await vi.waitFor(() => expect(list()).toEqual({ 복무: [], 예산: ["출장비", "결산"], loose: ["연가", "병가"] }));
});

// Moving

async function moving(title: string) {
  await pick(row(title), "move-conversation");
  return screen.findByTestId("move-dialog");
}

test("a conversation is moved by the menu, which can be undone", async () => {
  render(Sidebar);
  const dialog = await moving("연가");
  expect(within(dialog).getAllByRole("radio").map((radio) => radio.closest("label")!.textContent!.trim())).toEqual(["폴더 없음", "복무", "예산"]);
  expect(focus()).toBe(within(dialog).getByLabelText("폴더 없음"));
  await userEvent.click(within(dialog).getByLabelText("복무"));
  await userEvent.click(screen.getByTestId("move-ok"));
  await vi.waitFor(() => expect(list()).toEqual({ 복무: ["연가", "출장비"], 예산: ["결산"], loose: ["병가"] }));
  expect(screen.queryByTestId("move-dialog")).toBeNull();
  await vi.waitFor(() => expect(focus()).toBe(openOf("연가")));
  expect(told()).toEqual(["대화를 ‘복무’로 옮겼습니다."]);
  undo();
  await vi.waitFor(() => expect(list().loose).toEqual(["연가", "병가"]));
});

test("in English it is told where it went, and the folder counts one and several", async () => {
  language.choose("en");
  render(Sidebar);
  expect(fold(folder("복무")).textContent).toMatch(/1 conversation\b/);
  await moving("연가");
  await userEvent.click(screen.getByLabelText("복무"));
  await userEvent.click(screen.getByTestId("move-ok"));
  await vi.waitFor(() => expect(told()).toEqual(["Conversation moved to ‘복무’."]));
  await vi.waitFor(() => expect(fold(folder("복무")).textContent).toContain("2 conversations"));
});

test("it is moved into a folder that is made for it", async () => {
  render(Sidebar);
  await moving("병가");
  await userEvent.type(screen.getByTestId("move-new"), "감사{Enter}");
  await vi.waitFor(() => expect(list()).toEqual({ 복무: ["출장비"], 예산: ["결산"], 감사: ["병가"], loose: ["연가"] }));
});

test("a refused name is told in the dialog, and nothing is moved", async () => {
  refusal["create_folder"] = { code: "folder_name_long", message: "폴더 이름은 60자까지 쓸 수 있습니다.", detail: "" };
  render(Sidebar);
  const dialog = await moving("병가");
  await userEvent.type(screen.getByTestId("move-new"), "감사{Enter}");
  expect((await within(dialog).findByRole("alert")).textContent).toContain("60자까지");
  expect(did().map(([command]) => command)).toEqual(["create_folder"]);
});

test("moved out of the archive it is in the list again", async () => {
  render(Sidebar);
  await app.moveConversation(rows[4]!, 2);
  await vi.waitFor(() => expect(list()).toMatchObject({ 예산: ["결산", "옛일"] }));
  undo();
  await vi.waitFor(() => expect(list()).toMatchObject({ 예산: ["결산"] }));
  expect(rows[4]).toMatchObject({ archived_at: 1, folder: null });
});

// By the mouse

/** jsdom's pointer events have no place. */
const pointer = (type: string, on: Element, x: number, more: object = {}) =>
  fireEvent(on, Object.assign(new MouseEvent(type, { bubbles: true, cancelable: true, clientX: x, clientY: 0, button: 0 }), { pointerType: "mouse", ...more }));

test.each<[string, () => Element, object]>([
  ["into a folder", () => fold(folder("예산")), { 예산: ["연가", "결산"], loose: ["병가"] }],
  ["onto a conversation in a folder", () => row("출장비"), { 복무: ["연가", "출장비"], loose: ["병가"] }],
  ["into the archive", () => archive(), { loose: ["병가"] }],
  ["beside the list", () => screen.getByTestId("new-folder"), { loose: ["연가", "병가"] }],
  ["where it is", () => row("병가"), { loose: ["연가", "병가"] }],
])("a conversation is dragged %s", async (_, target, after) => {
  render(Sidebar);
  await pointer("pointerdown", openOf("연가"), 0);
  await pointer("pointermove", target(), 40);
  expect(drag.row?.title).toBe("연가");
  await pointer("pointerup", target(), 40);
  await vi.waitFor(() => expect(list()).toMatchObject(after));
  expect(drag.row).toBeNull();
});

test("out of its folder too, and the place where it would go is shown", async () => {
  render(Sidebar);
  await pointer("pointerdown", openOf("출장비"), 0);
  await pointer("pointermove", row("병가"), 40);
  expect(screen.getByTestId("loose-conversations").classList.contains("over")).toBe(true);
  await pointer("pointerup", row("병가"), 40);
  await vi.waitFor(() => expect(list()).toEqual({ 복무: [], 예산: ["결산"], loose: ["연가", "출장비", "병가"] }));
});

test("the click that comes of letting go opens nothing, a click without dragging does", async () => {
  render(Sidebar);
  await pointer("pointerdown", openOf("연가"), 0);
  await pointer("pointermove", openOf("연가"), 40);
  await pointer("pointerup", openOf("연가"), 40);
  await fireEvent.click(openOf("연가"));
  expect(app.current).toBeNull();
  await new Promise((done) => setTimeout(done, 1));
  await pointer("pointerdown", openOf("연가"), 0);
  await pointer("pointermove", openOf("연가"), 3);
  await pointer("pointerup", openOf("연가"), 3);
  await fireEvent.click(openOf("연가"));
  expect(app.current).toBe(1);
});

test("Escape lets go of it where it was, and stops no answer", async () => {
  render(Sidebar);
  const behind = vi.fn();
  window.addEventListener("keydown", behind);
  await pointer("pointerdown", openOf("연가"), 0);
  await pointer("pointermove", folder("예산"), 40);
  await fireEvent.keyDown(window.document.body, { key: "Escape" });
  await pointer("pointerup", folder("예산"), 40);
  window.removeEventListener("keydown", behind);
  expect(behind).not.toHaveBeenCalled();
  expect(did()).toEqual([]);
});

const pointerTypeOf = (more: { pointerType?: string }) => ({ pointerType: more.pointerType ?? "mouse" });

test.each<[string, { button?: number; pointerType?: string }]>([
  ["the other button", { button: 2 }],
  ["a finger, which scrolls", { pointerType: "touch" }],
])("nothing is dragged with %s", async (_, more) => {
  render(Sidebar);
  const down = new MouseEvent("pointerdown", { bubbles: true, button: 0, ...more });
  await fireEvent(openOf("연가"), Object.assign(down, pointerTypeOf(more)));
  await pointer("pointermove", folder("예산"), 40);
  expect(drag.row).toBeNull();
});

// Titles

test("the title that the model proposes is shown, and where it proposes none the list stays", async () => {
  class Named extends App {
    name = (id: number) => this.nameByModel(id);
  }
  const desk = new Named();
  desk.conversations = rows;
  await desk.name(1);
  expect(desk.conversations).toBe(rows);
  named = conversation({ id: 1, title: "연가 일수" });
  await desk.name(1);
  expect(desk.conversations.map(({ title }) => title)).toEqual(["연가 일수", "출장비", "결산", "병가", "옛일"]);
});

test("who begins to rename and leaves the name does not undo what the model proposed meanwhile", async () => {
  render(Sidebar);
  openOf("연가").focus();
  await userEvent.keyboard("{F2}");
  app.conversations = rows.map((each) => (each.id === 1 ? { ...each, title: "연가 일수" } : each));
  await tick();
  await userEvent.keyboard("{Enter}");
  expect(did()).toEqual([]);
  expect(list().loose).toEqual(["연가 일수", "병가"]);
});

test("the sheet of shortcuts tells of the list's keys", () => {
  const { shortcuts } = LOCAL.find(({ where }) => where === "conversations")!;
  expect(shortcuts.map(({ keys }) => keys)).toEqual(["F2", "Delete", "Esc"]);
});
