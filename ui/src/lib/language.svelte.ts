/** The language of the window, kept on this PC. Answers are written in the question's language, whatever this is. */
import { en } from "../messages/en";
import { ko, type Messages } from "../messages/ko";
import { load, save } from "./stored";

const messages = { ko, en };

export const LANGUAGES = ["ko", "en"] as const;
export type LanguageName = (typeof LANGUAGES)[number];

/** Each in its own language, whatever the window's is: who has the wrong one must find the way back. */
export const LANGUAGE_NAMES: Record<LanguageName, string> = { ko: "한국어", en: "English" };

const KEY = "language";

class Language {
  chosen = $state<LanguageName>("ko");

  constructor() {
    const kept = load<unknown>(KEY, null);
    this.chosen = LANGUAGES.find((name) => name === kept) ?? "ko";
  }

  /** Tells the screen reader which voice to read with. */
  start(): void {
    document.documentElement.lang = this.chosen;
  }

  choose(name: LanguageName): void {
    this.chosen = name;
    save(KEY, name);
    this.start();
  }
}

export const language = new Language();

/** What the window says, in its language; whatever reads it in a template or a `$derived` follows a change. */
export const words = Object.defineProperties(
  {},
  Object.fromEntries(Object.keys(ko).map((area) => [area, { enumerable: true, get: () => messages[language.chosen][area as keyof Messages] }])),
) as Messages;
