/** Every shortcut of the desk: what the keys do, and what the sheet says of them, from one table. */
import type { Messages } from "../messages/ko";
import { app } from "./app.svelte";
import { drafting } from "./drafting.svelte";
import { find } from "./find.svelte";
import { gate } from "./gate.svelte";
import { modelPage } from "./modelpage.svelte";
import { pane } from "./pane.svelte";
import { security } from "./security.svelte";

type Said = Messages["finding"]["shortcuts"];

export interface Shortcut {
  /** As it is shown; the plus sign parts keys that are pressed together, a blank those that each do the like. */
  keys: string;
  /** Its name among the messages. */
  does: keyof Said["does"];
  /** The key's place, since the input method may be on, and the letter that it gives elsewhere. */
  code?: string;
  letter?: string;
  /** False for F-keys. */
  control?: boolean;
  /** Also while a dialog is open: what it does does not open behind it. */
  overDialogs?: boolean;
  run?: () => void;
}

class Sheet {
  open = $state(false);
}
export const sheet = new Sheet();

/** The parts of the window, in the order of the eye. */
const PANES = "nav, main, aside, [data-testid=source-pane]";

/** The focus goes to the next part of the window. */
function nextPane() {
  const panes = [...document.querySelectorAll<HTMLElement>(PANES)];
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(at + 1) % panes.length];
  pane.show(next?.tagName === "NAV" ? "list" : next?.tagName === "MAIN" ? "chat" : "side");
  // Where one writes first, then the first control; the source pane, which is read, itself.
  const wants = ["textarea:enabled", next?.hasAttribute("tabindex") ? ":scope" : "button:enabled"];
  for (const selector of wants) {
    const found = selector === ":scope" ? next : next?.querySelector<HTMLElement>(selector);
    if (found) return found.focus();
  }
}

export const GLOBAL: Shortcut[] = [
  { keys: "Ctrl+N", does: "newConversation", code: "KeyN", letter: "n", control: true, run: () => void app.openConversation(null) },
  { keys: "Ctrl+K", does: "find", code: "KeyK", letter: "k", control: true, run: () => find.show() },
  { keys: "Ctrl+M", does: "models", code: "KeyM", letter: "m", control: true, run: () => modelPage.show() },
  { keys: "Ctrl+D", does: "drafting", code: "KeyD", letter: "d", control: true, run: () => drafting.show() },
  { keys: "F6", does: "nextPane", code: "F6", letter: "F6", run: nextPane },
  { keys: "Ctrl+,", does: "security", code: "Comma", letter: ",", control: true, overDialogs: true, run: () => security.show() },
  { keys: "Ctrl+L", does: "lock", code: "KeyL", letter: "l", control: true, overDialogs: true, run: () => void gate.lock() },
  { keys: "F1", does: "sheet", code: "F1", letter: "F1", run: () => (sheet.open = true) },
  // The whole program's, before it is unlocked too: `Appearance.press` runs them.
  { keys: "Ctrl+＋", does: "larger" },
  { keys: "Ctrl+－", does: "smaller" },
  { keys: "Ctrl+0", does: "usualSize" },
];

/** What the keys do at the sign of a message's place among its siblings: by how many they go on. */
export const BRANCH_KEYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** What the parts of the window do by themselves. */
export const LOCAL: { where: keyof Said["where"]; shortcuts: Shortcut[] }[] = [
  {
    where: "question",
    shortcuts: [
      { keys: "Enter", does: "send" },
      { keys: "Shift+Enter", does: "newLine" },
      { keys: "↑", does: "editLast" },
      { keys: "Esc", does: "stop" },
    ],
  },
  {
    where: "messages",
    shortcuts: [
      { keys: "← →", does: "branch" },
      { keys: "Ctrl+Enter", does: "sendEdited" },
      { keys: "Esc", does: "stopEditing" },
    ],
  },
  {
    where: "conversations",
    shortcuts: [
      { keys: "F2", does: "rename" },
      { keys: "Delete", does: "removeConversation" },
      { keys: "Esc", does: "drop" },
    ],
  },
  {
    where: "documents",
    shortcuts: [
      { keys: "↑ ↓", does: "nextDocument" },
      { keys: "Home End", does: "endDocument" },
      { keys: "Delete", does: "removeDocument" },
      { keys: "Ctrl+V", does: "paste" },
      { keys: "Esc", does: "fold" },
    ],
  },
  {
    where: "drafting",
    shortcuts: [
      { keys: "↑ ↓", does: "nextTask" },
      { keys: "Ctrl+Enter", does: "draft" },
      { keys: "Esc", does: "closeDrafting" },
    ],
  },
  {
    where: "pages",
    shortcuts: [
      { keys: "PageUp PageDown", does: "turnPage" },
      { keys: "0", does: "fitWidth" },
    ],
  },
];

/** Runs the shortcut that an event is, if it is one. */
export function press(event: KeyboardEvent): void {
  if (event.altKey || event.shiftKey) return;
  const control = event.ctrlKey || event.metaKey;
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const found = GLOBAL.find((one) => (one.control ?? false) === control && (one.code === event.code || one.letter === letter));
  if (!found) return;
  event.preventDefault();
  if (found.overDialogs || !document.querySelector("[aria-modal=true]")) found.run?.();
}
