import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test } from "vitest";
import Composer from "../src/components/Composer.svelte";
import ConversationItem from "../src/components/ConversationItem.svelte";
import DocumentList from "../src/components/DocumentList.svelte";
import MessageView from "../src/components/MessageView.svelte";
import SourcePane from "../src/components/SourcePane.svelte";
import { app } from "../src/lib/app.svelte";
import { answer, block, citation, conversation, document, status } from "./samples";

let calls: [string, Record<string, unknown>][];

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  calls = [];
  mockIPC((command, args) => {
    calls.push([command, args as Record<string, unknown>]);
    if (command === "ask") return new Promise(() => {});
    if (command === "add_sample") return document();
    if (command === "documents") return [document()];
  });
  app.turn = null;
  app.drafts.clear();
  app.current = null;
  app.documents = [];
  app.toasts = [];
  app.status = status();
});

const asked = () => calls.filter(([command]) => command === "ask").map(([, args]) => args.question);
const field = () => screen.getByTestId<HTMLTextAreaElement>("question");

test("Enter sends once and clears, Shift+Enter breaks the line", async () => {
  render(Composer);
  await userEvent.type(field(), "첫 줄{Shift>}{Enter}{/Shift}둘째 줄{Enter}");
  expect(asked()).toEqual(["첫 줄\n둘째 줄"]);
  expect(field().value).toBe("");
});

test("Enter of an input method does not send, the next does", async () => {
  render(Composer);
  await fireEvent.compositionStart(field());
  await fireEvent.input(field(), { target: { value: "연가" } });
  await fireEvent.keyDown(field(), { key: "Enter", keyCode: 229, isComposing: true });
  await fireEvent.compositionEnd(field());
  await fireEvent.keyDown(field(), { key: "Enter", keyCode: 13 });
  await fireEvent.keyUp(field(), { key: "Enter" });
  expect(asked()).toEqual([]);
  await fireEvent.keyDown(field(), { key: "Enter", keyCode: 13 });
  expect(asked()).toEqual(["연가"]);
});

test("the engine hears of keys while it answers, and not of each", async () => {
  const told = () => calls.filter(([command]) => command === "typing").length;
  render(Composer);
  await userEvent.type(field(), "가나");
  expect(told()).toBe(0);
  await userEvent.keyboard("{Enter}");
  await userEvent.type(field(), "다라마");
  expect(told()).toBe(1);
});

test("an empty question is not sent", async () => {
  render(Composer);
  await userEvent.type(field(), "  {Enter}");
  expect(asked()).toEqual([]);
});

test("one may type while the model loads, and is told why it cannot be sent", async () => {
  app.status = status("loading");
  render(Composer);
  await userEvent.type(field(), "연가{Enter}");
  expect(asked()).toEqual([]);
  expect(field().value).toBe("연가");
  expect(screen.getByTestId<HTMLButtonElement>("send").disabled).toBe(true);
  expect(screen.getByText(/모델을 불러오는 중입니다/)).toBeTruthy();
});

test("the placeholder tells what answers", async () => {
  render(Composer);
  expect(field().placeholder).toBe("자료 없이 대화합니다");
  app.documents = [document(), document({ id: 2 })];
  await tick();
  expect(field().placeholder).toBe("선택한 자료 2건에서 답합니다");
});

test("Stop takes the place of Send during a turn", async () => {
  render(Composer);
  await userEvent.type(field(), "연가{Enter}");
  await userEvent.click(screen.getByTestId("stop"));
  expect(calls.at(-1)![0]).toBe("stop");
});

test("an empty library offers the sample", async () => {
  render(DocumentList);
  await userEvent.click(screen.getByTestId("add-sample"));
  expect((await screen.findByTestId("document-row")).dataset).toMatchObject({ state: "ready", name: "복무규정.hwpx" });
});

test("each document shows its state; a failed one why, with a retry", async () => {
  const failure = { code: "encrypted", message: "암호가 걸린 문서입니다. 암호를 풀고 다시 추가해 주십시오.", detail: "" };
  app.documents = [
    document({ id: 1, state: "waiting" }),
    document({ id: 2, state: "reading" }),
    document({ id: 3, state: "indexing" }),
    document({ id: 4, warnings: ["그림 2개의 글자는 읽지 못했습니다."] }),
    document({ id: 5, state: "failed", failure }),
  ];
  render(DocumentList);
  const rows = screen.getAllByTestId("document-row");
  const texts = ["대기 중", "읽는 중", "색인하는 중", "준비됨", "실패"];
  rows.forEach((row, index) => expect(within(row).getByText(texts[index]!)).toBeTruthy());
  expect(within(rows[3]!).getByText("확인할 점 1건")).toBeTruthy();
  expect(within(rows[4]!).getByText(/암호를 풀고/)).toBeTruthy();
  await userEvent.click(within(rows[4]!).getByTestId("retry-document"));
  expect(calls).toEqual([["retry_document", { id: 5 }]]);
});

test("check boxes choose the scope", async () => {
  app.documents = [document(), document({ id: 2, name: "지침.pdf" })];
  render(DocumentList);
  const [all, first] = screen.getAllByRole<HTMLInputElement>("checkbox");
  expect(all!.checked).toBe(true);
  await userEvent.click(first!);
  expect(app.scope).toEqual([2]);
  expect(all!.indeterminate).toBe(true);
  await userEvent.click(all!);
  expect(app.scope).toEqual([1, 2]);
  await userEvent.click(all!);
  expect(app.scope).toEqual([]);
  app.include([1, 2], true);
});

test("a source shows its place and marks the quoted words", () => {
  const blocks = [
    block({ index: 4, kind: "heading", text: "제15조(연가 일수)", page: 3, cited: true }),
    block({ index: 5, text: "연가는  3년 이상이면 15일로 한다.", page: 3, cited: true }),
  ];
  const cited = citation({ quote: "3년 이상이면 15일로" });
  render(SourcePane, { open: { citation: cited, opener: null, source: { document: document(), heading_path: cited.heading_path, page: 3, section: 1, blocks } } });
  expect(screen.getByTestId("source-file").textContent).toBe("복무규정.hwpx");
  expect(screen.getByTestId("source-locator").textContent).toBe("3쪽 · 제3장 휴가 > 제15조(연가 일수)");
  expect(screen.getByTestId("source-mark").textContent).toBe("3년 이상이면 15일로");
  expect(window.document.activeElement).toBe(screen.getByTestId("source-pane"));
});

test("a chip opens its passage and has the focus back when that is closed", async () => {
  render(MessageView, { message: answer() });
  const chip = screen.getByTestId("chip");
  await userEvent.click(chip);
  expect(calls).toEqual([["source", { passageId: 11 }]]);
  chip.blur();
  app.closeSource();
  expect(window.document.activeElement).toBe(chip);
});

test("an answer that is not in the documents says what to do", () => {
  render(MessageView, { message: answer({ text: "자료에서 찾을 수 없습니다.", citations: [], refused: true }) });
  expect(screen.getByText(/자료를 추가해 주십시오/)).toBeTruthy();
  expect(screen.queryByTestId("chip")).toBeNull();
});

test("a failed answer says why and offers another", () => {
  const failure = { code: "engine_lost", message: "모델이 멈췄습니다. 다시 물어 주십시오.", detail: "" };
  render(MessageView, { message: answer({ text: "", citations: [], state: "failed", failure }) });
  expect(screen.getByRole("alert").textContent).toContain("engine_lost");
  expect(screen.getByTestId("regenerate").closest("[role=alert]")).toBeTruthy();
});

test.each([
  ["{Enter}", [{ id: 7, title: "새 이름" }]],
  ["{Escape}", []],
])("a conversation is renamed in place: %s", async (key, renamed) => {
  render(ConversationItem, { row: conversation() });
  await userEvent.dblClick(screen.getByText("연가"));
  await userEvent.type(screen.getByLabelText("대화 이름"), `새 이름${key}`, { initialSelectionStart: 0, initialSelectionEnd: 2 });
  expect(calls.filter(([command]) => command === "rename_conversation").map(([, args]) => args)).toEqual(renamed);
  expect(screen.queryByLabelText("대화 이름")).toBeNull();
});
