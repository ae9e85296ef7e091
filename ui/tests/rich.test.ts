import { render as draw, screen, waitFor } from "@testing-library/svelte";
import { expect, test } from "vitest";
import Prose from "../src/components/Prose.svelte";
import { render } from "../src/lib/markdown";
import { highlighted } from "../src/lib/rich/code";
import { formula } from "../src/lib/rich/math";
import { citation } from "./samples";

const rich = { formula, highlighted };

function dom(text: string): HTMLElement {
  const element = window.document.createElement("div");
  element.innerHTML = render(text, [citation()], [], rich);
  return element;
}

test.each([
  ["한 줄의 $a^2 + b^2 = c^2$ 식", null, "msup"],
  ["한 줄의 \\(\\frac{1}{2}\\) 식", null, "mfrac"],
  ["$$\\sum_{i=1}^{n} x_i$$", "block", "munderover"],
  ["앞 글\n\n\\[\n\\sqrt{x}\n\\]\n\n뒤 글", "block", "msqrt"],
  ["- 목록의 $x_1$", null, "msub"],
])("a formula is MathML: %s", (text, display, element) => {
  const math = dom(text).querySelector("math")!;
  expect(math.getAttribute("display")).toBe(display);
  expect(math.querySelector(element)).not.toBeNull();
  // Its TeX is not read out beside it.
  expect(math.textContent).not.toMatch(/[\\^_]/);
});

test.each(["단가는 $5이고 배송은 $6입니다.", "`$a$`", "```\n$a$\n```", "값은 $ a $ 입니다", "깨진 식 $\\frac{1}$ 입니다", "\\$a\\$"])(
  "no formula: %s",
  (text) => {
    const page = dom(text);
    expect(page.querySelector("math")).toBeNull();
    expect(page.textContent).toContain("$");
  },
);

test("a mark stands behind a formula, and is none inside it", () => {
  const page = dom("넓이는 $x[1]$입니다. [1]");
  expect(page.querySelectorAll(".chip").length).toBe(1);
  expect(page.querySelector("math .chip")).toBeNull();
});

test("a formula brings no style, no link and no picture", () => {
  const page = dom("$\\href{https://example.com}{x}$ $\\includegraphics{https://example.com/x.png}$ $\\color{red}{y}$");
  expect(page.querySelector("a, img, [href], [src], [style]")).toBeNull();
});

test.each([
  ["sql", "SELECT 이름 FROM 직원 WHERE 나이 > 30", ".hljs-keyword", "SELECT"],
  ["json", '{"값": 3}', ".hljs-number", "3"],
  ["python", 'print("가")', ".hljs-string", '"가"'],
])("code in %s has its words marked", (language, code, selector, words) => {
  const page = dom(`\`\`\`${language}\n${code}\n\`\`\``);
  expect(page.querySelector(selector)!.textContent).toBe(words);
  expect(page.querySelector("pre")!.textContent).toBe(code);
});

test.each(["brainfog", ""])("code in a language that is not known stays as it is: %s", (language) => {
  const page = dom(`\`\`\`${language}\n<b>1 & 2</b>\n\`\`\``);
  expect(page.querySelector("pre")!.textContent).toBe("<b>1 & 2</b>");
  expect(page.querySelector("pre span, pre b")).toBeNull();
});

test("what a text needs comes with the first text that needs it", async () => {
  draw(Prose, { text: "식 $x^2$\n\n```sql\nSELECT 1\n```", citations: [] });
  await waitFor(() => expect(document.querySelector("math")).not.toBeNull());
  await waitFor(() => expect(document.querySelector(".hljs-keyword")).not.toBeNull());
  expect(screen.getByText("SELECT")).toBeTruthy();
});
