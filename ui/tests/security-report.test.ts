import { screen } from "@testing-library/svelte";
import { expect, test, vi } from "vitest";
import { app } from "../src/lib/app.svelte";
import { called, dialog, refuse, shell, useShell, user } from "./security";

const TEXT = "나랏말 문제 보고서\n\n[컴퓨터]\n운영체제: Ubuntu 24.04.1 LTS\n";

useShell(() => ({
  network_probes: () => ({ process: [], child: [] }),
  problem_report: () => TEXT,
  save_problem_report: () => undefined,
  "plugin:dialog|save": () => "/보고/문제보고서.txt",
}));

async function report() {
  await dialog();
  await user.click(screen.getByTestId("make-report"));
  return screen.findByTestId<HTMLTextAreaElement>("report-text");
}

test("it is shown whole and read only, and nothing is saved before the person says so", async () => {
  const text = await report();
  expect([text.value, text.readOnly]).toEqual([TEXT, true]);
  expect(screen.getByTestId("report-dialog").textContent).toContain("파일의 이름과 경로는 들어 있지 않습니다.");
  expect(called("problem_report").length).toBe(1);
  expect(called("save_problem_report")).toEqual([]);
});

test("it is saved where the person chooses, by its day", async () => {
  await report();
  await user.click(screen.getByTestId("report-save"));
  await vi.waitFor(() => expect(called("save_problem_report")).toEqual([{ path: "/보고/문제보고서.txt" }]));
  const [asked] = called("plugin:dialog|save") as [{ options: { defaultPath: string } }];
  expect(asked.options.defaultPath).toMatch(/^문제보고서-\d{8}\.txt$/);
  await vi.waitFor(() => expect(app.toasts.map(({ text }) => text)).toEqual(["문제 보고서를 저장했습니다."]));
});

test("a person who thinks better of it saves nothing", async () => {
  shell.answers["plugin:dialog|save"] = () => null;
  await report();
  await user.click(screen.getByTestId("report-save"));
  await vi.waitFor(() => expect(called("plugin:dialog|save").length).toBe(1));
  expect(called("save_problem_report")).toEqual([]);
  expect(app.toasts).toEqual([]);
});

test("it is copied as it is shown", async () => {
  await report();
  await user.click(screen.getByTestId("report-copy"));
  expect(await navigator.clipboard.readText()).toBe(TEXT);
  expect(app.toasts.map(({ text }) => text)).toEqual(["문제 보고서를 복사했습니다."]);
});

test("one that cannot be made says why, with its code, and offers nothing to save", async () => {
  shell.answers["problem_report"] = refuse("vault_failed", "자료함에서 작업을 마치지 못했습니다.");
  await dialog();
  await user.click(screen.getByTestId("make-report"));
  expect((await screen.findByTestId("report-failure")).textContent).toBe("자료함에서 작업을 마치지 못했습니다. (vault_failed)");
  for (const button of ["report-save", "report-copy"]) expect(screen.getByTestId<HTMLButtonElement>(button).disabled).toBe(true);
});

test("one that cannot be saved stays, with the reason beside it", async () => {
  shell.answers["save_problem_report"] = refuse("export_failed", "파일을 저장하지 못했습니다.");
  await report();
  await user.click(screen.getByTestId("report-save"));
  expect((await screen.findByTestId("report-failure")).textContent).toContain("(export_failed)");
  expect(screen.getByTestId<HTMLTextAreaElement>("report-text").value).toBe(TEXT);
});
