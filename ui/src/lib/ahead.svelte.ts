/** Tells the shell what the next question is likely to be asked of, so that its beginning is read before it is asked. */
import { api } from "./api";
import { app } from "./app.svelte";

/** So long a choice stands before it counts: a folder brings documents for minutes. */
const SETTLED_MS = 500;

/** For as long as the component lasts in which it is called. */
export function readAhead(): void {
  const open = $derived(app.status?.library.state === "ready");
  const answering = $derived(app.turn !== null);
  // A list that comes again with the same documents in it is no other choice.
  const documents = $derived(app.scope.join());
  $effect(() => {
    const { current } = app;
    void documents;
    if (!open || answering || app.scopeObstacle !== null) return;
    const settled = setTimeout(() => {
      // What cannot be read ahead is read when it is asked for, which then tells why.
      api.expectQuestion(current, app.scope).catch(() => {});
    }, SETTLED_MS);
    return () => clearTimeout(settled);
  });
}
