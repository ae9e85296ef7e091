/** How things are written for people. */
import type { Citation, Message } from "./contract";
import { shortHeading } from "./heading";
import { words } from "./language.svelte";

const numbers = new Intl.NumberFormat("ko-KR");

/** "10,000". */
export const count = (value: number): string => numbers.format(value);

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)}KB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)}MB`;
  return `${(bytes / 1024 ** 3).toFixed(1)}GB`;
}

/** How a format is called where there is little room; null where it is not known. */
export function formatShort(format: string | null): string | null {
  if (format === "image") return words.common.image;
  if (format === "hwp3") return "HWP 3.0";
  return format?.toUpperCase() ?? null;
}

export function formatName(format: string | null): string {
  const { formats, otherFormat, unknownFormat } = words.common;
  if (format === null) return unknownFormat;
  return (formats as Partial<Record<string, string>>)[format] ?? otherFormat(format.toUpperCase());
}

/** More runs than this are a list that nobody reads. */
const MOST_RUNS = 24;

/** Pages as runs, whatever their order: "3, 5–7". Past {@link MOST_RUNS} runs the pages left are counted. */
export function pageRuns(numbers: number[]): string {
  const { pages, morePages } = words.common.place;
  const runs: [first: number, last: number][] = [];
  for (const page of [...new Set(numbers)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.[1] === page - 1) run[1] = page;
    else runs.push([page, page]);
  }
  const shown = runs.slice(0, MOST_RUNS).map(([first, last]) => (first === last ? count(first) : pages(count(first), count(last))));
  const left = runs.slice(MOST_RUNS).reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return left > 0 ? morePages(shown.join(", "), count(left)) : shown.join(", ");
}

/** "About 3 minutes left"; coarser the longer it takes, since a guess of hours is not good to the minute. */
export function remaining(seconds: number | null): string {
  const { left, measuring, soon } = words.common.time;
  if (seconds === null) return measuring;
  if (seconds <= 5) return soon;
  if (seconds < 55) return left(time({ seconds: Math.ceil(seconds / 10) * 10 }));
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return left(time({ minutes }));
  const tens = Math.round(minutes / 10) * 10;
  if (tens < 24 * 60) return left(time({ hours: Math.floor(tens / 60), minutes: tens % 60 }));
  const hours = Math.round(minutes / 60);
  return left(time({ days: Math.floor(hours / 24), hours: hours % 24 }));
}

/** "1.2 seconds", and from ten seconds on to the second. */
export function duration(ms: number): string {
  if (ms < 9950) return words.common.time.seconds((ms / 1000).toFixed(1));
  const seconds = Math.round(ms / 1000);
  return time({ minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

type Unit = "days" | "hours" | "minutes" | "seconds";

/** The units in the order given, those of nothing left out. */
const time = (units: Partial<Record<Unit, number>>): string =>
  (Object.entries(units) as [Unit, number][]).flatMap(([unit, n]) => (n === 0 ? [] : [words.common.time[unit](count(n))])).join(" ");

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
  const text = words.common.time;
  const minutes = Math.floor((now - then) / MINUTE);
  if (minutes < 1) return text.now;
  if (minutes < 60) return text.ago(time({ minutes }));
  if (minutes < 24 * 60) return text.ago(time({ hours: Math.floor(minutes / 60) }));
  const date = new Date(then);
  return text.date(date, date.getFullYear() !== new Date(now).getFullYear());
}

/** Cut in its stem: "2024년도 지방공무원….hwpx". */
export function shortName(name: string, most = 20): string {
  if (name.length <= most) return name;
  const extension = /\.\w{1,5}$/.exec(name)?.[0] ?? "";
  return `${name.slice(0, most - extension.length - 1).trimEnd()}…${extension}`;
}

type Place = Pick<Citation, "page" | "section" | "heading_path">;

const number = ({ page, section }: Place): string => (page === null ? words.common.place.section(String(section)) : words.common.place.page(String(page)));

/** The file and its page, or where it has none its innermost headings. */
export function chipLabel(citation: Citation): string {
  const headings = citation.page === null ? citation.heading_path.slice(-2).map(shortHeading).join(" > ") : "";
  return `${shortName(citation.file)} · ${headings || number(citation)}`;
}

/** The page or section, and the whole heading path. */
export const locator = (place: Place): string => [number(place), ...(place.heading_path.length > 0 ? [place.heading_path.join(" > ")] : [])].join(" · ");

/** An answer as it goes to the clipboard: its text, then its sources. */
export function withSources(message: Message): string {
  const text = message.text.trim().replaceAll("[?]", `(${words.chat.doubt.name})`);
  const sources = message.citations.map((citation) => `[${citation.mark}] ${citation.file}, ${locator(citation)}`);
  return [text, ...(sources.length > 0 ? [`${words.chat.message.sources}\n${sources.join("\n")}`] : [])].join("\n\n");
}
