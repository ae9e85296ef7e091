/** Finds a quoted passage in the pieces of text it was taken from, whatever happened to its white space. */

export interface Span {
  piece: number;
  start: number;
  end: number;
}

export interface Segment {
  text: string;
  marked: boolean;
}

/** White space and the signs that Markdown puts between words: they differ between a passage and its blocks. */
const IGNORED = /[\s\u200b|*#`\\:-]/u;

/** The spans of `pieces` that `quote` covers, in order; where it is not there as a whole, its lines that are. */
export function locate(pieces: string[], quote: string): Span[] {
  const whole = find(pieces, quote);
  if (whole.length > 0) return whole;
  return quote.split("\n").flatMap((line) => find(pieces, line));
}

function find(pieces: string[], quote: string): Span[] {
  const needle = [...letters(quote)].map((letter) => letter.unit).join("");
  if (needle === "") return [];
  const hay = pieces.flatMap((piece, index) => [...letters(piece)].map((letter) => ({ ...letter, piece: index })));
  const from = hay.map((letter) => letter.unit).join("").indexOf(needle);
  if (from < 0) return [];
  const spans: Span[] = [];
  for (const { piece, at } of hay.slice(from, from + needle.length)) {
    const last = spans.at(-1);
    if (last?.piece === piece) last.end = at + 1;
    else spans.push({ piece, start: at, end: at + 1 });
  }
  return spans;
}

/** UTF-16 units, so that positions in the joined text are positions in the list. */
function* letters(text: string): Generator<{ unit: string; at: number }> {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at);
    if (!IGNORED.test(unit)) yield { unit, at };
  }
}

/** A piece cut at its spans. */
export function segments(text: string, spans: Span[]): Segment[] {
  const result: Segment[] = [];
  let done = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start > done) result.push({ text: text.slice(done, start), marked: false });
    if (end > done) result.push({ text: text.slice(Math.max(start, done), end), marked: true });
    done = Math.max(done, end);
  }
  if (done < text.length) result.push({ text: text.slice(done), marked: false });
  return result;
}
