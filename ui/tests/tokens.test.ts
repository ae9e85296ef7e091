import { expect, test } from "vitest";
import krds from "krds-uiux/resources/css/token/krds_tokens.css?raw";
import { colour, contrast, namesOf, THEMES, tokensOf, type ThemeName } from "./tokens";

const sources = import.meta.glob<string>(["../src/**/*.svelte", "../src/**/*.css"], { query: "?raw", import: "default", eager: true });

/** What pdf.js sets on its text layer, as its own style sheet reads it. */
const PDFJS = ["total-scale-factor", "min-font-size", "min-font-size-inv", "text-scale-factor", "font-height", "rotate", "scale-x"].map((name) => `--${name}`);

/** What is written on what: every ink stands on every paper of its row. */
const TEXT: [string[], string[]][] = [
  [["--text", "--muted", "--accent", "--ok", "--warn", "--bad", "--info"], ["--bg", "--surface", "--raised"]],
  [["--text", "--muted", "--accent", "--ok"], ["--accent-soft"]],
  [["--text", "--muted"], ["--band"]],
  [["--text", "--muted", "--ok"], ["--ok-soft"]],
  [["--text", "--muted", "--warn"], ["--warn-soft"]],
  [["--text", "--muted", "--bad"], ["--bad-soft"]],
  [["--text", "--muted", "--info"], ["--info-soft"]],
  [["--on-accent"], ["--accent-fill", "--accent-fill-hover"]],
  [["--mark-text"], ["--mark"]],
];
/** What shows where a control ends, which state it is in, and what has the focus. A filled button is known by its words. */
const SIGNS: [string[], string[]][] = [
  [["--line-strong", "--accent", "--focus", "--ok", "--warn", "--bad"], ["--bg", "--surface", "--raised"]],
  [["--focus", "--accent"], ["--accent-soft"]],
];

const pairs = (table: [string[], string[]][]) =>
  THEMES.flatMap((theme) =>
    table.flatMap(([inks, papers]) => inks.flatMap((ink) => papers.map((paper): [ThemeName, string, string] => [theme, ink, paper]))),
  );

test.each(pairs(TEXT))("%s: %s can be read on %s", (theme, ink, paper) => {
  const least = theme === "contrast" ? 7 : 4.5;
  expect(contrast(colour(theme, ink), colour(theme, paper))).toBeGreaterThanOrEqual(least);
});

test.each(pairs(SIGNS))("%s: %s can be made out on %s", (theme, sign, paper) => {
  expect(contrast(colour(theme, sign), colour(theme, paper))).toBeGreaterThanOrEqual(3);
});

test("under high contrast the thin lines can be made out too", () => {
  for (const paper of ["--bg", "--surface"]) expect(contrast(colour("contrast", "--line"), colour("contrast", paper))).toBeGreaterThanOrEqual(3);
});

test("every theme says all that another does", () => {
  expect(namesOf("light").length).toBeGreaterThan(20);
  for (const theme of THEMES) expect(namesOf(theme)).toEqual(namesOf("light"));
});

test("the scales are those of KRDS", () => {
  const official = new Map([...krds.matchAll(/--krds-color-light-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [`--${name}`, value]));
  const own = [...tokensOf("light")].filter(([, value]) => value.startsWith("#"));
  expect(own.length).toBeGreaterThan(60);
  for (const [name, value] of own) expect([name, value]).toEqual([name, official.get(name)]);
});

test("the sizes of type are KRDS's", () => {
  // KRDS reckons ten pixels to its rem.
  const official = new Set([...krds.matchAll(/pc-font-size-[\w-]+: ([\d.]+)rem/g)].map(([, rem]) => Number(rem) * 10));
  for (const [name, value] of tokensOf("light")) if (name.startsWith("--font-")) expect(official).toContain(parseFloat(value) * 16);
});

test.each(Object.entries(sources))("%s uses only tokens that there are, and no colour of its own", (path, source) => {
  const known = tokensOf("light");
  const style = path.endsWith(".css") ? source : (source.match(/<style>[^]*<\/style>/)?.[0] ?? "");
  // Set by the component on its own element, or by pdf.js on its text layer.
  const own = new Set([...source.matchAll(/style:(--[\w-]+)=/g)].map(([, name]) => name!).concat(path.endsWith("PdfPages.svelte") ? PDFJS : []));
  const used = [...style.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name!);
  expect(used.filter((name) => !known.has(name) && !own.has(name))).toEqual([]);
  // Paper is white, and what is printed on it black.
  const screen = style.replace(/@media print \{[^]*/, "");
  if (!path.endsWith("tokens.css")) expect(screen.match(/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsl/gi) ?? []).toEqual([]);
});

test.each(Object.entries(sources))("the lengths of %s go with the size of the text", (path, source) => {
  const style = path.endsWith(".css") ? source : (source.match(/<style>[^]*<\/style>/)?.[0] ?? "");
  // Lines and their offsets stay as fine as they are; nothing that holds text is counted in pixels.
  const lines = /^\s*(border|outline|box-shadow|text-underline|--shadow)[\w-]*:/;
  const fixed = style.split("\n").filter((line) => /\d{1,}px/.test(line) && !lines.test(line) && !/\b[01]px/.test(line));
  expect(fixed.filter((line) => !line.trim().startsWith("*") && !line.trim().startsWith("/*"))).toEqual([]);
});
