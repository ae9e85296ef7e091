/** What is looked for among what, and what was found as a list to move through. */
import type { FindFilters, FindKind, Found, FoundConversation, FoundDocument, FoundMessage, FoundSnippet, Grade } from "./contract";
import { words } from "./language.svelte";

/** As a person names formats; "other" is what none of the others is. */
export const FORMATS = {
  hangul: ["hwp", "hwp3", "hwpx", "hwpml"],
  pdf: ["pdf"],
  word: ["docx"],
  excel: ["xlsx", "xls"],
  powerpoint: ["pptx"],
  other: ["odt", "html", "eml", "csv", "txt", "md", "zip", "image"],
} as const;
export type FormatGroup = keyof typeof FORMATS;

export const PERIODS = ["today", "week", "month", "custom"] as const;

/** Days as `<input type=date>` has them, "" for none; of "custom" only. */
export interface Period {
  name: (typeof PERIODS)[number];
  from: string;
  to: string;
}

export interface Choice {
  kind: FindKind | "all";
  formats: FormatGroup[];
  folders: (string | null)[];
  grades: Grade[];
  period: Period | null;
}

export const anything: Choice = { kind: "all", formats: [], folders: [], grades: [], period: null };

/** Formats and folders are of documents only: who asks for them looks for no conversation. */
export function kindsOf({ kind, formats, folders }: Choice): FindKind[] {
  if (kind !== "all") return [kind];
  return formats.length + folders.length > 0 ? ["documents"] : ["documents", "conversations"];
}

/** What narrows the search down, whatever kind is looked for. */
export const isFiltered = ({ formats, folders, grades, period }: Choice): boolean =>
  formats.length + folders.length + grades.length > 0 || period !== null;

export function filtersOf(choice: Choice, now: number): FindFilters {
  const documents = choice.kind !== "conversations";
  const [added_from, added_to] = choice.period ? between(choice.period, now) : [null, null];
  return {
    formats: documents ? choice.formats.flatMap((group) => [...FORMATS[group]]) : [],
    folders: documents ? [...choice.folders] : [],
    grades: [...choice.grades],
    added_from,
    added_to,
  };
}

/** From the beginning of the first day to the end of the last one, in the time of this PC. */
function between({ name, from, to }: Period, now: number): [number | null, number | null] {
  if (name === "custom") {
    // Whichever was chosen first is the earlier one.
    const [first, last] = from !== "" && to !== "" && from > to ? [to, from] : [from, to];
    return [startOf(first, 0), startOf(last, 1)];
  }
  const today = new Date(now);
  const back = { today: 0, week: 6, month: 29 }[name];
  return [new Date(today.getFullYear(), today.getMonth(), today.getDate() - back).getTime(), null];
}

function startOf(day: string, later: number): number | null {
  const [year, month, date] = day.split("-").map(Number);
  if (year === undefined || month === undefined || date === undefined) return null;
  const time = new Date(year, month - 1, date + later).getTime();
  return Number.isNaN(time) ? null : time;
}

/** With the value, or without it where it was in. */
export const toggled = <T>(values: readonly T[], value: T): T[] =>
  values.includes(value) ? values.filter((each) => each !== value) : [...values, value];

/** The first, and how many more: "PDF +1". */
export function summary(names: string[]): string {
  const [first, ...others] = names;
  return first === undefined ? "" : words.finding.filters.summary(first, others.length);
}

/** What Enter opens. */
export type Target =
  | { key: string; kind: "document"; document: FoundDocument; snippet: FoundSnippet | null }
  | { key: string; kind: "conversation"; conversation: FoundConversation; message: FoundMessage | null };

/** A document or a conversation, first by itself and then each of its places. */
export function placesOf(found: FoundDocument | FoundConversation): Target[] {
  if ("snippets" in found) {
    return [null, ...found.snippets].map((snippet) => ({ key: `d${found.id}-${snippet?.passage_id ?? ""}`, kind: "document", document: found, snippet }));
  }
  return [null, ...found.messages].map((message) => ({
    key: `c${found.id}-${message?.message_id ?? ""}`,
    kind: "conversation",
    conversation: found,
    message,
  }));
}

/** All that Enter can open, in the order in which it is shown. */
export const targetsOf = ({ documents, conversations }: Pick<Found, FindKind>): Target[] =>
  [...documents, ...conversations].flatMap(placesOf);
