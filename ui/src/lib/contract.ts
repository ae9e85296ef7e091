/** What the shell and the window say to each other. Mirrors `src-tauri/src/commands`; field names are the wire's. */

export interface Failure {
  code: string;
  /** Korean, says what to do. */
  message: string;
  detail: string;
}

/** How what is kept is locked, and what opens it. New: nothing is kept yet. */
export interface Gate {
  state: "new" | "locked" | "open";
  ways: { password: boolean; recovery: boolean; keyring: boolean };
  keyring_available: boolean;
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

export interface ModelInfo {
  name: string;
  path: string;
  context_tokens: number;
  /** "CPU" or the name of the GPU. */
  device: string;
}

export interface EngineStatus {
  state: "none" | "loading" | "ready" | "failed";
  model: ModelInfo | null;
  failure: Failure | null;
}

export interface Status {
  engine: EngineStatus;
  library: { state: "opening" | "ready" | "failed"; failure: Failure | null };
  network_blocked: boolean;
}

export interface Citation {
  /** The number in the answer's text: `[1]`. */
  mark: number;
  passage_id: number;
  document_id: number;
  file: string;
  page: number | null;
  /** From 1, for the person: "3구역" where there is no page. */
  section: number;
  heading_path: string[];
  /** The words of the passage that the sentence rests on, verbatim. */
  quote: string;
}

export interface Message {
  id: number;
  role: "user" | "assistant";
  /** Markdown; an assistant's holds marks like `[1]`, one for each citation. */
  text: string;
  citations: Citation[];
  state: "complete" | "stopped" | "failed";
  /** True where the documents hold no answer. */
  refused: boolean;
  failure: Failure | null;
}

export interface ConversationRow {
  id: number;
  title: string;
  updated_at: number;
}

export interface Conversation extends ConversationRow {
  messages: Message[];
}

export type AskEvent =
  /** First: where the question was saved. */
  | { type: "started"; conversation_id: number; question: Message }
  | { type: "searching" }
  /** Prompt processing: tokens done of total. */
  | { type: "prefill"; done: number; total: number }
  | { type: "token"; text: string }
  /** Last: the saved answer replaces what was streamed. */
  | { type: "done"; message: Message };

export interface SourceBlock {
  index: number;
  kind: "heading" | "paragraph" | "table" | "footnote";
  text: string;
  page: number | null;
  section: number;
  /** Part of the cited passage. */
  cited: boolean;
}

export interface Source {
  document: DocumentRow;
  heading_path: string[];
  page: number | null;
  section: number;
  blocks: SourceBlock[];
}

/**
 * Commands (all reject with a {@link Failure}):
 *   status() -> Status
 *   documents() -> DocumentRow[]
 *   add_documents({ paths: string[] }) -> DocumentRow[]     retry_document({ id })     remove_document({ id })     restore_document({ id })
 *   add_sample() -> DocumentRow
 *   prioritise_document({ id })     unlock_document({ id, password })
 *   ingest_status() -> IngestStatus     pause_ingest()     resume_ingest()     cancel_ingest() -> number of documents cancelled
 *   watched_folders() -> WatchedFolder[]     watch_folder({ path })     unwatch_folder({ path })
 *   conversations() -> ConversationRow[]     conversation({ id }) -> Conversation
 *   rename_conversation({ id, title })     remove_conversation({ id })     restore_conversation({ id })
 *   ask({ conversationId: number | null, question, documentIds: number[], events: Channel<AskEvent> }) -> void, once the answer is saved
 *   stop() -> void
 *   source({ passageId }) -> Source
 *   choose_model({ path }) -> void (progress by the "status" event)
 *   retry_engine() -> void
 * Events:
 *   "status": Status     "ingest": IngestStatus
 *   "document": DocumentRow (one changed)     "documents": null (many changed: ask `documents()` again)
 *   tauri's own "tauri://drag-enter" / "tauri://drag-leave" / "tauri://drag-drop" { paths }
 */
