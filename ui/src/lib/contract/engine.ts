/** Models and the engine. */
import type { PolicyStatus } from "./security";
import type { Failure } from "./shared";

export interface ModelInfo {
  name: string;
  path: string;
  context_tokens: number;
  /** "CPU" or the name of the GPU. */
  device: string;
  threads: number;
  /** The build of the CPU's code that this processor runs: "haswell". Empty where that is not known. */
  variant: string;
  /** The output layer among them. */
  layers: number;
  /** Those of them on a GPU. */
  gpu_layers: number;
  /** Number format of the KV cache: "f16" or "q8_0". */
  kv_type: string;
  /** What it takes in bytes, estimated. */
  memory_bytes: number;
  /** The name of the model that drafts for it; null where none does. */
  draft: string | null;
  /** What the person should know of how it was loaded: codes such as `gpu_given_up`, `context_shortened`. */
  notices: Failure[];
}

export interface EngineStatus {
  state: "none" | "loading" | "ready" | "failed";
  model: ModelInfo | null;
  failure: Failure | null;
}

/** The model that finds passages by their meaning. Without one they are found by their words only. */
export interface EmbeddingStatus {
  state: "none" | "loading" | "ready" | "failed";
  /** The path of its file; null where none is chosen. */
  model: string | null;
  failure: Failure | null;
  /** Passages that can be found by their meaning, of all. */
  embedded: number;
  total: number;
}

export interface Status {
  engine: EngineStatus;
  embedding: EmbeddingStatus;
  library: { state: "opening" | "ready" | "failed"; failure: Failure | null };
  network_blocked: boolean;
  /** True where passages that were read alone are joined, instead of being read behind each other. */
  quick_answers: boolean;
  /** The path of the draft model that was chosen; why it is not used, where it is not, is a notice of the model. */
  draft_model: string | null;
  policy: PolicyStatus;
}

/** Now: in what is free. Alone: once the present model and other programs give theirs back. Never: not on this PC. */
export type Fit = "now" | "alone" | "never";

/** How a model did in its last test on this PC. */
export interface ModelTrial {
  /** Milliseconds since 1970. */
  at_ms: number;
  prompt_tokens_per_s: number;
  generate_tokens_per_s: number;
  right: number;
  /** Those there was time for, of all. */
  asked: number;
  questions: number;
  device: string;
}

/** A file of a model. */
export interface ModelRow {
  path: string;
  file: string;
  name: string;
  /** Null where it is not known; so with all below. */
  maker: string | null;
  role: "chat" | "test" | "embedding" | "reranker";
  bytes: number;
  /** False where it lies elsewhere and is used. */
  in_folder: boolean;
  /** 0 where it is not known. */
  parameters: number;
  /** "Q4_K_M". */
  quantisation: string | null;
  license: string | null;
  /** The licence's own name says that it is for research or for what is not commercial only. */
  restricted: boolean;
  /** Trained in Korea. */
  sovereign: boolean;
  context_length: number | null;
  /** Estimated, by the plan that it would be loaded with. */
  memory_bytes: number | null;
  fit: Fit | null;
  sha256: string | null;
  /** Its sum is in the catalog, in the agency's signed policy, in no list; forbidden by the policy; not taken yet. */
  trust: "catalog" | "agency" | "unknown" | "forbidden" | "unchecked";
  used: "chat" | "draft" | "embedding" | "reranker" | null;
  trial: ModelTrial | null;
  /** Why it cannot be loaded. */
  failure: Failure | null;
}

/** A model that is known by name, of which no file lies in the folder. */
export interface KnownModel {
  name: string;
  maker: string;
  /** In billions; those that a token meets where they are fewer. */
  parameters: number;
  active: number | null;
  license: string | null;
  restricted: boolean;
  sovereign: boolean;
  /** In Q4_K_M, about. */
  memory_bytes: number;
  fit: Fit | null;
}

export interface ModelsPage {
  folder: string;
  memory_free: number | null;
  memory_all: number | null;
  models: ModelRow[];
  known: KnownModel[];
}

/** Bytes of a file that were read. */
export interface Copied {
  done: number;
  total: number;
}

export type ModelStep =
  /** The model's file is being read: share done, 0 to 1. */
  | { type: "loading"; share: number }
  | { type: "measuring" }
  /** From 1. */
  | { type: "asking"; number: number; questions: number; question: string }
  | { type: "answered"; answer: string; right: boolean }
  | { type: "token"; text: string };

/** Which of the two models it is about, from 0. */
export type CompareEvent = ModelStep & { place: number };

/** An answer that is compared with another model's. */
export interface ComparedAnswer {
  model: string;
  text: string;
  /** False where it was cut short. */
  whole: boolean;
  first_ms: number;
  tokens: number;
  generate_tokens_per_s: number;
  device: string;
}
