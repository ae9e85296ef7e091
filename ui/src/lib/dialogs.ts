/** The system's dialogs for files. */
import { open, save } from "@tauri-apps/plugin-dialog";
import type { Grade } from "./contract";
import { gradeName } from "./grades";

export const DOCUMENT_EXTENSIONS = [
  ...["hwp", "hwpx", "hml", "pdf", "docx", "xlsx", "xls", "pptx", "odt", "html", "htm", "eml", "csv", "tsv", "txt", "md", "zip"],
  ...["png", "jpg", "jpeg", "tif", "tiff"],
];

/** Titles longer than this are cut; a Korean letter is three bytes of the 255 that file systems take. */
const MOST_LETTERS = 60;

export const pickDocuments = async (): Promise<string[]> =>
  (await open({ multiple: true, title: "자료로 추가할 파일", filters: [{ name: "문서", extensions: DOCUMENT_EXTENSIONS }] })) ?? [];

export const pickFolder = (): Promise<string | null> => open({ directory: true, title: "자료로 추가할 폴더" });

export const pickModels = async (): Promise<string[]> =>
  (await open({ multiple: true, title: "추가할 모델", filters: [{ name: "GGUF 모델", extensions: ["gguf"] }] })) ?? [];

export const pickModel = (title = "사용할 모델"): Promise<string | null> =>
  open({ title, filters: [{ name: "GGUF 모델", extensions: ["gguf"] }] });

/** Where to put an exported conversation; null where the person thought better of it. */
export const pickExport = (title: string, grade: Grade | null): Promise<string | null> =>
  save({
    title: "대화 내보내기",
    defaultPath: exportName(title, grade),
    filters: [
      { name: "마크다운 문서", extensions: ["md"] },
      { name: "텍스트 문서", extensions: ["txt"] },
    ],
  });

/** What a draft can be written as. */
export const DRAFT_FORMATS = {
  hwpx: "한글 문서 (HWPX)",
  docx: "워드 문서 (DOCX)",
  pdf: "PDF 문서",
  md: "마크다운 문서",
  txt: "텍스트 문서",
} as const;
export type DraftFormat = keyof typeof DRAFT_FORMATS;

/** Where to put an exported draft; null where the person thought better of it. */
export const pickDraftFile = (title: string, grade: Grade, format: DraftFormat): Promise<string | null> =>
  save({
    title: "초안 내보내기",
    defaultPath: exportName(title, grade, format),
    filters: [{ name: DRAFT_FORMATS[format], extensions: [format] }],
  });

/** "연가 일수 (S 민감).md": a file name on any system, whatever the title holds. */
export function exportName(title: string, grade: Grade | null, extension = "md"): string {
  const plain = title.replace(/[\p{C}\p{Zl}\p{Zp}\\/:*?"<>|]/gu, " ").replace(/\s+/gu, " ");
  const short = [...plain.trim()].slice(0, MOST_LETTERS).join("").replace(/^[\s.]+|[\s.]+$/gu, "");
  // Windows keeps these for its devices.
  const name = /^(con|prn|aux|nul|com\d|lpt\d)$/iu.test(short) ? `${short}_` : short;
  return `${name || "대화"}${grade === null ? "" : ` (${gradeName[grade]})`}.${extension}`;
}
