//! What of a sentence has to be found in its source.

use library::{Claim, Facts};

use super::names::names;
use super::source::{Source, flat};
use super::{Reading, Words};

/// What was asked: its words and numbers in an answer are only its echo, and support nothing by themselves.
pub struct Asked {
    words: Vec<String>,
    facts: Facts,
    flat: String,
}

impl Asked {
    /// Reads a question.
    pub fn of(question: &str, words: Words<'_>) -> Self {
        let facts = Facts::of(question);
        Self { words: content(&facts, words), facts, flat: flat(question) }
    }
}

/// The content words of a text besides its numbers: "15일" is no two words.
fn content(facts: &Facts, words: Words<'_>) -> Vec<String> {
    let mut words = words(facts.rest());
    words.retain(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    words.sort_unstable();
    words.dedup();
    words
}

/// A sentence of an answer, as far as it can be held against a source.
pub struct Terms {
    /// Content words that the question does not have, and those that it has.
    new_words: Vec<String>,
    echo_words: Vec<String>,
    /// What it states that the question does not, and what it repeats.
    pub new_claims: Vec<Claim>,
    echo_claims: Vec<Claim>,
    /// What the question has and the sentence does not.
    asked_words: Vec<String>,
    asked_claims: Vec<Claim>,
    /// Names that the question does not have.
    pub names: Vec<String>,
}

impl Terms {
    /// Reads a sentence of an answer to what was asked.
    pub fn of(sentence: &str, asked: &Asked, reading: Reading<'_>) -> Self {
        let facts = Facts::of(sentence);
        let words = content(&facts, reading.words);
        let asked_words = asked.words.iter().filter(|word| !words.contains(word)).cloned().collect();
        let (echo_words, new_words) = words.into_iter().partition(|word| asked.words.contains(word));
        let asked_claims = asked.facts.claims().iter().filter(|claim| !facts.hold(claim)).cloned().collect();
        let (echo_claims, new_claims) = facts.claims().iter().cloned().partition(|claim| asked.facts.hold(claim));
        let mut names = names(sentence, reading.names);
        names.retain(|name| !asked.flat.contains(name));
        Self { new_words, echo_words, new_claims, echo_claims, asked_words, asked_claims, names }
    }

    /// True where there is nothing in it to look for.
    pub fn is_empty(&self) -> bool {
        self.new_words.is_empty() && self.echo_words.is_empty() && !self.states()
    }

    /// All that it states, new or not.
    pub fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.new_claims.iter().chain(&self.echo_claims)
    }

    /// True where it states a number, date, article or name of its own.
    pub fn states(&self) -> bool {
        !self.new_claims.is_empty() || !self.names.is_empty()
    }

    /// The share of what the sentence adds to the question that `sources` have together, 0 to 1; of a sentence that
    /// adds nothing, of all of it.
    pub fn support(&self, sources: &[&Source]) -> f32 {
        match self.new_words.is_empty() && self.new_claims.is_empty() {
            true => self.coverage(sources),
            false => share(&[(1.0, &self.new_words)], &[(1.0, &self.new_claims)], sources),
        }
    }

    /// The share of all of the sentence that `sources` have together.
    pub fn coverage(&self, sources: &[&Source]) -> f32 {
        let words = [(1.0, &self.new_words), (1.0, &self.echo_words)];
        share(&words, &[(1.0, &self.new_claims), (1.0, &self.echo_claims)], sources)
    }

    /// The share of its words alone: a number is in many texts by chance. 1 where it has none.
    pub fn wording(&self, sources: &[&Source]) -> f32 {
        match self.new_words.is_empty() && self.echo_words.is_empty() {
            true => 1.0,
            false => share(&[(1.0, &self.new_words), (1.0, &self.echo_words)], &[], sources),
        }
    }

    /// How well `sources` say what the sentence says, 0 to 1: numbers weigh double, and what was asked tells spans
    /// apart that hold as much.
    pub fn closeness(&self, sources: &[&Source]) -> f32 {
        let words = [(1.0, &self.new_words), (0.5, &self.echo_words), (0.25, &self.asked_words)];
        let claims = [(2.0, &self.new_claims), (1.0, &self.echo_claims), (0.5, &self.asked_claims)];
        share(&words, &claims, sources)
    }
}

/// The weight of the words and claims that any of the sources has, of all.
fn share(words: &[(f32, &Vec<String>)], claims: &[(f32, &Vec<Claim>)], sources: &[&Source]) -> f32 {
    let has_word = |word: &String| sources.iter().any(|source| source.has_word(word));
    let holds = |claim: &Claim| sources.iter().any(|source| source.holds(claim));
    let (mut had, mut all) = (0.0, 0.0);
    for (weight, words) in words {
        all += weight * words.len() as f32;
        had += weight * words.iter().filter(|word| has_word(word)).count() as f32;
    }
    for (weight, claims) in claims {
        all += weight * claims.len() as f32;
        had += weight * claims.iter().filter(|claim| holds(claim)).count() as f32;
    }
    if all > 0.0 { had / all } else { 0.0 }
}
