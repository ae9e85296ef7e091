import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { expect, test, vi } from "vitest";
import Desk from "../src/Desk.svelte";
import Toasts from "../src/components/Toasts.svelte";
import { app } from "../src/lib/app.svelte";
import { idle } from "../src/lib/idle.svelte";
import { begin, unsaved } from "../src/lib/turn";
import { policy, status } from "./samples";
import { called, dialog, shell, useShell, user } from "./security";

useShell();

test("the dialog is named, takes the focus, keeps it and gives it back", async () => {
  const box = await dialog();
  expect(screen.getByRole("dialog", { name: "보안" })).toBe(box);
  expect(box.getAttribute("aria-modal")).toBe("true");
  expect(document.activeElement).toBe(screen.getByTestId("security-tab-network"));
  for (let press = 0; press < 12; press++) {
    await user.tab();
    expect(box.contains(document.activeElement)).toBe(true);
  }
  for (let press = 0; press < 12; press++) {
    await user.tab({ shift: true });
    expect(box.contains(document.activeElement)).toBe(true);
  }
  await user.keyboard("{Escape}");
  expect(screen.queryByTestId("security-dialog")).toBeNull();
  expect(document.activeElement).toBe(screen.getByTestId("security-button"));
});

test("Escape closes the dialog and does not stop the answer behind it", async () => {
  await dialog();
  app.turn = begin(null, unsaved(-1, "user", "연가는 며칠입니까?"), []);
  await user.keyboard("{Escape}");
  expect(called("stop")).toEqual([]);
  app.turn = null;
});

test("the close button closes it", async () => {
  await dialog();
  await user.click(screen.getByTestId("security-dialog-close"));
  expect(screen.queryByTestId("security-dialog")).toBeNull();
});

test("arrow keys, Home and End go through the sections", async () => {
  await dialog();
  const shown = () => screen.getAllByRole("tab").find((tab) => tab.getAttribute("aria-selected") === "true")!.textContent!.trim();
  const visited = [];
  for (const key of ["{ArrowRight}", "{ArrowRight}", "{ArrowRight}", "{ArrowRight}", "{ArrowRight}", "{ArrowLeft}", "{Home}", "{End}"]) {
    await user.keyboard(key);
    visited.push(shown());
    expect(document.activeElement!.textContent!.trim()).toBe(shown());
    expect(screen.getByRole("tabpanel", { name: shown() })).toBeTruthy();
  }
  const [network, encryption, backup, audit, rules] = ["네트워크 차단 상태", "암호화와 잠금", "백업", "감사 기록", "정책"];
  expect(visited).toEqual([encryption, backup, audit, rules, network, rules, network, rules]);
});

test.each([
  ["Ctrl+,", { key: ",", code: "Comma" }],
  ["Ctrl+, under another input method", { key: "Process", code: "Comma" }],
])("%s opens it", async (_, key) => {
  render(Desk);
  await fireEvent.keyDown(document.body, { ...key, ctrlKey: true });
  expect(screen.getByTestId("security-dialog")).toBeTruthy();
});

test.each([
  ["Ctrl+L", { key: "l", code: "KeyL" }],
  ["Ctrl+ㅣ", { key: "ㅣ", code: "KeyL" }],
])("%s locks, also over the dialog", async (_, key) => {
  await dialog();
  await fireEvent.keyDown(document.body, { ...key, ctrlKey: true });
  // What is not kept yet is saved first.
  await vi.waitFor(() => expect(called("lock").length).toBe(1));
});

test("the lock button locks", async () => {
  render(Desk);
  await user.click(screen.getByRole("button", { name: "잠그기" }));
  expect(called("lock").length).toBe(1);
});

// The policy

test.each([
  ["without a policy file", policy(), ["정책 파일이 없습니다", "모든 등급", "모든 등급. 개인정보를 가릴지", "사유를 적으면", "암호 또는"]],
  [
    "with one",
    policy({ name: "행정안전부 정책", copy_up_to: "S", export_up_to: "O", export_masking: "masked", forbid_lowering: true, require_password: true }),
    ["행정안전부 정책", "민감 등급까지", "공개 등급까지. 개인정보를 가리고", "할 수 없습니다", "암호를 반드시"],
  ],
])("%s, what it allows is listed", async (_, rules, [name, ...texts]) => {
  shell.answers["status"] = () => ({ ...status(), policy: rules });
  await dialog("policy");
  await vi.waitFor(() => expect(screen.getByTestId("policy-name").textContent).toBe(name));
  const shown = screen.getAllByTestId("policy-rule").map(({ textContent }) => textContent);
  texts.forEach((text, index) => expect(shown[index]).toContain(text));
});

test("a policy that nothing proves is warned of on the desk and in its section", async () => {
  const warning = "정책 파일의 서명을 확인할 수 없습니다.";
  shell.answers["status"] = () => status("ready", { warning });
  render(Desk);
  expect((await screen.findByTestId("policy-warning")).textContent).toContain(warning);
  await user.click(within(screen.getByTestId("policy-warning")).getByRole("button"));
  expect((await screen.findByTestId("policy-panel-warning")).textContent).toContain(warning);
});

test("no warning, no banner", async () => {
  render(Desk);
  await tick();
  expect(screen.queryByTestId("policy-warning")).toBeNull();
});

// The idle lock's warning

test.each([
  [60_000, "1분 뒤 잠급니다."],
  [30_000, "30초 뒤 잠급니다."],
  [29_900, "30초 뒤 잠급니다."],
  [3_000, "3초 뒤 잠급니다."],
])("%d ms before the lock it says “%s”", async (left, text) => {
  render(Toasts);
  idle.left = left;
  await tick();
  expect(screen.getByTestId("idle-warning").textContent).toContain(text);
  idle.left = null;
  await tick();
  expect(screen.queryByTestId("idle-warning")).toBeNull();
});
