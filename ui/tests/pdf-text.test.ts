// @vitest-environment node
/** pdf.js itself, on a PDF that names a Korean font without holding it: the character maps come from the program. */
import { beforeAll, expect, test } from "vitest";
import { LocalFiles } from "../src/lib/pdf/files";
import { locate } from "../src/lib/quote";

const hex = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0).toString(16).padStart(4, "0")).join("");

/** A page with a line of text each, in a font of this encoding that is not in the file. */
function pdf(lines: string[], encoding: string): Uint8Array {
  const drawn = lines.map((line, index) => `BT /F1 12 Tf 50 ${700 - 20 * index} Td <${hex(line)}> Tj ET`).join("\n");
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>",
    `<</Length ${drawn.length}>>\nstream\n${drawn}\nendstream`,
    `<</Type/Font/Subtype/Type0/BaseFont/Batang/Encoding/${encoding}/DescendantFonts[6 0 R]>>`,
    "<</Type/Font/Subtype/CIDFontType0/BaseFont/Batang/CIDSystemInfo<</Registry(Adobe)/Ordering(Korea1)/Supplement 1>>/FontDescriptor 7 0 R/DW 1000>>",
    "<</Type/FontDescriptor/FontName/Batang/Flags 6/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 80>>",
  ];
  let file = "%PDF-1.4\n";
  const places = objects.map((object, index) => {
    const at = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const start = file.length;
  const rows = places.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF`;
  return new TextEncoder().encode(file);
}

beforeAll(() => {
  // Only drawing needs it, and nothing is drawn here.
  globalThis.DOMMatrix ??= class {} as unknown as typeof DOMMatrix;
});

async function textOf(data: Uint8Array): Promise<string[]> {
  const { getDocument } = await import("pdfjs-dist/legacy/build/pdf.mjs");
  const task = getDocument({ data, BinaryDataFactory: LocalFiles, cMapUrl: "cmaps/", standardFontDataUrl: "fonts/", useWorkerFetch: false, useSystemFonts: true, verbosity: 0 });
  const page = await (await task.promise).getPage(1);
  const { items } = await page.getTextContent();
  await task.destroy();
  return items.flatMap((item) => ("str" in item && item.str !== "" ? [item.str] : []));
}

test.each(["UniKS-UCS2-H", "UniKS-UTF16-H"])("Korean text is read by the map %s, and a quote is found in it", async (encoding) => {
  const text = await textOf(pdf(["제15조 연가 일수", "3년 이상 4년 미만 15일"], encoding));
  expect(text.join("").replace(/\s/g, "")).toBe("제15조연가일수3년이상4년미만15일");
  const found = locate(text, "일수 3년 이상").map(({ piece, start, end }) => text[piece]!.slice(start, end));
  expect(found.join("").replace(/\s/g, "")).toBe("일수3년이상");
});

test("what the program does not ship is not looked for elsewhere", async () => {
  await expect(new LocalFiles().fetch({ kind: "cMapUrl", filename: "../package.json" })).rejects.toThrow("no cMapUrl");
  await expect(new LocalFiles().fetch({ kind: "iccUrl", filename: "x.icc" })).rejects.toThrow("no iccUrl");
});
