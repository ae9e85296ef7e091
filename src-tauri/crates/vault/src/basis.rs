use serde::{Deserialize, Serialize};

/// What the model was given to answer from. Tokens are estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Basis {
    /// The passages that were found.
    Passages {
        /// How many.
        passages: u32,
        /// What they take.
        tokens: u32,
        /// What they could have taken.
        budget: u32,
    },
    /// The documents asked about, whole.
    Whole {
        /// How many.
        documents: u32,
        /// What they take.
        tokens: u32,
    },
    /// All passages of the documents asked about, read one part after another.
    AllPassages {
        /// How many were read.
        passages: u32,
        /// Of how many documents.
        documents: u32,
    },
}
