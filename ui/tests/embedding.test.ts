import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Sidebar from "../src/components/Sidebar.svelte";
import { app } from "../src/lib/app.svelte";
import type { EmbeddingStatus } from "../src/lib/contract";
import { embedding, ingest, status } from "./samples";

let calls: [string, Record<string, unknown>][];
/** What the person picks in the dialog. */
let picked: string | null;

const MODEL = "/models/bge-m3.gguf";
const failure = { code: "embedding_model", message: "의미 검색에 쓸 수 없는 모델입니다. 다른 모델을 골라 주십시오.", detail: "pooling" };

beforeEach(() => {
  clearMocks();
  calls = [];
  picked = "/models/e5.gguf";
  mockIPC((command, args) => {
    calls.push([command, args as Record<string, unknown>]);
    if (command === "plugin:dialog|open") return picked;
  });
  const resting = ingest({ state: "idle", files_total: 0 });
  Object.assign(app, { turn: null, conversations: [], toasts: [], ingest: resting, status: status() });
});

const state = () => screen.getByTestId("embedding-state");
const bar = () => state().querySelector("progress");
const chosen = () => calls.filter(([command]) => command === "choose_embedding_model").map(([, args]) => args);

function shown(more: Partial<EmbeddingStatus>) {
  app.status = { ...status(), embedding: embedding(more) };
  render(Sidebar);
}

test("without a model it says how documents are found, and a model can be chosen", async () => {
  shown({});
  expect(state().textContent).toContain("의미 검색 모델이 없어 낱말로만 찾습니다.");
  await userEvent.click(screen.getByText("의미 검색 모델 고르기"));
  await vi.waitFor(() => expect(chosen()).toEqual([{ path: "/models/e5.gguf" }]));
  expect(calls[0]![1]).toMatchObject({ options: { title: "의미 검색에 쓸 모델", filters: [{ extensions: ["gguf"] }] } });
});

test("a dialog that is closed chooses nothing", async () => {
  picked = null;
  shown({});
  await userEvent.click(screen.getByText("의미 검색 모델 고르기"));
  await tick();
  expect(chosen()).toEqual([]);
});

test.each<[Partial<EmbeddingStatus>, string, string | null | undefined]>([
  [{ state: "loading", model: MODEL }, "의미 검색 모델을 불러오는 중", null],
  [{ state: "ready", model: MODEL, embedded: 1240, total: 5000 }, "의미 색인 1,240 / 5,000", "1240"],
  [{ state: "ready", model: MODEL, embedded: 5000, total: 5000 }, "의미 검색 사용 중", undefined],
  [{ state: "ready", model: MODEL }, "의미 검색 사용 중", undefined],
])("it tells how far it is, and is quiet when done: %j", (more, text, value) => {
  shown(more);
  expect(state().querySelector("p")!.textContent).toBe(text);
  expect(bar()?.getAttribute("value")).toBe(value);
});

test("progress follows the status", async () => {
  shown({ state: "ready", model: MODEL, embedded: 10, total: 20 });
  app.status = { ...status(), embedding: embedding({ state: "ready", model: MODEL, embedded: 20, total: 20 }) };
  await tick();
  expect(bar()).toBeNull();
});

test.each([
  ["embedding-off", null],
  ["embedding-change", "/models/e5.gguf"],
])("a model in use can be changed or turned off: %s", async (choice, path) => {
  shown({ state: "ready", model: MODEL, embedded: 5, total: 5 });
  await userEvent.click(screen.getByLabelText("의미 검색 메뉴"));
  await userEvent.click(screen.getByTestId(choice));
  await vi.waitFor(() => expect(chosen()).toEqual([{ path }]));
});

test.each([
  ["다시 시도", MODEL],
  ["다른 모델 고르기", "/models/e5.gguf"],
  ["사용 안 함", null],
])("one that failed says why, and what can be done: %s", async (button, path) => {
  shown({ state: "failed", model: MODEL, failure });
  expect(screen.getByRole("alert").textContent).toBe(`${failure.message} (embedding_model)`);
  await userEvent.click(screen.getByText(button));
  await vi.waitFor(() => expect(chosen()).toEqual([{ path }]));
});

test("a choice that is refused says why", async () => {
  clearMocks();
  mockIPC((command) => {
    if (command === "plugin:dialog|open") return picked;
    throw failure;
  });
  shown({});
  await userEvent.click(screen.getByText("의미 검색 모델 고르기"));
  await vi.waitFor(() => expect(app.toasts[0]?.failure).toEqual(failure));
});
