//! Decoding ahead of the answer: the next token together with what is likely to follow it, in one batch.

use std::time::Instant;

use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::cache::Session;
use crate::generate::milliseconds;
use crate::lookup::{Lookup, Match, Pace};
use crate::states::numbers;

/// Two tokens whose logits are nearer than this are decided by a decode of one token. Rows of a batch are no longer than
/// measured to be alike (`rows.rs`), but that was behind a short text: attention over a long one may add up in another
/// order.
const MARGIN: f32 = 0.1;

/// A batch whose rows are looked at one after the other, and where the next one comes from.
pub struct Ahead {
    lookup: Option<Lookup>,
    pace: Pace,
    greedy: bool,
    /// The most tokens of a draft.
    longest: usize,
    /// Tokens that the cache held before the batch.
    start: usize,
    /// The batch: a token of the answer, and the drafted ones.
    batch: Vec<LlamaToken>,
    /// The row whose logits say what comes next; the last one of a prompt where there is no batch.
    at: usize,
    known: Match,
    drafted: u32,
    accepted: u32,
}

impl Ahead {
    /// Drafts up to `longest` tokens from `prompt`, where there is one.
    pub fn new(prompt: Option<&[LlamaToken]>, greedy: bool, longest: usize) -> Self {
        Self {
            lookup: prompt.filter(|_| longest > 0).map(|tokens| Lookup::new(&numbers(tokens))),
            pace: Pace::default(),
            greedy,
            longest,
            start: 0,
            batch: Vec::new(),
            at: 0,
            known: Match::Short,
            drafted: 0,
            accepted: 0,
        }
    }

    /// The row to sample from, as llama.cpp counts them.
    pub fn row(&self) -> i32 {
        if self.batch.is_empty() { -1 } else { self.at as i32 }
    }

    /// Tokens drafted, and accepted of them.
    pub fn figures(&self) -> (u32, u32) {
        (self.drafted, self.accepted)
    }

    /// Decodes the token before the row alone, where the row leaves two tokens so near that the batch may have decided
    /// between them. False where it was stopped.
    ///
    /// # Errors
    /// `engine_decode`.
    pub fn settle(&mut self, session: &mut Session<'_>) -> Result<bool, Failure> {
        if !self.greedy || self.batch.len() < 2 || margin(session.context.get_logits_ith(self.row())) >= MARGIN {
            return Ok(true);
        }
        let token = self.batch[self.at];
        self.judge();
        session.forget_from(self.start + self.at);
        (self.start, self.batch, self.at) = (session.cached.len(), vec![token], 0);
        session.decode(&[token], true)
    }

    /// Takes the token that was sampled from the row: the next row is the one behind it. `left` tokens may still follow.
    /// False where it was stopped.
    ///
    /// # Errors
    /// `engine_decode`.
    pub fn take(&mut self, session: &mut Session<'_>, token: LlamaToken, left: usize) -> Result<bool, Failure> {
        if let Some(lookup) = &mut self.lookup {
            lookup.push(token.0);
        }
        if self.batch.get(self.at + 1) == Some(&token) {
            self.at += 1;
            return Ok(true);
        }
        self.cut(session);
        self.batch = vec![token];
        let room = (session.context.n_ctx() as usize).saturating_sub(session.cached.len() + 1).min(left);
        if let Some(lookup) = &mut self.lookup {
            let (draft, known) = lookup.draft(room);
            let length = self.pace.length(known, self.longest).min(draft.len());
            self.batch.extend(draft[..length].iter().map(|token| LlamaToken::new(*token)));
            self.known = known;
        }
        (self.start, self.at) = (session.cached.len(), 0);
        self.drafted += self.batch.len() as u32 - 1;
        let begun = Instant::now();
        let whole = match self.batch.len() {
            1 => session.decode(&self.batch, true)?,
            _ => session.decode_all(&self.batch)?,
        };
        if whole {
            session.context.synchronize();
            self.pace.timed(self.batch.len(), milliseconds(begun));
        } else {
            // The cache is as before the batch.
            self.batch.clear();
        }
        Ok(whole)
    }

    /// Takes what was drafted and not accepted out of the cache.
    pub fn end(&mut self, session: &mut Session<'_>) {
        self.cut(session);
        self.batch.clear();
    }

    fn cut(&mut self, session: &mut Session<'_>) {
        if self.batch.len() > self.at + 1 {
            session.forget_from(self.start + self.at + 1);
        }
        self.judge();
    }

    /// Learns from how much of the batch was right.
    fn judge(&mut self) {
        match self.batch.len() {
            0 => {}
            1 => self.pace.plain(),
            tokens => self.pace.judged(self.known, tokens - 1, self.at),
        }
        self.accepted += self.at as u32;
    }
}

/// How much more likely the likeliest token is than the next, in logits.
fn margin(logits: &[f32]) -> f32 {
    let (mut best, mut second) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
    for logit in logits {
        if *logit > best {
            (best, second) = (*logit, best);
        } else if *logit > second {
            second = *logit;
        }
    }
    best - second
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_is_between_the_two_likeliest() {
        let table: [(&[f32], f32); 4] = [
            (&[1.0, 3.0, 2.5], 0.5),
            (&[3.0, 3.0], 0.0),
            (&[-1.0, -4.0, -2.0], 1.0),
            (&[1.0], f32::INFINITY),
        ];
        for (logits, wanted) in table {
            assert_eq!(margin(logits).to_bits(), wanted.to_bits(), "{logits:?}");
        }
    }
}
