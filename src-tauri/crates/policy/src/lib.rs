//! What is allowed: grades of documents, the agency's signed policy file, and the check of a model file before it is
//! loaded.
//!
//! Nothing here reads a clock, writes a file or asks a person; folders and what was seen before are passed in.

mod cues;
mod error;
pub mod gguf;
mod grade;
mod loading;
mod policy;
mod propose;

pub use error::{Defect, Error, Result};
pub use grade::{Grade, highest, raise_or_lower};
pub use loading::{EMBEDDED_KEY, Loaded, MAX_BYTES, Source, load, load_pinned, signed_by_agency, system_folder};
pub use policy::{Audit, Export, Grades, Kept, Lock, Masking, Models, Policy, Settings};
pub use propose::{Proposal, Signals, propose};
