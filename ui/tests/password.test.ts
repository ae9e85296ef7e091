import { afterEach, expect, test } from "vitest";
import { language } from "../src/lib/language.svelte";
import { hasHangul, passwordFault, strength } from "../src/lib/password";

afterEach(() => language.choose("ko"));

test.each([
  ["일곱글자암호다", "일곱글자암호다", "8자 이상"],
  ["여덟글자암호입니", "", "한 번 더"],
  ["여덟글자암호입니", "여덟글자암호입", "서로 다릅니다"],
  ["", "", "8자 이상"],
  // A decomposed syllable is one character to the shell.
  ["가나다라마바사".normalize("NFD"), "가나다라마바사".normalize("NFD"), "8자 이상"],
])("“%s” and “%s” are not taken: %s", (password, again, why) => {
  expect(passwordFault(password, again)).toContain(why);
});

test("eight characters typed twice alike are taken", () => {
  expect(passwordFault("여덟글자암호입니", "여덟글자암호입니")).toBeNull();
});

test.each([
  ["12345678", 1],
  ["qwertyuiop", 1],
  ["aaaaaaaaaaaa", 1],
  ["abcdefghijkl", 1],
  ["password1234", 1],
  ["나랏말나랏말나랏말", 1],
  ["qlalfqjsgh12", 1],
  ["k7mP2xq9R", 2],
  ["봄비 오는 뜰", 2],
  ["봄비 오는 뜰에 핀 수국 7송이", 3],
  ["correct horse battery", 3],
])("“%s” is of strength %d", (password, level) => {
  expect(strength(password).level).toBe(level);
});

test("in English too it is told what is missing, and how strong it is", () => {
  language.choose("en");
  expect(passwordFault("short", "")).toBe("Use at least 8 characters.");
  expect(strength("12345678").label).toBe("Weak");
});

test("a longer password is never weaker", () => {
  const password = "봄비 오는 뜰에 핀 수국 7송이";
  const levels = [...password].map((_, end) => strength([...password].slice(0, end + 1).join("")).level);
  expect(levels).toEqual([...levels].sort());
});

test.each([
  ["password", false],
  ["암호abc", true],
  ["ㅁㅂ", true],
])("Hangul in “%s”: %s", (text, has) => {
  expect(hasHangul(text)).toBe(has);
});
