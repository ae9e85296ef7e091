import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { IdleLock } from "../src/lib/idle.svelte";

const MINUTE = 60_000;
let lock: ReturnType<typeof vi.fn<() => void>>;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  lock = vi.fn<() => void>();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

function watched(minutes: number): IdleLock {
  const idle = new IdleLock(lock);
  stop = idle.watch(minutes);
  return idle;
}

const pointer = (x: number) => window.dispatchEvent(new MouseEvent("pointermove", { screenX: x, screenY: 5 }));

test("it locks after the minutes, and not before", () => {
  watched(5);
  vi.advanceTimersByTime(5 * MINUTE - 1);
  expect(lock).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(lock).toHaveBeenCalledOnce();
});

test.each(["pointerdown", "keydown", "wheel", "touchstart"])("a %s begins the time again", (type) => {
  watched(5);
  vi.advanceTimersByTime(3 * MINUTE);
  window.dispatchEvent(new Event(type));
  vi.advanceTimersByTime(4 * MINUTE);
  expect(lock).not.toHaveBeenCalled();
  vi.advanceTimersByTime(MINUTE);
  expect(lock).toHaveBeenCalledOnce();
});

test("a pointer that moves is a touch; what moves under a resting one is not", () => {
  watched(5);
  pointer(1);
  vi.advanceTimersByTime(3 * MINUTE);
  pointer(2);
  vi.advanceTimersByTime(3 * MINUTE);
  pointer(2);
  vi.advanceTimersByTime(2 * MINUTE - 1);
  expect(lock).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(lock).toHaveBeenCalledOnce();
});

test("an event that a handler stops is a touch all the same", () => {
  watched(5);
  const field = document.body.appendChild(document.createElement("input"));
  field.addEventListener("keydown", (event) => event.stopPropagation());
  vi.advanceTimersByTime(4.5 * MINUTE);
  field.dispatchEvent(new Event("keydown", { bubbles: true }));
  vi.advanceTimersByTime(MINUTE);
  expect(lock).not.toHaveBeenCalled();
  field.remove();
});

test("the last minute is announced, and any touch takes that back", () => {
  const idle = watched(5);
  vi.advanceTimersByTime(4 * MINUTE - 1);
  expect(idle.left).toBeNull();
  vi.advanceTimersByTime(1);
  expect(idle.left).toBe(MINUTE);
  window.dispatchEvent(new Event("keydown"));
  expect(idle.left).toBeNull();
  vi.advanceTimersByTime(4 * MINUTE);
  expect(idle.left).toBe(MINUTE);
  vi.advanceTimersByTime(MINUTE);
  expect(idle.left).toBeNull();
});

test("where a policy says one minute, half of it is announced", () => {
  const idle = watched(1);
  vi.advanceTimersByTime(30_000);
  expect(idle.left).toBe(30_000);
});

test("the wall clock tells a sleep that the monotonic one did not count", () => {
  watched(10);
  vi.setSystemTime(Date.now() + 60 * MINUTE);
  expect(lock).not.toHaveBeenCalled();
  document.dispatchEvent(new Event("visibilitychange"));
  expect(lock).toHaveBeenCalledOnce();
});

test("the touch that wakes the machine does not save it from being locked", () => {
  watched(10);
  vi.setSystemTime(Date.now() + 60 * MINUTE);
  pointer(9);
  expect(lock).toHaveBeenCalledOnce();
});

test("a sleep is noticed within half a minute even if nothing happens", () => {
  watched(30);
  vi.setSystemTime(Date.now() + 60 * MINUTE);
  vi.advanceTimersByTime(30_000);
  expect(lock).toHaveBeenCalledOnce();
});

test("a wall clock set back does not put the lock off", () => {
  watched(5);
  vi.setSystemTime(Date.now() - 60 * MINUTE);
  vi.advanceTimersByTime(5 * MINUTE);
  expect(lock).toHaveBeenCalledOnce();
});

test("a lock that failed is tried again", () => {
  watched(5);
  vi.advanceTimersByTime(5 * MINUTE + 30_000);
  expect(lock).toHaveBeenCalledTimes(2);
});

test.each([
  ["0 minutes", 0, false],
  ["stopping", 5, true],
])("%s: it never locks", (_, minutes, stopped) => {
  const idle = watched(minutes);
  vi.advanceTimersByTime(4 * MINUTE);
  if (stopped) stop();
  expect(idle.left).toBeNull();
  vi.advanceTimersByTime(100 * MINUTE);
  expect(lock).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

test("there is one timer, whatever is touched", () => {
  watched(5);
  for (let x = 0; x < 100; x++) pointer(x);
  vi.advanceTimersByTime(4.5 * MINUTE);
  window.dispatchEvent(new Event("focus"));
  expect(vi.getTimerCount()).toBe(1);
});
