/** Whether what is kept is open, and what opens it. */
import { listen, type UnlistenFn } from "@tauri-apps/api/event";
import { api, asFailure } from "./api";
import type { Failure, Gate } from "./contract";

/** As the shell's shortest one. */
export const SHORTEST_PASSWORD = 8;

const TICK_MS = 500;

export class GateState {
  #gate = $state.raw<Gate | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** When the shell takes a password again, in milliseconds since 1970. */
  waitUntil = $state(0);
  now = $state(Date.now());
  /** True once a password was set here: a recovery key is offered before the desk opens. */
  offersRecovery = $state(false);
  #clock: ReturnType<typeof setTimeout> | undefined;
  /** What throws everything away that the window holds of what was open. */
  #forget: () => void;

  constructor(forget: () => void) {
    this.#forget = forget;
  }

  state = $derived(this.#gate?.state ?? null);
  ways = $derived(this.#gate?.ways ?? { password: false, recovery: false, keyring: false });
  keyringAvailable = $derived(this.#gate?.keyring_available ?? false);
  /** Whole seconds, 0 where none are left. */
  waitSeconds = $derived(Math.max(0, Math.ceil((this.waitUntil - this.now) / 1000)));

  start(): () => void {
    const listening: Promise<UnlistenFn> = listen<Gate>("gate", ({ payload }) => this.#set(payload));
    void listening.then(() => this.#try(async () => this.#set(await api.gate())));
    return () => {
      clearTimeout(this.#clock);
      void listening.then((unlisten) => unlisten());
    };
  }

  create = (password: string | null) =>
    this.#try(async () => {
      // Before the shell says that it is open.
      this.offersRecovery = password !== null;
      await api.createVault(password).catch((error: unknown) => {
        this.offersRecovery = false;
        throw error;
      });
    });

  unlock = (password: string) => this.#try(() => api.unlock(password));

  unlockWithRecovery = (recovery: string) => this.#try(() => api.unlockWithRecovery(recovery));

  unlockWithKeyring = () => this.#try(() => api.unlockWithKeyring());

  lock = () => this.#try(() => api.lock());

  #set(gate: Gate): void {
    const locked = this.#gate?.state === "open" && gate.state !== "open";
    this.#gate = gate;
    if (locked) this.#forget();
  }

  /** Counts down, for as long as there is something to wait for. */
  #tick(): void {
    clearTimeout(this.#clock);
    this.now = Date.now();
    if (this.now < this.waitUntil) this.#clock = setTimeout(() => this.#tick(), TICK_MS);
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      const failure = asFailure(error);
      if (failure.code === "unlock_wait") {
        this.waitUntil = Date.now() + Number(failure.detail);
        this.#tick();
      }
      this.failure = failure;
    } finally {
      this.busy = false;
    }
  }
}

export const gate = new GateState(() => location.reload());
