//! From a question to an answer that says where it stands: retrieval, prompt, streaming, checked citations.
//!
//! The prompt grows only at its end. Passages stand in the turn that first needed them and are not repeated, so
//! that everything before the newest turn is in the engine's KV cache already.

mod answer;
mod ask;
mod budget;
mod citations;
mod count;
mod documents;
mod evidence;
mod fence;
mod injection;
mod korean;
mod prompt;
mod standalone;
mod stream;
mod thread;
mod title;
mod way;
mod whole;

pub use answer::{Answer, Assistant};
pub use ask::{Expected, Progress, Question, Scope, Stop};
pub use budget::Budget;
pub use citations::DOUBT;
pub use fence::{Fence, plain};
pub use prompt::REFUSAL;
