//! The client of `naratmal-engine`, the process that owns model and accelerator.
//!
//! A program that uses this crate never loads llama.cpp: it sends [`protocol::Request`]s over a pipe and gets
//! [`protocol::Event`]s back. A driver crash ends the child and costs an answer; the next request starts it again.

mod client;
mod embedder;
mod estimate;
pub mod fallback;
mod process;
pub mod protocol;

pub use client::{Check, Engine, Generation, Part};
pub use embedder::{Embedder, Recipe, Reranker};
pub use estimate::{Estimate, Estimates, Fit, estimate};
pub use protocol::{
    BenchResult, Finish, Grammar, Joining, Keep, LoadOptions, Model, Pooling, Prompt, Sampling, Task, Turn, Usage,
};
