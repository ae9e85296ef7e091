import { expect, test } from "vitest";
import { locate, segments } from "../src/lib/quote";
import { layOut } from "../src/lib/source";
import { block } from "./samples";

/** The quoted words of each piece, in brackets. */
function shown(pieces: string[], quote: string): string[] {
  const spans = locate(pieces, quote);
  return pieces.map((text, piece) =>
    segments(text, spans.filter((span) => span.piece === piece))
      .map(({ text, marked }) => (marked ? `[${text}]` : text))
      .join(""),
  );
}

test.each([
  ["verbatim", ["연가는 15일로 한다."], "15일로 한다", ["연가는 [15일로 한다]."]],
  ["other spacing", ["연가는  15일로\n한다."], "연가는 15일로 한다.", ["[연가는  15일로\n한다.]"]],
  ["no spacing at all", ["연가는 15일로 한다."], "연가는15일로한다", ["[연가는 15일로 한다]."]],
  ["no-break and full-width spaces", ["연가는\u00a015일로\u3000한다."], "연가는 15일로 한다.", ["[연가는\u00a015일로\u3000한다.]"]],
  ["over two blocks", ["앞 가나", "다라 뒤"], "가나\n다라", ["앞 [가나]", "[다라] 뒤"]],
  ["a table's row", ["재직기간", "3년 이상", "15일"], "| 3년 이상 | 15일 |", ["재직기간", "[3년 이상]", "[15일]"]],
  ["a row whose words end another row's", ["15년 이상", "2일", "5년 이상", "2일"], "| 5년 이상 | 2일 |", ["15년 이상", "2일", "[5년 이상]", "[2일]"]],
  ["a number that another begins with", ["제1항 150", "제1항 15"], "제1항 15", ["제1항 150", "[제1항 15]"]],
  ["two rows", ["기간", "일수", "3년", "15일", "5년", "17일"], "| 3년 | 15일 |\n| 5년 | 17일 |", ["기간", "일수", "[3년]", "[15일]", "[5년]", "[17일]"]],
  ["lines in a cell", ["3년 이상\n4년 미만", "15일"], "| 3년 이상<br>4년 미만 | 15일 |", ["[3년 이상\n4년 미만]", "[15일]"]],
  ["words inside a word, where they are nowhere else", ["연가일수"], "가일", ["연[가일]수"]],
  ["a whole table", ["기간", "일수", "3년", "15일"], "| 기간 | 일수 |\n|---|:--|\n| 3년 | 15일 |", ["[기간]", "[일수]", "[3년]", "[15일]"]],
  ["lines of which one is not there", ["제15조", "연가는 15일"], "제3장 휴가\n연가는 15일", ["제15조", "[연가는 15일]"]],
  ["words that are not there", ["연가는 15일"], "병가는 60일", ["연가는 15일"]],
  ["an empty quote", ["연가는 15일"], "  ", ["연가는 15일"]],
  ["signs outside the basic plane", ["😀 가 나 😀"], "나 😀", ["😀 가 [나 😀]"]],
])("%s", (_, pieces, quote, expected) => {
  expect(shown(pieces, quote)).toEqual(expected);
});

test("overlapping spans are marked once", () => {
  const spans = [
    { piece: 0, start: 0, end: 3 },
    { piece: 0, start: 2, end: 4 },
  ];
  expect(segments("가나다라마", spans)).toEqual([
    { text: "가나다", marked: true },
    { text: "라", marked: true },
    { text: "마", marked: false },
  ]);
});

test("a table is laid out in rows and marked in its cells, only where it is cited", () => {
  const table = "| 재직기간 | 연가 |\n|---|---|\n| 3년 이상<br>4년 미만 | 15일 |";
  const [other, cited] = layOut([block({ text: "15일" }), block({ index: 1, kind: "table", text: table, cited: true })], "15일");
  expect(other!.rows).toEqual([[[{ text: "15일", marked: false, personal: [] }]]]);
  expect(cited!.table).toBe(true);
  expect(cited!.rows[1]).toEqual([
    [{ text: "3년 이상\n4년 미만", marked: false, personal: [] }],
    [{ text: "15일", marked: true, personal: [] }],
  ]);
});

test("a table that is not Markdown is shown as text", () => {
  expect(layOut([block({ kind: "table", text: "가 나" })], "")[0]).toMatchObject({ table: false, rows: [[[{ text: "가 나" }]]] });
});
