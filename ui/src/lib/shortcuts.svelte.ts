/** Every shortcut of the desk: what the keys do, and what the sheet says of them, from one table. */
import { app } from "./app.svelte";
import { drafting } from "./drafting.svelte";
import { find } from "./find.svelte";
import { gate } from "./gate.svelte";
import { modelPage } from "./modelpage.svelte";
import { pane } from "./pane.svelte";
import { security } from "./security.svelte";

export interface Shortcut {
  /** As it is shown; the plus sign parts its keys. */
  keys: string;
  does: string;
  /** The key's place, since the input method may be on, and the letter that it gives elsewhere. */
  code?: string;
  letter?: string;
  /** False for F-keys. */
  control?: boolean;
  /** Also while a dialog is open: what it does does not open behind it. */
  overDialogs?: boolean;
  run?: () => void;
}

class Sheet {
  open = $state(false);
}
export const sheet = new Sheet();

/** The parts of the window, in the order of the eye. */
const PANES = "nav, main, aside, [data-testid=source-pane]";

/** The focus goes to the next part of the window. */
function nextPane() {
  const panes = [...document.querySelectorAll<HTMLElement>(PANES)];
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(at + 1) % panes.length];
  pane.show(next?.tagName === "NAV" ? "list" : next?.tagName === "MAIN" ? "chat" : "side");
  // Where one writes first, then the first control; the source pane, which is read, itself.
  const wants = ["textarea:enabled", next?.hasAttribute("tabindex") ? ":scope" : "button:enabled"];
  for (const selector of wants) {
    const found = selector === ":scope" ? next : next?.querySelector<HTMLElement>(selector);
    if (found) return found.focus();
  }
}

export const GLOBAL: Shortcut[] = [
  { keys: "Ctrl+N", does: "새 대화를 시작합니다", code: "KeyN", letter: "n", control: true, run: () => void app.openConversation(null) },
  { keys: "Ctrl+K", does: "자료와 대화에서 찾습니다", code: "KeyK", letter: "k", control: true, run: () => find.show() },
  { keys: "Ctrl+M", does: "모델을 보고 추가하고 시험합니다", code: "KeyM", letter: "m", control: true, run: () => modelPage.show() },
  { keys: "Ctrl+D", does: "공문서의 초안을 작성합니다", code: "KeyD", letter: "d", control: true, run: () => drafting.show() },
  { keys: "F6", does: "다음 영역(대화 목록, 대화, 자료)으로 갑니다", code: "F6", letter: "F6", run: nextPane },
  { keys: "Ctrl+,", does: "보안 설정을 엽니다", code: "Comma", letter: ",", control: true, overDialogs: true, run: () => security.show() },
  { keys: "Ctrl+L", does: "프로그램을 잠급니다", code: "KeyL", letter: "l", control: true, overDialogs: true, run: () => void gate.lock() },
  { keys: "F1", does: "이 단축키 안내를 엽니다", code: "F1", letter: "F1", run: () => (sheet.open = true) },
  // The whole program's, before it is unlocked too: `Appearance.press` runs them.
  { keys: "Ctrl+＋", does: "글자를 크게 합니다" },
  { keys: "Ctrl+－", does: "글자를 작게 합니다" },
  { keys: "Ctrl+0", does: "글자를 처음 크기로 되돌립니다" },
];

/** What the keys do at the sign of a message's place among its siblings: by how many they go on. */
export const BRANCH_KEYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** What the parts of the window do by themselves. */
export const LOCAL: { where: string; shortcuts: Shortcut[] }[] = [
  {
    where: "질문란",
    shortcuts: [
      { keys: "Enter", does: "질문을 보냅니다" },
      { keys: "Shift+Enter", does: "줄을 바꿉니다" },
      { keys: "↑", does: "빈 질문란에서 마지막 질문을 고칩니다" },
      { keys: "Esc", does: "답변을 중지하거나 출처를 닫습니다" },
    ],
  },
  {
    where: "질문과 답변",
    shortcuts: [
      { keys: "←+→", does: "번호에서 이전이나 다음 질문, 답변을 봅니다" },
      { keys: "Ctrl+Enter", does: "고친 질문을 보냅니다(Enter와 같습니다)" },
      { keys: "Esc", does: "질문 고치기를 그만둡니다" },
    ],
  },
  {
    where: "대화 목록",
    shortcuts: [
      { keys: "F2", does: "대화나 폴더의 이름을 바꿉니다" },
      { keys: "Delete", does: "대화를 목록에서 빼거나 폴더를 삭제합니다" },
      { keys: "Esc", does: "끌고 있던 대화를 놓습니다" },
    ],
  },
  {
    where: "자료 목록",
    shortcuts: [
      { keys: "↑+↓", does: "다음 자료나 이전 자료로 갑니다" },
      { keys: "Home+End", does: "처음이나 끝으로 갑니다" },
      { keys: "Delete", does: "자료를 목록에서 뺍니다" },
      { keys: "Ctrl+V", does: "복사한 파일이나 글을 자료로 추가합니다" },
      { keys: "Esc", does: "펼친 자료를 접습니다" },
    ],
  },
  {
    where: "초안 작성",
    shortcuts: [
      { keys: "↑+↓", does: "다음 작업이나 이전 작업으로 갑니다" },
      { keys: "Ctrl+Enter", does: "적은 내용으로 초안을 씁니다" },
      { keys: "Esc", does: "창을 닫습니다. 적은 내용과 초안은 남습니다" },
    ],
  },
  {
    where: "출처의 쪽",
    shortcuts: [
      { keys: "PageUp+PageDown", does: "이전 쪽이나 다음 쪽으로 갑니다" },
      { keys: "0", does: "쪽을 너비에 맞춥니다" },
    ],
  },
];

/** Runs the shortcut that an event is, if it is one. */
export function press(event: KeyboardEvent): void {
  if (event.altKey || event.shiftKey) return;
  const control = event.ctrlKey || event.metaKey;
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const found = GLOBAL.find((one) => (one.control ?? false) === control && (one.code === event.code || one.letter === letter));
  if (!found) return;
  event.preventDefault();
  if (found.overDialogs || !document.querySelector("[aria-modal=true]")) found.run?.();
}
