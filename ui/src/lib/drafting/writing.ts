/** What a draft is asked with, its way to the page, and what it is once it is there. */
import type { DraftDocument, DraftEvent, DraftInput, Grade } from "../contract";

/** What was filled in, by the inputs' names. */
export type Inputs = Record<string, string>;

/** A draft on its way. */
export interface Writing {
  task: string;
  seed: number;
  inputs: Inputs;
  documents: number[];
  phase: "sent" | "searching" | "prefill" | "writing";
  prefill: { done: number; total: number };
  /** As far as it is written. */
  document: DraftDocument | null;
}

/** A draft that is written, with what the person changed in it. */
export interface Written {
  seed: number;
  inputs: Inputs;
  documents: number[];
  document: DraftDocument;
  /** What it was before each change, oldest first. */
  before: DraftDocument[];
  /** The shell's, of the draft before it was changed. */
  text: string;
  sources: string[];
  cut: boolean;
  /** Lines that nothing speaks for, of the draft before it was changed. */
  unfounded: string[];
  grade: Grade | null;
}

/** The inputs that have to be filled in and are not. */
export const lacking = (inputs: DraftInput[], filled: Inputs, alone: boolean): DraftInput[] =>
  inputs.filter((input) => isNeeded(input, alone) && (filled[input.name] ?? "").trim() === "");

/** `alone`: there are no documents for it to rest on. A choice has its first where nothing is chosen. */
export const isNeeded = ({ required, without_passages }: DraftInput, alone: boolean): boolean => required || (without_passages && alone);

/** What the form shows of an input; of a choice that nobody touched its first. */
export const valueOf = (input: DraftInput, filled: Inputs): string => filled[input.name] ?? (input.kind === "choice" ? (input.choices[0] ?? "") : "");

/** What is sent: all that the task asks for and that is filled in. A template may have lost an input since. */
export const sent = (inputs: DraftInput[], filled: Inputs): Inputs =>
  Object.fromEntries(inputs.map((input) => [input.name, valueOf(input, filled)]).filter(([, value]) => value !== ""));

/** Whether both were asked with the same. */
export function isAlike(one: Pick<Written, "inputs" | "documents">, other: Pick<Written, "inputs" | "documents">): boolean {
  return JSON.stringify([one.inputs, one.documents]) === JSON.stringify([other.inputs, other.documents]);
}

/** Where it is after an event. */
export function advance(writing: Writing, event: Exclude<DraftEvent, { type: "done" }>): Writing {
  switch (event.type) {
    case "searching":
      return { ...writing, phase: "searching" };
    case "prefill":
      return { ...writing, phase: "prefill", prefill: { done: event.done, total: event.total } };
    case "document":
      return { ...writing, phase: "writing", document: event.document };
  }
}

/** What it ends as. */
export function finished({ seed, inputs, documents }: Writing, event: Extract<DraftEvent, { type: "done" }>): Written {
  const { document, text, sources, cut, unfounded, grade } = event;
  return { seed, inputs, documents, document, before: [], text, sources, cut, unfounded, grade };
}
