import { forms } from "../messages/en/forms";
import { sentences } from "../messages/en/sentences";
import { language } from "./language.svelte";

/** What differs may be anything, the longest first, as names have dots and brackets of their own. */
const patterns = Object.entries(sentences).map(([korean, english]) => {
  const parts = korean.split("{}").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return { pattern: new RegExp(`^${parts.join("(.+)")}$`, "s"), english };
});

/** One of the shell's sentences in the window's language; what has no English stays Korean. */
export const sentence = (korean: string): string => (language.chosen === "ko" ? korean : inEnglish(korean));

function inEnglish(korean: string): string {
  for (const { pattern, english } of patterns) {
    const found = pattern.exec(korean);
    if (found) return english.replaceAll(/\{(\d)\}/g, (_, place: string) => found[Number(place)] ?? "");
  }
  // Of a file within another: its name stands before it.
  const [, name, rest] = /^(.+?): (.+)$/s.exec(korean) ?? [];
  return name && rest ? `${name}: ${inEnglish(rest)}` : korean;
}

/** A word of a form in the window's language; what somebody wrote for a form of their own stays as it is. */
export const formWord = (korean: string): string => (language.chosen === "ko" ? korean : (forms[korean] ?? korean));
