/** The three grades of the security guideline, as the window names and compares them. */
import type { Grade, PolicyStatus } from "./contract";

/** Highest first. */
export const GRADES: readonly Grade[] = ["C", "S", "O"];

export const gradeName: Record<Grade, string> = { C: "C 기밀", S: "S 민감", O: "O 공개" };

export const gradeMeaning: Record<Grade, string> = {
  C: "비밀이거나 안보·국방·외교·수사, 국민의 생명과 안전에 관한 정보",
  S: "개인정보, 감사·인사, 영업 비밀처럼 공개하지 않는 정보",
  O: "누구에게나 공개할 수 있는 정보",
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

/** Why what has this grade may not leave in this way, in Korean; null where it may. */
export function refusal(way: "복사" | "내보내기", grade: Grade | null, upTo: Grade): string | null {
  if (grade === null || !isAbove(grade, upTo)) return null;
  const leave = way === "복사" ? "복사할" : "내보낼";
  return `${gradeName[grade]} 등급이므로 ${leave} 수 없습니다. 기관 정책에서 ${gradeName[upTo]} 등급까지만 ${way}를 허용합니다.`;
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
