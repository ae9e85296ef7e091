/** The signs before items and points, as `drafting::numbering` writes them into files. */
import type { DraftBlock } from "../contract";

const SYLLABLES = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허";
const DEEPEST_ITEM = 8;

/** "1." or "㉮", by its level and its number, both from 1. What is beyond the signs that there are is counted in digits. */
export function sign(level: number, number: number): string {
  const syllable = SYLLABLES[number - 1] ?? String(number);
  switch (level) {
    case 1:
      return `${number}.`;
    case 2:
      return `${syllable}.`;
    case 3:
      return `${number})`;
    case 4:
      return `${syllable})`;
    case 5:
      return `(${number})`;
    case 6:
      return `(${syllable})`;
    case 7:
      return circled(number) ?? `(${number})`;
    default:
      return number <= 14 ? String.fromCodePoint(0x326e + number - 1) : `(${syllable})`;
  }
}

/** ① to ㊿, which stand in three places. */
function circled(number: number): string | null {
  const before = number <= 20 ? 0x245f : number <= 35 ? 0x3251 - 21 : 0x32b1 - 36;
  return number <= 50 ? String.fromCodePoint(before + number) : null;
}

/** □ ○ - · by level, from 1. */
export const point = (level: number): string => ["□", "○", "-"][Math.max(1, level) - 1] ?? "·";

/** What stands before an item, by its place among the blocks. */
export interface Numbered {
  /** Once none is left out and none is without a sign, from 1. */
  level: number;
  /** Empty for an item that is alone in its list. */
  sign: string;
}

/** Of every block, null for what is no item. A list ends at anything else, and no level is left out; what is below one without a sign has the signs of its level. */
export function numbered(blocks: DraftBlock[]): (Numbered | null)[] {
  const levels = levelsOf(blocks);
  const numbers: number[] = Array.from({ length: DEEPEST_ITEM + 1 }, () => 0);
  const unsigned: boolean[] = numbers.map(() => false);
  return levels.map((depth, at) => {
    if (depth === null) {
      numbers.fill(0);
      unsigned.fill(false);
      return null;
    }
    numbers.fill(0, depth + 1);
    const number = (numbers[depth] = numbers[depth]! + 1);
    const alone = number === 1 && !hasNext(levels.slice(at + 1), depth);
    unsigned.fill(false, depth + 1);
    unsigned[depth] = alone;
    // Below an item without a sign the signs begin where its own would have been.
    const level = depth - unsigned.slice(0, depth).filter(Boolean).length;
    return { level, sign: alone ? "" : sign(level, number) };
  });
}

function levelsOf(blocks: DraftBlock[]): (number | null)[] {
  let above: number[] = [];
  return blocks.map((block) => {
    if (block.kind !== "item") {
      above = [];
      return null;
    }
    // What was said to be deeper stays deeper, however far.
    above = [...above.filter((level) => level < block.level), block.level];
    return Math.min(above.length, DEEPEST_ITEM);
  });
}

/** Whether an item of this level comes before the list that it would stand in ends. */
function hasNext(levels: (number | null)[], level: number): boolean {
  const next = levels.find((other) => other === null || other <= level);
  return next === level;
}
