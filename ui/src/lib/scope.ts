/** Which documents a question is asked of. */
import type { DocumentRow } from "./contract";
import { words } from "./language.svelte";
import { isBusy } from "./listing";

export type Scope =
  /** Every document, also those that come later, but those that were taken out. */
  | { kind: "all"; without: ReadonlySet<number> }
  /** What came in with a folder that was added, also later. */
  | { kind: "folder"; folder: string }
  /** What the person put into a collection, also later. */
  | { kind: "collection"; collection: number }
  | { kind: "files"; documents: ReadonlySet<number> }
  /** No document: what the model knows by itself. */
  | { kind: "none" };

/** The ids of what is in a collection; none where it is gone. */
export type Members = (collection: number) => ReadonlySet<number>;

const noMembers: Members = () => new Set();

/** How much there is in a folder that was added, or in a collection. */
export interface Amount {
  ready: number;
  /** On their way to be ready. */
  busy: number;
}

/** What the documents come to, for whoever chooses among them. */
export interface Overview {
  ready: number;
  busy: number;
  folders: (Amount & { folder: string })[];
}

export const everyDocument: Scope = { kind: "all", without: new Set() };

export const isReady = ({ state }: DocumentRow): boolean => state === "ready";

export function covers(scope: Scope, { id, folder }: DocumentRow, members: Members): boolean {
  switch (scope.kind) {
    case "all":
      return !scope.without.has(id);
    case "folder":
      return folder === scope.folder;
    case "collection":
      return members(scope.collection).has(id);
    case "files":
      return scope.documents.has(id);
    case "none":
      return false;
  }
}

/** The ids of the documents that a question is asked of: those in the scope that can answer already. */
export const asked = (scope: Scope, documents: DocumentRow[], members: Members = noMembers): number[] =>
  documents.filter((document) => isReady(document) && covers(scope, document, members)).map(({ id }) => id);

/** The scope with documents put in or taken out one by one. What is not "all" is from then on a choice of files. */
export function changed(
  scope: Scope,
  documents: DocumentRow[],
  ids: Iterable<number>,
  included: boolean,
  members: Members = noMembers,
): Scope {
  const all = scope.kind === "all";
  const set = new Set(all ? scope.without : scope.kind === "files" ? scope.documents : asked(scope, documents, members));
  for (const id of ids) {
    if (included === all) set.delete(id);
    else set.add(id);
  }
  return all ? { kind: "all", without: set } : { kind: "files", documents: set };
}

/** How many documents that could answer were taken out of "all". */
export const takenOut = (scope: Scope, documents: DocumentRow[]): number =>
  scope.kind === "all" && scope.without.size > 0
    ? documents.filter((each) => isReady(each) && scope.without.has(each.id)).length
    : 0;

export function overview(documents: DocumentRow[]): Overview {
  const folders = new Map<string, Amount & { folder: string }>();
  const sum: Overview = { ready: 0, busy: 0, folders: [] };
  for (const document of documents) {
    const ready = Number(isReady(document));
    const busy = Number(isBusy(document));
    sum.ready += ready;
    sum.busy += busy;
    const { folder } = document;
    if (folder === null) continue;
    const before = folders.get(folder) ?? { folder, ready: 0, busy: 0 };
    folders.set(folder, { folder, ready: before.ready + ready, busy: before.busy + busy });
  }
  return { ...sum, folders: [...folders.values()] };
}

/** How much of a collection is in the list. */
export function amountOf(inside: ReadonlySet<number>, documents: DocumentRow[]): Amount {
  const rows = inside.size === 0 ? [] : documents.filter(({ id }) => inside.has(id));
  return { ready: rows.filter(isReady).length, busy: rows.filter(isBusy).length };
}

/** Why nothing can be asked in a scope in which so many documents are ready; null where it can. */
export function obstacleOf(scope: Scope, ready: number): string | null {
  if (ready > 0 || scope.kind === "all" || scope.kind === "none") return null;
  const { obstacle } = words.library.scope;
  if (scope.kind === "files" && scope.documents.size === 0) return obstacle.noFiles;
  return obstacle[scope.kind];
}
