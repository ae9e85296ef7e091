/** What letting a conversation go somewhere in the list does. */
import { app } from "./app.svelte";
import { Drag } from "./drag.svelte";

export const drag = new Drag((row, target) => {
  if (target === "archive") {
    if (row.archived_at === null) void app.archive(row, true);
  } else void app.moveConversation(row, target === "loose" ? null : target);
});
