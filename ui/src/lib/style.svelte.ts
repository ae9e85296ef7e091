/** A text that is checked by the rules of official writing, and each step back from what was changed in it. */
import { api } from "./api";
import type { Failure, StyleFinding } from "./contract";
import { failureOf } from "./notices.svelte";

/** So long a pause in typing, then it is checked. */
const PAUSE_MS = 250;

class Style {
  open = $state(false);
  text = $state("");
  findings = $state.raw<StyleFinding[]>([]);
  failure = $state.raw<Failure | null>(null);
  /** True where the findings are those of this very text. */
  checked = $state(false);
  #before = $state.raw<string[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #serial = 0;

  readonly undoable = $derived(this.#before.length > 0);

  show(text: string): void {
    this.#before = [];
    this.findings = [];
    this.open = true;
    this.#put(text, 0);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#serial += 1;
    this.open = false;
    this.text = "";
    this.findings = [];
    this.#before = [];
  }

  /** What is typed: the field undoes that by itself. */
  type(text: string): void {
    this.#put(text, PAUSE_MS);
  }

  fix({ start, end, found, fix }: StyleFinding): void {
    if (fix === null || this.text.slice(start, end) !== found) return;
    this.#change(this.text.slice(0, start) + fix + this.text.slice(end));
  }

  async fixAll(): Promise<void> {
    const { text } = this;
    this.failure = await failureOf(async () => {
      const mended = await api.mendStyle(text);
      if (this.text === text && mended !== text) this.#change(mended);
    });
  }

  undo(): void {
    const before = this.#before.at(-1);
    if (before === undefined) return;
    this.#before = this.#before.slice(0, -1);
    this.#put(before, 0);
  }

  #change(text: string): void {
    this.#before = [...this.#before, this.text];
    this.#put(text, 0);
  }

  #put(text: string, pause: number): void {
    this.text = text;
    this.checked = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), pause);
  }

  async #check(): Promise<void> {
    const serial = (this.#serial += 1);
    const { text } = this;
    let findings: StyleFinding[] = [];
    const failure = await failureOf(async () => {
      findings = await api.checkStyle(text);
    });
    if (serial !== this.#serial || text !== this.text) return;
    [this.findings, this.failure, this.checked] = [findings, failure, failure === null];
  }
}

export const style = new Style();
