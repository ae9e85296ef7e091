/** Whether what is kept is open, and what opens it. */
import { listen, type UnlistenFn } from "@tauri-apps/api/event";
import { api, asFailure, type RestoreOrder } from "./api";
import type { Failure, Gate } from "./contract";
import { Countdown } from "./countdown.svelte";

/** So long the lock waits for what is saved before it, and no longer. */
const KEEP_MS = 1000;

export type Way = "password" | "recovery";

export class GateState {
  #gate = $state.raw<Gate | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** What the person is offered between the lock and the desk. */
  offers = $state<"recovery-key" | "new-password" | null>(null);
  /** Who has just opened it with the recovery key is not asked for the password that is forgotten. */
  openedByRecovery = $state(false);
  /** Until the shell takes another try, each way for itself: a forgotten password does not hold up the recovery key. */
  waits: Record<Way, Countdown> = { password: new Countdown(), recovery: new Countdown() };
  /** What throws everything away that the window holds of what was open. */
  #forget: () => void;
  #keeps = new Set<() => Promise<void>>();

  constructor(forget: () => void) {
    this.#forget = forget;
  }

  state = $derived(this.#gate?.state ?? null);
  ways = $derived(this.#gate?.ways ?? { password: false, recovery: false, keyring: false });
  keyringAvailable = $derived(this.#gate?.keyring_available ?? false);

  start(): () => void {
    const listening: Promise<UnlistenFn> = listen<Gate>("gate", ({ payload }) => this.#set(payload));
    void listening.then(() => this.#try(async () => this.#set(await api.gate())));
    return () => {
      this.waits.password.stop();
      this.waits.recovery.stop();
      void listening.then((unlisten) => unlisten());
      // What is not heard of any more is not known.
      this.#gate = null;
    };
  }

  create = (password: string | null) =>
    this.#try(() => this.#offering("recovery-key", () => api.createVault(password)));

  unlock = (password: string) => this.#try(() => api.unlock(password), "password");

  unlockWithRecovery = (recovery: string) =>
    this.#try(async () => {
      await this.#offering("new-password", () => api.unlockWithRecovery(recovery));
      this.openedByRecovery = true;
    }, "recovery");

  unlockWithKeyring = () => this.#try(() => api.unlockWithKeyring());

  lock = () =>
    this.#try(async () => {
      await this.#keep();
      await api.lock();
    });

  /** What is done before it is locked, until what this returns is called. It tells by itself what goes wrong. */
  beforeLock(keep: () => Promise<void>): () => void {
    this.#keeps.add(keep);
    return () => this.#keeps.delete(keep);
  }

  async #keep(): Promise<void> {
    let late: ReturnType<typeof setTimeout> | undefined;
    const waited = new Promise<void>((done) => (late = setTimeout(done, KEEP_MS)));
    await Promise.race([waited, Promise.allSettled([...this.#keeps].map((keep) => keep()))]);
    clearTimeout(late);
  }

  /** The failure, if there was one. The current password is null where there is none, or where it is forgotten. */
  async changePassword(current: string | null, password: string): Promise<Failure | null> {
    try {
      await api.setPassword(current, password);
      this.openedByRecovery = false;
      return null;
    } catch (error) {
      return this.#refused(error, "password");
    }
  }

  /** The key, shown once; rejects with a Failure. The current password is null where there is none. */
  async makeRecoveryKey(current: string | null): Promise<string> {
    try {
      return await api.makeRecoveryKey(current);
    } catch (error) {
      throw this.#refused(error, "password");
    }
  }

  /** Work that the present password is asked for; rejects with a Failure. */
  async proving<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#refused(error, "password");
    }
  }

  /** Puts a backup in the place of all that is kept; rejects with a Failure. What the window holds of before is thrown away. */
  async restore(order: RestoreOrder): Promise<void> {
    if (this.state !== "open") {
      await this.#offering("recovery-key", () => api.restoreBackup(order));
      this.failure = null;
      return;
    }
    await this.proving(() => api.restoreBackup(order));
    this.#forget();
  }

  #set(gate: Gate): void {
    const locked = this.#gate?.state === "open" && gate.state !== "open";
    // Nothing to type in before it is read anew: a password typed there would be cut in two.
    this.#gate = locked ? null : gate;
    if (locked) this.#forget();
  }

  /** The offer is made before the shell says that it is open: the desk must not flash up in between. */
  async #offering(offer: NonNullable<typeof this.offers>, work: () => Promise<void>): Promise<void> {
    this.offers = offer;
    await work().catch((error: unknown) => {
      this.offers = null;
      throw error;
    });
  }

  #refused(error: unknown, way?: Way): Failure {
    const failure = asFailure(error);
    if (way && failure.code === "unlock_wait") this.waits[way].start(Number(failure.detail) || 0);
    return failure;
  }

  async #try(work: () => Promise<void>, way?: Way): Promise<void> {
    this.busy = true;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      this.failure = this.#refused(error, way);
    } finally {
      this.busy = false;
    }
  }
}

export const gate = new GateState(() => location.reload());
