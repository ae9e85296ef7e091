/** One question on its way to its answer, as the events of `ask` tell it. */
import type { AskEvent, Message } from "./contract";

export interface Turn {
  /** Null until a new conversation has been saved. */
  conversation: number | null;
  question: Message;
  /** The message that the question stands in place of, with all behind it; null where it stands behind all. */
  instead: number | null;
  /** The documents that it is asked of, whatever is chosen meanwhile. */
  asked: readonly number[];
  phase: "sent" | "searching" | "reading" | "prefill" | "thinking" | "answering" | "done";
  /** What is looked for instead of the question. */
  rewritten: string | null;
  reading: { done: number; total: number };
  prefill: { done: number; total: number };
  /** What the model thinks before it answers. */
  thought: string;
  text: string;
  answer: Message | null;
}

/** A message that the vault has not seen (yet). */
export function unsaved(id: number, role: Message["role"], text: string): Message {
  const whole = { citations: [], state: "complete" as const, refused: false, failure: null, basis: null, figures: null, personal: [] };
  return { id, role, text, ...whole, parent: null, siblings: [id], rating: 0, rating_note: null };
}

export function begin(conversation: number | null, question: Message, asked: readonly number[], instead: number | null = null): Turn {
  const nothing = { done: 0, total: 0 };
  const sent = { phase: "sent", rewritten: null, reading: nothing, prefill: nothing, thought: "", text: "", answer: null } as const;
  return { conversation, question, instead, asked, ...sent };
}

/** What is shown of a conversation while it is asked: what stands above the question, and the question. */
export function shownWith(question: Message, instead: number | null, messages: readonly Message[]): Message[] {
  const at = messages.findIndex(({ id }) => id === instead || id === question.id);
  return [...(at < 0 ? messages : messages.slice(0, at)), question];
}

export function advance(turn: Turn, event: AskEvent): Turn {
  switch (event.type) {
    case "started":
      return { ...turn, conversation: event.conversation_id, question: event.question };
    case "searching":
      return { ...turn, phase: "searching" };
    case "rewritten":
      return { ...turn, rewritten: event.question };
    case "reading":
      return { ...turn, phase: "reading", reading: { done: event.done, total: event.total } };
    case "prefill": {
      // Each passage that is read is processed too: that is a part of the reading.
      const phase = turn.reading.done < turn.reading.total ? "reading" : "prefill";
      return { ...turn, phase, prefill: { done: event.done, total: event.total } };
    }
    case "thought":
      return { ...turn, phase: turn.text === "" ? "thinking" : turn.phase, thought: turn.thought + event.text };
    case "token":
      return { ...turn, phase: "answering", text: turn.text + event.text };
    case "done":
      return { ...turn, phase: "done", answer: event.message };
  }
}
