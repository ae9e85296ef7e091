/** The files that pdf.js ships beside itself: how Korean letters are numbered in fonts, and fonts that every reader has. */

type Module = () => Promise<string>;
/** As `data:` URLs, each in a module of its own: the page may import, and may not fetch. */
const cMaps = import.meta.glob<string>("/node_modules/pdfjs-dist/cmaps/*.bcmap", { query: "?url&inline", import: "default", exhaustive: true });
const fonts = import.meta.glob<string>("/node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}", { query: "?url&inline", import: "default", exhaustive: true });
const local: Record<string, { modules: Record<string, Module>; folder: string }> = {
  cMapUrl: { modules: cMaps, folder: "/node_modules/pdfjs-dist/cmaps/" },
  standardFontDataUrl: { modules: fonts, folder: "/node_modules/pdfjs-dist/standard_fonts/" },
};

/** What pdf.js asks for the files that it ships beside itself. */
export class LocalFiles {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const files = local[kind];
    const load = files?.modules[files.folder + filename];
    if (!load) throw new Error(`no ${kind} ${filename}`);
    const text = atob((await load()).split(",")[1] ?? "");
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  }
}
