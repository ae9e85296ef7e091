//! How well a model does on this machine: its speed, and short questions with answers that can be checked. Both end when
//! their future is dropped.

use std::path::Path;
use std::time::Duration;

use engine::protocol::Event;
use engine::{BenchResult, Engine, Finish, Generation, Grammar, LoadOptions, Model, Prompt, Sampling, Turn};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};
use wire::Failure;

use crate::questions::questions;

/// A test takes no longer, counted from when the model is in memory. What was not asked by then is not asked.
const BUDGET: Duration = Duration::from_secs(120);
/// What is read and written to measure the speed, in tokens, and how often: little enough for a slow machine to have time
/// left for the questions.
const MEASURED: (u32, u32, u32) = (128, 32, 2);
/// The most tokens of an answer to one of the questions: they ask for a word or a number.
const SHORT: u32 = 48;
/// The most tokens of an answer that is compared with another model's.
const LONG: u32 = 384;
/// An answer on one line: so a model that would think first does not, and one that goes on and on stops.
const ONE_LINE: &str = "root ::= [^\\n]+";

/// How a model did in its last test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// When it ended, in milliseconds since 1970.
    pub at_ms: i64,
    /// Tokens of a prompt that it read in a second.
    pub prompt_tokens_per_s: f64,
    /// Tokens that it wrote in a second.
    pub generate_tokens_per_s: f64,
    /// Questions that it answered rightly.
    pub right: u32,
    /// Questions that there was time for.
    pub asked: u32,
    /// Questions that there are.
    pub questions: u32,
    /// "CPU" or the name of the GPU.
    pub device: String,
}

/// How far a test has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Step {
    /// The model is being loaded: share done, 0 to 1.
    Loading {
        /// 0 to 1.
        share: f32,
    },
    /// Its speed is being measured.
    Measuring,
    /// It is being asked a question.
    Asking {
        /// From 1.
        number: u32,
        /// Questions that there are.
        questions: u32,
        /// The question.
        question: String,
    },
    /// It answered it.
    Answered {
        /// What it said.
        answer: String,
        /// Whether that is right.
        right: bool,
    },
    /// The next piece of an answer that is compared.
    Token {
        /// Whole characters.
        text: String,
    },
}

/// An answer that is compared with another model's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answered {
    /// The name that the model gives itself.
    pub model: String,
    /// What it said.
    pub text: String,
    /// False where it was cut short.
    pub whole: bool,
    /// Until the first token of it, in milliseconds, the model in memory.
    pub first_ms: f64,
    /// Tokens that it wrote.
    pub tokens: u32,
    /// Tokens that it wrote in a second.
    pub generate_tokens_per_s: f64,
    /// "CPU" or the name of the GPU.
    pub device: String,
}

/// Loads the model at `path` and tries it; `now_ms` is asked when it has ended.
///
/// # Errors
/// As [`Engine::load`] and [`Engine::generate`]; `model_too_slow` where the time is up before its speed is known.
pub async fn try_model(
    engine: &Engine,
    path: &Path,
    now_ms: impl Fn() -> i64,
    mut told: impl FnMut(Step),
) -> Result<Trial, Failure> {
    let questions = questions()?;
    let model = load(engine, path, &mut told).await?;
    let end = Instant::now() + BUDGET;
    told(Step::Measuring);
    let (prompt, generate, repetitions) = MEASURED;
    let BenchResult { prompt_tokens_per_s, generate_tokens_per_s } =
        timeout_at(end, engine.bench(prompt, generate, repetitions)).await.map_err(|_| too_slow())??;
    let (mut right, mut asked) = (0, 0);
    for (question, number) in questions.iter().zip(1..) {
        told(Step::Asking { number, questions: questions.len() as u32, question: question.text.clone() });
        let mut wanted = prompt_of(&question.text, SHORT);
        wanted.grammar = Some(Grammar::Gbnf(ONE_LINE.to_owned()));
        // Dropped when the time is up, which stops the engine.
        let Ok(answer) = timeout_at(end, short_answer(engine, wanted)).await else { break };
        let answer = answer?;
        let is_right = question.is_right(&answer);
        asked += 1;
        right += u32::from(is_right);
        told(Step::Answered { answer, right: is_right });
    }
    Ok(Trial {
        at_ms: now_ms(),
        prompt_tokens_per_s,
        generate_tokens_per_s,
        right,
        asked,
        questions: questions.len() as u32,
        device: model.device,
    })
}

/// Loads the model at `path` and has it answer `question`.
///
/// # Errors
/// As [`Engine::load`] and [`Engine::generate`].
pub async fn answer(
    engine: &Engine,
    path: &Path,
    question: &str,
    mut told: impl FnMut(Step),
) -> Result<Answered, Failure> {
    let model = load(engine, path, &mut told).await?;
    let (begun, mut first) = (Instant::now(), None);
    let mut generation = engine.generate(prompt_of(question, LONG)).await?;
    let mut text = String::new();
    loop {
        match next(&mut generation).await? {
            Event::Token { text: piece } => {
                first.get_or_insert_with(|| begun.elapsed());
                text.push_str(&piece);
                told(Step::Token { text: piece });
            }
            Event::Done { usage } => {
                let seconds = usage.generate_ms / 1000.0;
                return Ok(Answered {
                    model: model.name,
                    text: text.trim().to_owned(),
                    whole: usage.finish == Finish::End,
                    first_ms: first.unwrap_or_else(|| begun.elapsed()).as_secs_f64() * 1000.0,
                    tokens: usage.generated_tokens,
                    generate_tokens_per_s: if seconds > 0.0 { f64::from(usage.generated_tokens) / seconds } else { 0.0 },
                    device: model.device,
                });
            }
            _ => {}
        }
    }
}

async fn load(engine: &Engine, path: &Path, told: &mut impl FnMut(Step)) -> Result<Model, Failure> {
    engine.load(path, LoadOptions::default(), |share| told(Step::Loading { share })).await
}

async fn short_answer(engine: &Engine, prompt: Prompt) -> Result<String, Failure> {
    let mut generation = engine.generate(prompt).await?;
    let mut text = String::new();
    loop {
        match next(&mut generation).await? {
            Event::Token { text: piece } | Event::Thought { text: piece } => text.push_str(&piece),
            Event::Done { .. } => return Ok(text.trim().to_owned()),
            _ => {}
        }
    }
}

/// The likeliest answer, so that a test can be repeated. Models disagree on whether there is a system's turn: there is
/// none.
fn prompt_of(question: &str, max_tokens: u32) -> Prompt {
    Prompt::new(vec![Turn::new("user", question)], max_tokens, Sampling::Greedy)
}

async fn next(generation: &mut Generation) -> Result<Event, Failure> {
    match generation.next().await {
        Some(Event::Failed { failure }) => Err(failure),
        Some(event) => Ok(event),
        None => Err(Failure::new(
            "engine_crashed",
            "답변 엔진이 예기치 않게 종료되었습니다. 다시 시도해 주십시오.",
            "a generation ended without its last event",
        )),
    }
}

fn too_slow() -> Failure {
    Failure::new(
        "model_too_slow",
        "2분 안에 속도를 재지 못했습니다. 이 컴퓨터에서 쓰기에는 큰 모델입니다. 더 작은 모델을 골라 주십시오.",
        "",
    )
}
