/** Official documents and their style. */
import type { Failure, Grade } from "./shared";

/** What a kind of writing asks for. */
export interface DraftInput {
  name: string;
  label: string;
  kind: "line" | "text" | "date" | "choice" | "number";
  required: boolean;
  /** Needed where no documents are chosen. */
  without_passages: boolean;
  example: string;
  /** Of a choice; the first is taken where none is said. */
  choices: string[];
}

/** A kind of writing that can be drafted. */
export interface DraftTask {
  id: string;
  name: string;
  description: string;
  inputs: DraftInput[];
  /** One of the person's own. */
  own: boolean;
}

export interface DraftingTasks {
  tasks: DraftTask[];
  /** What is wrong with templates of the folder: file, line and reason in the message. */
  broken: Failure[];
  /** Where the person's own templates are. */
  folder: string;
  /** Whether exported files say that a model wrote them. */
  notice: boolean;
}

/** One block of a draft; numbers of items come from their place. */
export type DraftBlock =
  | { kind: "heading"; level: number; text: string }
  | { kind: "paragraph"; text: string }
  /** 1. 가. 1) 가) (1) (가) ① ㉮ by level, from 1. */
  | { kind: "item"; level: number; text: string }
  /** □ ○ - · by level, from 1. */
  | { kind: "point"; level: number; text: string }
  | { kind: "table"; header: string[]; rows: string[][] }
  /** 붙임 */
  | { kind: "attachments"; names: string[] }
  /** 끝. */
  | { kind: "end" }
  | { kind: "notice"; text: string };

export interface DraftDocument {
  title: string;
  blocks: DraftBlock[];
}

export type DraftEvent =
  | { type: "searching" }
  | { type: "prefill"; done: number; total: number }
  /** As far as it is written. */
  | { type: "document"; document: DraftDocument }
  | {
      type: "done";
      document: DraftDocument;
      /** As plain text without marks. */
      text: string;
      /** Files of the passages; [1] is the first. */
      sources: string[];
      /** The marks that the draft has. */
      cited: number[];
      /** It breaks off: stopped, or too long. */
      cut: boolean;
      /** Lines of the draft with a number, date or article that neither the inputs nor the documents hold. */
      unfounded: string[];
      /** Of the documents that it may rest on. */
      grade: Grade | null;
    };

/** What a rule of official writing objects to. */
export interface StyleFinding {
  /** The rule's word and, in Korean, its name. */
  rule: string;
  name: string;
  /** False where the person decides. */
  mistake: boolean;
  /** UTF-16 units of the text. */
  start: number;
  end: number;
  found: string;
  /** What should stand there; null where that takes a person. */
  fix: string | null;
  message: string;
}
