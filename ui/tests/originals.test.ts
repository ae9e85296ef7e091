/** The document's own file, opened in the person's own program. */
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import DocumentItem from "../src/components/DocumentItem.svelte";
import SourcePane from "../src/components/SourcePane.svelte";
import { app } from "../src/lib/app.svelte";
import type { DocumentRow } from "../src/lib/contract";
import { block, citation, document, status } from "./samples";

const gone = { code: "original_missing", message: "원본 파일을 찾을 수 없거나 읽을 권한이 없습니다.", detail: "" };
let opened: unknown[];
let failure: unknown;

beforeEach(() => {
  clearMocks();
  opened = [];
  failure = null;
  mockIPC((command, args) => {
    if (command !== "open_original") return;
    opened.push(args);
    if (failure) throw failure;
  });
  app.documents = [];
  app.toasts = [];
  app.status = status();
});

const nothing = () => {};
const item = (row: DocumentRow) =>
  render(DocumentItem, { document: row, open: false, reachable: true, ontoggle: nothing, onremove: nothing, onforget: nothing });

test("the list's menu opens it, with the keys", async () => {
  item(document({ id: 5 }));
  screen.getByTestId("more").focus();
  await userEvent.keyboard("{ArrowDown}");
  while (window.document.activeElement?.textContent?.trim() !== "원본 열기") await userEvent.keyboard("{ArrowDown}");
  await userEvent.keyboard("{Enter}");
  expect(opened).toEqual([{ id: 5 }]);
});

test("what was never read is not opened", async () => {
  item(document({ state: "waiting", format: null }));
  await userEvent.click(screen.getByTestId("more"));
  expect(screen.queryByTestId("open-original")).toBeNull();
});

test("the source pane opens it, and a failure says why", async () => {
  failure = gone;
  const source = { document: document(), heading_path: [], page: 1, section: 1, blocks: [block({ text: "연가" })] };
  render(SourcePane, { open: { citation: citation({ document_id: 1 }), opener: null, source } });
  await userEvent.click(screen.getByRole("button", { name: "원본 열기" }));
  expect(opened).toEqual([{ id: 1 }]);
  await vi.waitFor(() => expect(app.toasts[0]?.text).toBe(gone.message));
});
