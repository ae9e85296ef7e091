/**
 * A conversation on its way into a folder, by the mouse. With pointer events: the window takes the system's own dragging
 * for files.
 */
import type { ConversationRow } from "./contract";

/** A folder, out of all folders, or the archive. */
export type Target = number | "loose" | "archive";

/** So far the pointer goes before it drags: a hand is never still. */
const SLACK = 6;

export class Drag {
  /** What is dragged; null while nothing is. */
  row = $state.raw<ConversationRow | null>(null);
  /** Where it would be put. */
  over = $state<Target | null>(null);
  /** Where the pointer is. */
  x = $state(0);
  y = $state(0);
  #drop: (row: ConversationRow, target: Target) => void;

  constructor(drop: (row: ConversationRow, target: Target) => void) {
    this.#drop = drop;
  }

  /** A pointer goes down on a conversation: it may be opened, or dragged. */
  begin(event: PointerEvent, row: ConversationRow): void {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const { clientX, clientY } = event;
    const moved = (move: PointerEvent) => {
      if (!this.row && Math.hypot(move.clientX - clientX, move.clientY - clientY) < SLACK) return;
      move.preventDefault();
      this.row = row;
      [this.x, this.y] = [move.clientX, move.clientY];
      this.over = targetAt(move.target);
    };
    const released = () => {
      const { row: dragged, over } = this;
      end();
      if (!dragged) return;
      swallowClick();
      if (over !== null) this.#drop(dragged, over);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !this.row) return;
      // Not for the desk, where it would stop an answer.
      event.preventDefault();
      event.stopPropagation();
      end();
      swallowClick();
    };
    const end = () => {
      this.row = this.over = null;
      window.removeEventListener("pointermove", moved);
      window.removeEventListener("pointerup", released);
      window.removeEventListener("pointercancel", end);
      window.removeEventListener("keydown", key, true);
    };
    window.addEventListener("pointermove", moved);
    window.addEventListener("pointerup", released);
    window.addEventListener("pointercancel", end);
    window.addEventListener("keydown", key, true);
  }
}

/** What is said to be there by `data-drop`. */
function targetAt(element: EventTarget | null): Target | null {
  const name = element instanceof Element ? element.closest<HTMLElement>("[data-drop]")?.dataset.drop : undefined;
  if (name === undefined) return null;
  return name === "loose" || name === "archive" ? name : Number(name);
}

/** The click that comes of letting go opens nothing. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  // None comes where it was let go over something else.
  setTimeout(() => window.removeEventListener("click", swallow, true), 0);
}
