use serde::{Deserialize, Serialize};

/// What an answer took, as the engine measured its last generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// From the question to the first piece of the answer, in milliseconds; finding and reading are in it.
    pub first_ms: u32,
    /// Reading the prompt, in milliseconds.
    pub prefill_ms: u32,
    /// Writing, in milliseconds.
    pub generate_ms: u32,
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Those of them that were not read again.
    pub cached_tokens: u32,
    /// Those of the cached tokens that were brought back from what is kept.
    pub restored_tokens: u32,
    /// Those of them that were read alone and joined; 0 in what an older program kept.
    #[serde(default)]
    pub joined_tokens: u32,
    /// Tokens written.
    pub generated_tokens: u32,
    /// Those of them that were drafted, rightly.
    pub accepted_tokens: u32,
    /// Those of the drafted that a draft model proposed; the others are from the text at hand. Older figures lack it.
    #[serde(default)]
    pub draft_model_tokens: u32,
    /// The most tokens that prompt and answer may have together.
    pub context_tokens: u32,
    /// "CPU" or the name of the GPU that held the model.
    pub device: String,
}
