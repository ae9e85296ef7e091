/** What is chosen to be asked, as a chip shows it. */
import { app } from "./app.svelte";
import { collections } from "./collections.svelte";
import { count, shortName } from "./format";
import { takenOut } from "./scope";

export interface ScopeName {
  icon: "forbid" | "folder" | "collection" | "file" | "list";
  name: string;
  /** "12건"; null where no document is asked. */
  number: string | null;
}

export function scopeName(): ScopeName {
  const scope = app.chosen;
  const number = `${count(app.scope.length)}건`;
  const alone = scope.kind === "none" || (scope.kind === "all" && app.scope.length === 0);
  if (alone) return { icon: "forbid", name: "자료 없이 대화", number: null };
  if (scope.kind === "folder") return { icon: "folder", name: `폴더 ‘${shortName(scope.folder, 24)}’`, number };
  if (scope.kind === "collection") {
    const name = collections.named(scope.collection)?.name;
    return { icon: "collection", name: name === undefined ? "없어진 모음" : `모음 ‘${shortName(name, 24)}’`, number };
  }
  if (scope.kind === "files") {
    const only = scope.documents.size === 1 ? app.documents.find(({ id }) => scope.documents.has(id)) : undefined;
    return { icon: "file", name: only ? shortName(only.name, 28) : "고른 파일", number };
  }
  const out = takenOut(scope, app.documents);
  return { icon: "list", name: out > 0 ? `모든 자료(${count(out)}건 제외)` : "모든 자료", number };
}
