/**
 * Tells the shell what the next question is likely to be asked of, so that its beginning is read before it is asked, and
 * hears how that question will share out the model's context.
 */
import { api } from "./api";
import { app } from "./app.svelte";
import type { Budget } from "./contract";

/** So long a choice stands before it counts: a folder brings documents for minutes. */
const SETTLED_MS = 500;

class Ahead {
  /** Of the next question, or of the one before until it is known; null before the first. */
  budget = $state.raw<Budget | null>(null);
}

export const ahead = new Ahead();

/** For as long as the component lasts in which it is called. */
export function readAhead(): void {
  const open = $derived(app.status?.library.state === "ready");
  const answering = $derived(app.answering !== null);
  // A list that comes again with the same documents in it is no other choice.
  const documents = $derived(app.scope.join());
  $effect(() => {
    const { current } = app;
    void documents;
    if (!open || answering || app.scopeObstacle !== null) return;
    let wanted = true;
    const settled = setTimeout(async () => {
      // What cannot be read ahead is read when it is asked for, which then tells why.
      const budget = await api.expectQuestion(current, app.scope).catch(() => null);
      if (wanted) ahead.budget = budget;
    }, SETTLED_MS);
    return () => {
      wanted = false;
      clearTimeout(settled);
    };
  });
}
