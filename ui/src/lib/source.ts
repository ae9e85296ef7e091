/** A source's blocks, laid out for the pane with the quoted words marked. */
import { lexer, type Tokens } from "marked";
import type { SourceBlock } from "./contract";
import { locate, segments, type Segment } from "./quote";

export interface LaidOut {
  block: SourceBlock;
  /** One row with one cell for text; a table's rows, the first its header. */
  rows: Segment[][][];
  table: boolean;
}

export function layOut(blocks: SourceBlock[], quote: string): LaidOut[] {
  const grids = blocks.map((block) => ({ block, ...grid(block) }));
  const cells = grids.flatMap(({ block, rows }) => rows.flat().map((text) => ({ text, cited: block.cited })));
  // Only cited blocks are searched: the same words elsewhere are not the source.
  const spans = locate(cells.map((cell) => (cell.cited ? cell.text : "")), quote);
  let piece = 0;
  return grids.map(({ block, table, rows }) => ({
    block,
    table,
    rows: rows.map((row) =>
      row.map((text) => {
        const here = spans.filter((span) => span.piece === piece);
        piece++;
        return segments(text, here);
      }),
    ),
  }));
}

function grid(block: SourceBlock): { table: boolean; rows: string[][] } {
  if (block.kind === "table") {
    const table = lexer(block.text).find((token): token is Tokens.Table => token.type === "table");
    if (table) {
      const rows = [table.header, ...table.rows].map((row) => row.map((cell) => cell.text.replace(/<br\s*\/?>/g, "\n")));
      return { table: true, rows };
    }
  }
  return { table: false, rows: [[block.text]] };
}
