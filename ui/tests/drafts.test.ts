import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Composer from "../src/components/Composer.svelte";
import { App, app } from "../src/lib/app.svelte";
import type { AskEvent, Draft, Failure } from "../src/lib/contract";
import { SAVE_MS } from "../src/lib/drafts.svelte";
import { GateState } from "../src/lib/gate.svelte";
import { unsaved } from "../src/lib/turn";
import { status } from "./samples";

type Saved = [number | null, string];

/** What the vault keeps, what was saved into it in order, and how the shell behaves. */
let kept: Draft[];
let saved: Saved[];
let order: string[];
let slow: Promise<void>;
let refusal: Failure | null;
let questions: { send: (event: AskEvent) => void; fail: (failure: Failure) => void }[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  clearMocks();
  localStorage.clear();
  kept = [];
  saved = [];
  order = [];
  slow = Promise.resolve();
  refusal = null;
  questions = [];
  mockIPC(
    async (command, args) => {
      order.push(command);
      if (command === "drafts") return kept;
      if (command === "conversations" || command === "folders") return [];
      if (command === "conversation") return { id: (args as { id: number }).id, messages: [] };
      if (command === "status") return status();
      if (command === "save_draft") {
        const { conversationId, text } = args as { conversationId: number | null; text: string };
        await slow;
        if (refusal) throw refusal;
        order.push("saved");
        saved.push([conversationId, text]);
      }
      if (command === "ask") {
        const { events } = args as { events: { onmessage: (event: AskEvent) => void } };
        return new Promise((_, fail) => questions.push({ send: (event) => events.onmessage(event), fail }));
      }
    },
    { shouldMockEvents: true },
  );
  app.drafts.clear();
  Object.assign(app, { turn: null, current: null, documents: [], conversations: [], toasts: [], status: status() });
});

afterEach(() => void vi.useRealTimers());

const user = userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTime(ms) });
const field = () => screen.getByTestId<HTMLTextAreaElement>("question");
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const told = () => app.toasts.map(({ failure }) => failure?.code);
const everythingStored = () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);
const full: Failure = { code: "disk_full", message: "디스크에 자리가 없습니다. 파일을 정리해 주십시오.", detail: "" };

test("an unsent question is kept by the vault, and stored nowhere in the window", async () => {
  const stored = vi.spyOn(Storage.prototype, "setItem");
  render(Composer);
  await user.type(field(), "인사 발령의 까닭은 무엇입니까?");
  await pass(SAVE_MS);
  expect(saved.at(-1)).toEqual([null, "인사 발령의 까닭은 무엇입니까?"]);
  expect(stored).not.toHaveBeenCalled();
  expect(everythingStored()).not.toContain("인사 발령");
});

test("it is saved half a second after a change, and not at each letter", async () => {
  render(Composer);
  await fireEvent.input(field(), { target: { value: "연" } });
  await fireEvent.input(field(), { target: { value: "연가" } });
  await pass(SAVE_MS - 1);
  expect(saved).toEqual([]);
  await pass(1);
  expect(saved).toEqual([[null, "연가"]]);
});

test("who types without a pause has it saved all the same", async () => {
  for (let typed = 1; typed <= 30; typed += 1) {
    app.drafts.keep(null, "가".repeat(typed));
    await pass(SAVE_MS / 5);
  }
  expect(saved.length).toBe(6);
});

test.each<[string, () => Promise<unknown>]>([
  ["the field is left", () => fireEvent.blur(field())],
  ["another conversation is opened", () => app.openConversation(8)],
])("it is saved at once when %s", async (_, leave) => {
  render(Composer);
  app.current = 7;
  await tick();
  await fireEvent.input(field(), { target: { value: "출장비는" } });
  await leave();
  await pass(0);
  expect(saved).toEqual([[7, "출장비는"]]);
});

test("it is saved at once when the window goes", async () => {
  const desk = new App();
  const stop = desk.start();
  desk.drafts.keep(null, "출장비는");
  window.dispatchEvent(new Event("pagehide"));
  await pass(0);
  expect(saved).toEqual([[null, "출장비는"]]);
  stop();
});

test("it is saved before the lock", async () => {
  const gate = new GateState(() => {});
  const stop = gate.beforeLock(() => app.drafts.save());
  app.drafts.keep(7, "잠그기 전에");
  await gate.lock();
  expect(order).toEqual(["save_draft", "saved", "lock"]);
  stop();
  app.drafts.keep(7, "더는 아님");
  await gate.lock();
  expect(order.at(-1)).toBe("lock");
  expect(saved.length).toBe(1);
});

test.each<[string, () => void]>([
  ["takes too long", () => (slow = new Promise(() => {}))],
  ["is refused", () => (refusal = full)],
])("a save that %s does not keep the program open", async (_, hinder) => {
  hinder();
  const { drafts } = new App();
  const gate = new GateState(() => {});
  gate.beforeLock(() => drafts.save());
  drafts.keep(null, "저장되지 않는 글");
  const locking = gate.lock();
  await pass(2000);
  await locking;
  expect(order.at(-1)).toBe("lock");
});

test("after a restart each conversation has what was typed in it", async () => {
  kept = [
    { conversation_id: null, text: "새 대화의 글" },
    { conversation_id: 7, text: "일곱째의 글" },
  ];
  const stop = app.start();
  await pass(0);
  render(Composer);
  expect(field().value).toBe("새 대화의 글");
  app.current = 7;
  await tick();
  expect(field().value).toBe("일곱째의 글");
  expect(saved).toEqual([]);
  stop();
});

test("what is typed before the kept text comes goes on from it", async () => {
  kept = [{ conversation_id: null, text: "어제 쓴 글" }];
  app.drafts.keep(null, "오늘 쓴 글");
  await app.drafts.load();
  await pass(SAVE_MS);
  expect(app.drafts.of(null)).toBe("어제 쓴 글\n오늘 쓴 글");
  expect(saved).toEqual([[null, "어제 쓴 글\n오늘 쓴 글"]]);
});

test("each conversation has its own, and keeps it", async () => {
  render(Composer);
  await user.type(field(), "새 대화의 글");
  app.current = 7;
  await tick();
  expect(field().value).toBe("");
  await user.type(field(), "일곱째의 글");
  app.current = null;
  await tick();
  expect(field().value).toBe("새 대화의 글");
  app.current = 7;
  await tick();
  expect(field().value).toBe("일곱째의 글");
});

test("a text that was deleted is kept no longer", async () => {
  app.drafts.keep(7, "지울 글");
  await app.drafts.save();
  app.drafts.keep(7, "");
  await app.drafts.save();
  expect(saved).toEqual([[7, "지울 글"], [7, ""]]);
});

// Sending

const started = (id: number): AskEvent => ({ type: "started", conversation_id: id, question: unsaved(1, "user", "연가는 며칠입니까?") });

test("a sent question is a draft no more, and nothing is saved behind it", async () => {
  render(Composer);
  await user.type(field(), "연가는 며칠입니까?{Enter}");
  expect(field().value).toBe("");
  questions[0]!.send(started(7));
  await pass(SAVE_MS * 2);
  // The shell takes away what it kept.
  expect(saved).toEqual([]);
});

test("a question waits for a save that is on its way: the older text must not come after it", async () => {
  let through = () => {};
  slow = new Promise((done) => (through = done));
  app.drafts.keep(null, "연가는 며칠");
  void app.drafts.save();
  app.drafts.keep(null, "연가는 며칠입니까?");
  void app.ask("연가는 며칠입니까?");
  await pass(0);
  expect(order).toEqual(["save_draft"]);
  through();
  await pass(0);
  expect(order.slice(0, 3)).toEqual(["save_draft", "saved", "ask"]);
});

test("a question that could not be sent is there again, before what was typed since", async () => {
  render(Composer);
  await user.type(field(), "연가는 며칠입니까?{Enter}");
  await user.type(field(), "병가는?");
  questions[0]!.fail(full);
  await pass(SAVE_MS);
  expect(field().value).toBe("연가는 며칠입니까?\n병가는?");
  expect(app.messages).toEqual([]);
  expect(told()).toEqual(["disk_full"]);
  expect(saved.at(-1)).toEqual([null, "연가는 며칠입니까?\n병가는?"]);
});

test("what is typed while a new conversation is being saved goes on in it", async () => {
  render(Composer);
  await user.type(field(), "연가는 며칠입니까?{Enter}");
  await user.type(field(), "그럼 병가는");
  questions[0]!.send(started(7));
  await tick();
  expect(app.current).toBe(7);
  expect(field().value).toBe("그럼 병가는");
  await pass(SAVE_MS);
  expect(app.drafts.of(null)).toBe("");
  expect(saved.at(-1)).toEqual([7, "그럼 병가는"]);
});

test("an example that is asked takes nothing of what was typed", async () => {
  app.drafts.keep(null, "쓰던 글");
  await app.drafts.save();
  void app.ask("예시 질문");
  await pass(0);
  questions[0]!.send(started(7));
  await pass(SAVE_MS);
  expect(app.drafts.of(7)).toBe("쓰던 글");
  expect(saved.at(-1)).toEqual([7, "쓰던 글"]);
});

// What goes wrong

test("a refusal is told once, and tried again with the next change", async () => {
  refusal = full;
  for (const text of ["연", "연가", "연가는"]) {
    app.drafts.keep(null, text);
    await pass(SAVE_MS);
  }
  expect(told()).toEqual(["disk_full"]);
  expect(saved).toEqual([]);
  refusal = null;
  app.drafts.keep(7, "다른 대화");
  await pass(SAVE_MS);
  expect(saved).toEqual(expect.arrayContaining([[null, "연가는"], [7, "다른 대화"]]));
});

test("the draft of a conversation that is deleted for good is not saved any more", async () => {
  app.drafts.keep(7, "아직 보내지 않은 글");
  await app.forgetConversation(7);
  await pass(SAVE_MS * 2);
  expect(saved).toEqual([]);
});

test("drafts are dropped with the desk when it is locked, and not saved into what is closed", async () => {
  const locked = new App();
  const stop = locked.start();
  await pass(0);
  locked.drafts.keep(null, "새 대화의 글");
  locked.drafts.keep(7, "일곱째의 글");
  stop();
  await pass(SAVE_MS * 2);
  expect([locked.drafts.of(null), locked.drafts.of(7)]).toEqual(["", ""]);
  expect(saved).toEqual([]);
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
