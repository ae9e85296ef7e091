/** A PDF's pages beside its text. What draws them is pdf.js, which needs a browser: here it is told apart from the pane. */
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import SourcePane from "../src/components/SourcePane.svelte";
import { app } from "../src/lib/app.svelte";
import type { DocumentRow } from "../src/lib/contract";
import { language } from "../src/lib/language.svelte";
import { asPagesFailure, TooSlow } from "../src/lib/pdf/failure";
import { mark } from "../src/lib/pdf/mark";
import { block, citation, document, status } from "./samples";

/** What pdf.js was asked, and what it says. */
const drawer = vi.hoisted(() => ({ drawn: [] as [number, number, string][], closed: 0, open: async (): Promise<number> => 12, marks: true }));
vi.mock("../src/lib/pdf/pages", () => ({
  Pages: class {
    open = () => drawer.open();
    size = async () => ({ width: 800, height: 1000 });
    draw = async (page: number, scale: number, quote: string) => {
      drawer.drawn.push([page, scale, quote]);
      return drawer.marks;
    };
    close = () => drawer.closed++;
  },
}));

let calls: [string, unknown][];
let failure: unknown;

beforeEach(() => {
  clearMocks();
  calls = [];
  failure = null;
  Object.assign(drawer, { drawn: [], closed: 0, open: async () => 12, marks: true });
  mockIPC((command, args) => {
    calls.push([command, args]);
    if (command !== "document_bytes") return;
    if (failure) throw failure;
    return new ArrayBuffer(8);
  });
  Object.assign(app, { documents: [], toasts: [], status: status() });
});

afterEach(() => language.choose("ko"));

const pdf = (more: Partial<DocumentRow> = {}) => document({ id: 4, name: "규정.pdf", format: "pdf", pages: 12, ...more });
function pane(row = pdf()) {
  const cited = citation({ document_id: row.id, page: 5, quote: "연가는 15일" });
  const source = { document: row, heading_path: [], page: 5, section: 1, blocks: [block({ text: "연가는 15일", page: 5, cited: true })] };
  return render(SourcePane, { open: { citation: cited, opener: null, source } });
}
const view = () => screen.findByTestId("pdf-pages");
const page = async () => (await view()).dataset.page;
async function pages() {
  const rendered = pane();
  await userEvent.click(screen.getByTestId("source-tab-pages"));
  await vi.waitFor(() => expect(drawer.drawn.length).toBeGreaterThan(0));
  return rendered;
}
const last = () => drawer.drawn.at(-1)!;

test.each<[string, Partial<DocumentRow>]>([
  ["another format", { format: "hwp" }],
  ["one that the reader has not finished", { state: "reading" }],
])("%s has no pages to look at", (_, more) => {
  pane(pdf(more));
  expect(screen.queryByRole("tablist")).toBeNull();
});

test("nothing of the file is asked for before someone looks at its pages", async () => {
  pane();
  expect(screen.getByRole("tab", { name: "글" }).getAttribute("aria-selected")).toBe("true");
  expect(screen.getByTestId("source-mark")).toBeTruthy();
  await tick();
  expect(calls).toEqual([]);
});

test("the tabs turn with the arrow keys, and the cited page comes first with its quote", async () => {
  pane();
  screen.getByRole("tab", { name: "글" }).focus();
  await userEvent.keyboard("{ArrowRight}");
  expect(window.document.activeElement).toBe(screen.getByRole("tab", { name: "쪽" }));
  await vi.waitFor(() => expect(last()).toEqual([5, 1, "연가는 15일"]));
  expect(calls).toEqual([["document_bytes", { id: 4 }]]);
  expect(screen.getByTestId("page-total").textContent).toBe("/ 12쪽");
});

test("pages turn by keys and by number, and stay within the document", async () => {
  await pages();
  const box = screen.getByRole("document");
  for (const [key, wanted] of [
    ["ArrowRight", "6"],
    ["PageDown", "7"],
    ["ArrowLeft", "6"],
    ["End", "12"],
    ["PageDown", "12"],
    ["Home", "1"],
    ["PageUp", "1"],
  ]) {
    await fireEvent.keyDown(box, { key });
    expect(await page()).toBe(wanted);
  }
  await vi.waitFor(() => expect(last()).toEqual([1, 1, ""]));
  const field = screen.getByTestId<HTMLInputElement>("page-number");
  await userEvent.clear(field);
  await userEvent.type(field, "99{Enter}");
  await fireEvent.change(field);
  expect([await page(), field.value]).toEqual(["12", "12"]);
});

test("the size goes up and down by keys, and back", async () => {
  await pages();
  const box = screen.getByRole("document");
  await fireEvent.keyDown(box, { key: "+" });
  await vi.waitFor(() => expect(last()[1]).toBeCloseTo(1.25));
  await fireEvent.keyDown(box, { key: "-" });
  await fireEvent.keyDown(box, { key: "-" });
  await vi.waitFor(() => expect(last()[1]).toBeCloseTo(0.8));
  await fireEvent.keyDown(box, { key: "0" });
  await vi.waitFor(() => expect(last()[1]).toBe(1));
});

test("a quote that is not the page's text is said to be unmarked", async () => {
  drawer.marks = false;
  await pages();
  expect(await screen.findByText(/표시하지 못했습니다/)).toBeTruthy();
});

test("a file that changed says so, and is tried again", async () => {
  failure = { code: "original_changed", message: "원본 파일이 읽은 뒤에 바뀌었습니다.", detail: "" };
  pane();
  await userEvent.click(screen.getByTestId("source-tab-pages"));
  expect((await screen.findByRole("alert")).textContent).toContain("original_changed");
  failure = null;
  await userEvent.click(screen.getByTestId("pages-retry"));
  await vi.waitFor(() => expect(drawer.drawn).toHaveLength(1));
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a file that pdf.js cannot take ends its worker and says what to do", async () => {
  drawer.open = () => Promise.reject(Object.assign(new Error("No password given"), { name: "PasswordException" }));
  pane();
  await userEvent.click(screen.getByTestId("source-tab-pages"));
  expect((await screen.findByRole("alert")).textContent).toContain("암호가 걸린 PDF");
  expect(drawer.closed).toBe(1);
  language.choose("en");
  await tick();
  expect(screen.getByRole("alert").textContent).toContain("To see its pages, open the original. (pages_password)");
});

test("the worker ends with the view", async () => {
  await pages();
  await userEvent.click(screen.getByTestId("source-tab-text"));
  expect(drawer.closed).toBe(1);
  expect(screen.getByTestId("source-mark").textContent).toBe("연가는 15일");
});

test.each([
  [new TooSlow(), "pages_slow"],
  [new Error("Invalid PDF structure."), "pages_failed"],
])("%s is told as %s", (error, code) => expect(asPagesFailure(error).code).toBe(code));

// The marks over the words

const layer = (...texts: string[]) =>
  texts.map((text) => {
    const element = window.document.createElement("span");
    element.textContent = text;
    return element;
  });

test.each<[string, string[], string, string[]]>([
  ["in one piece", ["제15조 연가는 15일로 한다."], "연가는 15일", ["제15조 [연가는 15일]로 한다."]],
  ["over pieces, whatever the spaces", ["연가는", " ", "15 일로"], "연가는  15일", ["[연가는]", " ", "[15 일]로"]],
  ["written in letters that are in parts", ["연가는".normalize("NFD"), "15일"], "연가는 15일", ["[연가는]", "[15일]"]],
  ["elsewhere", ["병가는 60일"], "연가는 15일", ["병가는 60일"]],
  ["nothing", ["병가는 60일"], "", ["병가는 60일"]],
])("a quote is marked: %s", (_, texts, quote, wanted) => {
  const elements = layer(...texts);
  expect(mark(elements, texts, quote)).toBe(wanted.join("").includes("["));
  expect(elements.map(({ innerHTML }) => innerHTML.replace("<mark>", "[").replace("</mark>", "]").normalize("NFC"))).toEqual(wanted);
});
