import { expect, test } from "vitest";
import { Growing, render } from "../src/lib/markdown";
import { chipLabel } from "../src/lib/format";
import { citation } from "./samples";

function dom(html: string): HTMLElement {
  const element = window.document.createElement("div");
  element.innerHTML = html;
  return element;
}

test("a mark becomes a chip with its source", () => {
  const chip = dom(render("연가는 15일입니다. [1]", [citation()])).querySelector("button")!;
  expect(chip.className).toBe("chip");
  expect(chip.dataset.mark).toBe("1");
  expect(chip.dataset.testid).toBe("chip");
  expect(chip.textContent).toBe("복무규정.hwpx · 3쪽");
  expect(chip.title).toBe("복무규정.hwpx · 3쪽 · 제3장 휴가 > 제15조(연가 일수)");
});

test.each([
  [citation({ page: null }), "복무규정.hwpx · 제3장 > 제15조"],
  [citation({ page: null, heading_path: [] }), "복무규정.hwpx · 1구역"],
  [citation({ page: null, heading_path: ["휴가와 유연근무에 관한 공통 사항"] }), "복무규정.hwpx · 휴가와 유연근무에 관한…"],
  [citation({ file: "2024년도 지방공무원 복무 및 징계 관련 예규.hwpx" }), "2024년도 지방공무원 복….hwpx · 3쪽"],
])("a chip is named by page, else by headings, else by section", (source, label) => {
  expect(chipLabel(source)).toBe(label);
});

test("marks side by side, in lists and tables", () => {
  const both = [citation(), citation({ mark: 2, page: 4 })];
  expect(dom(render("가[1][2]\n\n- 나 [2]\n\n| 다 |\n|---|\n| 라 [1] |", both)).querySelectorAll(".chip").length).toBe(4);
});

test("unknown marks are dropped, also where there are no citations", () => {
  expect(dom(render("15일입니다. [7]", [citation()])).textContent!.trim()).toBe("15일입니다.");
  expect(dom(render("15일입니다 [1].", [])).textContent!.trim()).toBe("15일입니다.");
});

test("a sentence whose source lacks what it states has a note behind it that says what to do", () => {
  const page = dom(render("연가는 21일입니다. [?] 병가는 60일입니다. [1] [?]", [citation()]));
  const notes = [...page.querySelectorAll<HTMLElement>("[data-testid=doubt]")];
  expect(notes.map((note) => note.textContent)).toEqual(["근거 확인 필요", "근거 확인 필요"]);
  expect(notes[0]!.title).toBe("이 문장의 숫자·날짜·이름이 인용한 자료에 없습니다. 원문을 확인해 주십시오.");
  expect(notes[0]!.getAttribute("role")).toBe("note");
  expect(notes[0]!.getAttribute("aria-label")).toBe(`근거 확인 필요: ${notes[0]!.title}`);
  expect(page.querySelectorAll(".chip").length).toBe(1);
  expect(page.textContent!.trim()).toMatch(/^연가는 21일입니다\. 근거 확인 필요 병가는 60일입니다\. .+ 근거 확인 필요$/);
});

test.each(["`값[?]`", "```\n값 [?]\n```", "[?](https://example.com)"])("no note inside code or a link: %s", (text) => {
  const page = dom(render(text, [citation()]));
  expect(page.querySelector("[data-testid=doubt]")).toBeNull();
  expect(page.textContent).toContain("?");
});

test("a note stands in a table's cell", () => {
  expect(dom(render("| 가 |\n|---|\n| 21일 [?] |", [])).querySelector("td .doubt")).not.toBeNull();
});

test("code keeps its brackets", () => {
  expect(dom(render("`목록[1]`", [citation()])).querySelector("code")!.textContent).toBe("목록[1]");
});

test("Markdown is rendered", () => {
  const page = dom(render("**굵게**\n\n1. 하나\n2. 둘\n\n| 가 | 나 |\n|---|--:|\n| 1 | 2 |", []));
  expect(page.querySelector("strong")!.textContent).toBe("굵게");
  expect(page.querySelectorAll("ol li").length).toBe(2);
  expect(page.querySelectorAll("td").length).toBe(2);
});

test.each([
  "<script>alert(1)</script>",
  '<img src=x onerror="alert(1)">',
  '<p style="position:fixed" onclick="alert(1)">글</p>',
  '<svg onload="alert(1)"></svg>',
  '<iframe src="https://example.com"></iframe>',
  '<button class="chip" data-mark="1">가짜</button>',
  "[누르세요](javascript:alert(1))",
  "[누르세요](https://example.com)",
  "![그림](https://example.com/a.png)",
  "<https://example.com>",
])("%s does nothing", (hostile) => {
  const page = dom(render(`앞 ${hostile} 뒤\n\n${hostile}`, [citation()]));
  expect(page.querySelectorAll("script, img, svg, iframe, a, button, [style], [onclick], [onerror], [onload]").length).toBe(0);
  expect(page.textContent).toContain("앞");
});

test("a file name cannot break out of its chip", () => {
  const file = '"><img src=x onerror=alert(1)>.txt';
  const page = dom(render("가 [1]", [citation({ file })]));
  expect(page.querySelector("img")).toBeNull();
  expect(page.querySelector("button")!.title).toContain(file);
});

test.each([
  ["연가는 15일", "연가는 15일"],
  ["연가는 15일 [", "연가는 15일"],
  ["연가는 15일 [1", "연가는 15일"],
  ["연가는 15일 [?", "연가는 15일"],
  ["연가는 15일 [1]입", "연가는 15일입"],
])("a growing text shows no half mark: %s", (text, shown) => {
  expect(dom(new Growing().render(text).join("")).textContent!.trim()).toBe(shown);
});

const GROWN = [
  "첫 문단입니다.\n둘째 줄입니다.\n\n## 제목\n\n- 하나 [1]\n- 둘\n\n  이어지는 글\n- 셋\n\n끝 문단 **굵게**.",
  "| 구분 | 값 |\n|---|---|\n| 가 | 1 |\n| 나 | 2 |\n\n```\nlet 가 = 1;\n\nlet 나 = 2;\n```\n\n3. 셋째\n4. 넷째\n\n> 옮긴 글\n> 두 줄\n",
  "<b>그대로</b>\n\n제목\n---\n\n글 끝 [?]",
];

test.each(GROWN)("a text that grows letter by letter looks at each step as if it were rendered whole", (text) => {
  const growing = new Growing();
  for (let end = 1; end <= text.length; end++) {
    const part = text.slice(0, end);
    const whole = dom(render(part.replace(/\s?\[(\d*|\?)$/, ""), []));
    const blocks = dom(growing.render(part).join(""));
    for (const page of [whole, blocks]) page.innerHTML = page.innerHTML.replace(/>\s+</g, "><").trim();
    expect(blocks.innerHTML).toBe(whole.innerHTML);
  }
});

test("blocks before the last stay the same while a text grows", () => {
  const growing = new Growing();
  const before = growing.render("첫 문단.\n\n- 하나\n- 둘\n\n셋째");
  const after = growing.render("첫 문단.\n\n- 하나\n- 둘\n\n셋째 문단이 길어집니다.");
  expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
  expect(after.at(-1)).toContain("길어집니다");
});
