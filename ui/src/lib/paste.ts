/** Files and texts that are pasted into the window become documents. */
import { app } from "./app.svelte";

/** Where pasted words go by themselves. */
const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

const inField = ({ target }: Event): boolean => target instanceof Element && target.closest(FIELDS) !== null;
const isModal = (): boolean => document.querySelector("[aria-modal=true]") !== null;

/**
 * Takes files wherever they are pasted, and texts outside of the fields. Office programs put a picture beside a text
 * that is copied; then the text is meant.
 */
export async function paste(event: ClipboardEvent): Promise<void> {
  const { clipboardData } = event;
  if (!clipboardData || event.defaultPrevented || isModal()) return;
  // Both are gone once the event is over.
  const files = [...clipboardData.files];
  const text = clipboardData.getData("text/plain");
  const pictured = clipboardData.types.includes("text/html") && text !== "";
  if (inField(event) && (files.length === 0 || pictured)) return;
  event.preventDefault();
  await app.addPasted(pictured ? [] : files, text);
}

/** Listens until what it returns is called. */
export function acceptPastes(): () => void {
  const taken = (event: ClipboardEvent) => void paste(event);
  // WebKit pastes outside of fields only where this is prevented.
  const offered = (event: Event) => {
    if (!inField(event) && !isModal()) event.preventDefault();
  };
  window.addEventListener("paste", taken);
  window.addEventListener("beforepaste", offered);
  return () => {
    window.removeEventListener("paste", taken);
    window.removeEventListener("beforepaste", offered);
  };
}
