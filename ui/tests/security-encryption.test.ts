import { screen } from "@testing-library/svelte";
import { afterEach, expect, test, vi } from "vitest";
import { app } from "../src/lib/app.svelte";
import type { Gate } from "../src/lib/contract";
import { gate } from "../src/lib/gate.svelte";
import { language } from "../src/lib/language.svelte";
import { security } from "../src/lib/security.svelte";
import { status } from "./samples";
import { at, called, dialog, refuse, shell, useShell, user, ways } from "./security";

useShell();
afterEach(() => language.choose("ko"));

test("the ways that open the data are listed", async () => {
  await dialog("encryption");
  expect(screen.getAllByTestId("way").map(({ dataset }) => dataset["on"])).toEqual(["true", "true", "false"]);
});

async function changing(current: string | null, next: string) {
  if (current !== null) await user.type(screen.getByTestId("current-password"), current);
  for (const id of ["new-password", "new-password-again"]) await user.type(screen.getByTestId(id), next);
  await user.click(screen.getByTestId("change-password-save"));
}

test("a password is changed with the one before it", async () => {
  await dialog("encryption");
  await changing("예전 암호", "봄비 오는 뜰에");
  expect(called("set_password")).toEqual([{ current: "예전 암호", password: "봄비 오는 뜰에" }]);
  expect((await screen.findByTestId("toast")).textContent).toContain("암호를 바꾸었습니다.");
  expect(["current-password", "new-password", "new-password-again"].map((id) => screen.getByTestId<HTMLInputElement>(id).value)).toEqual(["", "", ""]);
});

test.each([
  ["a short one", "봄비", "8자 이상"],
  ["one typed differently", "봄비 오는 뜰에", "서로 다릅니다"],
])("%s is not sent", async (_, next, why) => {
  await dialog("encryption");
  await user.type(screen.getByTestId("current-password"), "예전 암호");
  await user.type(screen.getByTestId("new-password"), next);
  await user.type(screen.getByTestId("new-password-again"), next === "봄비" ? next : "봄비");
  await user.type(screen.getByTestId("new-password-again"), "{Enter}");
  expect(screen.getByTestId("change-password-error").textContent).toContain(why);
  expect(called("set_password")).toEqual([]);
});

test("a wrong current password is told and typed again; the new one stays", async () => {
  shell.answers["set_password"] = refuse("unlock_wrong", "맞지 않습니다.");
  await dialog("encryption");
  await changing("틀린 암호", "봄비 오는 뜰에");
  await vi.waitFor(() => expect(screen.getByTestId("change-password-error").textContent).toContain("맞지 않습니다."));
  expect(screen.getByTestId<HTMLInputElement>("current-password").value).toBe("");
  expect(screen.getByTestId<HTMLInputElement>("new-password").value).toBe("봄비 오는 뜰에");
});

test("too many wrong ones are counted down here too", async () => {
  shell.answers["set_password"] = refuse("unlock_wait", "잠시 후", "3000");
  await dialog("encryption");
  await changing("틀린 암호", "봄비 오는 뜰에");
  await vi.waitFor(() => expect(screen.getByTestId("change-password-error").textContent).toContain("3초 후에"));
  await user.type(screen.getByTestId("current-password"), "예전 암호");
  expect(screen.getByTestId<HTMLButtonElement>("change-password-save").disabled).toBe(true);
});

test.each([
  ["there is no password yet", { ways: { ...ways, password: false, keyring: true } }, false],
  ["it was opened with the recovery key", {}, true],
])("where %s, no current one is asked for", async (_, more, byRecovery) => {
  await at(more);
  gate.openedByRecovery = byRecovery;
  await dialog("encryption");
  expect(screen.queryByTestId("current-password")).toBeNull();
  await changing(null, "봄비 오는 뜰에");
  expect(called("set_password")).toEqual([{ current: null, password: "봄비 오는 뜰에" }]);
});

const RECOVERY = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ";
const current = () => screen.getByTestId<HTMLInputElement>("recovery-current");
const ok = () => screen.getByTestId<HTMLButtonElement>("confirm-recovery-ok");
const said = () => screen.getByTestId("recovery-error").textContent;

async function asking(more: Partial<Gate> = {}) {
  await at(more);
  await dialog("encryption");
  await user.click(screen.getByTestId("make-recovery"));
}

test("a recovery key is made for whoever knows the password, after a warning, and is shown once", async () => {
  shell.answers["make_recovery_key"] = () => RECOVERY;
  await asking();
  expect(screen.getByTestId("confirm-recovery").textContent).toContain("이전에 적어 둔 복구 키로는 더 이상");
  expect(document.activeElement).toBe(current());
  expect(ok().disabled).toBe(true);
  await user.keyboard("{Enter}");
  expect(called("make_recovery_key")).toEqual([]);
  await user.keyboard("봄비 오는 뜰에{Enter}");
  expect((await screen.findByTestId("gate-recovery-key")).textContent).toBe(RECOVERY);
  expect(screen.queryByTestId("confirm-recovery")).toBeNull();
  expect(screen.getByTestId("new-recovery").contains(document.activeElement)).toBe(true);
  // Escape does not lose what is shown only once.
  await user.keyboard("{Escape}");
  expect(screen.getByTestId("gate-recovery-key")).toBeTruthy();
  const done = screen.getByTestId<HTMLButtonElement>("recovery-done");
  expect(done.disabled).toBe(true);
  await user.click(screen.getByTestId("recovery-kept"));
  await user.click(done);
  expect(screen.queryByTestId("gate-recovery-key")).toBeNull();
  expect(document.activeElement).toBe(screen.getByTestId("make-recovery"));
  expect(called("make_recovery_key")).toEqual([{ current: "봄비 오는 뜰에" }]);
});

test("a wrong password makes no recovery key, is told in place and typed again", async () => {
  shell.answers["make_recovery_key"] = refuse("unlock_wrong", "맞지 않습니다.");
  await asking();
  await user.type(current(), "틀린 암호");
  await user.click(ok());
  await vi.waitFor(() => expect(said()).toContain("맞지 않습니다."));
  expect(current().value).toBe("");
  await vi.waitFor(() => expect(document.activeElement).toBe(current()));
  expect(screen.queryByTestId("gate-recovery-key")).toBeNull();
  shell.answers["make_recovery_key"] = () => RECOVERY;
  await user.keyboard("봄비 오는 뜰에{Enter}");
  expect(await screen.findByTestId("gate-recovery-key")).toBeTruthy();
});

test("too many wrong ones are counted down for a recovery key and a new password alike", async () => {
  shell.answers["make_recovery_key"] = refuse("unlock_wait", "잠시 후", "900");
  await asking();
  await user.type(current(), "틀린 암호{Enter}");
  await vi.waitFor(() => expect(said()).toContain("1초 후에"));
  expect(screen.getByTestId("change-password-error").textContent).toContain("1초 후에");
  await user.type(current(), "봄비 오는 뜰에{Enter}");
  expect(ok().disabled).toBe(true);
  expect(called("make_recovery_key").length).toBe(1);
  await vi.waitFor(() => expect(ok().disabled).toBe(false), 2000);
  expect(said()).toContain("다시 입력하실 수 있습니다.");
});

test("a recovery key that is being made cannot be missed", async () => {
  let give = (_: string) => {};
  shell.answers["make_recovery_key"] = () => new Promise<string>((resolve) => (give = resolve));
  await asking({ ways: { ...ways, recovery: false } });
  await user.type(current(), "봄비 오는 뜰에{Enter}");
  expect(screen.getByTestId<HTMLButtonElement>("confirm-recovery-cancel").disabled).toBe(true);
  expect(screen.queryByTestId("confirm-recovery-close")).toBeNull();
  await user.keyboard("{Escape}");
  // The shell says that there is one before it gives it.
  await at();
  expect(screen.getByTestId("confirm-recovery").textContent).not.toContain("이전에 적어 둔");
  give(RECOVERY);
  expect(await screen.findByTestId("gate-recovery-key")).toBeTruthy();
});

test("whoever came in with the recovery key is told what to do where the password is forgotten", async () => {
  gate.openedByRecovery = true;
  await asking();
  expect(screen.getByTestId("confirm-recovery").textContent).toContain("먼저 새 암호를 정해");
});

test.each([
  ["Escape", true, () => user.keyboard("{Escape}")],
  ["the cancel button", true, () => user.click(screen.getByTestId("confirm-recovery-cancel"))],
  ["Escape, where there is no password,", false, () => user.keyboard("{Escape}")],
])("%s makes no key and leaves the dialog behind it open", async (_, password, leave) => {
  await asking({ ways: { password, recovery: true, keyring: true } });
  await leave();
  expect(screen.queryByTestId("confirm-recovery")).toBeNull();
  expect(screen.getByTestId("security-dialog")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByTestId("make-recovery"));
  expect(called("make_recovery_key")).toEqual([]);
});

test("a first recovery key needs the password, but no warning", async () => {
  shell.answers["make_recovery_key"] = () => RECOVERY;
  await asking({ ways: { ...ways, recovery: false } });
  expect(screen.getByTestId("confirm-recovery").textContent).not.toContain("이전에 적어 둔");
  await user.type(current(), "봄비 오는 뜰에{Enter}");
  expect(await screen.findByTestId("gate-recovery-key")).toBeTruthy();
});

test("where there is no password, a new recovery key is made after a warning alone", async () => {
  shell.answers["make_recovery_key"] = () => RECOVERY;
  await asking({ ways: { password: false, recovery: true, keyring: true } });
  expect(screen.getByRole("alertdialog").textContent).toContain("이전에 적어 둔 복구 키로는 더 이상");
  expect(document.activeElement).toBe(screen.getByTestId("confirm-recovery-cancel"));
  await user.click(ok());
  expect(await screen.findByTestId("gate-recovery-key")).toBeTruthy();
  expect(called("make_recovery_key")).toEqual([{ current: null }]);
});

test("where there is no password, a first recovery key is made at once", async () => {
  shell.answers["make_recovery_key"] = () => RECOVERY;
  await asking({ ways: { password: false, recovery: false, keyring: true } });
  expect(await screen.findByTestId("gate-recovery-key")).toBeTruthy();
  expect(called("make_recovery_key")).toEqual([{ current: null }]);
});

const keyring = () => screen.getByTestId<HTMLInputElement>("keyring-switch");

test("the keyring is switched on, and stays off where that is refused", async () => {
  await dialog("encryption");
  await user.click(keyring());
  expect(called("set_keyring")).toEqual([{ on: true }]);
  await at();
  shell.answers["set_keyring"] = refuse("keyring_unavailable", "저장소를 쓸 수 없습니다.");
  keyring().checked = false;
  await user.click(keyring());
  await vi.waitFor(() => expect(screen.getByTestId("encryption-error").textContent).toContain("저장소를 쓸 수 없습니다."));
  expect(keyring().checked).toBe(false);
});

test.each<[string, Partial<Gate>, boolean, string]>([
  ["is not there", { keyring_available: false }, false, "쓸 수 없습니다"],
  ["is the only way", { ways: { password: false, recovery: false, keyring: true } }, false, "먼저 암호를 정해"],
  ["is forbidden by the policy", {}, true, "기관 정책"],
])("a keyring that %s cannot be switched", async (_, more, require_password, why) => {
  await at(more);
  shell.answers["status"] = () => status("ready", { require_password });
  app.status = status("ready", { require_password });
  await dialog("encryption");
  await vi.waitFor(() => expect(keyring().disabled).toBe(true));
  expect(screen.getByText(new RegExp(why))).toBeTruthy();
});

const minutes = () => screen.findByTestId<HTMLSelectElement>("idle-minutes");

test("the minutes without a touch are chosen", async () => {
  shell.answers["set_idle_minutes"] = ({ minutes }: { minutes: number }) => (shell.settings = { ...shell.settings, idle_minutes: minutes });
  await dialog("encryption");
  const list = await minutes();
  expect([...list.options].map(({ text }) => text)).toEqual(["사용 안 함", "5분 뒤", "10분 뒤", "15분 뒤", "30분 뒤", "60분 뒤"]);
  expect(list.value).toBe("10");
  await user.selectOptions(list, "30");
  expect(called("set_idle_minutes")).toEqual([{ minutes: 30 }]);
  await vi.waitFor(() => expect(security.settings!.idle_minutes).toBe(30));
});

test("in English one minute is one", async () => {
  shell.settings = { idle_minutes: 1, on_session_lock: true, locked_by_policy: false };
  language.choose("en");
  await dialog("encryption");
  const list = await screen.findByTestId<HTMLSelectElement>("idle-minutes");
  expect([...list.options].slice(0, 3).map(({ text }) => text)).toEqual(["Never", "After 1 minute", "After 5 minutes"]);
});

test("minutes that are refused go back to what is kept", async () => {
  shell.answers["set_idle_minutes"] = refuse("policy_idle", "정책으로 정해져 있습니다.");
  await dialog("encryption");
  const list = await minutes();
  await user.selectOptions(list, "0");
  await vi.waitFor(() => expect(screen.getByTestId("toast").textContent).toContain("정책으로"));
  await vi.waitFor(() => expect(list.value).toBe("10"));
});

test("minutes of a policy are shown, also unusual ones, and cannot be changed", async () => {
  shell.settings = { idle_minutes: 7, on_session_lock: false, locked_by_policy: true };
  await dialog("encryption");
  await vi.waitFor(async () => expect((await minutes()).disabled).toBe(true));
  expect((await minutes()).value).toBe("7");
  expect(screen.getByText(/기관 정책으로 정해져 있어/)).toBeTruthy();
  expect(screen.getByTestId("session-lock").textContent).toContain("따로 잠기지 않습니다");
});

test("it can be locked from here", async () => {
  await dialog("encryption");
  await user.click(screen.getByTestId("lock-now"));
  expect(called("lock").length).toBe(1);
});
