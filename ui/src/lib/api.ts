/** The shell's commands, typed as `contract.ts` lists them. */
import { invoke, type Channel } from "@tauri-apps/api/core";
import type {
  AskEvent,
  AuditPage,
  BackupProgress,
  BackupStatus,
  BackupSummary,
  Budget,
  Collection,
  CompareEvent,
  ComparedAnswer,
  Conversation,
  ConversationFilter,
  ConversationRow,
  Copied,
  DocumentRow,
  Draft,
  DraftDocument,
  DraftEvent,
  DraftingTasks,
  Failure,
  FindFilters,
  FindKind,
  Folder,
  Found,
  Gate,
  Grade,
  IngestStatus,
  LockSettings,
  ModelStep,
  ModelTrial,
  ModelsPage,
  NetworkProbes,
  Rating,
  Source,
  Status,
  StyleFinding,
  WatchedFolder,
} from "./contract";
import { words } from "./language.svelte";

export interface Question {
  conversationId: number | null;
  question: string;
  documentIds: number[];
  events: Channel<AskEvent>;
}

/** Another wording of a question that was asked. */
export interface Edit {
  messageId: number;
  question: string;
  documentIds: number[];
  events: Channel<AskEvent>;
}

/** Another answer: the message is the question, or an answer to it. */
export interface Again {
  messageId: number;
  documentIds: number[];
  events: Channel<AskEvent>;
}

export interface BackupOrder {
  path: string;
  /** Null where there is none, or where it is forgotten. */
  current: string | null;
  /** The backup's own. */
  password: string;
  events: Channel<BackupProgress>;
}

export interface RestoreOrder extends BackupOrder {
  /** What the restored data is opened by. */
  newPassword: string;
}

/** What a draft is asked with. */
export interface DraftOrder {
  task: string;
  inputs: Record<string, string>;
  documentIds: number[];
  /** 0: the likeliest, any other: another one. */
  seed: number;
  events: Channel<DraftEvent>;
}

export interface DraftExport {
  document: DraftDocument;
  path: string;
  grade: Grade;
  documentIds: number[];
  /** As the draft has them; null takes out its marks. */
  sources: string[] | null;
  masked: boolean;
}

export interface Search {
  query: string;
  kinds: FindKind[];
  filters: FindFilters;
  limit: number;
  offset: number;
}

/** Bytes under a name, as one: the name's length (u32, little-endian), the name (UTF-8), the bytes. */
function named(name: string, bytes: Uint8Array): Uint8Array {
  const label = new TextEncoder().encode(name);
  const sent = new Uint8Array(4 + label.length + bytes.length);
  new DataView(sent.buffer).setUint32(0, label.length, true);
  sent.set(label, 4);
  sent.set(bytes, 4 + label.length);
  return sent;
}

export const api = {
  gate: () => invoke<Gate>("gate"),
  createVault: (password: string | null) => invoke<void>("create_vault", { password }),
  unlock: (password: string) => invoke<void>("unlock", { password }),
  unlockWithRecovery: (recovery: string) => invoke<void>("unlock_with_recovery", { recovery }),
  unlockWithKeyring: () => invoke<void>("unlock_with_keyring"),
  lock: () => invoke<void>("lock"),
  setPassword: (current: string | null, password: string) => invoke<void>("set_password", { current, password }),
  makeRecoveryKey: (current: string | null) => invoke<string>("make_recovery_key", { current }),
  setKeyring: (on: boolean) => invoke<void>("set_keyring", { on }),
  backupStatus: () => invoke<BackupStatus>("backup_status"),
  makeBackup: (order: BackupOrder) => invoke<number>("make_backup", { ...order }),
  inspectBackup: (path: string, password: string) => invoke<BackupSummary>("inspect_backup", { path, password }),
  restoreBackup: (order: RestoreOrder) => invoke<void>("restore_backup", { ...order }),
  stopBackup: () => invoke<void>("stop_backup"),
  lockSettings: () => invoke<LockSettings>("lock_settings"),
  setIdleMinutes: (minutes: number) => invoke<void>("set_idle_minutes", { minutes }),
  networkProbes: () => invoke<NetworkProbes>("network_probes"),
  problemReport: () => invoke<string>("problem_report"),
  saveProblemReport: (path: string) => invoke<void>("save_problem_report", { path }),
  auditEntries: (before: number | null, limit: number) => invoke<AuditPage>("audit_entries", { before, limit }),
  exportAudit: (path: string) => invoke<number>("export_audit", { path }),
  setGrade: (id: number, grade: Grade, reason: string | null) => invoke<DocumentRow>("set_grade", { id, grade, reason }),
  forgetDocument: (id: number) => invoke<void>("forget_document", { id }),
  forgetConversation: (id: number) => invoke<void>("forget_conversation", { id }),
  exportConversation: (id: number, path: string, masked: boolean) => invoke<void>("export_conversation", { id, path, masked }),
  status: () => invoke<Status>("status"),
  documents: () => invoke<DocumentRow[]>("documents"),
  addDocuments: (paths: string[]) => invoke<DocumentRow[]>("add_documents", { paths }),
  clipboardFiles: () => invoke<string[]>("clipboard_files"),
  addPasted: (name: string, bytes: Uint8Array) => invoke<DocumentRow[]>("add_pasted", named(name, bytes)),
  addSample: () => invoke<DocumentRow>("add_sample"),
  retryDocument: (id: number) => invoke<void>("retry_document", { id }),
  removeDocument: (id: number) => invoke<void>("remove_document", { id }),
  restoreDocument: (id: number) => invoke<void>("restore_document", { id }),
  prioritiseDocument: (id: number) => invoke<void>("prioritise_document", { id }),
  unlockDocument: (id: number, password: string) => invoke<void>("unlock_document", { id, password }),
  ingestStatus: () => invoke<IngestStatus>("ingest_status"),
  pauseIngest: () => invoke<void>("pause_ingest"),
  resumeIngest: () => invoke<void>("resume_ingest"),
  cancelIngest: () => invoke<number>("cancel_ingest"),
  watchedFolders: () => invoke<WatchedFolder[]>("watched_folders"),
  watchFolder: (path: string) => invoke<void>("watch_folder", { path }),
  unwatchFolder: (path: string) => invoke<void>("unwatch_folder", { path }),
  conversations: (filter: ConversationFilter | null = null) => invoke<ConversationRow[]>("conversations", { filter }),
  conversation: (id: number) => invoke<Conversation>("conversation", { id }),
  renameConversation: (id: number, title: string) => invoke<void>("rename_conversation", { id, title }),
  removeConversation: (id: number) => invoke<void>("remove_conversation", { id }),
  restoreConversation: (id: number) => invoke<void>("restore_conversation", { id }),
  proposeTitle: (id: number) => invoke<ConversationRow | null>("propose_title", { id }),
  pinConversation: (id: number, pinned: boolean) => invoke<void>("pin_conversation", { id, pinned }),
  archiveConversation: (id: number, archived: boolean) => invoke<void>("archive_conversation", { id, archived }),
  moveConversation: (id: number, folder: number | null) => invoke<void>("move_conversation", { id, folder }),
  folders: () => invoke<Folder[]>("folders"),
  createFolder: (name: string) => invoke<Folder>("create_folder", { name }),
  renameFolder: (id: number, name: string) => invoke<void>("rename_folder", { id, name }),
  moveFolder: (id: number, place: number) => invoke<void>("move_folder", { id, place }),
  removeFolder: (id: number) => invoke<void>("remove_folder", { id }),
  drafts: () => invoke<Draft[]>("drafts"),
  saveDraft: (conversationId: number | null, text: string) => invoke<void>("save_draft", { conversationId, text }),
  ask: (question: Question) => invoke<void>("ask", { ...question }),
  editAndResend: (edit: Edit) => invoke<void>("edit_and_resend", { ...edit }),
  regenerate: (again: Again) => invoke<void>("regenerate", { ...again }),
  switchBranch: (messageId: number) => invoke<Conversation>("switch_branch", { messageId }),
  rateMessage: (messageId: number, rating: Rating, note: string | null) => invoke<void>("rate_message", { messageId, rating, note }),
  expectQuestion: (conversationId: number | null, documentIds: number[]) => invoke<Budget | null>("expect_question", { conversationId, documentIds }),
  stop: () => invoke<void>("stop"),
  typing: () => invoke<void>("typing"),
  collections: () => invoke<Collection[]>("collections"),
  addCollection: (name: string, documents: number[]) => invoke<Collection[]>("add_collection", { name, documents }),
  renameCollection: (id: number, name: string) => invoke<Collection[]>("rename_collection", { id, name }),
  removeCollection: (id: number) => invoke<Collection[]>("remove_collection", { id }),
  collect: (id: number, documents: number[], included: boolean) => invoke<Collection[]>("collect", { id, documents, included }),
  openOriginal: (id: number) => invoke<void>("open_original", { id }),
  documentBytes: (id: number) => invoke<ArrayBuffer>("document_bytes", { id }),
  source: (passageId: number) => invoke<Source>("source", { passageId }),
  checkStyle: (text: string) => invoke<StyleFinding[]>("check_style", { text }),
  mendStyle: (text: string) => invoke<string>("mend_style", { text }),
  draftingTasks: () => invoke<DraftingTasks>("drafting_tasks"),
  setDraftNotice: (notice: boolean) => invoke<void>("set_draft_notice", { notice }),
  draft: (order: DraftOrder) => invoke<void>("draft", { ...order }),
  exportDraft: (file: DraftExport) => invoke<string>("export_draft", { ...file }),
  find: (search: Search) => invoke<Found>("find", { ...search }),
  models: () => invoke<ModelsPage>("models"),
  addModel: (path: string, events: Channel<Copied>) => invoke<void>("add_model", { path, events }),
  checkModel: (path: string, events: Channel<Copied>) => invoke<void>("check_model", { path, events }),
  stopAddingModel: () => invoke<void>("stop_adding_model"),
  removeModel: (path: string) => invoke<void>("remove_model", { path }),
  testModel: (path: string, events: Channel<ModelStep>) => invoke<ModelTrial>("test_model", { path, events }),
  compareModels: (paths: [string, string], question: string, events: Channel<CompareEvent>) =>
    invoke<ComparedAnswer[]>("compare_models", { paths, question, events }),
  stopModelTest: () => invoke<void>("stop_model_test"),
  chooseModel: (path: string) => invoke<void>("choose_model", { path }),
  chooseDraftModel: (path: string | null) => invoke<void>("choose_draft_model", { path }),
  chooseEmbeddingModel: (path: string | null) => invoke<void>("choose_embedding_model", { path }),
  setQuickAnswers: (quick: boolean) => invoke<void>("set_quick_answers", { quick }),
  retryEngine: () => invoke<void>("retry_engine"),
};

/** A command rejects with a Failure; anything else thrown is a fault of the program itself. */
export function asFailure(error: unknown): Failure {
  if (typeof error === "object" && error !== null && "code" in error && "message" in error) {
    const { code, message, detail } = error as Failure & { detail?: string };
    return { code: String(code), message: String(message), detail: String(detail ?? "") };
  }
  return {
    code: "unexpected",
    message: words.common.unexpected,
    detail: String(error),
  };
}
