//! What a sentence is held against: passages, and in them the spans that can be quoted.

use std::collections::HashSet;

use library::{Claim, Facts, normalise};
use vault::Passage;

use super::Words;
use super::sentences::{Span, spans};

/// A text that may support a sentence.
pub struct Source {
    words: HashSet<String>,
    flat: String,
    facts: Facts,
}

impl Source {
    /// Reads a text.
    pub fn of(text: &str, words: Words<'_>) -> Self {
        Self { words: words(text).into_iter().collect(), flat: flat(text), facts: Facts::of(text) }
    }

    /// True where it has a content word. One that the analyzer cut otherwise here still stands here letter by letter.
    pub fn has_word(&self, word: &str) -> bool {
        self.words.contains(word) || word.chars().nth(1).is_some() && self.flat.contains(word)
    }

    /// True where it has a name, letter by letter (see [`flat`]).
    pub fn has_name(&self, name: &str) -> bool {
        self.flat.contains(name)
    }

    /// True where it holds a number, date, time or article.
    pub fn holds(&self, claim: &Claim) -> bool {
        self.facts.hold(claim)
    }
}

/// A passage as sentences are held against it.
pub struct Held {
    /// Its file's name and headings.
    pub place: Source,
    /// With its headings and its file's name: "제7조" may be named nowhere else.
    pub whole: Source,
    /// What can be quoted of it, in order; a row is read with its header.
    pub spans: Vec<(Span, Source)>,
}

impl Held {
    /// Reads a passage.
    pub fn of(passage: &Passage, words: Words<'_>) -> Self {
        let place = format!("{}\n{}", passage.file, passage.heading_path.join("\n"));
        let read = |span: Span| {
            let header = span.header.clone().map_or("", |header| &passage.text[header]);
            let source = Source::of(&format!("{header}\n{}", &passage.text[span.range.clone()]), words);
            (span, source)
        };
        Self {
            place: Source::of(&place, words),
            whole: Source::of(&format!("{place}\n{}", passage.text), words),
            spans: spans(&passage.text).into_iter().map(read).collect(),
        }
    }
}

/// A text in one form of each letter and without white space, to find names in letter by letter.
pub fn flat(text: &str) -> String {
    normalise(text).split_whitespace().collect()
}
