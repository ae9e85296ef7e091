import { afterEach, describe, expect, test, vi } from "vitest";
import { messageOf } from "../src/lib/failure";
import { language } from "../src/lib/language.svelte";
import { failures } from "../src/messages/en/failures";

/** The shell's sources without its tests. Vite names what lies outside `ui/`, but only Node may read it. */
const files = Object.keys(import.meta.glob(["../../src-tauri/src/**/*.rs", "../../src-tauri/crates/*/src/**/*.rs", "!**/*tests.rs"], { query: "?raw" }));
const { readFileSync } = await vi.importActual<{ readFileSync: (path: string, encoding: "utf8") => string }>("node:fs");
const { fileURLToPath } = await vi.importActual<{ fileURLToPath: (url: string) => string }>("node:url");
const sources = files.map((file) => readFileSync(fileURLToPath(new URL(file, import.meta.url).href), "utf8").replaceAll("\r\n", "\n"));

/** Those of `naratmal audit`, which has no window. */
const COMMAND_LINE = ["no_home", "no_password"];

const TESTS = /^( *)#\[cfg\(test\)\]\n(?:\1#\[.*\n)*\1(?:pub(?:\([a-z]+\))? )?mod \w+ \{\n[\s\S]*?^\1\}$/gm;
const CODE = /^[a-z]+(?:_[a-z]+)+$/;

const all = (source: string, pattern: RegExp): string[] => [...source.matchAll(pattern)].map((match) => match[1] ?? "");

/**
 * The codes of the failures that a file makes. One that is made in a way unknown here throws: its code would be missed.
 */
function codesOf(source: string): string[] {
  const code = source.replaceAll(TESTS, "");
  const ofErrors = all(code, /\bfn code\(&self\) -> &'static str (\{[\s\S]*?\n {4}\})/g).flatMap((body) => all(body, /=> "([^"]*)"/g));
  const made = code.includes(" for Failure {") ? /\b(?:Failure|Self)::new\(\s*("[^"]*"|[^\s,]+),/g : /\bFailure::new\(\s*("[^"]*"|[^\s,]+),/g;
  const codes = all(code, made).flatMap((first): string[] => {
    if (first.startsWith('"')) return [first.slice(1, -1)];
    if (first === "error.code()" && ofErrors.length > 0) return ofErrors;
    const named = all(code, new RegExp(`\\bconst ${first}: &str = "([^"]*)";`, "g"));
    if (named.length > 0) return named;
    // It comes with its message, in a tuple or as the first argument of a function.
    if (first === "code") return all(code, /\(\s*"([^"]*)",/g).filter((text) => CODE.test(text));
    return [first];
  });
  for (const one of codes) if (!CODE.test(one)) throw new Error(`the code of a failure is not known: ${one}`);
  return codes;
}

const told = new Set(sources.flatMap(codesOf));
for (const code of COMMAND_LINE) told.delete(code);

describe("failures in English", () => {
  test("each that the shell tells has its sentence, and no other is there", () => {
    // Else the sources were not found, or not understood.
    expect(told.size).toBeGreaterThan(100);
    expect(Object.keys(failures).sort()).toEqual([...told].sort());
  });

  test("each says it in whole sentences, in English", () => {
    // The name of a key stands in brackets behind its English one.
    const flawed = Object.entries(failures).filter(([, text]) => !/^[A-Z].*\.$/.test(text) || /[\uAC00-\uD7A3]/.test(text.replaceAll(/\([^()]*\)/g, "")));
    expect(flawed).toEqual([]);
  });

  test.each([
    ["a code with its message", `Failure::new("disk_full", "가득", "")\nFailure::new(\n    "vault_new",\n    "",\n)`, ["disk_full", "vault_new"]],
    ["a constant", `const MISSING: &str = "file_missing";\nFailure::new(MISSING, "", "")`, ["file_missing"]],
    ["a tuple", `let (code, message) = (\n    "index_locked",\n    "잠김",\n);\nFailure::new(code, message, "")`, ["index_locked"]],
    [
      "an error's",
      `    pub fn code(&self) -> &'static str {\n        match self {\n            Self::Io(_) => "keys_unwritable",\n        }\n    }\nimpl From<Error> for Failure {\n    Self::new(error.code(), error.message(), &error)`,
      ["keys_unwritable"],
    ],
    ["tests", `#[cfg(test)]\nmod tests {\n    fn made() -> Failure {\n        Failure::new("made_up", "", "")\n    }\n}\nFailure::new("not_found", "", "")`, ["not_found"]],
  ])("codes are found in the shell's sources: %s", (_, source, codes) => expect(codesOf(source)).toEqual(codes));

  test.each(["Failure::new(kind.code(), message, detail)", "impl From<Error> for Failure {\n    Self::new(error.code(), error.message(), &error)"])(
    "a failure whose code cannot be found is not passed over: %s",
    (source) => expect(() => codesOf(source)).toThrow("code()"),
  );
});

describe("what is said", () => {
  afterEach(() => language.choose("ko"));

  const full = { code: "disk_full", message: "디스크에 2.0 GiB가 필요합니다." };
  const strange = { code: "of_tomorrow", message: "새로운 오류입니다." };

  test("Korean is the shell's own, English goes by the code, and what has none is said in Korean", () => {
    expect([full, strange].map(messageOf)).toEqual([full.message, strange.message]);
    language.choose("en");
    expect([full, strange].map(messageOf)).toEqual([failures.disk_full, strange.message]);
  });
});
