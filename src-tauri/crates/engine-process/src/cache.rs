//! A context and the tokens that its KV cache holds.

use std::path::PathBuf;

use engine::{Keep, Model};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::draft::Drafter;
use crate::joining::{self, Alone};
use crate::kept::{Cut, Kept, shared};
use crate::loading::{Loaded, context_parameters, draft_too_large, too_large};
use crate::lookup::Pace;
use crate::template::ChatTemplate;
use crate::{QUEUE, TYPING, abort, states, wrong_task};

/// Prompt tokens a decode call: progress is told between calls, and a stop acts inside one.
const STEP: usize = 512;
/// A prompt that leaves less room, in tokens, is refused.
const LEAST_ANSWER: usize = 16;
/// So many tokens are worth bringing back, or setting aside: a state is copied in the time that some ten take to read.
const WORTH: usize = 64;

/// A context and the tokens that its KV cache holds, so that a common prefix is never processed twice.
pub struct Session<'model> {
    pub loaded: &'model Loaded,
    pub template: &'model ChatTemplate,
    pub context: LlamaContext<'model>,
    pub cached: Vec<LlamaToken>,
    /// How many of them were read in turn: what stands behind them hangs on passages that were read alone.
    pub exact: usize,
    /// Where the last passage that was joined ends; 0 where none is in the cache.
    pub joined_end: usize,
    /// Tokens that the last [`Session::keep_prefix`] brought back from what is kept.
    pub restored: usize,
    pub kept: Kept,
    /// Tokens that the layers with a sliding window look back, their own among them; 0 where no layer has one.
    window: usize,
    /// Passages that were read alone: see [`crate::joining`].
    pub alone: Alone,
    /// Drafts where the text at hand has nothing to draft from.
    pub drafter: Option<Drafter<'model>>,
    /// What drafting cost and brought in earlier answers.
    pub pace: Pace,
}

impl<'model> Session<'model> {
    /// A context on a model, with an empty KV cache.
    ///
    /// # Errors
    /// `model_wrong_task`, `model_too_large` where its memory could not be had.
    pub fn open(loaded: &'model Loaded, backend: &LlamaBackend, keep: Option<&Keep>) -> Result<Self, Failure> {
        let template = loaded.template.as_ref().ok_or_else(|| wrong_task("not loaded to chat"))?;
        let parameters = match joining::can_join(loaded) {
            true => context_parameters(loaded).with_n_seq_max(joining::SEQUENCES).with_kv_unified(true),
            false => context_parameters(loaded),
        };
        TYPING.set_threads(loaded.description.threads);
        let context = loaded
            .model
            .new_context(backend, abort::when(QUEUE.flag(), parameters))
            .map_err(|error| too_large(error.to_string()))?;
        let window = window(loaded);
        let cut = match (is_recurrent(loaded), window) {
            (true, _) => Cut::Nowhere,
            (false, 0) => Cut::Anywhere,
            (false, window) => Cut::Within(window),
        };
        let [prompts, passages] = keep.map(halves).map_or([None, None], |halves| halves.map(Some));
        let kept = Kept::open(prompts.as_ref(), states::identity(loaded, "prompt"), cut);
        let alone = Alone::open(passages.as_ref(), loaded);
        let drafter =
            loaded.draft.as_ref().and_then(|draft| Drafter::open(draft, loaded.model.n_vocab(), backend).ok());
        let (cached, pace) = (Vec::new(), Pace::default());
        let (exact, joined_end, restored) = (0, 0, 0);
        Ok(Self { loaded, template, context, cached, exact, joined_end, restored, kept, window, alone, drafter, pace })
    }

    /// The model as it was loaded, and now serves.
    pub fn description(&self) -> Model {
        let mut model = self.loaded.description.clone();
        if self.drafter.is_none() && model.draft.take().is_some() {
            model.notices.push(draft_too_large("its context cannot be opened"));
        }
        model
    }

    /// Forgets everything that the KV cache holds.
    pub fn clear(&mut self) {
        self.context.clear_kv_cache();
        self.cached.clear();
        (self.exact, self.joined_end) = (0, 0);
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

    /// # Errors
    /// `context_overflow` where so many tokens of a prompt leave no room for an answer.
    pub fn check_room(&self, prompt: usize) -> Result<(), Failure> {
        let context_tokens = self.context.n_ctx() as usize;
        if prompt > 0 && prompt + LEAST_ANSWER <= context_tokens {
            return Ok(());
        }
        Err(Failure::new(
            "context_overflow",
            "질문과 자료가 모델이 한 번에 읽을 수 있는 분량을 넘었습니다. 질문을 줄이거나 새 대화에서 다시 물어 주십시오.",
            format!("{prompt} tokens of prompt, {context_tokens} of context"),
        ))
    }

    /// Makes the cache hold the longest beginning of `tokens` that was ever read and is still kept, less the last token,
    /// whose logits are needed; gives its length. What is cut off is kept where it is long. `exactly` leaves out what
    /// hangs on passages that were joined.
    pub fn keep_prefix(&mut self, tokens: &[LlamaToken], exactly: bool) -> usize {
        self.restored = 0;
        if exactly {
            self.forget_from(self.exact);
        }
        let wanted = states::numbers(tokens);
        let held = states::numbers(&self.cached);
        let common = shared(&held, &wanted);
        if held.len() - common >= WORTH && self.kept.is_on() {
            self.set_aside();
        }
        let reusable = wanted.len() - 1;
        if let Some((snapshot, useful)) = self.kept.best(&wanted[..reusable], common + WORTH)
            && self.bring_back(&snapshot)
        {
            self.restored = useful;
        }
        let mut common = self.cached.iter().zip(tokens).take_while(|(held, wanted)| held == wanted).count();
        if self.window > 0 && common < self.joined_end {
            // A passage that was kept lacks what no window looked back on behind its end.
            common = common.min(self.exact);
        }
        let kept = self.forget_from(common.min(reusable));
        self.restored = self.restored.min(kept);
        kept
    }

    /// True where the cache can be cut behind any token.
    pub fn can_be_cut(&self) -> bool {
        !is_recurrent(self.loaded)
    }

    /// Drops the cache from position `from`; recurrent memory cannot be cut and is dropped whole, and so is what sliding
    /// windows would have to look back on and is gone.
    pub fn forget_from(&mut self, from: usize) -> usize {
        let cut = self.can_be_cut() && self.context.kv_cache_seq_rm(0, Some(from as u32), None).is_ok();
        if cut && !self.sees_back(from) {
            self.clear();
        } else if cut {
            self.cached.truncate(from);
            self.exact = self.exact.min(from);
        } else if from != self.cached.len() || self.context.kv_cache_seq_pos_max(0) + 1 != from as i32 {
            self.clear();
        }
        self.cached.len()
    }

    /// True where the cache, cut at `from`, holds all that a token there looks back on. llama.cpp writes over what no
    /// window holds any more, and leaves it out of states, but keeps no gap behind the first position that it has.
    pub fn sees_back(&self, from: usize) -> bool {
        let needed = if self.window == 0 { 0 } else { (from + 1).saturating_sub(self.window) };
        from == 0 || usize::try_from(self.context.kv_cache_seq_pos_min(0)).is_ok_and(|first| first <= needed)
    }

    /// Decodes what of `tokens` is not cached, which is a prefix of them; `tell` gets the tokens done, and all. False
    /// where it was stopped.
    ///
    /// # Errors
    /// `engine_decode`.
    pub fn prefill(&mut self, tokens: &[LlamaToken], tell: impl FnMut(u32, u32)) -> Result<bool, Failure> {
        self.prefill_by(STEP, tokens, tell, || false)
    }

    /// As [`Session::prefill`], `size` tokens a decode call, which `gives_way` ends between two of them.
    ///
    /// # Errors
    /// `engine_decode`.
    pub fn prefill_by(
        &mut self,
        size: usize,
        tokens: &[LlamaToken],
        mut tell: impl FnMut(u32, u32),
        gives_way: impl Fn() -> bool,
    ) -> Result<bool, Failure> {
        let total = tokens.len() as u32;
        tell(self.cached.len() as u32, total);
        while self.cached.len() < tokens.len() {
            if gives_way() {
                return Ok(false);
            }
            let step = &tokens[self.cached.len()..tokens.len().min(self.cached.len() + size)];
            let last = self.cached.len() + step.len() == tokens.len();
            if !self.decode(step, last)? {
                return Ok(false);
            }
            tell(self.cached.len() as u32, total);
        }
        Ok(true)
    }

    /// Decodes `step` behind what is cached. False where it was stopped: the cache is then as before.
    ///
    /// # Errors
    /// `engine_decode`.
    pub fn decode(&mut self, step: &[LlamaToken], logits: bool) -> Result<bool, Failure> {
        self.decode_with(step, |at| logits && at + 1 == step.len())
    }

    /// As [`Session::decode`], with the logits of every token.
    ///
    /// # Errors
    /// `engine_decode`.
    pub fn decode_all(&mut self, step: &[LlamaToken]) -> Result<bool, Failure> {
        self.decode_with(step, |_| true)
    }

    fn decode_with(&mut self, step: &[LlamaToken], logits: impl Fn(usize) -> bool) -> Result<bool, Failure> {
        let start = self.cached.len();
        let whole = self.decode_rows(step.iter().enumerate().map(|(at, token)| (*token, start + at, 0, logits(at))))?;
        if whole {
            if self.exact == start {
                self.exact += step.len();
            }
            self.cached.extend_from_slice(step);
        } else {
            self.forget_from(start);
        }
        Ok(whole)
    }

    /// Decodes tokens, each at its place and in its sequence, with logits or without. False where it was stopped: some of
    /// them may be in the cache then.
    ///
    /// # Errors
    /// `engine_decode`.
    pub fn decode_rows(
        &mut self,
        rows: impl ExactSizeIterator<Item = (LlamaToken, usize, i32, bool)>,
    ) -> Result<bool, Failure> {
        let mut batch = LlamaBatch::new(rows.len(), 1);
        for (token, at, sequence, logits) in rows {
            batch.add(token, at as i32, &[sequence], logits).map_err(|error| decode_failure(&error))?;
        }
        abort::ran(self.context.decode(&mut batch)).map_err(|error| {
            self.clear();
            decode_failure(&error)
        })
    }
}

/// Half of the room for prompts, half for passages.
fn halves(keep: &Keep) -> [Keep; 2] {
    let half = |folder: PathBuf| Keep {
        folder,
        key: keep.key,
        memory_bytes: keep.memory_bytes / 2,
        disk_bytes: keep.disk_bytes / 2,
    };
    [half(keep.folder.clone()), half(keep.folder.join("passages"))]
}

/// True where the model's memory has all that was read in one, so that it cannot be cut.
pub fn is_recurrent(loaded: &Loaded) -> bool {
    loaded.model.is_recurrent() || loaded.model.is_hybrid()
}

/// How far a model's sliding windows reach, in tokens; 0 where it has none, or its file does not tell and llama.cpp knows:
/// a state without its beginning is then not brought back ([`Session::sees_back`]).
fn window(loaded: &Loaded) -> usize {
    let text = |key: &str| loaded.model.meta_val_str(key).ok();
    let architecture = text("general.architecture").unwrap_or_default();
    let window = text(&format!("{architecture}.attention.sliding_window"));
    window.and_then(|window| window.parse().ok()).unwrap_or(0)
}

/// What a failed decode call becomes.
pub fn decode_failure(error: &impl std::fmt::Display) -> Failure {
    Failure::new("engine_decode", "답변을 만들다가 엔진 오류가 났습니다. 다시 물어 주십시오.", error)
}
