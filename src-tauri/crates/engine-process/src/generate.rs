use std::num::NonZeroU32;
use std::time::Instant;

use engine::protocol::Event;
use engine::{Finish, Prompt, Sampling, Usage};
use llama_cpp_2::DecodeError;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::loading::{Loaded, too_large};
use crate::template::{ChatTemplate, template_failure};
use crate::{QUEUE, abort};

/// Prompt tokens a decode call: progress is told between calls, and a stop acts inside one.
const STEP: usize = 512;

/// A context and the tokens that its KV cache holds, so that a common prefix is never processed twice.
pub struct Session<'model> {
    loaded: &'model Loaded,
    template: ChatTemplate,
    pub context: LlamaContext<'model>,
    cached: Vec<LlamaToken>,
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

    /// Generates; `tell` gets prefill progress and text.
    ///
    /// # Errors
    /// `context_overflow` where the prompt leaves no room for an answer, `model_template`, `engine_decode`.
    pub fn generate(&mut self, prompt: &Prompt, mut tell: impl FnMut(Event)) -> Result<Usage, Failure> {
        let text = self.template.render(&prompt.turns).map_err(|error| template_failure(&error))?;
        let tokens = self.tokenize_prompt(&text);
        let context_tokens = self.context.n_ctx() as usize;
        if tokens.is_empty() || tokens.len() + 16 > context_tokens {
            return Err(Failure::new(
                "context_overflow",
                "질문과 자료가 모델이 한 번에 읽을 수 있는 분량을 넘었습니다. 질문을 줄이거나 새 대화에서 다시 물어 주십시오.",
                format!("{} tokens of prompt, {context_tokens} of context", tokens.len()),
            ));
        }
        let mut usage = Usage {
            finish: Finish::Stopped,
            prompt_tokens: tokens.len() as u32,
            cached_tokens: 0,
            generated_tokens: 0,
            prefill_ms: 0.0,
            generate_ms: 0.0,
        };

        let started = Instant::now();
        usage.cached_tokens = self.keep_prefix(&tokens) as u32;
        let total = tokens.len() as u32;
        tell(Event::Prefill { done: usage.cached_tokens, total });
        while self.cached.len() < tokens.len() {
            let step = &tokens[self.cached.len()..tokens.len().min(self.cached.len() + STEP)];
            let last = self.cached.len() + step.len() == tokens.len();
            if !self.decode(step, last)? {
                usage.prefill_ms = milliseconds(started);
                return Ok(usage);
            }
            tell(Event::Prefill { done: self.cached.len() as u32, total });
        }
        usage.prefill_ms = milliseconds(started);

        let started = Instant::now();
        let room = (context_tokens - tokens.len()).min(prompt.max_tokens as usize) as u32;
        let mut sampler = sampler(prompt.sampling, self.loaded.model.n_vocab());
        let vocab = self.loaded.model.vocab();
        let mut utf8 = Utf8::default();
        usage.finish = loop {
            if QUEUE.is_stopped() {
                break Finish::Stopped;
            }
            let token = sampler.sample(&self.context, -1);
            if vocab.is_eog(token) {
                break Finish::End;
            }
            usage.generated_tokens += 1;
            if let Some(text) = utf8.push(&vocab.token_to_piece(token, false, None)) {
                tell(Event::Token { text });
            }
            if usage.generated_tokens >= room {
                break Finish::Length;
            }
            if !self.decode(&[token], true)? {
                break Finish::Stopped;
            }
        };
        if let Some(text) = utf8.finish() {
            tell(Event::Token { text });
        }
        usage.generate_ms = milliseconds(started);
        Ok(usage)
    }

    /// A template may write the BOS token itself, so one is added only where the model wants it and it is missing.
    fn tokenize_prompt(&self, text: &str) -> Vec<LlamaToken> {
        let vocab = self.loaded.model.vocab();
        let mut tokens = self.loaded.tokenize(text, true);
        if vocab.should_add_bos() && tokens.first() != Some(&vocab.bos()) {
            tokens.insert(0, vocab.bos());
        }
        tokens
    }

    /// Keeps what the cache shares with `tokens` from the start, less the last token, whose logits are needed.
    fn keep_prefix(&mut self, tokens: &[LlamaToken]) -> usize {
        let common = self.cached.iter().zip(tokens).take_while(|(held, wanted)| held == wanted).count();
        let kept = common.min(tokens.len() - 1);
        self.forget_from(kept)
    }

    /// Drops the cache from position `from`; recurrent memory cannot be cut and is dropped whole.
    fn forget_from(&mut self, from: usize) -> usize {
        let recurrent = self.loaded.model.is_recurrent() || self.loaded.model.is_hybrid();
        let cut = !recurrent && self.context.kv_cache_seq_rm(0, Some(from as u32), None).is_ok();
        if cut {
            self.cached.truncate(from);
        } else if from != self.cached.len() || self.context.kv_cache_seq_pos_max(0) + 1 != from as i32 {
            self.clear();
        }
        self.cached.len()
    }

    /// Decodes `step` behind what is cached. False where it was stopped: the cache is then as before.
    fn decode(&mut self, step: &[LlamaToken], logits: bool) -> Result<bool, Failure> {
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

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn sampler(sampling: Sampling, vocabulary: i32) -> LlamaSampler {
    match sampling {
        Sampling::Greedy => LlamaSampler::greedy(),
        Sampling::Random { temperature, top_p, seed } => LlamaSampler::chain_simple([
            LlamaSampler::penalties(vocabulary, 64, 1.05, 0.0, 0.0),
            LlamaSampler::top_k(40),
            LlamaSampler::top_p(top_p, 1),
            LlamaSampler::temp(temperature),
            LlamaSampler::dist(seed),
        ]),
    }
}

/// Collects bytes into whole characters: one Hangul syllable may come in three tokens.
#[derive(Default)]
struct Utf8(Vec<u8>);

impl Utf8 {
    fn push(&mut self, bytes: &[u8]) -> Option<String> {
        self.0.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.0) {
            Ok(_) => self.0.len(),
            // Bytes that can never become a character are not waited for.
            Err(error) => error.error_len().map_or(error.valid_up_to(), |bad| error.valid_up_to() + bad),
        };
        let text = String::from_utf8_lossy(&self.0[..whole]).into_owned();
        self.0.drain(..whole);
        (!text.is_empty()).then_some(text)
    }

    fn finish(self) -> Option<String> {
        (!self.0.is_empty()).then(|| String::from_utf8_lossy(&self.0).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_any_pieces_come_out_as_whole_characters() {
        let text = "연가는 17일, a漢😀";
        for size in 1..6 {
            let mut utf8 = Utf8::default();
            let mut out = String::new();
            for piece in text.as_bytes().chunks(size) {
                out.extend(utf8.push(piece));
            }
            out.extend(utf8.finish());
            assert_eq!(out, text, "pieces of {size}");
        }
    }

    #[test]
    fn a_broken_byte_does_not_hold_the_rest_back() {
        let mut utf8 = Utf8::default();
        assert_eq!(utf8.push(b"\xff"), Some("\u{fffd}".into()));
        assert_eq!(utf8.push("가".as_bytes()), Some("가".into()));
    }
}
