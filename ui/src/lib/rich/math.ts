/** Formulas as MathML: the page's CSP allows no inline style, which KaTeX's HTML is made of, and screen readers read MathML. */
import katex from "katex";

/** MathML of a formula; null where it is none. */
export function formula(tex: string, display: boolean): string | null {
  try {
    return katex.renderToString(tex, { displayMode: display, output: "mathml", throwOnError: true, strict: "ignore", trust: false });
  } catch {
    return null;
  }
}
