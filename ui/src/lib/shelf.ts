/** Where the list of conversations has each of them. */
import type { ConversationFilter, ConversationRow, Folder } from "./contract";

export interface Shelved {
  pinned: ConversationRow[];
  folders: { folder: Folder; rows: ConversationRow[] }[];
  /** In no folder. */
  loose: ConversationRow[];
  archived: ConversationRow[];
}

/** Those in the archive too. */
export const ALL: ConversationFilter = { archived: null, pinned: null, folders: [] };

/** What is archived is there only; what is pinned stands at the top, whatever folder it is in. */
export function shelve(rows: readonly ConversationRow[], folders: readonly Folder[]): Shelved {
  const known = new Map(folders.map((folder) => [folder.id, [] as ConversationRow[]]));
  const shelved: Shelved = { pinned: [], folders: folders.map((folder) => ({ folder, rows: known.get(folder.id)! })), loose: [], archived: [] };
  for (const row of rows) {
    const inside = row.folder === null ? undefined : known.get(row.folder);
    if (row.archived_at !== null) shelved.archived.push(row);
    else if (row.pinned_at !== null) shelved.pinned.push(row);
    else (inside ?? shelved.loose).push(row);
  }
  return shelved;
}
