import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test } from "vitest";
import Welcome from "../src/components/Welcome.svelte";
import { app } from "../src/lib/app.svelte";
import type { EngineStatus } from "../src/lib/contract";
import { first } from "../src/lib/first.svelte";
import { modelPage } from "../src/lib/modelpage.svelte";
import { document, status } from "./samples";

let calls: string[];

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  calls = [];
  mockIPC((command) => {
    calls.push(command);
    if (command === "add_sample") return document();
    if (command === "documents") return [];
  });
  first.over = false;
  modelPage.open = false;
  Object.assign(app, { documents: [], current: null, turn: null, toasts: [], status: status() });
});

function engine(state: EngineStatus["state"], failure: EngineStatus["failure"] = null): void {
  const now = status(state);
  app.status = { ...now, engine: { ...now.engine, model: state === "ready" ? now.engine.model : null, failure } };
}

const steps = () => screen.getAllByRole("listitem").filter(({ dataset }) => dataset.step);
const states = () => Object.fromEntries(steps().map(({ dataset }) => [dataset.step, dataset.state]));

test.each([
  ["none", [], { model: "next", document: "next" }],
  ["failed", [], { model: "next", document: "next" }],
  ["loading", [], { model: "busy", document: "next" }],
  ["ready", [], { model: "done", document: "next" }],
  ["loading", [document({ state: "waiting" })], { model: "busy", document: "busy" }],
  ["loading", [document({ state: "reading" })], { model: "busy", document: "busy" }],
  ["loading", [document({ state: "failed" })], { model: "busy", document: "next" }],
  ["none", [document({ state: "indexing" }), document({ id: 2 })], { model: "next", document: "done" }],
] as const)("with a model that is %s, the steps say how far each is", (state, documents, wanted) => {
  engine(state);
  app.documents = [...documents];
  render(Welcome);
  expect(states()).toEqual({ password: "done", ...wanted });
});

test("each step that is left has its button", async () => {
  engine("none");
  render(Welcome);
  await userEvent.click(screen.getByTestId("first-models"));
  expect(modelPage.open).toBe(true);
  await userEvent.click(screen.getByTestId("first-sample"));
  expect(calls).toContain("add_sample");
});

test("a model that could not be loaded says why", () => {
  engine("failed", { code: "model_damaged", message: "모델 파일이 손상되었습니다.", detail: "" });
  render(Welcome);
  expect(screen.getByTestId("first-steps").textContent).toContain("모델 파일이 손상되었습니다.");
});

test("when the last step is taken the questions come, and the steps do not come back", async () => {
  engine("loading");
  app.documents = [document()];
  const { unmount } = render(Welcome);
  expect(steps().length).toBe(3);
  engine("ready");
  await tick();
  expect(screen.queryByTestId("first-steps")).toBeNull();
  expect(first.over).toBe(true);
  unmount();
  app.documents = [];
  engine("none");
  render(Welcome);
  expect(screen.queryByTestId("first-steps")).toBeNull();
});

test("the steps can be put off", async () => {
  engine("none");
  render(Welcome);
  await userEvent.click(screen.getByTestId("first-later"));
  expect(screen.queryByTestId("first-steps")).toBeNull();
  expect(localStorage.getItem("naratmal.first-steps-over")).toBe("true");
});
