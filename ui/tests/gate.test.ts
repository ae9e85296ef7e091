import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import GateScreen from "../src/components/Gate.svelte";
import { GateState, gate } from "../src/lib/gate.svelte";
import type { Failure, Gate } from "../src/lib/contract";

const ways = { password: true, recovery: true, keyring: false };
const at = (state: Gate["state"], more: Partial<Gate> = {}): Gate => ({ state, ways, keyring_available: false, ...more });

let calls: [string, unknown][];
let answers: Record<string, () => unknown>;

beforeEach(() => {
  clearMocks();
  calls = [];
  answers = {};
  mockIPC((command, args) => {
    if (!command.startsWith("plugin:")) calls.push([command, args]);
    return answers[command]?.();
  }, { shouldMockEvents: true });
});

const refuse = (failure: Partial<Failure>) => () => {
  throw { code: "unlock_wrong", message: "맞지 않습니다.", detail: "", ...failure };
};

async function shown(state: Gate) {
  answers["gate"] = () => state;
  const stop = gate.start();
  await vi.waitFor(() => expect(gate.state).toBe(state.state));
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
  expect(gate.offersRecovery).toBe(true);
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
  gate.waitUntil = 0;
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
  stop();
});
