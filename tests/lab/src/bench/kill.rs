//! `lab bench kill`: kills the engine in the middle of answers, and holds what it says next against an engine that
//! nothing happened to.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::protocol::Event;
use engine::{Engine, LoadOptions, Prompt, Sampling};
use serde::Serialize;
use serde_json::json;
use wire::Failure;

use super::asking::{answer, asking, last, listen, moment, texts};
use super::processes;
use crate::figures::Spread;
use crate::generate::Random;
use crate::places;

/// Texts in the prompt.
const TEXTS: usize = 2;
/// The most tokens of an answer.
const MAX_TOKENS: u32 = 64;

/// One kill.
#[derive(Debug, Serialize)]
struct Killed {
    /// After so much of the answer, in milliseconds.
    after_ms: f64,
    /// Pieces of text that had come.
    pieces: u32,
    /// The code of the request's failure; none where it had ended before, and nothing was killed.
    code: Option<String>,
    /// Whether the next answer was as wanted.
    same: bool,
    /// From asking again to its first piece, the new process and the loading included, in milliseconds.
    ttft_ms: f64,
}

impl Killed {
    fn is_as_wanted(&self) -> bool {
        self.code.as_deref() == Some("engine_crashed") && self.same
    }
}

/// Kills and prints.
///
/// # Errors
/// The engine's, and `bench_kill_failed` where a kill did not end as it must.
pub async fn run(model: Option<PathBuf>, times: usize, seed: u64, json: bool) -> Result<(), Failure> {
    let model = places::model(model)?;
    let texts: Vec<String> = texts()?.into_iter().take(TEXTS).map(|text| text.text).collect();
    let prompt = |passages: &[String]| {
        Prompt::new(asking(passages, "자료마다 무엇을 정하고 있는지 설명해 주십시오."), MAX_TOKENS, Sampling::Greedy)
    };
    let (wanted, whole) = undisturbed(&model, prompt(&texts)).await?;
    let engine = places::engine()?;
    let loaded = engine.load(&model, LoadOptions::default(), |_| {}).await?;
    let mut random = Random::new(seed);
    let mut kills = Vec::with_capacity(times);
    for number in 1..=times {
        // Another text in front, so that nothing is in the cache and the kill may fall into prompt processing too.
        let passages: Vec<String> = std::iter::once(format!("문서 번호 {number}")).chain(texts.clone()).collect();
        let after = moment(&mut random, whole);
        let (pieces, code) = kill(&engine, prompt(&passages), after).await?;
        let next = answer(&engine, prompt(&texts)).await?;
        let after_ms = after.as_secs_f64() * 1e3;
        let killed = Killed { after_ms, pieces, code, same: next.text == wanted, ttft_ms: next.ttft_ms };
        if !json {
            if number == 1 {
                println!("{} · {} · {} threads", loaded.name, loaded.device, loaded.threads);
                println!(
                    "{:<6}{:>12}{:>8}  {:<16}{:<8}{:>12}",
                    "kill", "after ms", "pieces", "failure", "same", "next ms"
                );
            }
            let code = killed.code.as_deref().unwrap_or("ended before");
            println!(
                "{number:<6}{:>12.0}{:>8}  {code:<16}{:<8}{:>12.0}",
                killed.after_ms, killed.pieces, killed.same, killed.ttft_ms
            );
        }
        kills.push(killed);
    }
    let killed = kills.iter().filter(|kill| kill.code.is_some()).count();
    let as_wanted = kills.iter().filter(|kill| kill.is_as_wanted()).count();
    let again: Vec<f64> = kills.iter().filter(|kill| kill.code.is_some()).map(|kill| kill.ttft_ms).collect();
    let again = Spread::of(&again);
    if json {
        let report = json!({
            "model": loaded.name,
            "device": loaded.device,
            "threads": loaded.threads,
            "seed": seed,
            "killed": killed,
            "as_wanted": as_wanted,
            "next_ttft_ms": again,
            "kills": kills,
        });
        println!("{report}");
    } else {
        println!("{as_wanted} of {killed} kills ended as they must · first token again after {again:.0} ms");
    }
    if as_wanted == killed {
        return Ok(());
    }
    Err(Failure::new(
        "bench_kill_failed",
        "강제 종료 뒤의 답이 달라졌습니다. 위의 결과를 보아 주십시오.",
        format!("{as_wanted} of {killed}"),
    ))
}

/// What an engine answers that has done nothing else, and how long that takes.
async fn undisturbed(model: &Path, prompt: Prompt) -> Result<(String, Duration), Failure> {
    let engine = places::engine()?;
    engine.load(model, LoadOptions::default(), |_| {}).await?;
    let begun = Instant::now();
    let answered = answer(&engine, prompt).await?;
    Ok((answered.text, begun.elapsed()))
}

/// Kills the engine while it answers: pieces of text that had come, and the code of the failure that followed; none
/// where the answer had ended before.
async fn kill(engine: &Engine, prompt: Prompt, after: Duration) -> Result<(u32, Option<String>), Failure> {
    let mut generation = engine.generate(prompt).await?;
    let (pieces, ended) = listen(&mut generation, after).await;
    match ended {
        Some(Event::Failed { failure }) => Err(failure),
        Some(_) => Ok((pieces, None)),
        None => {
            processes::kill(processes::engine()?)?;
            match last(&mut generation).await {
                Some(Event::Failed { failure }) => Ok((pieces, Some(failure.code))),
                // It ended between the last look and the kill.
                _ => Ok((pieces, None)),
            }
        }
    }
}
