//! Official drafting: from a task and its inputs to a document in a file.
//!
//! A [`Task`] is a template file: what it asks for, what it says to the model, the JSON Schema of the answer, and how the
//! answer becomes a [`Document`]. A document knows items, points, tables, 붙임 and 끝., and nothing of files;
//! [`export`] writes it.

mod answer;
mod citations;
mod clean;
mod document;
mod draft;
mod echo;
mod error;
mod export;
mod lines;
mod numbering;
mod particles;
mod task;
mod tasks;
mod template;

pub use citations::{plain, without_marks};
pub use document::{Block, Document};
pub use draft::{Draft, Order, Passage, Progress, draft, from_answer, prompt};
pub use error::{Error, Result};
pub use export::{Format, Labels, export, lacking, text};
pub use task::{Input, Inputs, Kind, MOST_CHARACTERS, Task};
pub use tasks::{Tasks, built_in};
