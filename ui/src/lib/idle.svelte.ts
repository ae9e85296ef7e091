/** Locks when nobody has touched the window for a while. */
import { gate } from "./gate.svelte";

const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;
/** How long before the lock the person is warned. */
const WARN_MS = 60_000;
/** Timers stand still while the machine sleeps: so long after it wakes the time is looked at, whatever else happens. */
const LOOK_MS = 30_000;

export class IdleLock {
  /** Milliseconds that were left when the warning came up; null while there is none. */
  left = $state<number | null>(null);
  #limit = 0;
  #monotonic = 0;
  #wall = 0;
  #pointer = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lock: () => void;

  constructor(lock: () => void) {
    this.#lock = lock;
  }

  /** From now on, until what it returns is called; 0 minutes is never. */
  watch(minutes: number): () => void {
    if (minutes <= 0) return () => {};
    const touch = (event: Event) => this.#touch(event);
    const look = () => this.#look();
    this.#limit = minutes * 60_000;
    this.#touched();
    this.#look();
    // Captured: a handler that stops an event does not make the person idle.
    for (const type of TOUCHES) window.addEventListener(type, touch, { capture: true, passive: true });
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(this.#timer);
      this.left = null;
      for (const type of TOUCHES) window.removeEventListener(type, touch, { capture: true });
      window.removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }

  /** The monotonic clock may not count sleep, and the wall clock can be set back: the longer one is believed. */
  #idle(): number {
    return Math.max(performance.now() - this.#monotonic, Date.now() - this.#wall);
  }

  #touched(): void {
    this.#monotonic = performance.now();
    this.#wall = Date.now();
  }

  #touch(event: Event): void {
    if (event.type === "pointermove" && !this.#moved(event as PointerEvent)) return;
    // The touch that wakes a machine comes too late.
    if (this.#idle() >= this.#limit) return this.#look();
    this.#touched();
    if (this.left !== null) this.#look();
  }

  /** What moves under a resting pointer makes such events too. */
  #moved({ screenX, screenY }: PointerEvent): boolean {
    const before = this.#pointer;
    this.#pointer = `${screenX},${screenY}`;
    return this.#pointer !== before;
  }

  #look(): void {
    clearTimeout(this.#timer);
    const left = this.#limit - this.#idle();
    const warn = Math.min(WARN_MS, this.#limit / 2);
    this.left = left <= 0 || left > warn ? null : (this.left ?? left);
    const next = left > warn ? left - warn : left;
    // Looked at again even after locking, which may have failed.
    this.#timer = setTimeout(() => this.#look(), left <= 0 ? LOOK_MS : Math.min(next, LOOK_MS));
    if (left <= 0) this.#lock();
  }
}

export const idle = new IdleLock(() => void gate.lock());
