//! Passages that are read alone, kept, and joined: a question whose passages stand in another order, or beside others,
//! need not wait until they are read again.
//!
//! A passage is read behind the beginning that all prompts share (the system turn), so that its first tokens have
//! something to rest their attention on. Its keys are then turned to the place where it stands in a prompt (RoPE is
//! relative), and what connects the passages is read as text: the words between them, the beginning of each (EPIC, Hu et
//! al., arXiv:2410.15332), and whole passages as far as a caller allows. What is lost is what a passage would have taken
//! from those before it.

mod parts;

use engine::protocol::Event;
use engine::{Keep, Turn};
use llama_cpp_2::model::RopeType;
use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::QUEUE;
use crate::cache::{Session, decode_failure, is_recurrent};
use crate::kept::{Cut, Kept, Snapshot};
use crate::loading::Loaded;
use crate::states::{self, numbers};

pub use parts::Parts;
use parts::{Piece, pieces};

/// The most passages that are joined in one prompt; what stands behind them is read.
const PASSAGES: usize = 16;
/// The sequence of the prompt, one of each passage, and one of each text between them.
pub const SEQUENCES: u32 = 1 + 2 * PASSAGES as u32;
/// Tokens a decode call.
const STEP: usize = 512;
/// The same where something may be asked meanwhile.
const STEP_AHEAD: usize = 128;
/// A shorter passage is read faster than it is joined.
const SHORTEST: usize = 16;

/// The passages that were read alone, by the shared beginning and their own tokens.
pub struct Alone(Kept);

impl Alone {
    /// Those of a model.
    pub fn open(keep: Option<&Keep>, loaded: &Loaded) -> Self {
        let keep = keep.filter(|_| can_join(loaded));
        Self(Kept::open(keep, states::identity(loaded, "passage"), Cut::Nowhere))
    }

    /// Forgets them, in memory and on the disk.
    ///
    /// # Errors
    /// The folder's.
    pub fn forget(&mut self) -> std::io::Result<()> {
        self.0.forget()
    }

    /// The state of just these tokens.
    fn get(&mut self, tokens: &[LlamaToken]) -> Option<Snapshot> {
        let snapshot = self.0.get(&numbers(tokens))?;
        // It may have come from the disk.
        self.0.put(snapshot.clone());
        Some(snapshot)
    }

    fn put(&mut self, snapshot: Snapshot) {
        if !self.0.is_on_disk(&snapshot.tokens) {
            self.0.write(snapshot.clone());
        }
        self.0.put(snapshot);
    }
}

/// True where llama.cpp can turn the keys of this model to other places. It ends the process where it cannot.
pub fn can_join(loaded: &Loaded) -> bool {
    /// Their rotation differs by layer in a way that llama.cpp does not follow, or their cache has parts of its own.
    const NOT: [&str; 4] = ["step35", "deepseek4", "deepseek32", "minimax-m3"];
    let architecture = loaded.model.meta_val_str("general.architecture").unwrap_or_default();
    let turns = matches!(loaded.model.rope_type(), Some(RopeType::Norm | RopeType::NeoX));
    turns && !is_recurrent(loaded) && !NOT.contains(&architecture.as_str())
}

/// What joining saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Joined {
    /// Tokens that were not read in the prompt's turn.
    pub tokens: usize,
    /// Those that were read alone now, since nothing was kept of them.
    pub read: usize,
}

/// A passage in a sequence of its own, at its place in the prompt.
struct Placed {
    sequence: i32,
    start: usize,
    end: usize,
    /// Its first tokens, which are read again.
    head: usize,
}

/// A text that is read: behind some of the passages, in a sequence of its own.
struct Text {
    sequence: i32,
    start: usize,
    end: usize,
}

impl Session<'_> {
    /// Reads passages alone, until something else is asked.
    ///
    /// # Errors
    /// `model_template`, `engine_decode`.
    pub fn read_ahead(&mut self, turns: &[Turn], passages: &[String]) -> Result<Event, Failure> {
        let mut done = 0;
        let passages: Vec<Vec<LlamaToken>> = passages.iter().map(|text| self.alone(text)).collect();
        let total = passages.iter().map(Vec::len).sum::<usize>() as u32;
        let Some(base) = self.base(turns)?.filter(|_| can_join(self.loaded) && self.alone.0.is_on()) else {
            return Ok(Event::Prepared { done, total: 0 });
        };
        for passage in passages {
            let key = [&*base, &*passage].concat();
            let known = passage.len() < SHORTEST || self.alone.0.holds(&numbers(&key));
            let fits = key.len() + self.cached.len() < self.context.n_ctx() as usize;
            if !known && fits {
                // The conversation at hand most likely begins with it, and stays.
                let begun = self.cached.starts_with(&base);
                if !begun {
                    self.keep_prefix(&base, true);
                }
                let read = (begun || self.prefill_by(STEP_AHEAD, &base, |_, _| {}, || QUEUE.is_awaited())?)
                    && self.read_alone(&key, base.len(), 1, STEP_AHEAD, |_| !QUEUE.is_awaited())?;
                self.context_rm(1);
                if !read {
                    break;
                }
            }
            done += passage.len() as u32;
        }
        Ok(Event::Prepared { done, total })
    }

    /// Joins what of the prompt is not in the cache yet, up to the text behind the last passage. `None` where it was
    /// stopped: the cache is then as before.
    ///
    /// # Errors
    /// `engine_decode`.
    pub fn join(&mut self, parts: &Parts, tell: &mut impl FnMut(u32, u32)) -> Result<Option<Joined>, Failure> {
        let Some((passages, joining)) = &parts.joins else { return Ok(Some(Joined::default())) };
        let tokens = &parts.tokens;
        // Passages often begin alike: a few tokens that are there already are no reason to read the rest of one.
        let begun = passages.iter().find(|passage| passage.contains(&self.cached.len()));
        if let Some(begun) = begun.filter(|begun| self.cached.len() - begun.start < begun.len() / 2) {
            self.forget_from(begun.start);
        }
        let pieces = pieces(passages, self.cached.len(), joining, PASSAGES, SHORTEST);
        let again: usize = pieces.iter().map(|piece| piece.head).sum();
        // What is read again is there twice for a moment.
        if pieces.is_empty() || tokens.len() + again >= self.context.n_ctx() as usize {
            return Ok(Some(Joined::default()));
        }
        let before = self.cached.len();
        let joined = self.join_pieces(parts.base, tokens, &pieces, tell);
        if !matches!(joined, Ok(Some(_))) {
            self.drop_sequences();
            self.forget_from(before.min(self.cached.len()));
        }
        joined
    }

    fn join_pieces(
        &mut self,
        base: usize,
        tokens: &[LlamaToken],
        pieces: &[Piece],
        tell: &mut impl FnMut(u32, u32),
    ) -> Result<Option<Joined>, Failure> {
        let total = tokens.len() as u32;
        // Passages are read alone behind it.
        if self.cached.len() < base && !self.prefill(&tokens[..base], |done, _| tell(done, total))? {
            return Ok(None);
        }
        let (mut placed, mut joined) = (Vec::new(), Joined::default());
        let mut done = self.cached.len();
        for (piece, sequence) in pieces.iter().zip(1..) {
            let key = [&tokens[..base], &tokens[piece.start..piece.end]].concat();
            let known = self.alone.get(&key).is_some_and(|snapshot| self.put_into(sequence, &snapshot));
            let length = piece.end - piece.start;
            if !known {
                joined.read += length;
                let read = self.read_alone(&key, base, sequence, STEP, |read| {
                    tell((done + read) as u32, total);
                    true
                })?;
                if !read {
                    return Ok(None);
                }
            }
            done += length;
            joined.tokens += length - piece.head;
            let shift = piece.start as i32 - base as i32;
            self.context.kv_cache_seq_add(sequence, None, None, shift).map_err(|error| decode_failure(&error))?;
            placed.push(Placed { sequence, start: piece.start, end: piece.end, head: piece.head });
        }
        let texts = self.open_texts(&placed)?;
        if !self.decode_texts(&texts, tokens)? {
            return Ok(None);
        }
        self.gather(&placed, &texts)?;
        let exact = self.exact.min(self.cached.len());
        let end = placed.last().map_or(0, |last| last.end);
        self.cached = tokens[..end].to_vec();
        (self.exact, self.joined_end) = (exact, end);
        tell(end as u32, total);
        Ok(Some(joined))
    }

    /// Reads a passage behind the beginning that all prompts share, which the cache holds, into a sequence, and keeps it.
    /// `key` is both; `on` gets the tokens done and may end it. False where it ended early.
    fn read_alone(
        &mut self,
        key: &[LlamaToken],
        base: usize,
        sequence: i32,
        step: usize,
        mut on: impl FnMut(usize) -> bool,
    ) -> Result<bool, Failure> {
        self.copy(0, sequence, 0, base)?;
        let mut at = base;
        while at < key.len() {
            let end = key.len().min(at + step);
            let rows = (at..end).map(|at| (key[at], at, sequence, false));
            if !on(at - base) || !self.decode_rows(rows)? {
                return Ok(false);
            }
            at = end;
        }
        self.context.kv_cache_seq_rm(sequence, Some(0), Some(base as u32)).map_err(|error| decode_failure(&error))?;
        if self.alone.0.is_on()
            && let Some(snapshot) = self.snapshot_of(sequence, key)
        {
            self.alone.put(snapshot);
        }
        Ok(true)
    }

    /// The texts between what the cache holds and the last passage, each in a sequence that holds what stands before it;
    /// the beginnings of passages are text.
    fn open_texts(&mut self, placed: &[Placed]) -> Result<Vec<Text>, Failure> {
        let (mut texts, mut behind) = (Vec::new(), self.cached.len());
        for (at, passage) in placed.iter().enumerate() {
            let (start, end) = (behind, passage.start + passage.head);
            behind = passage.end;
            if start == end {
                continue;
            }
            // The first goes on where the prompt's own sequence ends.
            let sequence = if at == 0 { 0 } else { (PASSAGES + at) as i32 };
            if sequence != 0 {
                self.copy(0, sequence, 0, self.cached.len())?;
                for before in &placed[..at] {
                    self.copy(before.sequence, sequence, before.start, before.end)?;
                }
            }
            texts.push(Text { sequence, start, end });
        }
        Ok(texts)
    }

    fn decode_texts(&mut self, texts: &[Text], tokens: &[LlamaToken]) -> Result<bool, Failure> {
        let rows: Vec<(LlamaToken, usize, i32, bool)> =
            texts.iter().flat_map(|text| (text.start..text.end).map(|at| (tokens[at], at, text.sequence, false))).collect();
        for rows in rows.chunks(STEP) {
            if !self.decode_rows(rows.iter().copied())? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Passages and texts become one sequence.
    fn gather(&mut self, placed: &[Placed], texts: &[Text]) -> Result<(), Failure> {
        for passage in placed {
            self.copy(passage.sequence, 0, passage.start + passage.head, passage.end)?;
        }
        for text in texts.iter().filter(|text| text.sequence != 0) {
            self.copy(text.sequence, 0, text.start, text.end)?;
        }
        self.drop_sequences();
        Ok(())
    }

    fn copy(&mut self, from: i32, to: i32, start: usize, end: usize) -> Result<(), Failure> {
        let copied = self.context.kv_cache_seq_cp(from, to, Some(start as u32), Some(end as u32));
        copied.map_err(|error| decode_failure(&error))
    }

    fn drop_sequences(&mut self) {
        (1..SEQUENCES as i32).for_each(|sequence| self.context_rm(sequence));
    }

    fn context_rm(&mut self, sequence: i32) {
        // A whole sequence can always be removed.
        let _ = self.context.kv_cache_seq_rm(sequence, None, None);
    }
}
