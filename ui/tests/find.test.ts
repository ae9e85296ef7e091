import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Chat from "../src/components/Chat.svelte";
import Desk from "../src/Desk.svelte";
import FindDialog from "../src/components/FindDialog.svelte";
import { app } from "../src/lib/app.svelte";
import type { FindFilters, Found, FoundConversation, FoundDocument, Highlighted } from "../src/lib/contract";
import { anything, filtersOf, isFiltered, kindsOf, summary, targetsOf, toggled, type Choice, type Period } from "../src/lib/find";
import { find, PAGE, TYPING_MS } from "../src/lib/find.svelte";
import { language } from "../src/lib/language.svelte";
import { unsaved } from "../src/lib/turn";
import { answer, conversation, document, status } from "./samples";

const text = (text: string, ...highlights: [number, number][]): Highlighted => ({ text, highlights, before: false, behind: false });

const foundDocument = (more: Partial<FoundDocument> = {}): FoundDocument => ({
  id: 1,
  name: text("복무규정.hwpx", [0, 4]),
  format: "hwpx",
  folder: null,
  grade: "S",
  graded_by_person: true,
  added_at: 0,
  passage_id: 11,
  snippets: [
    { ...text("연가 일수는 15일로 한다.", [0, 2]), before: true, passage_id: 11, page: 3, section: 1, heading_path: [text("제15조(연가)", [5, 7])] },
    { ...text("병가는 60일로 한다."), passage_id: 12, page: null, section: 2, heading_path: [] },
  ],
  ...more,
});

const foundConversation = (more: Partial<FoundConversation> = {}): FoundConversation => ({
  id: 7,
  title: text("연가 일수", [0, 2]),
  updated_at: 0,
  grade: null,
  messages: [{ ...text("연가는 며칠입니까?", [0, 2]), message_id: 1, role: "user" }],
  ...more,
});

const results = (documents: FoundDocument[], conversations: FoundConversation[], more: Partial<Found> = {}): Found => ({
  documents,
  documents_total: documents.length,
  documents_more: false,
  conversations,
  conversations_total: conversations.length,
  conversations_more: false,
  took_ms: 3,
  ...more,
});

interface Asked {
  query: string;
  kinds: string[];
  filters: FindFilters;
  limit: number;
  offset: number;
}

let calls: [string, unknown][];
let give: (asked: Asked) => unknown;

beforeEach(() => {
  vi.useFakeTimers();
  clearMocks();
  localStorage.clear();
  calls = [];
  give = () => results([foundDocument()], [foundConversation()]);
  mockIPC((command, args) => {
    calls.push([command, args]);
    if (command === "find") return give(args as unknown as Asked);
    if (command === "source") return { document: document(), heading_path: [], page: 3, section: 1, blocks: [] };
    if (command === "conversation") return { ...conversation(), messages: [unsaved(1, "user", "연가는 며칠입니까?"), answer()] };
    if (command === "status") return status();
    if (["documents", "conversations", "folders", "drafts", "collections", "watched_folders"].includes(command)) return [];
  }, { shouldMockEvents: true });
  Object.assign(app, { turn: null, current: null, documents: [], conversations: [], toasts: [], source: null, status: status() });
  Object.assign(find, { open: true, query: "", choice: anything, found: null, failure: null, busy: false, active: 0, pointed: null });
});

afterEach(() => {
  vi.useRealTimers();
  language.choose("ko");
});

const asked = () => calls.filter(([command]) => command === "find").map(([, args]) => args as Asked);
const field = () => screen.getByTestId<HTMLInputElement>("find-query");
const options = () => screen.queryAllByTestId("find-option");
const selected = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

async function type(query: string) {
  await fireEvent.input(field(), { target: { value: query } });
  await vi.advanceTimersByTimeAsync(TYPING_MS);
  await tick();
}

// What is asked

const chosen = (more: Partial<Choice>): Choice => ({ ...anything, ...more });
const period = (name: Period["name"], from = "", to = ""): Period => ({ name, from, to });
const NOW = new Date(2026, 2, 31, 15, 30).getTime();
const day = (month: number, date: number) => new Date(2026, month - 1, date).getTime();

test.each<[Period, number | null, number | null]>([
  [period("today"), day(3, 31), null],
  [period("week"), day(3, 25), null],
  [period("month"), day(3, 2), null],
  [period("custom", "2026-03-01", "2026-03-02"), day(3, 1), day(3, 3)],
  [period("custom", "2026-03-02", "2026-03-01"), day(3, 1), day(3, 3)],
  [period("custom", "2026-03-01"), day(3, 1), null],
  [period("custom", "", "2026-03-31"), null, day(4, 1)],
  [period("custom"), null, null],
])("%o is from %s to %s", (period, from, to) => {
  expect(filtersOf(chosen({ period }), NOW)).toMatchObject({ added_from: from, added_to: to });
});

test("formats are asked for as the shell calls them", () => {
  const { formats, folders } = filtersOf(chosen({ formats: ["hangul", "excel"], folders: [null, "규정"] }), NOW);
  expect(formats).toEqual(["hwp", "hwp3", "hwpx", "hwpml", "xlsx", "xls"]);
  expect(folders).toEqual([null, "규정"]);
  expect(filtersOf(chosen({ kind: "conversations", formats: ["pdf"], folders: ["규정"] }), NOW)).toMatchObject({ formats: [], folders: [] });
});

test.each<[Partial<Choice>, string[]]>([
  [{}, ["documents", "conversations"]],
  [{ formats: ["pdf"] }, ["documents"]],
  [{ folders: [null] }, ["documents"]],
  [{ grades: ["C"], period: period("today") }, ["documents", "conversations"]],
  [{ kind: "conversations", formats: ["pdf"] }, ["conversations"]],
])("by %o it is looked for in %o", (choice, kinds) => expect(kindsOf(chosen(choice))).toEqual(kinds));

test("a choice is made and taken back, and told in few words", () => {
  expect(toggled(toggled(["a"], "b"), "a")).toEqual(["b"]);
  expect(["", "PDF", "PDF 외 2"]).toEqual([summary([]), summary(["PDF"]), summary(["PDF", "워드", "엑셀"])]);
  expect(isFiltered(chosen({ kind: "documents" }))).toBe(false);
  expect(isFiltered(chosen({ period: period("today") }))).toBe(true);
});

test("each document and conversation is followed by its places", () => {
  const targets = targetsOf(results([foundDocument(), foundDocument({ id: 2, snippets: [] })], [foundConversation()]));
  expect(targets.map(({ key }) => key)).toEqual(["d1-", "d1-11", "d1-12", "d2-", "c7-", "c7-1"]);
});

// Typing

test("it is looked for after a pause, and of answers that cross the last one counts", async () => {
  const answers: ((found: Found) => void)[] = [];
  give = () => new Promise((answer) => answers.push(answer));
  render(FindDialog);
  await fireEvent.input(field(), { target: { value: "여" } });
  await vi.advanceTimersByTimeAsync(TYPING_MS - 1);
  expect(asked()).toEqual([]);
  await type("연");
  await type("연가");
  expect(asked().map(({ query }) => query)).toEqual(["연", "연가"]);
  expect(asked()[0]).toMatchObject({ limit: PAGE, offset: 0, kinds: ["documents", "conversations"] });
  answers[1]!(results([foundDocument()], []));
  await vi.advanceTimersByTimeAsync(1);
  answers[0]!(results([], []));
  await vi.advanceTimersByTimeAsync(1);
  expect(options()).toHaveLength(3);
});

test("an emptied field shows the hint, also where an answer is on its way", async () => {
  let answer: (found: Found) => void = () => {};
  give = () => new Promise((done) => (answer = done));
  render(FindDialog);
  expect(screen.getByTestId("find-hint").textContent).toContain("초성");
  await type("연가");
  await type("");
  answer(results([foundDocument()], []));
  await vi.advanceTimersByTimeAsync(1);
  expect(options()).toHaveLength(0);
  expect(screen.getByTestId("find-hint")).toBeTruthy();
});

test("what was looked for is marked in names, headings, texts and titles", async () => {
  render(FindDialog);
  await type("연가");
  const marks = options().map((option) => [...option.querySelectorAll("mark")].map((mark) => mark.textContent));
  expect(marks).toEqual([["복무규정"], ["연가", "연가"], [], ["연가"], ["연가"]]);
  expect(options()[1]!.textContent).toContain("…연가 일수는 15일로 한다.");
  expect(options()[1]!.textContent).toMatch(/3쪽.*제15조/s);
  expect(screen.getByTestId("find-status").textContent).toBe("자료 1건, 대화 1건을 찾았습니다.");
  expect(within(options()[0]!).getByTestId("grade-chip").dataset.grade).toBe("S");
});

test("in English it counts in plurals, also where the language changes behind", async () => {
  give = () => results([foundDocument()], [foundConversation()], { conversations_total: 2, conversations_more: true });
  render(FindDialog);
  await type("연가");
  language.choose("en");
  await tick();
  expect(screen.getByTestId("find-status").textContent).toBe("Found 1 document and 2 conversations.");
  expect(screen.getByTestId("find-conversations").textContent).toContain("Conversations 2 or more");
  expect(screen.getByTestId("find-more-conversations").textContent).toContain("More conversations (1 of 2 or more)");
  expect(summary(["PDF", "Word", "Excel"])).toBe("PDF +2");
});

test("a failure is told in place", async () => {
  give = () => {
    throw { code: "library_opening", message: "자료 색인을 여는 중입니다.", detail: "" };
  };
  render(FindDialog);
  await type("연가");
  expect(screen.getByRole("alert").textContent).toBe("자료 색인을 여는 중입니다. (library_opening)");
});

// Keys

test("arrows move through the results, which the field tells", async () => {
  render(FindDialog);
  await type("연가");
  expect(window.document.activeElement).toBe(field());
  const steps: [string, number][] = [["ArrowDown", 1], ["ArrowDown", 2], ["ArrowUp", 1], ["PageDown", 4], ["ArrowDown", 4], ["PageUp", 0], ["ArrowUp", 0]];
  expect(selected()).toBe(0);
  for (const [key, at] of steps) {
    await fireEvent.keyDown(field(), { key });
    expect(selected()).toBe(at);
    expect(field().getAttribute("aria-activedescendant")).toBe(options()[at]!.id);
  }
});

test("Enter opens the source at the place that was found", async () => {
  render(FindDialog);
  await type("연가");
  await fireEvent.keyDown(field(), { key: "ArrowDown" });
  await fireEvent.keyDown(field(), { key: "Enter" });
  await vi.waitFor(() => expect(app.source?.source).toBeTruthy());
  expect(find.open).toBe(false);
  expect(calls).toContainEqual(["source", { passageId: 11 }]);
  expect(app.source!.citation).toMatchObject({ mark: 0, document_id: 1, page: 3, heading_path: ["제15조(연가)"], quote: "연가 일수는 15일로 한다." });
});

test("Enter that ends a syllable opens nothing, the next one does", async () => {
  render(FindDialog);
  await fireEvent.compositionStart(field());
  await type("연가");
  await fireEvent.keyDown(field(), { key: "ArrowDown", keyCode: 229, isComposing: true });
  await fireEvent.keyDown(field(), { key: "Enter", keyCode: 229, isComposing: true });
  await fireEvent.compositionEnd(field());
  await fireEvent.keyDown(field(), { key: "Enter", keyCode: 13 });
  await fireEvent.keyUp(field(), { key: "Enter" });
  expect([find.open, selected()]).toEqual([true, 0]);
  await fireEvent.keyDown(field(), { key: "Enter", keyCode: 13 });
  expect(find.open).toBe(false);
});

test("a conversation opens at the message, which is marked until another is opened", async () => {
  app.conversations = [conversation()];
  render(Chat);
  await find.openTarget({ key: "", kind: "conversation", conversation: foundConversation(), message: foundConversation().messages[0]! });
  await tick();
  const [question, reply] = screen.getAllByTestId("message");
  expect([question, reply].map((message) => message!.classList.contains("pointed"))).toEqual([true, false]);
  await app.openConversation(null);
  await tick();
  expect(find.pointed).toBeNull();
});

test("what was not read yet is shown in the list", async () => {
  const unread = foundDocument({ id: 2, name: text("목록.xlsx"), passage_id: null, snippets: [] });
  await find.openTarget({ key: "", kind: "document", document: unread, snippet: null });
  expect(app.source).toBeNull();
  expect(app.filter).toEqual({ name: "목록.xlsx", chip: "all" });
});

// Filters

test("filters are asked for, seen and cleared", async () => {
  app.documents = [document({ folder: "규정" }), document({ id: 2 })];
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  render(FindDialog);
  await type("연가");
  await user.click(screen.getByTestId("find-facet-format"));
  await user.click(screen.getByTestId("find-format-pdf"));
  await user.click(screen.getByTestId("find-format-word"));
  await user.click(screen.getByTestId("find-facet-folder"));
  await user.click(screen.getAllByTestId("find-folder")[0]!);
  await user.click(screen.getByTestId("find-facet-grade"));
  await user.click(screen.getByTestId("find-grade-C"));
  expect(asked().at(-1)).toMatchObject({ kinds: ["documents"], filters: { formats: ["pdf", "docx"], folders: ["규정"], grades: ["C"] } });
  expect(screen.getByTestId("find-facet-format").textContent).toContain("PDF 외 1");
  expect(screen.getByTestId("find-facet-folder").textContent).toContain("규정");
  expect(screen.getByTestId("find-grade-C").getAttribute("aria-pressed")).toBe("true");
  await user.click(screen.getByTestId("find-clear"));
  expect(asked().at(-1)).toMatchObject({ kinds: ["documents", "conversations"], filters: { formats: [], folders: [], grades: [] } });
  expect(screen.queryByTestId("find-clear")).toBeNull();
});

test("days are chosen by name or by date", async () => {
  render(FindDialog);
  await type("연가");
  await fireEvent.click(screen.getByTestId("find-facet-period"));
  await fireEvent.click(screen.getByTestId("find-period-custom"));
  await fireEvent.change(screen.getByTestId("find-from"), { target: { value: "2026-03-01" } });
  await fireEvent.change(screen.getByTestId("find-to"), { target: { value: "2026-03-02" } });
  expect(asked().at(-1)!.filters).toMatchObject({ added_from: day(3, 1), added_to: day(3, 3) });
  expect(screen.getByTestId("find-facet-period").textContent).toContain("2026-03-01~2026-03-02");
  await fireEvent.click(screen.getByTestId("find-period-custom"));
  expect(asked().at(-1)!.filters).toMatchObject({ added_from: null, added_to: null });
});

test("in English the days stand between their words, and one alone says which it is", async () => {
  language.choose("en");
  render(FindDialog);
  const facet = screen.getByTestId("find-facet-period");
  await fireEvent.click(facet);
  await fireEvent.click(screen.getByTestId("find-period-custom"));
  expect(screen.getByRole("group", { name: "Date" }).textContent!.replaceAll(/\s+/g, " ")).toContain("From First day to Last day");
  for (const [field, day, said] of [
    ["find-to", "2026-03-02", "Until 2026-03-02"],
    ["find-from", "2026-03-01", "2026-03-01 to 2026-03-02"],
    ["find-to", "", "Since 2026-03-01"],
  ] as const) {
    await fireEvent.change(screen.getByTestId(field), { target: { value: day } });
    expect(facet.querySelector(".value")!.textContent).toBe(said);
  }
});

test("of conversations neither format nor folder is asked", async () => {
  render(FindDialog);
  await type("연가");
  await fireEvent.click(screen.getByTestId("find-kind-conversations"));
  expect(asked().at(-1)!.kinds).toEqual(["conversations"]);
  expect(screen.queryByTestId("find-facet-format")).toBeNull();
  expect(screen.getByTestId("find-facet-grade")).toBeTruthy();
});

test("where nothing is found it says what to try", async () => {
  give = () => results([], []);
  render(FindDialog);
  await type("없는말");
  expect(screen.getByTestId("find-none").textContent).toContain("‘없는말’");
  expect(screen.queryByTestId("find-everywhere")).toBeNull();
  await fireEvent.click(screen.getByTestId("find-kind-documents"));
  await vi.advanceTimersByTimeAsync(1);
  await fireEvent.click(screen.getByTestId("find-everywhere"));
  expect(asked().at(-1)!.kinds).toEqual(["documents", "conversations"]);
});

// Pages and bounds

test("the next ones of a kind come behind those that are there", async () => {
  give = ({ kinds, offset }) =>
    kinds.length > 1
      ? results([foundDocument({ snippets: [] })], [foundConversation()], { documents_total: 2, documents_more: true, conversations_more: true })
      : results([foundDocument({ id: 1 + offset, snippets: [] })], [], { documents_total: 2 });
  render(FindDialog);
  await type("연가");
  expect(screen.getByTestId("find-documents").textContent).toContain("2건 이상");
  expect(screen.getByText(/최근 메시지 5,000개/)).toBeTruthy();
  await fireEvent.keyDown(field(), { key: "PageDown" });
  const before = options()[selected()]!.textContent;
  await fireEvent.click(screen.getByTestId("find-more-documents"));
  await vi.advanceTimersByTimeAsync(1);
  expect(asked().at(-1)).toMatchObject({ kinds: ["documents"], offset: 1 });
  expect(options()).toHaveLength(4);
  expect(options()[selected()]!.textContent).toBe(before);
  expect(screen.queryByTestId("find-more-documents")).toBeNull();
});

test("text above the policy's grade is not copied from the results", async () => {
  app.status = status("ready", { copy_up_to: "O" });
  render(FindDialog);
  await type("연가");
  expect(await fireEvent.copy(options()[1]!)).toBe(false);
  expect(await fireEvent.copy(options()[3]!)).toBe(true);
});

// The window

test("Ctrl+K opens it whatever the input method, Escape closes it and gives the focus back", async () => {
  find.open = false;
  find.query = "연가";
  render(Desk);
  const opener = screen.getByTestId("find-button");
  opener.focus();
  await fireEvent.keyDown(window, { code: "KeyK", key: "ㅏ", ctrlKey: true });
  expect(field().value).toBe("연가");
  expect(window.document.activeElement).toBe(field());
  await vi.waitFor(() => expect(options()).toHaveLength(5));
  await fireEvent.keyDown(field(), { key: "Escape" });
  expect(screen.queryByTestId("find-dialog")).toBeNull();
  expect(window.document.activeElement).toBe(opener);
  await fireEvent.click(opener);
  expect(field().value).toBe("연가");
});

test("what is looked for is kept nowhere", async () => {
  render(FindDialog);
  await type("비밀 사업");
  expect(JSON.stringify(localStorage)).not.toContain("비밀");
});
