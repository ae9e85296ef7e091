import { afterEach, expect, test } from "vitest";
import { language, words } from "../src/lib/language.svelte";
import { knownParameters, memory, parameters, score, speed } from "../src/lib/modeltext";

afterEach(() => language.choose("ko"));

test.each([
  [0, null],
  [134_515_008, "135M"],
  [999_600_000, "1B"],
  [1_543_714_304, "1.5B"],
  [7_818_448_896, "7.8B"],
  [72e9, "72B"],
  [236e9, "236B"],
])("a model of %s numbers is called %s", (numbers, text) => {
  expect(parameters(numbers)).toBe(text);
});

test("those that a token meets stand behind all of them", () => {
  const known = { name: "", maker: "", license: null, restricted: false, sovereign: true, memory_bytes: 0, fit: null };
  expect(knownParameters({ ...known, parameters: 30.5, active: 3.3 })).toBe("30.5B (실행 3.3B)");
  expect(knownParameters({ ...known, parameters: 8, active: null })).toBe("8B");
});

test.each([
  [{ right: 12, asked: 12, questions: 12 }, "12문항 중 12개 맞음"],
  [{ right: 0, asked: 0, questions: 12 }, "0문항 중 0개 맞음 (12문항은 시간이 모자라 묻지 않음)"],
])("a score says what was asked and what there was no time for", (trial, text) => {
  expect(score(trial)).toBe(text);
});

test("a speed is told to the digit that counts", () => {
  expect(speed({ prompt_tokens_per_s: 1234.5, generate_tokens_per_s: 4.24 })).toBe("읽기 1,235, 쓰기 4.2토큰/초");
});

test("a system that does not tell its memory is not guessed at", () => {
  expect(memory(null, null)).toBe("이 컴퓨터의 메모리를 알 수 없습니다.");
});

test("in English the figures have an order of their own", () => {
  language.choose("en");
  expect(score({ right: 7, asked: 10, questions: 12 })).toBe("7 of 10 right (no time for 2)");
  expect(memory(4 * 1024 ** 3, 8 * 1024 ** 3)).toBe("4.0GB of this PC’s 8.0GB of memory is free now.");
  const { figures } = words.models.compare;
  expect([figures("0.4", "1", "12"), figures("0.4", "8", "12")]).toEqual([
    "First character after 0.4 s, 1 token, 12 tokens/s",
    "First character after 0.4 s, 8 tokens, 12 tokens/s",
  ]);
});
