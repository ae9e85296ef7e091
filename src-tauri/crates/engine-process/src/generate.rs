//! One prompt into one answer.

use std::time::Instant;

use engine::protocol::Event;
use engine::{Finish, Prompt, Usage};
use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::QUEUE;
use crate::ahead::{Ahead, Figures};
use crate::cache::Session;
use crate::joining::Joined;
use crate::sampling::Sampler;
use crate::text::Utf8;
use crate::thinking::{Piece, Splitter, Style};

impl Session<'_> {
    /// Generates; `tell` gets prefill progress and text.
    ///
    /// # Errors
    /// `context_overflow` where the prompt leaves no room for an answer, `model_template`, `engine_decode`.
    pub fn generate(&mut self, prompt: &Prompt, mut tell: impl FnMut(Event)) -> Result<Usage, Failure> {
        let parts = self.parts(prompt)?;
        let tokens = &parts.tokens;
        self.check_room(tokens.len())?;
        let mut usage = Usage {
            finish: Finish::Stopped,
            prompt_tokens: tokens.len() as u32,
            cached_tokens: 0,
            restored_tokens: 0,
            joined_tokens: 0,
            read_tokens: 0,
            generated_tokens: 0,
            prefill_ms: 0.0,
            generate_ms: 0.0,
            drafted_tokens: 0,
            accepted_tokens: 0,
            draft_model_tokens: 0,
        };

        let started = Instant::now();
        usage.cached_tokens = self.keep_prefix(tokens, parts.joins.is_none()) as u32;
        usage.restored_tokens = self.restored as u32;
        let mut progress = |done, total| tell(Event::Prefill { done, total });
        let joined = self.join(&parts, &mut progress)?;
        let Joined { tokens: joined_tokens, read } = joined.unwrap_or_default();
        usage.joined_tokens = joined_tokens as u32;
        usage.read_tokens = usage.prompt_tokens - usage.cached_tokens - usage.joined_tokens + read as u32;
        let whole = joined.is_some() && self.prefill(tokens, progress)?;
        usage.prefill_ms = milliseconds(started);
        if whole {
            let started = Instant::now();
            let splitter = match prompt.grammar {
                Some(_) => Splitter::none(),
                None => Splitter::new(self.style(), &parts.tail),
            };
            self.answer(prompt, tokens, splitter, &mut usage, tell)?;
            usage.generate_ms = milliseconds(started);
        }
        Ok(usage)
    }

    /// Writes the answer behind a prompt whose last token's logits are there.
    fn answer(
        &mut self,
        prompt: &Prompt,
        tokens: &[LlamaToken],
        mut splitter: Splitter,
        usage: &mut Usage,
        mut tell: impl FnMut(Event),
    ) -> Result<(), Failure> {
        let room = (self.context.n_ctx() as usize - tokens.len()).min(prompt.max_tokens as usize) as u32;
        let mut sampler = Sampler::new(prompt, &self.loaded.model)?;
        // Whether a draft pays under a grammar, which each of its tokens is held to, was never measured.
        let drafts = prompt.lookup && prompt.grammar.is_none() && self.can_be_cut();
        let mut ahead = Ahead::new(drafts.then_some(tokens), self.pace.renewed());
        let vocab = self.loaded.model.vocab();
        let marks = self.style().tokens(|mark| match *self.loaded.tokenize(mark, true) {
            [token] => Some(token),
            _ => None,
        });
        let mut utf8 = Utf8::default();
        usage.finish = loop {
            if QUEUE.is_stopped() {
                break Finish::Stopped;
            }
            // Where a grammar's text is whole, only tokens that end it are left.
            let token = sampler.sample(&self.context, ahead.row())?;
            if vocab.is_eog(token) {
                break Finish::End;
            }
            usage.generated_tokens += 1;
            let mark = marks.iter().find(|(marked, _)| *marked == token).map(|(_, mark)| (*mark).to_owned());
            if let Some(text) = mark.or_else(|| utf8.push(&vocab.token_to_piece(token, false, None))) {
                splitter.push(&text).into_iter().map(event).for_each(&mut tell);
            }
            let left = room - usage.generated_tokens;
            if left == 0 {
                break Finish::Length;
            }
            if !ahead.take(self, token, left as usize)? {
                break Finish::Stopped;
            }
        };
        ahead.end(self);
        let Figures { drafted, accepted, by_model } = ahead.figures();
        (usage.drafted_tokens, usage.accepted_tokens, usage.draft_model_tokens) = (drafted, accepted, by_model);
        let rest = utf8.finish().map_or_else(Vec::new, |text| splitter.push(&text));
        rest.into_iter().chain(splitter.finish()).map(event).for_each(tell);
        Ok(())
    }

    /// How the model marks its thoughts.
    pub fn style(&self) -> &'static Style {
        Style::of(self.template.source())
    }
}

fn event(piece: Piece) -> Event {
    match piece {
        Piece::Thought(text) => Event::Thought { text },
        Piece::Answer(text) => Event::Token { text },
    }
}

/// Since then.
pub fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
