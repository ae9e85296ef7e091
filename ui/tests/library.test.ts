import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import DocumentList from "../src/components/DocumentList.svelte";
import Sidebar from "../src/components/Sidebar.svelte";
import SourcePane from "../src/components/SourcePane.svelte";
import { app } from "../src/lib/app.svelte";
import type { DocumentRow, IngestStatus } from "../src/lib/contract";
import { everything } from "../src/lib/listing";
import { citation, document, ingest, status } from "./samples";

let calls: [string, Record<string, unknown>][];
let refusal: unknown;

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  calls = [];
  refusal = null;
  mockIPC((command, args) => {
    calls.push([command, args as Record<string, unknown>]);
    if (command === "documents") return app.documents;
    if (command === "watched_folders") return [];
    if (command === "cancel_ingest") return 8766;
    if (command === "plugin:dialog|open") return "/자료/인사";
    if (command === "unlock_document" && refusal) throw refusal;
  });
  app.documents = [];
  app.filter = everything;
  app.ingest = ingest({ state: "idle" });
  app.watched = [];
  app.toasts = [];
  app.status = status();
});

const rows = () => screen.queryAllByTestId("document-row");
const names = () => rows().map(({ dataset }) => dataset.name);
const row = (name: string) => rows().find(({ dataset }) => dataset.name === name)!;
const opener = (name: string) => row(name).querySelector<HTMLElement>(".open")!;
const focused = () => window.document.activeElement!.closest<HTMLElement>("[data-testid=document-row]")?.dataset.name;
const chip = (name: string) => screen.getAllByTestId("filter-chip").find(({ dataset }) => dataset.chip === name)!;
const many = (count: number, more: (index: number) => Partial<DocumentRow> = () => ({})) =>
  Array.from({ length: count }, (_, index) => document({ id: index + 1, name: `문서 ${index + 1}.hwp`, ...more(index) }));

// The list

test("of ten thousand documents only what is seen is on the page, up to the last", async () => {
  app.documents = many(10_000);
  render(DocumentList);
  expect(rows().length).toBeGreaterThan(5);
  expect(rows().length).toBeLessThan(100);
  expect(names()[0]).toBe("문서 1.hwp");
  const list = screen.getByRole("list", { name: "자료 목록" });
  const box = list.parentElement!;
  box.scrollTop = parseFloat(list.style.height) - window.innerHeight;
  await fireEvent.scroll(box);
  expect(rows().length).toBeLessThan(100);
  expect(names().at(-1)).toBe("문서 10000.hwp");
  expect(row("문서 10000.hwp").closest("li")!.getAttribute("aria-posinset")).toBe("10000");
});

test("the keys move between the rows, however far they are", async () => {
  app.documents = many(10_000);
  render(DocumentList);
  opener("문서 1.hwp").focus();
  for (const [key, name] of [
    ["{ArrowDown}", "문서 2.hwp"],
    ["{End}", "문서 10000.hwp"],
    ["{ArrowDown}", "문서 10000.hwp"],
    ["{ArrowUp}", "문서 9999.hwp"],
    ["{Home}", "문서 1.hwp"],
    ["{PageDown}", "문서 9.hwp"],
  ]) {
    await userEvent.keyboard(key!);
    await vi.waitFor(() => expect(focused()).toBe(name));
  }
  expect(rows().length).toBeLessThan(100);
});

test("only one row's controls are in the way of Tab", async () => {
  app.documents = many(3);
  render(DocumentList);
  opener("문서 2.hwp").focus();
  await tick();
  expect(rows().map((each) => each.querySelector(".open")!.getAttribute("tabindex"))).toEqual(["-1", "0", "-1"]);
});

test("Enter opens the details, Escape closes them", async () => {
  app.documents = many(2, () => ({ folder: "인사", partial: true, unread_pages: [7, 3, 5, 6], warnings: ["그림 2개의 글자는 읽지 못했습니다."] }));
  render(DocumentList);
  opener("문서 1.hwp").focus();
  await userEvent.keyboard("{Enter}");
  const details = screen.getByTestId("document-details");
  expect([...details.querySelectorAll("dt")].map((term) => `${term.textContent} ${term.nextElementSibling!.textContent}`)).toEqual([
    "형식 한글 문서(HWPX)",
    "크기 20KB",
    "쪽수 4쪽",
    "폴더 인사",
    "추가한 때 1970년 1월 1일",
    "읽지 못한 쪽 3, 5~7",
  ]);
  expect(within(row("문서 1.hwp")).getByText("일부만 읽음")).toBeTruthy();
  expect(within(row("문서 1.hwp")).getByText(/그림 2개/)).toBeTruthy();
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByTestId("document-details")).toBeNull();
  expect(focused()).toBe("문서 1.hwp");
});

test("Delete removes, goes on to the next row, and can be undone", async () => {
  app.documents = many(3);
  render(DocumentList);
  opener("문서 2.hwp").focus();
  await userEvent.keyboard("{Delete}");
  await vi.waitFor(() => expect(names()).toEqual(["문서 1.hwp", "문서 3.hwp"]));
  expect(focused()).toBe("문서 3.hwp");
  expect(app.toasts[0]!.action!.label).toBe("실행 취소");
});

test("the list is filtered by name and by state", async () => {
  app.documents = [
    document({ id: 1, name: "복무규정.hwpx" }),
    document({ id: 2, name: "인사 지침.pdf", state: "failed" }),
    document({ id: 3, name: "인사 사례.hwp", partial: true }),
  ];
  render(DocumentList);
  await userEvent.type(screen.getByTestId("filter-name"), "인사");
  expect(names()).toEqual(["인사 지침.pdf", "인사 사례.hwp"]);
  await userEvent.click(chip("partial"));
  expect(names()).toEqual(["인사 사례.hwp"]);
  expect(chip("partial").getAttribute("aria-pressed")).toBe("true");
  await userEvent.click(chip("busy"));
  await userEvent.click(within(screen.getByTestId("no-match")).getByText("모두 보기"));
  expect(names()).toHaveLength(3);
});

test("“select all” means what the filter leaves", async () => {
  app.documents = [document(), document({ id: 2, name: "지침.pdf" })];
  render(DocumentList);
  await userEvent.type(screen.getByTestId("filter-name"), "지침");
  await userEvent.click(screen.getByLabelText(/보이는 자료 모두 선택/));
  expect(app.scope).toEqual([1]);
  app.include([1, 2], true);
});

test("a folder is chosen and closed as a whole", async () => {
  app.documents = [document(), document({ id: 2, name: "지침.pdf", folder: "인사" }), document({ id: 3, name: "사례.pdf", folder: "인사" })];
  render(DocumentList);
  const folder = screen.getAllByTestId("folder-row").find(({ dataset }) => dataset.name === "인사")!;
  await userEvent.click(within(folder).getByRole("checkbox"));
  expect(app.scope).toEqual([1]);
  app.include([2, 3], true);
  await userEvent.click(within(folder).getByRole("button"));
  expect(names()).toEqual(["복무규정.hwpx"]);
});

test("a folder is added through the dialog", async () => {
  render(DocumentList);
  await userEvent.click(screen.getByTestId("add-folder"));
  await vi.waitFor(() => expect(calls.find(([command]) => command === "add_documents")?.[1]).toEqual({ paths: ["/자료/인사"] }));
  expect(calls[0]![1]).toMatchObject({ options: { directory: true } });
});

test("whether a folder is followed is asked where its documents are", async () => {
  app.documents = [document({ folder: "인사" })];
  render(DocumentList);
  await app.addDocuments(["/자료/인사"]);
  const offer = await screen.findByTestId("watch-offer");
  expect(offer.textContent).toContain("이 폴더의 변화를 계속 반영하시겠습니까?");
  await userEvent.click(within(offer).getByText("한 번만"));
  expect(screen.queryByTestId("watch-offer")).toBeNull();
});

test("a watched folder can be left alone again", async () => {
  app.watched = [{ path: "/자료/인사", name: "인사" }];
  app.documents = [document()];
  render(DocumentList);
  expect(screen.getByText("지켜보는 폴더 1개")).toBeTruthy();
  await userEvent.click(screen.getByLabelText("‘인사’ 그만 보기"));
  expect(calls[0]).toEqual(["unwatch_folder", { path: "/자료/인사" }]);
});

test("a cancelled document can be read after all", async () => {
  app.documents = [document({ state: "cancelled" })];
  render(DocumentList);
  expect(within(rows()[0]!).getByText("취소됨")).toBeTruthy();
  await userEvent.click(screen.getByText("다시 읽기"));
  expect(calls).toEqual([["retry_document", { id: 1 }]]);
});

test("a waiting document can be read first", async () => {
  app.documents = [document({ state: "waiting" })];
  render(DocumentList);
  await userEvent.click(opener("복무규정.hwpx"));
  await userEvent.click(screen.getByTestId("prioritise-document"));
  expect(calls).toEqual([["prioritise_document", { id: 1 }]]);
});

test("a source from a document that was not wholly read says so", () => {
  const source = { document: document({ partial: true, unread_pages: [3, 5, 6, 7] }), heading_path: [], page: 1, section: 1, blocks: [] };
  render(SourcePane, { open: { citation: citation(), opener: null, source } });
  expect(screen.getByTestId("source-partial").textContent).toBe("일부만 읽은 문서입니다. 읽지 못한 쪽: 3, 5~7");
});

// The password

const locked = (code: string, message: string) => document({ state: "failed", failure: { code, message, detail: "" } });
const closedDocument = () => locked("document_password", "암호가 걸린 문서입니다. 암호를 입력하십시오.");
const wrongDocument = () => locked("document_password_wrong", "암호가 맞지 않습니다. 다시 입력하십시오.");
const password = () => screen.getByLabelText<HTMLInputElement>("문서 암호");

test("a locked document asks for its password, sends it once and forgets it", async () => {
  app.documents = [closedDocument()];
  render(DocumentList);
  expect(within(rows()[0]!).getByText(/암호를 입력하십시오/)).toBeTruthy();
  await userEvent.click(screen.getByTestId("enter-password"));
  expect(window.document.activeElement).toBe(password());
  expect(password()).toMatchObject({ type: "password", autocomplete: "off" });
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "열기" }).disabled).toBe(true);
  await userEvent.keyboard(" 가나1 {Enter}");
  expect(calls).toEqual([["unlock_document", { id: 1, password: " 가나1 " }]]);
  await vi.waitFor(() => expect(password().value).toBe(""));
  expect(JSON.stringify({ ...localStorage })).not.toContain("가나1");
});

test("the password can be looked at while it is typed", async () => {
  app.documents = [closedDocument()];
  render(DocumentList);
  await userEvent.click(screen.getByTestId("enter-password"));
  await userEvent.click(screen.getByLabelText("문서 암호 표시"));
  expect(password().type).toBe("text");
  await userEvent.click(screen.getByLabelText("문서 암호 표시"));
  expect(password().type).toBe("password");
});

test("a document's password typed with the input method is told about, as any other", async () => {
  app.documents = [closedDocument()];
  render(DocumentList);
  await userEvent.click(screen.getByTestId("enter-password"));
  await userEvent.keyboard("ㅁ");
  expect(screen.getByTestId("password-hint").textContent).toContain("한/영");
});

test("after a wrong password the field is back with what was wrong, and has the focus", async () => {
  app.documents = [closedDocument()];
  render(DocumentList);
  await userEvent.click(screen.getByTestId("enter-password"));
  await userEvent.keyboard("틀림{Enter}");
  app.documents = [document({ state: "reading" })];
  await tick();
  expect(screen.queryByTestId("password-form")).toBeNull();
  app.documents = [wrongDocument()];
  await tick();
  expect(screen.getByRole("alert").textContent).toBe("암호가 맞지 않습니다. 다시 입력하십시오.");
  expect(password().getAttribute("aria-invalid")).toBe("true");
  expect(password().getAttribute("aria-describedby")!.split(" ")).toContain(screen.getByRole("alert").id);
  expect(password().value).toBe("");
  expect(window.document.activeElement).toBe(password());
});

test("the focus stays in the row when the field goes while the document is read", async () => {
  app.documents = [closedDocument()];
  render(DocumentList);
  await userEvent.click(screen.getByTestId("enter-password"));
  await userEvent.keyboard("틀림");
  app.documents = [document({ state: "reading" })];
  await tick();
  expect(window.document.activeElement).toBe(opener("복무규정.hwpx"));
});

test("a wrong password takes the keys from nobody who types elsewhere", async () => {
  app.documents = [closedDocument()];
  render(DocumentList);
  await userEvent.click(screen.getByTestId("enter-password"));
  await userEvent.keyboard("틀림{Enter}");
  app.documents = [document({ state: "reading" })];
  await tick();
  screen.getByTestId("filter-name").focus();
  app.documents = [wrongDocument()];
  await tick();
  expect(password()).toBeTruthy();
  expect(window.document.activeElement).toBe(screen.getByTestId("filter-name"));
});

test("a password that is refused at once says why beneath the field", async () => {
  refusal = { code: "document_password_wrong", message: "암호가 맞지 않습니다.", detail: "" };
  app.documents = [closedDocument()];
  render(DocumentList);
  await userEvent.click(screen.getByTestId("enter-password"));
  await userEvent.keyboard("틀림{Enter}");
  expect((await screen.findByRole("alert")).textContent).toBe("암호가 맞지 않습니다.");
  expect(app.toasts).toEqual([]);
});

test("a lock that is not undone here asks for no password", () => {
  app.documents = [locked("document_locked", "이 형식의 암호는 여기서 풀 수 없습니다.")];
  render(DocumentList);
  expect(screen.queryByTestId("enter-password")).toBeNull();
  expect(screen.getByTestId("retry-document")).toBeTruthy();
});

// The bar

const facts = () => screen.getByTestId("ingest-bar").querySelector(".facts")!.textContent!.trim();

test.each<[Partial<IngestStatus>, string, string | null]>([
  [{}, "1,234 / 10,000개 · 5,678쪽 · 약 3분 남음", "1234"],
  [{ remaining_seconds: null }, "1,234 / 10,000개 · 5,678쪽 · 남은 시간을 재고 있습니다", "1234"],
  [{ walking: true, files_total: 0 }, "폴더를 살펴보고 있습니다", null],
  [{ walking: true }, "1,234 / 10,000개 · 5,678쪽 · 폴더를 살펴보고 있습니다", null],
  [{ state: "paused" }, "1,234 / 10,000개 · 5,678쪽", "1234"],
  [{ state: "paused", pages_done: 0 }, "1,234 / 10,000개", "1234"],
])("the bar tells how far it is: %j", (more, text, value) => {
  app.ingest = ingest(more);
  render(Sidebar);
  expect(facts()).toBe(text);
  expect(screen.getByRole("progressbar").getAttribute("value")).toBe(value);
});

test("there is no bar while nothing is read", () => {
  render(Sidebar);
  expect(screen.queryByTestId("ingest-bar")).toBeNull();
});

test("it is paused and goes on", async () => {
  app.ingest = ingest();
  render(Sidebar);
  await userEvent.click(screen.getByText("일시 정지"));
  app.ingest = ingest({ state: "paused" });
  await tick();
  await userEvent.click(screen.getByText("계속"));
  expect(calls.map(([command]) => command)).toEqual(["pause_ingest", "resume_ingest"]);
});

test("cancelling is confirmed in place, with how much is lost", async () => {
  app.ingest = ingest();
  render(Sidebar);
  await userEvent.click(screen.getByTestId("ingest-cancel"));
  expect(screen.getByText("남은 8,766개를 취소합니다")).toBeTruthy();
  expect(window.document.activeElement!.textContent).toBe("계속 읽기");
  await userEvent.keyboard("{Escape}");
  expect(calls).toEqual([]);
  expect(window.document.activeElement).toBe(screen.getByTestId("ingest-cancel"));
  await userEvent.click(screen.getByTestId("ingest-cancel"));
  await userEvent.click(screen.getByTestId("ingest-cancel-all"));
  expect(calls[0]![0]).toBe("cancel_ingest");
});

test("a folder that is still looked through can be cancelled before anything was found", async () => {
  app.ingest = ingest({ walking: true, files_done: 0, files_total: 0 });
  render(Sidebar);
  await userEvent.click(screen.getByTestId("ingest-cancel"));
  expect(screen.getByText("폴더 살펴보기를 그만둡니다")).toBeTruthy();
  await userEvent.click(screen.getByTestId("ingest-cancel-all"));
  expect(calls[0]![0]).toBe("cancel_ingest");
});

test("the failed ones are one click away, wherever one is", async () => {
  app.ingest = ingest({ failed: 12 });
  app.source = { citation: citation(), source: null, opener: null };
  render(Sidebar);
  await userEvent.click(screen.getByText("실패 12개 보기"));
  expect(app.source).toBeNull();
  expect(app.filter).toEqual({ name: "", chip: "failed" });
});

test("progress is read aloud at each tenth part, not at each file", async () => {
  render(Sidebar);
  const spoken = () => screen.getAllByRole("status").map(({ textContent }) => textContent).join("");
  const said = new Set<string>();
  for (let done = 0; done <= 10_000; done += 100) {
    app.ingest = ingest({ files_done: done });
    await tick();
    said.add(spoken());
  }
  expect(said.size).toBe(11);
  expect([...said][1]).toBe("자료의 10%를 읽었습니다.");
  app.ingest = ingest({ state: "idle", files_done: 10_000 });
  await tick();
  expect(spoken()).toBe("자료 읽기를 마쳤습니다.");
});
