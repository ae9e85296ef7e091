//! Everything that is kept, as one encrypted file that moves to another PC, and back.
//!
//! A backup is a head, which is plain (`head.rs`: what it is, its version, its key locked by a password of its own), and
//! a stream of chunks, each authenticated (`stream.rs`), of which a manifest is the first and the files are the rest
//! (`manifest.rs`). It holds the database, written anew under a key of the backup's, and the person's own templates.
//! The index is made again from the database; models are named only.
//!
//! [`make`] writes it beside its place and reads it back before it has its name. [`restore`] brings everything into a
//! folder of its own, where it is checked and gets a new data key; only [`Staged::put`] touches what was there before, by
//! renames that a journal finishes whenever they were interrupted (`place.rs`).

mod error;
#[cfg(test)]
mod faults;
mod folder;
mod head;
mod make;
mod manifest;
mod place;
mod restore;
#[cfg(test)]
mod sample;
mod stream;

use std::sync::Arc;

use serde::Serialize;

pub use error::{Error, Result};
pub use make::{Made, Source, make};
pub use manifest::{Manifest, Model};
pub use place::{keep, settle, take_back};
pub use restore::{Order, Staged, inspect, restore};

/// The database's name in the data folder.
pub const DATABASE: &str = "naratmal.db";
/// The folder of the person's own templates, in the data folder.
pub const TEMPLATES: &str = "templates";
/// The folder of the models, in the data folder.
pub const MODELS: &str = "models";
/// What the name of a backup ends with.
pub const ENDING: &str = "naratmal-backup";

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The database is written to a copy.
    Copying,
    /// The copy is checked, page by page.
    Checking,
    /// The backup is written.
    Writing,
    /// The backup is read: all of it, and held against what authenticates it.
    Reading,
    /// What was restored gets its own key.
    Rekeying,
}

/// How far a step is, in bytes; a total of 0 is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Bytes done.
    pub done: u64,
    /// Of how many.
    pub total: u64,
}

/// Is told how far it is, and ends it by `false`.
pub type Told = Arc<dyn Fn(Progress) -> bool + Send + Sync>;

/// # Errors
/// [`Error::Stopped`] where the person ends it.
fn tell(told: &Told, step: Step, done: u64, total: u64) -> Result<()> {
    if told(Progress { step, done, total }) { Ok(()) } else { Err(Error::Stopped) }
}
