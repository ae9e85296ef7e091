/** Everything as one encrypted file. What goes on here goes on while the dialog is closed. */
import { save } from "@tauri-apps/plugin-dialog";
import { api, asFailure } from "./api";
import { app } from "./app.svelte";
import { EXTENSION, Work } from "./backup.svelte";
import { size } from "./format";
import { gate } from "./gate.svelte";
import { words } from "./language.svelte";

const two = (value: number) => String(value).padStart(2, "0");

/** Where to put a backup, called by its day; null where the person thought better of it. */
const pickTarget = (now: Date): Promise<string | null> => {
  const text = words.security.backup;
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return save({ title: text.make, defaultPath: `${text.name(day)}.${EXTENSION}`, filters: [{ name: text.file, extensions: [EXTENSION] }] });
};

/** Making a backup. */
export class Backing extends Work {
  /** When the last one was made; null where none was, undefined until it is known. */
  lastAt = $state<number | null | undefined>(undefined);

  async load(): Promise<void> {
    try {
      this.lastAt = (await api.backupStatus()).last_at;
    } catch (error) {
      this.failure = asFailure(error);
    }
  }

  /** True where it was made; false also where the person thought better of it. */
  async make(current: string | null, password: string): Promise<boolean> {
    let path: string | null;
    try {
      path = await pickTarget(new Date());
    } catch (error) {
      this.failure = asFailure(error);
      return false;
    }
    if (path === null) return false;
    const done = await this.work(async (events) => {
      const bytes = await gate.proving(() => api.makeBackup({ path, current, password, events }));
      app.say(words.security.backup.made(size(bytes)));
    });
    if (done) await this.load();
    return done;
  }
}

export const backing = new Backing();
