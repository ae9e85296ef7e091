/** One question on its way to its answer, as the events of `ask` tell it. */
import type { AskEvent, Message } from "./contract";

export interface Turn {
  /** Null until a new conversation has been saved. */
  conversation: number | null;
  question: Message;
  phase: "sent" | "searching" | "prefill" | "answering" | "done";
  prefill: { done: number; total: number };
  text: string;
  answer: Message | null;
}

/** A message that the vault has not seen (yet). */
export function unsaved(id: number, role: Message["role"], text: string): Message {
  return { id, role, text, citations: [], state: "complete", refused: false, failure: null, personal: [] };
}

export function begin(conversation: number | null, question: Message): Turn {
  return { conversation, question, phase: "sent", prefill: { done: 0, total: 0 }, text: "", answer: null };
}

export function advance(turn: Turn, event: AskEvent): Turn {
  switch (event.type) {
    case "started":
      return { ...turn, conversation: event.conversation_id, question: event.question };
    case "searching":
      return { ...turn, phase: "searching" };
    case "prefill":
      return { ...turn, phase: "prefill", prefill: { done: event.done, total: event.total } };
    case "token":
      return { ...turn, phase: "answering", text: turn.text + event.text };
    case "done":
      return { ...turn, phase: "done", answer: event.message };
  }
}
