import { afterEach, describe, expect, test } from "vitest";
import { language, words } from "../src/lib/language.svelte";
import { en } from "../src/messages/en";
import { ko } from "../src/messages/ko";

/** Every message below a node with the way to it. */
function leaves(node: object, way = ""): [way: string, message: unknown][] {
  return Object.entries(node).flatMap(([name, value]): [string, unknown][] =>
    typeof value === "object" && value !== null ? leaves(value, `${way}${name}.`) : [[way + name, value]],
  );
}

const HANGUL = /[\uAC00-\uD7A3]/;

/** A message as text, or as the code that makes it. */
const text = (message: unknown): string => (typeof message === "function" ? message.toString() : String(message));

afterEach(() => language.choose("ko"));

describe("messages", () => {
  test("each Korean message has its English one of the same kind, and no other is there", () => {
    const kinds = (messages: object) => leaves(messages).map(([way, message]) => `${way}: ${typeof message}${typeof message === "function" ? message.length : ""}`);
    expect(kinds(en).sort()).toEqual(kinds(ko).sort());
  });

  test("none is empty", () => {
    for (const messages of [ko, en]) expect(leaves(messages).filter(([, message]) => message === "")).toEqual([]);
  });

  test("Korean ones are Korean, English ones English", () => {
    // What is quoted from a Korean document or is a Korean term is given after its English name, in quotes or brackets.
    const bare = (message: unknown) => text(message).replaceAll(/\([^()]*\)|‘[^’]*’|“[^”]*”/g, "");
    expect(leaves(en).filter(([, message]) => HANGUL.test(bare(message)))).toEqual([]);
  });

  test("the language is changed at once, and the page says which it is", () => {
    expect(words.common).toBe(ko.common);
    language.choose("en");
    expect(words.common).toBe(en.common);
    expect(document.documentElement.lang).toBe("en");
  });
});

/** Korean that the code is about: what it reads or writes in documents, not what the window says. */
const ABOUT_KOREAN = new Set([
  "/src/lib/heading.ts",
  "/src/lib/particles.ts",
  "/src/lib/drafting/document.ts",
  "/src/lib/drafting/numbering.ts",
  // The languages' own names.
  "/src/lib/language.svelte.ts",
  // Passwords that are guessed first.
  "/src/lib/password.ts",
]);

test("no sentence of the window stands outside the messages", () => {
  const files = import.meta.glob<string>(["/src/**/*.{ts,svelte}", "!/src/messages/**"], { query: "?raw", import: "default", eager: true });
  const told = Object.entries(files).flatMap(([file, code]) => {
    if (ABOUT_KOREAN.has(file)) return [];
    const said = code.replaceAll(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|(?<=^|\s)\/\/.*$/gm, "");
    return said.split("\n").flatMap((line) => (HANGUL.test(line) ? [`${file}: ${line.trim()}`] : []));
  });
  expect(told).toEqual([]);
});
