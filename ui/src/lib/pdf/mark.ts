import { locate, segments } from "../quote";

/** The texts in one normal form: what a PDF holds may be letters in parts. */
const composed = (texts: string[]) => texts.map((text) => text.normalize("NFC"));

/** Marks the quoted words in the elements that hold a page's text, piece by piece. Whether they were found. */
export function mark(elements: HTMLElement[], texts: string[], quote: string): boolean {
  const pieces = composed(texts);
  const spans = locate(pieces, quote.normalize("NFC"));
  for (const piece of new Set(spans.map((span) => span.piece))) {
    const here = spans.filter((span) => span.piece === piece);
    const parts = segments(pieces[piece]!, here).map(({ text, marked }) => {
      if (!marked) return document.createTextNode(text);
      const element = document.createElement("mark");
      element.textContent = text;
      return element;
    });
    elements[piece]?.replaceChildren(...parts);
  }
  return spans.length > 0;
}
