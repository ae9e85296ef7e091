import { screen } from "@testing-library/svelte";
import { expect, test, vi } from "vitest";
import type { Attempt, NetworkProbes } from "../src/lib/contract";
import { verdict } from "../src/lib/security.svelte";
import { called, dialog, refuse, shell, useShell, user } from "./security";

const refused = (way: string): Attempt => ({ way, refused: true, answer: "Permission denied" });
const opened = (way: string): Attempt => ({ way, refused: false, answer: "connected" });
const shut: NetworkProbes = { process: [refused("TCP (IPv4)"), refused("UDP")], child: [refused("TCP (IPv4)")] };

useShell(() => ({ network_probes: () => shut }));

test.each<[string, NetworkProbes, string, string]>([
  ["every way refused", shut, "blocked", "모두 3가지 통로를 시험했고, 모두 막혀 있습니다."],
  ["one that opened", { ...shut, child: [refused("UDP"), opened("TCP (IPv6)")] }, "open", "TCP (IPv6)"],
  ["one that opened where the other part is empty", { process: [opened("UDP")], child: [] }, "open", "UDP"],
  ["nothing tried", { process: [], child: [] }, "untested", "시험하지 못했습니다"],
  ["no child tried", { ...shut, child: [] }, "untested", "일부를 시험하지 못했습니다"],
  ["only a child tried", { ...shut, process: [] }, "untested", "일부를 시험하지 못했습니다"],
])("%s", (_, probes, state, text) => {
  expect(verdict(probes).state).toBe(state);
  expect(verdict(probes).text).toContain(text);
});

test("a way that opened twice is named once", () => {
  expect(verdict({ process: [opened("UDP")], child: [opened("UDP")] }).text).toContain("있습니다: UDP.");
});

test("the ways out are tried when it opens, once, and again when asked", async () => {
  await dialog();
  expect((await screen.findByTestId("probe-summary")).textContent).toContain("모두 3가지 통로를 시험했고, 모두 막혀 있습니다.");
  expect(screen.getAllByTestId("probe-row").map(({ dataset }) => dataset["state"])).toEqual(["refused", "refused", "refused"]);
  await user.click(screen.getByTestId("security-tab-policy"));
  await user.click(screen.getByTestId("security-tab-network"));
  expect(called("network_probes").length).toBe(1);
  await user.click(screen.getByTestId("security-check"));
  expect(called("network_probes").length).toBe(2);
});

test("progress is shown while they are tried, and a second press starts nothing", async () => {
  let finish = (_: NetworkProbes) => {};
  shell.answers["network_probes"] = () => new Promise((resolve) => (finish = resolve));
  await dialog();
  expect(screen.getByRole("progressbar")).toBeTruthy();
  expect(screen.queryByTestId("probe-summary")).toBeNull();
  await user.click(screen.getByTestId("security-check"));
  expect(called("network_probes").length).toBe(1);
  finish(shut);
  expect((await screen.findByTestId("probe-summary")).dataset["state"]).toBe("blocked");
  expect(screen.queryByRole("progressbar")).toBeNull();
});

test("a way that opened is shown in red with its name", async () => {
  shell.answers["network_probes"] = () => ({ ...shut, process: [refused("UDP"), opened("TCP (IPv6)")] });
  await dialog();
  const summary = await screen.findByTestId("probe-summary");
  expect([summary.dataset["state"], summary.textContent]).toEqual(["open", expect.stringContaining("TCP (IPv6)")]);
  expect(screen.getAllByTestId("probe-row")[1]!.textContent).toContain("열림");
});

test("what could not be tried is never shown as blocked", async () => {
  shell.answers["network_probes"] = () => ({ process: [], child: [] });
  await dialog();
  expect((await screen.findByTestId("probe-summary")).dataset["state"]).toBe("untested");
  expect(screen.getAllByTestId("probe-untested").length).toBe(2);
  expect(screen.getByTestId("security-network").textContent).not.toContain("모두 막혀");
});

test("a try that failed takes the earlier answer away", async () => {
  await dialog();
  await screen.findByTestId("probe-summary");
  shell.answers["network_probes"] = refuse("probe_failed", "시험을 시작하지 못했습니다.");
  await user.click(screen.getByTestId("security-check"));
  await vi.waitFor(() => expect(screen.getByTestId("probe-summary").dataset["state"]).toBe("untested"));
  expect(screen.queryByTestId("probe-row")).toBeNull();
});
