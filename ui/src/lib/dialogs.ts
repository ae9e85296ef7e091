/** The system's dialogs for files. */
import { open, save } from "@tauri-apps/plugin-dialog";
import type { Grade } from "./contract";
import { gradeName } from "./grades";
import { words } from "./language.svelte";
import { MODEL_EXTENSIONS } from "./modelfile";

export const DOCUMENT_EXTENSIONS = [
  ...["hwp", "hwpx", "hml", "pdf", "docx", "xlsx", "xls", "pptx", "odt", "html", "htm", "eml", "csv", "tsv", "txt", "md", "zip"],
  ...["png", "jpg", "jpeg", "tif", "tiff"],
];

/** Titles longer than this are cut; a Korean letter is three bytes of the 255 that file systems take. */
const MOST_LETTERS = 60;

export const pickDocuments = async (): Promise<string[]> =>
  (await open({ multiple: true, title: words.library.dialogs.addFiles, filters: [{ name: words.library.dialogs.documents, extensions: DOCUMENT_EXTENSIONS }] })) ?? [];

export const pickFolder = (): Promise<string | null> => open({ directory: true, title: words.library.dialogs.addFolder });

export const pickModels = async (): Promise<string[]> =>
  (await open({ multiple: true, title: words.library.dialogs.addModels, filters: [{ name: words.library.dialogs.modelFiles, extensions: [...MODEL_EXTENSIONS] }] })) ?? [];

export const pickModel = (title = words.library.dialogs.model): Promise<string | null> =>
  open({ title, filters: [{ name: words.library.dialogs.ggufModels, extensions: ["gguf"] }] });

/** Where to put an exported conversation; null where the person thought better of it. */
export const pickExport = (title: string, grade: Grade | null): Promise<string | null> =>
  save({
    title: words.shelf.export.title,
    defaultPath: exportName(title, grade),
    filters: [
      { name: DRAFT_FORMATS.md, extensions: ["md"] },
      { name: DRAFT_FORMATS.txt, extensions: ["txt"] },
    ],
  });

export type DraftFormat = keyof typeof words.library.dialogs.formats;

/** What a draft can be written as. */
export const DRAFT_FORMATS: Readonly<Record<DraftFormat, string>> = {
  get hwpx() {
    return words.library.dialogs.formats.hwpx;
  },
  get docx() {
    return words.library.dialogs.formats.docx;
  },
  get pdf() {
    return words.library.dialogs.formats.pdf;
  },
  get md() {
    return words.library.dialogs.formats.md;
  },
  get txt() {
    return words.library.dialogs.formats.txt;
  },
};

/** Where to put an exported draft; null where the person thought better of it. */
export const pickDraftFile = (title: string, grade: Grade, format: DraftFormat): Promise<string | null> =>
  save({
    title: words.library.dialogs.exportDraft,
    defaultPath: exportName(title, grade, format),
    filters: [{ name: DRAFT_FORMATS[format], extensions: [format] }],
  });

/** "연가 일수 (S 민감).md": a file name on any system, whatever the title holds. */
export function exportName(title: string, grade: Grade | null, extension = "md"): string {
  const plain = title.replace(/[\p{C}\p{Zl}\p{Zp}\\/:*?"<>|]/gu, " ").replace(/\s+/gu, " ");
  const short = [...plain.trim()].slice(0, MOST_LETTERS).join("").replace(/^[\s.]+|[\s.]+$/gu, "");
  // Windows keeps these for its devices.
  const name = /^(con|prn|aux|nul|com\d|lpt\d)$/iu.test(short) ? `${short}_` : short;
  const called = name || words.shelf.export.untitled;
  return `${grade === null ? called : words.library.dialogs.graded(called, gradeName[grade])}.${extension}`;
}
