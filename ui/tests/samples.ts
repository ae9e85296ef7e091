import type { Citation, DocumentRow, IngestStatus, Message, Status } from "../src/lib/contract";

export const citation = (more: Partial<Citation> = {}): Citation => ({
  mark: 1,
  passage_id: 11,
  document_id: 1,
  file: "복무규정.hwpx",
  page: 3,
  section: 1,
  heading_path: ["제3장 휴가", "제15조(연가 일수)"],
  quote: "3년 이상 4년 미만 15일",
  ...more,
});

export const answer = (more: Partial<Message> = {}): Message => ({
  id: 2,
  role: "assistant",
  text: "연가는 15일입니다. [1]",
  citations: [citation()],
  state: "complete",
  refused: false,
  failure: null,
  ...more,
});

export const document = (more: Partial<DocumentRow> = {}): DocumentRow => ({
  id: 1,
  name: "복무규정.hwpx",
  format: "hwpx",
  pages: 4,
  bytes: 20480,
  added_at: 0,
  state: "ready",
  failure: null,
  warnings: [],
  unread_pages: [],
  partial: false,
  folder: null,
  ...more,
});

export const status = (engine: Status["engine"]["state"] = "ready"): Status => ({
  engine: {
    state: engine,
    model: { name: "Qwen2.5 1.5B", path: "/models/qwen.gguf", context_tokens: 4096, device: "CPU" },
    failure: null,
  },
  library: { state: "ready", failure: null },
  network_blocked: true,
});

export const ingest = (more: Partial<IngestStatus> = {}): IngestStatus => ({
  state: "running",
  files_done: 1234,
  files_total: 10000,
  pages_done: 5678,
  failed: 0,
  remaining_seconds: 180,
  walking: false,
  ...more,
});
