//! Documents to passages, a tantivy index of them, and ranked passages for a question.
//!
//! SQLite is the truth (crate `vault`); the index is derived from it and catches up by itself (invariant 5).

mod analyzer;
mod appraise;
mod chunk;
mod error;
mod forms;
mod index;
mod ingest;
mod library;
mod sealed;

pub use analyzer::Analyzer;
pub use chunk::{CHUNKER_VERSION, passages};
pub use error::{Error, Result};
pub use index::{Entry, Index, Storage};
pub use ingest::{Change, Ingest, IngestState, IngestStatus, Setup, readers_of_this_machine};
pub use library::{Hit, Library, Read};

/// What an index was built with: it is rebuilt when one of these changes (invariant 8).
pub fn versions(analyzer: &Analyzer) -> String {
    format!("{} / {CHUNKER_VERSION}", analyzer.version())
}
