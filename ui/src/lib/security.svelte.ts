/** What the window says about locks, ways out and the trail. */
import { save as chooseFile } from "@tauri-apps/plugin-dialog";
import { api, asFailure } from "./api";
import { app } from "./app.svelte";
import type { Attempt, AuditEntry, Failure, LockSettings, NetworkProbes } from "./contract";
import { count } from "./format";
import { words } from "./language.svelte";

export type SecurityTab = "network" | "encryption" | "backup" | "audit" | "policy";

/** Entries of the trail that are asked for at once. */
export const PAGE = 200;

export interface Verdict {
  /** Untested: nothing is known to be open, but not everything could be tried. */
  state: "blocked" | "open" | "untested";
  text: string;
}

/** What a person may conclude from the tries: blocked only where all of them were made. */
export function verdict({ process, child }: NetworkProbes): Verdict {
  const text = words.security.network.verdict;
  const all: Attempt[] = [...process, ...child];
  const open = [...new Set(all.filter(({ refused }) => !refused).map(({ way }) => way))];
  if (open.length > 0) return { state: "open", text: text.open(open.join(", ")) };
  if (all.length === 0) return { state: "untested", text: text.untested };
  if (process.length === 0 || child.length === 0) return { state: "untested", text: text.partly };
  return { state: "blocked", text: text.blocked(count(all.length)) };
}

/** "2026-11-25 09:03:07", in the time of this PC. */
export function stamp(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

export class Security {
  /** The section that the dialog shows; null while it is closed. */
  tab = $state<SecurityTab | null>(null);
  settings = $state.raw<LockSettings | null>(null);
  probes = $state.raw<NetworkProbes | null>(null);
  probedAt = $state<number | null>(null);
  probing = $state(false);
  probeFailure = $state.raw<Failure | null>(null);

  /** Tries the ways out each time it is opened: an earlier answer says nothing of now. */
  show(tab: SecurityTab = "network"): void {
    if (this.tab !== null) return;
    this.tab = tab;
    void this.probe();
  }

  close(): void {
    this.tab = null;
  }

  async probe(): Promise<void> {
    if (this.probing) return;
    this.probing = true;
    this.probes = this.probeFailure = null;
    try {
      this.probes = await api.networkProbes();
      this.probedAt = Date.now();
    } catch (error) {
      this.probeFailure = asFailure(error);
    } finally {
      this.probing = false;
    }
  }

  async loadSettings(): Promise<void> {
    try {
      this.settings = await api.lockSettings();
    } catch (error) {
      app.fail(asFailure(error));
    }
  }

  /** What the shell keeps is what counts: it is asked again, also after a refusal. */
  async setIdleMinutes(minutes: number): Promise<void> {
    try {
      await api.setIdleMinutes(minutes);
    } catch (error) {
      app.fail(asFailure(error));
    }
    await this.loadSettings();
  }
}

/** The report of a problem, as it is read through before it is handed on. */
export class ProblemReport {
  /** Empty until it is made. */
  text = $state("");
  saving = $state(false);
  failure = $state.raw<Failure | null>(null);

  async make(): Promise<void> {
    this.failure = null;
    try {
      this.text = await api.problemReport();
    } catch (error) {
      this.failure = asFailure(error);
    }
  }

  /** What the shell keeps of it is saved: it is what is shown. */
  async save(): Promise<void> {
    if (this.saving) return;
    this.saving = true;
    this.failure = null;
    try {
      const text = words.security.report;
      const defaultPath = `${text.name(stamp(Date.now()).slice(0, 10).replaceAll("-", ""))}.txt`;
      const path = await chooseFile({ title: text.title, defaultPath, filters: [{ name: text.file, extensions: ["txt"] }] });
      if (path === null) return;
      await api.saveProblemReport(path);
      app.say(words.security.report.saved);
    } catch (error) {
      this.failure = asFailure(error);
    } finally {
      this.saving = false;
    }
  }

  async copy(): Promise<void> {
    await navigator.clipboard.writeText(this.text);
    app.say(words.security.report.copied);
  }
}

/** The trail, as far as it was asked for: latest first. */
export class AuditTrail {
  entries = $state.raw<AuditEntry[]>([]);
  /** Of the whole trail; null until it is known. */
  count = $state<number | null>(null);
  faults = $state.raw<string[]>([]);
  more = $state(false);
  loading = $state(false);
  exporting = $state(false);
  failure = $state.raw<Failure | null>(null);

  /** The next page, from the latest entry on. */
  async load(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.failure = null;
    try {
      const page = await api.auditEntries(this.entries.at(-1)?.seq ?? null, PAGE);
      this.entries = [...this.entries, ...page.entries];
      this.count = page.count;
      // A later page is not checked again: what was found stands.
      this.faults = [...new Set([...this.faults, ...page.faults])];
      this.more = page.entries.length === PAGE && this.entries.length < page.count;
    } catch (error) {
      this.failure = asFailure(error);
    } finally {
      this.loading = false;
    }
  }

  async export(): Promise<void> {
    if (this.exporting) return;
    this.exporting = true;
    this.failure = null;
    try {
      const text = words.security.audit;
      const defaultPath = `${text.file(stamp(Date.now()).slice(0, 10).replaceAll("-", ""))}.csv`;
      const filters = [{ name: text.csv, extensions: ["csv"] }];
      const path = await chooseFile({ title: text.exportTitle, defaultPath, filters });
      if (path === null) return;
      const number = count(await api.exportAudit(path));
      app.say(words.security.audit.exported(number));
    } catch (error) {
      this.failure = asFailure(error);
    } finally {
      this.exporting = false;
    }
  }
}

export const security = new Security();
