/** The desk of a shell that is made up, and its security dialog. */
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { emit } from "@tauri-apps/api/event";
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, vi } from "vitest";
import Desk from "../src/Desk.svelte";
import Toasts from "../src/components/Toasts.svelte";
import { app } from "../src/lib/app.svelte";
import type { Gate, LockSettings } from "../src/lib/contract";
import { gate } from "../src/lib/gate.svelte";
import { security } from "../src/lib/security.svelte";
import { ingest, status } from "./samples";

export const ways = { password: true, recovery: true, keyring: false };
export const user = userEvent.setup();

/** What was asked of the shell, and what it answers. */
export const shell: {
  calls: [string, Record<string, unknown>][];
  answers: Record<string, (args: never) => unknown>;
  settings: LockSettings;
} = { calls: [], answers: {}, settings: { idle_minutes: 10, on_session_lock: true, locked_by_policy: false } };

export const called = (name: string) => shell.calls.filter(([command]) => command === name).map(([, args]) => args);

export const refuse = (code: string, message: string, detail = "") => () => {
  throw { code, message, detail };
};

/** The shell says how it is locked now. */
export async function at(more: Partial<Gate> = {}) {
  await emit("gate", { state: "open", ways, keyring_available: true, ...more });
  await tick();
  await vi.dynamicImportSettled();
  await tick();
}

/** The desk with the dialog open. */
export async function dialog(tab?: string) {
  render(Desk);
  render(Toasts);
  screen.getByTestId("security-button").focus();
  await user.click(screen.getByTestId("security-button"));
  if (tab) await user.click(screen.getByTestId(`security-tab-${tab}`));
  return screen.findByTestId("security-dialog");
}

/** Before each test of the file that calls it. */
export function useShell(more: () => typeof shell.answers = () => ({})) {
  let stop: () => void;

  beforeEach(async () => {
    clearMocks();
    localStorage.clear();
    shell.calls = [];
    shell.settings = { idle_minutes: 10, on_session_lock: true, locked_by_policy: false };
    shell.answers = {
      gate: () => ({ state: "open", ways, keyring_available: true }),
      status: () => status(),
      documents: () => [],
      conversations: () => [],
      collections: () => [],
      drafts: () => [],
      folders: () => [],
      watched_folders: () => [],
      ingest_status: () => ingest({ state: "idle", files_total: 0, files_done: 0 }),
      network_probes: () => ({ process: [], child: [] }),
      lock_settings: () => shell.settings,
      ...more(),
    };
    const hears = (command: string) => !command.startsWith("plugin:") || command.startsWith("plugin:dialog");
    mockIPC(
      (command, args) => {
        if (hears(command)) shell.calls.push([command, args as Record<string, unknown>]);
        return shell.answers[command]?.(args as never);
      },
      { shouldMockEvents: true },
    );
    app.toasts = [];
    app.status = status();
    security.close();
    gate.openedByRecovery = false;
    for (const wait of Object.values(gate.waits)) wait.start(0);
    stop = gate.start();
    await vi.waitFor(() => expect(gate.state).toBe("open"));
    await at();
  });

  afterEach(() => stop());
}
