/** Finding without the model. The last query stays while the window is open; none is kept. */
import { tick } from "svelte";
import { api, asFailure } from "./api";
import { app } from "./app.svelte";
import type { Citation, Failure, FindKind, Found, FoundDocument, FoundSnippet } from "./contract";
import { anything, filtersOf, kindsOf, targetsOf, type Choice, type Target } from "./find";
import { everything } from "./listing";

/** A pause in typing, after which it is looked for. */
export const TYPING_MS = 120;
/** Documents and conversations that are asked for at once, each. */
export const PAGE = 20;

export class Finder {
  open = $state(false);
  query = $state("");
  choice = $state.raw<Choice>(anything);
  /** Null where nothing was looked for. */
  found = $state.raw<Found | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** The place among {@link targets} that Enter opens. */
  active = $state(0);
  /** The message that was found, in the conversation shown. */
  pointed = $state<number | null>(null);
  targets = $derived(this.found ? targetsOf(this.found) : []);
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** Tells the answer to what is looked for now from those to what was before. */
  #serial = 0;

  /** Looks again for what was looked for last: there may be more by now. */
  show(): void {
    if (this.open) return;
    this.open = true;
    this.#look();
  }

  close(): void {
    this.open = false;
  }

  type(query: string): void {
    this.query = query;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#look(), query.trim() === "" ? 0 : TYPING_MS);
  }

  choose(choice: Partial<Choice>): void {
    this.choice = { ...this.choice, ...choice };
    this.#look();
  }

  clearFilters(): void {
    this.choose({ ...anything, kind: this.choice.kind });
  }

  move(step: number): void {
    this.active = Math.max(0, Math.min(this.targets.length - 1, this.active + step));
  }

  #look(): void {
    clearTimeout(this.#typing);
    const serial = ++this.#serial;
    this.failure = null;
    if (this.query.trim() === "") {
      this.found = null;
      this.busy = false;
      return;
    }
    void this.#ask(serial, kindsOf(this.choice), 0, (found) => {
      this.found = found;
      this.active = 0;
    });
  }

  /** The next page of a kind, behind what is shown. */
  async more(kind: FindKind): Promise<void> {
    const shown = this.found;
    if (!shown || this.busy) return;
    await this.#ask(this.#serial, [kind], shown[kind].length, (next) => {
      const active = this.targets[this.active]?.key;
      this.found = { ...shown, [kind]: [...shown[kind], ...next[kind]] };
      this.active = Math.max(0, this.targets.findIndex(({ key }) => key === active));
    });
  }

  async #ask(serial: number, kinds: FindKind[], offset: number, take: (found: Found) => void): Promise<void> {
    this.busy = true;
    try {
      const found = await api.find({ query: this.query, kinds, filters: filtersOf(this.choice, Date.now()), limit: PAGE, offset });
      if (serial === this.#serial) take(found);
    } catch (error) {
      if (serial === this.#serial) this.failure = asFailure(error);
    } finally {
      if (serial === this.#serial) this.busy = false;
    }
  }

  async openTarget(target: Target): Promise<void> {
    this.close();
    // The dialog gives the focus back before what is opened takes it.
    await tick();
    if (target.kind === "conversation") {
      await app.openConversation(target.conversation.id);
      const found = target.message?.message_id ?? null;
      // It may stand on a branch that is not shown.
      if (found !== null && !app.messages.some(({ id }) => id === found)) await app.switchBranch(found);
      await tick();
      this.pointed = found;
    } else await openDocument(target.document, target.snippet ?? target.document.snippets[0] ?? null);
  }
}

async function openDocument(found: FoundDocument, snippet: FoundSnippet | null): Promise<void> {
  if (found.passage_id === null) {
    // There is nothing to read of it: its row says why.
    const name = app.documents.find(({ id }) => id === found.id)?.name ?? found.name.text;
    app.closeSource();
    app.filter = { ...everything, name };
    return;
  }
  const { activeElement } = document;
  await app.openSource(place(found, found.passage_id, snippet), activeElement instanceof HTMLElement ? activeElement : null);
}

/** As a citation that no answer makes. */
function place({ id, name }: FoundDocument, first: number, snippet: FoundSnippet | null): Citation {
  return {
    mark: 0,
    passage_id: snippet?.passage_id ?? first,
    document_id: id,
    file: name.text,
    page: snippet?.page ?? null,
    section: snippet?.section ?? 1,
    heading_path: snippet?.heading_path.map(({ text }) => text) ?? [],
    quote: snippet && snippet.highlights.length > 0 ? snippet.text : "",
  };
}

export const find = new Finder();
