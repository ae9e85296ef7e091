/** Which documents the list shows, and in what order. */
import type { DocumentRow } from "./contract";

export type Chip = "all" | "busy" | "failed" | "partial" | "cancelled";

export interface Filter {
  /** A part of the name; "" for every name. */
  name: string;
  chip: Chip;
}

export interface FolderItem {
  kind: "folder";
  key: string;
  /** Null for what came in without one. */
  folder: string | null;
  documents: DocumentRow[];
}

export interface DocumentItem {
  kind: "document";
  key: string;
  document: DocumentRow;
}

export type Item = FolderItem | DocumentItem;

export const everything: Filter = { name: "", chip: "all" };

export const isPartial = ({ partial, unread_pages }: DocumentRow): boolean => partial || unread_pages.length > 0;
export const isBusy = ({ state }: DocumentRow): boolean => state === "waiting" || state === "reading" || state === "indexing";
/** A password is what it lacks. */
export const wantsPassword = ({ state, failure }: DocumentRow): boolean =>
  state === "failed" && (failure?.code === "document_password" || failure?.code === "document_password_wrong");

const belongs: Record<Chip, (document: DocumentRow) => boolean> = {
  all: () => true,
  busy: isBusy,
  failed: ({ state }) => state === "failed",
  partial: isPartial,
  cancelled: ({ state }) => state === "cancelled",
};

export function counts(documents: DocumentRow[]): Record<Chip, number> {
  const of = (chip: Chip) => documents.reduce((sum, document) => sum + Number(belongs[chip](document)), 0);
  return { all: documents.length, busy: of("busy"), failed: of("failed"), partial: of("partial"), cancelled: of("cancelled") };
}

/** Names from macOS and from some archives are decomposed into single letters. */
const plain = (text: string) => text.normalize("NFC").toLowerCase();

export function select(documents: DocumentRow[], { name, chip }: Filter): DocumentRow[] {
  const wanted = plain(name.trim());
  return documents.filter((document) => belongs[chip](document) && (wanted === "" || plain(document.name).includes(wanted)));
}

/** Under their folders, those without one first; no folder is named where none has one. Of closed folders only the name. */
export function arrange(documents: DocumentRow[], closed: ReadonlySet<string | null>): Item[] {
  const item = (document: DocumentRow): Item => ({ kind: "document", key: `d${document.id}`, document });
  const groups = new Map<string | null, DocumentRow[]>([[null, []]]);
  for (const document of documents) {
    const group = groups.get(document.folder);
    if (group) group.push(document);
    else groups.set(document.folder, [document]);
  }
  if (groups.size === 1) return documents.map(item);
  return [...groups]
    .filter(([, inside]) => inside.length > 0)
    .flatMap(([folder, inside]): Item[] => [
      { kind: "folder", key: `f${folder ?? ""}`, folder, documents: inside },
      ...(closed.has(folder) ? [] : inside.map(item)),
    ]);
}
