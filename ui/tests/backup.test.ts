import { screen } from "@testing-library/svelte";
import type { Channel } from "@tauri-apps/api/core";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import { app } from "../src/lib/app.svelte";
import { backing } from "../src/lib/backing.svelte";
import type { BackupProgress, BackupSummary } from "../src/lib/contract";
import { GateState, gate } from "../src/lib/gate.svelte";
import { at, called, dialog, refuse, shell, useShell, user, ways } from "./security";

const SUMMARY: BackupSummary = { made_at: 1_790_000_000_000, program: "0.1.0", bytes: 2_000_000, missing_models: [{ file: "midm.gguf", bytes: 1_300_000_000 }] };

let lastAt: number | null;

useShell(() => ({
  backup_status: () => ({ last_at: lastAt }),
  make_backup: () => 2_000_000,
  inspect_backup: () => SUMMARY,
  restore_backup: () => undefined,
  stop_backup: () => undefined,
  "plugin:dialog|save": () => "/백업/나랏말백업.naratmal-backup",
  "plugin:dialog|open": () => "/백업/나랏말백업.naratmal-backup",
}));

beforeEach(() => {
  lastAt = null;
  backing.lastAt = undefined;
  backing.failure = null;
});

async function filled(current: string | null, password: string, again = password) {
  if (current !== null) await user.type(screen.getByTestId("backup-current"), current);
  await user.type(screen.getByTestId("backup-password"), password);
  await user.type(screen.getByTestId("backup-password-again"), again);
}

const button = (id: string) => screen.getByTestId<HTMLButtonElement>(id);

/** A command that goes on until it is ended, and what it says meanwhile. */
function waiting(command: string) {
  let say: (progress: BackupProgress) => void = () => {};
  let end: (failure?: unknown) => void = () => {};
  shell.answers[command] = ({ events }: { events: Channel<BackupProgress> }) => {
    say = (progress) => events.onmessage(progress);
    return new Promise<unknown>((resolve, reject) => (end = (failure) => (failure ? reject(failure) : resolve(2_000_000))));
  };
  return { say: (progress: BackupProgress) => say(progress), end: (failure?: unknown) => end(failure) };
}

test("the last backup is told by its time, or that there is none", async () => {
  await dialog("backup");
  await vi.waitFor(() => expect(screen.getByTestId("backup-last").textContent).toContain("아직 백업한 적이 없습니다."));
  lastAt = new Date(2026, 10, 25, 9, 3, 7).getTime();
  await backing.load();
  await tick();
  expect(screen.getByTestId("backup-last").textContent).toContain("마지막 백업: 2026-11-25 09:03:07");
});

test("a backup is made with the present password and one of its own, where the person chooses", async () => {
  await dialog("backup");
  await filled("지금 암호", "봄비 오는 뜰에");
  lastAt = 5;
  await user.click(button("backup-make"));
  await vi.waitFor(() => expect(app.toasts.map(({ text }) => text)).toEqual([expect.stringMatching(/^백업을 만들고 다시 읽어 확인했습니다\(.*\)\.$/)]));
  expect(called("make_backup")).toEqual([expect.objectContaining({ path: "/백업/나랏말백업.naratmal-backup", current: "지금 암호", password: "봄비 오는 뜰에" })]);
  const [asked] = called("plugin:dialog|save") as [{ options: { defaultPath: string } }];
  expect(asked.options.defaultPath).toMatch(/^나랏말백업-\d{8}\.naratmal-backup$/);
  for (const id of ["backup-current", "backup-password", "backup-password-again"]) expect(screen.getByTestId<HTMLInputElement>(id).value).toBe("");
  expect(backing.lastAt).toBe(5);
});

test.each([
  ["a short password", "짧다", "짧다"],
  ["one typed differently", "봄비 오는 뜰에", "봄비 오는 들에"],
])("%s makes no backup", async (_, password, again) => {
  await dialog("backup");
  await filled("지금 암호", password, again);
  expect(button("backup-make").disabled).toBe(true);
  expect(screen.getByTestId("backup-error").textContent?.trim()).not.toBe("");
  expect(called("make_backup")).toEqual([]);
});

test("a person who thinks better of the place makes none", async () => {
  shell.answers["plugin:dialog|save"] = () => null;
  await dialog("backup");
  await filled("지금 암호", "봄비 오는 뜰에");
  await user.click(button("backup-make"));
  await vi.waitFor(() => expect(called("plugin:dialog|save").length).toBe(1));
  expect(called("make_backup")).toEqual([]);
  expect(screen.getByTestId<HTMLInputElement>("backup-password").value).toBe("봄비 오는 뜰에");
});

test("how far it is is shown, and it can be stopped", async () => {
  const work = waiting("make_backup");
  await dialog("backup");
  await filled("지금 암호", "봄비 오는 뜰에");
  await user.click(button("backup-make"));
  const shown = await screen.findByTestId("backup-progress");
  work.say({ step: "writing", done: 500, total: 1000 });
  await tick();
  expect(shown.querySelector("[role=status]")?.textContent).toBe("백업 파일을 쓰고 있습니다…");
  expect(screen.getByRole<HTMLProgressElement>("progressbar").value).toBe(500);
  work.say({ step: "checking", done: 0, total: 0 });
  await tick();
  expect(screen.getByRole("progressbar").hasAttribute("value")).toBe(false);
  await user.click(button("backup-progress-stop"));
  expect(called("stop_backup").length).toBe(1);
  expect(button("backup-progress-stop").disabled).toBe(true);
  work.end({ code: "backup_stopped", message: "중지하였습니다. 바뀐 것은 없습니다.", detail: "" });
  await vi.waitFor(() => expect(screen.getByTestId("backup-error").textContent).toContain("중지하였습니다."));
  expect(screen.queryByTestId("backup-progress")).toBeNull();
  expect(app.toasts).toEqual([]);
});

test("one that fails says why; the present password is typed again", async () => {
  shell.answers["make_backup"] = refuse("backup_disk_full", "디스크에 남은 공간이 모자라 마치지 못했습니다.");
  await dialog("backup");
  await filled("지금 암호", "봄비 오는 뜰에");
  await user.click(button("backup-make"));
  await vi.waitFor(() => expect(screen.getByTestId("backup-error").textContent).toContain("공간이 모자라"));
  expect(["backup-current", "backup-password"].map((id) => screen.getByTestId<HTMLInputElement>(id).value)).toEqual(["", "봄비 오는 뜰에"]);
});

test("wrong present passwords are counted down here too", async () => {
  shell.answers["make_backup"] = refuse("unlock_wait", "잠시 후", "3000");
  await dialog("backup");
  await filled("틀린 암호", "봄비 오는 뜰에");
  await user.click(button("backup-make"));
  await vi.waitFor(() => expect(screen.getByTestId("backup-error").textContent).toContain("3초 후에"));
});

test("where no password opens the data none is asked for", async () => {
  await at({ ways: { ...ways, password: false } });
  await dialog("backup");
  expect(screen.queryByTestId("backup-current")).toBeNull();
  await filled(null, "봄비 오는 뜰에");
  await user.click(button("backup-make"));
  await vi.waitFor(() => expect(called("make_backup")).toEqual([expect.objectContaining({ current: null })]));
});

async function restoring() {
  await dialog("backup");
  await user.click(button("backup-restore"));
  await user.click(await screen.findByTestId("restore-pick"));
  await user.type(await screen.findByTestId("restore-password"), "백업의 암호");
}

async function seen() {
  await restoring();
  await user.click(button("restore-look"));
  return screen.findByTestId("restore-summary");
}

async function ordered() {
  await seen();
  await user.type(screen.getByTestId("restore-current"), "지금 암호");
  for (const id of ["restore-new", "restore-new-again"]) await user.type(screen.getByTestId(id), "봄비 오는 뜰에");
  await user.click(button("restore-start"));
}

test("a backup is seen for what it is before anything is replaced, with the models that it lacks", async () => {
  const summary = await seen();
  expect(called("inspect_backup")).toEqual([{ path: "/백업/나랏말백업.naratmal-backup", password: "백업의 암호" }]);
  expect(summary.textContent).toContain("나랏말 0.1.0에서 만든 백업입니다");
  expect(summary.textContent).toContain("midm.gguf");
  expect(screen.getByTestId("restore").textContent).toContain("모두 백업의 것으로 바꿉니다");
  expect(document.activeElement).toBe(screen.getByTestId("restore-current"));
  expect(called("restore_backup")).toEqual([]);
});

test("a wrong backup password is told beside it, and can be typed again", async () => {
  shell.answers["inspect_backup"] = refuse("backup_wrong_password", "백업의 암호가 맞지 않습니다.");
  await restoring();
  await user.click(button("restore-look"));
  await vi.waitFor(() => expect(screen.getByTestId("restore-error").textContent).toContain("백업의 암호가 맞지 않습니다."));
  const field = screen.getByTestId("restore-password");
  expect([document.activeElement, field.getAttribute("aria-invalid")]).toEqual([field, "true"]);
  expect(field.getAttribute("aria-describedby")).toContain(screen.getByTestId("restore-error").id);
});

test("what was restored is read anew: nothing of before stays in the window", async () => {
  const forget = vi.spyOn(gate, "restore").mockResolvedValue();
  await ordered();
  await vi.waitFor(() =>
    expect(forget).toHaveBeenCalledWith(
      expect.objectContaining({ path: "/백업/나랏말백업.naratmal-backup", password: "백업의 암호", current: "지금 암호", newPassword: "봄비 오는 뜰에" }),
    ),
  );
  forget.mockRestore();
  const forgot = vi.fn();
  const other = new GateState(forgot);
  const stop = other.start();
  await vi.waitFor(() => expect(other.state).toBe("open"));
  await other.restore({ path: "/b", password: "백업의 암호", current: null, newPassword: "봄비 오는 뜰에", events: {} as Channel<BackupProgress> });
  expect(called("restore_backup").length).toBe(1);
  expect(forgot).toHaveBeenCalledOnce();
  stop();
});

test("a restore that fails says why, leaves the desk as it was, and can be left", async () => {
  shell.answers["restore_backup"] = refuse("backup_damaged", "백업 파일이 손상되었거나 끝까지 복사되지 않았습니다.");
  await ordered();
  await vi.waitFor(() => expect(screen.getByTestId("restore-error").textContent).toContain("백업 파일이 손상"));
  expect(screen.getByTestId<HTMLInputElement>("restore-current").value).toBe("");
  expect(gate.state).toBe("open");
  await user.click(button("restore-cancel"));
  expect(screen.queryByTestId("restore-dialog")).toBeNull();
  expect(document.activeElement).toBe(button("backup-restore"));
});

test("it is not left while it runs, only stopped", async () => {
  const work = waiting("restore_backup");
  await ordered();
  await screen.findByTestId("backup-progress");
  expect([button("restore-cancel").disabled, button("restore-pick").disabled]).toEqual([true, true]);
  work.say({ step: "rekeying", done: 1, total: 2 });
  await tick();
  expect(screen.getByTestId("backup-progress").textContent).toContain("새 열쇠로 암호화하고 있습니다…");
  await user.click(button("backup-progress-stop"));
  expect(called("stop_backup").length).toBe(1);
  work.end({ code: "backup_stopped", message: "중지하였습니다.", detail: "" });
  await vi.waitFor(() => expect(button("restore-cancel").disabled).toBe(false));
});
