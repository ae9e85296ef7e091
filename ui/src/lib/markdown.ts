/**
 * An answer's Markdown as safe HTML, its marks `[1]` and `[?]` as chips and its personal information marked.
 *
 * Raw HTML is shown as text, links and images lose their address's power (the program has no network and its window
 * must not navigate), and DOMPurify stands behind all of it.
 */
import DOMPurify from "dompurify";
import { Marked, type TokenizerAndRendererExtension, type Tokens } from "marked";
import type { Citation, Mark } from "./contract";
import { chipLabel, locator } from "./format";
import { words } from "./language.svelte";
import { cover, uncoverIn } from "./marks";
import type { Rich } from "./rich.svelte";

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => escapes[sign]!);

function chip(citation: Citation): string {
  const label = chipLabel(citation);
  const whole = `${citation.file} · ${locator(citation)}`;
  return (
    `<button type="button" class="chip" data-testid="chip" data-mark="${citation.mark}" title="${escape(whole)}"` +
    // What is seen stands in the name that is spoken (WCAG 2.5.3), though it is cut short.
    ` aria-label="${escape(words.chat.chip(label, citation.mark, whole))}">${escape(label)}</button>`
  );
}

/** A note, not a button: there is no source to open. */
function doubt(): string {
  const { name, why } = words.chat.doubt;
  return `<span class="doubt" role="note" data-testid="doubt" title="${why}" aria-label="${name}: ${why}">${name}</span>`;
}

/** `$…$` and `\\(…\\)` in a line; prices such as $5 are none (the rule of Pandoc's tex_math_dollars). */
const INLINE = /^(?:\$(?![\s$])((?:\\.|[^\\$\n])*?(?:\\.|[^\\$\s]))\$(?!\d)|\\\((.+?)\\\))/;
/** `$$…$$` and `\\[…\\]`, of one line or several. */
const DISPLAY = /^(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\])/;

/** Formulas at one level of a text. What is no formula stays as it was written. */
function formulas(level: "block" | "inline", formula: NonNullable<Rich["formula"]>): TokenizerAndRendererExtension {
  return {
    name: `formula-${level}`,
    level,
    start: (source) => source.search(level === "block" ? /\n(?:\$\$|\\\[)/ : /\$|\\[([]/),
    tokenizer(source) {
      const display = DISPLAY.exec(source);
      const match = display ?? (level === "inline" ? INLINE.exec(source) : null);
      const html = match && formula((match[1] ?? match[2])!.trim(), display !== null);
      return html ? { type: `formula-${level}`, raw: match[0], html } : undefined;
    },
    renderer: ({ html }) => (level === "block" ? `<p>${html}</p>` : html),
  };
}

const MATH_ATTRIBUTES =
  "display displaystyle scriptlevel mathvariant stretchy fence separator accent accentunder linethickness lspace rspace minsize maxsize columnalign rowspacing columnspacing notation width height depth voffset".split(" ");
const MATHML =
  "math semantics mrow mi mo mn ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd mstyle mpadded mphantom menclose";

/** What reads Markdown as an answer is shown. */
function reader(citations: Citation[], rich: Rich): Marked {
  const byMark = new Map(citations.map((citation) => [citation.mark, citation]));
  return new Marked({
    gfm: true,
    breaks: true,
    extensions: [
      ...(rich.formula ? [formulas("block", rich.formula), formulas("inline", rich.formula)] : []),
      {
        name: "mark",
        level: "inline",
        start: (source) => source.search(/\s?\[(\d+|\?)\]/),
        tokenizer(source) {
          const match = /^\s?\[(\d+|\?)\](?!\()/.exec(source);
          return match ? { type: "mark", raw: match[0], mark: match[1] } : undefined;
        },
        renderer(token) {
          if (token.mark === "?") return ` ${doubt()}`;
          const citation = byMark.get(Number(token.mark));
          return citation ? ` ${chip(citation)}` : "";
        },
      },
    ],
    renderer: {
      code({ text, lang }: Tokens.Code) {
        const language = /^\w+/.exec(lang ?? "")?.[0].toLowerCase() ?? "";
        return `<pre><code>${rich.highlighted?.(text, language) ?? escape(text)}</code></pre>\n`;
      },
      html: ({ text }: Tokens.HTML | Tokens.Tag) => escape(text),
      image: ({ text, href }: Tokens.Image) => escape(text || href),
      link({ href, tokens, text }: Tokens.Link) {
        const shown = this.parser.parseInline(tokens);
        return text === href ? shown : `${shown} (${escape(href)})`;
      },
    },
  });
}

export function render(text: string, citations: Citation[], personal: Mark[] = [], rich: Rich = {}): string {
  const { text: covered, words: hidden } = cover(text, personal);
  const page = DOMPurify.sanitize(reader(citations, rich).parse(covered, { async: false }), {
    ALLOWED_TAGS: [
      ..."p br hr strong em del code pre blockquote ul ol li h1 h2 h3 h4 h5 h6".split(" "),
      ..."table thead tbody tr th td button span".split(" "),
      ...MATHML.split(" "),
    ],
    // TeX beside its MathML: it would be read out as text.
    FORBID_CONTENTS: ["annotation"],
    ALLOWED_ATTR: ["type", "class", "title", "align", "start", "role", "aria-label", "data-mark", "data-testid", ...MATH_ATTRIBUTES],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM: true,
  }) as HTMLElement;
  // After it, so that what is put in is never read as HTML.
  uncoverIn(page, hidden);
  return page.innerHTML;
}

/**
 * A text that is still growing, in blocks: those before the last are rendered once and stay on the page as they are, so
 * that a long answer costs no more for each of its words than a short one.
 */
export class Growing {
  #rendered = new Map<string, string>();
  #rich: Rich = {};

  /** HTML of each block, without the mark that has only begun. */
  render(text: string, rich: Rich = {}): string[] {
    const known = rich.formula === this.#rich.formula && rich.highlighted === this.#rich.highlighted ? this.#rendered : new Map<string, string>();
    const whole = text.replace(/\s?\[(\d*|\?)$/, "");
    const blocks = reader([], rich).lexer(whole).filter(({ type }) => type !== "space");
    this.#rich = rich;
    this.#rendered = new Map(blocks.map(({ raw }) => [raw, known.get(raw) ?? render(raw, [], [], rich)]));
    return blocks.map(({ raw }) => this.#rendered.get(raw)!);
  }
}
