import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Composer from "../src/components/Composer.svelte";
import DocumentList from "../src/components/DocumentList.svelte";
import { App, app } from "../src/lib/app.svelte";
import type { AskEvent, DocumentRow } from "../src/lib/contract";
import { language } from "../src/lib/language.svelte";
import { everything } from "../src/lib/listing";
import { asked, changed, everyDocument, obstacleOf, overview, takenOut, type Scope } from "../src/lib/scope";
import { Scopes } from "../src/lib/scopes.svelte";
import { unsaved } from "../src/lib/turn";
import { keyTarget } from "../src/lib/windowing";
import { document, status } from "./samples";

const shelf = () => [
  document({ id: 1, name: "복무규정.hwpx" }),
  document({ id: 2, name: "인사 지침.pdf", folder: "인사" }),
  document({ id: 3, name: "인사 사례.hwp", folder: "인사", state: "reading" }),
  document({ id: 4, name: "예산.xlsx", folder: "예산", state: "failed" }),
  document({ id: 5, name: "결산.xlsx", folder: "예산" }),
];
const files = (...ids: number[]): Scope => ({ kind: "files", documents: new Set(ids) });
const without = (...ids: number[]): Scope => ({ kind: "all", without: new Set(ids) });
const folder = (name: string): Scope => ({ kind: "folder", folder: name });
const none: Scope = { kind: "none" };

test.each<[string, Scope, number[]]>([
  ["everything", everyDocument, [1, 2, 5]],
  ["everything but one", without(2), [1, 5]],
  ["a folder", folder("인사"), [2]],
  ["a folder that is gone", folder("감사"), []],
  ["files, of which one is not read yet", files(1, 3), [1]],
  ["files, of which one is gone", files(5, 9), [5]],
  ["no documents", none, []],
])("of %s those are asked that are ready", (_, scope, ids) => expect(asked(scope, shelf())).toEqual(ids));

test("what gets ready later belongs to everything, and to its folder", () => {
  const later = shelf().map((each) => ({ ...each, state: "ready" as const }));
  expect(asked(everyDocument, later)).toEqual([1, 2, 3, 4, 5]);
  expect(asked(folder("인사"), later)).toEqual([2, 3]);
});

test.each<[string, Scope, number[], boolean, Scope]>([
  ["taken out of everything", everyDocument, [1], false, without(1)],
  ["put back", without(1, 2), [1], true, without(2)],
  ["taken out of a folder", folder("인사"), [2], false, files()],
  ["put beside a folder", folder("인사"), [1], true, files(1, 2)],
  ["put beside files, one of which is read again", files(3), [1], true, files(1, 3)],
  ["chosen where there was none", none, [5], true, files(5)],
])("a document is %s", (_, scope, ids, included, wanted) =>
  expect(changed(scope, shelf(), ids, included)).toEqual(wanted));

test("what was taken out is counted where it could answer", () => {
  expect(takenOut(without(1, 4, 99), shelf())).toBe(1);
  expect(takenOut(none, shelf())).toBe(0);
});

test("folders are counted in their order", () =>
  expect(overview(shelf())).toEqual({
    ready: 3,
    busy: 1,
    folders: [
      { folder: "인사", ready: 1, busy: 1 },
      { folder: "예산", ready: 1, busy: 0 },
    ],
  }));

test.each<[Scope, number, RegExp | null]>([
  [everyDocument, 0, null],
  [none, 0, null],
  [folder("인사"), 1, null],
  [folder("인사"), 0, /이 폴더에 준비된 자료가 없습니다/],
  [files(), 0, /파일을 골라 주십시오/],
  [files(3), 0, /준비된 것이 없습니다/],
])("%j with %d ready can be asked, or it is told why not", (scope, ready, why) => {
  const obstacle = obstacleOf(scope, ready);
  if (why === null) expect(obstacle).toBeNull();
  else expect(obstacle).toMatch(why);
});

test.each([
  ["ArrowDown", 3, 4],
  ["ArrowDown", 99, 99],
  ["ArrowUp", 0, 0],
  ["PageDown", 3, 11],
  ["PageUp", 3, 0],
  ["Home", 50, 0],
  ["End", 0, 99],
  ["a", 5, null],
])("%s leads from %d of a hundred to %s", (key, at, to) => expect(keyTarget(key, at, 100)).toBe(to));

// By conversation

beforeEach(() => localStorage.clear());
afterEach(() => language.choose("ko"));

test("each conversation keeps what it asks; one that chose nothing asks everything", () => {
  const scopes = new Scopes();
  scopes.choose(7, folder("인사"));
  scopes.choose(null, files(1));
  expect([scopes.of(7), scopes.of(8), scopes.of(null)]).toEqual([folder("인사"), everyDocument, files(1)]);
  scopes.named(9);
  expect([scopes.of(9), scopes.of(null)]).toEqual([files(1), everyDocument]);
  scopes.forget(7);
  scopes.clear();
  expect([scopes.of(7), scopes.of(9)]).toEqual([everyDocument, everyDocument]);
});

test("only what was taken out of everything is stored", () => {
  localStorage.clear();
  const scopes = new Scopes();
  scopes.choose(7, folder("인사 비밀"));
  scopes.choose(7, files(4));
  expect({ ...localStorage }).toEqual({});
  scopes.choose(7, without(2));
  expect(new Scopes().of(null)).toEqual(without(2));
});

let questions: { args: { documentIds: number[] }; send: (event: AskEvent) => void }[];

beforeEach(() => {
  clearMocks();
  questions = [];
  mockIPC(
    (command, args) => {
      if (command !== "ask") return command === "conversations" ? [] : { messages: [] };
      const { events, ...rest } = args as { documentIds: number[]; events: { onmessage: (event: AskEvent) => void } };
      questions.push({ args: rest, send: (event) => events.onmessage(event) });
      return new Promise(() => {});
    },
    { shouldMockEvents: true },
  );
  const documents = shelf();
  Object.assign(app, { turn: null, current: null, toasts: [], documents, filter: everything, status: status() });
  app.choose(everyDocument);
});

test("a question is asked of what was chosen, and its new conversation keeps it", async () => {
  const desk = new App();
  desk.documents = shelf();
  desk.choose(folder("예산"));
  void desk.ask("결산액은 얼마입니까?");
  expect(questions[0]!.args.documentIds).toEqual([5]);
  questions[0]!.send({ type: "started", conversation_id: 7, question: unsaved(1, "user", "결산액은 얼마입니까?") });
  expect(desk.chosen).toEqual(folder("예산"));
  await desk.openConversation(null);
  expect(desk.chosen).toEqual(everyDocument);
  await desk.openConversation(7);
  expect(desk.chosen).toEqual(folder("예산"));
});

test("where nothing chosen is ready, nothing is asked of the model alone", () => {
  app.choose(files(3));
  void app.ask("연가는 며칠입니까?");
  expect(questions).toEqual([]);
  expect(app.toasts[0]!.text).toMatch(/준비된 것이 없습니다/);
});

// The chip and its panel

const chip = () => screen.getByTestId("scope");
const wordsOf = (element: HTMLElement) => element.textContent!.replace(/\s+/g, " ").trim();
const said = () => wordsOf(chip());
const panel = () => screen.queryByTestId("scope-panel");
const choice = (name: string) => screen.getAllByTestId("scope-choice").find(({ dataset }) => dataset.name === name)!;
const radio = (name: string) => within(choice(name)).getByRole<HTMLInputElement>("radio");
const checked = () =>
  screen.getAllByRole<HTMLInputElement>("radio", { checked: true }).map((each) => each.closest("label")!.dataset.name);
const rows = () => screen.queryAllByTestId("scope-file");
const rowOf = (name: string) => rows().find(({ dataset }) => dataset.name === name)!;
const boxOf = (name: string) => within(rowOf(name)).getByRole<HTMLInputElement>("checkbox");

async function opened() {
  render(Composer);
  await userEvent.click(chip());
}

test.each<[Scope, string]>([
  [everyDocument, "답을 찾을 자료: 모든 자료 3건"],
  [without(1), "답을 찾을 자료: 모든 자료(1건 제외) 2건"],
  [without(1, 2, 5), "답을 찾을 자료: 자료 없이 대화"],
  [folder("인사"), "답을 찾을 자료: 폴더 ‘인사’ 1건"],
  [files(5), "답을 찾을 자료: 결산.xlsx 1건"],
  [files(1, 5), "답을 찾을 자료: 고른 파일 2건"],
  [files(3), "답을 찾을 자료: 인사 사례.hwp 0건"],
  [none, "답을 찾을 자료: 자료 없이 대화"],
])("the chip says what is asked: %j", (scope, text) => {
  app.choose(scope);
  render(Composer);
  expect(said()).toBe(text);
});

test("each choice says how much it is, and what will come", async () => {
  await opened();
  expect(screen.getAllByTestId("scope-choice").map(wordsOf)).toEqual([
    "모든 자료 3건 · 읽는 중 1건은 준비되는 대로 포함",
    "파일 고르기",
    "자료 없이 대화 모델이 아는 것만으로 답하고 출처가 없습니다",
    "인사 폴더 · 1건 · 읽는 중 1건은 준비되는 대로 포함",
    "예산 폴더 · 1건",
  ]);
});

test("in English the choices count one document and several", async () => {
  language.choose("en");
  app.choose(without(1));
  await opened();
  expect(said()).toBe("Answer from: All documents (1 left out) 2");
  expect(screen.getAllByTestId("scope-choice").map(wordsOf)).toEqual([
    "All documents 2 documents · 1 unticked in the list left out · 1 being read, included when ready",
    "Choose files",
    "Chat without documents Answers come from what the model knows, without sources",
    "인사 Folder · 1 document · 1 being read, included when ready",
    "예산 Folder · 1 document",
  ]);
  await userEvent.click(radio("Choose files"));
  expect(app.scopeObstacle).toBe("Choose files to answer from.");
});

test("a folder is chosen with the keys, and the focus goes back to the chip", async () => {
  render(Composer);
  chip().focus();
  await userEvent.keyboard("{Enter}");
  expect(window.document.activeElement).toBe(radio("모든 자료"));
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}");
  expect(checked()).toEqual(["인사"]);
  expect(app.scope).toEqual([2]);
  await userEvent.keyboard("{Escape}");
  expect(panel()).toBeNull();
  expect(window.document.activeElement).toBe(chip());
  expect(said()).toBe("답을 찾을 자료: 폴더 ‘인사’ 1건");
});

test("Escape closes the panel and stops no answer", async () => {
  await opened();
  expect(await fireEvent.keyDown(radio("모든 자료"), { key: "Escape" })).toBe(false);
});

test("Enter in the panel sends nothing", async () => {
  render(Composer);
  await userEvent.type(screen.getByTestId("question"), "연가는 며칠입니까?");
  await userEvent.click(chip());
  await userEvent.click(radio("파일 고르기"));
  await userEvent.type(screen.getByTestId("scope-search"), "예산{Enter}");
  expect(questions).toEqual([]);
});

test("done leads on to the question", async () => {
  await opened();
  await userEvent.click(radio("자료 없이 대화"));
  await userEvent.click(screen.getByTestId("scope-done"));
  expect(panel()).toBeNull();
  expect(window.document.activeElement).toBe(screen.getByTestId("question"));
  expect(screen.getByTestId<HTMLTextAreaElement>("question").placeholder).toBe("자료 없이 대화합니다");
});

test("a click elsewhere and another conversation close it", async () => {
  await opened();
  await userEvent.click(window.document.body);
  expect(panel()).toBeNull();
  await userEvent.click(chip());
  app.current = 8;
  await tick();
  expect(panel()).toBeNull();
});

test("files are found by name and ticked; one that is not ready says so and is not", async () => {
  await opened();
  await userEvent.click(radio("파일 고르기"));
  expect(screen.getByTestId<HTMLButtonElement>("send").disabled).toBe(true);
  expect(screen.getAllByText("답을 찾을 파일을 골라 주십시오.").length).toBe(2);
  await userEvent.type(screen.getByTestId("scope-search"), "인사");
  expect(rows().map(({ dataset }) => dataset.name)).toEqual(["인사 지침.pdf", "인사 사례.hwp"]);
  expect(rows()[1]!.textContent).toContain("읽는 중");
  expect(boxOf("인사 사례.hwp").getAttribute("aria-disabled")).toBe("true");
  await userEvent.click(boxOf("인사 사례.hwp"));
  expect(app.chosen).toEqual(files());
  await userEvent.click(boxOf("인사 지침.pdf"));
  expect(app.chosen).toEqual(files(2));
  await userEvent.clear(screen.getByTestId("scope-search"));
  await userEvent.type(screen.getByTestId("scope-search"), "없는 이름");
  expect(screen.getByText("찾는 자료가 없습니다.")).toBeTruthy();
});

test("a file that was chosen can be let go also while it is read again", async () => {
  app.choose(files(3));
  await opened();
  expect(boxOf("인사 사례.hwp").checked).toBe(true);
  await userEvent.click(boxOf("인사 사례.hwp"));
  expect(app.chosen).toEqual(files());
});

test("what was found is chosen at once, looked at alone, and let go at once", async () => {
  await opened();
  await userEvent.click(radio("파일 고르기"));
  await userEvent.type(screen.getByTestId("scope-search"), "산.xlsx");
  await userEvent.click(screen.getByText("1건 모두 고르기"));
  expect(app.chosen).toEqual(files(5));
  await userEvent.clear(screen.getByTestId("scope-search"));
  await userEvent.click(screen.getByTestId("scope-only"));
  expect(rows().map(({ dataset }) => dataset.name)).toEqual(["결산.xlsx"]);
  await userEvent.click(boxOf("결산.xlsx"));
  expect(rows().length).toBe(1);
  await userEvent.click(screen.getByTestId("scope-only"));
  expect(rows().length).toBe(5);
  await userEvent.click(boxOf("복무규정.hwpx"));
  await userEvent.click(screen.getByTestId("scope-clear"));
  expect(app.chosen).toEqual(files());
});

test("going past the files with the keys costs no choice", async () => {
  app.choose(files(1, 5));
  await opened();
  expect(window.document.activeElement).toBe(radio("파일 고르기"));
  await userEvent.keyboard("{ArrowDown}");
  expect(app.chosen).toEqual(none);
  await userEvent.keyboard("{ArrowUp}");
  expect(app.chosen).toEqual(files(1, 5));
});

test("of ten thousand files only what is seen is on the page, and the keys reach the last", async () => {
  const nth = (_: unknown, index: number): DocumentRow => document({ id: index + 1, name: `문서 ${index + 1}.hwp` });
  app.documents = Array.from({ length: 10_000 }, nth);
  await opened();
  await userEvent.click(radio("파일 고르기"));
  expect(rows().length).toBeGreaterThan(5);
  expect(rows().length).toBeLessThan(100);
  screen.getByTestId("scope-search").focus();
  const focused = () => window.document.activeElement!.closest<HTMLElement>("[data-testid=scope-file]")?.dataset.name;
  for (const [key, name] of [
    ["{ArrowDown}", "문서 1.hwp"],
    ["{PageDown}", "문서 9.hwp"],
    ["{End}", "문서 10000.hwp"],
  ]) {
    await userEvent.keyboard(key!);
    await vi.waitFor(() => expect(focused()).toBe(name));
  }
  await userEvent.keyboard(" ");
  expect(app.chosen).toEqual(files(10_000));
  expect(rows().length).toBeLessThan(100);
});

test("without documents there is nothing to tick, and it says what to do", async () => {
  app.documents = [];
  await opened();
  await userEvent.click(radio("파일 고르기"));
  expect(screen.getByText(/아직 자료가 없습니다/)).toBeTruthy();
});

test("the ticks in the list of documents are the same choice", async () => {
  app.choose(folder("인사"));
  render(DocumentList);
  const box = (name: string) => screen.getByLabelText<HTMLInputElement>(`‘${name}’에서 답하기`);
  expect([box("복무규정.hwpx").checked, box("인사 지침.pdf").checked]).toEqual([false, true]);
  await userEvent.click(box("복무규정.hwpx"));
  expect(app.chosen).toEqual(files(1, 2));
});
