import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { beforeEach, expect, test, vi } from "vitest";
import { App } from "../src/lib/app.svelte";
import type { AskEvent, Message } from "../src/lib/contract";
import { withSources } from "../src/lib/format";
import { advance, begin, unsaved } from "../src/lib/turn";
import { answer, citation, conversation, document } from "./samples";

const question: Message = { ...unsaved(1, "user", "연가는 며칠입니까?") };
const started: AskEvent = { type: "started", conversation_id: 7, question };

interface Asked {
  args: { conversationId: number | null; question: string; documentIds: number[] };
  send: (event: AskEvent) => void;
  finish: () => void;
  fail: (failure: unknown) => void;
}

let asked: Asked[];
let calls: [string, unknown][];
let saved: Message[];

beforeEach(() => {
  localStorage.clear();
  clearMocks();
  asked = [];
  calls = [];
  saved = [];
  mockIPC((command, args) => {
    calls.push([command, args]);
    if (command === "ask") {
      const { events, ...rest } = args as Asked["args"] & { events: { onmessage: (event: AskEvent) => void } };
      return new Promise((resolve, reject) =>
        asked.push({ args: rest, send: (event) => events.onmessage(event), finish: () => resolve(null), fail: reject }),
      );
    }
    if (command === "conversations") return [conversation()];
    if (command === "conversation") return { ...conversation(), messages: saved };
    if (command === "documents") return [document()];
  });
});

const settled = () => vi.waitFor(() => expect(calls.at(-1)![0]).toBe("conversations"));

test("events build up a turn", () => {
  const events: AskEvent[] = [
    started,
    { type: "searching" },
    { type: "prefill", done: 320, total: 640 },
    { type: "token", text: "연가는 " },
    { type: "token", text: "15일입니다." },
  ];
  const turn = events.reduce(advance, begin(null, unsaved(-1, "user", "연가는 며칠입니까?"), [1]));
  expect(turn).toEqual({
    conversation: 7,
    question,
    instead: null,
    asked: [1],
    phase: "answering",
    rewritten: null,
    reading: { done: 0, total: 0 },
    prefill: { done: 320, total: 640 },
    thought: "",
    text: "연가는 15일입니다.",
    answer: null,
  });
  expect(advance(turn, { type: "done", message: answer() })).toMatchObject({ phase: "done", answer: answer() });
});

test("the saved answer replaces what was streamed", async () => {
  const app = new App();
  app.documents = [document(), document({ id: 2, state: "reading" })];
  const asking = app.ask("연가는 며칠입니까?");
  expect(asked[0]!.args).toEqual({ conversationId: null, question: "연가는 며칠입니까?", documentIds: [1] });
  expect(app.messages.map(({ text }) => text)).toEqual(["연가는 며칠입니까?"]);
  asked[0]!.send(started);
  expect(app.current).toBe(7);
  asked[0]!.send({ type: "token", text: "연가는" });
  expect(app.live!.text).toBe("연가는");
  asked[0]!.send({ type: "done", message: answer() });
  asked[0]!.finish();
  await asking;
  expect(app.turn).toBeNull();
  expect(app.messages).toEqual([question, answer()]);
});

test("a second question waits for the first", async () => {
  const app = new App();
  void app.ask("하나");
  void app.ask("둘");
  expect(asked.length).toBe(1);
});

test("a turn goes on behind another conversation and comes back with it", async () => {
  const app = new App();
  void app.ask("연가는 며칠입니까?");
  asked[0]!.send(started);
  await app.openConversation(null);
  expect(app.live).toBeNull();
  expect(app.messages).toEqual([]);
  asked[0]!.send({ type: "token", text: "15일" });
  saved = [question];
  await app.openConversation(7);
  expect(app.live!.text).toBe("15일");
  expect(app.messages).toEqual([question]);
  asked[0]!.send({ type: "done", message: answer() });
  expect(app.messages).toEqual([question, answer()]);
});

test("a failed question keeps what was there and says why", async () => {
  const app = new App();
  const failure = { code: "engine_lost", message: "모델이 멈췄습니다. 다시 물어 주십시오.", detail: "" };
  const asking = app.ask("연가는 며칠입니까?");
  asked[0]!.send(started);
  asked[0]!.send({ type: "token", text: "연가는" });
  asked[0]!.fail(failure);
  await asking;
  expect(app.messages.at(-1)).toMatchObject({ role: "assistant", state: "failed", text: "연가는", failure });
  expect(app.turn).toBeNull();
});

test("a reply that overtakes the last event costs nothing", async () => {
  const app = new App();
  const asking = app.ask("연가는 며칠입니까?");
  asked[0]!.send(started);
  saved = [question, answer()];
  asked[0]!.finish();
  await asking;
  expect(app.messages).toEqual([question, answer()]);
  asked[0]!.send({ type: "done", message: answer() });
  expect(app.messages.length).toBe(2);
});

test("stopping asks once and lasts until the turn ends", async () => {
  const app = new App();
  void app.ask("연가는 며칠입니까?");
  asked[0]!.send(started);
  await app.stop();
  await app.stop();
  expect(calls.filter(([command]) => command === "stop").length).toBe(1);
  asked[0]!.send({ type: "done", message: answer({ state: "stopped" }) });
  expect(app.stopping).toBe(false);
  await settled();
});

test("the scope is every ready document but those taken out, and is remembered", () => {
  const app = new App();
  app.documents = [document(), document({ id: 2 }), document({ id: 3, state: "failed" })];
  expect(app.scope).toEqual([1, 2]);
  app.include([1], false);
  expect(app.scope).toEqual([2]);
  const reopened = new App();
  reopened.documents = [document(), document({ id: 2 }), document({ id: 4 })];
  expect(reopened.scope).toEqual([2, 4]);
});

test("a removal can be undone", async () => {
  const app = new App();
  app.documents = [document()];
  await app.removeDocument(document());
  expect(app.documents).toEqual([]);
  app.toasts[0]!.action!.run();
  await vi.waitFor(() => expect(app.documents).toEqual([document()]));
  expect(calls.map(([command]) => command)).toEqual(["remove_document", "restore_document", "documents"]);
});

test("an error that is no Failure is shown as one", async () => {
  mockIPC(() => Promise.reject("command retry_engine not found"));
  const app = new App();
  await app.retryEngine();
  expect(app.toasts[0]!.failure).toMatchObject({ code: "unexpected", detail: "command retry_engine not found" });
});

test("a copied answer carries its sources", () => {
  expect(withSources(answer({ citations: [citation()] }))).toBe(
    "연가는 15일입니다. [1]\n\n출처\n[1] 복무규정.hwpx, 3쪽 · 제3장 휴가 > 제15조(연가 일수)",
  );
  const doubtful = answer({ text: "연가는 21일입니다. [?]", citations: [] });
  expect(withSources(doubtful)).toBe("연가는 21일입니다. (근거 확인 필요)");
});
