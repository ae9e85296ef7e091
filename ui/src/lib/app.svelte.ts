/** The window's state. What can be derived from something else is derived. */
import { Channel } from "@tauri-apps/api/core";
import { listen, type UnlistenFn } from "@tauri-apps/api/event";
import { open } from "@tauri-apps/plugin-dialog";
import { api, asFailure } from "./api";
import type { AskEvent, Citation, ConversationRow, DocumentRow, Failure, Message, Source, Status } from "./contract";
import { load, save } from "./stored";
import { advance, begin, unsaved, type Turn } from "./turn";

export interface Toast {
  id: number;
  text: string;
  failure: Failure | null;
  action: { label: string; run: () => void } | null;
}

export interface OpenSource {
  citation: Citation;
  /** Null while it is being fetched. */
  source: Source | null;
  /** What had the focus, to return it. */
  opener: HTMLElement | null;
}

const DOCUMENT_EXTENSIONS = ["hwp", "hwpx", "pdf", "docx", "xlsx", "xls", "pptx", "txt", "md"];
const TOAST_MS = 8000;

export class App {
  status = $state.raw<Status | null>(null);
  documents = $state.raw<DocumentRow[]>([]);
  conversations = $state.raw<ConversationRow[]>([]);
  /** The conversation shown; null for one that has no question yet. */
  current = $state<number | null>(null);
  turn = $state.raw<Turn | null>(null);
  stopping = $state(false);
  source = $state.raw<OpenSource | null>(null);
  toasts = $state.raw<Toast[]>([]);
  dragging = $state(false);
  now = $state(Date.now());
  #messages = $state.raw<Message[]>([]);
  #excluded = $state.raw<number[]>(load("excluded", []));
  #sample = $state<number | null>(load("sample", null));
  #serial = 0;
  /** Tells the turn's own events from those of one before. */
  #turnSerial = 0;

  /** The documents that a question is asked of. */
  scope = $derived(this.documents.filter(({ id, state }) => state === "ready" && !this.#excluded.includes(id)).map(({ id }) => id));
  /** The turn, where it belongs to the conversation shown. */
  live = $derived(this.turn?.conversation === this.current ? this.turn : null);
  messages = $derived.by(() => {
    const { live } = this;
    return live ? [...this.#messages.filter(({ id }) => id !== live.question.id), live.question] : this.#messages;
  });
  hasSample = $derived(this.documents.some(({ id, state }) => id === this.#sample && state === "ready"));

  /** Listens first and asks then, so that no change falls between. Returns what undoes it. */
  start(): () => void {
    const paths = (payload: unknown) => (payload as { paths?: string[] }).paths ?? [];
    const listening: Promise<UnlistenFn>[] = [
      listen<Status>("status", ({ payload }) => this.#setStatus(payload)),
      listen<DocumentRow>("document", ({ payload }) => this.#changed(payload)),
      listen("tauri://drag-enter", () => (this.dragging = true)),
      listen("tauri://drag-over", () => (this.dragging = true)),
      listen("tauri://drag-leave", () => (this.dragging = false)),
      listen("tauri://drag-drop", ({ payload }) => {
        this.dragging = false;
        void this.addDocuments(paths(payload));
      }),
    ];
    void this.#try(async () => {
      await Promise.all(listening);
      this.#setStatus(await api.status());
    });
    const clock = setInterval(() => (this.now = Date.now()), 30_000);
    return () => {
      clearInterval(clock);
      for (const each of listening) void each.then((unlisten) => unlisten());
    };
  }

  #setStatus(status: Status): void {
    const opened = status.library.state === "ready" && this.status?.library.state !== "ready";
    this.status = status;
    if (opened) void this.#try(() => Promise.all([this.#loadDocuments(), this.#loadConversations()]));
  }

  /** Again where a document changed while the list was on its way: the list may be older than the change. */
  async #loadDocuments(): Promise<void> {
    let changes: number;
    do {
      changes = this.#changes;
      this.documents = await api.documents();
    } while (changes !== this.#changes);
  }

  async #loadConversations(): Promise<void> {
    this.conversations = await api.conversations();
  }

  // Documents

  #changes = 0;

  #changed(row: DocumentRow): void {
    this.#changes += 1;
    const known = this.documents.some(({ id }) => id === row.id);
    this.documents = known ? this.documents.map((each) => (each.id === row.id ? row : each)) : [...this.documents, row];
  }

  async addDocuments(paths: string[]): Promise<void> {
    if (paths.length === 0) return;
    await this.#try(async () => {
      await api.addDocuments(paths);
      await this.#loadDocuments();
    });
  }

  async pickDocuments(): Promise<void> {
    await this.#try(async () => {
      const filters = [{ name: "문서", extensions: DOCUMENT_EXTENSIONS }];
      await this.addDocuments((await open({ multiple: true, title: "자료로 추가할 파일", filters })) ?? []);
    });
  }

  async addSample(): Promise<void> {
    await this.#try(async () => {
      const { id } = await api.addSample();
      this.#sample = id;
      save("sample", id);
      await this.#loadDocuments();
    });
  }

  async retryDocument(id: number): Promise<void> {
    await this.#try(() => api.retryDocument(id));
  }

  async removeDocument({ id, name }: DocumentRow): Promise<void> {
    await this.#try(async () => {
      await api.removeDocument(id);
      this.documents = this.documents.filter((each) => each.id !== id);
      this.#offer(`‘${name}’ 자료를 삭제했습니다.`, async () => {
        await api.restoreDocument(id);
        await this.#loadDocuments();
      });
    });
  }

  includes(id: number): boolean {
    return !this.#excluded.includes(id);
  }

  /** Puts documents into the scope or takes them out. */
  include(ids: number[], included: boolean): void {
    const others = this.#excluded.filter((id) => !ids.includes(id));
    this.#excluded = included ? others : [...others, ...ids];
    save("excluded", this.#excluded);
  }

  // Conversations

  async openConversation(id: number | null): Promise<void> {
    this.closeSource();
    this.current = id;
    this.#messages = [];
    if (id === null) return;
    await this.#try(async () => {
      const { messages } = await api.conversation(id);
      if (this.current === id) this.#messages = messages;
    });
  }

  async renameConversation(id: number, title: string): Promise<void> {
    await this.#try(async () => {
      await api.renameConversation(id, title);
      await this.#loadConversations();
    });
  }

  async removeConversation(id: number): Promise<void> {
    await this.#try(async () => {
      await api.removeConversation(id);
      this.conversations = this.conversations.filter((each) => each.id !== id);
      if (this.current === id) await this.openConversation(null);
      this.#offer("대화를 삭제했습니다.", async () => {
        await api.restoreConversation(id);
        await this.#loadConversations();
      });
    });
  }

  // Asking

  async ask(text: string): Promise<void> {
    if (this.turn) return;
    const conversationId = this.current;
    const serial = this.#next();
    const mine = () => this.#turnSerial === serial && this.turn !== null;
    this.#turnSerial = serial;
    this.turn = begin(conversationId, unsaved(-serial, "user", text));
    const events = new Channel<AskEvent>((event) => {
      if (mine()) this.#receive(event);
    });
    try {
      await api.ask({ conversationId, question: text, documentIds: this.scope, events });
      if (mine()) await this.#recover();
    } catch (error) {
      const failure = asFailure(error);
      if (mine()) this.#settle({ ...unsaved(-this.#next(), "assistant", this.turn!.text), state: "failed", failure });
      else this.fail(failure);
    }
  }

  #receive(event: AskEvent): void {
    const before = this.turn!;
    const after = advance(before, event);
    if (event.type === "started") {
      if (this.current === before.conversation) this.current = after.conversation;
      void this.#try(() => this.#loadConversations());
    }
    this.turn = after;
    if (after.answer) this.#settle(after.answer);
  }

  /** The turn ends with this answer. */
  #settle(answer: Message): void {
    if (this.live) this.#messages = [...this.messages, answer];
    this.turn = null;
    this.stopping = false;
    void this.#try(() => this.#loadConversations());
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
    if (!(await this.#try(() => api.stop()))) this.stopping = false;
  }

  // Sources

  async openSource(citation: Citation, opener: HTMLElement | null): Promise<void> {
    const opened: OpenSource = { citation, source: null, opener };
    this.source = opened;
    const done = await this.#try(async () => {
      const source = await api.source(citation.passage_id);
      if (this.source === opened) this.source = { ...opened, source };
    });
    if (!done && this.source === opened) this.closeSource();
  }

  closeSource(): void {
    const opener = this.source?.opener;
    this.source = null;
    if (opener?.isConnected) opener.focus();
  }

  // Model

  async chooseModel(): Promise<void> {
    await this.#try(async () => {
      const path = await open({ title: "사용할 모델", filters: [{ name: "GGUF 모델", extensions: ["gguf"] }] });
      if (path !== null) await api.chooseModel(path);
    });
  }

  async retryEngine(): Promise<void> {
    await this.#try(() => api.retryEngine());
  }

  // Toasts

  fail(failure: Failure): void {
    this.#toast({ text: failure.message, failure, action: null });
  }

  say(text: string): void {
    this.#toast({ text, failure: null, action: null });
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  #offer(text: string, undo: () => Promise<unknown>): void {
    this.#toast({ text, failure: null, action: { label: "실행 취소", run: () => void this.#try(undo) } });
  }

  #toast(toast: Omit<Toast, "id">): void {
    const id = this.#next();
    this.toasts = [...this.toasts.slice(-3), { id, ...toast }];
    setTimeout(() => this.dismiss(id), TOAST_MS);
  }

  #next(): number {
    return ++this.#serial;
  }

  /** Runs what may fail; a failure is shown. Whether it went well. */
  async #try(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.fail(asFailure(error));
      return false;
    }
  }
}

export const app = new App();
