/** Why pages are not shown. */
import type { Failure } from "../contract";

/** The worker did not answer in time. */
export class TooSlow extends Error {}

const failure = (code: string, message: string, error: unknown): Failure => ({ code, message, detail: String(error) });

/** What the person reads of an error of pdf.js. */
export function asPagesFailure(error: unknown): Failure {
  if (error instanceof Error && error.name === "PasswordException") {
    return failure("pages_password", "암호가 걸린 PDF는 ‘글’로만 볼 수 있습니다. 쪽으로 보려면 원본을 여십시오.", error);
  }
  if (error instanceof TooSlow) {
    return failure("pages_slow", "이 쪽을 그리는 데 너무 오래 걸려 멈추었습니다. ‘글’로 보거나 원본을 여십시오.", error);
  }
  return failure("pages_failed", "이 PDF의 쪽을 그리지 못했습니다. ‘글’로 보거나 원본을 여십시오.", error);
}
