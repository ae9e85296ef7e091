use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use wire::Failure;

use crate::client::Engine;
use crate::protocol::{LoadOptions, Pooling, Task};

/// What one request brings to the engine at most, in characters: a question waits for no more than one of them.
const REQUEST_CHARACTERS: usize = 2_000;

/// How an embedding model wants to be used. Each family is trained with its own prefixes and pooling, and gives poor
/// vectors with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Which vectors compare with each other: those of the same id.
    pub id: String,
    /// Stands before a question.
    pub query_prefix: String,
    /// Stands before a passage.
    pub passage_prefix: String,
    /// How one vector comes of many.
    pub pooling: Pooling,
}

/// Turns questions and passages into vectors, in an engine process of its own with an embedding model.
#[derive(Clone)]
pub struct Embedder {
    engine: Engine,
    recipe: Arc<Recipe>,
    dimensions: usize,
}

impl Embedder {
    /// Loads the model at `path`. The process yields to everything else on the machine, the chat's engine first of all.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub async fn open(engine: Engine, path: &Path, recipe: Recipe, threads: Option<u32>) -> Result<Self, Failure> {
        let task = Task::Embed { pooling: recipe.pooling };
        let options = LoadOptions { threads, task, background: true, ..LoadOptions::default() };
        let model = engine.load(path, options, |_| {}).await?;
        Ok(Self { engine, recipe: Arc::new(recipe), dimensions: model.dimensions as usize })
    }

    /// The recipe's id: vectors of another id are never compared with these.
    pub fn id(&self) -> &str {
        &self.recipe.id
    }

    /// Numbers in a vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The vector of a question, of unit length. It is taken before the passages that wait.
    ///
    /// # Errors
    /// As [`Engine::embed`].
    pub async fn query(&self, text: &str) -> Result<Vec<f32>, Failure> {
        let vectors = self.engine.embed(self.recipe.query_prefix.clone(), vec![normalized(text)], true).await?;
        vectors.into_iter().next().ok_or_else(|| {
            Failure::new("engine_decode", "질문을 벡터로 바꾸지 못했습니다. 다시 물어 주십시오.", "no vector came")
        })
    }

    /// The vectors of passages, of unit length, in order.
    ///
    /// # Errors
    /// As [`Engine::embed`].
    pub async fn passages(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, Failure> {
        let mut vectors = Vec::with_capacity(texts.len());
        for request in requests(texts) {
            let texts = request.iter().map(|text| normalized(text)).collect();
            vectors.extend(self.engine.embed(self.recipe.passage_prefix.clone(), texts, false).await?);
        }
        Ok(vectors)
    }
}

/// Orders passages by how well they answer a question, in an engine process of its own with a reranking model.
#[derive(Clone)]
pub struct Reranker(Engine);

impl Reranker {
    /// Loads the model at `path`.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub async fn open(engine: Engine, path: &Path, threads: Option<u32>) -> Result<Self, Failure> {
        let options = LoadOptions { threads, task: Task::Rank, ..LoadOptions::default() };
        engine.load(path, options, |_| {}).await?;
        Ok(Self(engine))
    }

    /// The score of each text, in order: higher is better, and only those of one question compare.
    ///
    /// # Errors
    /// As [`Engine::rank`].
    pub async fn rank(&self, query: &str, texts: Vec<String>) -> Result<Vec<f32>, Failure> {
        let texts = texts.iter().map(|text| normalized(text)).collect();
        self.0.rank(normalized(query), texts).await
    }
}

/// A text as SentencePiece's rule "nmt_nfkc" has it, which multilingual models are trained on: NFKC, one kind of blank,
/// no control characters. Model files do not always bring the rule's table, and llama.cpp then takes a line break for
/// an unknown word.
fn normalized(text: &str) -> String {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{fffd}');
    let mut normalized = String::with_capacity(text.len());
    for word in text.split(blank).filter(|word| !word.is_empty()) {
        if !normalized.is_empty() {
            normalized.push(' ');
        }
        normalized.extend(word.nfkc().filter(|c| !c.is_control()));
    }
    normalized
}

/// Cuts a list of texts into requests of at most [`REQUEST_CHARACTERS`], or of one longer text.
fn requests(texts: Vec<String>) -> Vec<Vec<String>> {
    let mut requests: Vec<Vec<String>> = Vec::new();
    let mut characters = 0;
    for text in texts {
        let length = text.chars().count();
        match requests.last_mut().filter(|_| characters + length <= REQUEST_CHARACTERS) {
            Some(request) => {
                characters += length;
                request.push(text);
            }
            None => {
                characters = length;
                requests.push(vec![text]);
            }
        }
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_normalized_as_the_models_were_trained() {
        let table = [
            ("연가는 며칠입니까?", "연가는 며칠입니까?"),
            ("  줄이\n바뀌고\t\t탭이  있다 ", "줄이 바뀌고 탭이 있다"),
            ("\u{1112}\u{1161}\u{11ab}글", "한글"),
            ("전각 １２３ ＡＢＣ ㈜", "전각 123 ABC (주)"),
            ("끊지\u{a0}않는\u{200b}빈칸\u{feff}", "끊지 않는 빈칸"),
            ("제어\u{1}문자", "제어문자"),
            ("", ""),
        ];
        for (text, wanted) in table {
            assert_eq!(normalized(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn passages_go_in_requests_that_a_question_can_wait_for_and_keep_their_order() {
        let text = |characters: usize| "가".repeat(characters);
        let lengths = |texts: &[usize]| -> Vec<Vec<usize>> {
            let texts = texts.iter().map(|characters| text(*characters)).collect();
            requests(texts).iter().map(|texts| texts.iter().map(|text| text.chars().count()).collect()).collect()
        };
        assert_eq!(lengths(&[]), Vec::<Vec<usize>>::new());
        assert_eq!(lengths(&[700, 700, 600, 1]), [vec![700, 700, 600], vec![1]]);
        assert_eq!(lengths(&[9_000, 5, 2_000, 0]), [vec![9_000], vec![5], vec![2_000, 0]]);
    }
}
