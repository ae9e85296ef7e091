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

/** When the program locks itself. */
export interface LockSettings {
  /** Minutes without a touch, 0 for never. */
  idle_minutes: number;
  /** Locks with the desktop's session. */
  on_session_lock: boolean;
  /** The agency's policy sets it: the person may not. */
  locked_by_policy: boolean;
}

/** N2SF: 기밀, 민감, 공개. C is the highest. */
export type Grade = "C" | "S" | "O";

/** What the agency's policy says to the window. */
export interface PolicyStatus {
  /** Empty where there is no policy file. */
  name: string;
  /** Korean; a policy that nothing proves. */
  warning: string | null;
  /** The highest grades whose text may be copied, exported. */
  copy_up_to: Grade;
  export_up_to: Grade;
  /** How personal information leaves in an exported file; by "ask" the person chooses. */
  export_masking: "masked" | "plain" | "ask";
  forbid_lowering: boolean;
  require_password: boolean;
}

/** One way out that was tried. */
export interface Attempt {
  /** As a security officer names it: "TCP (IPv4)". */
  way: string;
  refused: boolean;
  /** The system's answer. */
  answer: string;
}

/** A part is empty where nothing could be tried, which never means refused. */
export interface NetworkProbes {
  process: Attempt[];
  child: Attempt[];
}

export interface AuditEntry {
  seq: number;
  at: number;
  who: string;
  action: string;
  /** Korean, of the action. */
  label: string;
  /** Korean, what it was done to; may be empty. */
  what: string;
}

export interface AuditPage {
  /** Latest first. */
  entries: AuditEntry[];
  /** Of the whole trail, when it was last checked. */
  count: number;
  /** Korean: entries that were changed, moved or are missing, when it was last checked. */
  faults: string[];
}

/** Personal information in a text, which is masked there already where the policy wants it. */
export interface Mark {
  /** UTF-16 units. */
  start: number;
  end: number;
  /** Korean: "주민등록번호". */
  label: string;
}

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

/** How the next question shares out the model's context, in tokens, estimated; the question's own are to be added. */
export interface Budget {
  history: number;
  evidence: number;
  /** The most that is answered. */
  answer: number;
  tokens_per_character: number;
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

export interface ModelInfo {
  name: string;
  path: string;
  context_tokens: number;
  /** "CPU" or the name of the GPU. */
  device: string;
  threads: number;
  /** The build of the CPU's code that this processor runs: "haswell". Empty where that is not known. */
  variant: string;
  /** The output layer among them. */
  layers: number;
  /** Those of them on a GPU. */
  gpu_layers: number;
  /** Number format of the KV cache: "f16" or "q8_0". */
  kv_type: string;
  /** What it takes in bytes, estimated. */
  memory_bytes: number;
  /** The name of the model that drafts for it; null where none does. */
  draft: string | null;
  /** What the person should know of how it was loaded: codes such as `gpu_given_up`, `context_shortened`. */
  notices: Failure[];
}

export interface EngineStatus {
  state: "none" | "loading" | "ready" | "failed";
  model: ModelInfo | null;
  failure: Failure | null;
}

/** The model that finds passages by their meaning. Without one they are found by their words only. */
export interface EmbeddingStatus {
  state: "none" | "loading" | "ready" | "failed";
  /** The path of its file; null where none is chosen. */
  model: string | null;
  failure: Failure | null;
  /** Passages that can be found by their meaning, of all. */
  embedded: number;
  total: number;
}

export interface Status {
  engine: EngineStatus;
  embedding: EmbeddingStatus;
  library: { state: "opening" | "ready" | "failed"; failure: Failure | null };
  network_blocked: boolean;
  /** True where passages that were read alone are joined, instead of being read behind each other. */
  quick_answers: boolean;
  /** The path of the draft model that was chosen; why it is not used, where it is not, is a notice of the model. */
  draft_model: string | null;
  policy: PolicyStatus;
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

/** What was read for an answer. */
export type Basis =
  /** The passages that were found, and how many tokens of them there was room for. */
  | { kind: "passages"; passages: number; tokens: number; budget: number }
  /** The documents from beginning to end, at once. */
  | { kind: "whole"; documents: number; tokens: number }
  /** The documents from beginning to end, a passage after the other. */
  | { kind: "all_passages"; passages: number; documents: number };

/** What an answer took, measured. Times are in milliseconds. */
export interface Figures {
  /** From the question to the first piece of the answer: finding and reading are in it. */
  first_ms: number;
  prefill_ms: number;
  generate_ms: number;
  prompt_tokens: number;
  /** Those of the prompt that were not read again, and those of them that were brought back from what is kept. */
  cached_tokens: number;
  restored_tokens: number;
  /** Those of the prompt that were read alone and joined (quick answers). */
  joined_tokens: number;
  generated_tokens: number;
  /** Those of the generated that were drafted, and those of them that the draft model proposed. */
  accepted_tokens: number;
  draft_model_tokens: number;
  /** The most that prompt and answer may have together. */
  context_tokens: number;
  /** "CPU" or the name of the GPU. */
  device: string;
}

/** Of no use, not said, of use. */
export type Rating = -1 | 0 | 1;

export interface Message {
  id: number;
  role: "user" | "assistant";
  /**
   * Markdown; an assistant's holds marks like `[1]`, one for each citation, and `[?]` behind a sentence whose numbers,
   * dates or names its source does not hold.
   */
  text: string;
  citations: Citation[];
  state: "complete" | "stopped" | "failed";
  /** True where the documents hold no answer. */
  refused: boolean;
  failure: Failure | null;
  /** Null where no document was read. */
  basis: Basis | null;
  /** Null where the model wrote nothing, and of what an older program kept. */
  figures: Figures | null;
  /** The message that it answers or goes on from; null for the first. */
  parent: number | null;
  /** It and the others under its parent, oldest first: the answers to one question, the wordings of one question. */
  siblings: number[];
  rating: Rating;
  /** Why, in the person's words. */
  rating_note: string | null;
  /** Of the text. */
  personal: Mark[];
}

export interface ConversationRow {
  id: number;
  title: string;
  updated_at: number;
  /** The highest of what it cited; null where it cited nothing. */
  grade: Grade | null;
  /** The folder it is in. */
  folder: number | null;
  /** Milliseconds since 1970; null where it is not pinned, not in the archive. */
  pinned_at: number | null;
  archived_at: number | null;
}

export interface Conversation extends ConversationRow {
  /** Those of the branch that is shown, oldest first. */
  messages: Message[];
}

/** Null is any, an empty list too; null among the folders is for those in none. */
export interface ConversationFilter {
  archived: boolean | null;
  pinned: boolean | null;
  folders: (number | null)[];
}

/** A folder of conversations. */
export interface Folder {
  id: number;
  name: string;
}

/** A question that was not sent yet. */
export interface Draft {
  /** Null for the conversation that has no question yet. */
  conversation_id: number | null;
  text: string;
}

export type AskEvent =
  /** First: where the question was saved. */
  | { type: "started"; conversation_id: number; question: Message }
  | { type: "searching" }
  /** What is looked for instead: the question with what it leaves unsaid. */
  | { type: "rewritten"; question: string }
  /** Every passage is read: done of total. */
  | { type: "reading"; done: number; total: number }
  /** Prompt processing: tokens done of total. */
  | { type: "prefill"; done: number; total: number }
  /** What the model thinks before it answers: shown meanwhile, and kept nowhere. */
  | { type: "thought"; text: string }
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
      /** Of the documents that it may rest on. */
      grade: Grade | null;
    };

/** Now: in what is free. Alone: once the present model and other programs give theirs back. Never: not on this PC. */
export type Fit = "now" | "alone" | "never";

/** How a model did in its last test on this PC. */
export interface ModelTrial {
  /** Milliseconds since 1970. */
  at_ms: number;
  prompt_tokens_per_s: number;
  generate_tokens_per_s: number;
  right: number;
  /** Those there was time for, of all. */
  asked: number;
  questions: number;
  device: string;
}

/** A file of a model. */
export interface ModelRow {
  path: string;
  file: string;
  name: string;
  /** Null where it is not known; so with all below. */
  maker: string | null;
  role: "chat" | "test" | "embedding" | "reranker";
  bytes: number;
  /** False where it lies elsewhere and is used. */
  in_folder: boolean;
  /** 0 where it is not known. */
  parameters: number;
  /** "Q4_K_M". */
  quantisation: string | null;
  license: string | null;
  /** The licence's own name says that it is for research or for what is not commercial only. */
  restricted: boolean;
  /** Trained in Korea. */
  sovereign: boolean;
  context_length: number | null;
  /** Estimated, by the plan that it would be loaded with. */
  memory_bytes: number | null;
  fit: Fit | null;
  sha256: string | null;
  /** Its sum is in the catalog, in the agency's signed policy, in no list; forbidden by the policy; not taken yet. */
  trust: "catalog" | "agency" | "unknown" | "forbidden" | "unchecked";
  used: "chat" | "draft" | "embedding" | "reranker" | null;
  trial: ModelTrial | null;
  /** Why it cannot be loaded. */
  failure: Failure | null;
}

/** A model that is known by name, of which no file lies in the folder. */
export interface KnownModel {
  name: string;
  maker: string;
  /** In billions; those that a token meets where they are fewer. */
  parameters: number;
  active: number | null;
  license: string | null;
  restricted: boolean;
  sovereign: boolean;
  /** In Q4_K_M, about. */
  memory_bytes: number;
  fit: Fit | null;
}

export interface ModelsPage {
  folder: string;
  memory_free: number | null;
  memory_all: number | null;
  models: ModelRow[];
  known: KnownModel[];
}

/** Bytes of a file that were read. */
export interface Copied {
  done: number;
  total: number;
}

export type ModelStep =
  /** The model's file is being read: share done, 0 to 1. */
  | { type: "loading"; share: number }
  | { type: "measuring" }
  /** From 1. */
  | { type: "asking"; number: number; questions: number; question: string }
  | { type: "answered"; answer: string; right: boolean }
  | { type: "token"; text: string };

/** Which of the two models it is about, from 0. */
export type CompareEvent = ModelStep & { place: number };

/** An answer that is compared with another model's. */
export interface ComparedAnswer {
  model: string;
  text: string;
  /** False where it was cut short. */
  whole: boolean;
  first_ms: number;
  tokens: number;
  generate_tokens_per_s: number;
  device: string;
}

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

/**
 * Commands (all reject with a {@link Failure}):
 *   gate() -> Gate     create_vault({ password: string | null })     lock()
 *   unlock({ password })     unlock_with_recovery({ recovery })     unlock_with_keyring()
 *     (code `unlock_wait`: its detail is the milliseconds to wait, as digits)
 *   set_password({ current: string | null, password }) (current where there is a password)
 *   make_recovery_key({ current: string | null }) -> string, shown once
 *     (current where there is a password; null right after the data key was made)
 *   set_keyring({ on })
 *   lock_settings() -> LockSettings     set_idle_minutes({ minutes })
 *   network_probes() -> NetworkProbes
 *   audit_entries({ before: number | null, limit }) -> AuditPage (only the first page, before null, checks the trail)
 *   export_audit({ path }) -> number of entries
 *   set_grade({ id, grade, reason: string | null }) (a lower grade wants a reason of five letters or more)
 *   forget_document({ id })     forget_conversation({ id }) (for good)
 *   export_conversation({ id, path, masked })
 *   status() -> Status
 *   documents() -> DocumentRow[]
 *   add_documents({ paths: string[] }) -> DocumentRow[]     retry_document({ id })     remove_document({ id })     restore_document({ id })
 *   clipboard_files() -> string[] (paths, for add_documents; none where the system does not tell them)
 *   add_pasted(bytes) -> DocumentRow[] (bytes under a name, see api.ts; saved where the person chooses in a dialog of the
 *     shell, none where nowhere)
 *   add_sample() -> DocumentRow
 *   prioritise_document({ id })     unlock_document({ id, password })
 *   ingest_status() -> IngestStatus     pause_ingest()     resume_ingest()     cancel_ingest() -> number of documents cancelled
 *   watched_folders() -> WatchedFolder[]     watch_folder({ path })     unwatch_folder({ path })
 *   conversations({ filter: ConversationFilter | null }) -> ConversationRow[] (pinned first, each part latest first; null: all but
 *     those in the archive)     conversation({ id }) -> Conversation
 *   rename_conversation({ id, title })     remove_conversation({ id })     restore_conversation({ id })
 *   propose_title({ id }) -> ConversationRow, or null where the title stays (the person typed it, a question is being
 *     answered, the model had none): after the first answer
 *   pin_conversation({ id, pinned })     archive_conversation({ id, archived })     move_conversation({ id, folder: number | null })
 *   folders() -> Folder[] (in the person's order)     create_folder({ name }) -> Folder     rename_folder({ id, name })
 *   move_folder({ id, place }) (from 0)     remove_folder({ id }) (its conversations stay, in no folder)
 *   drafts() -> Draft[]     save_draft({ conversationId: number | null, text }) (on the disk when it returns; empty: none;
 *     `ask` takes the draft of its conversation away)
 *   ask({ conversationId: number | null, question, documentIds: number[], events: Channel<AskEvent> }) -> void, once the answer is saved
 *   edit_and_resend({ messageId, question, documentIds, events }) -> void, as ask: another wording beside that question
 *   regenerate({ messageId, documentIds, events }) -> void, as ask: another answer beside that one, or to that question. Its
 *     `started` tells the question that is kept already
 *   switch_branch({ messageId }) -> Conversation, with the newest branch that goes through the message
 *   rate_message({ messageId, rating: Rating, note: string | null }) (answers only)
 *   expect_question({ conversationId: number | null, documentIds: number[] }) -> Budget, at once; null while it cannot be told
 *     (what is shown, and would be asked: its beginning is read before it is asked)
 *   stop() -> void
 *   source({ passageId }) -> Source
 *   collections() -> Collection[]     add_collection({ name, documents })     rename_collection({ id, name })
 *   remove_collection({ id })     collect({ id, documents: number[], included }) (each gives all collections again)
 *   open_original({ id }) (in the person's own program; refused for web pages, mail and what is not what it is called)
 *   document_bytes({ id }) -> ArrayBuffer (of a PDF that was read; code `original_changed` where it is another by now)
 *   find({ query, kinds: FindKind[] | null, filters: FindFilters, limit, offset }) -> Found
 *     (a query of up to 200 letters whose last word may go on, also by its consonants; up to 100 of a kind)
 *   check_style({ text }) -> StyleFinding[]     mend_style({ text }) -> string (every mistake with one right correction mended)
 *   drafting_tasks() -> DraftingTasks     set_draft_notice({ notice })
 *   draft({ task: string, inputs: Record<string, string>, documentIds: number[], seed: number, events: Channel<DraftEvent> }) -> void,
 *     once it is written or stopped (stop() ends it; seed 0: the likeliest, any other: another one)
 *   export_draft({ document: DraftDocument, path, grade: Grade, documentIds: number[], sources: string[] | null, masked }) -> string: the
 *     letters that the file cannot show (.hwpx, .docx, .pdf, .md, .txt by the name; the grade is at least that of the documents;
 *     sources: as the draft has them; null takes out its marks)
 *   models() -> ModelsPage     remove_model({ path }) (for good; code `model_in_use`)
 *   add_model({ path, events: Channel<Copied> })     check_model({ path, events: Channel<Copied> }) (one file at a time)
 *   stop_adding_model()
 *   test_model({ path, events: Channel<ModelStep> }) -> ModelTrial     stop_model_test()
 *   compare_models({ paths: [string, string], question, events: Channel<CompareEvent> }) -> ComparedAnswer[]
 *     (the model that answers is put aside meanwhile, told by the "status" event; questions are refused: `model_testing`)
 *   choose_model({ path }) -> void (progress by the "status" event)
 *   retry_engine() -> void              set_quick_answers({ quick }) -> void
 *   choose_draft_model({ path: string | null }) -> void (null: none; the model is loaded again, told by the "status" event)
 *   choose_embedding_model({ path: string | null }) -> void (null: none; progress by the "status" event)
 * Events:
 *   "gate": Gate (after every change of lock or ways)
 *   "status": Status     "ingest": IngestStatus
 *   "document": DocumentRow (one changed)     "documents": null (many changed: ask `documents()` again)
 *   tauri's own "tauri://drag-enter" / "tauri://drag-leave" / "tauri://drag-drop" { paths }
 */
