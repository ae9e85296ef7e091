/** What is chosen to be asked, as a chip shows it. */
import { app } from "./app.svelte";
import { collections } from "./collections.svelte";
import { count, shortName } from "./format";
import { words } from "./language.svelte";
import { takenOut } from "./scope";

export interface ScopeName {
  icon: "forbid" | "folder" | "collection" | "file" | "list";
  name: string;
  /** "12건"; null where no document is asked. */
  number: string | null;
}

export function scopeName(): ScopeName {
  const said = words.library.scope;
  const scope = app.chosen;
  const number = said.number(count(app.scope.length));
  const alone = scope.kind === "none" || (scope.kind === "all" && app.scope.length === 0);
  if (alone) return { icon: "forbid", name: said.none, number: null };
  if (scope.kind === "folder") return { icon: "folder", name: said.folder(shortName(scope.folder, 24)), number };
  if (scope.kind === "collection") {
    const name = collections.named(scope.collection)?.name;
    return { icon: "collection", name: name === undefined ? said.goneCollection : said.collection(shortName(name, 24)), number };
  }
  if (scope.kind === "files") {
    const only = scope.documents.size === 1 ? app.documents.find(({ id }) => scope.documents.has(id)) : undefined;
    return { icon: "file", name: only ? shortName(only.name, 28) : said.files, number };
  }
  const out = takenOut(scope, app.documents);
  return { icon: "list", name: out > 0 ? said.allBut(count(out)) : said.all, number };
}
