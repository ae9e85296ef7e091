/** What is pasted into the window: files wherever they are pasted, texts outside of the fields. */
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { beforeEach, afterEach, expect, test, vi } from "vitest";
import { app } from "../src/lib/app.svelte";
import { acceptPastes } from "../src/lib/paste";
import { document as row, status } from "./samples";

let calls: [string, unknown][];
/** The files in the system's clipboard, by their paths. */
let paths: string[];
let stop: () => void;

beforeEach(() => {
  clearMocks();
  calls = [];
  paths = [];
  mockIPC((command, args) => {
    if (command === "clipboard_files") return paths;
    calls.push([command, command === "add_pasted" ? told(args as unknown as Uint8Array) : args]);
    if (command === "add_pasted") return [row()];
    if (command === "documents") return [];
  });
  Object.assign(app, { documents: [], toasts: [], status: status() });
  window.document.body.innerHTML = "<main><p>글</p><textarea></textarea><input type='checkbox'></main>";
  stop = acceptPastes();
});
afterEach(() => stop());

/** As the shell takes it apart. */
function told(sent: Uint8Array): string {
  const length = new DataView(sent.buffer).getUint32(0, true);
  const text = new TextDecoder();
  return `${text.decode(sent.slice(4, 4 + length))}: ${text.decode(sent.slice(4 + length))}`;
}

interface Clip {
  files?: File[];
  text?: string;
  html?: boolean;
  /** Files of which WebKitGTK tells no more than that they are there. */
  uris?: boolean;
}

/** Whether it was taken. */
function paste(at: string, { files = [], text = "", html = false, uris = false }: Clip): boolean {
  const event = new Event("paste", { bubbles: true, cancelable: true });
  const types = [...(files.length > 0 ? ["Files"] : []), ...(text ? ["text/plain"] : []), ...(html ? ["text/html"] : []), ...(uris ? ["text/uri-list"] : [])];
  Object.assign(event, { clipboardData: { files, types, getData: () => text } });
  window.document.querySelector(at)!.dispatchEvent(event);
  return event.defaultPrevented;
}
const file = (name: string, text: string) => new File([text], name);
const added = () => calls.filter(([command]) => command !== "documents");
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test("files are added by their paths where the system tells them", async () => {
  paths = ["/자료/규정.hwp", "/자료/인사"];
  expect(paste("p", { files: [file("규정.hwp", "x")] })).toBe(true);
  await vi.waitFor(() => expect(added()).toEqual([["add_documents", { paths }]]));
});

test("also from the field for the question, and where the page is told no more than that there are files", async () => {
  paths = ["/자료/규정.hwp"];
  expect(paste("textarea", { uris: true })).toBe(true);
  await vi.waitFor(() => expect(added()).toEqual([["add_documents", { paths }]]));
});

test("else by their bytes, each under its name, also from the field for the question", async () => {
  expect(paste("textarea", { files: [file("화면.png", "그림"), file("규정.hwp", "글")] })).toBe(true);
  await vi.waitFor(() => expect(added()).toEqual([["add_pasted", "화면.png: 그림"], ["add_pasted", "규정.hwp: 글"]]));
});

test("a text outside of the fields becomes a document", async () => {
  expect(paste("p", { text: "연가는 15일로 한다." })).toBe(true);
  await vi.waitFor(() => expect(added()).toEqual([["add_pasted", "붙여 넣은 글.txt: 연가는 15일로 한다."]]));
});

test.each<[string, string, Clip]>([
  ["words in a field", "textarea", { text: "연가" }],
  ["a link in a field", "textarea", { text: "연가", html: true, uris: true }],
  ["a table of an office program in a field, with its picture", "textarea", { text: "연가", html: true, files: [file("image.png", "그림")] }],
])("%s are left to the field", async (_, at, clip) => {
  expect(paste(at, clip)).toBe(false);
  await settled();
  expect(calls).toEqual([]);
});

test("of a text with a picture of it the text is taken", async () => {
  paste("p", { text: "연가", html: true, files: [file("image.png", "그림")] });
  await vi.waitFor(() => expect(added()).toEqual([["add_pasted", "붙여 넣은 글.txt: 연가"]]));
});

test("a tick box is no field, and nothing is pasted behind a dialog", async () => {
  expect(paste("input", { text: "연가" })).toBe(true);
  await vi.waitFor(() => expect(added()).toHaveLength(1));
  window.document.body.insertAdjacentHTML("beforeend", "<div aria-modal='true'></div>");
  expect(paste("p", { text: "연가" })).toBe(false);
  await settled();
  expect(added()).toHaveLength(1);
});

test("an empty clipboard adds nothing", async () => {
  paste("p", {});
  await settled();
  expect(calls).toEqual([]);
});
