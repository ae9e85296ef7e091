/** Official drafting: the tasks, what was filled in for each, and its drafts. In memory only, and gone with the lock. */
import { Channel } from "@tauri-apps/api/core";
import { SvelteMap } from "svelte/reactivity";
import { api } from "./api";
import { app } from "./app.svelte";
import type { DraftDocument, DraftEvent, DraftingTasks, Failure, Grade } from "./contract";
import { pickDraftFile, type DraftFormat } from "./dialogs";
import { plainText, withText } from "./drafting/document";
import { advance, finished, isAlike, lacking, sent, type Inputs, type Writing, type Written } from "./drafting/writing";
import { words } from "./language.svelte";
import { failureOf } from "./notices.svelte";
import { obstacleTo } from "./obstacle";

/** So long the last event may be behind the command's reply. */
const SETTLE_MS = 3000;
const LOST: Failure = {
  code: "draft_lost",
  get message() {
    return words.drafting.lost;
  },
  detail: "the last event did not come",
};

class Drafting {
  open = $state(false);
  tasks = $state.raw<DraftingTasks | null>(null);
  /** Why there is no list, or no draft. */
  failure = $state.raw<Failure | null>(null);
  /** The form of the task is shown in place of its drafts. */
  filling = $state(true);
  writing = $state.raw<Writing | null>(null);
  stopping = $state(false);
  #chosen = $state<string | null>(null);
  #filled = new SvelteMap<string, Inputs>();
  #written = new SvelteMap<string, Written[]>();
  #at = new SvelteMap<string, number>();
  /** Tells a draft's own events from those of one that was given up. */
  #serial = 0;
  /** The list is asked for with every opening; only the latest answer counts. */
  #asked = 0;
  #settled: () => void = () => undefined;

  /** Null: one is to be chosen. */
  task = $derived(this.tasks?.tasks.find(({ id }) => id === this.#chosen) ?? null);
  filled = $derived(this.#filled.get(this.task?.id ?? "") ?? {});
  /** The task's drafts, oldest first, and which of them is shown. */
  written = $derived(this.#written.get(this.task?.id ?? "") ?? []);
  at = $derived(this.#at.get(this.task?.id ?? "") ?? 0);
  shown = $derived(this.written[this.at] ?? null);
  /** As plain text. */
  text = $derived(this.shown ? (this.shown.before.length === 0 ? this.shown.text : plainText(this.shown.document, this.shown.sources.length)) : "");
  /** What has to be filled in yet. */
  lacking = $derived(lacking(this.task?.inputs ?? [], sent(this.task?.inputs ?? [], this.filled), app.scope.length === 0));
  page = $derived.by((): "choose" | "fill" | "write" | "read" => {
    if (!this.task) return "choose";
    if (this.writing?.task === this.task.id) return "write";
    return this.filling || !this.shown ? "fill" : "read";
  });
  /** Why nothing can be drafted now, whatever is filled in; null where it can. */
  obstacle = $derived.by(() => {
    if (this.writing) return words.drafting.obstacle.writing;
    if (app.answering) return words.drafting.obstacle.answering;
    if (app.status?.engine.state === "none") return words.drafting.obstacle.noModel;
    return obstacleTo({ status: app.status, answering: null, scope: app.scopeObstacle });
  });

  /** With a task, its form; without, where one was. */
  show(task: string | null = null): void {
    if (task !== null) this.choose(task);
    this.open = true;
    void this.load();
  }

  /** What was filled in and written stays, and a draft on its way goes on. */
  close(): void {
    this.open = false;
  }

  async load(): Promise<void> {
    const asked = (this.#asked += 1);
    const failure = await failureOf(async () => {
      const tasks = await api.draftingTasks();
      if (asked === this.#asked) this.tasks = tasks;
    });
    if (asked === this.#asked) this.failure = failure;
  }

  /** Null: back to the list. */
  choose(task: string | null): void {
    this.#chosen = task;
    this.failure = null;
    this.filling = !this.#written.has(task ?? "");
  }

  fill(name: string, value: string): void {
    if (this.task) this.#filled.set(this.task.id, { ...this.filled, [name]: value });
  }

  /** Drafts with what is filled in; what was drafted from the same before comes out otherwise. */
  async write(): Promise<void> {
    const { task } = this;
    if (!task || this.obstacle !== null || this.lacking.length > 0) return;
    const asked = { inputs: sent(task.inputs, this.filled), documents: [...app.scope] };
    const seed = this.written.filter((written) => isAlike(written, asked)).length;
    const serial = (this.#serial += 1);
    const mine = () => serial === this.#serial;
    this.failure = null;
    this.stopping = false;
    this.writing = { task: task.id, seed, ...asked, phase: "sent", prefill: { done: 0, total: 0 }, document: null };
    const settled = new Promise<void>((resolve) => (this.#settled = resolve));
    const events = new Channel<DraftEvent>((event) => mine() && this.#receive(event));
    const order = { task: task.id, inputs: asked.inputs, documentIds: asked.documents, seed, events };
    const failure = await failureOf(() => api.draft(order));
    if (failure === null && mine()) await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, SETTLE_MS))]);
    if (!mine() || this.writing === null) return;
    // Stopped before there was anything to read is no failure.
    const nothing = this.stopping && failure?.code === "draft_answer";
    this.writing = null;
    if (nothing) app.say(words.drafting.stopped);
    else if (this.open) this.failure = failure ?? LOST;
    else app.fail(failure ?? LOST);
  }

  async stop(): Promise<void> {
    if (!this.writing || this.stopping) return;
    this.stopping = true;
    const failure = await failureOf(() => api.stop());
    if (failure === null) return;
    this.stopping = false;
    app.fail(failure);
  }

  #receive(event: DraftEvent): void {
    const { writing } = this;
    if (!writing) return;
    if (event.type !== "done") {
      this.writing = advance(writing, event);
      return;
    }
    const drafts = [...(this.#written.get(writing.task) ?? []), finished(writing, event)];
    this.#written.set(writing.task, drafts);
    this.#at.set(writing.task, drafts.length - 1);
    this.writing = null;
    if (this.task?.id === writing.task) this.filling = false;
    if (!this.open) app.say(words.drafting.doneAside);
    this.#settled();
  }

  /** To the draft before (-1) or behind (1). */
  turn(by: -1 | 1): void {
    const to = this.at + by;
    if (this.task && this.written[to]) this.#at.set(this.task.id, to);
  }

  /** Changes one text of the draft that is shown. What is typed in one go is one step back. */
  edit(index: number, text: string, begins: boolean): void {
    const { shown } = this;
    if (!shown) return;
    const before = begins ? [...shown.before, shown.document] : shown.before;
    this.#replace({ ...shown, document: withText(shown.document, index, text), before });
  }

  undo(): void {
    const document: DraftDocument | undefined = this.shown?.before.at(-1);
    if (this.shown && document) this.#replace({ ...this.shown, document, before: this.shown.before.slice(0, -1) });
  }

  #replace(written: Written): void {
    if (this.task) this.#written.set(this.task.id, this.written.with(this.at, written));
  }

  /** Whether exported files say that a model wrote them. */
  async setNotice(notice: boolean): Promise<Failure | null> {
    return failureOf(async () => {
      await api.setDraftNotice(notice);
      if (this.tasks) this.tasks = { ...this.tasks, notice };
    });
  }

  /** Whether it was saved and which letters the file cannot show; otherwise the person closed the dialog, or there is a failure. */
  async export(format: DraftFormat, grade: Grade, marked: boolean, masked: boolean): Promise<{ saved: boolean; lacking: string; failure: Failure | null }> {
    const { shown, task } = this;
    let [saved, lacking] = [false, ""];
    const failure = await failureOf(async () => {
      if (!shown || !task) return;
      const path = await pickDraftFile(shown.document.title || task.name, grade, format);
      if (path === null) return;
      const { document, documents: documentIds, sources } = shown;
      lacking = await api.exportDraft({ document, path, grade, documentIds, sources: marked ? sources : null, masked });
      saved = true;
    });
    return { saved, lacking, failure };
  }

  /** Drops everything; the program is locked. */
  forget(): void {
    this.#serial += 1;
    this.#asked += 1;
    this.#filled.clear();
    this.#written.clear();
    this.#at.clear();
    this.#chosen = null;
    Object.assign(this, { open: false, tasks: null, failure: null, filling: true, writing: null, stopping: false });
  }
}

export const drafting = new Drafting();
