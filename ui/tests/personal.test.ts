import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render as mount, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import DocumentList from "../src/components/DocumentList.svelte";
import MessageView from "../src/components/MessageView.svelte";
import SourceBlock from "../src/components/SourceBlock.svelte";
import { app } from "../src/lib/app.svelte";
import type { Mark } from "../src/lib/contract";
import { language } from "../src/lib/language.svelte";
import { render } from "../src/lib/markdown";
import { cover, parts, uncover } from "../src/lib/marks";
import { layOut } from "../src/lib/source";
import { unsaved } from "../src/lib/turn";
import { answer, block, citation, document, status } from "./samples";

const NUMBER = "900101-1234567";
const PHONE = "010-1234-5678";

/** Marks wherever the words are in the text. */
function mark(text: string, ...words: [word: string, label: string][]): Mark[] {
  return words.flatMap(([word, label]) =>
    [...text.matchAll(new RegExp(word.replace(/[*.|[\]()\\+?]/g, "\\$&"), "g"))].map(({ index }) => ({ start: index, end: index + word.length, label })),
  );
}

function dom(html: string): HTMLElement {
  const element = window.document.createElement("div");
  element.innerHTML = html;
  return element;
}

const marked = (element: ParentNode) => [...element.querySelectorAll<HTMLElement>("mark.personal")].map((each) => `${each.title}: ${each.textContent}`);

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  mockIPC(() => undefined);
  Object.assign(app, { turn: null, current: null, documents: [], conversations: [], toasts: [], source: null, status: status() });
});

afterEach(() => language.choose("ko"));

const shown = (text: string, marks: Mark[]) => parts(text, marks).map(({ text, label }) => (label ? `[${text}]` : text)).join("");
const at = (start: number, end: number): Mark => ({ start, end, label: "이름" });

test.each<[string, string, Mark[], string]>([
  ["none", "가나다", [], "가나다"],
  ["one", "가나다", [at(1, 2)], "가[나]다"],
  ["the whole text", "가나다", [at(0, 3)], "[가나다]"],
  ["in whatever order", "가나다", [at(2, 3), at(0, 1)], "[가]나[다]"],
  ["side by side", "가나다", [at(0, 1), at(1, 2)], "[가][나]다"],
  ["over one another", "가나다라", [at(0, 3), at(2, 4)], "[가나다][라]"],
  ["past the end", "가나다", [at(2, 9), at(7, 9)], "가나[다]"],
  ["empty or turned round", "가나다", [at(1, 1), at(2, 1)], "가나다"],
  ["counted in UTF-16", "😀가나", [at(2, 3)], "😀[가]나"],
])("marks are cut out of plain text: %s", (_, text, marks, wanted) => expect(shown(text, marks)).toBe(wanted));

test.each(["평범한 글", `앞 ${NUMBER} 뒤 ${NUMBER}`, `| 가 | ${NUMBER} |\n|---|---|`, "\ufdd00\ufdd1 글"])("what was covered comes back: %s", (text) => {
  const { text: covered, words } = cover(text, mark(text, [NUMBER, "주민등록번호"]));
  expect(covered).not.toContain(NUMBER);
  expect(uncover(covered, words).map((part) => part.text).join("")).toBe(text.replaceAll(/[\ufdd0\ufdd1]/g, "\ufffd"));
});

const N: [string, string] = [NUMBER, "주민등록번호"];
const P: [string, string] = [PHONE, "전화번호"];

test.each<[string, string, [string, string][], string[]]>([
  ["a paragraph", `번호는 ${NUMBER}입니다.`, [N], [`주민등록번호: ${NUMBER}`]],
  ["bold words", `**${NUMBER}**은 **${PHONE}**와 같이`, [N, P], [`주민등록번호: ${NUMBER}`, `전화번호: ${PHONE}`]],
  ["a list", `1. ${NUMBER}\n2. ${PHONE}`, [N, P], [`주민등록번호: ${NUMBER}`, `전화번호: ${PHONE}`]],
  ["a table", `| 이름 | 번호 |\n|---|---|\n| 가 | ${NUMBER} |`, [N], [`주민등록번호: ${NUMBER}`]],
  ["code", `\`${NUMBER}\`\n\n\`\`\`\n${PHONE}\n\`\`\``, [N, P], [`주민등록번호: ${NUMBER}`, `전화번호: ${PHONE}`]],
  ["a heading and a quotation", `# ${NUMBER}\n\n> ${PHONE}`, [N, P], [`주민등록번호: ${NUMBER}`, `전화번호: ${PHONE}`]],
  ["an address of mail", "a.b_c@korea.kr 입니다", [["a.b_c@korea.kr", "전자우편"]], ["전자우편: a.b_c@korea.kr"]],
  ["words that are masked with stars", "010-****-5678, 900101-*******", [["010-****-5678", "전화번호"], ["900101-*******", "주민등록번호"]], ["전화번호: 010-****-5678", "주민등록번호: 900101-*******"]],
  ["words that hold signs of HTML", "이름 <b>&amp; 입니다", [["<b>&amp;", "이름"]], ["이름: <b>&amp;"]],
])("personal information is marked in %s", (_, text, words, wanted) => {
  const page = dom(render(text, [], mark(text, ...words)));
  expect(marked(page)).toEqual(wanted);
  expect(page.textContent).not.toMatch(/[\ufdd0\ufdd1]/);
});

test("of the same words only those that are marked are marked", () => {
  const text = "연번 1234, 계좌 1234";
  const page = dom(render(text, [], [{ start: 12, end: 16, label: "계좌번호" }]));
  expect(page.innerHTML.trim()).toBe('<p>연번 1234, 계좌 <mark class="personal" title="계좌번호">1234</mark></p>');
});

test("marks keep the shape of a table that they go across", () => {
  const text = "| 가 | 나 |\n|---|---|\n| 김 | 이 |";
  const page = dom(render(text, [], [{ start: text.indexOf("김"), end: text.indexOf("이") + 1, label: "이름" }]));
  expect([...page.querySelectorAll("td")].map((cell) => cell.textContent!.trim())).toEqual(["김", "이"]);
});

test("citations go on beside them", () => {
  const text = `번호는 ${NUMBER}입니다. [1]`;
  const page = dom(render(text, [citation()], mark(text, N)));
  expect(marked(page)).toEqual([`주민등록번호: ${NUMBER}`]);
  expect(page.querySelector<HTMLElement>("[data-testid=chip]")!.dataset.mark).toBe("1");
});

test.each([
  '<img src=x onerror="alert(1)">',
  "<script>alert(1)</script>",
  '<mark class="personal" title="가짜">글</mark>',
  '"><svg onload=alert(1)>',
])("what is marked is text and nothing else: %s", (hostile) => {
  const text = `앞 ${hostile} 뒤`;
  const page = dom(render(text, [], [{ start: 2, end: 2 + hostile.length, label: hostile }]));
  expect(page.querySelectorAll("img, script, svg, [onerror], [onload]").length).toBe(0);
  expect(marked(page)).toEqual([`${hostile}: ${hostile}`]);
});

test("a mark that an answer writes itself is no mark", () => {
  expect(marked(dom(render('<mark class="personal" title="가짜">글</mark> \ufdd00\ufdd1', [], [])))).toEqual([]);
});

test("a question's personal information is marked, to the letter", () => {
  const text = `  ${NUMBER}은\n누구 것입니까?`;
  mount(MessageView, { message: { ...unsaved(1, "user", text), personal: mark(text, N) } });
  expect(marked(window.document)).toEqual([`주민등록번호: ${NUMBER}`]);
  expect(screen.getByTestId("message").querySelector(".question")!.textContent).toBe(text);
});

test("so is an answer's", () => {
  const text = `번호는 ${NUMBER}입니다. [1]`;
  mount(MessageView, { message: answer({ text, personal: mark(text, N) }) });
  expect(marked(window.document)).toEqual([`주민등록번호: ${NUMBER}`]);
  expect(screen.getByTestId("chip")).toBeTruthy();
});

test("in a source it is marked inside the quoted words and outside of them", () => {
  const text = `${PHONE}, 담당자는 ${NUMBER}이다.`;
  const [laidOut] = layOut([block({ text, cited: true, personal: mark(text, N, P) })], `담당자는 ${NUMBER}이다`);
  mount(SourceBlock, { laidOut: laidOut! });
  expect(marked(window.document)).toEqual([`전화번호: ${PHONE}`, `주민등록번호: ${NUMBER}`]);
  expect(screen.getAllByTestId("source-mark").map((each) => each.textContent)).toEqual([`담당자는 ${NUMBER}이다`]);
  expect(window.document.querySelector(".block")!.textContent!.trim()).toBe(text);
});

test("a mark that a quotation cuts is marked on both sides", () => {
  const [laidOut] = layOut([block({ text: "김철수", cited: true, personal: [at(0, 3)] })], "김철");
  mount(SourceBlock, { laidOut: laidOut! });
  expect(marked(window.document)).toEqual(["이름: 김철", "이름: 수"]);
});

test("in a source's table it is marked in its cell", () => {
  const text = `| 이름 | 번호 |\n|---|---|\n| 김철수<br>대리 | ${NUMBER} |`;
  const personal = mark(text, ["김철수", "이름"], N);
  const [laidOut] = layOut([block({ kind: "table", text, cited: true, personal })], `| 김철수<br>대리 | ${NUMBER} |`);
  mount(SourceBlock, { laidOut: laidOut! });
  const cells = screen.getAllByRole("cell");
  expect(cells.map(marked)).toEqual([["이름: 김철수"], [`주민등록번호: ${NUMBER}`]]);
  expect(cells[0]!.textContent).toBe("김철수\n대리");
});

const personal = [
  { kind: "resident_number", label: "주민등록번호", count: 3 },
  { kind: "phone", label: "전화번호", count: 1200 },
];

test("a document's details count it by kind", async () => {
  app.documents = [document({ personal })];
  mount(DocumentList);
  await userEvent.click(screen.getByText("복무규정.hwpx"));
  expect(screen.getByTestId("document-personal").textContent).toBe("주민등록번호 3건 · 전화번호 1,200건");
});

test("only identity numbers are told in the row", () => {
  app.documents = [document({ personal }), document({ id: 2, name: "전화.txt", personal: personal.slice(1) })];
  mount(DocumentList);
  const [first, second] = screen.getAllByTestId("document-row");
  const sign = within(first!).getByTestId("document-identity");
  expect(sign.title).toBe("고유식별정보가 있습니다: 주민등록번호 3건");
  expect(sign.textContent!.trim()).toBe("고유식별정보 있음");
  expect(within(second!).queryByTestId("document-identity")).toBeNull();
});

test("in English, what the shell names in Korean has its English name; what has none keeps its own", () => {
  language.choose("en");
  app.documents = [document({ personal })];
  mount(DocumentList);
  expect(screen.getByTestId("document-identity").title).toContain("Resident registration number: 3");
  const text = `${PHONE} 비밀`;
  expect(marked(dom(render(text, [], mark(text, [PHONE, "전화번호"], ["비밀", "다른 것"]))))).toEqual([`Phone number: ${PHONE}`, "다른 것: 비밀"]);
});
