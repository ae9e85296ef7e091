import { afterEach, expect, test } from "vitest";
import { ago, baseName, chipLabel, count, duration, formatName, formatShort, locator, pageRuns, perSecond, remaining, size } from "../src/lib/format";
import { language } from "../src/lib/language.svelte";
import { citation } from "./samples";

afterEach(() => language.choose("ko"));

test.each([
  [0, "0"],
  [999, "999"],
  [1234, "1,234"],
  [10_000, "10,000"],
  [1_234_567, "1,234,567"],
])("%d is written %s", (value, text) => expect(count(value)).toBe(text));

test.each([
  [null, "남은 시간을 재고 있습니다"],
  [0, "곧 끝납니다"],
  [5, "곧 끝납니다"],
  [6, "약 10초 남음"],
  [41, "약 50초 남음"],
  [55, "약 1분 남음"],
  [89, "약 1분 남음"],
  [180, "약 3분 남음"],
  [3569, "약 59분 남음"],
  [3570, "약 1시간 남음"],
  [3599, "약 1시간 남음"],
  [3600, "약 1시간 남음"],
  [7900, "약 2시간 10분 남음"],
  [86_000, "약 23시간 50분 남음"],
  [86_399, "약 1일 남음"],
  [100_000, "약 1일 4시간 남음"],
])("%s seconds are %s", (seconds, text) => expect(remaining(seconds)).toBe(text));

test.each([
  [0, "0.0초"],
  [1230, "1.2초"],
  [9949, "9.9초"],
  [9950, "10초"],
  [59_499, "59초"],
  [60_000, "1분"],
  [74_400, "1분 14초"],
])("%d milliseconds are %s", (ms, text) => expect(duration(ms)).toBe(text));

test.each([
  [134, 4620, "29"],
  [20, 4762, "4.2"],
  [100, 10_040, "10"],
  [5000, 1000, "5,000"],
  [1, 100, null],
  [50, 0, null],
])("%d in %d milliseconds are %s a second", (amount, ms, text) => expect(perSecond(amount, ms)).toBe(text));

test.each([
  [[], ""],
  [[3], "3"],
  [[3, 5, 6, 7], "3, 5~7"],
  [[7, 5, 3, 6, 5], "3, 5~7"],
  [[1, 2], "1~2"],
  [[999, 1000, 1001], "999~1,001"],
])("pages %j are written %j", (pages, text) => expect(pageRuns(pages)).toBe(text));

test("past what anyone reads, unread pages are counted", () => {
  const odd = Array.from({ length: 40 }, (_, index) => index * 2 + 1);
  expect(pageRuns(odd)).toBe(`${odd.slice(0, 24).join(", ")} 외 16쪽`);
});

test.each([
  ["hwp", "HWP", "한글 문서(HWP)"],
  ["hwp3", "HWP 3.0", "한글 97 이전 문서(HWP 3.0)"],
  ["hwpx", "HWPX", "한글 문서(HWPX)"],
  ["hwpml", "HWPML", "한글 XML 문서(HWPML)"],
  ["pdf", "PDF", "PDF 문서"],
  ["docx", "DOCX", "워드 문서(DOCX)"],
  ["xlsx", "XLSX", "엑셀 문서(XLSX)"],
  ["xls", "XLS", "엑셀 97-2003 문서(XLS)"],
  ["pptx", "PPTX", "파워포인트 문서(PPTX)"],
  ["odt", "ODT", "오픈도큐먼트 문서(ODT)"],
  ["html", "HTML", "웹 문서(HTML)"],
  ["eml", "EML", "전자우편(EML)"],
  ["csv", "CSV", "쉼표로 나눈 표(CSV)"],
  ["txt", "TXT", "텍스트 문서(TXT)"],
  ["md", "MD", "마크다운 문서(MD)"],
  ["zip", "ZIP", "압축 파일(ZIP)"],
  ["image", "그림", "그림 파일"],
  ["later", "LATER", "LATER 파일"],
  [null, null, "아직 알 수 없음"],
])("the format %s is %s, in words %s", (format, short, long) => {
  expect(formatShort(format)).toBe(short);
  expect(formatName(format)).toBe(long);
});

test.each([
  [512, "512B"],
  [20_480, "20KB"],
  [1_258_291, "1.2MB"],
  [3 * 1024 ** 3, "3.0GB"],
])("%d bytes are %s", (bytes, text) => expect(size(bytes)).toBe(text));

test.each([
  ["/home/주무관/인사 규정", "인사 규정"],
  ["/home/주무관/인사 규정/", "인사 규정"],
  ["C:\\자료\\인사 규정", "인사 규정"],
  ["인사 규정", "인사 규정"],
])("the folder %s is called %s", (path, name) => expect(baseName(path)).toBe(name));

test("in English, times have their plurals and dates their order", () => {
  language.choose("en");
  expect([41, 55, 7900, 100_000].map(remaining)).toEqual([
    "About 50 seconds left",
    "About 1 minute left",
    "About 2 hours 10 minutes left",
    "About 1 day 4 hours left",
  ]);
  expect([1000, 1230, 74_400].map(duration)).toEqual(["1.0 seconds", "1.2 seconds", "1 minute 14 seconds"]);
  const now = new Date(2026, 10, 27, 12).getTime();
  const before = [0, 60_000, 5 * 3_600_000, 30 * 86_400_000, 400 * 86_400_000];
  expect(before.map((ms) => ago(now - ms, now))).toEqual(["just now", "1 minute ago", "5 hours ago", "Oct 28", "Oct 23, 2025"]);
});

test("in English, places and formats are named", () => {
  language.choose("en");
  expect(pageRuns([3, 5, 6, 7])).toBe("3, 5–7");
  expect(pageRuns(Array.from({ length: 40 }, (_, index) => index * 2 + 1))).toMatch(/, 47 and 16 more$/);
  expect(chipLabel(citation())).toBe("복무규정.hwpx · p. 3");
  expect(locator({ page: null, section: 2, heading_path: [] })).toBe("section 2");
  expect(["hwp", "image", "later", null].map(formatName)).toEqual(["Hangul document (HWP)", "Image file", "LATER file", "Not known yet"]);
  expect(formatShort("image")).toBe("Image");
});
