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

/** A line's end inside a table's cell. */
const BREAK = /<br\s*\/?>/giu;
/** White space and the signs that Markdown puts between words: they differ between a passage and its blocks. */
const IGNORED = /[\s\u200b|*#`\\:-]/u;

/** The spans of `pieces` that `quote` covers, in order; where it is not there as a whole, its lines that are. */
export function locate(pieces: string[], quote: string): Span[] {
  const words = quote.replace(BREAK, "\n");
  const whole = find(pieces, words);
  if (whole.length > 0) return whole;
  return words.split("\n").flatMap((line) => find(pieces, line));
}

function find(pieces: string[], quote: string): Span[] {
  const needle = [...letters(quote)].map((letter) => letter.unit).join("");
  if (needle === "") return [];
  const hay = pieces.flatMap((piece, index) => [...letters(piece)].map((letter) => ({ ...letter, piece: index })));
  const text = hay.map((letter) => letter.unit).join("");
  const found: number[] = [];
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) found.push(at);
  // "5년 | 2일" is also in "15년 | 2일", but not as words of its own.
  const from = found.find((at) => begins(pieces, hay[at]!) && ends(pieces, hay[at + needle.length - 1]!)) ?? found[0];
  if (from === undefined) return [];
  const spans: Span[] = [];
  for (const { piece, at } of hay.slice(from, from + needle.length)) {
    const last = spans.at(-1);
    if (last?.piece === piece) last.end = at + 1;
    else spans.push({ piece, start: at, end: at + 1 });
  }
  return spans;
}

const WORD = /[\p{L}\p{N}]/u;

interface Letter {
  piece: number;
  at: number;
}

const begins = (pieces: string[], { piece, at }: Letter) => !WORD.test(pieces[piece]!.charAt(at - 1));

/** A particle may follow a number or a Latin word, so that only a number that goes on is told. */
const ends = (pieces: string[], { piece, at }: Letter) => !/\d\d/u.test(pieces[piece]!.slice(at, at + 2));

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
