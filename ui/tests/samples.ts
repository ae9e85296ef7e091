import type {
  Citation,
  ConversationRow,
  DocumentRow,
  EmbeddingStatus,
  Figures,
  IngestStatus,
  Message,
  ModelInfo,
  PolicyStatus,
  SourceBlock,
  Status,
} from "../src/lib/contract";

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
  basis: null,
  figures: null,
  parent: 1,
  siblings: [2],
  rating: 0,
  rating_note: null,
  personal: [],
  ...more,
});

export const figures = (more: Partial<Figures> = {}): Figures => ({
  first_ms: 1230,
  prefill_ms: 900,
  generate_ms: 4620,
  prompt_tokens: 1700,
  cached_tokens: 1500,
  restored_tokens: 0,
  joined_tokens: 0,
  generated_tokens: 134,
  accepted_tokens: 0,
  draft_model_tokens: 0,
  context_tokens: 8192,
  device: "CPU",
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
  grade: null,
  grade_reasons: [],
  graded_by_person: false,
  personal: [],
  indexed_at: null,
  ...more,
});

export const conversation = (more: Partial<ConversationRow> = {}): ConversationRow => ({
  id: 7,
  title: "연가",
  updated_at: 0,
  grade: null,
  folder: null,
  pinned_at: null,
  archived_at: null,
  ...more,
});

export const block = (more: Partial<SourceBlock> = {}): SourceBlock => ({
  index: 0,
  kind: "paragraph",
  text: "",
  page: 1,
  section: 1,
  cited: false,
  personal: [],
  ...more,
});

/** What there is without a policy: everything is allowed. */
export const policy = (more: Partial<PolicyStatus> = {}): PolicyStatus => ({
  name: "",
  warning: null,
  copy_up_to: "C",
  export_up_to: "C",
  export_masking: "ask",
  forbid_lowering: false,
  require_password: false,
  ...more,
});

export const embedding = (more: Partial<EmbeddingStatus> = {}): EmbeddingStatus => ({
  state: "none",
  model: null,
  failure: null,
  embedded: 0,
  total: 0,
  ...more,
});

export const model = (more: Partial<ModelInfo> = {}): ModelInfo => ({
  name: "Qwen2.5 1.5B",
  path: "/models/qwen.gguf",
  context_tokens: 4096,
  device: "CPU",
  threads: 4,
  variant: "haswell",
  layers: 29,
  gpu_layers: 0,
  kv_type: "f16",
  memory_bytes: 1_400_000_000,
  draft: null,
  notices: [],
  ...more,
});

export const status = (engine: Status["engine"]["state"] = "ready", more: Partial<PolicyStatus> = {}): Status => ({
  engine: {
    state: engine,
    model: model(),
    failure: null,
  },
  embedding: embedding(),
  library: { state: "ready", failure: null },
  network_blocked: true,
  quick_answers: false,
  draft_model: null,
  policy: policy(more),
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
