/** "제2장 근무시간" is known by its number. */
export function shortHeading(heading: string): string {
  return /^제\s*\d+\s*[편장절관조](의\s*\d+)?/.exec(heading)?.[0] ?? (heading.length > 14 ? `${heading.slice(0, 13).trimEnd()}…` : heading);
}
