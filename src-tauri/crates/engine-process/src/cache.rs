//! A context and the tokens that its KV cache holds.

use std::num::NonZeroU32;

use llama_cpp_2::DecodeError;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::loading::{Loaded, too_large};
use crate::template::ChatTemplate;
use crate::{QUEUE, abort};

/// Prompt tokens a decode call: progress is told between calls, and a stop acts inside one.
const STEP: usize = 512;

/// A context and the tokens that its KV cache holds, so that a common prefix is never processed twice.
pub struct Session<'model> {
    pub loaded: &'model Loaded,
    pub template: ChatTemplate,
    pub context: LlamaContext<'model>,
    pub cached: Vec<LlamaToken>,
}

impl<'model> Session<'model> {
    /// A context on a model, with an empty KV cache.
    ///
    /// # Errors
    /// `model_template`, `model_too_large` where its memory could not be had.
    pub fn open(loaded: &'model Loaded, backend: &LlamaBackend) -> Result<Self, Failure> {
        let template = loaded.chat_template()?;
        let threads = loaded.description.threads as i32;
        let parameters = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(loaded.description.context_tokens))
            .with_n_batch(2048)
            .with_n_ubatch(512)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        let context = loaded
            .model
            .new_context(backend, abort::when(QUEUE.flag(), parameters))
            .map_err(|error| too_large(error.to_string()))?;
        Ok(Self { loaded, template, context, cached: Vec::new() })
    }

    /// Forgets everything that the KV cache holds.
    pub fn clear(&mut self) {
        self.context.clear_kv_cache();
        self.cached.clear();
    }

    /// A template may write the BOS token itself, so one is added only where the model wants it and it is missing.
    pub fn tokenize_prompt(&self, text: &str) -> Vec<LlamaToken> {
        let vocab = self.loaded.model.vocab();
        let mut tokens = self.loaded.tokenize(text, true);
        if vocab.should_add_bos() && tokens.first() != Some(&vocab.bos()) {
            tokens.insert(0, vocab.bos());
        }
        tokens
    }

    /// Keeps what the cache shares with `tokens` from the start, less the last token, whose logits are needed.
    pub fn keep_prefix(&mut self, tokens: &[LlamaToken]) -> usize {
        let common = self.cached.iter().zip(tokens).take_while(|(held, wanted)| held == wanted).count();
        let kept = common.min(tokens.len() - 1);
        self.forget_from(kept)
    }

    /// Drops the cache from position `from`; recurrent memory cannot be cut and is dropped whole.
    pub fn forget_from(&mut self, from: usize) -> usize {
        let recurrent = self.loaded.model.is_recurrent() || self.loaded.model.is_hybrid();
        let cut = !recurrent && self.context.kv_cache_seq_rm(0, Some(from as u32), None).is_ok();
        if cut {
            self.cached.truncate(from);
        } else if from != self.cached.len() || self.context.kv_cache_seq_pos_max(0) + 1 != from as i32 {
            self.clear();
        }
        self.cached.len()
    }

    /// Decodes what of `tokens` is not cached, which is a prefix of them; `tell` gets the tokens done, and all. False
    /// where it was stopped.
    ///
    /// # Errors
    /// `engine_decode`.
    pub fn prefill(&mut self, tokens: &[LlamaToken], mut tell: impl FnMut(u32, u32)) -> Result<bool, Failure> {
        let total = tokens.len() as u32;
        tell(self.cached.len() as u32, total);
        while self.cached.len() < tokens.len() {
            let step = &tokens[self.cached.len()..tokens.len().min(self.cached.len() + STEP)];
            let last = self.cached.len() + step.len() == tokens.len();
            if !self.decode(step, last)? {
                return Ok(false);
            }
            tell(self.cached.len() as u32, total);
        }
        Ok(true)
    }

    /// Decodes `step` behind what is cached. False where it was stopped: the cache is then as before.
    pub fn decode(&mut self, step: &[LlamaToken], logits: bool) -> Result<bool, Failure> {
        let start = self.cached.len();
        let mut batch = LlamaBatch::new(step.len(), 1);
        for (offset, token) in step.iter().enumerate() {
            let last = logits && offset + 1 == step.len();
            batch.add(*token, (start + offset) as i32, &[0], last).map_err(|error| decode_failure(&error))?;
        }
        match self.context.decode(&mut batch) {
            Ok(()) => {
                self.cached.extend_from_slice(step);
                Ok(true)
            }
            // llama_decode returns 2 for "aborted".
            Err(DecodeError::Unknown(2)) => {
                self.forget_from(start);
                Ok(false)
            }
            Err(error) => {
                self.clear();
                Err(decode_failure(&error))
            }
        }
    }
}

/// What a failed decode call becomes.
pub fn decode_failure(error: &impl std::fmt::Display) -> Failure {
    Failure::new("engine_decode", "답변을 만들다가 엔진 오류가 났습니다. 다시 물어 주십시오.", error)
}
