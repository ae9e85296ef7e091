/** The three grades of the security guideline, as the window names and compares them. */
import type { Grade, PolicyStatus } from "./contract";
import { words } from "./language.svelte";

/** Highest first. */
export const GRADES: readonly Grade[] = ["C", "S", "O"];

export const gradeName: Readonly<Record<Grade, string>> = {
  get C() {
    return words.library.grades.names.C;
  },
  get S() {
    return words.library.grades.names.S;
  },
  get O() {
    return words.library.grades.names.O;
  },
};

export const gradeMeaning: Readonly<Record<Grade, string>> = {
  get C() {
    return words.library.grades.meanings.C;
  },
  get S() {
    return words.library.grades.meanings.S;
  },
  get O() {
    return words.library.grades.meanings.O;
  },
};

/** The fewest letters of a reason for lowering a grade, spaces aside; the shell counts likewise. */
export const SHORTEST_REASON = 5;

export const isAbove = (grade: Grade, other: Grade): boolean => GRADES.indexOf(grade) < GRADES.indexOf(other);

export const isReason = (text: string): boolean => [...text.replace(/\s/gu, "")].length >= SHORTEST_REASON;

/** Null of none. */
export function highest(grades: Iterable<Grade | null>): Grade | null {
  const had = new Set(grades);
  return GRADES.find((grade) => had.has(grade)) ?? null;
}

export type Way = "copy" | "export";

/** Why what has this grade may not leave in this way; null where it may. */
export function refusal(way: Way, grade: Grade | null, upTo: Grade): string | null {
  if (grade === null || !isAbove(grade, upTo)) return null;
  const { copyRefused, exportRefused } = words.library.grades;
  const refused = way === "copy" ? copyRefused : exportRefused;
  return refused(gradeName[grade], gradeName[upTo]);
}

/** What holds while the policy is not known. */
export const STRICTEST: PolicyStatus = {
  name: "",
  warning: null,
  copy_up_to: "O",
  export_up_to: "O",
  export_masking: "masked",
  forbid_lowering: true,
  require_password: false,
};
