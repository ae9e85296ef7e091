//! One prompt into one answer.

use std::time::Instant;

use engine::protocol::Event;
use engine::{Finish, Prompt, Usage};
use wire::Failure;

use crate::QUEUE;
use crate::cache::Session;
use crate::sampling::sampler;
use crate::template::template_failure;
use crate::text::Utf8;

impl Session<'_> {
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
            restored_tokens: 0,
            generated_tokens: 0,
            prefill_ms: 0.0,
            generate_ms: 0.0,
            drafted_tokens: 0,
            accepted_tokens: 0,
        };

        let started = Instant::now();
        usage.cached_tokens = self.keep_prefix(&tokens) as u32;
        let whole = self.prefill(&tokens, |done, total| tell(Event::Prefill { done, total }))?;
        usage.prefill_ms = milliseconds(started);
        if !whole {
            return Ok(usage);
        }

        let started = Instant::now();
        let room = (context_tokens - tokens.len()).min(prompt.max_tokens as usize) as u32;
        let mut sampler = sampler(prompt, &self.loaded.model)?;
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
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
