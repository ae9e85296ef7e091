/** Markdown as plain text, as it is pasted into a word processor: no signs of Markdown, tables by tabs. */
import { lexer, type Token, type Tokens } from "marked";

export function plain(markdown: string): string {
  return blocks(lexer(markdown.trim()), "").join("\n\n").trim();
}

/** The same without the marks of sources and doubts. */
export const withoutMarks = (text: string): string => text.replace(/\s?\[(\d+|\?)\]/g, "");

function blocks(tokens: Token[], indent: string): string[] {
  return tokens.flatMap((token) => {
    const text = block(token, indent);
    return text === null ? [] : [text];
  });
}

function block(token: Token, indent: string): string | null {
  switch (token.type) {
    case "space":
    case "hr":
      return null;
    case "list":
      return list(token as Tokens.List, indent);
    case "table": {
      const { header, rows } = token as Tokens.Table;
      return [header, ...rows].map((row) => row.map(({ tokens }) => inline(tokens)).join("\t")).join("\n");
    }
    case "blockquote":
      return blocks((token as Tokens.Blockquote).tokens, indent).join("\n\n");
    case "code":
      return (token as Tokens.Code).text;
    default:
      return "tokens" in token && token.tokens ? inline(token.tokens) : token.raw.trim();
  }
}

function list({ ordered, start, items }: Tokens.List, indent: string): string {
  const lines = items.map(({ tokens }, index) => {
    const sign = ordered ? `${Number(start || 1) + index}. ` : "- ";
    return indent + sign + blocks(tokens, `${indent}  `).join("\n").trimStart();
  });
  return lines.join("\n");
}

function inline(tokens: Token[]): string {
  return tokens.map((token) => {
    if (token.type === "br") return "\n";
    if ("tokens" in token && token.tokens) return inline(token.tokens);
    return "text" in token && token.type !== "html" ? String(token.text) : token.raw;
  }).join("");
}
