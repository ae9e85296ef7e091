/** How personal information is written for people. */
import { ko } from "../messages/ko";
import type { PersonalCount } from "./contract";
import { count } from "./format";
import { words } from "./language.svelte";

/** What the Personal Information Protection Act calls 고유식별정보. */
const IDENTITY: ReadonlySet<string> = new Set(["resident_number", "foreigner_number", "passport", "driver_licence"]);

type Kind = keyof typeof ko.common.personal;

/** The shell tells what was marked in Korean only. */
const kinds = new Map(Object.entries(ko.common.personal).map(([kind, label]) => [label, kind as Kind]));

/** What a mark stands for, in the window's language. */
export function personalName(label: string): string {
  const kind = kinds.get(label);
  return kind ? words.common.personal[kind] : label;
}

/** "Resident registration number: 3 · Phone number: 12". */
export const personalCounts = (counts: PersonalCount[]): string =>
  counts.map(({ label, count: found }) => words.common.personalCount(personalName(label), count(found))).join(" · ");

export const identityNumbers = (counts: PersonalCount[]): PersonalCount[] =>
  counts.filter(({ kind, count: found }) => IDENTITY.has(kind) && found > 0);
