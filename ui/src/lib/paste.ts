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
  const { types } = clipboardData;
  const pictured = types.includes("text/html") && text !== "";
  // WebKitGTK tells of files without giving them: the shell knows their paths.
  const named = files.length > 0 || types.includes("text/uri-list");
  if (inField(event) && (text !== "" || !named)) return;
  event.preventDefault();
  await app.addPasted(pictured ? [] : files, text);
}

/** Listens until what it returns is called. */
export function acceptPastes(): () => void {
  const taken = (event: ClipboardEvent) => void paste(event);
  window.addEventListener("paste", taken);
  return () => window.removeEventListener("paste", taken);
}
