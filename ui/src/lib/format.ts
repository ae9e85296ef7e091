/** How things are written for people. */
import type { Citation, Message } from "./contract";

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)}KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)}MB`;
}

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

/** An answer as it goes to the clipboard: its text, then its sources. */
export function withSources(message: Message): string {
  const sources = message.citations.map((citation) => `[${citation.mark}] ${citation.file}, ${locator(citation)}`);
  return [message.text.trim(), ...(sources.length > 0 ? [`출처\n${sources.join("\n")}`] : [])].join("\n\n");
}
