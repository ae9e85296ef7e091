import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import EngineFooter from "../src/components/EngineFooter.svelte";
import EngineNotices from "../src/components/EngineNotices.svelte";
import Desk from "../src/Desk.svelte";
import { app } from "../src/lib/app.svelte";
import type { Budget, Failure, ModelInfo } from "../src/lib/contract";
import { begin, unsaved } from "../src/lib/turn";
import { document, ingest, model, status } from "./samples";

let calls: [string, Record<string, unknown>][];
let budget: Budget | null;

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  calls = [];
  budget = null;
  mockIPC(
    (command, args) => {
      calls.push([command, args as Record<string, unknown>]);
      if (command === "status") return status();
      if (command === "plugin:dialog|open") return "/models/picked.gguf";
      if (command === "documents") return [document()];
      if (command === "expect_question") return budget;
      if (command === "ingest_status") return ingest({ state: "idle", files_total: 0 });
      if (["conversations", "folders", "drafts", "collections", "watched_folders"].includes(command)) return [];
    },
    { shouldMockEvents: true },
  );
  Object.assign(app, { turn: null, current: null, documents: [], conversations: [], toasts: [], status: status() });
});

const withModel = (more: Partial<ModelInfo>) => {
  const ready = status();
  app.status = { ...ready, engine: { ...ready.engine, model: model(more) } };
};

const rows = () => {
  const [names, values] = ["dt", "dd"].map((tag) => [...screen.getByTestId("engine-details").querySelectorAll(tag)].map((each) => each.textContent));
  return Object.fromEntries(names!.map((name, index) => [name, values![index]]));
};

test("the status says on what the model runs and what it takes", () => {
  withModel({ device: "NVIDIA RTX A2000", gpu_layers: 12, kv_type: "q8_0", context_tokens: 8192 });
  render(EngineFooter);
  expect(rows()).toEqual({
    장치: "NVIDIA RTX A2000",
    "GPU에 올린 층": "12/29",
    "CPU 최적화": "haswell",
    스레드: "4개",
    맥락: "8,192토큰",
    "KV 캐시 형식": "q8_0",
    메모리: "약 1.3GB",
  });
});

test("what is not known of it is left out", () => {
  withModel({ variant: "", layers: 0, kv_type: "", memory_bytes: 0 });
  render(EngineFooter);
  expect(rows()).toEqual({ 장치: "CPU", 스레드: "4개", 맥락: "4,096토큰" });
});

const gaveUp: Failure = { code: "gpu_given_up", message: "GPU를 쓰지 못하여 CPU로 답합니다.", detail: "vkCreateDevice: -4" };
const unfit: Failure = { code: "draft_model_unfit", message: "보조 모델 없이 답변합니다.", detail: "" };
const shorter: Failure = { code: "context_shortened", message: "메모리가 모자라 한 번에 읽는 분량을 줄였습니다.", detail: "4096 of 8192" };

test("quick answers are the person's choice, and what is kept is shown", async () => {
  withModel({});
  render(EngineFooter);
  const box = screen.getByTestId<HTMLInputElement>("quick-answers");
  expect(box.checked).toBe(false);
  expect(screen.getByRole("switch", { name: "빠른 답변", description: /틀리거나 찾지 못하는 답이 늘어납니다/ })).toBe(box);
  await userEvent.click(box);
  expect(calls).toContainEqual(["set_quick_answers", { quick: true }]);
  // The shell said nothing of it, so it is not kept.
  expect(box.checked).toBe(false);
  app.status = { ...app.status!, quick_answers: true };
  await tick();
  expect(box.checked).toBe(true);
});

test("a draft model is chosen, changed and left, and it is said whether it is used", async () => {
  withModel({});
  render(EngineFooter);
  const state = () => screen.getByTestId("draft-model").dataset["state"];
  expect(state()).toBe("none");
  expect(screen.getByRole("button", { name: "보조 모델 고르기", description: /답의 질은 그대로입니다/ })).toBeTruthy();
  await userEvent.click(screen.getByTestId("draft-choose"));
  expect(calls).toContainEqual(["choose_draft_model", { path: "/models/picked.gguf" }]);

  withModel({ draft: "Qwen2.5 0.5B" });
  app.status = { ...app.status!, draft_model: "/models/small.gguf" };
  await tick();
  expect(state()).toBe("used");
  expect(screen.getByText("보조 모델 small.gguf")).toBeTruthy();
  expect(rows()["보조 모델"]).toBe("Qwen2.5 0.5B");

  withModel({ notices: [unfit] });
  app.status = { ...app.status!, draft_model: "/models/small.gguf" };
  await tick();
  expect(state()).toBe("idle");
  expect(screen.getByText("지금은 쓰지 않고 있습니다.")).toBeTruthy();
  await userEvent.click(screen.getByLabelText("보조 모델 메뉴"));
  await userEvent.click(screen.getByTestId("draft-off"));
  expect(calls).toContainEqual(["choose_draft_model", { path: null }]);
});

test("what the person should know of how the model was loaded is told until it is dismissed", async () => {
  withModel({ notices: [gaveUp, shorter] });
  render(EngineNotices);
  const shown = () => screen.queryAllByTestId("engine-notice").map(({ dataset }) => dataset["code"]);
  expect(shown()).toEqual(["gpu_given_up", "context_shortened"]);
  const first = screen.getAllByTestId("engine-notice")[0]!;
  expect(within(first).getByText(gaveUp.message)).toBeTruthy();
  await userEvent.click(within(first).getByText("자세히"));
  expect(within(first).getByText("vkCreateDevice: -4 (gpu_given_up)")).toBeTruthy();
  await userEvent.click(within(first).getByLabelText("알림 닫기"));
  expect(shown()).toEqual(["context_shortened"]);
  // The same model, loaded again.
  withModel({ notices: [gaveUp, shorter, shorter] });
  await tick();
  expect(shown()).toEqual(["context_shortened"]);
  withModel({ notices: [{ ...gaveUp, detail: "device lost" }] });
  await tick();
  expect(shown()).toEqual(["gpu_given_up"]);
});

const expected = () => calls.filter(([command]) => command === "expect_question").map(([, args]) => args);

test("what may be asked is told once the choice has settled, and again when an answer has ended", async () => {
  app.documents = [document()];
  render(Desk);
  await vi.waitFor(() => expect(expected()).toEqual([{ conversationId: null, documentIds: [1] }]), { timeout: 3000 });
  app.documents = [document(), document({ id: 2 })];
  await tick();
  app.documents = [document(), document({ id: 2 }), document({ id: 3, state: "reading" })];
  await vi.waitFor(() => expect(expected().at(-1)).toEqual({ conversationId: null, documentIds: [1, 2] }), { timeout: 3000 });
  expect(expected()).toHaveLength(2);
  app.turn = begin(null, unsaved(-1, "user", "연가는 며칠입니까?"), [1, 2]);
  await tick();
  app.current = 7;
  await tick();
  app.turn = null;
  await vi.waitFor(() => expect(expected().at(-1)).toEqual({ conversationId: 7, documentIds: [1, 2] }), { timeout: 3000 });
  expect(expected()).toHaveLength(3);
});

test("how the next question shares out the context is told, with the question as it is typed", async () => {
  app.documents = [document()];
  budget = { history: 300, evidence: 750, answer: 640, tokens_per_character: 0.5 };
  render(Desk);
  const line = await screen.findByTestId("token-budget", {}, { timeout: 3000 });
  const said = () => line.textContent!.replaceAll(/\s+/g, " ");
  expect(said()).toContain("맥락 약 1,690/4,096토큰 (자료 750 · 앞선 대화 300 · 답변 640)");
  await userEvent.type(screen.getByTestId("question"), "연가는 며칠?");
  expect(said()).toContain("맥락 약 1,694/4,096토큰 (자료 750 · 앞선 대화 300 · 질문 4 · 답변 640)");
  expect(line.dataset["over"]).toBe("false");
});

test("a conversation that no longer fits is told before its oldest part is left out", async () => {
  budget = { history: 4000, evidence: 0, answer: 640, tokens_per_character: 0.5 };
  render(Desk);
  const line = await screen.findByTestId("token-budget", {}, { timeout: 3000 });
  await vi.waitFor(() => expect(line.dataset["over"]).toBe("true"));
  expect(within(line).getByText("앞선 대화를 오래된 것부터 빼고 답합니다.")).toBeTruthy();
});
