import { afterEach, describe, expect, test, vi } from "vitest";
import { language } from "../src/lib/language.svelte";
import { formWord, sentence } from "../src/lib/sentence";
import { forms } from "../src/messages/en/forms";
import { sentences } from "../src/messages/en/sentences";

const { readFileSync } = await vi.importActual<{ readFileSync: (path: string, encoding: "utf8") => string }>("node:fs");
const { fileURLToPath } = await vi.importActual<{ fileURLToPath: (url: string) => string }>("node:url");
/** The shell's sources that make such sentences. Vite names what lies outside `ui/`, but only Node may read it. */
const files = Object.keys(
  import.meta.glob(
    [
      "../../src-tauri/crates/reader/src/**/*.rs",
      "../../src-tauri/crates/library/src/appraise.rs",
      "../../src-tauri/crates/policy/src/propose.rs",
      "../../src-tauri/crates/vault/src/audit.rs",
      "!**/*tests.rs",
    ],
    { query: "?raw" },
  ),
);
const read = (file: string): string => readFileSync(fileURLToPath(new URL(file, import.meta.url).href), "utf8");
const sources = files.map((file) => read(file).split("#[cfg(test)]\nmod ")[0] ?? "");
const templates = Object.keys(import.meta.glob("../../src-tauri/crates/drafting/tasks/*.toml", { query: "?raw" })).map(read);

const all = (source: string, pattern: RegExp): string[] => [...source.matchAll(pattern)].map((match) => match[1] ?? "");

/** As the table writes it. */
const key = (literal: string): string => literal.replaceAll(/(?:\{[^{}]*\})+/g, "{}");

const told = sources.flatMap((source) => [
  ...all(source, /\bwarn(?:_once)?\(\s*&?(?:format!\(\s*)?"([^"]*)"/g),
  // Of pages, whose numbers come before it.
  ...all(source, /\(\s*&self\.\w+,\s*"([^"]*)",?\s*\)/g).map((of) => `{}쪽은 ${of}`),
  ...all(source, /\bCUT: &str = "([^"]*)"/g),
  ...all(source, /\badd\([\w:.]+, format!\("([^"]*)"/g),
  ...all(source, /\breasons: vec!\["([^"]*)"/g),
  // Of the audit trail.
  ...all(source, /\bSelf::\w+(?: \{[^}]*\})?(?: if from == to)? => \{?\s*(?:format!\()?"([^"]*)"/g),
]);
const keys = new Set(told.map(key));
keys.delete("{}쪽은 {}");

describe("what the shell says without a code, in English", () => {
  test("each sentence of the sources has its own, and no other is there", () => {
    expect(keys.size).toBeGreaterThan(20);
    expect(Object.keys(sentences).sort()).toEqual([...keys].sort());
  });

  test("no warning is made in a way that this test does not see", () => {
    const made = sources.flatMap((source) => all(source, /\.warn(?:_once)?\(\s*(?:&?format!\(\s*)?([^\s,)]+)/g));
    expect(made.filter((first) => !first.startsWith('"') && !["fault::CUT", "warning"].includes(first))).toEqual([]);
  });

  test("every placeholder is used, once", () => {
    for (const [korean, english] of Object.entries(sentences)) {
      const places = korean.split("{}").slice(1).map((_, index) => `{${index + 1}}`);
      expect(english.match(/\{\d\}/g) ?? [], korean).toEqual(places);
      expect(english.replaceAll(/\{\d\}/g, ""), korean).not.toMatch(/[\uAC00-\uD7A3]/);
    }
  });
});

test("every word of the built-in forms has its English, and no other is there", () => {
  const lines = templates.flatMap((template) => all(template, /^(?:name|description|label|choices) = (.*)$/gm));
  const korean = lines.flatMap((line) => all(line, /"([^"]*)"/g)).filter((text) => /[\uAC00-\uD7A3]/.test(text));
  expect(korean.length).toBeGreaterThan(50);
  expect(Object.keys(forms).sort()).toEqual([...new Set(korean)].sort());
});

describe("said in the window's language", () => {
  afterEach(() => language.choose("ko"));

  const ocr = "3~5, 9쪽은 문자 인식(OCR)으로 읽었습니다. 숫자와 이름은 원본과 대조하십시오.";

  test("Korean is left as it is", () => expect(sentence(ocr)).toBe(ocr));

  test.each([
    [ocr, "Pages 3~5, 9 were read by character recognition (OCR). Compare numbers and names with the original."],
    ["3번부터 7번까지의 기록이 빠져 있습니다.", "Entries 3 to 7 are missing."],
    ["본문에 ‘대외비’ 표시가 있습니다.", "The text is marked ‘대외비’."],
    ["계획.zip: 변경 내용 추적에서 삭제된 글은 읽지 않았습니다.", "계획.zip: Text that a tracked change deleted was not read."],
    ["앞으로 생길 문장입니다.", "앞으로 생길 문장입니다."],
  ])("%s", (korean, english) => {
    language.choose("en");
    expect(sentence(korean)).toBe(english);
  });

  test("a form of the program is named in English, one of the person's own as it was written", () => {
    expect(formWord("번역")).toBe("번역");
    language.choose("en");
    expect(["번역", "우리 과 서식"].map(formWord)).toEqual(["Translation (번역)", "우리 과 서식"]);
  });
});
