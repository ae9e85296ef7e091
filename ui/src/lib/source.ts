/** A source's blocks, laid out for the pane with the quoted words and the personal information marked. */
import { lexer, type Tokens } from "marked";
import type { Mark, SourceBlock } from "./contract";
import { cover, marksOf, uncover, within } from "./marks";
import { locate, segments, type Segment } from "./quote";

/** Words of a block, quoted or not as a whole. */
export interface Words extends Segment {
  personal: Mark[];
}

interface Cell {
  text: string;
  personal: Mark[];
}

export interface LaidOut {
  block: SourceBlock;
  /** One row with one cell for text; a table's rows, the first its header. */
  rows: Words[][][];
  table: boolean;
}

export function layOut(blocks: SourceBlock[], quote: string): LaidOut[] {
  const grids = blocks.map((block) => ({ block, ...grid(block) }));
  const cells = grids.flatMap(({ block, rows }) => rows.flat().map(({ text }) => ({ text, cited: block.cited })));
  // Only cited blocks are searched: the same words elsewhere are not the source.
  const spans = locate(cells.map((cell) => (cell.cited ? cell.text : "")), quote);
  let piece = 0;
  return grids.map(({ block, table, rows }) => ({
    block,
    table,
    rows: rows.map((row) =>
      row.map(({ text, personal }) => {
        const here = spans.filter((span) => span.piece === piece);
        piece++;
        let at = 0;
        return segments(text, here).map((segment) => {
          const from = at;
          at += segment.text.length;
          return { ...segment, personal: within(personal, from, at) };
        });
      }),
    ),
  }));
}

function grid(block: SourceBlock): { table: boolean; rows: Cell[][] } {
  if (block.kind === "table") {
    const { text, words } = cover(block.text, block.personal);
    const table = lexer(text).find((token): token is Tokens.Table => token.type === "table");
    if (table) {
      const cell = (written: string): Cell => {
        const parts = uncover(written.replace(/<br\s*\/?>/g, "\n"), words);
        return { text: parts.map((part) => part.text).join(""), personal: marksOf(parts) };
      };
      return { table: true, rows: [table.header, ...table.rows].map((row) => row.map(({ text }) => cell(text))) };
    }
  }
  return { table: false, rows: [[{ text: block.text, personal: block.personal }]] };
}
