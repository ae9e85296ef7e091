import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import MessageView from "../src/components/MessageView.svelte";
import StyleDialog from "../src/components/StyleDialog.svelte";
import type { StyleFinding } from "../src/lib/contract";
import { style } from "../src/lib/style.svelte";
import { answer, citation } from "./samples";
import { called, refuse, shell, useShell } from "./security";

const WRONG = "2026-03-01";
const RIGHT = "2026. 3. 1.";

function findings(text: string): StyleFinding[] {
  const start = text.indexOf(WRONG);
  const date = { rule: "date", name: "날짜 표기", mistake: true, start, end: start + WRONG.length, found: WRONG, fix: RIGHT, message: "날짜는 이렇게 씁니다." };
  const word = text.indexOf("금번");
  const hard = { rule: "hard_word", name: "어려운 말", mistake: false, start: word, end: word + 2, found: "금번", fix: "이번", message: "쉬운 말로 씁니다." };
  return [...(start < 0 ? [] : [date]), ...(word < 0 ? [] : [hard])];
}

useShell(() => ({
  check_style: ({ text }: { text: string }) => findings(text),
  mend_style: ({ text }: { text: string }) => text.replaceAll(WRONG, RIGHT),
}));

const area = () => screen.getByTestId("style-text") as HTMLTextAreaElement;
const rules = () => screen.queryAllByTestId("style-finding").map((finding) => finding.dataset.rule);
const checked = () => waitFor(() => expect(screen.getByTestId("style-findings").dataset.checked).toBe("true"));

beforeEach(() => style.close());

async function open(text: string) {
  style.show(text);
  render(StyleDialog);
  await checked();
}

test("what is found is listed with its rule, and mended one by one with a way back", async () => {
  await open(`금번 회의: ${WRONG}`);
  expect(rules()).toEqual(["date", "hard_word"]);
  expect(screen.getByTestId("style-summary").textContent).toBe("고칠 곳 1개, 살펴볼 곳 1개를 찾았습니다.");
  await userEvent.click(screen.getAllByTestId("style-fix")[0]!);
  expect(area().value).toBe(`금번 회의: ${RIGHT}`);
  await checked();
  expect(rules()).toEqual(["hard_word"]);
  await userEvent.click(screen.getByTestId("style-undo"));
  expect(area().value).toBe(`금번 회의: ${WRONG}`);
  expect((screen.getByTestId("style-undo") as HTMLButtonElement).disabled).toBe(true);
});

test("all mistakes are mended at once, and advice is left", async () => {
  await open(`금번 ${WRONG}, ${WRONG}`);
  await userEvent.click(screen.getByTestId("style-fix-all"));
  await checked();
  expect(area().value).toBe(`금번 ${RIGHT}, ${RIGHT}`);
  expect(rules()).toEqual(["hard_word"]);
  expect((screen.getByTestId("style-fix-all") as HTMLButtonElement).disabled).toBe(true);
});

test("what is typed is checked after a pause, and an empty text says what to do", async () => {
  await open("");
  expect(screen.getByTestId("style-summary").textContent).toBe("점검할 글을 왼쪽에 쓰거나 붙여 넣으십시오.");
  await fireEvent.input(area(), { target: { value: `시행 ${WRONG}` } });
  expect(screen.getByTestId("style-summary").textContent).toBe("점검하고 있습니다…");
  await checked();
  expect(rules()).toEqual(["date"]);
  await fireEvent.input(area(), { target: { value: "고칠 것 없음" } });
  await checked();
  expect(screen.getByTestId("style-summary").textContent).toBe("고칠 곳을 찾지 못했습니다.");
});

test("a finding shows its place in the text", async () => {
  await open(`시행 ${WRONG}`);
  await userEvent.click(screen.getByTitle("글에서 보기"));
  expect([area().selectionStart, area().selectionEnd]).toEqual([3, 13]);
  expect(document.activeElement).toBe(area());
});

test("a refusal is told, and the text stays", async () => {
  shell.answers.check_style = refuse("style_too_long", "글이 깁니다.");
  style.show("긴 글");
  render(StyleDialog);
  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("글이 깁니다. (style_too_long)"));
  expect(area().value).toBe("긴 글");
});

test("an answer is checked without its marks and signs of Markdown", async () => {
  render(MessageView, { message: answer({ text: "**연가**는 15일입니다. [1]", citations: [citation()] }) });
  await userEvent.click(screen.getByTestId("check-answer"));
  expect(style.text).toBe("연가는 15일입니다.");
  await waitFor(() => expect(called("check_style")).toEqual([{ text: "연가는 15일입니다." }]));
});
