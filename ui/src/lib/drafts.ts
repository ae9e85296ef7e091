/**
 * The unsent question of each conversation, in memory only: it may say as much as a document does, and what the window
 * stores lies on the disk as plain text.
 */
import { forgetAll } from "./stored";

export class Drafts {
  /** By conversation; null for one that has no question yet. */
  #texts = new Map<number | null, string>();

  constructor() {
    // Earlier versions stored them.
    forgetAll("draft.");
  }

  of(conversation: number | null): string {
    return this.#texts.get(conversation) ?? "";
  }

  /** An empty text forgets it. */
  keep(conversation: number | null, text: string): void {
    if (text === "") this.#texts.delete(conversation);
    else this.#texts.set(conversation, text);
  }

  clear(): void {
    this.#texts.clear();
  }
}
