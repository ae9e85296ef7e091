/** The models that the person chooses: the one that answers, the one that drafts for it, and the one that finds by meaning. */
import { api } from "./api";
import { pickModel } from "./dialogs";
import { words } from "./language.svelte";
import { Notices } from "./notices.svelte";

export class Models extends Notices {
  async chooseModel(): Promise<void> {
    await this.attempt(async () => {
      const path = await pickModel();
      if (path !== null) await api.chooseModel(path);
    });
  }

  async setQuickAnswers(quick: boolean): Promise<void> {
    await this.attempt(() => api.setQuickAnswers(quick));
  }

  async pickDraftModel(): Promise<void> {
    await this.attempt(async () => {
      const path = await pickModel(words.chat.draft.pick);
      if (path !== null) await api.chooseDraftModel(path);
    });
  }

  /** Null for none. */
  async useDraftModel(path: string | null): Promise<void> {
    await this.attempt(() => api.chooseDraftModel(path));
  }

  async retryEngine(): Promise<void> {
    await this.attempt(() => api.retryEngine());
  }

  async pickEmbeddingModel(): Promise<void> {
    await this.attempt(async () => {
      const path = await pickModel(words.chat.embedding.pick);
      if (path !== null) await api.chooseEmbeddingModel(path);
    });
  }

  /** Also tries again with the one that failed. Null for none: documents are found by their words only. */
  async useEmbeddingModel(path: string | null): Promise<void> {
    await this.attempt(() => api.chooseEmbeddingModel(path));
  }
}
