/** Documents, and what is found in them. */
import type { Message } from "./chat";
import type { Failure, Grade, Mark } from "./shared";

/** How much personal information of a kind a document holds. */
export interface PersonalCount {
  kind: string;
  label: string;
  count: number;
}

/** Cancelled: stopped before it was read; `retry_document` puts it back. */
export type DocumentState = "waiting" | "reading" | "indexing" | "ready" | "failed" | "cancelled";

export interface DocumentRow {
  id: number;
  name: string;
  format: string | null;
  pages: number | null;
  bytes: number;
  /** Milliseconds since 1970. */
  added_at: number;
  state: DocumentState;
  failure: Failure | null;
  /** Korean: what could not be read. */
  warnings: string[];
  /** From 1. */
  unread_pages: number[];
  /** Not all of it was read. */
  partial: boolean;
  /** The folder that was added and that it came in with. */
  folder: string | null;
  /** Null until it was read. */
  grade: Grade | null;
  /** Korean, a sentence each: why the grade was proposed, or the person's reason. */
  grade_reasons: string[];
  /** The person decided it; otherwise it is proposed. */
  graded_by_person: boolean;
  /** Most first. */
  personal: PersonalCount[];
  /** Milliseconds since 1970; null before it could be found, and of what an older program indexed. */
  indexed_at: number | null;
}

/** A named set of documents (모음). */
export interface Collection {
  id: number;
  name: string;
  /** Rising. */
  documents: number[];
}

/** The files added since the queue was last empty. */
export interface IngestStatus {
  state: "idle" | "running" | "paused";
  /** The failed ones among them. */
  files_done: number;
  files_total: number;
  pages_done: number;
  failed: number;
  /** Null while it cannot be told. */
  remaining_seconds: number | null;
  /** Folders are being looked through: `files_total` still grows. */
  walking: boolean;
}

export interface WatchedFolder {
  path: string;
  name: string;
}

export interface SourceBlock {
  index: number;
  kind: "heading" | "paragraph" | "table" | "footnote";
  text: string;
  page: number | null;
  section: number;
  /** Part of the cited passage. */
  cited: boolean;
  personal: Mark[];
}

export interface Source {
  document: DocumentRow;
  heading_path: string[];
  page: number | null;
  section: number;
  blocks: SourceBlock[];
}

/** A text, or a piece of one, with what was looked for; masked already where the policy wants it. */
export interface Highlighted {
  text: string;
  /** UTF-16 units, in order: from and to. */
  highlights: [number, number][];
  /** The whole text has more before and behind the piece. */
  before: boolean;
  behind: boolean;
}

export interface FoundSnippet extends Highlighted {
  passage_id: number;
  page: number | null;
  /** From 1. */
  section: number;
  heading_path: Highlighted[];
}

export interface FoundDocument {
  id: number;
  name: Highlighted;
  format: string | null;
  folder: string | null;
  grade: Grade | null;
  graded_by_person: boolean;
  added_at: number;
  /** Where it opens; null where nothing of it was read. */
  passage_id: number | null;
  /** Up to three, best first; none where only the name was found. */
  snippets: FoundSnippet[];
}

export interface FoundMessage extends Highlighted {
  message_id: number;
  role: Message["role"];
}

export interface FoundConversation {
  id: number;
  title: Highlighted;
  updated_at: number;
  grade: Grade | null;
  /** Up to three, best first; none where only the title was found. */
  messages: FoundMessage[];
}

export type FindKind = "documents" | "conversations";

/** An empty list is any. Formats and folders are of documents only. */
export interface FindFilters {
  formats: string[];
  /** Null for documents that came in without one. */
  folders: (string | null)[];
  grades: Grade[];
  /** Milliseconds since 1970, the second one exclusive: when a document was added, a conversation last written. */
  added_from: number | null;
  added_to: number | null;
}

export interface Found {
  documents: FoundDocument[];
  documents_total: number;
  /** Not everything was looked at: there may be more. */
  documents_more: boolean;
  conversations: FoundConversation[];
  conversations_total: number;
  conversations_more: boolean;
  took_ms: number;
}
