/**
 * What each conversation asks, in memory only. What was taken out of "all" is remembered for those that chose nothing.
 */
import { SvelteMap } from "svelte/reactivity";
import type { Scope } from "./scope";
import { load, save } from "./stored";

export class Scopes {
  /** By conversation; null for one that has no question yet. */
  #chosen = new SvelteMap<number | null, Scope>();
  #usual = $state.raw<Scope>({ kind: "all", without: new Set(load<number[]>("excluded", [])) });

  of(conversation: number | null): Scope {
    return this.#chosen.get(conversation) ?? this.#usual;
  }

  choose(conversation: number | null, scope: Scope): void {
    this.#chosen.set(conversation, scope);
    if (scope.kind !== "all") return;
    this.#usual = scope;
    save("excluded", [...scope.without]);
  }

  /** The conversation that had no question has been saved as this one. */
  named(conversation: number): void {
    const scope = this.#chosen.get(null);
    if (!scope) return;
    this.#chosen.delete(null);
    this.#chosen.set(conversation, scope);
  }

  forget(conversation: number): void {
    this.#chosen.delete(conversation);
  }

  clear(): void {
    this.#chosen.clear();
  }
}
