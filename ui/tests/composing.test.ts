import { expect, test } from "vitest";
import { idle, step, type Action, type CompositionInput } from "../src/lib/composing";

type Key = Partial<Extract<CompositionInput, { type: "keydown" }>>;

const start = (timeStamp: number): CompositionInput => ({ type: "compositionstart", timeStamp });
const end = (timeStamp: number): CompositionInput => ({ type: "compositionend", timeStamp });
const up: CompositionInput = { type: "keyup" };
const blur: CompositionInput = { type: "blur" };
const down = (timeStamp: number, key: string, more: Key = {}): CompositionInput => ({
  type: "keydown",
  timeStamp,
  key,
  keyCode: key === "Enter" ? 13 : 65,
  isComposing: false,
  shiftKey: false,
  repeat: false,
  ...more,
});
const enter = (timeStamp: number, more: Key = {}) => down(timeStamp, "Enter", more);

const COMPOSING: Key = { keyCode: 229, isComposing: true };
const AFTER_END: Key = { keyCode: 229, isComposing: false };

/** What each Enter of a sequence comes to. */
const cases: [name: string, events: CompositionInput[], enters: Action[]][] = [
  ["a plain Enter sends", [enter(0)], ["send"]],
  ["the keypad's Enter has the same key", [enter(0, { keyCode: 13 })], ["send"]],
  ["Shift+Enter breaks the line", [enter(0, { shiftKey: true })], ["none"]],
  ["a held Enter sends once", [enter(0), enter(500, { repeat: true }), enter(530, { repeat: true }), up], ["send", "swallow", "swallow"]],
  [
    "Chromium: Enter commits, the next sends",
    [start(0), down(1, "Process", COMPOSING), up, enter(200, COMPOSING), end(202), up, enter(400), up],
    ["none", "send"],
  ],
  [
    "Chromium: a quick second Enter sends too",
    [start(0), enter(200, COMPOSING), end(201), up, enter(280), up],
    ["none", "send"],
  ],
  [
    "Chromium on Windows and ibus: the key press is passed on after the commit",
    [start(0), enter(200, COMPOSING), end(202), enter(203), up, enter(400), up],
    ["none", "swallow", "send"],
  ],
  [
    "Chromium stamps the passed-on key with the time of the press, before the end",
    [start(0), enter(200, COMPOSING), end(204), enter(200), up, enter(400), up],
    ["none", "swallow", "send"],
  ],
  [
    "Chromium: Enter named Process by the input method",
    [start(0), down(200, "Process", COMPOSING), end(202), enter(203), up, enter(400)],
    ["swallow", "send"],
  ],
  [
    "Firefox: Enter commits, the next sends",
    [start(0), down(1, "Process", COMPOSING), up, enter(200, COMPOSING), end(203), up, enter(400), up],
    ["none", "send"],
  ],
  [
    "WebKit: the composition ends before the keydown with 229",
    [start(0), end(200), enter(200, AFTER_END), up, enter(400), up],
    ["none", "send"],
  ],
  [
    "WebKit: a slow page sees the keydown late, 229 still tells",
    [start(0), end(200), enter(900, AFTER_END), up, enter(1400), up],
    ["none", "send"],
  ],
  [
    "WebKitGTK with ibus-hangul: the keydown passed on has code 13",
    [start(0), end(200), enter(201), up, enter(400), up],
    ["swallow", "send"],
  ],
  [
    "WebKitGTK: Enter held over the commit never sends",
    [start(0), end(200), enter(201), enter(700, { repeat: true }), up, enter(900)],
    ["swallow", "swallow", "send"],
  ],
  [
    "a syllable completed by the next one goes on composing",
    [start(0), end(100), start(100), enter(200, COMPOSING), end(201), up, enter(300)],
    ["none", "send"],
  ],
  [
    "a space that ends the composition does not cost the Enter after it",
    [start(0), down(100, " ", COMPOSING), end(101), up, enter(150)],
    ["send"],
  ],
  [
    "WebKit: a space after the end of the composition, then Enter before any key is up",
    [start(0), end(100), down(100, " ", { keyCode: 32 }), enter(150)],
    ["send"],
  ],
  ["a composition ended by a click elsewhere leaves nothing behind", [start(0), end(100), blur, enter(120)], ["send"]],
  ["a composition ended long ago leaves nothing behind", [start(0), end(100), enter(400)], ["send"]],
  ["Enter is the input method's as long as it composes", [start(0), enter(50)], ["none"]],
  ["Shift+Enter while composing is the input method's", [start(0), enter(50, { ...COMPOSING, shiftKey: true })], ["none"]],
];

test.each(cases)("%s", (_, events, expected) => {
  let state = idle;
  const ofEnter: Action[] = [];
  for (const event of events) {
    const [next, action] = step(state, event);
    state = next;
    if (event.type === "keydown" && event.key === "Enter") ofEnter.push(action);
    else expect(action).toBe("none");
  }
  expect(ofEnter).toEqual(expected);
});
