import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Chat from "../src/components/Chat.svelte";
import ConversationItem from "../src/components/ConversationItem.svelte";
import DocumentList from "../src/components/DocumentList.svelte";
import GradeChip from "../src/components/GradeChip.svelte";
import chipSource from "../src/components/GradeChip.svelte?raw";
import SourcePane from "../src/components/SourcePane.svelte";
import { app } from "../src/lib/app.svelte";
import type { DocumentRow, Grade } from "../src/lib/contract";
import { highest, isAbove, isReason, refusal } from "../src/lib/grades";
import { language } from "../src/lib/language.svelte";
import { everything } from "../src/lib/listing";
import { answer, citation, conversation, document, status } from "./samples";
import { colour, contrast, THEMES } from "./tokens";

let calls: [string, Record<string, unknown>][];
let answers: Record<string, (args: Record<string, unknown>) => unknown>;

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  calls = [];
  answers = { conversations: () => [] };
  mockIPC((command, args) => {
    calls.push([command, args as Record<string, unknown>]);
    return answers[command]?.(args as Record<string, unknown>);
  });
  Object.assign(app, { turn: null, current: null, documents: [], conversations: [], toasts: [], source: null, filter: everything, status: status() });
});

afterEach(() => language.choose("ko"));

const graded = (grade: Grade, more: Partial<DocumentRow> = {}) =>
  document({ grade, grade_reasons: ["주민등록번호 같은 고유식별정보가 2건 있습니다."], ...more });
const chips = (within: ParentNode = window.document) => [...within.querySelectorAll<HTMLElement>("[data-testid=grade-chip]")];

// What grades mean

test.each<[Grade, Grade, boolean]>([
  ["C", "S", true],
  ["C", "O", true],
  ["S", "O", true],
  ["S", "S", false],
  ["O", "S", false],
  ["S", "C", false],
])("%s is above %s: %s", (grade, other, above) => expect(isAbove(grade, other)).toBe(above));

test.each<[(Grade | null)[], Grade | null]>([
  [[], null],
  [[null], null],
  [["O", null, "S"], "S"],
  [["O", "C", "S"], "C"],
])("the highest of %j is %s", (grades, wanted) => expect(highest(grades)).toBe(wanted));

test.each([
  ["", false],
  ["가 나 다 라", false],
  ["가나다라마", true],
  [" 가\n나 다\t라 마 ", true],
  ["가나다라😀", true],
  ["가나😀", false],
])("“%s” is reason enough: %s", (text, enough) => expect(isReason(text)).toBe(enough));

test.each<[Grade | null, Grade, boolean]>([
  ["C", "S", true],
  ["S", "S", false],
  ["O", "O", false],
  [null, "O", false],
])("where the policy lets out up to %2$s, %1$s stays: %3$s", (grade, upTo, stays) => {
  expect(refusal("copy", grade, upTo) !== null).toBe(stays);
});

test("a refusal names both grades", () => {
  expect(refusal("export", "C", "S")).toBe("C 기밀 등급이므로 내보낼 수 없습니다. 기관 정책에서 S 민감 등급까지만 내보내기를 허용합니다.");
});

test("in English a refusal names both grades too, and the chip says its grade and why at once", async () => {
  const { container, rerender } = render(GradeChip, { grade: "S", proposed: true });
  const said = () => chips(container).map(({ textContent, title }) => [textContent!.trim(), title]);
  expect(said()).toEqual([["S 민감 제안", "내용을 보고 제안한 등급입니다. 아직 확정하지 않았습니다."]]);
  language.choose("en");
  await tick();
  expect(said()).toEqual([["Sensitive (S), proposed", "Proposed from the content; not confirmed yet."]]);
  await rerender({ proposed: false });
  expect(said()).toEqual([["Sensitive (S)", "Set by a person."]]);
  expect(refusal("copy", "C", "S")).toBe(
    "This cannot be copied, as its grade is Classified (C). Your agency’s policy allows copying only up to Sensitive (S).",
  );
});

// The chip

test.each(THEMES)("the chips' colours can be read in the %s theme", (theme) => {
  const pairs = [...chipSource.matchAll(/\.([CSO]) \{\s+background: var\((--[\w-]+)\);\s+color: var\((--[\w-]+)\);/g)];
  expect(pairs.map(([, grade]) => grade)).toEqual(["C", "S", "O"]);
  for (const [, , paper, ink] of pairs) expect(contrast(colour(theme, ink!), colour(theme, paper!))).toBeGreaterThanOrEqual(4.5);
});

test.each<[Grade, boolean, string, RegExp]>([
  ["C", false, "C 기밀 제안", /제안한 등급/],
  ["S", true, "S 민감", /사람이 정한/],
  ["O", false, "O 공개 제안", /제안한 등급/],
])("a ready document has its grade %s, decided: %s", (grade, graded_by_person, text, title) => {
  app.documents = [graded(grade, { graded_by_person })];
  render(DocumentList);
  const [chip] = chips();
  expect(chip!.textContent!.trim()).toBe(text);
  expect(chip!.title).toMatch(title);
  expect(chip!.dataset.proposed).toBe(String(!graded_by_person));
});

test("a document that is not ready shows none", () => {
  app.documents = [graded("C", { state: "indexing" }), document({ id: 2 })];
  render(DocumentList);
  expect(chips()).toEqual([]);
});

test("a conversation has its grade in its row and above it", async () => {
  app.conversations = [conversation({ grade: "S" })];
  app.current = 7;
  render(ConversationItem, { row: app.conversations[0]! });
  render(Chat);
  expect(chips().map((chip) => chip.textContent!.trim())).toEqual(["S 민감", "S 민감"]);
  app.conversations = [conversation()];
  await tick();
  expect(chips(screen.getByRole("main"))).toEqual([]);
});

test("what was just cited counts at once, before the conversation's row tells of it", async () => {
  answers["conversation"] = () => ({ ...conversation(), messages: [answer()] });
  app.documents = [graded("C")];
  app.conversations = [conversation()];
  await app.openConversation(7);
  expect(app.grade).toBe("C");
});

test("a source shows its document's grade, as it is now", async () => {
  app.documents = [graded("C")];
  const source = { document: graded("C"), heading_path: [], page: 1, section: 1, blocks: [] };
  render(SourcePane, { open: { citation: citation(), opener: null, source } });
  expect(chips().map((chip) => chip.textContent!.trim())).toEqual(["C 기밀 제안"]);
  app.documents = [graded("S", { graded_by_person: true })];
  await tick();
  expect(chips().map((chip) => chip.textContent!.trim())).toEqual(["S 민감"]);
});

// The form

const select = () => screen.getByTestId<HTMLSelectElement>("grade-select");
const save = () => screen.getByTestId<HTMLButtonElement>("grade-save");
const sent = () => calls.filter(([command]) => command === "set_grade").map(([, args]) => args);

async function opened(row: DocumentRow) {
  answers["set_grade"] = ({ grade }) => ({ ...row, grade, graded_by_person: true });
  app.documents = [row];
  render(DocumentList);
  await userEvent.click(screen.getByText(row.name));
}

test("the details say why a grade is proposed, and what each means", async () => {
  await opened(graded("S"));
  expect(screen.getByText("이 등급을 제안한 까닭")).toBeTruthy();
  expect(within(screen.getByTestId("grade-reasons")).getAllByRole("listitem").map((each) => each.textContent)).toEqual([
    "주민등록번호 같은 고유식별정보가 2건 있습니다.",
  ]);
  expect([...select().options].map(({ value, text }) => `${value} ${/^[CSO] .+: .+/.test(text)}`)).toEqual(["C true", "S true", "O true"]);
  expect(select().value).toBe("S");
  expect(window.document.getElementById(select().getAttribute("aria-describedby")!)!.textContent).toContain("개인정보");
});

test("a proposed grade is confirmed as it is", async () => {
  await opened(graded("S"));
  expect(save().textContent!.trim()).toBe("제안한 등급으로 확정");
  await userEvent.click(save());
  expect(sent()).toEqual([{ id: 1, grade: "S", reason: null }]);
  expect(chips().map((chip) => chip.textContent!.trim())).toEqual(["S 민감", "S 민감"]);
  expect(save().disabled).toBe(true);
  expect(screen.getByText("등급을 저장했습니다.")).toBeTruthy();
  expect(window.document.activeElement).toBe(select());
  expect(app.toasts).toEqual([]);
});

test("a higher grade wants no reason", async () => {
  await opened(graded("S"));
  await userEvent.selectOptions(select(), "C");
  expect(screen.queryByTestId("grade-reason")).toBeNull();
  await userEvent.click(save());
  expect(sent()).toEqual([{ id: 1, grade: "C", reason: null }]);
});

test("a lower grade wants a reason of five letters, spaces aside", async () => {
  await opened(graded("S"));
  await userEvent.selectOptions(select(), "O");
  await userEvent.type(screen.getByTestId("grade-reason"), "이미  공개");
  expect(save().disabled).toBe(true);
  await userEvent.type(screen.getByTestId("grade-reason"), "함 ");
  expect(save().disabled).toBe(false);
  await userEvent.click(save());
  expect(sent()).toEqual([{ id: 1, grade: "O", reason: "이미  공개함" }]);
  expect(screen.queryByTestId("grade-reason")).toBeNull();
});

test("what was decided has nothing to confirm, but can be changed", async () => {
  await opened(graded("S", { graded_by_person: true, grade_reasons: ["이미 공개된 자료"] }));
  expect(screen.getByText("이 등급으로 정한 까닭")).toBeTruthy();
  expect(save().disabled).toBe(true);
  await userEvent.selectOptions(select(), "C");
  expect(save().disabled).toBe(false);
});

test("the conversations' grades are asked for again", async () => {
  await opened(graded("S"));
  answers["conversations"] = () => [conversation({ grade: "S" })];
  await userEvent.click(save());
  await vi.waitFor(() => expect(app.conversations).toEqual([conversation({ grade: "S" })]));
});

test("a refusal is told in the form, and what was chosen stays", async () => {
  await opened(graded("S"));
  answers["set_grade"] = () => {
    throw { code: "grade_lowering_forbidden", message: "정책에서 등급을 낮추지 못하게 하였습니다.", detail: "" };
  };
  await userEvent.selectOptions(select(), "O");
  await userEvent.type(screen.getByTestId("grade-reason"), "이미 공개한 자료");
  await userEvent.click(save());
  expect((await screen.findByRole("alert")).textContent).toContain("grade_lowering_forbidden");
  expect(select().value).toBe("O");
  expect(screen.getByTestId<HTMLTextAreaElement>("grade-reason").value).toBe("이미 공개한 자료");
  expect(app.toasts).toEqual([]);
});

test("where the policy forbids lowering, lower grades cannot be chosen, and it is said", async () => {
  app.status = status("ready", { forbid_lowering: true });
  await opened(graded("S"));
  expect([...select().options].map(({ value, disabled }) => [value, disabled])).toEqual([
    ["C", false],
    ["S", false],
    ["O", true],
  ]);
  expect(screen.getByTestId("grade-forbidden").textContent).toContain("기관 정책");
});

test("a list that comes anew undoes nothing that is being chosen", async () => {
  await opened(graded("S"));
  await userEvent.selectOptions(select(), "O");
  await userEvent.type(screen.getByTestId("grade-reason"), "이미 공개");
  app.documents = [graded("S"), document({ id: 2, name: "새 자료.txt" })];
  await tick();
  expect(select().value).toBe("O");
  expect(screen.getByTestId<HTMLTextAreaElement>("grade-reason").value).toBe("이미 공개");
});

test.each(["grade-select", "grade-reason"])("the list's keys are left to %s", async (field) => {
  await opened(graded("S"));
  app.documents = [graded("S"), document({ id: 2, name: "지침.pdf" })];
  await userEvent.selectOptions(select(), "O");
  screen.getByTestId(field).focus();
  await userEvent.keyboard("{ArrowDown}{Delete}{Home}");
  expect(window.document.activeElement).toBe(screen.getByTestId(field));
  expect(calls.map(([command]) => command)).not.toContain("remove_document");
});

test("the menu leads to it", async () => {
  app.documents = [graded("S")];
  render(DocumentList);
  await userEvent.click(screen.getByTestId("more"));
  await userEvent.click(screen.getByTestId("grade-document"));
  expect(window.document.activeElement).toBe(select());
});
