//! From a question to an answer that says where it stands: retrieval, prompt, streaming, checked citations.
//!
//! The prompt grows only at its end. Passages stand in the turn that first needed them and are not repeated, so
//! that everything before the newest turn is in the engine's KV cache already.

mod answer;
mod citations;
mod prompt;
mod thread;

pub use answer::{Answer, Assistant, Progress, Question, Scope, Stop};
pub use prompt::REFUSAL;
