/** A draft's texts: as lines, as plain text, with its marks, and with one of them changed. */
import type { DraftBlock, DraftDocument } from "../contract";
import { numbered, point } from "./numbering";

/** The marks [1] and [1, 2] that name passages. */
const MARKS = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/g;
/** What ends an official document, and what its attachments stand behind: Korean in every language of the window. */
export const END = "끝.";
export const ATTACHED = "붙임";

const numbersOf = (inside: string) => inside.split(",").map(Number);

/** Every text of a block, in the order of the eye. */
export function textsOf(block: DraftBlock): string[] {
  switch (block.kind) {
    case "table":
      return [...block.header, ...block.rows.flat()];
    case "attachments":
      return block.names;
    case "end":
      return [];
    default:
      return [block.text];
  }
}

/** Changes every text; each is known by its number, the title's being 0. */
export function mapTexts(document: DraftDocument, change: (text: string, index: number) => string): DraftDocument {
  let index = 0;
  const one = (text: string) => change(text, index++);
  const title = one(document.title);
  const blocks = document.blocks.map((block): DraftBlock => {
    switch (block.kind) {
      case "table":
        return { ...block, header: block.header.map(one), rows: block.rows.map((row) => row.map(one)) };
      case "attachments":
        return { ...block, names: block.names.map(one) };
      case "end":
        return block;
      default:
        return { ...block, text: one(block.text) };
    }
  });
  return { title, blocks };
}

export const withText = (document: DraftDocument, index: number, text: string): DraftDocument =>
  mapTexts(document, (old, at) => (at === index ? text : old));

/** The number of each block's first text. */
export function firstTexts(blocks: DraftBlock[]): number[] {
  let next = 1;
  return blocks.map((block) => {
    const first = next;
    next += textsOf(block).length;
    return first;
  });
}

/** A piece of a text: words, or the numbers of a mark. */
export type Run = { text: string; marks: number[] };

/** The text in runs; what looks like a mark but names no source stays words. */
export function runs(text: string, sources: number): Run[] {
  const found: Run[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKS)) {
    const marks = numbersOf(match[1]!).filter((number) => number >= 1 && number <= sources);
    if (marks.length === 0) continue;
    found.push({ text: text.slice(from, match.index), marks: [] }, { text: match[0], marks });
    from = match.index + match[0].length;
  }
  return [...found, { text: text.slice(from), marks: [] }].filter(({ text }) => text !== "");
}

/** The sources that the draft names, rising. */
export function citedIn(document: DraftDocument, sources: number): number[] {
  const texts = [document.title, ...document.blocks.flatMap(textsOf)];
  const all = texts.flatMap((text) => runs(text, sources).flatMap(({ marks }) => marks));
  return [...new Set(all)].sort((a, b) => a - b);
}

/** On one line. Blanks inside are the writer's. */
const clean = (text: string) => text.replace(/[\n\r\t]/g, " ").trim();

/** Only of a draft that has sources: in any other the person's own text may have such marks. */
const withoutMarks = (document: DraftDocument) => mapTexts(document, (text) => text.replace(new RegExp(` *${MARKS.source}`, "g"), ""));

/** Whether 끝. follows right behind this block's last letter; below a table or a heading it has a line of its own. */
export function takesEnd(block: DraftBlock | undefined): boolean {
  return block !== undefined && ["paragraph", "item", "point", "attachments"].includes(block.kind);
}

/** 끝. as it is put behind a text; nothing where the text has it already. */
export const endBehind = (text: string): string => (text.trimEnd().endsWith(END) ? "" : `  ${END}`);

/** The draft as plain text without its marks, as `drafting::text` writes it: what is copied and checked after a change. */
export function plainText(document: DraftDocument, sources: number): string {
  const { title, blocks: all } = sources > 0 ? withoutMarks(document) : document;
  const blocks = all.filter((block) => block.kind === "end" || textsOf(block).some((text) => clean(text) !== ""));
  const signs = numbered(blocks);
  const lines: { role: string; text: string }[] = clean(title) === "" ? [] : [{ role: "title", text: clean(title) }];
  const body = (text: string, indent = 0) => lines.push({ role: "body", text: " ".repeat(indent) + text });
  blocks.forEach((block, at) => {
    switch (block.kind) {
      case "heading":
        return lines.push({ role: `heading ${block.level}`, text: clean(block.text) });
      case "notice":
        return lines.push({ role: "notice", text: clean(block.text) });
      case "paragraph":
        return block.text.split("\n").map(clean).filter(Boolean).forEach((line) => body(line));
      case "item": {
        const { level, sign } = signs[at]!;
        return body(`${sign} ${clean(block.text)}`.trimStart(), 2 * (level - 1));
      }
      case "point":
        return body(`${point(block.level)} ${clean(block.text)}`, 2 * (block.level - 1));
      case "table":
        return [block.header, ...block.rows].forEach((row) => lines.push({ role: "table", text: row.map(clean).join("\t") }));
      case "attachments":
        return attached(block.names.map(clean).filter(Boolean)).forEach(({ text, indent }) => body(text, indent));
      case "end": {
        const last = lines.at(-1);
        if (last?.role === "body") last.text += endBehind(last.text);
        else body(END, 2);
      }
    }
  });
  const bodily = (role: string) => (role === "table" ? "body" : role);
  return lines
    .map(({ role, text }, at) => (at > 0 && bodily(lines[at - 1]!.role) !== bodily(role) ? `\n${text}\n` : `${text}\n`))
    .join("");
}

/** 붙임 before the first, numbers where there are several, and each below the one before. */
export function attached(names: string[]): { text: string; indent: number }[] {
  const number = (at: number) => (names.length > 1 ? `${at + 1}. ` : "");
  return names.map((name, at) => ({ text: `${at === 0 ? `${ATTACHED}  ` : ""}${number(at)}${name}`, indent: at === 0 ? 0 : 6 }));
}
