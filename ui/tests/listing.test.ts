import { expect, test } from "vitest";
import type { DocumentRow } from "../src/lib/contract";
import { arrange, counts, select, type Chip } from "../src/lib/listing";
import { indexAt, startsOf, windowOf } from "../src/lib/windowing";
import { document } from "./samples";

const documents = [
  document({ id: 1, name: "복무규정.hwpx" }),
  document({ id: 2, name: "인사 지침.PDF".normalize("NFD"), folder: "인사", state: "waiting" }),
  document({ id: 3, name: "인사 사례.hwp", folder: "인사", state: "failed" }),
  document({ id: 4, name: "예산.xlsx", folder: "예산", partial: true }),
  document({ id: 5, name: "결산.xlsx", folder: "예산", unread_pages: [3], state: "indexing" }),
  document({ id: 6, name: "감사.hwp", state: "cancelled" }),
];
const ids = (rows: DocumentRow[]) => rows.map(({ id }) => id);

test.each<[Chip, string, number[]]>([
  ["all", "", [1, 2, 3, 4, 5, 6]],
  ["busy", "", [2, 5]],
  ["failed", "", [3]],
  ["partial", "", [4, 5]],
  ["cancelled", "", [6]],
  ["all", "인사", [2, 3]],
  ["all", " 지침.pdf ", [2]],
  ["failed", "인사", [3]],
  ["all", "없는 이름", []],
])("%s named “%s” are %j", (chip, name, wanted) => expect(ids(select(documents, { chip, name }))).toEqual(wanted));

test("each state is counted", () => expect(counts(documents)).toEqual({ all: 6, busy: 2, failed: 1, partial: 2, cancelled: 1 }));

const shape = (rows: DocumentRow[], closed: (string | null)[] = []) =>
  arrange(rows, new Set(closed)).map((item) => (item.kind === "folder" ? item.folder : item.document.id));

test("documents stand under their folders, those without one first", () => {
  expect(shape(documents)).toEqual([null, 1, 6, "인사", 2, 3, "예산", 4, 5]);
  expect(shape(documents.slice(1, 5))).toEqual(["인사", 2, 3, "예산", 4, 5]);
});

test("without folders there are no headings", () => expect(shape([documents[0]!, documents[5]!])).toEqual([1, 6]));
test("of a closed folder its heading is left", () => expect(shape(documents, ["인사", null])).toEqual([null, "인사", "예산", 4, 5]));

const starts = startsOf([10, 20, 30]);

test.each([
  [-5, 0],
  [0, 0],
  [9.9, 0],
  [10, 1],
  [29, 1],
  [30, 2],
  [600, 2],
])("at %d there is item %d", (distance, index) => expect(indexAt(starts, distance)).toBe(index));

const thousand = startsOf(new Array<number>(1000).fill(50));

test.each([
  ["the start", 0, [0, 17]],
  ["the middle", 25_000, [494, 517]],
  ["the end", 49_500, [984, 1000]],
  ["past the end, as when the list became shorter", 80_000, [984, 1000]],
])("at %s it holds what 500 pixels show and a little more", (_, top, range) => expect(windowOf(thousand, top as number, 500)).toEqual(range));

test("a list without items shows none", () => expect(windowOf(startsOf([]), 0, 500)).toEqual([0, 0]));
