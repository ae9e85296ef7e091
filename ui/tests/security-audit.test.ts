import { fireEvent, screen, within } from "@testing-library/svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { AuditEntry } from "../src/lib/contract";
import { language, words } from "../src/lib/language.svelte";
import { PAGE, stamp } from "../src/lib/security.svelte";
import { inWords } from "../src/lib/trail";
import { called, dialog, refuse, shell, useShell, user } from "./security";

/** Only Node may read what lies outside `ui/`. */
const { readFileSync } = await vi.importActual<{ readFileSync: (path: string, encoding: "utf8") => string }>("node:fs");
const { fileURLToPath } = await vi.importActual<{ fileURLToPath: (url: string) => string }>("node:url");
const shellSources = Object.keys(import.meta.glob("../../src-tauri/src/**/*.rs", { query: "?raw" }));

const AT = Date.UTC(2026, 10, 25);
const entry = (seq: number): AuditEntry => ({
  seq,
  at: AT,
  who: "홍길동",
  action: "unlock",
  what: { by: "password" },
});
afterEach(() => language.choose("ko"));

const numbered = (from: number, many: number) => Array.from({ length: many }, (_, index) => entry(from - index));

useShell(() => ({ audit_entries: () => ({ entries: [entry(1)], count: 1, faults: [] }) }));

test("a time is written to the second, as this PC's clock has it", () => {
  expect(stamp(new Date(2026, 0, 5, 9, 3, 7).getTime())).toBe("2026-01-05 09:03:07");
});

test("the trail is shown latest first with its count, and that it is whole", async () => {
  shell.answers["audit_entries"] = () => ({ entries: numbered(2, 2), count: 2, faults: [] });
  await dialog("audit");
  const rows = await screen.findAllByTestId("audit-row");
  expect(within(rows[0]!).getAllByRole("cell").map(({ textContent }) => textContent)).toEqual([stamp(entry(2).at), "홍길동", "잠금 해제", "방법: 암호"]);
  expect(screen.getByTestId("audit-count").textContent).toContain("모두 2건. 빠지거나 바뀐 기록이 없습니다.");
  expect(screen.queryByTestId("audit-faults")).toBeNull();
  expect(screen.getAllByRole("columnheader").map(({ textContent }) => textContent)).toEqual(["시각", "사용자", "일", "내용"]);
});

test("in English actions, what they were done to, and faults are in English", async () => {
  const later: AuditEntry = { ...entry(1), action: "later", what: { later: 1, by: "created" } };
  shell.answers["audit_entries"] = () => ({ entries: [entry(2), later], count: 2, faults: ["3번 기록이 빠져 있습니다."] });
  language.choose("en");
  await dialog("audit");
  const rows = await screen.findAllByTestId("audit-row");
  const cells = rows.map((row) => within(row).getAllByRole("cell").slice(2).map(({ textContent }) => textContent));
  expect(cells).toEqual([["Unlocked", "By: password"], ["Another action (later)", "By: first start, later: 1"]]);
  expect(screen.getByTestId("audit-faults").textContent).toContain("Entry 3 is missing.");
});

test("in English a whole trail is said to be whole", async () => {
  shell.answers["audit_entries"] = () => ({ entries: numbered(2, 2), count: 2, faults: [] });
  language.choose("en");
  await dialog("audit");
  await screen.findAllByTestId("audit-row");
  expect(screen.getByTestId("audit-count").textContent).toContain("2 entries. None is missing or changed.");
});

test.each<[what: AuditEntry["what"], korean: string]>([
  [{ by: "password" }, "방법: 암호"],
  [{ documents: [1, 2], conversation: 3 }, "대화 번호: 3, 문서: 1 · 2"],
  [{ document: 7, from: "C", reason: "공개한 문서입니다.", to: "O" }, "문서 번호: 7, 이전 등급: C, 새 등급: O, 까닭: 공개한 문서입니다."],
  [{ grade: null, masked: true }, "등급: 없음, 개인정보 가림: 예"],
  [{ on: false, value: { a: 1 } }, '값: {"a":1}, 사용: 아니요'],
  [{ name: "", serial: 0, source: "default" }, "이름: 없음, 일련번호: 0, 출처: 기본값"],
  // A file may be called as a code is.
  [{ file: "password" }, "파일: password"],
  [{ toString: "가" }, "toString: 가"],
  [{}, ""],
  ["기록", "기록"],
])("an entry %j is read as %s", (what, korean) => expect(inWords(what)).toBe(korean));

test("every action that the shell accounts for has a name", () => {
  const accounts = (source: string) => [...source.matchAll(/\baccount(?:_at)?\((?:\w+\(\), |\*at, )?\s*"(\w+)"/g)].map(([, code]) => code!);
  const codes = shellSources.flatMap((file) => accounts(readFileSync(fileURLToPath(new URL(file, import.meta.url).href), "utf8")));
  expect(codes).toContain("unlock_failed");
  expect(codes.length).toBeGreaterThan(25);
  expect(codes.filter((code) => !Object.hasOwn(words.trail.actions, code))).toEqual([]);
});

test("faults stand on top, and nothing says that it is whole", async () => {
  shell.answers["audit_entries"] = () => ({ entries: [entry(1)], count: 1, faults: ["3번 기록이 없습니다."] });
  await dialog("audit");
  expect((await screen.findByTestId("audit-faults")).textContent).toContain("3번 기록이 없습니다.");
  expect(screen.getByTestId("audit-count").textContent).not.toContain("빠지거나");
});

test.each([
  ["no faults", [], ["3번 기록이 없습니다."]],
  ["the same ones", ["3번 기록이 없습니다."], ["3번 기록이 없습니다."]],
  ["another one", ["5번 기록이 바뀌었습니다."], ["3번 기록이 없습니다.", "5번 기록이 바뀌었습니다."]],
])("a fault that was found stands, also where a later page tells of %s", async (_, later, shown) => {
  const total = PAGE + 1;
  shell.answers["audit_entries"] = ({ before }: { before: number | null }) =>
    before === null
      ? { entries: numbered(total, PAGE), count: total, faults: ["3번 기록이 없습니다."] }
      : { entries: numbered(1, 1), count: total, faults: later };
  await dialog("audit");
  await user.click(await screen.findByTestId("audit-more"));
  await vi.waitFor(() => expect(screen.getAllByTestId("audit-row").length).toBe(total));
  const faults = within(screen.getByTestId("audit-faults")).getAllByRole("listitem");
  expect(faults.map(({ textContent }) => textContent)).toEqual(shown);
  expect(screen.getByTestId("audit-count").textContent).not.toContain("빠지거나");
});

test("two hundred come at a time: by the button, by scrolling, until none are left", async () => {
  const total = 2 * PAGE + 1;
  shell.answers["audit_entries"] = ({ before, limit }: { before: number | null; limit: number }) => {
    const from = before === null ? total : before - 1;
    return { entries: numbered(from, Math.min(limit, from)), count: total, faults: [] };
  };
  await dialog("audit");
  await vi.waitFor(() => expect(screen.getAllByTestId("audit-row").length).toBe(PAGE));
  await user.click(screen.getByTestId("audit-more"));
  await vi.waitFor(() => expect(screen.getAllByTestId("audit-row").length).toBe(2 * PAGE));
  await fireEvent.scroll(screen.getByTestId("audit-list"));
  await vi.waitFor(() => expect(screen.getAllByTestId("audit-row").length).toBe(total));
  expect(screen.queryByTestId("audit-more")).toBeNull();
  await fireEvent.scroll(screen.getByTestId("audit-list"));
  expect(called("audit_entries")).toEqual([null, PAGE + 2, 2].map((before) => ({ before, limit: PAGE })));
});

test("a trail that cannot be read says why", async () => {
  shell.answers["audit_entries"] = refuse("audit_unreadable", "감사 기록을 읽을 수 없습니다.");
  await dialog("audit");
  expect((await screen.findByRole("alert")).textContent).toContain("읽을 수 없습니다.");
});

test("it is exported where the person says, under the day's name, and the number is told", async () => {
  shell.answers["plugin:dialog|save"] = () => "/home/hong/감사기록.csv";
  shell.answers["export_audit"] = () => 1234;
  await dialog("audit");
  await screen.findAllByTestId("audit-row");
  await user.click(screen.getByTestId("export-audit"));
  expect((await screen.findByTestId("toast")).textContent).toContain("감사 기록 1,234건을 내보냈습니다.");
  const { options } = called("plugin:dialog|save")[0] as { options: { defaultPath: string } };
  expect(options.defaultPath).toMatch(/^감사기록-\d{8}\.csv$/);
  expect(called("export_audit")).toEqual([{ path: "/home/hong/감사기록.csv" }]);
});

test("an export that the person thinks better of writes nothing", async () => {
  shell.answers["plugin:dialog|save"] = () => null;
  await dialog("audit");
  await screen.findAllByTestId("audit-row");
  await user.click(screen.getByTestId("export-audit"));
  await vi.waitFor(() => expect(called("plugin:dialog|save").length).toBe(1));
  expect(called("export_audit")).toEqual([]);
  expect(screen.queryByTestId("toast")).toBeNull();
});
