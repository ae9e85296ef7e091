import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test } from "vitest";
import Desk from "../src/Desk.svelte";
import { app } from "../src/lib/app.svelte";
import { language, words } from "../src/lib/language.svelte";
import { GLOBAL, sheet } from "../src/lib/shortcuts.svelte";
import { useShell } from "./security";

useShell();
beforeEach(() => {
  sheet.open = false;
  render(Desk);
});
afterEach(() => language.choose("ko"));

const focused = () => {
  const pane = document.activeElement?.closest("nav, main, aside");
  return pane?.tagName ?? null;
};

test("F1 opens the sheet with every shortcut of the desk, Escape closes it and the focus goes back", async () => {
  const opener = screen.getByTestId("shortcuts-button");
  opener.focus();
  await fireEvent.keyDown(document.body, { key: "F1", code: "F1" });
  const dialog = screen.getByTestId("shortcut-sheet");
  for (const { does } of GLOBAL) expect(within(dialog).getByText(words.finding.shortcuts.does[does])).toBeTruthy();
  await fireEvent.keyDown(document.activeElement!, { key: "Escape" });
  expect(screen.queryByTestId("shortcut-sheet")).toBeNull();
  expect(document.activeElement).toBe(opener);
});

test("the open sheet follows the language", async () => {
  sheet.open = true;
  await tick();
  const firsts = () => [screen.getByTestId("shortcut-sheet").querySelector("h3")!.textContent, screen.getByTestId("shortcut-sheet").querySelector("dd")!.textContent];
  expect(firsts()).toEqual(["어디서나", "새 대화를 시작합니다"]);
  language.choose("en");
  await tick();
  expect(firsts()).toEqual(["Anywhere", "Start a new conversation"]);
});

test("the button opens it too", async () => {
  await userEvent.click(screen.getByTestId("shortcuts-button"));
  expect(screen.getByTestId("shortcut-sheet")).toBeTruthy();
});

test("F6 goes round the parts of the window", async () => {
  screen.getByTestId("question").focus();
  const round: (string | null)[] = [];
  for (let step = 0; step < 3; step += 1) {
    await fireEvent.keyDown(document.activeElement!, { key: "F6", code: "F6" });
    round.push(focused());
  }
  expect(round).toEqual(["ASIDE", "NAV", "MAIN"]);
  expect(document.activeElement).toBe(screen.getByTestId("question"));
});

test("Ctrl+N begins a conversation whatever the input method, but not behind a dialog", async () => {
  app.current = 1;
  sheet.open = true;
  await tick();
  await fireEvent.keyDown(document.body, { key: "n", code: "KeyN", ctrlKey: true });
  expect(app.current).toBe(1);
  sheet.open = false;
  await tick();
  await fireEvent.keyDown(document.body, { key: "ㅜ", code: "KeyN", ctrlKey: true });
  expect(app.current).toBeNull();
});

test("no two shortcuts have the same keys, and a letter without Ctrl is typed", async () => {
  expect(new Set(GLOBAL.map(({ keys }) => keys)).size).toBe(GLOBAL.length);
  app.current = 1;
  await fireEvent.keyDown(document.body, { key: "n", code: "KeyN" });
  expect(app.current).toBe(1);
});
