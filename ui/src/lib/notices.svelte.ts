/** What the window tells in passing. */
import { asFailure } from "./api";
import type { Failure } from "./contract";
import { words } from "./language.svelte";

export interface Toast {
  id: number;
  text: string;
  failure: Failure | null;
  action: { label: string; run: () => void } | null;
}

const TOAST_MS = 8000;

export class Notices {
  toasts = $state.raw<Toast[]>([]);
  #serial = 0;

  fail(failure: Failure): void {
    this.#toast({ text: failure.message, failure, action: null });
  }

  say(text: string): void {
    this.#toast({ text, failure: null, action: null });
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  protected offer(text: string, undo: () => Promise<unknown>): void {
    this.#toast({ text, failure: null, action: { label: words.common.undo, run: () => void this.attempt(undo) } });
  }

  protected next(): number {
    return ++this.#serial;
  }

  /** Runs what may fail; a failure is shown. Whether it went well. */
  protected async attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.fail(asFailure(error));
      return false;
    }
  }

  #toast(toast: Omit<Toast, "id">): void {
    const id = this.next();
    this.toasts = [...this.toasts.slice(-3), { id, ...toast }];
    setTimeout(() => this.dismiss(id), TOAST_MS);
  }
}

/** The failure of what is answered where it was asked, in place of a toast. */
export async function failureOf(action: () => Promise<unknown>): Promise<Failure | null> {
  try {
    await action();
    return null;
  } catch (error) {
    return asFailure(error);
  }
}
