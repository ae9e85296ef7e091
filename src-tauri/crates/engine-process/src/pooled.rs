use std::num::NonZeroU32;

use engine::{Pooling, Task};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::{LlamaContextParams, LlamaPoolingType};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::cache::decode_failure;
use crate::loading::{Loaded, too_large};
use crate::windows::windows;
use crate::{QUEUE, abort, head, wrong_task};

/// Tokens computed at once where texts are short. Fewer leave cores idle; with more, attention between one text and
/// another, which is computed and then masked, comes to cost more than it saves.
const GROUP: usize = 512;
/// The most texts computed at once; llama.cpp has room for 256.
const SEQUENCES: usize = 64;

type Tokens = Vec<LlamaToken>;

/// A context that gives one vector, or one score, for a whole text.
pub struct Pooled<'model> {
    loaded: &'model Loaded,
    context: LlamaContext<'model>,
    /// The most tokens of a text that the model reads at once.
    window: usize,
}

impl<'model> Pooled<'model> {
    /// A context on a model that was loaded to embed or to rank.
    ///
    /// # Errors
    /// `model_too_large` where its memory could not be had, `model_wrong_task` where a model that is to rank cannot.
    pub fn open(loaded: &'model Loaded, backend: &LlamaBackend) -> Result<Self, Failure> {
        let pooling = match loaded.task {
            Task::Embed { pooling: Pooling::Mean } => LlamaPoolingType::Mean,
            Task::Embed { pooling: Pooling::Cls } => LlamaPoolingType::Cls,
            Task::Embed { pooling: Pooling::Last } => LlamaPoolingType::Last,
            Task::Rank if !head::is_in(&loaded.description.path) => {
                return Err(wrong_task("without a classification head"));
            }
            Task::Rank => LlamaPoolingType::Rank,
            Task::Chat => return Err(wrong_task("loaded to chat")),
        };
        let threads = loaded.description.threads as i32;
        let window = loaded.description.context_tokens as usize;
        // Attention that is not causal needs a whole batch in one step.
        let batch = window.max(GROUP) as u32;
        let parameters = LlamaContextParams::default()
            .with_embeddings(true)
            .with_pooling_type(pooling)
            .with_n_ctx(NonZeroU32::new(batch))
            .with_n_batch(batch)
            .with_n_ubatch(batch)
            .with_n_seq_max(SEQUENCES as u32)
            .with_kv_unified(true)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        let context = loaded
            .model
            .new_context(backend, abort::when(QUEUE.flag(), parameters))
            .map_err(|error| too_large(error.to_string()))?;
        Ok(Self { loaded, context, window })
    }

    /// The vector of each text, of unit length. A text longer than the window is halved until its parts fit; its
    /// vector is then the mean of theirs, weighted by their tokens. `prefix` stands before each part.
    ///
    /// # Errors
    /// `model_wrong_task`, `text_too_long` where the prefix leaves no room, `text_empty` where a text has no token,
    /// `request_stopped`, `engine_decode`.
    pub fn embed(&mut self, prefix: &str, texts: &[String]) -> Result<Vec<Vec<f32>>, Failure> {
        if self.loaded.task == Task::Rank {
            return Err(wrong_task("loaded to rank"));
        }
        let vocab = self.loaded.model.vocab();
        let texts = self.cut(texts, |part| vocab.tokenize(format!("{prefix}{part}").as_bytes(), true, false))?;
        let mut vectors = self.compute(&texts.iter().flatten().collect::<Vec<_>>())?.into_iter();
        texts.iter().map(|parts| mean(parts.iter().zip(vectors.by_ref()))).collect()
    }

    /// How well each text answers `query`: the model's own score, of a text longer than the window that of its best
    /// part.
    ///
    /// # Errors
    /// As [`Pooled::embed`]; `text_too_long` where the query leaves no room.
    pub fn rank(&mut self, query: &str, texts: &[String]) -> Result<Vec<f32>, Failure> {
        if self.loaded.task != Task::Rank {
            return Err(wrong_task("loaded to embed"));
        }
        let query = self.loaded.tokenize(query, false);
        let texts = self.cut(texts, |part| self.pair(&query, &self.loaded.tokenize(part, false)))?;
        let mut scores = self.compute(&texts.iter().flatten().collect::<Vec<_>>())?.into_iter();
        texts
            .iter()
            .map(|parts| {
                let scores = scores.by_ref().take(parts.len()).filter_map(|score| score.first().copied());
                let best = scores.fold(f32::NEG_INFINITY, f32::max);
                if best.is_finite() { Ok(best) } else { Err(decode_failure(&"a score that is no number")) }
            })
            .collect()
    }

    /// What a reranker reads, as its tokenizer was trained to join two texts:
    /// `<bos> query <eos> <sep> text <eos>`, of which a vocabulary may lack some.
    fn pair(&self, query: &[LlamaToken], text: &[LlamaToken]) -> Tokens {
        let vocab = self.loaded.model.vocab();
        let bos = vocab.should_add_bos().then(|| vocab.bos());
        let eos = vocab.should_add_eos().then(|| vocab.eos());
        let sep = vocab.should_add_sep().then(|| vocab.sep());
        let end = eos.or(sep);
        let query = bos.into_iter().chain(query.iter().copied()).chain(eos).chain(sep);
        query.chain(text.iter().copied()).chain(end).collect()
    }

    /// The tokens of each text, in as many parts as the window wants.
    fn cut(&self, texts: &[String], tokenize: impl Fn(&str) -> Tokens) -> Result<Vec<Vec<Tokens>>, Failure> {
        let fit = |part: &str| Some(tokenize(part)).filter(|tokens| tokens.len() <= self.window);
        let cut = |text: &String| {
            let parts = windows(text, &fit).ok_or_else(|| too_long(self.window))?;
            if parts.iter().any(Vec::is_empty) {
                return Err(Failure::new("text_empty", "글자가 없는 글입니다. 다른 글을 골라 주십시오.", "no tokens"));
            }
            Ok(parts)
        };
        texts.iter().map(cut).collect()
    }

    /// One vector for each sequence of tokens, in order. A stop acts between batches and inside one.
    fn compute(&mut self, sequences: &[&Tokens]) -> Result<Vec<Vec<f32>>, Failure> {
        let mut vectors = Vec::with_capacity(sequences.len());
        while vectors.len() < sequences.len() {
            let rest = &sequences[vectors.len()..];
            let group = &rest[..group(rest)];
            let mut batch = LlamaBatch::new(group.iter().map(|tokens| tokens.len()).sum(), 1);
            for (sequence, tokens) in (0..).zip(group) {
                batch.add_sequence(tokens, sequence, true).map_err(|error| decode_failure(&error))?;
            }
            if QUEUE.is_stopped() {
                return Err(stopped());
            }
            self.context.clear_kv_cache();
            if !abort::ran(self.context.decode(&mut batch)).map_err(|error| decode_failure(&error))? {
                return Err(stopped());
            }
            for sequence in 0..group.len() as i32 {
                let vector = self.context.embeddings_seq_ith(sequence).map_err(|error| decode_failure(&error))?;
                vectors.push(vector.to_vec());
            }
        }
        Ok(vectors)
    }
}

/// How many of the first sequences are computed at once: as many as fit [`GROUP`], and always one.
fn group(sequences: &[&Tokens]) -> usize {
    let mut tokens = 0;
    let fitting = sequences.iter().take(SEQUENCES).take_while(|sequence| {
        tokens += sequence.len();
        tokens <= GROUP
    });
    fitting.count().max(1)
}

/// The mean of the directions of a text's parts, weighted by their tokens, of unit length.
fn mean<'a>(parts: impl Iterator<Item = (&'a Tokens, Vec<f32>)>) -> Result<Vec<f32>, Failure> {
    let mut sum = Vec::new();
    for (tokens, vector) in parts {
        sum.resize(vector.len(), 0.0);
        for (sum, number) in sum.iter_mut().zip(unit(vector)?) {
            *sum += number * tokens.len() as f32;
        }
    }
    unit(sum)
}

fn unit(mut vector: Vec<f32>) -> Result<Vec<f32>, Failure> {
    let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    if !length.is_normal() {
        return Err(decode_failure(&"a vector without a length"));
    }
    vector.iter_mut().for_each(|number| *number = (f64::from(*number) / length) as f32);
    Ok(vector)
}

fn stopped() -> Failure {
    Failure::new("request_stopped", "중지했습니다. 필요하면 다시 시작해 주십시오.", "")
}

fn too_long(window: usize) -> Failure {
    Failure::new(
        "text_too_long",
        "질문이 모델이 한 번에 읽을 수 있는 분량을 넘었습니다. 질문을 줄여 다시 물어 주십시오.",
        format!("no room for a text in {window} tokens"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(count: usize) -> Tokens {
        vec![LlamaToken::new(7); count]
    }

    #[test]
    fn short_texts_share_a_batch_and_a_long_one_has_its_own() {
        let table: [(&[usize], usize); 5] =
            [(&[100, 200, 212, 1], 3), (&[512, 1], 1), (&[2048, 5], 1), (&[1; 100], SEQUENCES), (&[511, 2], 1)];
        for (lengths, wanted) in table {
            let sequences: Vec<Tokens> = lengths.iter().map(|count| tokens(*count)).collect();
            assert_eq!(group(&sequences.iter().collect::<Vec<_>>()), wanted, "{lengths:?}");
        }
    }

    #[test]
    fn a_mean_has_unit_length_and_leans_to_the_longer_part() {
        let (long, short) = (tokens(3), tokens(1));
        let parts = [(&long, vec![10.0, 0.0]), (&short, vec![0.0, 0.1])];
        let vector = mean(parts.into_iter()).unwrap();
        let wanted = [3.0 / 10_f32.sqrt(), 1.0 / 10_f32.sqrt()];
        assert!(vector.iter().zip(wanted).all(|(number, wanted)| (number - wanted).abs() < 1e-6), "{vector:?}");
    }

    #[test]
    fn a_vector_without_a_direction_is_a_failure_and_not_a_vector() {
        for vector in [vec![0.0, 0.0], vec![f32::NAN, 1.0], vec![f32::INFINITY, 1.0], vec![]] {
            assert_eq!(unit(vector.clone()).unwrap_err().code, "engine_decode", "{vector:?}");
        }
    }
}
