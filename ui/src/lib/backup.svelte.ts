/** A backup put back; what waiting for that and for making one has in common. */
import { Channel } from "@tauri-apps/api/core";
import { open } from "@tauri-apps/plugin-dialog";
import { api, asFailure } from "./api";
import type { BackupProgress, BackupSummary, Failure } from "./contract";
import { gate } from "./gate.svelte";
import { words } from "./language.svelte";

/** What the name of a backup ends with. */
export const EXTENSION = "naratmal-backup";

const pickBackup = (): Promise<string | null> =>
  open({ title: words.security.backup.choose, filters: [{ name: words.security.backup.file, extensions: [EXTENSION] }] });

/** What a backup or a restore is doing, for whoever waits. */
export class Work {
  running = $state(false);
  stopping = $state(false);
  progress = $state.raw<BackupProgress | null>(null);
  failure = $state.raw<Failure | null>(null);

  /** True where it came to its end. */
  protected async work(work: (events: Channel<BackupProgress>) => Promise<void>): Promise<boolean> {
    if (this.running) return false;
    this.running = true;
    this.stopping = false;
    this.progress = this.failure = null;
    const events = new Channel<BackupProgress>();
    events.onmessage = (progress) => (this.progress = progress);
    try {
      await work(events);
      return true;
    } catch (error) {
      this.failure = asFailure(error);
      return false;
    } finally {
      this.running = this.stopping = false;
      this.progress = null;
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await api.stopBackup();
  }
}

/** Restoring one: chosen, looked into, and put in the place of what is kept. */
export class Restoring extends Work {
  path = $state<string | null>(null);
  /** What it says of itself, once its password was right. */
  summary = $state.raw<BackupSummary | null>(null);
  looking = $state(false);
  #password = "";

  async pick(): Promise<void> {
    try {
      const path = await pickBackup();
      if (path === null) return;
      this.path = path;
      this.summary = this.failure = null;
    } catch (error) {
      this.failure = asFailure(error);
    }
  }

  async look(password: string): Promise<boolean> {
    if (this.path === null || this.looking) return false;
    this.looking = true;
    this.failure = null;
    try {
      this.summary = await api.inspectBackup(this.path, password);
      this.#password = password;
      return true;
    } catch (error) {
      this.failure = asFailure(error);
      return false;
    } finally {
      this.looking = false;
    }
  }

  restore = (current: string | null, newPassword: string): Promise<boolean> =>
    this.work((events) => gate.restore({ path: this.path ?? "", password: this.#password, current, newPassword, events }));
}
