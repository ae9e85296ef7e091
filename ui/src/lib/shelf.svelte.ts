/** The conversations that there are: their titles, folders, pins and the archive. */
import { api } from "./api";
import type { ConversationRow, Failure, Folder } from "./contract";
import { pickExport } from "./dialogs";
import { Drafts } from "./drafts.svelte";
import { words } from "./language.svelte";
import { Models } from "./models";
import { failureOf } from "./notices.svelte";
import { Scopes } from "./scopes.svelte";
import { ALL, shelve } from "./shelf";
import { load, save } from "./stored";

export abstract class Shelf extends Models {
  /** All that were not removed, those in the archive too: pinned ones first, each part latest first. */
  conversations = $state.raw<ConversationRow[]>([]);
  /** In the person's order. */
  folders = $state.raw<Folder[]>([]);
  /** The conversation shown; null for one that has no question yet. */
  current = $state<number | null>(null);
  /** Folders of which only the name is shown. */
  closed = $state.raw<ReadonlySet<number>>(new Set(load<number[]>("folders.closed", [])));
  /** Unsent questions. */
  readonly drafts = new Drafts((failure) => this.fail(failure));
  protected readonly scopes = new Scopes();
  shelved = $derived(shelve(this.conversations, this.folders));
  /** The row of the conversation shown, archived or not. */
  row = $derived(this.conversations.find(({ id }) => id === this.current) ?? null);

  abstract openConversation(id: number | null): Promise<void>;

  protected async loadConversations(): Promise<void> {
    this.conversations = await api.conversations(ALL);
  }

  protected async loadFolders(): Promise<void> {
    this.folders = await api.folders();
  }

  // One of them

  async renameConversation(id: number, title: string): Promise<void> {
    await this.#change(() => api.renameConversation(id, title));
  }

  /** The title that the model proposes, where the conversation is called by its first question. */
  protected async nameByModel(id: number): Promise<void> {
    const named = await api.proposeTitle(id);
    if (named) this.conversations = this.conversations.map((row) => (row.id === id ? named : row));
  }

  async pin({ id }: ConversationRow, pinned: boolean): Promise<void> {
    await this.#change(() => api.pinConversation(id, pinned));
  }

  async archive({ id }: ConversationRow, archived: boolean): Promise<void> {
    const done = await this.#change(() => api.archiveConversation(id, archived));
    if (!done) return;
    const text = archived ? words.shelf.done.archived : words.shelf.done.unarchived;
    this.offer(text, () => this.#changed(() => api.archiveConversation(id, !archived)));
  }

  /** Into a folder, or out of all of them; out of the archive too. */
  async moveConversation(row: ConversationRow, folder: number | null): Promise<void> {
    const { id, archived_at, folder: before } = row;
    if (before === folder && archived_at === null) return;
    const done = await this.#change(async () => {
      if (archived_at !== null) await api.archiveConversation(id, false);
      await api.moveConversation(id, folder);
    });
    if (!done) return;
    const name = this.folders.find((each) => each.id === folder)?.name;
    this.offer(name === undefined ? words.shelf.done.movedOut : words.shelf.done.moved(name), () =>
      this.#changed(async () => {
        await api.moveConversation(id, before);
        if (archived_at !== null) await api.archiveConversation(id, true);
      }),
    );
  }

  async removeConversation(id: number): Promise<void> {
    await this.attempt(async () => {
      await api.removeConversation(id);
      await this.#leave(id);
      this.offer(words.shelf.done.removed, () => this.#changed(() => api.restoreConversation(id)));
    });
  }

  /** For good. */
  async forgetConversation(id: number): Promise<void> {
    await this.attempt(async () => {
      await api.forgetConversation(id);
      this.drafts.forget(id);
      this.scopes.forget(id);
      await this.#leave(id);
      this.say(words.shelf.done.forgotten);
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
      this.say(words.shelf.done.exported);
    });
    return { saved, failure };
  }

  // Folders

  /** The failure, to be told in place. With a conversation that goes into it. */
  createFolder(name: string, inside: ConversationRow | null = null): Promise<Failure | null> {
    return failureOf(async () => {
      const folder = await api.createFolder(name);
      this.folders = [...this.folders, folder];
      // One that was removed may have had its number.
      this.fold(folder.id, false);
      if (inside) await this.moveConversation(inside, folder.id);
    });
  }

  /** The failure, to be told in place. */
  renameFolder(id: number, name: string): Promise<Failure | null> {
    return failureOf(async () => {
      await api.renameFolder(id, name);
      await this.loadFolders();
    });
  }

  /** To a place among all, from 0. */
  async moveFolder(id: number, place: number): Promise<void> {
    await this.attempt(async () => {
      await api.moveFolder(id, place);
      await this.loadFolders();
    });
  }

  /** What is in it stays, in no folder. Undone, there is another folder of that name in its place, with the same in it. */
  async removeFolder({ id, name }: Folder): Promise<void> {
    const place = this.folders.findIndex((each) => each.id === id);
    const inside = this.conversations.filter(({ folder }) => folder === id).map((row) => row.id);
    await this.attempt(async () => {
      await api.removeFolder(id);
      await Promise.all([this.loadFolders(), this.loadConversations()]);
      this.offer(words.shelf.done.folderRemoved(name), async () => {
        const again = await api.createFolder(name);
        await api.moveFolder(again.id, place);
        // What was put elsewhere meanwhile stays there.
        const still = this.conversations.filter((row) => row.folder === null && inside.includes(row.id));
        for (const row of still) await api.moveConversation(row.id, again.id);
        this.fold(again.id, false);
        await Promise.all([this.loadFolders(), this.loadConversations()]);
      });
    });
  }

  /** Shows only the name of a folder, or what is in it too. */
  fold(id: number, closed: boolean): void {
    const others = [...this.closed].filter((each) => each !== id);
    this.closed = new Set(closed ? [...others, id] : others);
    save("folders.closed", [...this.closed]);
  }

  async #changed(command: () => Promise<unknown>): Promise<void> {
    await command();
    await this.loadConversations();
  }

  #change(command: () => Promise<unknown>): Promise<boolean> {
    return this.attempt(() => this.#changed(command));
  }
}
