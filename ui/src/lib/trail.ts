import { words } from "./language.svelte";

const of = (table: Record<string, string>, word: string): string | undefined => (Object.hasOwn(table, word) ? table[word] : undefined);

/** What an entry's action is called; a later program's by its code. */
export const actionName = (action: string): string => of(words.trail.actions, action) ?? words.trail.other(action);

/** What an entry says of its action, as a person reads it: "방법: 암호, 출처: 명령줄". */
export function inWords(what: Record<string, unknown> | string): string {
  if (typeof what === "string") return what;
  const { keys } = words.trail;
  const known = Object.keys(keys).filter((key) => Object.hasOwn(what, key));
  // Of a later program.
  const later = Object.keys(what).filter((key) => !Object.hasOwn(keys, key));
  return [...known, ...later].map((key) => `${of(keys, key) ?? key}: ${inAWord(key, what[key])}`).join(", ");
}

function inAWord(key: string, value: unknown): string {
  const { codes, yes, no, none } = words.trail;
  if (value === null || value === undefined || value === "") return none;
  if (typeof value === "boolean") return value ? yes : no;
  if (Array.isArray(value)) return value.map((one) => inAWord(key, one)).join(" · ");
  if (typeof value !== "string") return JSON.stringify(value);
  const table = Object.entries(codes).find(([name]) => name === key)?.[1] ?? {};
  return of(table, value) ?? value;
}
