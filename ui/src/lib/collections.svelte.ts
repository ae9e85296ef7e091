/** Named sets of documents (모음), as the vault keeps them. */
import { api } from "./api";
import type { Collection, DocumentRow, Failure } from "./contract";
import { failureOf } from "./notices.svelte";

const NONE: ReadonlySet<number> = new Set();

export class Collections {
  all = $state.raw<Collection[]>([]);
  /** The one whose documents alone are listed; null for every document. */
  shown = $state<number | null>(null);
  /** The documents whose collections are being chosen. */
  choosing = $state.raw<DocumentRow[]>([]);
  #members = $derived(new Map(this.all.map(({ id, documents }) => [id, new Set(documents)])));

  members = (id: number): ReadonlySet<number> => this.#members.get(id) ?? NONE;

  named(id: number): Collection | undefined {
    return this.all.find((each) => each.id === id);
  }

  /** Those of the documents that are to be listed. */
  listed(documents: DocumentRow[]): DocumentRow[] {
    if (this.shown === null) return documents;
    const inside = this.members(this.shown);
    return documents.filter(({ id }) => inside.has(id));
  }

  load(): Promise<Failure | null> {
    return this.#change(() => api.collections());
  }

  add(name: string, documents: number[]): Promise<Failure | null> {
    return this.#change(() => api.addCollection(name, documents));
  }

  rename(id: number, name: string): Promise<Failure | null> {
    return this.#change(() => api.renameCollection(id, name));
  }

  remove(id: number): Promise<Failure | null> {
    return this.#change(() => api.removeCollection(id));
  }

  /** Puts documents in or takes them out. */
  collect(id: number, documents: number[], included: boolean): Promise<Failure | null> {
    return this.#change(() => api.collect(id, documents, included));
  }

  #change(command: () => Promise<Collection[]>): Promise<Failure | null> {
    return failureOf(async () => {
      this.all = await command();
      if (this.shown !== null && !this.named(this.shown)) this.shown = null;
    });
  }
}

export const collections = new Collections();
