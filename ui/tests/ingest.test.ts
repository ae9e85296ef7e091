import { emit } from "@tauri-apps/api/event";
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { App } from "../src/lib/app.svelte";
import type { DocumentRow, WatchedFolder } from "../src/lib/contract";
import { document, ingest, status } from "./samples";

let calls: [string, unknown][];
let stored: DocumentRow[];
let watched: WatchedFolder[];
/** Stands between asking for the documents and their coming. */
let delay: Promise<void>;
let app: App;
let stop: () => void;

const asked = (command: string) => calls.filter(([called]) => called === command).length;
const shown = () => app.documents.map(({ id, state }) => `${id} ${state}`);

beforeEach(async () => {
  localStorage.clear();
  clearMocks();
  calls = [];
  stored = [document()];
  watched = [];
  delay = Promise.resolve();
  mockIPC(
    async (command, args) => {
      calls.push([command, args]);
      if (command === "status") return status();
      if (["conversations", "folders", "drafts"].includes(command)) return [];
      if (command === "ingest_status") return ingest({ files_total: 7 });
      if (command === "watched_folders") return watched;
      if (command === "watch_folder") watched = [{ path: (args as { path: string }).path, name: "인사" }];
      if (command === "unwatch_folder") watched = [];
      if (command === "cancel_ingest") return 8766;
      if (command !== "documents") return;
      const rows = stored;
      await delay;
      return rows;
    },
    { shouldMockEvents: true },
  );
  app = new App();
  stop = app.start();
  await vi.waitFor(() => expect(app.ingest.files_total).toBe(7));
});

afterEach(() => stop());

test("the window that opens while documents are read knows it", () => {
  expect(shown()).toEqual(["1 ready"]);
  expect(app.ingest.state).toBe("running");
});

test("the ingest event replaces what was known", async () => {
  await emit("ingest", ingest({ files_done: 2000 }));
  expect(app.ingest).toEqual(ingest({ files_done: 2000 }));
});

test("“documents” asks for all of them again", async () => {
  stored = [document({ state: "cancelled" }), document({ id: 2, state: "cancelled" })];
  await emit("documents", null);
  await vi.waitFor(() => expect(shown()).toEqual(["1 cancelled", "2 cancelled"]));
});

test("a hundred “documents” in a row are answered by one list", async () => {
  const before = asked("documents");
  for (let each = 0; each < 100; each += 1) await emit("documents", null);
  await vi.waitFor(() => expect(asked("documents")).toBeGreaterThan(before));
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(asked("documents")).toBe(before + 1);
});

test("what changes while a list is on its way is asked for once more", async () => {
  const before = asked("documents");
  let arrive = () => {};
  delay = new Promise((resolve) => (arrive = resolve));
  const adding = app.addDocuments(["/자료/하나.hwp"]);
  await vi.waitFor(() => expect(asked("documents")).toBe(before + 1));
  stored = [document({ state: "cancelled" })];
  void app.addDocuments(["/자료/둘.hwp"]);
  void app.addDocuments(["/자료/셋.hwp"]);
  await vi.waitFor(() => expect(asked("add_documents")).toBe(3));
  arrive();
  await adding;
  expect(asked("documents")).toBe(before + 2);
  expect(shown()).toEqual(["1 cancelled"]);
});

test("many changed documents are shown at once, the new ones last", async () => {
  await emit("document", document({ id: 2, state: "waiting" }));
  await emit("document", document({ id: 2, state: "reading" }));
  await emit("document", document({ id: 1, state: "indexing" }));
  expect(shown()).toEqual(["1 ready"]);
  await vi.waitFor(() => expect(shown()).toEqual(["1 indexing", "2 reading"]));
});

test("a list that is older than a change does not undo it", async () => {
  let arrive = () => {};
  delay = new Promise((resolve) => (arrive = resolve));
  stored = [document({ state: "waiting" })];
  const before = asked("documents");
  await emit("documents", null);
  await vi.waitFor(() => expect(asked("documents")).toBe(before + 1));
  await emit("document", document({ state: "reading" }));
  arrive();
  await vi.waitFor(() => expect(shown()).toEqual(["1 reading"]));
});

test("a list that fails does not lose a change", async () => {
  let fail = () => {};
  delay = new Promise((_, reject) => (fail = () => reject({ code: "vault", message: "다시 시도하십시오.", detail: "" })));
  const before = asked("documents");
  await emit("documents", null);
  await vi.waitFor(() => expect(asked("documents")).toBe(before + 1));
  await emit("document", document({ state: "failed" }));
  fail();
  await vi.waitFor(() => expect(shown()).toEqual(["1 failed"]));
  expect(app.toasts.map(({ failure }) => failure?.code)).toEqual(["vault"]);
});

test("cancelling tells how many, and shows them", async () => {
  stored = [document({ state: "cancelled" })];
  await app.cancelIngest();
  expect(shown()).toEqual(["1 cancelled"]);
  expect(app.toasts[0]!.text).toContain("8,766개를 취소했습니다.");
});

test.each(["인사", "/자료/인사"])("a folder that was dropped is offered for watching once its documents are there (%s)", async (folder) => {
  await app.addDocuments(["/자료/인사", "/자료/낱장.hwp"]);
  expect(app.offered).toBeNull();
  await emit("document", document({ id: 2, folder }));
  await vi.waitFor(() => expect(app.offered).toBe("/자료/인사"));
  await app.answerOffer("/자료/인사", true);
  expect(app.offered).toBeNull();
  expect(app.watched).toEqual([{ path: "/자료/인사", name: "인사" }]);
  await app.unwatchFolder("/자료/인사");
  expect(app.watched).toEqual([]);
  expect(app.offered).toBeNull();
});

test("a folder that is not to be followed is not", async () => {
  stored = [document({ folder: "인사" })];
  await app.addDocuments(["/자료/인사"]);
  expect(app.offered).toBe("/자료/인사");
  await app.answerOffer("/자료/인사", false);
  expect(app.offered).toBeNull();
  expect(asked("watch_folder")).toBe(0);
});

test("a folder that is watched is not offered again", async () => {
  watched = [{ path: "/자료/인사", name: "인사" }];
  stop();
  app = new App();
  stop = app.start();
  await vi.waitFor(() => expect(app.watched.length).toBe(1));
  stored = [document({ folder: "인사" })];
  await app.addDocuments(["/자료/인사"]);
  expect(app.offered).toBeNull();
});
