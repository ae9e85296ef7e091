import { emit } from "@tauri-apps/api/event";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Desk from "../src/Desk.svelte";
import Toasts from "../src/components/Toasts.svelte";
import { app } from "../src/lib/app.svelte";
import type { CompareEvent, KnownModel, ModelRow, ModelsPage, ModelStep, ModelTrial } from "../src/lib/contract";
import { comparing, modelPage, testing, type Side, type Testing } from "../src/lib/modelpage.svelte";
import { called, refuse, shell, useShell } from "./security";

const trial = (more: Partial<ModelTrial> = {}): ModelTrial => ({
  at_ms: 0,
  prompt_tokens_per_s: 81.2,
  generate_tokens_per_s: 9.4,
  right: 9,
  asked: 12,
  questions: 12,
  device: "CPU",
  ...more,
});

const model = (more: Partial<ModelRow> = {}): ModelRow => ({
  path: "/models/qwen.gguf",
  file: "qwen.gguf",
  name: "Qwen2.5 1.5B Instruct",
  maker: "Alibaba Cloud (Qwen)",
  role: "chat",
  bytes: 1_117_320_768,
  in_folder: true,
  parameters: 1_543_714_304,
  quantisation: "Q4_K_M",
  license: "Apache-2.0",
  restricted: false,
  sovereign: false,
  context_length: 32768,
  memory_bytes: 1_932_735_283,
  fit: "now",
  sha256: "cc324af070c2ecbf".padEnd(64, "0"),
  trust: "catalog",
  used: "chat",
  trial: trial(),
  failure: null,
  ...more,
});

const exaone = (more: Partial<ModelRow> = {}) =>
  model({
    path: "/models/exaone.gguf",
    file: "exaone.gguf",
    name: "EXAONE 3.5 2.4B Instruct",
    maker: "LG AI연구원",
    license: "EXAONE AI Model License Agreement 1.1 - NC",
    restricted: true,
    fit: "alone",
    sha256: null,
    trust: "unchecked",
    used: null,
    trial: null,
    ...more,
  });

const known = (more: Partial<KnownModel> = {}): KnownModel => ({
  name: "Kanana 1.5 15.7B A3B Instruct",
  maker: "카카오",
  parameters: 15.7,
  active: 3,
  license: null,
  restricted: false,
  sovereign: true,
  memory_bytes: 10_000_000_000,
  fit: "never",
  ...more,
});

let page: ModelsPage;
/** What the shell still has to say before it answers. */
let answer: { resolve: (value: unknown) => void; reject: (error: unknown) => void; events: { onmessage: (message: unknown) => void } };
const waits = ({ events }: { events: (typeof answer)["events"] }) => new Promise((resolve, reject) => (answer = { resolve, reject, events }));

useShell(() => ({
  models: () => page,
  "plugin:dialog|open": () => ["/usb/new.gguf"],
  add_model: waits,
  check_model: waits,
  test_model: waits,
  compare_models: waits,
}));

beforeEach(() => {
  page = { folder: "/models", memory_free: 4 * 1024 ** 3, memory_all: 8 * 1024 ** 3, models: [model(), exaone()], known: [known(), known({ name: "Gemma 3 4B", license: "Gemma Terms of Use", sovereign: false })] };
  Object.assign(modelPage, { open: false, tab: "here", page: null, failure: null, reading: null, test: null, comparison: null });
});

async function open() {
  render(Desk);
  render(Toasts);
  await userEvent.click(screen.getByTestId("models-button"));
  await waitFor(() => expect(screen.queryByText("모델을 살펴보고 있습니다…")).toBeNull());
}

const row = (file: string) => screen.getAllByTestId("model-row").find(({ dataset }) => dataset.file === file)!;
const say = async (message: unknown) => {
  answer.events.onmessage(message);
  await tick();
};

async function choose(file: string, testid: string) {
  await userEvent.click(within(row(file)).getByTestId("model-menu"));
  await userEvent.click(screen.getByTestId(testid));
}

test("each model is listed with what is known of it, and what is not known is said", async () => {
  page.models[1] = exaone({ maker: null, license: null, quantisation: null });
  await open();
  const [first, second] = [row("qwen.gguf").textContent!, row("exaone.gguf").textContent!];
  for (const text of ["Alibaba Cloud (Qwen)", "답변에 사용 중", "라이선스 Apache-2.0", "1.5B", "Q4_K_M", "1.0GB", "약 1.8GB", "실행 가능", "읽기 81, 쓰기 9.4토큰/초", "12문항 중 9개 맞음", "목록과 일치", "cc324af0…"]) {
    expect(first).toContain(text);
  }
  for (const text of ["만든 곳 확인 필요", "라이선스 확인 필요", "양자화 확인 필요", "비상업·연구용", "메모리 부족", "재지 않음", "확인 전"]) {
    expect(second).toContain(text);
  }
  expect(screen.getByText("이 컴퓨터의 메모리 8.0GB 가운데 지금 4.0GB를 쓸 수 있습니다.")).toBeTruthy();
});

test("a folder without models says how one comes in", async () => {
  page.models = [];
  await open();
  expect(screen.getByTestId("models-empty").textContent).toContain("끌어다 놓거나 ‘모델 추가’를 누르십시오");
});

test("a damaged file keeps its row with the reason, and can only be checked and removed", async () => {
  page.models[1] = exaone({ failure: { code: "model_not_gguf", message: "GGUF 모델 파일이 아닙니다.", detail: "" }, parameters: 0 });
  await open();
  expect(row("exaone.gguf").textContent).toContain("GGUF 모델 파일이 아닙니다. (model_not_gguf)");
  await userEvent.click(within(row("exaone.gguf")).getByTestId("model-menu"));
  expect(screen.getAllByRole("menuitem").map(({ textContent }) => textContent!.trim())).toEqual(["파일 확인(SHA-256)", "삭제"]);
});

test("the page opens by Ctrl+M, closes by Escape, and its tabs are turned by the arrows", async () => {
  render(Desk);
  const button = screen.getByTestId("models-button");
  button.focus();
  await fireEvent.keyDown(button, { key: "ㅡ", code: "KeyM", ctrlKey: true });
  expect(document.activeElement).toBe(await screen.findByTestId("models-tab-here"));
  await userEvent.keyboard("{ArrowLeft}");
  expect(document.activeElement).toBe(screen.getByTestId("models-tab-known"));
  expect(screen.getByTestId("models-known")).toBeTruthy();
  await userEvent.keyboard("{Home}");
  expect(screen.getByTestId("models-here")).toBeTruthy();
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByTestId("models-dialog")).toBeNull();
  expect(document.activeElement).toBe(button);
});

test("a model is added with its progress, and stopping it is no failure", async () => {
  await open();
  await userEvent.click(screen.getByTestId("models-add"));
  await waitFor(() => expect(called("add_model")[0]).toMatchObject({ path: "/usb/new.gguf" }));
  await say({ done: 512 * 1024 ** 2, total: 1024 ** 3 });
  const reading = screen.getByTestId("model-reading");
  expect(reading.textContent).toContain("‘new.gguf’ 파일을 추가하고 있습니다.");
  expect(reading.textContent).toContain("512.0MB / 1.0GB");
  expect(within(reading).getByRole<HTMLProgressElement>("progressbar").position).toBe(0.5);
  await userEvent.click(screen.getByTestId("model-reading-stop"));
  expect(called("stop_adding_model")).toHaveLength(1);
  answer.reject({ code: "model_stopped", message: "중지했습니다. 모델 폴더는 그대로입니다.", detail: "" });
  await waitFor(() => expect(screen.queryByTestId("model-reading")).toBeNull());
  expect(screen.queryByTestId("models-failure")).toBeNull();
  expect(screen.getByText("중지했습니다. 모델 폴더는 그대로입니다.")).toBeTruthy();
});

test.each([
  ["none", "qwen.gguf"],
  ["ready", null],
  ["failed", null],
] as const)("with an engine that is %s, the model that came in is used: %s", async (state, used) => {
  shell.answers["add_model"] = () => null;
  await open();
  await emit("status", { ...app.status, engine: { state, model: null, failure: null } });
  await userEvent.click(screen.getByTestId("models-add"));
  await waitFor(() => expect(screen.getByText("‘new.gguf’ 모델을 추가했습니다.")).toBeTruthy());
  await tick();
  expect(called("choose_model").map(({ path }) => path)).toEqual(used === null ? [] : [`/models/${used}`]);
});

test("where nothing came in, nothing is taken into use", async () => {
  shell.answers["add_model"] = refuse("disk_full", "디스크에 5.0 GiB가 필요합니다.");
  shell.answers["check_model"] = () => null;
  await open();
  await emit("status", { ...app.status, engine: { state: "none", model: null, failure: null } });
  await userEvent.click(screen.getByTestId("models-add"));
  await waitFor(() => expect(screen.getByTestId("models-failure").textContent).toContain("5.0 GiB"));
  await choose("qwen.gguf", "model-check");
  await waitFor(() => expect(called("check_model")).toHaveLength(1));
  await waitFor(() => expect(screen.queryByTestId("model-reading")).toBeNull());
  expect(called("choose_model")).toEqual([]);
});

test("what is refused is told where it was asked, and stays while the list is read again", async () => {
  shell.answers["add_model"] = refuse("disk_full", "디스크에 5.0 GiB가 필요한데 1.0 GiB만 남아 있습니다.");
  await open();
  await userEvent.click(screen.getByTestId("models-add"));
  await waitFor(() => expect(screen.getByTestId("models-failure").textContent).toContain("1.0 GiB만 남아 있습니다."));
  await waitFor(() => expect(screen.queryByTestId("model-reading")).toBeNull());
  expect(screen.getByTestId("models-failure").textContent).toContain("disk_full");
});

test("dropped models are added one after the other wherever the desk is, and other files are documents as ever", async () => {
  shell.answers["add_model"] = () => undefined;
  render(Desk);
  await tick();
  await emit("tauri://drag-drop", { paths: ["/usb/a.gguf", "/docs/지침.hwpx", "/usb/B.GGUF"] });
  await waitFor(() => expect(called("add_model").map(({ path }) => path)).toEqual(["/usb/a.gguf", "/usb/B.GGUF"]));
  expect(called("add_documents").map(({ paths }) => paths)).toEqual([["/docs/지침.hwpx"]]);
  expect(screen.getByTestId("models-dialog")).toBeTruthy();
});

test("a bundle of models is dropped as a model is, and it is said that all of it came in", async () => {
  shell.answers["add_model"] = () => undefined;
  render(Desk);
  render(Toasts);
  await tick();
  await emit("tauri://drag-drop", { paths: ["/usb/2026년.naratmal-models"] });
  await waitFor(() => expect(called("add_model").map(({ path }) => path)).toEqual(["/usb/2026년.naratmal-models"]));
  expect(called("add_documents")).toHaveLength(0);
  expect(await screen.findByText("‘2026년.naratmal-models’ 묶음에 든 모델을 모두 추가했습니다.")).toBeTruthy();
});

test("what is dropped on the open page is taken for a model, whatever it is called", async () => {
  shell.answers["add_model"] = refuse("model_not_gguf", "GGUF 모델 파일이 아닙니다.");
  await open();
  await emit("tauri://drag-enter", {});
  expect(screen.getByTestId("drop-overlay").textContent).toContain("여기에 놓으면 모델로 추가합니다");
  await emit("tauri://drag-drop", { paths: ["/docs/지침.hwpx"] });
  await waitFor(() => expect(screen.getByTestId("models-failure").textContent).toContain("model_not_gguf"));
  expect(called("add_documents")).toEqual([]);
});

test("a test shows how far it has come, then speed and score with every answer", async () => {
  await open();
  await choose("exaone.gguf", "model-try");
  await waitFor(() => expect(called("test_model")[0]).toMatchObject({ path: "/models/exaone.gguf" }));
  const state = () => screen.getByTestId("model-test-state").textContent;
  await say({ type: "loading", share: 0.4 } satisfies ModelStep);
  expect(state()).toBe("모델을 불러오고 있습니다… 40%");
  await say({ type: "measuring" } satisfies ModelStep);
  expect(state()).toBe("속도를 재고 있습니다…");
  await say({ type: "asking", number: 1, questions: 12, question: "남은 돈은?" } satisfies ModelStep);
  expect(state()).toBe("질문 1/12에 답하고 있습니다…");
  await say({ type: "answered", answer: "1250", right: false } satisfies ModelStep);
  expect(screen.getByTestId("model-test-answers").textContent).toContain("틀림: 1250");
  page = { ...page, models: [model(), exaone({ trial: trial({ right: 7, asked: 10 }) })] };
  answer.resolve(page.models[1]!.trial);
  await waitFor(() => expect(state()).toBe("읽기 81, 쓰기 9.4토큰/초, 10문항 중 7개 맞음 (2문항은 시간이 모자라 묻지 않음)"));
  await waitFor(() => expect(row("exaone.gguf").textContent).toContain("10문항 중 7개 맞음"));
  await userEvent.click(screen.getByTestId("model-test-close"));
  expect(screen.queryByTestId("model-test")).toBeNull();
});

test("a test can be stopped, and none else begins while it runs", async () => {
  await open();
  await choose("exaone.gguf", "model-try");
  await waitFor(() => expect(called("test_model")).toHaveLength(1));
  await userEvent.click(within(row("qwen.gguf")).getByTestId("model-menu"));
  expect(screen.getByTestId("model-try").title).toBe("시험이 끝난 뒤 할 수 있습니다.");
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("menu")).toBeNull();
  expect(screen.getByTestId("models-dialog")).toBeTruthy();
  await userEvent.click(screen.getByTestId("model-test-stop"));
  expect(called("stop_model_test")).toHaveLength(1);
  answer.reject({ code: "test_stopped", message: "시험을 중지했습니다. 쓰던 모델을 다시 불러옵니다.", detail: "" });
  await waitFor(() => expect(screen.queryByTestId("model-test-state")).toBeNull());
  expect(screen.queryByTestId("models-failure")).toBeNull();
});

test("a model is chosen to answer, or to draft, from its menu by the keyboard", async () => {
  await open();
  within(row("exaone.gguf")).getByTestId("model-menu").focus();
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement).toBe(screen.getByTestId("model-use"));
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(called("choose_model")).toEqual([{ path: "/models/exaone.gguf" }]));
  await choose("exaone.gguf", "model-draft");
  await waitFor(() => expect(called("choose_draft_model")).toEqual([{ path: "/models/exaone.gguf" }]));
});

test("a model is removed only when the person says so twice, and one in use says why it is not", async () => {
  await open();
  await userEvent.click(within(row("qwen.gguf")).getByTestId("model-menu"));
  expect(screen.getByTestId("model-remove").getAttribute("aria-disabled")).toBe("true");
  expect(screen.getByTestId("model-remove").title).toBe("답변에 사용 중이어서 삭제할 수 없습니다.");
  await userEvent.keyboard("{Escape}");
  await choose("exaone.gguf", "model-remove");
  await userEvent.click(screen.getByTestId("remove-model-cancel"));
  expect(called("remove_model")).toEqual([]);
  await choose("exaone.gguf", "model-remove");
  await userEvent.click(screen.getByTestId("remove-model-ok"));
  await waitFor(() => expect(called("remove_model")).toEqual([{ path: "/models/exaone.gguf" }]));
  expect(await screen.findByText("‘exaone.gguf’ 모델을 삭제했습니다.")).toBeTruthy();
});

test("two models answer one question, each when its turn comes", async () => {
  await open();
  await userEvent.click(screen.getByTestId("models-tab-compare"));
  await userEvent.type(screen.getByTestId("compare-question"), "연가는?");
  await userEvent.click(screen.getByTestId("compare-ask"));
  await waitFor(() => expect(called("compare_models")[0]).toMatchObject({ paths: ["/models/qwen.gguf", "/models/exaone.gguf"], question: "연가는?" }));
  const sides = () => screen.getAllByTestId("compare-side").map((side) => [side.dataset.state, side.querySelector(".text")!.textContent]);
  await say({ place: 0, type: "loading", share: 1 } satisfies CompareEvent);
  await say({ place: 0, type: "token", text: "연간 " } satisfies CompareEvent);
  await say({ place: 0, type: "token", text: "15일" } satisfies CompareEvent);
  expect(sides()).toEqual([["answering", "연간 15일"], ["waiting", ""]]);
  await say({ place: 1, type: "loading", share: 0.5 } satisfies CompareEvent);
  expect(sides().map(([state]) => state)).toEqual(["done", "loading"]);
  const answered = { model: "", text: "15일입니다.", whole: true, first_ms: 400, tokens: 8, generate_tokens_per_s: 12, device: "CPU" };
  answer.resolve([answered, { ...answered, text: "모릅니다.", whole: false }]);
  await waitFor(() => expect(sides()).toEqual([["done", "15일입니다."], ["done", "모릅니다."]]));
  expect(screen.getByText("첫 글자까지 0.4초, 8토큰, 12토큰/초 · CPU")).toBeTruthy();
  expect(screen.getByText(/길어서 여기까지만 썼습니다/)).toBeTruthy();
});

test("what cannot be compared says why", async () => {
  page.models = [model()];
  await open();
  await userEvent.click(screen.getByTestId("models-tab-compare"));
  expect(screen.getByTestId("compare-obstacle").textContent).toBe("비교하려면 모델 폴더에 대화 모델이 둘 이상 있어야 합니다.");
  expect(screen.getByTestId<HTMLButtonElement>("compare-ask").disabled).toBe(true);
});

test("known models that are not at hand are listed, those of Korea alone where they are wanted", async () => {
  await open();
  await userEvent.click(screen.getByTestId("models-tab-known"));
  const rows = () => screen.getAllByTestId("known-row").map(({ textContent }) => textContent!.replaceAll(/\s+/g, " ").trim());
  expect(rows()[0]).toContain("카카오 · 국산");
  for (const text of ["15.7B (실행 3B)", "확인 필요", "약 9.3GB", "실행 불가"]) expect(rows()[0]).toContain(text);
  expect(rows()).toHaveLength(2);
  await userEvent.click(screen.getByTestId("known-sovereign"));
  expect(rows()).toHaveLength(1);
});

test("what goes on while the page is closed is told in passing", async () => {
  await open();
  await choose("exaone.gguf", "model-check");
  await waitFor(() => expect(called("check_model")).toHaveLength(1));
  modelPage.close();
  answer.reject({ code: "model_missing", message: "모델 파일을 열 수 없습니다.", detail: "" });
  await waitFor(() => expect(app.toasts.map(({ failure }) => failure?.code)).toEqual(["model_missing"]));
});

test("steps of a test and of a comparison change only what they are about", () => {
  const before: Testing = { path: "a", name: "a", step: "loading", share: 0, answers: [], questions: 0, stopping: false, trial: null };
  const asked = testing(before, { type: "asking", number: 1, questions: 12, question: "?" });
  expect(testing(asked, { type: "answered", answer: "예", right: true }).answers).toEqual([{ question: "?", answer: "예", right: true }]);
  expect(testing(before, { type: "token", text: "예" })).toBe(before);
  const side: Side = { path: "a", name: "a", state: "waiting", share: 0, text: "", answer: null };
  expect(comparing([side, side], { place: 1, type: "measuring" })[1]).toEqual(side);
});

vi.setConfig({ testTimeout: 20_000 });
