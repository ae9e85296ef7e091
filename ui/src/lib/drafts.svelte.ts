/**
 * The unsent question of each conversation, as the vault keeps it: it may say as much as a document does, and what the
 * window itself stores lies on the disk as plain text.
 */
import { SvelteMap } from "svelte/reactivity";
import { api, asFailure } from "./api";
import type { Failure } from "./contract";
import { forgetAll } from "./stored";

/** So long after a change it is saved, whether the person goes on typing or not. */
export const SAVE_MS = 500;

/** A conversation; null for one that has no question yet. */
type Place = number | null;

export class Drafts {
  #texts = new SvelteMap<Place, string>();
  /** Those whose text the vault does not have yet. */
  #unsaved = new Set<Place>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | null = null;
  /** Told once, until something could be saved again. */
  #told = false;
  #fail: (failure: Failure) => void;

  constructor(fail: (failure: Failure) => void) {
    this.#fail = fail;
    // Earlier versions stored them in the window.
    forgetAll("draft.");
  }

  of(place: Place): string {
    return this.#texts.get(place) ?? "";
  }

  /** What the vault has. What was typed before that came goes on from it. */
  async load(): Promise<void> {
    for (const { conversation_id: place, text } of await api.drafts()) {
      const typed = this.of(place);
      if (typed === "") this.#texts.set(place, text);
      else if (typed !== text) this.keep(place, `${text}\n${typed}`);
    }
  }

  /** An empty text is none. */
  keep(place: Place, text: string): void {
    if (text === this.of(place)) return;
    this.#put(place, text);
    this.#changed(place);
  }

  /** A question that could not be sent is a draft again, before what was typed since. */
  giveBack(place: Place, question: string): void {
    const typed = this.of(place);
    this.keep(place, typed === "" ? question : `${question}\n${typed}`);
  }

  /**
   * It becomes a question, and the vault takes it away by itself. What is still being saved of it must not come after
   * that: the promise is of its end, null where there is nothing to wait for.
   */
  take(place: Place): Promise<void> | null {
    this.forget(place);
    return this.#saving;
  }

  /** A question of this place has been saved, in that conversation: what was typed since goes on there. */
  asked(place: Place, conversation: number): void {
    const rest = this.of(place);
    if (rest === "") return;
    this.forget(place);
    this.#put(conversation, rest);
    this.#changed(conversation);
  }

  /** There is no such conversation any more, or its draft is one no more. */
  forget(place: Place): void {
    this.#texts.delete(place);
    this.#unsaved.delete(place);
  }

  /** Saves at once what the vault does not have yet; done when it has it, or has refused it. */
  save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsaved.size > 0) this.#saving ??= this.#saveAll().finally(() => (this.#saving = null));
    return this.#saving ?? Promise.resolve();
  }

  /** In memory. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#texts.clear();
    this.#unsaved.clear();
  }

  #put(place: Place, text: string): void {
    if (text === "") this.#texts.delete(place);
    else this.#texts.set(place, text);
  }

  #changed(place: Place): void {
    this.#unsaved.add(place);
    this.#timer ??= setTimeout(() => void this.save(), SAVE_MS);
  }

  /** One after the other, so that no older text overtakes a newer one. What was refused is tried with the next change. */
  async #saveAll(): Promise<void> {
    const refused = new Set<Place>();
    for (;;) {
      const place = [...this.#unsaved].find((each) => !refused.has(each));
      if (place === undefined) return;
      this.#unsaved.delete(place);
      try {
        await api.saveDraft(place, this.of(place));
        this.#told = false;
      } catch (error) {
        refused.add(place);
        if (this.of(place) !== "") this.#unsaved.add(place);
        if (!this.#told) this.#fail(asFailure(error));
        this.#told = true;
      }
    }
  }
}
