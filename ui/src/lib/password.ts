/** What a new password has to be, and how hard it is to guess. */
import { words } from "./language.svelte";

/** In characters, as the shell's shortest one. */
export const SHORTEST_PASSWORD = 8;

/** Why a new password cannot be taken yet; null where it can. */
export function passwordFault(password: string, again: string): string | null {
  const text = words.security.password;
  if (again !== "" && password !== again) return text.differs;
  // Counted as the shell does it.
  if ([...password.normalize("NFKC")].length < SHORTEST_PASSWORD) return text.short(SHORTEST_PASSWORD);
  return again === "" ? text.once : null;
}

/** Whether the input method was on: behind dots nobody sees it. */
export const hasHangul = (text: string): boolean => /\p{Script=Hangul}/u.test(text);

export interface Strength {
  /** From 1, weak, to 3, strong. */
  level: 1 | 2 | 3;
  label: string;
  advice: string;
}

const ROWS = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "1q2w3e4r5t"];
/** Tried first by whoever guesses; the last two are 암호 and 비밀번호 typed without the input method. */
const KNOWN = /password|passw0rd|naratmal|welcome|admin|나랏말|비밀번호|암호|dkagh|qlalfqjsgh/giu;
/** Bits a character is worth where it follows from what is before it. */
const FOLLOWS = 0.5;
const FAIR_BITS = 32;
const STRONG_BITS = 50;

function worth(character: string): number {
  if (/\d/.test(character)) return 3.3;
  if (/[a-z]/.test(character)) return 4.3;
  if (/[A-Z]/.test(character)) return 4.7;
  // A syllable of a sentence is far easier to guess than one of eleven thousand.
  return hasHangul(character) ? 6 : 5;
}

function follows(characters: string[], at: number): boolean {
  const [before, here] = [characters[at - 1], characters[at]!];
  if (before === undefined) return false;
  const step = Math.abs(here.codePointAt(0)! - before.codePointAt(0)!);
  const pair = (before + here).toLowerCase();
  const alongRow = ROWS.some((row) => row.includes(pair) || row.includes([...pair].reverse().join("")));
  const repeats = at >= 2 && characters.slice(0, at).join("").includes(characters.slice(at - 2, at + 1).join(""));
  return step <= 1 || alongRow || repeats;
}

/** A guess at how long guessing takes; a hint, never a rule. */
export function strength(password: string): Strength {
  const characters = [...password.replace(KNOWN, "*")];
  const bits = characters
    .map((character, at) => (follows(characters, at) ? FOLLOWS : worth(character)))
    .reduce((sum, each) => sum + each, 0);
  const text = words.security.password;
  if (bits < FAIR_BITS) return { level: 1, label: text.weak, advice: text.weakAdvice };
  if (bits < STRONG_BITS) return { level: 2, label: text.fair, advice: text.fairAdvice };
  return { level: 3, label: text.strong, advice: text.strongAdvice };
}
