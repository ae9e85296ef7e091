//! `lab bench stop`: how long it takes from a stop to the last event, at moments by chance in prompt processing and in
//! generation. A request is counted where it was seen to be: before its first piece of text or after.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use engine::protocol::Event;
use engine::{Engine, Finish, LoadOptions, Prompt, Sampling};
use serde_json::{Value, json};
use wire::Failure;

use super::asking::{answer, asking, last, listen, milliseconds, moment, texts};
use crate::figures::quantile;
use crate::generate::Random;
use crate::places;

/// Texts in the prompt: more than a batch of it, and little more, since every other try reads it.
const TEXTS: usize = 2;
/// The most tokens of an answer.
const MAX_TOKENS: u32 = 128;

/// Milliseconds from stop to last event, and requests that ended before they could be stopped.
#[derive(Default)]
struct Stops {
    in_prefill: Vec<f64>,
    in_generation: Vec<f64>,
    ended_before: u32,
}

/// Measures and prints.
///
/// # Errors
/// The engine's; `bench_stop_failed` where a stopped request ended in another way.
pub async fn run(model: Option<PathBuf>, tries: u32, seed: u64, json: bool) -> Result<(), Failure> {
    let texts: Vec<String> = texts()?.into_iter().take(TEXTS).map(|text| text.text).collect();
    let engine = places::engine()?;
    let model = engine.load(&places::model(model)?, LoadOptions::default(), |_| {}).await?;
    // What stands first differs, so that nothing of it is in the cache and all of it is read.
    let prompt = |number: &str| {
        let passages: Vec<String> = std::iter::once(format!("문서 번호 {number}")).chain(texts.clone()).collect();
        Prompt::new(
            asking(&passages, "자료마다 무엇을 정하고 있는지 차례로 설명해 주십시오."),
            MAX_TOKENS,
            Sampling::Greedy,
        )
    };
    let usual = answer(&engine, prompt("기준")).await?.usage;
    let (prefill, generation) = (time(usual.prefill_ms), time(usual.generate_ms));
    let mut random = Random::new(seed);
    let mut stops = Stops::default();
    for number in 0..tries {
        eprint!("\r{number}/{tries} stops   ");
        // The second half asks the same again and again, so that the cache holds it and little time passes before the
        // generation.
        let after_first = number >= tries / 2;
        let (prompt, pause) = if after_first {
            (prompt("기준"), moment(&mut random, generation))
        } else {
            (prompt(&number.to_string()), moment(&mut random, prefill))
        };
        stops.one(&engine, prompt, after_first, pause).await?;
    }
    eprintln!();
    let all = [stops.in_prefill.as_slice(), stops.in_generation.as_slice()].concat();
    let rows = [("prefill", &stops.in_prefill), ("generation", &stops.in_generation), ("all", &all)];
    if json {
        let mut report = json!({
            "model": model.name,
            "device": model.device,
            "threads": model.threads,
            "prompt_tokens": usual.prompt_tokens,
            "seed": seed,
            "ended_before": stops.ended_before,
        });
        for (name, times) in rows {
            report[name] = figures(times);
        }
        println!("{report}");
    } else {
        println!(
            "{} · {} · {} threads · {} prompt tokens",
            model.name, model.device, model.threads, usual.prompt_tokens
        );
        println!("{:<12}{:>8}{:>10}{:>10}{:>10}", "ms", "stops", "p50", "p99", "max");
        for (name, times) in rows {
            let [p50, p99, max] = [0.5, 0.99, 1.0].map(|at| quantile(times, at));
            println!("{name:<12}{:>8}{p50:>10.2}{p99:>10.2}{max:>10.2}", times.len());
        }
        println!("{} ended before they were stopped", stops.ended_before);
    }
    Ok(())
}

impl Stops {
    /// Stops one request after a pause, which begins with the request or with its first piece of text.
    async fn one(
        &mut self,
        engine: &Engine,
        prompt: Prompt,
        after_first: bool,
        pause: Duration,
    ) -> Result<(), Failure> {
        let mut generation = engine.generate(prompt).await?;
        let mut pieces = 0;
        while after_first && pieces == 0 {
            match generation.next().await {
                Some(Event::Token { .. } | Event::Thought { .. }) => pieces += 1,
                Some(event) if event.is_last() => return self.ended_by_itself(event),
                Some(_) => {}
                None => return Ok(()),
            }
        }
        let (more, ended) = listen(&mut generation, pause).await;
        if let Some(event) = ended {
            return self.ended_by_itself(event);
        }
        let begun = Instant::now();
        generation.stop();
        let last = last(&mut generation).await;
        let took = milliseconds(begun);
        match last {
            Some(Event::Done { usage }) if usage.finish == Finish::Stopped => {
                if pieces + more == 0 {
                    self.in_prefill.push(took)
                } else {
                    self.in_generation.push(took)
                }
                Ok(())
            }
            Some(event) => self.ended_by_itself(event),
            None => Err(failed("no last event")),
        }
    }

    fn ended_by_itself(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::Failed { failure } => Err(failure),
            Event::Done { usage } if usage.finish != Finish::Stopped => {
                self.ended_before += 1;
                Ok(())
            }
            _ => Err(failed("another last event")),
        }
    }
}

fn failed(detail: &str) -> Failure {
    Failure::new("bench_stop_failed", "멈추기를 재지 못했습니다. 다시 실행해 주십시오.", detail)
}

fn time(milliseconds: f64) -> Duration {
    Duration::from_secs_f64(milliseconds / 1e3)
}

fn figures(times: &[f64]) -> Value {
    json!({
        "stops": times.len(),
        "ms": { "p50": quantile(times, 0.5), "p99": quantile(times, 0.99), "max": quantile(times, 1.0) },
    })
}
