//! What the measurements ask, and how they listen to the answer.

use std::time::{Duration, Instant};

use engine::protocol::Event;
use engine::{Engine, Generation, Prompt, Turn, Usage};
use serde::Deserialize;
use wire::Failure;

use crate::generate::Random;

/// Invented texts, each with a question whose answer quotes it and one that is answered freely.
const TEXTS: &str = include_str!("../../data/lookup.jsonl");
const SYSTEM: &str = "주어진 자료만으로 한국어로 정확하게 답합니다.";

/// A text to ask about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Text {
    /// Its name.
    pub id: String,
    /// What stands in it.
    pub text: String,
    /// A question that is answered in the text's own words.
    pub quote: String,
    /// A question that is answered in others.
    pub free: String,
}

/// The invented texts.
///
/// # Errors
/// `bench_texts`, which a test rules out.
pub fn texts() -> Result<Vec<Text>, Failure> {
    let wrong = |error: serde_json::Error| {
        Failure::new("bench_texts", "시험용 글을 읽지 못했습니다. lab을 다시 빌드해 주십시오.", error)
    };
    TEXTS.lines().map(|line| serde_json::from_str(line).map_err(wrong)).collect()
}

/// Passages as they stand in a prompt.
fn evidence(passages: &[String]) -> String {
    let numbered = passages.iter().zip(1..).map(|(passage, number)| format!("\n\n[{number}] {passage}"));
    format!("자료:{}", numbered.collect::<String>())
}

/// A conversation that asks one question about passages: the question comes last, so that another one about the same
/// passages shares all before it.
pub fn asking(passages: &[String], question: &str) -> Vec<Turn> {
    vec![Turn::new("system", SYSTEM), Turn::new("user", format!("{}\n\n질문: {question}", evidence(passages)))]
}

/// What is known of [`asking`] before there is a question.
pub fn preparing(passages: &[String]) -> Vec<Turn> {
    vec![Turn::new("system", SYSTEM), Turn::new("user", evidence(passages))]
}

/// The first token of an answer, and how much of the prompt did not have to be read for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct First {
    /// From asking to the first piece of text, in milliseconds.
    pub ttft_ms: f64,
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Those of them that were not read again.
    pub cached_tokens: u32,
    /// Those of the cached tokens that were brought back from what is kept.
    pub restored_tokens: u32,
}

impl From<&Answered> for First {
    fn from(answered: &Answered) -> Self {
        let Usage { prompt_tokens, cached_tokens, restored_tokens, .. } = answered.usage;
        Self { ttft_ms: answered.ttft_ms, prompt_tokens, cached_tokens, restored_tokens }
    }
}

/// An answer, and what it took.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The text.
    pub text: String,
    /// From asking to its first piece, in milliseconds.
    pub ttft_ms: f64,
    /// As the engine counted.
    pub usage: Usage,
}

/// Asks, and waits for the whole answer.
///
/// # Errors
/// The engine's.
pub async fn answer(engine: &Engine, prompt: Prompt) -> Result<Answered, Failure> {
    let begun = Instant::now();
    let mut generation = engine.generate(prompt).await?;
    let (mut text, mut ttft_ms) = (String::new(), None);
    while let Some(event) = generation.next().await {
        match event {
            Event::Thought { .. } => _ = ttft_ms.get_or_insert_with(|| milliseconds(begun)),
            Event::Token { text: piece } => {
                ttft_ms.get_or_insert_with(|| milliseconds(begun));
                text.push_str(&piece);
            }
            Event::Done { usage } => {
                return Ok(Answered { text, ttft_ms: ttft_ms.unwrap_or_else(|| milliseconds(begun)), usage });
            }
            Event::Failed { failure } => return Err(failure),
            _ => {}
        }
    }
    Err(Failure::new("engine_silent", "엔진이 답을 끝내지 않았습니다. 다시 실행해 주십시오.", "no last event"))
}

/// Listens for some time, or to the end: pieces of text that came, and the last event where it came.
pub async fn listen(generation: &mut Generation, time: Duration) -> (u32, Option<Event>) {
    let until = tokio::time::Instant::now() + time;
    let mut pieces = 0;
    loop {
        match tokio::time::timeout_at(until, generation.next()).await {
            Ok(Some(event)) if event.is_last() => return (pieces, Some(event)),
            Ok(Some(Event::Token { .. } | Event::Thought { .. })) => pieces += 1,
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => return (pieces, None),
        }
    }
}

/// Listens to the end; the last event.
pub async fn last(generation: &mut Generation) -> Option<Event> {
    let mut last = None;
    while let Some(event) = generation.next().await {
        last = Some(event);
    }
    last
}

/// A moment by chance, before `end`.
pub fn moment(random: &mut Random, end: Duration) -> Duration {
    const STEPS: u32 = 1_000_000;
    end.mul_f64(random.below(u64::from(STEPS)) as f64 / f64::from(STEPS))
}

/// Milliseconds that have passed.
pub fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_twenty_texts_with_two_questions_each() {
        let texts = texts().unwrap();
        assert_eq!(texts.len(), 20);
        assert_eq!(texts.iter().map(|text| &text.id).collect::<HashSet<_>>().len(), 20);
        for text in texts {
            assert!(text.text.chars().count() > 100, "{}", text.id);
            assert!(!text.quote.is_empty() && !text.free.is_empty() && text.quote != text.free, "{}", text.id);
        }
    }

    #[test]
    fn what_is_prepared_is_the_beginning_of_what_is_asked() {
        let passages = ["하나".to_owned(), "둘".to_owned()];
        let (prepared, asked) = (preparing(&passages), asking(&passages, "무엇입니까?"));
        assert_eq!(prepared[0], asked[0]);
        assert_eq!(prepared[1].content, "자료:\n\n[1] 하나\n\n[2] 둘");
        assert!(asked[1].content.starts_with(&prepared[1].content));
        assert!(asked[1].content.ends_with("질문: 무엇입니까?"));
    }

    #[test]
    fn a_moment_lies_before_the_end_and_is_the_seeds() {
        let end = Duration::from_secs(10);
        let moments = |seed| {
            let mut random = Random::new(seed);
            (0..100).map(|_| moment(&mut random, end)).collect::<Vec<_>>()
        };
        assert_eq!(moments(1), moments(1));
        assert_ne!(moments(1), moments(2));
        assert!(moments(3).iter().all(|moment| *moment < end));
        assert!(moments(3).iter().any(|moment| *moment > end / 2));
    }
}
