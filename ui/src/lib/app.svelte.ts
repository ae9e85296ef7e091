/** The window's state. What can be derived from something else is derived. */
import { listen, type UnlistenFn } from "@tauri-apps/api/event";
import { api } from "./api";
import { Asking } from "./asking.svelte";
import type { Citation, DocumentRow, Failure, Grade, IngestStatus, Source, Status, WatchedFolder } from "./contract";
import { collections } from "./collections.svelte";
import { DOCUMENT_EXTENSIONS, pickDocuments, pickFolder } from "./dialogs";
import { baseName, count } from "./format";
import { highest, refusal, STRICTEST } from "./grades";
import { words } from "./language.svelte";
import { everything, type Chip, type Filter } from "./listing";
import { failureOf } from "./notices.svelte";
import { obstacleTo } from "./obstacle";
import { pane } from "./pane.svelte";
import { asked, changed, obstacleOf, type Scope } from "./scope";
import { load, save } from "./stored";

export interface OpenSource {
  citation: Citation;
  /** Null while it is being fetched. */
  source: Source | null;
  /** What had the focus, to return it. */
  opener: HTMLElement | null;
}

/** Changes of documents that come within this time are shown together: a folder brings hundreds a second. */
const GATHER_MS = 80;
/** The list of ten thousand is megabytes: so long it is not asked for again. */
const LIST_MS = 300;
const RESTING: IngestStatus = { state: "idle", files_done: 0, files_total: 0, pages_done: 0, failed: 0, remaining_seconds: null, walking: false };

export class App extends Asking {
  status = $state.raw<Status | null>(null);
  documents = $state.raw<DocumentRow[]>([]);
  filter = $state.raw<Filter>(everything);
  ingest = $state.raw<IngestStatus>(RESTING);
  watched = $state.raw<WatchedFolder[]>([]);
  source = $state.raw<OpenSource | null>(null);
  dragging = $state(false);
  now = $state(Date.now());
  /** Paths just added that may be folders. */
  #brought = $state.raw<string[]>([]);
  #sample = $state<number | null>(load("sample", null));

  /** Takes what of the dropped files is a model, and gives back the rest. */
  takeModels: (paths: string[]) => string[] = (paths) => paths;

  policy = $derived(this.status?.policy ?? STRICTEST);
  /** What the conversation shown asks, as the person chose it. */
  chosen = $derived(this.scopes.of(this.current));
  /** The documents that a question is asked of. */
  scope = $derived(asked(this.chosen, this.documents, collections.members));
  #inScope = $derived(new Set(this.scope));
  /** Why nothing can be asked in the scope; null where it can. */
  scopeObstacle = $derived(obstacleOf(this.chosen, this.scope.length));
  /** Why nothing can be asked now; null where it can. */
  obstacle = $derived(obstacleTo({ status: this.status, answering: this.answering, scope: this.scopeObstacle }));
  /** The folder to ask about, whether its changes are to be followed. */
  offered = $derived.by(() => {
    if (this.#brought.length === 0) return null;
    const folders = new Set(this.documents.map(({ folder }) => folder));
    const unwatched = this.#brought.filter((path) => !this.watched.some((each) => each.path === path));
    return unwatched.find((path) => folders.has(path) || folders.has(baseName(path))) ?? null;
  });
  /** The highest of what the conversation shown cites, also before its row tells of the last answer. */
  grade = $derived.by(() => {
    const cited = new Set(this.messages.flatMap(({ citations }) => citations.map(({ document_id }) => document_id)));
    const documents = cited.size === 0 ? [] : this.documents.filter(({ id }) => cited.has(id));
    return highest([this.row?.grade ?? null, ...documents.map(({ grade }) => grade)]);
  });
  /** Why the conversation shown may not be copied; null where it may. */
  copyRefusal = $derived(refusal("copy", this.grade, this.policy.copy_up_to));
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
        void this.addDocuments(this.takeModels(paths(payload)));
      }),
    ];
    void this.attempt(async () => {
      await Promise.all(listening);
      this.#setStatus(await api.status());
    });
    void this.attempt(() => this.drafts.load());
    const leaving = () => void this.drafts.save();
    window.addEventListener("pagehide", leaving);
    const clock = setInterval(() => (this.now = Date.now()), 30_000);
    return () => {
      window.removeEventListener("pagehide", leaving);
      this.drafts.clear();
      this.scopes.clear();
      clearInterval(clock);
      clearTimeout(this.#gathering);
      clearTimeout(this.#listing);
      for (const each of listening) void each.then((unlisten) => unlisten());
    };
  }

  #setStatus(status: Status): void {
    const opened = status.library.state === "ready" && this.status?.library.state !== "ready";
    this.status = status;
    if (opened) void this.attempt(() => Promise.all([this.#loadDocuments(), this.loadConversations(), this.loadFolders(), this.#loadIngest()]));
  }

  async #loadIngest(): Promise<void> {
    [this.ingest, this.watched] = await Promise.all([api.ingestStatus(), api.watchedFolders()]);
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
      const bare = text.trim() === "" ? [] : [new File([text], `${words.chat.pasted}.txt`)];
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
      void this.attempt(() => this.loadConversations());
    });
  }

  async removeDocument({ id, name }: DocumentRow): Promise<void> {
    await this.attempt(async () => {
      await api.removeDocument(id);
      this.#drop(id);
      this.offer(words.chat.toasts.removed(name), async () => {
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
      this.say(words.chat.toasts.forgotten(name));
      await Promise.all([this.loadConversations(), this.loadMessages()]);
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
    this.scopes.choose(this.current, scope);
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
      if (cancelled > 0) this.say(words.chat.toasts.cancelled(count(cancelled)));
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
