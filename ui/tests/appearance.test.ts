import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import first from "../public/appearance.js?raw";
import App from "../src/App.svelte";
import { appearance, SIZES, THEMES, type Size, type Theme } from "../src/lib/appearance.svelte";
import { language } from "../src/lib/language.svelte";
import { at, shell, useShell, ways } from "./security";

useShell();

/** What the system prefers, and what a page is told when it changes. */
const system = new Map<string, boolean>();
const lists = new Set<{ media: string; list: EventTarget }>();
function prefer(...queries: string[]) {
  system.clear();
  for (const query of queries) system.set(query, true);
  for (const { list } of lists) list.dispatchEvent(new Event("change"));
}
const DARK = "(prefers-color-scheme: dark)";
const CONTRAST = "(prefers-contrast: more)";

const root = document.documentElement;
const look = () => ({ theme: root.dataset.theme, size: root.style.fontSize });

beforeEach(() => {
  lists.clear();
  vi.stubGlobal("matchMedia", (media: string) => {
    const list = Object.assign(new EventTarget(), { media });
    Object.defineProperty(list, "matches", { get: () => system.get(media) ?? false });
    lists.add({ media, list });
    return list;
  });
  prefer();
  appearance.open = false;
  appearance.choose({ theme: "auto", size: 100 });
  localStorage.clear();
});
afterEach(() => {
  vi.unstubAllGlobals();
  language.choose("ko");
});

/** The page before it has a script of its own. */
function begin() {
  delete root.dataset.theme;
  root.style.fontSize = "";
  new Function(first)();
}

test.each<[Theme, string[], string]>([
  ["auto", [], "light"],
  ["auto", [DARK], "dark"],
  ["auto", [CONTRAST], "contrast"],
  ["auto", [DARK, CONTRAST], "contrast"],
  ["light", [DARK, CONTRAST], "light"],
  ["dark", [], "dark"],
  ["contrast", [DARK], "contrast"],
])("%s where the system prefers %j is %s, before the first paint and after", (theme, preferred, shown) => {
  prefer(...preferred);
  appearance.choose({ theme });
  expect(look().theme).toBe(shown);
  begin();
  expect(look().theme).toBe(shown);
});

test.each([...SIZES])("a size of %i %% is kept and there before the first paint", (size) => {
  appearance.choose({ size, theme: "dark" });
  expect(look()).toEqual({ theme: "dark", size: `${size}%` });
  begin();
  expect(look()).toEqual({ theme: "dark", size: `${size}%` });
});

test.each(["", "null", "7", "{", '{"theme":"pink","size":9000}', '{"size":"200"}', "[]"])("what is kept amiss changes nothing: %s", (kept) => {
  localStorage.setItem("naratmal.appearance", kept);
  begin();
  expect(look()).toEqual({ theme: "light", size: "" });
});

test("the theme follows the system while the window is open, and only where it is to", () => {
  const stop = appearance.start();
  expect(look().theme).toBe("light");
  prefer(DARK);
  expect(look().theme).toBe("dark");
  appearance.choose({ theme: "light" });
  prefer(CONTRAST);
  expect(look().theme).toBe("light");
  stop();
});

const press = (init: KeyboardEventInit) => {
  const event = new KeyboardEvent("keydown", { cancelable: true, ...init });
  appearance.press(event);
  return event.defaultPrevented;
};

test.each<[string, Size, KeyboardEventInit, Size]>([
  ["Ctrl and =", 100, { key: "=", code: "Equal", ctrlKey: true }, 110],
  ["Ctrl, Shift and =", 110, { key: "+", code: "Equal", ctrlKey: true, shiftKey: true }, 125],
  ["Ctrl and + of the keypad", 175, { key: "+", code: "NumpadAdd", ctrlKey: true }, 200],
  ["Ctrl and + at the largest", 200, { key: "+", code: "NumpadAdd", ctrlKey: true }, 200],
  ["Ctrl and -", 100, { key: "-", code: "Minus", ctrlKey: true }, 90],
  ["Ctrl and - at the smallest", 90, { key: "-", code: "NumpadSubtract", ctrlKey: true }, 90],
  ["Ctrl and 0", 175, { key: "0", code: "Digit0", ctrlKey: true }, 100],
  ["Ctrl and 0 of the keypad", 90, { key: "0", code: "Numpad0", ctrlKey: true }, 100],
  ["Command and +", 100, { key: "+", code: "Equal", metaKey: true }, 110],
])("%s at %i %%", (_, from, keys, to) => {
  appearance.choose({ size: from });
  expect(press(keys)).toBe(true);
  expect(appearance.size).toBe(to);
  expect(JSON.parse(localStorage.getItem("naratmal.appearance")!)).toMatchObject({ size: to });
});

test.each<[string, KeyboardEventInit]>([
  ["= is typed", { key: "=", code: "Equal" }],
  ["0 is typed", { key: "0", code: "Digit0" }],
  ["AltGr, which is Ctrl and Alt", { key: "-", code: "Minus", ctrlKey: true, altKey: true }],
  ["Ctrl and 9", { key: "9", code: "Digit9", ctrlKey: true }],
])("%s: nothing changes", (_, keys) => {
  expect(press(keys)).toBe(false);
  expect(appearance.size).toBe(100);
});

test("the dialog shows what is chosen, and each choice is seen and kept at once", async () => {
  render(App);
  await at();
  await userEvent.click(screen.getByTestId("appearance-button"));
  const dialog = screen.getByTestId("appearance-dialog");
  expect(document.activeElement).toBe(within(dialog).getByTestId("theme-auto"));
  for (const theme of THEMES) expect(within(dialog).getByTestId<HTMLInputElement>(`theme-${theme}`).checked).toBe(theme === "auto");
  await userEvent.click(within(dialog).getByTestId("theme-dark"));
  await userEvent.click(within(dialog).getByTestId("size-150"));
  expect(look()).toEqual({ theme: "dark", size: "150%" });
  expect(JSON.parse(localStorage.getItem("naratmal.appearance")!)).toEqual({ theme: "dark", size: 150 });
  await fireEvent.keyDown(document.activeElement!, { key: "Escape" });
  expect(screen.queryByTestId("appearance-dialog")).toBeNull();
});

test("the language is changed at once, kept, and told to the screen reader; each is named in itself", async () => {
  render(App);
  await at();
  await userEvent.click(screen.getByTestId("appearance-button"));
  const dialog = screen.getByTestId("appearance-dialog");
  const group = (name: string) => within(within(dialog).getByRole("group", { name }));
  expect(group("언어 (Language)").getByRole<HTMLInputElement>("radio", { name: "한국어" }).checked).toBe(true);
  await userEvent.click(group("언어 (Language)").getByRole("radio", { name: "English" }));
  expect(screen.getByRole("dialog", { name: "View settings" })).toBe(dialog);
  expect(within(dialog).getByRole("radio", { name: /^High contrast/ })).toBe(within(dialog).getByTestId("theme-contrast"));
  expect(root.lang).toBe("en");
  expect(localStorage.getItem("naratmal.language")).toBe('"en"');
  await userEvent.click(group("Language (언어)").getByRole("radio", { name: "한국어" }));
  expect(screen.getByRole("dialog", { name: "보기 설정" })).toBe(dialog);
  expect([root.lang, within(dialog).getByTestId<HTMLInputElement>("language-ko").checked]).toEqual(["ko", true]);
});

test("it can be chosen, and the keys work, before the vault is open", async () => {
  shell.answers.gate = () => ({ state: "locked", ways, keyring_available: true });
  render(App);
  await at({ state: "locked" });
  await userEvent.click(screen.getByTestId("appearance-button"));
  await userEvent.click(screen.getByTestId("theme-contrast"));
  await fireEvent.keyDown(document.body, { key: "+", code: "Equal", ctrlKey: true, shiftKey: true });
  expect(look()).toEqual({ theme: "contrast", size: "110%" });
});
