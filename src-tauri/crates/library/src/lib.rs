//! Documents to passages, a tantivy index of them, and ranked passages for a question.
//!
//! SQLite is the truth (crate `vault`); the index is derived from it and catches up by itself (invariant 5).

mod analyzer;
mod appraise;
mod chunk;
mod dense;
mod error;
mod facts;
mod find;
mod forms;
pub mod fuse;
mod hanja;
mod index;
mod ingest;
mod library;
mod loanwords;
mod question;
mod sealed;
mod whole;

pub use analyzer::{Analyzer, dictionary, normalise};
pub use chunk::{CHUNKER_VERSION, passages};
pub use dense::Embedding;
pub use error::{Error, Result};
pub use facts::{Claim, Facts, unfounded};
pub use find::{
    Filters, Find, Found, FoundConversation, FoundDocument, FoundMessage, Kind, Marked, Results, Snippet,
};
pub use index::{Entry, Index, Match, Storage};
pub use ingest::{Change, Ingest, IngestState, IngestStatus, Setup, readers_of_this_machine};
pub use library::{Hit, Library, Read, nearest, title};
pub use question::Question;

/// What an index was built with: it is rebuilt when one of these changes (invariant 8).
pub fn versions(analyzer: &Analyzer) -> String {
    format!("{} / {CHUNKER_VERSION}", analyzer.version())
}
