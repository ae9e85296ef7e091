import { emit } from "@tauri-apps/api/event";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import Desk from "../src/Desk.svelte";
import Toasts from "../src/components/Toasts.svelte";
import { app } from "../src/lib/app.svelte";
import type { DraftDocument, DraftEvent, DraftInput, DraftingTasks, DraftTask, Status } from "../src/lib/contract";
import { drafting } from "../src/lib/drafting.svelte";
import { language } from "../src/lib/language.svelte";
import { style } from "../src/lib/style.svelte";
import { document, status } from "./samples";
import { at, called, refuse, shell, useShell } from "./security";

const input = (name: string, more: Partial<DraftInput> = {}): DraftInput => ({
  name,
  label: name,
  kind: "line",
  required: false,
  without_passages: false,
  example: "",
  choices: [],
  ...more,
});

const task = (id: string, name: string, more: Partial<DraftTask> = {}): DraftTask => ({ id, name, description: `${name}을 씁니다.`, inputs: [], own: false, ...more });

const LETTER = task("official_letter", "공문 기안", {
  inputs: [
    input("subject", { label: "제목", required: true, example: "교육 안내" }),
    input("content", { label: "알릴 내용", kind: "text", without_passages: true }),
    input("held", { label: "일자", kind: "date", example: "2026. 4. 7." }),
    input("length", { label: "길이", kind: "choice", choices: ["2분", "3분"] }),
    input("people", { label: "인원", kind: "number" }),
  ],
});

const TASKS: DraftingTasks = {
  tasks: [task("report_summary", "보고서 요약"), LETTER, task("mine", "우리 과 알림", { own: true, inputs: [input("what", { label: "무엇" })] })],
  broken: [{ code: "draft_template", message: "서식 파일 ‘notice.toml’의 3번째 줄을 해석하지 못했습니다. (expected `=`)", detail: "/home/me/templates/notice.toml:3: expected `=`" }],
  folder: "/home/me/templates",
  notice: true,
};

const DOCUMENT: DraftDocument = {
  title: "",
  blocks: [
    { kind: "paragraph", text: "제목  교육 안내" },
    { kind: "item", level: 1, text: "관련: 총무과-1 [1]" },
    { kind: "item", level: 1, text: "교육을 합니다." },
    { kind: "item", level: 2, text: "일시: 2026. 4. 15." },
    { kind: "item", level: 2, text: "장소: 대강당" },
    { kind: "attachments", names: ["계획서 1부.", "명단 1부."] },
    { kind: "end" },
  ],
};

const done = (more: Partial<Extract<DraftEvent, { type: "done" }>> = {}): DraftEvent => ({
  type: "done",
  document: DOCUMENT,
  text: "제목  교육 안내\n",
  sources: ["복무규정.hwpx", "지침.pdf"],
  cited: [1],
  cut: false,
  unfounded: [],
  grade: "S",
  ...more,
});

/** The draft on its way: what the shell tells of it, and how its command ends. */
let tell: (event: DraftEvent) => void;
let end: (failure?: unknown) => void;

useShell(() => ({
  drafting_tasks: () => TASKS,
  check_style: () => [{ rule: "date", name: "날짜", mistake: true, start: 0, end: 2, found: "제목", fix: "건", message: "" }],
  draft: ({ events }: { events: { onmessage: (event: DraftEvent) => void } }) => {
    tell = (event) => events.onmessage(event);
    return new Promise<void>((resolve, reject) => (end = (failure) => (failure ? reject(failure) : resolve())));
  },
  export_draft: () => "",
  "plugin:dialog|save": () => "/home/me/공문.hwpx",
}));

const byId = <T extends HTMLElement>(id: string) => screen.getByTestId<T>(id);
const names = (id: string) => screen.queryAllByTestId(id).map((element) => element.textContent?.replace(/\s+/g, " ").trim());
const told = () => byId("drafting-told").textContent;
const field = (name: string) => byId("drafting-dialog").querySelector<HTMLInputElement>(`[name=${name}]`)!;
const plain = (element: Element) => element.textContent?.replace(/\s+/g, " ").trim();
/** The blocks of the draft that is shown. */
const paper = () => [...byId("draft-paper").querySelectorAll("article > *")].map(plain);
const key = (key: string, more: KeyboardEventInit = {}) => fireEvent.keyDown(window.document.activeElement!, { key, code: key, ...more });

// What the dialog is brought with takes its time when it is first asked for.
beforeAll(() => import("../src/components/DraftingDialog.svelte"));
beforeEach(() => {
  drafting.forget();
  style.close();
  Object.assign(app, { documents: [document({ grade: "S" })], turn: null, current: null });
  app.choose({ kind: "all", without: new Set() });
  render(Desk);
  render(Toasts);
});
afterEach(() => {
  drafting.forget();
  language.choose("ko");
});

async function open() {
  byId("drafting-button").focus();
  await userEvent.click(byId("drafting-button"));
  await screen.findByTestId("draft-tasks");
}

async function choose(id: string) {
  await userEvent.click(screen.getAllByTestId("draft-task").find((one) => one.dataset.task === id)!);
}

async function fill(more: Record<string, string> = { subject: "교육 안내" }) {
  await open();
  await choose("official_letter");
  for (const [name, value] of Object.entries(more)) await fireEvent.input(field(name), { target: { value } });
}

async function write() {
  await userEvent.click(byId("draft-write"));
  await screen.findByTestId("draft-progress");
}

async function finish(more: Parameters<typeof done>[0] = {}) {
  tell(done(more));
  end();
  await screen.findByTestId("draft-export");
}

async function drafted(more: Parameters<typeof done>[0] = {}) {
  await fill();
  await write();
  await finish(more);
}

describe("a task is chosen", () => {
  test("from the agency's and one's own, each with what it is for", async () => {
    await open();
    expect(names("draft-task")).toEqual(["보고서 요약 보고서 요약을 씁니다.", "공문 기안 공문 기안을 씁니다.", "우리 과 알림내 서식 우리 과 알림을 씁니다."]);
    expect(byId("draft-folder").textContent).toBe("/home/me/templates");
  });

  test("and what is wrong with a template is told with its file, line and reason", async () => {
    await open();
    expect(within(byId("draft-broken")).getByText(/notice\.toml.*3번째 줄.*expected/)).toBeTruthy();
  });

  test("with the arrow keys and Enter", async () => {
    await open();
    const [first, second, third] = screen.getAllByTestId("draft-task");
    await waitFor(() => expect(window.document.activeElement).toBe(first));
    await key("ArrowDown");
    expect(window.document.activeElement).toBe(second);
    await key("End");
    expect(window.document.activeElement).toBe(third);
    await key("ArrowLeft");
    await userEvent.keyboard("{Enter}");
    expect(byId("draft-form")).toBeTruthy();
    expect(window.document.activeElement).toBe(field("subject"));
  });

  test("with Ctrl+D, and Esc gives the focus back", async () => {
    byId("question").focus();
    await fireEvent.keyDown(window.document.body, { key: "ㅇ", code: "KeyD", ctrlKey: true });
    await screen.findByTestId("draft-tasks");
    await key("Escape");
    expect(screen.queryByTestId("drafting-dialog")).toBeNull();
    expect(window.document.activeElement).toBe(byId("question"));
  });

  test("from the first page, where it opens with its form", async () => {
    await userEvent.click(screen.getAllByTestId("welcome-task").find((one) => one.dataset.task === "official_letter")!);
    expect(await screen.findByTestId("draft-form")).toBeTruthy();
  });

  test("and a list that did not come is asked for again", async () => {
    shell.answers.drafting_tasks = refuse("locked", "잠겨 있습니다.");
    await userEvent.click(byId("drafting-button"));
    expect((await screen.findByTestId("drafting-failure")).textContent).toContain("잠겨 있습니다. (locked)");
    shell.answers.drafting_tasks = () => TASKS;
    await userEvent.click(byId("draft-tasks-retry"));
    expect(await screen.findByTestId("draft-tasks")).toBeTruthy();
    expect(screen.queryByTestId("drafting-failure")).toBeNull();
  });
});

describe("the form", () => {
  test("asks for what the task needs, each in its way", async () => {
    await fill({});
    expect(field("subject").placeholder).toBe("교육 안내");
    expect(field("content").tagName).toBe("TEXTAREA");
    expect(field("held").placeholder).toBe("2026. 4. 7.");
    expect([field("length").tagName, field("length").value]).toEqual(["SELECT", "2분"]);
    expect(field("people").inputMode).toBe("numeric");
    expect(field("subject").getAttribute("aria-required")).toBe("true");
    expect(field("held").getAttribute("aria-required")).toBe("false");
  });

  test("needs some of it only where there are no documents", async () => {
    await fill();
    expect(field("content").getAttribute("aria-required")).toBe("false");
    app.choose({ kind: "none" });
    await tick();
    expect(field("content").getAttribute("aria-required")).toBe("true");
    expect(byId("draft-scope").textContent).toBe("자료 없이 작성");
    await userEvent.click(byId("draft-write"));
    expect(byId("draft-hint").textContent?.trim()).toBe("‘알릴 내용’ 항목을 적어 주십시오.");
    expect(window.document.activeElement).toBe(field("content"));
    expect(called("draft")).toEqual([]);
  });

  test("changes the documents that are asked", async () => {
    await fill();
    expect(byId("draft-scope").textContent).toBe("모든 자료");
    await userEvent.click(byId("draft-scope-change"));
    const none = screen.getAllByTestId("scope-choice").find((one) => one.dataset.name === "자료 없이 대화")!;
    await userEvent.click(within(none).getByRole("radio"));
    expect(app.chosen).toEqual({ kind: "none" });
    expect(byId("draft-scope-change").getAttribute("aria-expanded")).toBe("true");
  });

  test("keeps what was filled in for each task until the lock", async () => {
    await fill({ subject: "교육 안내", people: "30" });
    await key("Escape");
    await open().catch(() => undefined);
    expect([field("subject").value, field("people").value]).toEqual(["교육 안내", "30"]);
    await userEvent.click(byId("drafting-back"));
    await choose("mine");
    expect(field("what").value).toBe("");
    await userEvent.click(byId("drafting-back"));
    await choose("official_letter");
    expect(field("subject").value).toBe("교육 안내");
    drafting.forget();
    await fill({});
    expect(field("subject").value).toBe("");
  });

  test("drafts by Ctrl+Enter, and not by the Enter that ends a syllable", async () => {
    await fill();
    field("subject").focus();
    await key("Enter", { isComposing: true });
    await userEvent.keyboard("{Enter}");
    expect(called("draft")).toEqual([]);
    await key("Enter", { ctrlKey: true });
    expect(called("draft")).toMatchObject([{ task: "official_letter", inputs: { subject: "교육 안내", length: "2분" }, documentIds: [1], seed: 0 }]);
  });

  test.each<[string, Partial<Status["engine"]>, string]>([
    ["none", { state: "none" }, "모델을 선택하면"],
    ["loading", { state: "loading" }, "모델을 불러오는 중입니다."],
    ["failed", { state: "failed" }, "모델을 불러오지 못했습니다."],
  ])("says so where the model is not ready (%s)", async (_, engine, hint) => {
    await fill();
    const now = status();
    app.status = { ...now, engine: { ...now.engine, ...engine } };
    await tick();
    expect(byId("draft-hint").textContent).toContain(hint);
    expect(byId<HTMLButtonElement>("draft-write").disabled).toBe(true);
  });
});

describe("a draft on its way", () => {
  test("tells each step once, shows what is written, and can be stopped", async () => {
    await fill();
    await write();
    expect(window.document.activeElement).toBe(byId("draft-stop"));
    tell({ type: "searching" });
    await tick();
    expect(told()).toBe("자료를 찾는 중입니다.");
    for (const part of [100, 700]) {
      tell({ type: "prefill", done: part, total: 1000 });
      await tick();
      expect(told()).toBe("자료와 입력을 읽는 중입니다.");
    }
    const bar = within(byId("draft-progress")).getByRole<HTMLProgressElement>("progressbar");
    expect([bar.value, bar.max]).toEqual([700, 1000]);
    tell({ type: "document", document: { title: "교육 안내", blocks: [{ kind: "point", level: 1, text: "개요" }] } });
    await tick();
    expect(paper()).toEqual(["교육 안내", "□ 개요"]);
    await userEvent.click(byId("draft-stop"));
    expect(called("stop")).toHaveLength(1);
    expect(told()).toBe("초안 작성을 중지하는 중입니다.");
    await finish({ cut: true });
    expect(byId("draft-cut").textContent).toContain("끝까지 쓰지 못한 초안");
  });

  test("lines that nothing speaks for are told, until the person changes them", async () => {
    await fill();
    await write();
    await finish({ text: "제목  교육 안내\n일시: 2026. 4. 16.\n", unfounded: ["일시: 2026. 4. 16.", "장소: 제2강당"] });
    expect(byId("draft-unfounded").textContent).toContain("1개");
    expect([...byId("draft-unfounded").querySelectorAll("li")].map(({ textContent }) => textContent)).toEqual(["일시: 2026. 4. 16."]);
  });

  test("that is stopped before there is anything to read goes back to the form without a failure", async () => {
    await fill();
    await write();
    await userEvent.click(byId("draft-stop"));
    end({ code: "draft_answer", message: "쓰지 못했습니다.", detail: "" });
    await screen.findByTestId("draft-form");
    expect(screen.queryByTestId("drafting-failure")).toBeNull();
    expect(app.toasts.at(-1)?.text).toBe("초안 작성을 중지했습니다.");
  });

  test("that fails says why, and the form keeps what was filled in", async () => {
    await fill();
    await write();
    end({ code: "draft_input_invalid", message: "‘일자’ 항목의 내용이 올바르지 않습니다.", detail: "" });
    expect((await screen.findByTestId("drafting-failure")).textContent).toContain("올바르지 않습니다. (draft_input_invalid)");
    expect(field("subject").value).toBe("교육 안내");
  });

  test("goes on while the dialog is closed, and says when it is there", async () => {
    await fill();
    await write();
    await key("Escape");
    tell(done());
    end();
    await waitFor(() => expect(app.toasts.at(-1)?.text).toContain("초안을 다 썼습니다."));
    await userEvent.click(byId("drafting-button"));
    expect(await screen.findByTestId("draft-export")).toBeTruthy();
  });

  test("is dropped by the lock, and what comes of it later is not shown", async () => {
    await fill();
    await write();
    drafting.forget();
    tell(done());
    end();
    await tick();
    expect([drafting.writing, drafting.written]).toEqual([null, []]);
  });

  test("whose last event comes behind the reply is still received", async () => {
    await fill();
    await write();
    end();
    await tick();
    tell(done());
    expect(await screen.findByTestId("draft-export")).toBeTruthy();
    expect(screen.queryByTestId("drafting-failure")).toBeNull();
  });
});

describe("a draft that is there", () => {
  test("has its signs, 붙임 and 끝., its marks, the sources of these and its grade", async () => {
    await drafted();
    expect(paper()).toEqual([
      "제목 교육 안내",
      "1. 관련: 총무과-1 [1]",
      "2. 교육을 합니다.",
      "가. 일시: 2026. 4. 15.",
      "나. 장소: 대강당",
      "붙임 1. 계획서 1부.2. 명단 1부. 끝.",
    ]);
    expect(byId("draft-mark").title).toBe("[1] 복무규정.hwpx");
    expect(byId("draft-sources").textContent).toBe("[1] 복무규정.hwpx");
    expect(within(byId("drafting-dialog")).getByTestId("grade-chip").dataset.grade).toBe("S");
    expect(told()).toBe("초안을 다 썼습니다.");
  });

  test("shows tables with their headings", async () => {
    await drafted({ document: { title: "대조표", blocks: [{ kind: "table", header: ["현행", "개정"], rows: [["가", "나"], ["다", "라"]] }] } });
    const table = within(byId("draft-paper")).getByRole("table");
    expect(within(table).getAllByRole("columnheader").map((cell) => cell.textContent?.trim())).toEqual(["현행", "개정"]);
    expect(within(table).getAllByRole("cell").map((cell) => cell.textContent?.trim())).toEqual(["가", "나", "다", "라"]);
  });

  test("is checked by the rules, whose dialog opens with its text", async () => {
    await drafted();
    await waitFor(() => expect(byId("draft-style").textContent).toContain("고칠 곳 1개, 살펴볼 곳 0개"));
    await userEvent.click(byId("draft-style"));
    expect(style.text).toBe("제목  교육 안내\n");
    await screen.findByTestId("style-dialog");
    await key("Escape");
    expect(screen.queryByTestId("style-dialog")).toBeNull();
    expect(byId("drafting-dialog")).toBeTruthy();
  });

  test("is copied as text, where its grade may", async () => {
    const copied = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    await drafted();
    await userEvent.click(byId("draft-copy"));
    expect(copied).toHaveBeenCalledWith("제목  교육 안내\n");
    app.status = status("ready", { copy_up_to: "O" });
    await userEvent.click(byId("draft-copy"));
    expect(copied).toHaveBeenCalledTimes(1);
    expect(app.toasts.at(-1)?.text).toContain("복사할 수 없습니다");
  });

  test("is written again otherwise, and the one before can be gone back to", async () => {
    await drafted();
    await userEvent.click(byId("draft-again"));
    expect(called("draft").map(({ seed }) => seed)).toEqual([0, 1]);
    await finish({ document: { title: "둘째", blocks: [] } });
    expect([byId("draft-number").textContent, paper()]).toEqual(["초안 2/2", ["둘째"]]);
    await userEvent.click(byId("draft-previous"));
    expect([byId("draft-number").textContent, paper()[0]]).toEqual(["초안 1/2", "제목 교육 안내"]);
    await userEvent.click(byId("draft-next"));
    expect(paper()).toEqual(["둘째"]);
  });

  test("is the likeliest again where something else was filled in", async () => {
    await drafted();
    await userEvent.click(byId("draft-to-form"));
    await fireEvent.input(field("subject"), { target: { value: "훈련 안내" } });
    await write();
    expect(called("draft").map(({ seed }) => seed)).toEqual([0, 0]);
  });

  test("is changed in place with a way back, and its text follows", async () => {
    await drafted();
    await userEvent.click(byId("draft-edit"));
    const area = screen.getByLabelText<HTMLTextAreaElement>("2. 항목");
    area.focus();
    for (const value of ["교육을", "교육을 엽니다."]) await fireEvent.input(area, { target: { value } });
    expect(drafting.text).toBe(
      "제목  교육 안내\n1. 관련: 총무과-1\n2. 교육을 엽니다.\n  가. 일시: 2026. 4. 15.\n  나. 장소: 대강당\n붙임  1. 계획서 1부.\n      2. 명단 1부.  끝.\n",
    );
    await userEvent.click(byId("draft-undo"));
    expect(screen.getByLabelText<HTMLTextAreaElement>("2. 항목").value).toBe("교육을 합니다.");
    expect([byId<HTMLButtonElement>("draft-undo").disabled, drafting.text]).toEqual([true, "제목  교육 안내\n"]);
  });
});

describe("a draft leaves as a file", () => {
  async function exporting(more: Parameters<typeof done>[0] = {}) {
    await drafted(more);
    await userEvent.click(byId("draft-export"));
    await screen.findByTestId("draft-export-dialog");
  }
  const save = () => userEvent.click(byId("draft-export-save"));
  const options = (id: string) => [...byId<HTMLSelectElement>(id).options].map(({ value }) => value);

  test("of the chosen format, with its grade in the name and its sources", async () => {
    await exporting();
    expect(options("draft-format")).toEqual(["hwpx", "docx", "pdf", "md", "txt"]);
    await save();
    expect(called("plugin:dialog|save")).toMatchObject([{ options: { defaultPath: "공문 기안 (S 민감).hwpx" } }]);
    expect(called("export_draft")).toEqual([
      { document: DOCUMENT, path: "/home/me/공문.hwpx", grade: "S", documentIds: [1], sources: ["복무규정.hwpx", "지침.pdf"], masked: true },
    ]);
    expect(screen.queryByTestId("draft-export-dialog")).toBeNull();
    expect(app.toasts.at(-1)?.text).toBe("초안을 내보냈습니다.");
  });

  test("without its marks, and with personal information, where the person says so", async () => {
    await exporting();
    await userEvent.click(byId("draft-marked"));
    await userEvent.click(byId("draft-plain"));
    await save();
    expect(called("export_draft")).toMatchObject([{ sources: null, masked: false }]);
  });

  test("of no lower grade than what it rests on, and of any where it rests on nothing", async () => {
    await exporting();
    expect(options("draft-grade")).toEqual(["C", "S"]);
    await userEvent.click(byId("draft-export-cancel"));
    await userEvent.click(byId("draft-again"));
    await finish({ grade: null, sources: [] });
    await userEvent.click(byId("draft-export"));
    expect([options("draft-grade"), byId<HTMLSelectElement>("draft-grade").value]).toEqual([["C", "S", "O"], "S"]);
  });

  test("where the policy lets that grade leave, and masked where it wants that", async () => {
    await exporting();
    app.status = status("ready", { export_up_to: "S", export_masking: "masked" });
    await tick();
    expect(byId("draft-masking").textContent).toContain("가리고 내보냅니다");
    await userEvent.selectOptions(byId("draft-grade"), "C");
    expect(byId("draft-export-refusal").textContent).toContain("내보낼 수 없습니다");
    expect(byId<HTMLButtonElement>("draft-export-save").disabled).toBe(true);
  });

  test("with the notice that a model wrote it, which is kept as it is set", async () => {
    await exporting();
    await userEvent.click(byId("draft-notice"));
    expect(called("set_draft_notice")).toEqual([{ notice: false }]);
    shell.answers.set_draft_notice = refuse("vault_full", "저장하지 못했습니다.");
    await userEvent.click(byId("draft-notice"));
    expect(byId("draft-export-failure").textContent).toContain("저장하지 못했습니다. (vault_full)");
    expect(byId<HTMLInputElement>("draft-notice").checked).toBe(false);
  });

  test("and which letters it cannot show is told afterwards", async () => {
    shell.answers.export_draft = () => "壹貳";
    await exporting();
    await save();
    await waitFor(() => expect(byId("draft-lacking").textContent).toContain("壹 貳"));
    expect(byId("draft-export-cancel").textContent).toBe("닫기");
  });

  test("and a refusal, or a dialog that was closed, leaves all as it was", async () => {
    shell.answers.export_draft = refuse("export_forbidden", "내보낼 수 없습니다.");
    await exporting();
    await save();
    expect((await screen.findByTestId("draft-export-failure")).textContent).toContain("(export_forbidden)");
    shell.answers["plugin:dialog|save"] = () => null;
    await save();
    await waitFor(() => expect(screen.queryByTestId("draft-export-failure")).toBeNull());
    expect(called("export_draft")).toHaveLength(1);
    expect(byId("draft-export-dialog")).toBeTruthy();
  });
});

test("nothing is wrong with its pages for people who see, hear or move otherwise", async () => {
  // What takes a layout is looked at in the real window.
  const options = { rules: { "color-contrast": { enabled: false } } };
  const wrong = async () => (await axe.run(byId("drafting-dialog"), options)).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  await open();
  expect(await wrong()).toEqual([]);
  await choose("official_letter");
  await userEvent.click(byId("draft-scope-change"));
  expect(await wrong()).toEqual([]);
  await fireEvent.input(field("subject"), { target: { value: "교육" } });
  await write();
  expect(await wrong()).toEqual([]);
  await finish({ document: { ...DOCUMENT, title: "교육 안내", blocks: [{ kind: "heading", level: 1, text: "개요" }, ...DOCUMENT.blocks] } });
  expect(await wrong()).toEqual([]);
  await userEvent.click(byId("draft-edit"));
  expect(await wrong()).toEqual([]);
});

test("another language changes what the window says at once, and nothing in the draft", async () => {
  await drafted();
  const before = paper();
  language.choose("en");
  await tick();
  expect([told(), plain(byId("draft-export"))]).toEqual(["The draft is ready.", "Export"]);
  expect(paper()).toEqual(before);
  await userEvent.click(byId("draft-edit"));
  expect(screen.getByLabelText<HTMLTextAreaElement>("Item 2.").value).toBe("교육을 합니다.");
});

test("in English a broken template is named by its detail, as the message names none", async () => {
  language.choose("en");
  await open();
  expect(plain(within(byId("draft-broken")).getByRole("heading"))).toBe("1 template cannot be used");
  expect(byId("draft-broken").textContent).toContain("/home/me/templates/notice.toml:3: expected `=`");
});

test("a lost draft is told in the language that is chosen since", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"], shouldAdvanceTime: true });
  await fill();
  await write();
  end();
  await vi.advanceTimersByTimeAsync(4000);
  vi.useRealTimers();
  expect((await screen.findByTestId("drafting-failure")).textContent).toContain("초안을 받지 못했습니다.");
  language.choose("en");
  await tick();
  expect(byId("drafting-failure").textContent).toContain("The draft did not arrive.");
});

test("the lock closes it", async () => {
  await fill();
  await at({ state: "open" });
  await emit("status", status());
  expect(drafting.open).toBe(true);
  drafting.forget();
  await tick();
  expect(screen.queryByTestId("drafting-dialog")).toBeNull();
});
