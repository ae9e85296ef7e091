/** The page of models: what there is, what comes in, and how well each does on this PC. What goes on here goes on while the page is closed. */
import { Channel } from "@tauri-apps/api/core";
import { api, asFailure } from "./api";
import { app } from "./app.svelte";
import type { CompareEvent, ComparedAnswer, Copied, Failure, ModelRow, ModelStep, ModelsPage, ModelTrial } from "./contract";
import { pickModels } from "./dialogs";
import { messageOf } from "./failure";
import { baseName } from "./format";
import { words } from "./language.svelte";
import { isBundle, isModelFile } from "./modelfile";

export type ModelTab = "here" | "compare" | "known";

/** A file is being read: added to the folder, or checked. */
export interface Reading extends Copied {
  kind: "adding" | "checking";
  name: string;
  stopping: boolean;
}

export interface Answered {
  question: string;
  /** Null while it is being answered. */
  answer: string | null;
  right: boolean;
}

export interface Testing {
  path: string;
  name: string;
  step: "loading" | "measuring" | "asking";
  share: number;
  /** Those asked so far, and how many there are. */
  answers: Answered[];
  questions: number;
  stopping: boolean;
  /** Null while it runs. */
  trial: ModelTrial | null;
}

/** One of the two that are compared. */
export interface Side {
  path: string;
  name: string;
  state: "waiting" | "loading" | "answering" | "done";
  share: number;
  text: string;
  answer: ComparedAnswer | null;
}

export interface Comparing {
  question: string;
  sides: Side[];
  stopping: boolean;
  running: boolean;
}

/** The person stopped it: that is no failure. */
const STOPPED = ["model_stopped", "test_stopped"];

/** What a step of a test changes of it. */
export function testing(before: Testing, step: ModelStep): Testing {
  switch (step.type) {
    case "loading":
      return { ...before, step: "loading", share: step.share };
    case "measuring":
      return { ...before, step: "measuring" };
    case "asking":
      return {
        ...before,
        step: "asking",
        questions: step.questions,
        answers: [...before.answers, { question: step.question, answer: null, right: false }],
      };
    case "answered":
      return { ...before, answers: [...before.answers.slice(0, -1), { ...before.answers.at(-1)!, answer: step.answer, right: step.right }] };
    case "token":
      return before;
  }
}

/** What a step changes of the side that it is about. */
export function comparing(before: Side[], { place, ...step }: CompareEvent): Side[] {
  return before.map((side, at) => {
    if (at < place) return { ...side, state: "done" };
    if (at > place) return side;
    if (step.type === "loading") return { ...side, state: "loading", share: step.share };
    return step.type === "token" ? { ...side, state: "answering", text: side.text + step.text } : side;
  });
}

class ModelPage {
  open = $state(false);
  tab = $state<ModelTab>("here");
  page = $state.raw<ModelsPage | null>(null);
  failure = $state.raw<Failure | null>(null);
  reading = $state.raw<Reading | null>(null);
  test = $state.raw<Testing | null>(null);
  comparison = $state.raw<Comparing | null>(null);
  #waiting: string[] = [];

  /** The models that answer questions and can be loaded. */
  readonly answering = $derived((this.page?.models ?? []).filter(({ role, failure }) => (role === "chat" || role === "test") && !failure));
  /** A test or a comparison runs: there is one at a time. */
  readonly busy = $derived(this.test?.trial === null || this.comparison?.running === true);

  show(): void {
    if (this.open) return;
    this.open = true;
    void this.load();
  }

  close(): void {
    this.open = false;
  }

  async load(): Promise<void> {
    await this.#attempt(async () => {
      this.page = await api.models();
    });
  }

  async pick(): Promise<void> {
    await this.#attempt(async () => this.add(await pickModels()));
  }

  /** Dropped files: all of them where the page is open, else those that are called as models are. Gives back the rest. */
  take(paths: string[]): string[] {
    const { open } = this;
    const isModel = (path: string) => open || isModelFile(path);
    const models = paths.filter(isModel);
    if (models.length > 0) {
      this.show();
      this.tab = "here";
      void this.add(models);
    }
    return paths.filter((path) => !isModel(path));
  }

  /** One after the other; where one fails or is stopped the others are left. */
  async add(paths: string[]): Promise<void> {
    this.#waiting.push(...paths);
    if (this.reading) return;
    this.failure = null;
    let came = false;
    for (let path = this.#waiting.shift(); path !== undefined; path = this.#waiting.shift()) {
      const name = baseName(path);
      const added = await this.#read("adding", path, name);
      came ||= added;
      if (!added) this.#waiting = [];
      else app.say(isBundle(path) ? words.models.list.addedBundle(name) : words.models.list.added(name));
    }
    if (came) await this.#takeFirst();
  }

  /** Where nothing answers yet, or nothing finds by meaning, a model that came in does so from now on. */
  async #takeFirst(): Promise<void> {
    const idle = (part: "engine" | "embedding") => app.status?.[part].state === "none";
    const first = this.answering.find(({ role }) => role === "chat") ?? this.answering[0];
    if (first && idle("engine")) await this.use(first);
    const embedding = this.page?.models.find(({ role, failure }) => role === "embedding" && !failure);
    if (embedding && idle("embedding")) await this.useAsEmbedding(embedding);
  }

  async check({ path, file }: ModelRow): Promise<void> {
    if (this.reading) return;
    await this.#read("checking", path, file);
    // Dropped meanwhile.
    await this.add([]);
  }

  async #read(kind: Reading["kind"], path: string, name: string): Promise<boolean> {
    this.reading = { kind, name, done: 0, total: 0, stopping: false };
    const events = new Channel<Copied>();
    events.onmessage = (copied) => {
      if (this.reading) this.reading = { ...this.reading, ...copied };
    };
    const read = await this.#attempt(() => (kind === "adding" ? api.addModel(path, events) : api.checkModel(path, events)));
    await this.#reload();
    this.reading = null;
    return read;
  }

  async stopReading(): Promise<void> {
    if (!this.reading) return;
    this.reading = { ...this.reading, stopping: true };
    await this.#attempt(() => api.stopAddingModel());
  }

  async remove({ path, file }: ModelRow): Promise<void> {
    const removed = await this.#attempt(() => api.removeModel(path));
    if (removed) app.say(words.models.list.removed(file));
    if (removed && this.test?.path === path) this.test = null;
    await this.#reload();
  }

  /** Answers with it from now on. */
  async use({ path }: ModelRow): Promise<void> {
    await this.#attempt(() => api.chooseModel(path));
    await this.#reload();
  }

  async useAsDraft({ path }: ModelRow): Promise<void> {
    await this.#attempt(() => api.chooseDraftModel(path));
    await this.#reload();
  }

  async useAsEmbedding({ path }: ModelRow): Promise<void> {
    await this.#attempt(() => api.chooseEmbeddingModel(path));
    await this.#reload();
  }

  async try({ path, name }: ModelRow): Promise<void> {
    if (this.busy) return;
    this.test = { path, name, step: "loading", share: 0, answers: [], questions: 0, stopping: false, trial: null };
    const events = new Channel<ModelStep>();
    events.onmessage = (step) => {
      if (this.test) this.test = testing(this.test, step);
    };
    const tried = await this.#attempt(async () => {
      const trial = await api.testModel(path, events);
      if (this.test) this.test = { ...this.test, trial };
    });
    if (!tried) this.test = null;
    await this.#reload();
  }

  async compare(paths: [string, string], question: string): Promise<void> {
    if (this.busy) return;
    const side = (path: string): Side => {
      const name = this.answering.find((row) => row.path === path)?.name ?? baseName(path);
      return { path, name, state: "waiting", share: 0, text: "", answer: null };
    };
    this.comparison = { question, sides: paths.map(side), stopping: false, running: true };
    const events = new Channel<CompareEvent>();
    events.onmessage = (event) => this.#compared((sides) => comparing(sides, event));
    await this.#attempt(async () => {
      const answers = await api.compareModels(paths, question, events);
      this.#compared((sides) => sides.map((each, at) => ({ ...each, state: "done", answer: answers[at] ?? null })));
    });
    if (this.comparison) this.comparison = { ...this.comparison, running: false, stopping: false };
  }

  #compared(change: (sides: Side[]) => Side[]): void {
    if (this.comparison) this.comparison = { ...this.comparison, sides: change(this.comparison.sides) };
  }

  async stopTest(): Promise<void> {
    if (this.test?.trial === null) this.test = { ...this.test, stopping: true };
    if (this.comparison?.running) this.comparison = { ...this.comparison, stopping: true };
    await this.#attempt(() => api.stopModelTest());
  }

  /** What was refused stays told while the list is read again. */
  async #reload(): Promise<void> {
    const { failure } = this;
    await this.load();
    this.failure ??= failure;
  }

  /** Whether it went well; a failure is told on the page, and in passing where it is closed. */
  async #attempt(action: () => Promise<unknown>): Promise<boolean> {
    this.failure = null;
    try {
      await action();
      return true;
    } catch (error) {
      const failure = asFailure(error);
      if (STOPPED.includes(failure.code)) app.say(messageOf(failure));
      else if (this.open) this.failure = failure;
      else app.fail(failure);
      return false;
    }
  }
}

export const modelPage = new ModelPage();
app.takeModels = (paths) => modelPage.take(paths);
