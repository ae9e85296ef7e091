//! What client and engine process say to each other, as plain data.

use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use wire::Failure;

/// One turn of a conversation, as a chat template names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// The text.
    pub content: String,
}

impl Turn {
    /// A turn of `role`.
    pub fn new(role: &str, content: impl Into<String>) -> Self {
        Self { role: role.to_owned(), content: content.into() }
    }
}

/// How the next token is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Sampling {
    /// Always the likeliest: the same prompt gives the same answer.
    Greedy,
    /// By chance, from the likeliest.
    Random {
        /// Above 0; higher is freer.
        temperature: f32,
        /// Share of the probability mass kept, 0 to 1.
        top_p: f32,
        /// The same seed gives the same answer.
        seed: u32,
    },
}

/// What every generated text must be, from its first token on: a model that would think first does not, and one that the
/// prompt has made begin to think writes the text as its thoughts. A text that [`Prompt::max_tokens`] cuts short is only
/// the beginning of one, and ends with [`Finish::Length`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grammar {
    /// A text of this GBNF grammar (llama.cpp's notation), from its rule `root`.
    Gbnf(String),
    /// JSON by this JSON Schema, itself given as JSON text. Members come in the order of `properties`, and no others do;
    /// what the engine cannot keep to is refused (`grammar_schema`), never left out.
    JsonSchema(String),
}

/// A request for text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// The conversation so far; the last turn is the user's.
    pub turns: Vec<Turn>,
    /// The most tokens to generate.
    pub max_tokens: u32,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// What the text must be; anything where there is none.
    pub grammar: Option<Grammar>,
    /// Whether tokens are drafted, from the text at hand (prompt lookup) or by [`LoadOptions::draft`]. Without it the
    /// answer is slower where it quotes, and the same but for near ties.
    pub lookup: bool,
    /// What of the last turn need not be read behind what stands before it; all of it is where there is none.
    pub joining: Option<Joining>,
}

/// Passages that were read alone are joined in the KV cache instead of being read again behind each other: the first token
/// comes at once, and the answer is close to, but not, the one that reading them in turn gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joining {
    /// Passages as ranges of bytes of the last turn's content, in its order, each at the beginning of a line. What was
    /// not read alone is read so now, and kept; nothing where only what is in the cache is to be gone on with.
    pub passages: Vec<Range<usize>>,
    /// Tokens at the beginning of every passage but the first that are read again in their place (EPIC, Hu et al.,
    /// arXiv:2410.15332, recomputes the same).
    pub heads: u32,
    /// The most further tokens that are read again, as whole passages from the second on.
    pub repair: u32,
}

impl Prompt {
    /// A request for any text, drafted from the text at hand where that pays.
    pub fn new(turns: Vec<Turn>, max_tokens: u32, sampling: Sampling) -> Self {
        Self { turns, max_tokens, sampling, grammar: None, lookup: true, joining: None }
    }
}

/// How the vectors of a text's tokens become the text's one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// The first one's.
    Cls,
    /// The last one's.
    Last,
}

/// What a model is loaded for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// To generate text.
    #[default]
    Chat,
    /// To turn texts into vectors.
    Embed {
        /// As the model was trained.
        pooling: Pooling,
    },
    /// To score how well texts answer a query.
    Rank,
}

/// Where, and how much of, what was read is kept, so that it is not read again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// A folder of sealed files, one a prompt; made where it is missing.
    pub folder: PathBuf,
    /// The key that seals them: 32 bytes, never written down by the engine.
    pub key: [u8; 32],
    /// The most bytes in memory.
    pub memory_bytes: u64,
    /// The most bytes in the folder.
    pub disk_bytes: u64,
}

impl std::fmt::Debug for Keep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keep").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// How a model is to be loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadOptions {
    /// Context length in tokens; by default the model's own, at most 8,192, or 2,048 where it does not chat.
    pub context_tokens: Option<u32>,
    /// Threads; by default the physical cores.
    pub threads: Option<u32>,
    /// For what.
    pub task: Task,
    /// True where everything else on the machine comes first. An engine that was once in the background stays there.
    pub background: bool,
    /// The most layers on a GPU; by default all that fit.
    pub gpu_layers: Option<u32>,
    /// Keeps what was read beyond the one conversation in the KV cache; by default nothing is kept.
    pub keep: Option<Keep>,
    /// A GGUF of a small model with the same vocabulary, which drafts where the text at hand has nothing to draft from.
    /// Where it cannot be used the model is loaded without it, and [`Model::notices`] says why. Only for a chat.
    pub draft: Option<PathBuf>,
}

/// A loaded model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// The GGUF's own name, or the file's.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Context length in tokens.
    pub context_tokens: u32,
    /// "CPU" or the name of the GPU that holds it.
    pub device: String,
    /// Threads used.
    pub threads: u32,
    /// Numbers in a vector of it.
    pub dimensions: u32,
    /// The build of llama.cpp's CPU code that this processor runs, such as "haswell" or "zen4".
    pub variant: String,
    /// Its layers, the output layer among them.
    pub layers: u32,
    /// Those of them on a GPU.
    pub gpu_layers: u32,
    /// Number format of the KV cache: "f16" or "q8_0".
    pub kv_type: String,
    /// What it was estimated to take, in bytes: weights, KV cache and compute buffers, with those of the draft model.
    pub memory_bytes: u64,
    /// The name of the model that drafts for it, where one does.
    pub draft: Option<String>,
    /// What the person should know of how it was loaded, such as that the GPU was given up and why.
    pub notices: Vec<Failure>,
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model ended its answer.
    End,
    /// `max_tokens` or the context's end was reached.
    Length,
    /// Somebody stopped it.
    Stopped,
}

/// What a generation took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Why it ended.
    pub finish: Finish,
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Those of them that were not read again: the KV cache held them, or they were kept.
    pub cached_tokens: u32,
    /// Those of the cached tokens that were brought back from what is kept.
    pub restored_tokens: u32,
    /// Tokens of the prompt that were read alone, before or now, and joined.
    pub joined_tokens: u32,
    /// Tokens that were read now, in the prompt's turn or alone.
    pub read_tokens: u32,
    /// Tokens generated.
    pub generated_tokens: u32,
    /// Prompt processing, in milliseconds.
    pub prefill_ms: f64,
    /// Generation, in milliseconds.
    pub generate_ms: f64,
    /// Tokens that were drafted, from the text at hand or by the draft model.
    pub drafted_tokens: u32,
    /// Those of them that the model would have written itself.
    pub accepted_tokens: u32,
    /// Those of the accepted tokens that the draft model proposed.
    pub draft_model_tokens: u32,
}

/// Tokens per second, means over the repetitions (the method of llama-bench).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BenchResult {
    /// Prompt processing.
    pub prompt_tokens_per_s: f64,
    /// Generation.
    pub generate_tokens_per_s: f64,
}

/// From the client. `id`s are the client's and never repeat.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// Replace the loaded model.
    Load {
        /// Names the answer.
        id: u64,
        /// A GGUF file.
        path: PathBuf,
        /// How.
        options: LoadOptions,
    },
    /// Generate text.
    Generate {
        /// Names the answer.
        id: u64,
        /// From what.
        prompt: Prompt,
    },
    /// Read the beginning of a prompt that is likely to come, in idle time: it ends early, and loses nothing, as soon as
    /// anything else is asked.
    Prepare {
        /// Names the answer.
        id: u64,
        /// The conversation; the last turn may go on behind what is here.
        turns: Vec<Turn>,
    },
    /// Read passages alone, for [`Prompt::joining`], in idle time: it ends early, with what was read, as soon as anything
    /// else is asked.
    ReadAlone {
        /// Names the answer.
        id: u64,
        /// The conversation's first turns, up to the turn that will hold passages.
        turns: Vec<Turn>,
        /// The passages, the likeliest first.
        passages: Vec<String>,
    },
    /// Forget all that was read and kept, in memory and in the folder.
    Forget {
        /// Names the answer.
        id: u64,
    },
    /// How many tokens each text takes.
    Count {
        /// Names the answer.
        id: u64,
        /// The texts.
        texts: Vec<String>,
    },
    /// Measure the loaded model.
    Bench {
        /// Names the answer.
        id: u64,
        /// Tokens of the prompt.
        prompt: u32,
        /// Tokens generated.
        generate: u32,
        /// Counted repetitions, after one warm-up.
        repetitions: u32,
    },
    /// Turn texts into vectors.
    Embed {
        /// Names the answer.
        id: u64,
        /// Stands before each text, and before each part of one that is longer than the model reads at once.
        prefix: String,
        /// The texts.
        texts: Vec<String>,
        /// True where somebody waits for it: it is taken before what waits and is not urgent.
        urgent: bool,
    },
    /// Score how well texts answer a query.
    Rank {
        /// Names the answer.
        id: u64,
        /// The query.
        query: String,
        /// The texts.
        texts: Vec<String>,
    },
    /// End a request at once, running or waiting.
    Stop {
        /// The request.
        id: u64,
    },
    /// The person types: leave the window more of the machine for a moment. Nothing answers.
    Typing,
}

impl Request {
    /// The request that this is, or that it ends; 0, which names none, for what nothing answers.
    pub fn id(&self) -> u64 {
        match self {
            Self::Load { id, .. }
            | Self::Generate { id, .. }
            | Self::Prepare { id, .. }
            | Self::ReadAlone { id, .. }
            | Self::Forget { id }
            | Self::Count { id, .. }
            | Self::Bench { id, .. }
            | Self::Embed { id, .. }
            | Self::Rank { id, .. }
            | Self::Stop { id } => *id,
            Self::Typing => 0,
        }
    }
}

/// An answer, or a part of one, to the request `id`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reply {
    /// The request.
    pub id: u64,
    /// What happened.
    pub event: Event,
}

/// What happens to a request. [`Event::is_last`] tells the last one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The model's file is being read: share done, 0 to 1.
    Loading {
        /// 0 to 1.
        share: f32,
    },
    /// The model is ready.
    Loaded {
        /// Which.
        model: Model,
    },
    /// Prompt processing: tokens in the KV cache, of all.
    Prefill {
        /// Tokens done.
        done: u32,
        /// Tokens of the prompt.
        total: u32,
    },
    /// The next piece of what the model thinks before it answers.
    Thought {
        /// Whole characters.
        text: String,
    },
    /// The next piece of text.
    Token {
        /// Whole characters.
        text: String,
    },
    /// The generation ended.
    Done {
        /// What it took.
        usage: Usage,
    },
    /// The beginning of a prompt, or passages, were read as far as there was time.
    Prepared {
        /// Tokens read or kept.
        done: u32,
        /// Tokens of it.
        total: u32,
    },
    /// Nothing is kept any more.
    Forgotten,
    /// Tokens of each text.
    Counted {
        /// In the order asked.
        tokens: Vec<u32>,
    },
    /// The measurement.
    Benched {
        /// Its figures.
        result: BenchResult,
    },
    /// The vectors of the texts.
    Embedded {
        /// In the order asked, of unit length.
        vectors: Vec<Vec<f32>>,
    },
    /// The scores of the texts.
    Ranked {
        /// In the order asked; higher is better, and only scores of one query compare.
        scores: Vec<f32>,
    },
    /// The request failed; the engine goes on.
    Failed {
        /// Why.
        failure: Failure,
    },
}

impl Event {
    /// True for the one that ends a request.
    pub fn is_last(&self) -> bool {
        !matches!(self, Self::Loading { .. } | Self::Prefill { .. } | Self::Thought { .. } | Self::Token { .. })
    }
}
