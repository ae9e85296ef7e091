import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../src/App.svelte";
import GateScreen from "../src/components/Gate.svelte";
import { app } from "../src/lib/app.svelte";
import { GateState, gate } from "../src/lib/gate.svelte";
import { idle } from "../src/lib/idle.svelte";
import { security } from "../src/lib/security.svelte";
import type { Failure, Gate } from "../src/lib/contract";
import { ingest, status } from "./samples";

const ways = { password: true, recovery: true, keyring: false };
const at = (state: Gate["state"], more: Partial<Gate> = {}): Gate => ({ state, ways, keyring_available: false, ...more });

let calls: [string, unknown][];
let answers: Record<string, () => unknown>;

beforeEach(() => {
  clearMocks();
  calls = [];
  answers = {
    status: () => status(),
    documents: () => [],
    conversations: () => [],
    drafts: () => [],
    folders: () => [],
    watched_folders: () => [],
    ingest_status: () => ingest({ state: "idle", files_total: 0, files_done: 0 }),
    lock_settings: () => ({ idle_minutes: 0, on_session_lock: true, locked_by_policy: false }),
  };
  gate.offers = gate.failure = null;
  gate.openedByRecovery = false;
  for (const wait of Object.values(gate.waits)) wait.start(0);
  app.toasts = [];
  security.settings = null;
  mockIPC((command, args) => {
    if (!command.startsWith("plugin:")) calls.push([command, args]);
    return answers[command]?.();
  }, { shouldMockEvents: true });
});

const refuse = (failure: Partial<Failure>) => () => {
  throw { code: "unlock_wrong", message: "맞지 않습니다.", detail: "", ...failure };
};

/** The gate outlives a test: what it held before may look the same. */
const asked = async () => {
  await vi.waitFor(() => expect(calls).toContainEqual(["gate", {}]));
  await vi.waitFor(() => expect(gate.busy).toBe(false));
  await settled();
};

/** What stands behind the gate is read when it is first needed. */
const settled = async () => {
  await tick();
  await vi.dynamicImportSettled();
  await tick();
};

/** The whole window, whose gate changes as the shell says. */
async function opened(state: Gate) {
  answers["gate"] = () => state;
  render(App);
  await asked();
  return async (next: Gate) => {
    const { emit } = await import("@tauri-apps/api/event");
    await emit("gate", next);
    await settled();
  };
}

async function shown(state: Gate) {
  answers["gate"] = () => state;
  const stop = gate.start();
  await asked();
  render(GateScreen);
  await tick();
  return stop;
}

test("a first start sets a password that is long enough and typed twice alike", async () => {
  const stop = await shown(at("new"));
  const start = screen.getByTestId<HTMLButtonElement>("gate-start");
  await userEvent.type(screen.getByTestId("gate-password"), "일곱글자암호다");
  await userEvent.type(screen.getByTestId("gate-password-again"), "일곱글자암호다");
  expect(start.disabled).toBe(true);
  expect(screen.getByTestId("gate-error").textContent).toContain("8자 이상");
  await userEvent.type(screen.getByTestId("gate-password"), "요");
  expect(start.disabled).toBe(true);
  expect(screen.getByTestId("gate-error").textContent).toContain("서로 다릅니다");
  await userEvent.type(screen.getByTestId("gate-password-again"), "요");
  await userEvent.click(start);
  expect(calls).toContainEqual(["create_vault", { password: "일곱글자암호다요" }]);
  expect(gate.offers).toBe("recovery-key");
  stop();
});

test("a wrong password is told and the field is emptied", async () => {
  const stop = await shown(at("locked"));
  answers["unlock"] = refuse({});
  await userEvent.type(screen.getByTestId("gate-password"), "틀린 암호{Enter}");
  expect(calls).toContainEqual(["unlock", { password: "틀린 암호" }]);
  await vi.waitFor(() => expect(screen.getByTestId("gate-error").textContent).toContain("맞지 않습니다."));
  expect(screen.getByTestId<HTMLInputElement>("gate-password").value).toBe("");
  stop();
});

test("too many wrong ones close the button for the time that the shell says", async () => {
  const stop = await shown(at("locked"));
  answers["unlock"] = refuse({ code: "unlock_wait", detail: "4000" });
  await userEvent.type(screen.getByTestId("gate-password"), "틀린 암호{Enter}");
  await vi.waitFor(() => expect(screen.getByTestId("gate-error").textContent).toContain("4초 후에"));
  await userEvent.type(screen.getByTestId("gate-password"), "옳은 암호");
  expect(screen.getByTestId<HTMLButtonElement>("gate-unlock").disabled).toBe(true);
  stop();
});

test("the recovery key opens where the password is forgotten", async () => {
  const stop = await shown(at("locked"));
  await userEvent.click(screen.getByTestId("gate-by-recovery"));
  await userEvent.type(screen.getByTestId("gate-password"), "ABCD-1234{Enter}");
  expect(calls).toContainEqual(["unlock_with_recovery", { recovery: "ABCD-1234" }]);
  stop();
});

test("what the window holds of open data goes when it is locked", async () => {
  const forget = vi.fn();
  const state = new GateState(forget);
  answers["gate"] = () => at("open");
  const stop = state.start();
  await vi.waitFor(() => expect(state.state).toBe("open"));
  expect(forget).not.toHaveBeenCalled();
  const { emit } = await import("@tauri-apps/api/event");
  await emit("gate", at("locked"));
  await vi.waitFor(() => expect(forget).toHaveBeenCalledOnce());
  expect(state.state).toBeNull();
  stop();
});

test("a first password is measured as it is typed", async () => {
  const stop = await shown(at("new"));
  const measured = screen.getByTestId("password-strength");
  await userEvent.type(screen.getByTestId("gate-password"), "12345678");
  expect(measured.dataset["level"]).toBe("1");
  expect(measured.textContent).toContain("약함");
  await userEvent.type(screen.getByTestId("gate-password"), " 봄비 오는 뜰의 수국");
  expect(measured.dataset["level"]).toBe("3");
  stop();
});

test("the first field has the focus, and its button shows both passwords", async () => {
  const stop = await shown(at("new"));
  const fields = ["gate-password", "gate-password-again"].map((id) => screen.getByTestId<HTMLInputElement>(id));
  expect(document.activeElement).toBe(fields[0]);
  expect(fields.map(({ type }) => type)).toEqual(["password", "password"]);
  const button = screen.getByRole("button", { name: "암호 표시" });
  await userEvent.click(button);
  expect(fields.map(({ type }) => type)).toEqual(["text", "text"]);
  expect(button.getAttribute("aria-pressed")).toBe("true");
  stop();
});

test("Caps Lock and the input method are told where nobody sees what is typed", async () => {
  const stop = await shown(at("locked"));
  const user = userEvent.setup();
  const hints = () => screen.queryAllByTestId("password-hint").map(({ textContent }) => textContent);
  await user.click(screen.getByTestId("gate-password"));
  await user.keyboard("a");
  expect(hints()).toEqual([]);
  await user.keyboard("{CapsLock}a");
  expect(hints()).toEqual([expect.stringContaining("Caps Lock")]);
  await user.keyboard("{CapsLock}b");
  await user.type(screen.getByTestId("gate-password"), "ㅁ");
  expect(hints()).toEqual([expect.stringContaining("한/영")]);
  await user.click(screen.getByRole("button", { name: "암호 표시" }));
  expect(hints()).toEqual([]);
  stop();
});

test("a keyring that is not there is not offered", async () => {
  const stop = await shown(at("new"));
  expect(screen.queryByTestId("gate-keyring")).toBeNull();
  stop();
});

test("a keyring that is there is offered in place of a first password, and a recovery key after it", async () => {
  const stop = await shown(at("new", { keyring_available: true }));
  await userEvent.click(screen.getByTestId("gate-keyring"));
  expect(calls).toContainEqual(["create_vault", { password: null }]);
  expect(gate.offers).toBe("recovery-key");
  stop();
});

test("a policy that wants a password refuses the keyring, and that is told", async () => {
  answers["create_vault"] = refuse({ code: "policy_password", message: "기관 정책에 따라 암호를 정해야 합니다." });
  const stop = await shown(at("new", { keyring_available: true }));
  await userEvent.click(screen.getByTestId("gate-keyring"));
  await vi.waitFor(() => expect(screen.getByTestId("gate-error").textContent).toContain("기관 정책"));
  expect(gate.offers).toBeNull();
  // What is typed then is told about again.
  await userEvent.type(screen.getByTestId("gate-password"), "짧다");
  expect(screen.getByTestId("gate-error").textContent).toContain("8자 이상");
  stop();
});

test("what only the keyring opens asks for no password", async () => {
  const stop = await shown(at("locked", { ways: { password: false, recovery: true, keyring: true } }));
  expect(screen.queryByTestId("gate-password")).toBeNull();
  await userEvent.click(screen.getByTestId("gate-keyring"));
  expect(calls).toContainEqual(["unlock_with_keyring", {}]);
  await userEvent.click(screen.getByTestId("gate-by-recovery"));
  expect(document.activeElement).toBe(screen.getByTestId("gate-password"));
  stop();
});

test("the time to wait is counted down, and the button opens again", async () => {
  const stop = await shown(at("locked"));
  answers["unlock"] = refuse({ code: "unlock_wait", detail: "900" });
  await userEvent.type(screen.getByTestId("gate-password"), "틀린 암호{Enter}");
  await vi.waitFor(() => expect(screen.getByTestId("gate-error").textContent).toContain("1초 후에"));
  await userEvent.type(screen.getByTestId("gate-password"), "옳은 암호");
  await vi.waitFor(() => expect(screen.getByTestId<HTMLButtonElement>("gate-unlock").disabled).toBe(false), 2000);
  expect(screen.getByTestId("gate-error").textContent).toContain("다시 입력하실 수 있습니다.");
  stop();
});

test("a forgotten password does not hold up the recovery key", async () => {
  const stop = await shown(at("locked"));
  answers["unlock"] = refuse({ code: "unlock_wait", detail: "60000" });
  await userEvent.type(screen.getByTestId("gate-password"), "틀린 암호{Enter}");
  await vi.waitFor(() => expect(gate.waits.password.seconds).toBe(60));
  await userEvent.click(screen.getByTestId("gate-by-recovery"));
  await userEvent.type(screen.getByTestId("gate-password"), "ABCD{Enter}");
  expect(calls).toContainEqual(["unlock_with_recovery", { recovery: "ABCD" }]);
  stop();
});

test("a mistyped recovery key stays to be corrected", async () => {
  const stop = await shown(at("locked"));
  answers["unlock_with_recovery"] = refuse({ code: "recovery_mistyped", message: "복구 키를 잘못 입력하였습니다." });
  await userEvent.click(screen.getByTestId("gate-by-recovery"));
  await userEvent.type(screen.getByTestId("gate-password"), "ABCD-1234{Enter}");
  await vi.waitFor(() => expect(screen.getByTestId("gate-error").textContent).toContain("잘못 입력"));
  const field = screen.getByTestId<HTMLInputElement>("gate-password");
  expect([field.value, field.type]).toEqual(["ABCD-1234", "text"]);
  stop();
});

test("a recovery key is made when it is asked for, goes to paper, and then the desk opens", async () => {
  const print = vi.spyOn(window, "print").mockImplementation(() => {});
  answers["make_recovery_key"] = () => "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ";
  const say = await opened(at("new"));
  for (const id of ["gate-password", "gate-password-again"]) await userEvent.type(screen.getByTestId(id), "봄비 오는 뜰에");
  await userEvent.click(screen.getByTestId("gate-start"));
  await say(at("open"));
  expect(calls.map(([command]) => command)).not.toContain("make_recovery_key");
  await userEvent.click(screen.getByTestId("gate-make-recovery"));
  const key = await screen.findByTestId("gate-recovery-key");
  expect(calls).toContainEqual(["make_recovery_key", { current: null }]);
  expect(key.textContent).toBe("0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ");
  expect([...key.children].length).toBe(8);
  expect(screen.queryByText(/복사/)).toBeNull();
  await userEvent.click(screen.getByTestId("recovery-print"));
  expect(print).toHaveBeenCalledOnce();
  const next = screen.getByTestId<HTMLButtonElement>("gate-continue");
  expect(next.disabled).toBe(true);
  await userEvent.click(screen.getByLabelText("종이에 적어 두었습니다."));
  await userEvent.click(next);
  expect(await screen.findByTestId("question")).toBeTruthy();
  expect(screen.queryByTestId("gate-recovery-key")).toBeNull();
});

test("a recovery key can be left for later, also where it cannot be made", async () => {
  answers["make_recovery_key"] = refuse({ code: "keys_unwritable", message: "자료 폴더를 쓸 수 없습니다." });
  const say = await opened(at("locked"));
  gate.offers = "recovery-key";
  await say(at("open"));
  await userEvent.click(screen.getByTestId("gate-make-recovery"));
  expect((await screen.findByRole("alert")).textContent).toContain("자료 폴더");
  await userEvent.click(screen.getByTestId("gate-later"));
  expect(await screen.findByTestId("question")).toBeTruthy();
});

async function openedByRecovery() {
  const say = await opened(at("locked"));
  await userEvent.click(screen.getByTestId("gate-by-recovery"));
  await userEvent.type(screen.getByTestId("gate-password"), "ABCD{Enter}");
  await say(at("open"));
}

test("whoever came in with the recovery key is offered a new password, without the old one", async () => {
  await openedByRecovery();
  for (const id of ["reset-password", "reset-password-again"]) await userEvent.type(screen.getByTestId(id), "봄비 오는 뜰에");
  await userEvent.click(screen.getByTestId("reset-save"));
  expect(calls).toContainEqual(["set_password", { current: null, password: "봄비 오는 뜰에" }]);
  expect(await screen.findByTestId("question")).toBeTruthy();
  expect(gate.openedByRecovery).toBe(false);
});

test("a new password that is refused is told; it can be left for later", async () => {
  answers["set_password"] = refuse({ code: "keys_unwritable", message: "자료 폴더를 쓸 수 없습니다." });
  await openedByRecovery();
  for (const id of ["reset-password", "reset-password-again"]) await userEvent.type(screen.getByTestId(id), "봄비 오는 뜰에");
  await userEvent.click(screen.getByTestId("reset-save"));
  await vi.waitFor(() => expect(screen.getByTestId("reset-error").textContent).toContain("자료 폴더"));
  await userEvent.click(screen.getByTestId("reset-later"));
  expect(await screen.findByTestId("question")).toBeTruthy();
  expect(gate.openedByRecovery).toBe(true);
});

test("it is watched for touches while it is open, as long as the settings say", async () => {
  const stops: number[] = [];
  const watch = vi.spyOn(idle, "watch").mockImplementation((minutes) => () => stops.push(minutes));
  answers["lock_settings"] = () => ({ idle_minutes: 15, on_session_lock: true, locked_by_policy: false });
  const say = await opened(at("locked"));
  expect(watch).not.toHaveBeenCalled();
  await say(at("open"));
  await vi.waitFor(() => expect(watch).toHaveBeenLastCalledWith(15));
  answers["lock_settings"] = () => ({ idle_minutes: 5, on_session_lock: true, locked_by_policy: false });
  await security.loadSettings();
  await vi.waitFor(() => expect(watch).toHaveBeenLastCalledWith(5));
  expect(stops).toContain(15);
  await say(at("locked"));
  expect(stops.at(-1)).toBe(5);
});

test("a lock that fails is told on the desk", async () => {
  answers["lock"] = refuse({ code: "unexpected", message: "잠그지 못했습니다." });
  const say = await opened(at("locked"));
  await say(at("open"));
  await userEvent.click(screen.getByTestId("lock-button"));
  expect((await screen.findByTestId("toast")).textContent).toContain("잠그지 못했습니다.");
});

test("the password opens the desk at once", async () => {
  const say = await opened(at("locked"));
  await userEvent.type(screen.getByTestId("gate-password"), "옳은 암호{Enter}");
  await say(at("open"));
  expect(screen.getByTestId("question")).toBeTruthy();
});

async function restored() {
  answers["plugin:dialog|open"] = () => "/백업/b.naratmal-backup";
  answers["inspect_backup"] = () => ({ made_at: 0, program: "0.1.0", bytes: 1, missing_models: [] });
  await userEvent.click(screen.getByTestId("gate-restore"));
  expect(document.activeElement).toBe(screen.getByTestId("restore-pick"));
  await userEvent.click(screen.getByTestId("restore-pick"));
  await userEvent.type(await screen.findByTestId("restore-password"), "백업의 암호{Enter}");
  for (const id of ["restore-new", "restore-new-again"]) await userEvent.type(await screen.findByTestId(id), "봄비 오는 뜰에");
  await userEvent.click(screen.getByTestId("restore-start"));
}

test("a first start can begin with a backup; then a recovery key is offered", async () => {
  const say = await opened(at("new"));
  await restored();
  await vi.waitFor(() =>
    expect(calls).toContainEqual([
      "restore_backup",
      expect.objectContaining({ path: "/백업/b.naratmal-backup", password: "백업의 암호", newPassword: "봄비 오는 뜰에", current: null }),
    ]),
  );
  await say(at("open"));
  expect(await screen.findByTestId("gate-make-recovery")).toBeTruthy();
});

test("a restore that fails at the gate says why, and the first step is there again", async () => {
  answers["restore_backup"] = refuse({ code: "backup_damaged", message: "백업 파일이 손상되었습니다." });
  const stop = await shown(at("new"));
  await restored();
  await vi.waitFor(() => expect(screen.getByTestId("restore-error").textContent).toContain("백업 파일이 손상되었습니다."));
  expect(gate.offers).toBeNull();
  await userEvent.click(screen.getByTestId("restore-cancel"));
  expect(document.activeElement).toBe(screen.getByTestId("gate-password"));
  stop();
});

test.each([
  ["unlock_wrong", false],
  ["vault_newer", false],
  ["vault_damaged", true],
])("where the data is locked a backup is offered only where it is damaged: %s", async (code, offered) => {
  answers["unlock"] = refuse({ code, message: "열지 못했습니다." });
  const stop = await shown(at("locked"));
  expect(screen.queryByTestId("gate-restore")).toBeNull();
  await userEvent.type(screen.getByTestId("gate-password"), "옳은 암호{Enter}");
  await vi.waitFor(() => expect(screen.getByTestId("gate-error").textContent).toContain("열지 못했습니다."));
  expect(screen.queryByTestId("gate-restore") !== null).toBe(offered);
  stop();
});

test("keys that cannot be read offer a backup as well", async () => {
  answers["gate"] = refuse({ code: "keys_damaged", message: "열쇠 파일(keys.json)이 손상되었습니다." });
  const lost = new GateState(() => {});
  const stop = lost.start();
  await vi.waitFor(() => expect(lost.failure?.code).toBe("keys_damaged"));
  gate.failure = lost.failure;
  render(GateScreen);
  expect(await screen.findByTestId("gate-restore")).toBeTruthy();
  stop();
});
