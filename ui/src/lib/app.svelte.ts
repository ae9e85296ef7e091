/** The window's state. What can be derived from something else is derived. */
import { Channel } from "@tauri-apps/api/core";
import { listen, type UnlistenFn } from "@tauri-apps/api/event";
import { api, asFailure } from "./api";
import type {
  AskEvent,
  Citation,
  ConversationRow,
  DocumentRow,
  Failure,
  Grade,
  IngestStatus,
  Message,
  Source,
  Status,
  WatchedFolder,
} from "./contract";
import { collections } from "./collections.svelte";
import { DOCUMENT_EXTENSIONS, pickDocuments, pickExport, pickFolder } from "./dialogs";
import { Drafts } from "./drafts";
import { baseName, count } from "./format";
import { highest, refusal, STRICTEST } from "./grades";
import { everything, type Chip, type Filter } from "./listing";
import { Models } from "./models";
import { failureOf } from "./notices.svelte";
import { pane } from "./pane.svelte";
import { asked, changed, obstacleOf, type Scope } from "./scope";
import { Scopes } from "./scopes.svelte";
import { load, save } from "./stored";
import { advance, begin, unsaved, type Turn } from "./turn";

export interface OpenSource {
  citation: Citation;
  /** Null while it is being fetched. */
  source: Source | null;
  /** What had the focus, to return it. */
  opener: HTMLElement | null;
}

/** Changes of documents that come within this time are shown together: a folder brings hundreds a second. */
const GATHER_MS = 80;
/** What a pasted text is called until the person says otherwise. */
const TEXT_NAME = "붙여 넣은 글.txt";
/** The list of ten thousand is megabytes: so long it is not asked for again. */
const LIST_MS = 300;
const RESTING: IngestStatus = { state: "idle", files_done: 0, files_total: 0, pages_done: 0, failed: 0, remaining_seconds: null, walking: false };

export class App extends Models {
  status = $state.raw<Status | null>(null);
  documents = $state.raw<DocumentRow[]>([]);
  filter = $state.raw<Filter>(everything);
  ingest = $state.raw<IngestStatus>(RESTING);
  watched = $state.raw<WatchedFolder[]>([]);
  conversations = $state.raw<ConversationRow[]>([]);
  /** The conversation shown; null for one that has no question yet. */
  current = $state<number | null>(null);
  turn = $state.raw<Turn | null>(null);
  stopping = $state(false);
  source = $state.raw<OpenSource | null>(null);
  dragging = $state(false);
  now = $state(Date.now());
  #messages = $state.raw<Message[]>([]);
  /** Paths just added that may be folders. */
  #brought = $state.raw<string[]>([]);
  #sample = $state<number | null>(load("sample", null));
  /** Tells the turn's own events from those of one before. */
  #turnSerial = 0;

  /** Unsent questions. */
  readonly drafts = new Drafts();
  readonly #scopes = new Scopes();
  policy = $derived(this.status?.policy ?? STRICTEST);
  /** What the conversation shown asks, as the person chose it. */
  chosen = $derived(this.#scopes.of(this.current));
  /** The documents that a question is asked of. */
  scope = $derived(asked(this.chosen, this.documents, collections.members));
  #inScope = $derived(new Set(this.scope));
  /** Why nothing can be asked in the scope; null where it can. */
  scopeObstacle = $derived(obstacleOf(this.chosen, this.scope.length));
  /** The folder to ask about, whether its changes are to be followed. */
  offered = $derived.by(() => {
    if (this.#brought.length === 0) return null;
    const folders = new Set(this.documents.map(({ folder }) => folder));
    const unwatched = this.#brought.filter((path) => !this.watched.some((each) => each.path === path));
    return unwatched.find((path) => folders.has(path) || folders.has(baseName(path))) ?? null;
  });
  /** The turn, where it belongs to the conversation shown. */
  live = $derived(this.turn?.conversation === this.current ? this.turn : null);
  messages = $derived.by(() => {
    const { live } = this;
    return live ? [...this.#messages.filter(({ id }) => id !== live.question.id), live.question] : this.#messages;
  });
  /** The highest of what the conversation shown cites, also before its row tells of the last answer. */
  grade = $derived.by(() => {
    const cited = new Set(this.messages.flatMap(({ citations }) => citations.map(({ document_id }) => document_id)));
    const documents = cited.size === 0 ? [] : this.documents.filter(({ id }) => cited.has(id));
    return highest([this.conversations.find(({ id }) => id === this.current)?.grade ?? null, ...documents.map(({ grade }) => grade)]);
  });
  /** Why the conversation shown may not be copied; null where it may. */
  copyRefusal = $derived(refusal("복사", this.grade, this.policy.copy_up_to));
  hasSample = $derived(this.documents.some(({ id, state }) => id === this.#sample && state === "ready"));

  /** Listens first and asks then, so that no change falls between. Returns what undoes it. */
  start(): () => void {
    const paths = (payload: unknown) => (payload as { paths?: string[] }).paths ?? [];
    const listening: Promise<UnlistenFn>[] = [
      listen<Status>("status", ({ payload }) => this.#setStatus(payload)),
      listen<IngestStatus>("ingest", ({ payload }) => (this.ingest = payload)),
      listen<DocumentRow>("document", ({ payload }) => this.#changed(payload)),
      listen("documents", () => this.#manyChanged()),
      listen("tauri://drag-enter", () => (this.dragging = true)),
      listen("tauri://drag-over", () => (this.dragging = true)),
      listen("tauri://drag-leave", () => (this.dragging = false)),
      listen("tauri://drag-drop", ({ payload }) => {
        this.dragging = false;
        void this.addDocuments(paths(payload));
      }),
    ];
    void this.attempt(async () => {
      await Promise.all(listening);
      this.#setStatus(await api.status());
    });
    const clock = setInterval(() => (this.now = Date.now()), 30_000);
    return () => {
      this.drafts.clear();
      this.#scopes.clear();
      clearInterval(clock);
      clearTimeout(this.#gathering);
      clearTimeout(this.#listing);
      for (const each of listening) void each.then((unlisten) => unlisten());
    };
  }

  #setStatus(status: Status): void {
    const opened = status.library.state === "ready" && this.status?.library.state !== "ready";
    this.status = status;
    if (opened) void this.attempt(() => Promise.all([this.#loadDocuments(), this.#loadConversations(), this.#loadIngest()]));
  }

  async #loadIngest(): Promise<void> {
    [this.ingest, this.watched] = await Promise.all([api.ingestStatus(), api.watchedFolders()]);
  }

  async #loadConversations(): Promise<void> {
    this.conversations = await api.conversations();
  }

  // Documents

  /** Changed rows that are not in the list yet. */
  #arrived = new Map<number, DocumentRow>();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #listing: ReturnType<typeof setTimeout> | undefined;
  #loading: Promise<void> | null = null;
  #outdated = false;

  #changed(row: DocumentRow): void {
    this.#arrived.set(row.id, row);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      if (!this.#loading) this.#showArrived();
    }, GATHER_MS);
  }

  #manyChanged(): void {
    this.#listing ??= setTimeout(() => {
      this.#listing = undefined;
      void this.attempt(() => this.#loadDocuments());
    }, LIST_MS);
  }

  #showArrived(): void {
    if (this.#arrived.size > 0) this.documents = this.#withArrived(this.documents);
  }

  #withArrived(rows: DocumentRow[]): DocumentRow[] {
    const arrived = this.#arrived;
    this.#arrived = new Map();
    const known = rows.map((row) => {
      const change = arrived.get(row.id);
      arrived.delete(row.id);
      return change ?? row;
    });
    return [...known, ...arrived.values()];
  }

  /** One list at a time; asked for again meanwhile, it is fetched once more. */
  #loadDocuments(): Promise<void> {
    this.#outdated = true;
    this.#loading ??= this.#fetchDocuments();
    return this.#loading;
  }

  /** What changes while a list is on its way is put over it: the list may be older. */
  async #fetchDocuments(): Promise<void> {
    try {
      while (this.#outdated) {
        this.#outdated = false;
        this.documents = this.#withArrived(await api.documents());
      }
    } finally {
      this.#loading = null;
      this.#showArrived();
    }
  }

  async addDocuments(paths: string[]): Promise<void> {
    if (paths.length === 0) return;
    const mayBeFolder = (path: string) => !DOCUMENT_EXTENSIONS.some((extension) => path.toLowerCase().endsWith(`.${extension}`));
    this.#brought = [...this.#brought, ...paths.filter((path) => mayBeFolder(path) && !this.#brought.includes(path))];
    await this.attempt(async () => {
      await api.addDocuments(paths);
      await this.#loadDocuments();
    });
  }

  /** The files in the clipboard, by their paths where the system tells them; else the text. */
  async addPasted(files: File[], text: string): Promise<void> {
    await this.attempt(async () => {
      const paths = await api.clipboardFiles();
      if (paths.length > 0) return this.addDocuments(paths);
      const bare = text.trim() === "" ? [] : [new File([text], TEXT_NAME)];
      for (const file of files.length > 0 ? files : bare) {
        const rows = await api.addPasted(file.name, new Uint8Array(await file.arrayBuffer()));
        if (rows.length > 0) await this.#loadDocuments();
      }
    });
  }

  async pickDocuments(): Promise<void> {
    await this.attempt(async () => {
      await this.addDocuments(await pickDocuments());
    });
  }

  async pickFolder(): Promise<void> {
    await this.attempt(async () => {
      const path = await pickFolder();
      if (path !== null) await this.addDocuments([path]);
    });
  }

  async addSample(): Promise<void> {
    await this.attempt(async () => {
      const { id } = await api.addSample();
      this.#sample = id;
      save("sample", id);
      await this.#loadDocuments();
    });
  }

  async retryDocument(id: number): Promise<void> {
    await this.attempt(() => api.retryDocument(id));
  }

  /** Reads a waiting document before the others. */
  async prioritiseDocument(id: number): Promise<void> {
    await this.attempt(() => api.prioritiseDocument(id));
  }

  /** In the person's own program. */
  async openOriginal(id: number): Promise<void> {
    await this.attempt(() => api.openOriginal(id));
  }

  /** The failure, if the password was refused at once; else the document is read again and its row tells. */
  unlockDocument(id: number, password: string): Promise<Failure | null> {
    return failureOf(() => api.unlockDocument(id, password));
  }

  /** The failure, to be told in place. A lower grade wants a reason. */
  setGrade(id: number, grade: Grade, reason: string | null): Promise<Failure | null> {
    return failureOf(async () => {
      this.#arrived.set(id, await api.setGrade(id, grade, reason));
      if (!this.#loading) this.#showArrived();
      // A conversation has the highest grade of what it cites.
      void this.attempt(() => this.#loadConversations());
    });
  }

  async removeDocument({ id, name }: DocumentRow): Promise<void> {
    await this.attempt(async () => {
      await api.removeDocument(id);
      this.#drop(id);
      this.offer(`‘${name}’ 자료를 목록에서 뺐습니다.`, async () => {
        await api.restoreDocument(id);
        await this.#loadDocuments();
      });
    });
  }

  /** For good, with what answers quote of it. */
  async forgetDocument({ id, name }: DocumentRow): Promise<void> {
    await this.attempt(async () => {
      await api.forgetDocument(id);
      this.#drop(id);
      if (this.source?.citation.document_id === id) this.closeSource();
      this.say(`‘${name}’ 자료를 완전히 삭제했습니다.`);
      await Promise.all([this.#loadConversations(), this.#loadMessages()]);
    });
  }

  #drop(id: number): void {
    this.#arrived.delete(id);
    // A list on its way may still hold it.
    this.#outdated = true;
    this.documents = this.documents.filter((each) => each.id !== id);
  }

  includes(id: number): boolean {
    return this.#inScope.has(id);
  }

  /** Puts documents into the scope or takes them out. */
  include(ids: number[], included: boolean): void {
    this.choose(changed(this.chosen, this.documents, ids, included, collections.members));
  }

  /** What the conversation shown asks from now on. */
  choose(scope: Scope): void {
    this.#scopes.choose(this.current, scope);
  }

  /** Shows the list of documents, with these only. */
  showDocuments(chip: Chip): void {
    this.closeSource();
    pane.show("side");
    this.filter = { name: "", chip };
  }

  // Reading many documents

  async pauseIngest(): Promise<void> {
    await this.attempt(() => api.pauseIngest());
  }

  async resumeIngest(): Promise<void> {
    await this.attempt(() => api.resumeIngest());
  }

  async cancelIngest(): Promise<void> {
    await this.attempt(async () => {
      const cancelled = await api.cancelIngest();
      await this.#loadDocuments();
      if (cancelled > 0) this.say(`${count(cancelled)}개를 취소했습니다. 목록의 ‘취소됨’에서 다시 읽을 수 있습니다.`);
    });
  }

  /** The answer to {@link offered}. */
  async answerOffer(path: string, follow: boolean): Promise<void> {
    this.#brought = this.#brought.filter((each) => each !== path);
    if (!follow) return;
    await this.attempt(async () => {
      await api.watchFolder(path);
      this.watched = await api.watchedFolders();
    });
  }

  async unwatchFolder(path: string): Promise<void> {
    await this.attempt(async () => {
      await api.unwatchFolder(path);
      this.watched = await api.watchedFolders();
    });
  }

  // Conversations

  async openConversation(id: number | null): Promise<void> {
    this.closeSource();
    pane.show("chat");
    this.current = id;
    this.#messages = [];
    await this.attempt(() => this.#loadMessages());
  }

  async #loadMessages(): Promise<void> {
    const id = this.current;
    if (id === null) return;
    const { messages } = await api.conversation(id);
    if (this.current === id) this.#messages = messages;
  }

  async renameConversation(id: number, title: string): Promise<void> {
    await this.attempt(async () => {
      await api.renameConversation(id, title);
      await this.#loadConversations();
    });
  }

  async removeConversation(id: number): Promise<void> {
    await this.attempt(async () => {
      await api.removeConversation(id);
      await this.#leave(id);
      this.offer("대화를 목록에서 뺐습니다.", async () => {
        await api.restoreConversation(id);
        await this.#loadConversations();
      });
    });
  }

  /** For good. */
  async forgetConversation(id: number): Promise<void> {
    await this.attempt(async () => {
      await api.forgetConversation(id);
      this.drafts.keep(id, "");
      this.#scopes.forget(id);
      await this.#leave(id);
      this.say("대화를 완전히 삭제했습니다.");
    });
  }

  async #leave(id: number): Promise<void> {
    this.conversations = this.conversations.filter((each) => each.id !== id);
    if (this.current === id) await this.openConversation(null);
  }

  /** Whether it was saved; otherwise the person closed the dialog, or there is a failure to be told in place. */
  async exportConversation({ id, title, grade }: ConversationRow, masked: boolean): Promise<{ saved: boolean; failure: Failure | null }> {
    let saved = false;
    const failure = await failureOf(async () => {
      const path = await pickExport(title, grade);
      if (path === null) return;
      await api.exportConversation(id, path, masked);
      saved = true;
      this.say("내보냈습니다.");
    });
    return { saved, failure };
  }

  // Asking

  async ask(text: string): Promise<void> {
    if (this.turn) return;
    // Without documents the model would answer from what it knows, which is not what was chosen.
    if (this.scopeObstacle !== null) return this.say(this.scopeObstacle);
    const { current: conversationId, scope: documentIds } = this;
    const serial = this.next();
    const mine = () => this.#turnSerial === serial && this.turn !== null;
    this.#turnSerial = serial;
    this.turn = begin(conversationId, unsaved(-serial, "user", text), documentIds);
    const events = new Channel<AskEvent>((event) => {
      if (mine()) this.#receive(event);
    });
    try {
      await api.ask({ conversationId, question: text, documentIds, events });
      if (mine()) await this.#recover();
    } catch (error) {
      const failure = asFailure(error);
      if (mine()) this.#settle({ ...unsaved(-this.next(), "assistant", this.turn!.text), state: "failed", failure });
      else this.fail(failure);
    }
  }

  #receive(event: AskEvent): void {
    const before = this.turn!;
    const after = advance(before, event);
    if (event.type === "started") {
      if (before.conversation === null) this.#scopes.named(event.conversation_id);
      if (this.current === before.conversation) this.current = after.conversation;
      void this.attempt(() => this.#loadConversations());
    }
    this.turn = after;
    if (after.answer) this.#settle(after.answer);
  }

  /** The turn ends with this answer. */
  #settle(answer: Message): void {
    if (this.live) this.#messages = [...this.messages, answer];
    this.turn = null;
    this.stopping = false;
    void this.attempt(() => this.#loadConversations());
  }

  /** The answer is saved but its last event was overtaken by the command's reply: the vault has it. */
  async #recover(): Promise<void> {
    const id = this.turn!.conversation;
    const shown = this.live !== null;
    const messages = id === null ? [] : (await api.conversation(id)).messages;
    if (this.turn === null) return;
    if (shown && this.current === id) this.#messages = messages;
    this.turn = null;
    this.stopping = false;
    await this.#loadConversations();
  }

  async stop(): Promise<void> {
    if (!this.turn || this.stopping) return;
    this.stopping = true;
    if (!(await this.attempt(() => api.stop()))) this.stopping = false;
  }

  // Sources

  async openSource(citation: Citation, opener: HTMLElement | null): Promise<void> {
    const opened: OpenSource = { citation, source: null, opener };
    this.source = opened;
    pane.show("side");
    const done = await this.attempt(async () => {
      const source = await api.source(citation.passage_id);
      if (this.source === opened) this.source = { ...opened, source };
    });
    if (!done && this.source === opened) this.closeSource();
  }

  closeSource(): void {
    if (this.source === null) return;
    const { opener } = this.source;
    this.source = null;
    pane.show("chat");
    if (opener?.isConnected) opener.focus();
  }
}

export const app = new App();
