//! Drafts of a second, small model, for where the text at hand has nothing to draft from.
//!
//! It writes what it takes for likeliest, token by token, and the model that answers verifies that in one batch, as it
//! does with drafts from the text at hand (Leviathan, Kalman and Matias, "Fast Inference from Transformers via
//! Speculative Decoding", ICML 2023). What it reads of a conversation it keeps, and of a long text that it has not read
//! it reads no more of the end than is worth the time: what an answer quotes from further up is found there without a
//! model.

pub mod vocabulary;

use std::time::Instant;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::cache::decode_failure;
use crate::generate::milliseconds;
use crate::loading::{DraftModel, draft_too_large};
use crate::lookup::LONGEST;
use crate::{QUEUE, abort};

/// Tokens computed at once: it reads little at a time, and its buffers grow with this.
pub const BATCH: u32 = 128;
/// So many tokens of the end are always read: with fewer a model does not know what it writes about.
const LEAST: usize = 64;
/// As many are read in one decode with the first token that is drafted; to read more is timed for itself.
const FEW: usize = LONGEST + 1;

/// A context on a draft model, and what it holds.
pub struct Drafter<'model> {
    model: &'model LlamaModel,
    context: LlamaContext<'model>,
    greedy: LlamaSampler,
    /// Tokens below this number are in both vocabularies.
    shared: i32,
    /// Where in the text of the model that answers its own begins.
    start: usize,
    /// What of the text from there on its KV cache holds.
    cached: Vec<LlamaToken>,
    /// Milliseconds to read a token among many; none was timed yet where it is 0.
    reading: f64,
    /// A decode failed: it is not asked again.
    failed: bool,
}

/// What is likely to follow a text.
#[derive(Debug, Default)]
pub struct Draft {
    /// The tokens; none where the answer is likely to end.
    pub tokens: Vec<LlamaToken>,
    /// What they took, without what was read for them, in milliseconds.
    pub milliseconds: f64,
}

impl<'model> Drafter<'model> {
    /// A context on `draft`, for a model of `vocabulary` tokens.
    ///
    /// # Errors
    /// `draft_model_too_large` where its memory could not be had.
    pub fn open(draft: &'model DraftModel, vocabulary: i32, backend: &LlamaBackend) -> Result<Self, Failure> {
        let model = &draft.model;
        let context = model
            .new_context(backend, abort::when(QUEUE.flag(), draft.context_parameters()))
            .map_err(draft_too_large)?;
        Ok(Self {
            model,
            context,
            greedy: LlamaSampler::greedy(),
            shared: vocabulary.min(model.n_vocab()),
            start: 0,
            cached: Vec::new(),
            reading: 0.0,
            failed: false,
        })
    }

    /// Forgets what it has read.
    pub fn clear(&mut self) {
        self.context.clear_kv_cache();
        self.cached.clear();
        self.start = 0;
    }

    /// At most `most` tokens that are likely to follow `text`, of which it reads no more than `affordable` milliseconds
    /// allow. `None` where it was stopped.
    pub fn draft(&mut self, text: &[LlamaToken], most: usize, affordable: f64) -> Option<Draft> {
        if self.failed {
            return Some(Draft::default());
        }
        self.try_draft(text, most, affordable).unwrap_or_else(|failure| {
            // The answer goes on without it.
            tracing::error!(code = failure.code, "the draft model failed and is not asked again");
            self.failed = true;
            Some(Draft::default())
        })
    }

    fn try_draft(&mut self, text: &[LlamaToken], most: usize, affordable: f64) -> Result<Option<Draft>, Failure> {
        let unread = self.follow(text, affordable);
        if unread.iter().any(|token| token.0 >= self.shared) {
            return Ok(Some(Draft::default()));
        }
        let (read, step) = unread.split_at(if unread.len() > FEW { unread.len() - 1 } else { 0 });
        if !self.read(read)? {
            return Ok(None);
        }
        let begun = Instant::now();
        let (mut tokens, mut step) = (Vec::with_capacity(most), step.to_vec());
        while tokens.len() < most && !step.is_empty() {
            if !self.decode(&step, true)? {
                return Ok(None);
            }
            let token = self.greedy.sample(&self.context, -1);
            step.clear();
            if token.0 < self.shared && !self.model.vocab().is_eog(token) {
                tokens.push(token);
                step.push(token);
            }
        }
        Ok(Some(Draft { tokens, milliseconds: milliseconds(begun) }))
    }

    /// Makes the cache hold as much of the text's beginning as it can, and gives what is still to be read of it, the
    /// last token in any case. A text whose rest is too long to be read is begun anew near its end.
    fn follow<'text>(&mut self, text: &'text [LlamaToken], affordable: f64) -> &'text [LlamaToken] {
        let context = self.context.n_ctx() as usize;
        let affordable = if self.reading > 0.0 { (affordable / self.reading) as usize } else { 0 };
        let most = affordable.min(context / 2).max(LEAST);
        let own = text.get(self.start..).unwrap_or_default();
        let common = self.cached.iter().zip(own).take_while(|(held, wanted)| held == wanted).count();
        let common = common.min(own.len().saturating_sub(1));
        if common == 0 || own.len() - common > most || own.len() + LONGEST > context {
            self.clear();
            self.start = text.len().saturating_sub(most);
            return &text[self.start..];
        }
        self.cut(common);
        &own[self.cached.len()..]
    }

    /// Drops the cache from position `from`.
    fn cut(&mut self, from: usize) {
        if self.context.kv_cache_seq_rm(0, Some(from as u32), None).is_ok() {
            self.cached.truncate(from);
        } else {
            self.context.clear_kv_cache();
            self.cached.clear();
        }
    }

    /// Reads tokens, and how fast it does. False where it was stopped.
    fn read(&mut self, tokens: &[LlamaToken]) -> Result<bool, Failure> {
        let begun = Instant::now();
        for step in tokens.chunks(BATCH as usize) {
            if !self.decode(step, false)? {
                return Ok(false);
            }
        }
        if !tokens.is_empty() {
            self.context.synchronize();
            self.reading = milliseconds(begun) / tokens.len() as f64;
        }
        Ok(true)
    }

    /// Decodes a step behind what is cached, with the logits of its last token or none. False where it was stopped.
    fn decode(&mut self, step: &[LlamaToken], logits: bool) -> Result<bool, Failure> {
        let start = self.cached.len();
        let mut batch = LlamaBatch::new(step.len(), 1);
        for (at, token) in step.iter().enumerate() {
            let wanted = logits && at + 1 == step.len();
            batch.add(*token, (start + at) as i32, &[0], wanted).map_err(|error| decode_failure(&error))?;
        }
        let whole = abort::ran(self.context.decode(&mut batch)).map_err(|error| {
            self.clear();
            decode_failure(&error)
        })?;
        match whole {
            true => self.cached.extend_from_slice(step),
            false => self.cut(start),
        }
        Ok(whole)
    }
}
