//! From what the model wrote to what the person may trust: marks are checked, sentences are held against the
//! passages, and each is cited to the words that it rests on, to none, or is marked as to be looked at.
//!
//! A small model forgets its marks, or copies the wrong one. So a mark is a hint, and the text decides: a sentence is
//! cited to the passage that shares most of its content words and holds *all* of its numbers, dates and articles. One
//! whose numbers, dates or names no source holds is marked `[?]`.

mod check;
mod judge;
mod marks;
mod names;
mod numbers;
mod plan;
mod sentences;
mod source;
mod terms;

use vault::{Citation, Passage};

pub use check::check;
pub use marks::{DOUBT, is_id, take_marks};
pub use numbers::numbers;
pub use sentences::sentences;
pub use source::flat;

/// A passage as it stood in the prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Opaque id in the prompt, such as `k3`.
    pub id: String,
    /// The passage.
    pub passage: Passage,
}

/// A checked answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// With marks `[1]`, `[2]` … in order of first use, and `[?]` behind a sentence to be looked at.
    pub text: String,
    /// One for each numbered mark.
    pub citations: Vec<Citation>,
}

/// What a mark stands for: these words of a passage.
pub fn citation(mark: u32, passage: &Passage, quote: &str) -> Citation {
    Citation {
        mark,
        passage_id: passage.id,
        document_id: passage.document_id,
        file: passage.file.clone(),
        page: passage.page,
        section: passage.section + 1,
        heading_path: passage.heading_path.clone(),
        quote: quote.to_owned(),
    }
}

/// Takes words out of a text.
pub type Words<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// What texts are held against each other by; `library::Analyzer`'s in the program.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The content words of a text.
    pub words: Words<'a>,
    /// Its proper nouns.
    pub names: Words<'a>,
}

/// Two texts that may mean the same, for whoever can tell: a sentence of an answer and what it may rest on.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubtful<'a> {
    /// The sentence.
    pub sentence: &'a str,
    /// Words of passages, with their headings.
    pub spans: Vec<String>,
}

#[cfg(test)]
mod tests;
