/** Conversations and answers. */
import type { Failure, Grade, Mark } from "./shared";

/** How the next question shares out the model's context, in tokens, estimated; the question's own are to be added. */
export interface Budget {
  history: number;
  evidence: number;
  /** The most that is answered. */
  answer: number;
  tokens_per_character: number;
}

export interface Citation {
  /** The number in the answer's text: `[1]`. */
  mark: number;
  passage_id: number;
  document_id: number;
  file: string;
  page: number | null;
  /** From 1, for the person: "3구역" where there is no page. */
  section: number;
  heading_path: string[];
  /** The words of the passage that the sentence rests on, verbatim. */
  quote: string;
}

/** What was read for an answer. */
export type Basis =
  /** The passages that were found, and how many tokens of them there was room for. */
  | { kind: "passages"; passages: number; tokens: number; budget: number }
  /** The documents from beginning to end, at once. */
  | { kind: "whole"; documents: number; tokens: number }
  /** The documents from beginning to end, a passage after the other. */
  | { kind: "all_passages"; passages: number; documents: number };

/** What an answer took, measured. Times are in milliseconds. */
export interface Figures {
  /** From the question to the first piece of the answer: finding and reading are in it. */
  first_ms: number;
  prefill_ms: number;
  generate_ms: number;
  prompt_tokens: number;
  /** Those of the prompt that were not read again, and those of them that were brought back from what is kept. */
  cached_tokens: number;
  restored_tokens: number;
  /** Those of the prompt that were read alone and joined (quick answers). */
  joined_tokens: number;
  generated_tokens: number;
  /** Those of the generated that were drafted, and those of them that the draft model proposed. */
  accepted_tokens: number;
  draft_model_tokens: number;
  /** The most that prompt and answer may have together. */
  context_tokens: number;
  /** "CPU" or the name of the GPU. */
  device: string;
}

/** Of no use, not said, of use. */
export type Rating = -1 | 0 | 1;

export interface Message {
  id: number;
  role: "user" | "assistant";
  /**
   * Markdown; an assistant's holds marks like `[1]`, one for each citation, and `[?]` behind a sentence whose numbers,
   * dates or names its source does not hold.
   */
  text: string;
  citations: Citation[];
  state: "complete" | "stopped" | "failed";
  /** True where the documents hold no answer. */
  refused: boolean;
  failure: Failure | null;
  /** Null where no document was read. */
  basis: Basis | null;
  /** Null where the model wrote nothing, and of what an older program kept. */
  figures: Figures | null;
  /** The message that it answers or goes on from; null for the first. */
  parent: number | null;
  /** It and the others under its parent, oldest first: the answers to one question, the wordings of one question. */
  siblings: number[];
  rating: Rating;
  /** Why, in the person's words. */
  rating_note: string | null;
  /** Of the text. */
  personal: Mark[];
}

export interface ConversationRow {
  id: number;
  title: string;
  updated_at: number;
  /** The highest of what it cited; null where it cited nothing. */
  grade: Grade | null;
  /** The folder it is in. */
  folder: number | null;
  /** Milliseconds since 1970; null where it is not pinned, not in the archive. */
  pinned_at: number | null;
  archived_at: number | null;
}

export interface Conversation extends ConversationRow {
  /** Those of the branch that is shown, oldest first. */
  messages: Message[];
}

/** Null is any, an empty list too; null among the folders is for those in none. */
export interface ConversationFilter {
  archived: boolean | null;
  pinned: boolean | null;
  folders: (number | null)[];
}

/** A folder of conversations. */
export interface Folder {
  id: number;
  name: string;
}

/** A question that was not sent yet. */
export interface Draft {
  /** Null for the conversation that has no question yet. */
  conversation_id: number | null;
  text: string;
}

export type AskEvent =
  /** First: where the question was saved. */
  | { type: "started"; conversation_id: number; question: Message }
  | { type: "searching" }
  /** What is looked for instead: the question with what it leaves unsaid. */
  | { type: "rewritten"; question: string }
  /** Every passage is read: done of total. */
  | { type: "reading"; done: number; total: number }
  /** Prompt processing: tokens done of total. */
  | { type: "prefill"; done: number; total: number }
  /** What the model thinks before it answers: shown meanwhile, and kept nowhere. */
  | { type: "thought"; text: string }
  | { type: "token"; text: string }
  /** Last: the saved answer replaces what was streamed. */
  | { type: "done"; message: Message };
