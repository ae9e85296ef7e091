/** What every part of the wire uses. */

export interface Failure {
  code: string;
  /** Korean, says what to do. */
  message: string;
  detail: string;
}

/** N2SF: 기밀, 민감, 공개. C is the highest. */
export type Grade = "C" | "S" | "O";

/** Personal information in a text, which is masked there already where the policy wants it. */
export interface Mark {
  /** UTF-16 units. */
  start: number;
  end: number;
  /** Korean: "주민등록번호". */
  label: string;
}
