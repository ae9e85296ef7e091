//! A document as Naratmal knows it: blocks in reading order, each with its place, and the client of the process
//! that makes them from a file.
//!
//! The parsers themselves are in `naratmal-reader`, so that nothing which opens a window can link one.

mod model;
mod reader;
mod recognition;

pub use model::{Block, BlockKind, Document, Format, Locator, Page};
pub use reader::{MAX_BYTES, Reader, Recognised, Reply, Request, too_large};
pub use recognition::Recognition;
