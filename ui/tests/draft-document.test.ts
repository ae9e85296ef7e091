import { expect, test } from "vitest";
import type { DraftDocument } from "../src/lib/contract";
import { firstTexts, plainText, runs, textsOf, withText } from "../src/lib/drafting/document";
import { numbered, sign } from "../src/lib/drafting/numbering";

// What a draft is as text; the same as the shell's, which the files have.

const block = (more: DraftDocument["blocks"][number]) => more;
const item = (level: number) => block({ kind: "item", level, text: "글" });
const paragraph = (text: string) => block({ kind: "paragraph", text });

test.each<[number, number, string]>([
  [1, 12, "12."],
  [2, 14, "하."],
  [2, 15, "거."],
  [2, 29, "29."],
  [3, 1, "1)"],
  [4, 2, "나)"],
  [5, 3, "(3)"],
  [6, 4, "(라)"],
  [7, 20, "⑳"],
  [7, 21, "㉑"],
  [7, 36, "㊱"],
  [7, 50, "㊿"],
  [7, 51, "(51)"],
  [8, 1, "㉮"],
  [8, 14, "㉻"],
  [8, 15, "(거)"],
])("an item of level %d, number %d has the sign %s", (level, number, wanted) => {
  expect(sign(level, number)).toBe(wanted);
});

test.each<[DraftDocument["blocks"], string]>([
  [[item(1), item(2), item(2), item(1), item(2), item(2)], "1. 가. 나. 2. 가. 나."],
  // One alone has no sign.
  [[item(1)], "·"],
  [[item(1), item(2), item(1)], "1. · 2."],
  [[item(1), item(2), item(2)], "· 1. 2."],
  [[item(1), item(2), item(3), item(3), item(1), item(2), item(2)], "1. · 가. 나. 2. 가. 나."],
  // A level that is left out is closed up.
  [[item(1), item(4), item(4), item(1)], "1. 가. 나. 2."],
  // A list of its own behind a paragraph.
  [[item(1), item(1), paragraph("글"), item(1), item(1)], "1. 2. | 1. 2."],
])("items are numbered by their place (%#)", (blocks, wanted) => {
  expect(numbered(blocks).map((one) => (one ? one.sign || "·" : "|")).join(" ")).toBe(wanted);
});

test.each<[string, DraftDocument, number, string]>([
  ["a report has its points", { title: "요약", blocks: [block({ kind: "heading", level: 1, text: "개요" }), block({ kind: "point", level: 1, text: "추진" }), block({ kind: "point", level: 2, text: "대상" })] }, 0, "요약\n\n개요\n\n□ 추진\n  ○ 대상\n"],
  ["끝. has a line of its own below a table", { title: "", blocks: [block({ kind: "table", header: ["가", "나"], rows: [["1", "2"]] }), block({ kind: "end" })] }, 0, "가\t나\n1\t2\n  끝.\n"],
  ["끝. is not put twice", { title: "", blocks: [paragraph("이상.  끝."), block({ kind: "end" })] }, 0, "이상.  끝.\n"],
  ["one attachment has no number", { title: "", blocks: [block({ kind: "attachments", names: ["계획서 1부."] }), block({ kind: "end" })] }, 0, "붙임  계획서 1부.  끝.\n"],
  ["lines of a paragraph stay lines, and what is empty goes", { title: " ", blocks: [paragraph("하나\n\n둘"), paragraph(" "), block({ kind: "item", level: 1, text: "" })] }, 0, "하나\n둘\n"],
  ["marks of its sources go", { title: "", blocks: [paragraph("연가는 15일이다 [1, 2].")] }, 2, "연가는 15일이다.\n"],
  ["marks of a text without sources are its own", { title: "", blocks: [paragraph("별표 [1]과 같다.")] }, 0, "별표 [1]과 같다.\n"],
  ["a notice stands apart", { title: "", blocks: [paragraph("글"), block({ kind: "notice", text: "알림" })] }, 0, "글\n\n알림\n"],
])("%s", (_, made, sources, wanted) => {
  expect(plainText(made, sources)).toBe(wanted);
});

test("a text is read in runs, and a mark of no source is a word", () => {
  expect(runs("가 [1] 나 [1, 3] 다 [9] [붙임]", 2)).toEqual([
    { text: "가 ", marks: [] },
    { text: "[1]", marks: [1] },
    { text: " 나 ", marks: [] },
    { text: "[1, 3]", marks: [1] },
    { text: " 다 [9] [붙임]", marks: [] },
  ]);
});

test("one text is changed by its number, in the order of the eye", () => {
  const made: DraftDocument = { title: "0", blocks: [paragraph("1"), block({ kind: "table", header: ["2", "3"], rows: [["4", "5"]] }), block({ kind: "end" }), block({ kind: "attachments", names: ["6"] })] };
  expect(firstTexts(made.blocks)).toEqual([1, 2, 6, 6]);
  const flat = ({ title, blocks }: DraftDocument) => [title, ...blocks.flatMap(textsOf)];
  for (let index = 0; index < 7; index += 1) expect(flat(withText(made, index, "새 글")).indexOf("새 글")).toBe(index);
});
