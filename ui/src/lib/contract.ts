/** What the shell and the window say to each other. Mirrors `src-tauri/src/commands`; field names are the wire's. */
export type * from "./contract/shared";
export type * from "./contract/security";
export type * from "./contract/library";
export type * from "./contract/chat";
export type * from "./contract/engine";
export type * from "./contract/drafting";

/**
 * Commands (all reject with a {@link Failure}):
 *   gate() -> Gate     create_vault({ password: string | null })     lock()
 *   unlock({ password })     unlock_with_recovery({ recovery })     unlock_with_keyring()
 *     (code `unlock_wait`: its detail is the milliseconds to wait, as digits)
 *   set_password({ current: string | null, password }) (current where there is a password)
 *   make_recovery_key({ current: string | null }) -> string, shown once
 *     (current where there is a password; null right after the data key was made)
 *   set_keyring({ on })
 *   backup_status() -> BackupStatus
 *   make_backup({ path, current: string | null, password, events: Channel<BackupProgress> }) -> number of bytes, once it was read back
 *     (current as in set_password; code `backup_stopped` where the person ended it)
 *   inspect_backup({ path, password }) -> BackupSummary (also while nothing is open)
 *   restore_backup({ path, password, newPassword, current: string | null, events: Channel<BackupProgress> }): the data is open
 *     under the new password then (while nothing is open only where nothing is kept, or it is damaged; else code `restore_locked`)
 *   stop_backup()
 *   lock_settings() -> LockSettings     set_idle_minutes({ minutes })
 *   network_probes() -> NetworkProbes
 *   problem_report() -> string (Korean; a text without any of the person's)
 *   save_problem_report({ path }) (the one that was made last; code `report_none`)
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
 *   stop() -> void     typing() -> void (the engine stands back for the keys; every half a second while they come)
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
