/**
 * What the Enter key means in a text field under an input method.
 *
 * Enter while a syllable is being composed commits the syllable and must not send; the next Enter sends, once.
 * Engines tell it differently:
 *   Chromium, Firefox   keydown(229, isComposing) … compositionend
 *   WebKit              compositionend … keydown(229, not isComposing)
 *   ibus-hangul, Windows' Korean IME   as above, then the same key press is passed on: keydown(13)
 * The passed-on key is known by following the end of the composition at once, with no other key event between.
 */

export interface Composing {
  active: boolean;
  /** When the last composition ended, until a key goes up or another goes down. */
  endedAt: number | null;
}

export type CompositionInput =
  | Pick<CompositionEvent, "timeStamp"> & { type: "compositionstart" | "compositionend" }
  | Pick<KeyboardEvent, "timeStamp" | "key" | "keyCode" | "isComposing" | "shiftKey" | "repeat"> & { type: "keydown" }
  | { type: "keyup" | "blur" };

/** `none`: leave it to the browser; `swallow`: prevent the default, nothing more; `send`: prevent and send. */
export type Action = "none" | "swallow" | "send";

export const idle: Composing = { active: false, endedAt: null };

/** Far above the gap inside one key press, below the gap between two. */
const SAME_PRESS_MS = 100;
const KEY_CODE_OF_INPUT_METHOD = 229;

export function step(state: Composing, event: CompositionInput): [Composing, Action] {
  switch (event.type) {
    case "compositionstart":
      return [{ active: true, endedAt: null }, "none"];
    case "compositionend":
      return [{ active: false, endedAt: event.timeStamp }, "none"];
    case "blur":
      return [idle, "none"];
    case "keyup":
      return [{ ...state, endedAt: null }, "none"];
    case "keydown":
      if (state.active || event.isComposing || event.keyCode === KEY_CODE_OF_INPUT_METHOD) return [state, "none"];
      if (event.key !== "Enter") return [{ ...state, endedAt: null }, "none"];
      if (event.shiftKey) return [idle, "none"];
      if (event.repeat) return [state, "swallow"];
      if (state.endedAt !== null && event.timeStamp - state.endedAt < SAME_PRESS_MS) return [idle, "swallow"];
      return [idle, "send"];
  }
}
