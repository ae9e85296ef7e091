/** The design tokens as the page's own stylesheet has them, and what can be reckoned from them. */
import css from "../src/styles/tokens.css?raw";

export const THEMES = ["light", "dark", "contrast"] as const;
export type ThemeName = (typeof THEMES)[number];

const blocks = [...css.matchAll(/:root(?:\[data-theme="(\w+)"\])? \{([^}]*)\}/g)].map(([, theme, body]) => ({
  theme: theme ?? null,
  tokens: new Map([...body!.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name, value]) => [name!, value!] as const)),
}));

/** Every token with its value, as it is under the theme; the first theme is what stands without one. */
export function tokensOf(theme: ThemeName): Map<string, string> {
  const own = blocks.filter((block) => block.theme === null || block.theme === theme);
  return new Map(own.flatMap(({ tokens }) => [...tokens]));
}

/** What a theme says itself, apart from the scales that all of them share. */
export function namesOf(theme: ThemeName): string[] {
  const block = theme === "light" ? blocks.filter((one) => one.theme === null).at(-1) : blocks.find((one) => one.theme === theme);
  return [...(block?.tokens.keys() ?? [])].sort();
}

/** A token's colour, as #rrggbb. */
export function colour(theme: ThemeName, name: string): string {
  const tokens = tokensOf(theme);
  let value = tokens.get(name);
  for (let reference = value?.match(/^var\((--[\w-]+)\)$/); reference; reference = value?.match(/^var\((--[\w-]+)\)$/)) {
    value = tokens.get(reference[1]!);
  }
  if (!value?.match(/^#[0-9a-f]{6}$/)) throw new Error(`${name} is no colour under ${theme}: ${value}`);
  return value;
}

/** The contrast ratio of WCAG 2. */
export function contrast(ink: string, paper: string): number {
  const luminance = (colour: string) => {
    const [red, green, blue] = [1, 3, 5]
      .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [a, b] = [luminance(ink), luminance(paper)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
