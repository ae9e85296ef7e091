//! Drafts from the text at hand: an answer that quotes its evidence goes on as the evidence does.
//!
//! Prompt lookup (Saxena, "Prompt Lookup Decoding", 2023) is speculative decoding (Leviathan, Kalman and Matias, "Fast
//! Inference from Transformers via Speculative Decoding", ICML 2023) without a draft model: what followed the last few
//! tokens where they stood before is drafted, and verified in one batch.

mod pace;

use std::collections::HashMap;

pub use pace::{LONGEST, Pace};

/// Tokens that a draft's place is found by: a Hangul syllable takes up to three, so two say too little.
const SHORTEST: usize = 3;
/// From so many tokens on a place is likely the one that is being quoted.
const LONG: usize = 8;

/// How well the place of a draft is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// By a few tokens.
    Short,
    /// By many, or because the last draft came from just before it.
    Long,
    /// There is none: a draft model wrote it.
    Model,
}

/// All tokens so far, and where each run of them stood last.
pub struct Lookup {
    tokens: Vec<i32>,
    /// By the last [`SHORTEST`] tokens: the index behind them, and the one before that, or 0.
    places: HashMap<[i32; SHORTEST], usize>,
    /// The run before the newest one of the same tokens, by the index behind each.
    earlier: Vec<usize>,
    /// Where the text that is being quoted goes on.
    cursor: Option<usize>,
}

impl Lookup {
    /// Begins with a prompt.
    pub fn new(prompt: &[i32]) -> Self {
        let mut lookup =
            Self { tokens: Vec::with_capacity(prompt.len()), places: HashMap::new(), earlier: Vec::new(), cursor: None };
        prompt.iter().for_each(|token| lookup.push(*token));
        lookup.cursor = None;
        lookup
    }

    /// Takes the next token of the answer.
    pub fn push(&mut self, token: i32) {
        self.cursor = self.cursor.filter(|at| self.tokens.get(*at) == Some(&token)).map(|at| at + 1);
        self.tokens.push(token);
        let end = self.tokens.len();
        let before = match self.tokens.last_chunk::<SHORTEST>() {
            Some(run) => self.places.insert(*run, end).unwrap_or(0),
            None => 0,
        };
        self.earlier.push(before);
    }

    /// Up to `most` tokens that followed where the last ones stood before, and how well that place is known. Empty where
    /// they stood nowhere.
    pub fn draft(&mut self, most: usize) -> (&[i32], Match) {
        let found = match self.cursor {
            Some(at) => Some((at, Match::Long)),
            None => self.place(),
        };
        let Some((at, known)) = found else { return (&[], Match::Short) };
        self.cursor = Some(at);
        let end = self.tokens.len().min(at + most);
        (&self.tokens[at.min(end)..end], known)
    }

    /// The index behind the earlier run that shares the most tokens with the last ones; of equals the latest.
    fn place(&self) -> Option<(usize, Match)> {
        /// Runs that are looked at: a phrase that stands everywhere is no guide.
        const LOOKED_AT: usize = 16;
        let end = self.tokens.len();
        let mut at = *self.earlier.last()?;
        let mut best: Option<(usize, usize)> = None;
        for _ in 0..LOOKED_AT {
            if at == 0 {
                break;
            }
            let shared = self.tokens[..at].iter().rev().zip(self.tokens[..end].iter().rev()).take(LONG * 2);
            let shared = shared.take_while(|(one, other)| one == other).count();
            if best.is_none_or(|(longest, _)| shared > longest) {
                best = Some((shared, at));
            }
            at = self.earlier[at - 1];
        }
        best.map(|(shared, at)| (at, if shared >= LONG { Match::Long } else { Match::Short }))
    }
}

#[cfg(test)]
mod tests;
