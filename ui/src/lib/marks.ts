/** Personal information marked in texts. */
import type { Mark } from "./contract";
import { personalName } from "./personal";

export interface Part {
  text: string;
  /** What it is, where it is personal information. */
  label: string | null;
}

/** What stands for marked words while Markdown is read, which must find no signs of its own in them. */
export interface Covered {
  text: string;
  words: Part[];
}

/** No text has these: Unicode keeps them from being characters. */
const [OPEN, CLOSE] = ["\ufdd0", "\ufdd1"];
const COVER = new RegExp(`${OPEN}(\\d+)${CLOSE}`, "gu");
/** What gives a table and its lines their shape stays uncovered. */
const SHAPE = /(\\?\||<br\s*\/?>|\n)/iu;

/** The text cut at its marks, which are clipped to it and to one another. */
export function parts(text: string, marks: Mark[]): Part[] {
  const result: Part[] = [];
  let done = 0;
  for (const { start, end, label } of marks.toSorted((a, b) => a.start - b.start)) {
    const [from, to] = [Math.max(start, done), Math.min(end, text.length)];
    if (from >= to) continue;
    if (from > done) result.push({ text: text.slice(done, from), label: null });
    result.push({ text: text.slice(from, to), label });
    done = to;
  }
  if (done < text.length) result.push({ text: text.slice(done), label: null });
  return result;
}

export function cover(text: string, marks: Mark[]): Covered {
  const words: Part[] = [];
  const hide = (part: string, label: string) => {
    if (part === "" || SHAPE.test(part)) return part;
    return `${OPEN}${words.push({ text: part, label }) - 1}${CLOSE}`;
  };
  const covered = parts(text.replaceAll(/[\ufdd0\ufdd1]/gu, "\ufffd"), marks).map(({ text: part, label }) =>
    label === null ? part : part.split(SHAPE).map((piece) => hide(piece, label)).join(""),
  );
  return { text: covered.join(""), words };
}

/** A piece of what was read, with the marked words in their places again. */
export function uncover(text: string, words: Part[]): Part[] {
  // Splitting by a pattern with a group puts the group's words, which are indexes here, at the odd places.
  return text
    .split(COVER)
    .map((piece, index) => (index % 2 === 0 ? { text: piece, label: null } : words[Number(piece)]!))
    .filter((part) => part.text !== "");
}

/** Where the parts that are personal information lie in the parts' joined text. */
export function marksOf(pieces: Part[]): Mark[] {
  let at = 0;
  return pieces.flatMap(({ text, label }) => {
    const start = at;
    at += text.length;
    return label === null ? [] : [{ start, end: at, label }];
  });
}

/** The marks of a slice of a text, counted from where the slice begins. */
export function within(marks: Mark[], from: number, to: number): Mark[] {
  return marks
    .filter(({ start, end }) => start < to && end > from)
    .map(({ start, end, label }) => ({ start: Math.max(start, from) - from, end: Math.min(end, to) - from, label }));
}

/** Puts the marked words back wherever an element shows what stands for them; buttons hold none of the text. */
export function uncoverIn(element: Element, words: Part[]): void {
  for (const node of [...element.childNodes]) {
    if (node instanceof Element) {
      if (node.localName !== "button") uncoverIn(node, words);
    } else if (node instanceof Text && node.data.includes(OPEN)) {
      node.replaceWith(...uncover(node.data, words).map((part) => (part.label === null ? part.text : marked(part.text, part.label))));
    }
  }
}

function marked(text: string, label: string): HTMLElement {
  const mark = document.createElement("mark");
  mark.className = "personal";
  mark.title = personalName(label);
  mark.textContent = text;
  return mark;
}
