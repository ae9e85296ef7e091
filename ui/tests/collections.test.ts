/** Named sets of documents: made, filled and asked, with the keys alone. */
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Composer from "../src/components/Composer.svelte";
import DocumentList from "../src/components/DocumentList.svelte";
import { app } from "../src/lib/app.svelte";
import { collections } from "../src/lib/collections.svelte";
import type { Collection } from "../src/lib/contract";
import { everything } from "../src/lib/listing";
import { amountOf, asked, changed, everyDocument, obstacleOf, type Scope } from "../src/lib/scope";
import { document, status } from "./samples";

const shelf = () => [
  document({ id: 1, name: "복무규정.hwpx" }),
  document({ id: 2, name: "감사 결과.pdf" }),
  document({ id: 3, name: "감사 계획.hwp", state: "reading" }),
];
const of = (collection: number): Scope => ({ kind: "collection", collection });
const members = (id: number) => new Set(id === 7 ? [2, 3, 99] : []);

/** The vault, as far as collections go. */
let kept: Collection[];
let serial: number;

const commands: Record<string, (args: never) => Collection[]> = {
  add_collection: ({ name, documents }: { name: string; documents: number[] }) => {
    if (kept.some((each) => each.name === name)) throw { code: "name_taken", message: "같은 이름의 모음이 이미 있습니다.", detail: "" };
    return (kept = [...kept, { id: ++serial, name, documents }]);
  },
  rename_collection: ({ id, name }: { id: number; name: string }) =>
    (kept = kept.map((each) => (each.id === id ? { ...each, name } : each))),
  remove_collection: ({ id }: { id: number }) => (kept = kept.filter((each) => each.id !== id)),
  collect: ({ id, documents, included }: { id: number; documents: number[]; included: boolean }) =>
    (kept = kept.map((each) => {
      const rest = each.documents.filter((document) => !documents.includes(document));
      return each.id === id ? { ...each, documents: included ? [...rest, ...documents].sort() : rest } : each;
    })),
};

beforeEach(() => {
  clearMocks();
  localStorage.clear();
  serial = 7;
  kept = [{ id: 7, name: "감사", documents: [2] }];
  mockIPC((command, args) => commands[command]?.(args as never));
  Object.assign(app, { turn: null, current: null, toasts: [], documents: shelf(), filter: everything, status: status() });
  Object.assign(collections, { all: kept, shown: null, choosing: [] });
  app.choose(everyDocument);
});

const rows = () => screen.queryAllByTestId("document-row").map(({ dataset }) => dataset.name);
const row = (name: string) => screen.getAllByTestId("document-row").find(({ dataset }) => dataset.name === name)!;
const chips = () => screen.getAllByTestId("collection-chip").map((each) => each.textContent!.replace(/\s+/g, " ").trim());
const chip = (name: string) => screen.getAllByTestId("collection-chip").find(({ dataset }) => dataset.name === name)!;
/** Picks from the menu at `place` with the keys. */
async function pick(place: HTMLElement, choice: string) {
  within(place).getByTestId(/^(more|collection-menu)$/).focus();
  await userEvent.keyboard("{ArrowDown}");
  for (let step = 0; window.document.activeElement?.textContent?.trim() !== choice; step++) {
    if (step > 9) throw new Error(`no ‘${choice}’ in the menu`);
    await userEvent.keyboard("{ArrowDown}");
  }
  await userEvent.keyboard("{Enter}");
}
const bar = () => screen.getByTestId("collections");

// What it means

test("a collection asks what is in it and ready; what is gone asks nothing", () => {
  expect(asked(of(7), shelf(), members)).toEqual([2]);
  expect(asked(of(8), shelf(), members)).toEqual([]);
  expect(amountOf(members(7), shelf())).toEqual({ ready: 1, busy: 1 });
  expect(changed(of(7), shelf(), [1], true, members)).toEqual({ kind: "files", documents: new Set([2, 1]) });
  expect(obstacleOf(of(8), 0)).toMatch(/이 모음에 준비된 자료가 없습니다/);
});

// In the list

test("one is made by its name, and a name that is taken is told in place", async () => {
  render(DocumentList);
  screen.getByTestId("new-collection").focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.keyboard("감사{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("같은 이름");
  await userEvent.keyboard(" 2026{Enter}");
  await vi.waitFor(() => expect(screen.queryByTestId("collection-name")).toBeNull());
  expect(chips()).toEqual(["감사 1", "감사 2026 0"]);
  expect(window.document.activeElement).toBe(screen.getByTestId("new-collection"));
});

test("a document is put into several and taken out again", async () => {
  render(DocumentList);
  await pick(row("복무규정.hwpx"), "모음에 넣기");
  expect(screen.getByTestId("collect").textContent).toContain("‘복무규정.hwpx’");
  const box = () => within(screen.getAllByTestId("collect-choice")[0]!).getByRole<HTMLInputElement>("checkbox");
  expect(box().checked).toBe(false);
  box().focus();
  await userEvent.keyboard(" ");
  await vi.waitFor(() => expect(kept[0]!.documents).toEqual([1, 2]));
  await userEvent.type(screen.getByTestId("collect-name"), "예산{Enter}");
  await vi.waitFor(() => expect(kept[1]).toEqual({ id: 8, name: "예산", documents: [1] }));
  box().focus();
  await userEvent.keyboard(" ");
  await vi.waitFor(() => expect(kept[0]!.documents).toEqual([2]));
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByTestId("collect")).toBeNull();
});

test("the list shows one collection, and a document leaves it there but not the list", async () => {
  render(DocumentList);
  await userEvent.click(chip("감사"));
  expect(chip("감사").getAttribute("aria-pressed")).toBe("true");
  expect(rows()).toEqual(["감사 결과.pdf"]);
  await pick(row("감사 결과.pdf"), "이 모음에서 빼기");
  await vi.waitFor(() => expect(kept[0]!.documents).toEqual([]));
  await tick();
  await userEvent.click(screen.getByText("모두 보기"));
  expect(rows()).toHaveLength(3);
});

test("what the list shows is put in at once, and some of it is neither in nor out", async () => {
  render(DocumentList);
  await userEvent.type(screen.getByTestId("filter-name"), "감사");
  await pick(bar(), "보이는 자료 2건을 모음에 넣기");
  const box = within(screen.getByTestId("collect-choice")).getByRole<HTMLInputElement>("checkbox");
  expect(box.indeterminate).toBe(true);
  await userEvent.click(box);
  await vi.waitFor(() => expect(kept[0]!.documents).toEqual([2, 3]));
});

test("one is called otherwise, asked, and removed without its documents", async () => {
  render(DocumentList);
  await userEvent.click(chip("감사"));
  await pick(bar(), "이름 바꾸기");
  await userEvent.clear(screen.getByTestId("collection-name-field"));
  await userEvent.type(screen.getByTestId("collection-name-field"), "2026년 감사{Enter}");
  await vi.waitFor(() => expect(chips()).toEqual(["2026년 감사 1"]));
  await pick(bar(), "이 모음에서 답하기");
  expect(app.scope).toEqual([2]);
  await pick(bar(), "모음 없애기");
  await userEvent.click(await screen.findByTestId("confirm-collection-ok"));
  await vi.waitFor(() => expect(screen.queryAllByTestId("collection-chip")).toEqual([]));
  expect(rows()).toHaveLength(3);
  expect(app.scopeObstacle).toMatch(/이 모음에/);
});

test("a document's details name its collections and say when it was indexed", async () => {
  app.documents = [document({ id: 2, name: "감사 결과.pdf", grade: "O", indexed_at: 0 })];
  render(DocumentList);
  await userEvent.click(row("감사 결과.pdf").querySelector<HTMLElement>(".open")!);
  const told = [...screen.getByTestId("document-details").querySelectorAll("dt")].map(
    (term) => `${term.textContent} ${term.nextElementSibling!.textContent}`,
  );
  expect(told).toContain("색인한 때 1970년 1월 1일");
  expect(told).toContain("모음 감사");
  expect(told).toContain("개인정보 찾지 못함");
});

// In the question's scope

test("the chip and its panel offer collections beside folders", async () => {
  render(Composer);
  await userEvent.click(screen.getByTestId("scope"));
  const choice = screen.getAllByTestId("scope-choice").find(({ dataset }) => dataset.name === "감사")!;
  expect(choice.textContent!.replace(/\s+/g, " ").trim()).toBe("감사 모음 · 1건");
  await userEvent.click(within(choice).getByRole("radio"));
  expect(app.scope).toEqual([2]);
  expect(screen.getByTestId("scope").textContent).toContain("모음 ‘감사’");
  collections.all = [];
  await tick();
  expect(screen.getByTestId("scope").textContent).toContain("없어진 모음");
  expect(app.scopeObstacle).not.toBeNull();
});
