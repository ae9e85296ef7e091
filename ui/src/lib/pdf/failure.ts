/** Why pages are not shown. */
import type { Failure } from "../contract";
import { words } from "../language.svelte";

/** The worker did not answer in time. */
export class TooSlow extends Error {}

/** What the person reads of an error of pdf.js, also in a language that is chosen later. */
export function asPagesFailure(error: unknown): Failure {
  const code = error instanceof TooSlow ? "pages_slow" : error instanceof Error && error.name === "PasswordException" ? "pages_password" : "pages_failed";
  return {
    code,
    get message() {
      return words.finding.pages.failures[code];
    },
    detail: String(error),
  };
}
