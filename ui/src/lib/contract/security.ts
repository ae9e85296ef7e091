/** The lock, the policy, the ways out and the audit trail. */
import type { Grade } from "./shared";

/** How what is kept is locked, and what opens it. New: nothing is kept yet. */
export interface Gate {
  state: "new" | "locked" | "open";
  ways: { password: boolean; recovery: boolean; keyring: boolean };
  keyring_available: boolean;
}

/** When the program locks itself. */
export interface LockSettings {
  /** Minutes without a touch, 0 for never. */
  idle_minutes: number;
  /** Locks with the desktop's session. */
  on_session_lock: boolean;
  /** The agency's policy sets it: the person may not. */
  locked_by_policy: boolean;
}

/** What the agency's policy says to the window. */
export interface PolicyStatus {
  /** Empty where there is no policy file. */
  name: string;
  /** Korean; a policy that nothing proves. */
  warning: string | null;
  /** The highest grades whose text may be copied, exported. */
  copy_up_to: Grade;
  export_up_to: Grade;
  /** How personal information leaves in an exported file; by "ask" the person chooses. */
  export_masking: "masked" | "plain" | "ask";
  forbid_lowering: boolean;
  require_password: boolean;
}

/** One way out that was tried. */
export interface Attempt {
  /** As a security officer names it: "TCP (IPv4)". */
  way: string;
  refused: boolean;
  /** The system's answer. */
  answer: string;
}

/** A part is empty where nothing could be tried, which never means refused. */
export interface NetworkProbes {
  process: Attempt[];
  child: Attempt[];
}

export interface AuditEntry {
  seq: number;
  at: number;
  who: string;
  action: string;
  /** What it was done to, by the shell's keys; a text where an entry is not as the shell writes it. */
  what: Record<string, unknown> | string;
}

export interface AuditPage {
  /** Latest first. */
  entries: AuditEntry[];
  /** Of the whole trail, when it was last checked. */
  count: number;
  /** Korean: entries that were changed, moved or are missing, when it was last checked. */
  faults: string[];
}

/** How far a backup or a restore is. */
export interface BackupProgress {
  step: "copying" | "checking" | "writing" | "reading" | "rekeying";
  /** Bytes; a total of 0 is not known. */
  done: number;
  total: number;
}

export interface BackupStatus {
  /** When the last one was made, in milliseconds since 1970; null where none was. */
  last_at: number | null;
}

/** What a backup says of itself. */
export interface BackupSummary {
  made_at: number;
  /** The version of the program that made it. */
  program: string;
  bytes: number;
  /** Models of the PC where it was made that this one lacks: no backup holds them. */
  missing_models: { file: string; bytes: number }[];
}
