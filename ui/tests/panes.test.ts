import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import Desk from "../src/Desk.svelte";
import { app } from "../src/lib/app.svelte";
import { pane } from "../src/lib/pane.svelte";
import { citation, document as row } from "./samples";
import { useShell } from "./security";

useShell(() => ({
  source: () => ({ document: row(), page: 3, section: 1, heading_path: [], blocks: [] }),
  conversation: () => ({ id: 7, title: "연가", updated_at: 0, grade: null, messages: [] }),
}));

beforeEach(() => {
  pane.show("chat");
  render(Desk);
});

const shown = () => document.documentElement.dataset.pane;

test("a narrow window shows the part that is chosen, and says which it is", async () => {
  for (const part of ["list", "side", "chat"]) {
    await userEvent.click(screen.getByTestId(`pane-${part}`));
    expect(shown()).toBe(part);
    expect(screen.getByTestId(`pane-${part}`).getAttribute("aria-pressed")).toBe("true");
  }
});

test("a source that is opened is shown, and what it was opened from when it is closed", async () => {
  await app.openSource(citation(), screen.getByTestId("question"));
  expect(shown()).toBe("side");
  app.closeSource();
  expect(shown()).toBe("chat");
  expect(document.activeElement).toBe(screen.getByTestId("question"));
});

test("a conversation that is chosen is shown, the one that was open too", async () => {
  for (const id of [7, 7]) {
    pane.show("list");
    await app.openConversation(id);
    expect(shown()).toBe("chat");
  }
});

test("documents that an event leads to are shown", () => {
  app.showDocuments("failed");
  expect(shown()).toBe("side");
});

test("F6 shows the part that it gives the focus to", async () => {
  screen.getByTestId("question").focus();
  const round: (string | undefined)[] = [];
  for (let step = 0; step < 3; step += 1) {
    await fireEvent.keyDown(document.activeElement!, { key: "F6", code: "F6" });
    round.push(shown());
  }
  expect(round).toEqual(["side", "list", "chat"]);
});

test("what a browser reports of an observer that waits for the next frame is told to nobody; a failure is", () => {
  const report = (message: string) => window.dispatchEvent(new ErrorEvent("error", { message }));
  report("ResizeObserver loop completed with undelivered notifications.");
  expect(app.toasts).toEqual([]);
  report("undefined is not a function");
  expect(app.toasts).toHaveLength(1);
});
