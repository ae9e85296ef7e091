import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Composer from "../src/components/Composer.svelte";
import { App, app } from "../src/lib/app.svelte";
import { status } from "./samples";

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  mockIPC((command) => (command === "ask" ? new Promise(() => {}) : undefined), { shouldMockEvents: true });
  app.drafts.clear();
  Object.assign(app, { turn: null, current: null, documents: [], status: status() });
});

const field = () => screen.getByTestId<HTMLTextAreaElement>("question");
const everythingStored = () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);

test("an unsent question is stored nowhere", async () => {
  const stored = vi.spyOn(Storage.prototype, "setItem");
  render(Composer);
  await userEvent.type(field(), "인사 발령의 까닭은 무엇입니까?");
  app.current = 7;
  await tick();
  await userEvent.type(field(), "다른 대화의 글");
  expect(stored).not.toHaveBeenCalled();
  expect(everythingStored()).not.toMatch(/인사 발령|다른 대화/);
});

test("each conversation has its own, and keeps it", async () => {
  render(Composer);
  await userEvent.type(field(), "새 대화의 글");
  app.current = 7;
  await tick();
  expect(field().value).toBe("");
  await userEvent.type(field(), "일곱째의 글");
  app.current = null;
  await tick();
  expect(field().value).toBe("새 대화의 글");
  app.current = 7;
  await tick();
  expect(field().value).toBe("일곱째의 글");
});

test("a sent question is a draft no more", async () => {
  render(Composer);
  await userEvent.type(field(), "연가는 며칠입니까?{Enter}");
  expect(app.drafts.of(null)).toBe("");
});

test("drafts are dropped with the desk when it is locked", () => {
  const locked = new App();
  const stop = locked.start();
  locked.drafts.keep(null, "새 대화의 글");
  locked.drafts.keep(7, "일곱째의 글");
  stop();
  expect([locked.drafts.of(null), locked.drafts.of(7)]).toEqual(["", ""]);
});

test("what earlier versions stored is gone when the window opens, and nothing else is", () => {
  for (const [key, value] of [
    ["naratmal.draft.new", '"새 대화의 글"'],
    ["naratmal.draft.7", '"일곱째의 글"'],
    ["naratmal.panes", "{}"],
    ["other.draft.7", "1"],
  ] as const) localStorage.setItem(key, value);
  new App();
  expect(Object.keys(localStorage).sort()).toEqual(["naratmal.panes", "other.draft.7"]);
});
