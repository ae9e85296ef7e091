/** How things are written for people. */
import type { Citation, Message } from "./contract";

const numbers = new Intl.NumberFormat("ko-KR");

/** "10,000". */
export const count = (value: number): string => numbers.format(value);

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)}KB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)}MB`;
  return `${(bytes / 1024 ** 3).toFixed(1)}GB`;
}

const formats: Record<string, { short: string; long: string }> = {
  hwp: { short: "HWP", long: "한글 문서(HWP)" },
  hwp3: { short: "HWP 3.0", long: "한글 97 이전 문서(HWP 3.0)" },
  hwpx: { short: "HWPX", long: "한글 문서(HWPX)" },
  hwpml: { short: "HWPML", long: "한글 XML 문서(HWPML)" },
  pdf: { short: "PDF", long: "PDF 문서" },
  docx: { short: "DOCX", long: "워드 문서(DOCX)" },
  xlsx: { short: "XLSX", long: "엑셀 문서(XLSX)" },
  xls: { short: "XLS", long: "엑셀 97-2003 문서(XLS)" },
  pptx: { short: "PPTX", long: "파워포인트 문서(PPTX)" },
  odt: { short: "ODT", long: "오픈도큐먼트 문서(ODT)" },
  html: { short: "HTML", long: "웹 문서(HTML)" },
  eml: { short: "EML", long: "전자우편(EML)" },
  csv: { short: "CSV", long: "쉼표로 나눈 표(CSV)" },
  txt: { short: "TXT", long: "텍스트 문서(TXT)" },
  md: { short: "MD", long: "마크다운 문서(MD)" },
  zip: { short: "ZIP", long: "압축 파일(ZIP)" },
  image: { short: "그림", long: "그림 파일" },
};

/** How a format is called where there is little room; null where it is not known. */
export const formatShort = (format: string | null): string | null => (format === null ? null : (formats[format]?.short ?? format.toUpperCase()));

export const formatName = (format: string | null): string =>
  format === null ? "아직 알 수 없음" : (formats[format]?.long ?? `${format.toUpperCase()} 파일`);

/** More runs than this are a list that nobody reads. */
const MOST_RUNS = 24;

/** Pages as runs, whatever their order: "3, 5~7". Past {@link MOST_RUNS} runs the pages left are counted. */
export function pageRuns(pages: number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const page of [...new Set(pages)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.[1] === page - 1) run[1] = page;
    else runs.push([page, page]);
  }
  const shown = runs.slice(0, MOST_RUNS).map(([first, last]) => (first === last ? count(first) : `${count(first)}~${count(last)}`));
  const left = runs.slice(MOST_RUNS).reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return shown.join(", ") + (left > 0 ? ` 외 ${count(left)}쪽` : "");
}

/** "약 3분 남음"; coarser the longer it takes, since a guess of hours is not good to the minute. */
export function remaining(seconds: number | null): string {
  if (seconds === null) return "남은 시간을 재고 있습니다";
  if (seconds <= 5) return "곧 끝납니다";
  if (seconds < 55) return `약 ${Math.ceil(seconds / 10) * 10}초 남음`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `약 ${minutes}분 남음`;
  const tens = Math.round(minutes / 10) * 10;
  if (tens < 24 * 60) return `약 ${Math.floor(tens / 60)}시간${tens % 60 === 0 ? "" : ` ${tens % 60}분`} 남음`;
  const hours = Math.round(minutes / 60);
  return `약 ${Math.floor(hours / 24)}일${hours % 24 === 0 ? "" : ` ${hours % 24}시간`} 남음`;
}

/** "1.2초", and from ten seconds on to the second. */
export function duration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}초`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}초`;
  return `${count(Math.floor(seconds / 60))}분${seconds % 60 === 0 ? "" : ` ${seconds % 60}초`}`;
}

/** So many a second: "29", "4.2". Null where there are too few to tell. */
export function perSecond(amount: number, ms: number): string | null {
  if (amount < 2 || ms <= 0) return null;
  const rate = (amount / ms) * 1000;
  return rate < 9.95 ? rate.toFixed(1) : count(Math.round(rate));
}

/** The last part of a path of any system. */
export const baseName = (path: string): string => path.split(/[\\/]/).findLast((part) => part !== "") ?? path;

const MINUTE = 60_000;

export function ago(then: number, now: number): string {
  const minutes = Math.floor((now - then) / MINUTE);
  if (minutes < 1) return "방금";
  if (minutes < 60) return `${minutes}분 전`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}시간 전`;
  const date = new Date(then);
  const year = date.getFullYear() === new Date(now).getFullYear() ? "" : `${date.getFullYear()}년 `;
  return `${year}${date.getMonth() + 1}월 ${date.getDate()}일`;
}

/** Cut in its stem: "2024년도 지방공무원….hwpx". */
export function shortName(name: string, most = 20): string {
  if (name.length <= most) return name;
  const extension = /\.\w{1,5}$/.exec(name)?.[0] ?? "";
  return `${name.slice(0, most - extension.length - 1).trimEnd()}…${extension}`;
}

/** "제2장 근무시간" is known by its number. */
function shortHeading(heading: string): string {
  return /^제\s*\d+\s*[편장절관조](의\s*\d+)?/.exec(heading)?.[0] ?? (heading.length > 14 ? `${heading.slice(0, 13).trimEnd()}…` : heading);
}

type Place = Pick<Citation, "page" | "section" | "heading_path">;

function place({ page, section, heading_path }: Place, heading: (text: string) => string): string {
  if (page !== null) return `${page}쪽`;
  if (heading_path.length > 0) return heading_path.slice(-2).map(heading).join(" > ");
  return `${section}구역`;
}

export function chipLabel(citation: Citation): string {
  return `${shortName(citation.file)} · ${place(citation, shortHeading)}`;
}

/** The page or section, and the whole heading path. */
export function locator({ page, section, heading_path }: Place): string {
  return [page === null ? `${section}구역` : `${page}쪽`, ...(heading_path.length > 0 ? [heading_path.join(" > ")] : [])].join(" · ");
}

/** What a person reads for `[?]`: the sentence before it states what its source does not. */
export const DOUBT = "근거 확인 필요";

/** An answer as it goes to the clipboard: its text, then its sources. */
export function withSources(message: Message): string {
  const text = message.text.trim().replaceAll("[?]", `(${DOUBT})`);
  const sources = message.citations.map((citation) => `[${citation.mark}] ${citation.file}, ${locator(citation)}`);
  return [text, ...(sources.length > 0 ? [`출처\n${sources.join("\n")}`] : [])].join("\n\n");
}
