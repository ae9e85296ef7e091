/** Why a question cannot be sent now; null where it can. */
import type { Status } from "./contract";
import { words } from "./language.svelte";

interface Circumstances {
  status: Status | null;
  /** A question is on its way: that of the conversation shown, or of another. */
  answering: "here" | "elsewhere" | null;
  /** What is wrong with the choice of documents. */
  scope: string | null;
}

export function obstacleTo({ status, answering, scope }: Circumstances): string | null {
  const text = words.chat.obstacle;
  if (answering === "here") return text.here;
  if (answering === "elsewhere") return text.elsewhere;
  switch (status?.engine.state) {
    case "ready":
      return status.library.state === "ready" ? scope : text.opening;
    case "none":
      return text.noModel;
    case "failed":
      return text.failed;
    default:
      return text.loading;
  }
}
