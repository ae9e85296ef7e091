//! Documents in documents: what a message has attached and an archive holds.

use wire::Failure;

use crate::outline::Outline;
use crate::{Source, Tools, fault, parse_within};

/// How deep documents in documents (attachments, archives) are followed.
pub const DEPTH: u8 = 3;

/// Where a document lies in others, and what reading all of them has cost so far.
#[derive(Default)]
pub struct Nest {
    /// How many documents deep: an attachment of a message is at 1.
    pub depth: u8,
    /// Bytes that archives expanded to when they were looked over.
    pub expanded: u64,
    /// Bytes of documents taken out of archives.
    pub unpacked: u64,
}

/// Reads a document that lies in another one, as a section of that under a heading.
///
/// # Errors
/// As [`crate::parse`]; the outer document is none the worse.
pub fn embed(
    outline: &mut Outline,
    level: u8,
    heading: &str,
    name: &str,
    source: Source<'_>,
    tools: &mut Tools<'_>,
    nest: &mut Nest,
) -> Result<(), Failure> {
    if nest.depth >= DEPTH {
        return Err(fault::too_deep(name));
    }
    nest.depth += 1;
    let parsed = parse_within(source, tools, nest);
    nest.depth -= 1;
    outline.embed(level, heading, name, parsed?);
    Ok(())
}
