//! Decoding ahead of the answer: the next token together with what is likely to follow it, in one batch.
//!
//! Every token is sampled once, from logits of its own place, so that a draft changes the time and not the distribution.
//! The likeliest token is the same one but for near ties: quantised kernels round activations, and what differs in a last
//! digit, because it was added up in another order, is some tenths of a logit apart behind all layers. The same comes of
//! reading a prompt in other steps, drafts or not. Deciding near ties by a decode of one token does not help, since what
//! batches left in the KV cache tells as much; where weights are not quantised no answer differs (`tests/architectures.rs`).

use std::time::Instant;

use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::cache::Session;
use crate::generate::milliseconds;
use crate::lookup::{LONGEST, Lookup, Match, Pace};
use crate::states::numbers;

/// A batch whose rows are looked at one after the other, and where the next one comes from.
pub struct Ahead {
    lookup: Option<Lookup>,
    pace: Pace,
    /// Tokens that the cache held before the batch.
    start: usize,
    /// The batch: a token of the answer, and the drafted ones.
    batch: Vec<LlamaToken>,
    /// The row whose logits say what comes next; the last one of a prompt where there is no batch.
    at: usize,
    known: Match,
    figures: Figures,
}

/// What came of drafts, in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub drafted: u32,
    pub accepted: u32,
    /// Those of the accepted that a draft model proposed.
    pub by_model: u32,
}

impl Ahead {
    /// Drafts from `prompt`, where there is one, and by the draft model, where there is one as well.
    pub fn new(prompt: Option<&[LlamaToken]>, pace: Pace) -> Self {
        Self {
            lookup: prompt.map(|tokens| Lookup::new(&numbers(tokens))),
            pace,
            start: 0,
            batch: Vec::new(),
            at: 0,
            known: Match::Short,
            figures: Figures::default(),
        }
    }

    /// The row to sample from, as llama.cpp counts them.
    pub fn row(&self) -> i32 {
        if self.batch.is_empty() { -1 } else { self.at as i32 }
    }

    /// What came of the drafts.
    pub fn figures(&self) -> Figures {
        self.figures
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
        (self.start, self.at) = (session.cached.len(), 0);
        // The last token comes from the row of the one before it, so that nothing is saved by drafting it.
        let room = (session.context.n_ctx() as usize).saturating_sub(self.start + 1).min(left.saturating_sub(1));
        if !self.draft(session, room) {
            self.batch.clear();
            return Ok(false);
        }
        self.figures.drafted += self.batch.len() as u32 - 1;
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

    /// Puts behind the token up to `room` that are likely to follow it: from the text at hand, which costs nothing, or
    /// by the draft model. False where it was stopped.
    fn draft(&mut self, session: &mut Session<'_>, room: usize) -> bool {
        let Some(lookup) = &mut self.lookup else { return true };
        let (draft, known) = lookup.draft(room);
        let length = self.pace.length(known, LONGEST).min(draft.len());
        self.batch.extend(draft[..length].iter().map(|token| LlamaToken::new(*token)));
        self.known = known;
        let (Some(drafter), 0) = (&mut session.drafter, length) else { return true };
        let length = self.pace.length(Match::Model, room);
        if length == 0 {
            return true;
        }
        let text = [&*session.cached, &*self.batch].concat();
        let Some(draft) = drafter.draft(&text, length, self.pace.affordable()) else { return false };
        self.pace.drafted(draft.tokens.len(), draft.milliseconds);
        self.batch.extend(draft.tokens);
        self.known = Match::Model;
        true
    }

    /// Takes what was drafted and not accepted out of the cache, and keeps what was learned of drafting.
    pub fn end(&mut self, session: &mut Session<'_>) {
        self.cut(session);
        self.batch.clear();
        session.pace = self.pace.clone();
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
        self.figures.accepted += self.at as u32;
        if self.known == Match::Model {
            self.figures.by_model += self.at as u32;
        }
    }
}
