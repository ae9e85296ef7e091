//! `lab bench engine`: tokens per second by llama-bench's method, and in turns with llama-bench itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use engine::LoadOptions;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::Failure;

use crate::figures::{Spread, ratios};
use crate::places;

/// What is measured.
pub struct Sizes {
    /// Tokens of the prompt.
    pub prompt: u32,
    /// Tokens generated.
    pub generate: u32,
    /// Counted repetitions of each, after a warm-up.
    pub repetitions: u32,
    /// Turns of both programs, where there are two.
    pub rounds: usize,
    /// By default the physical cores.
    pub threads: Option<u32>,
}

/// Tokens per second of a program, one a round.
#[derive(Default)]
struct Rates {
    prompt: Vec<f64>,
    generate: Vec<f64>,
}

/// A line of what `llama-bench -o json` prints; it has many more.
#[derive(Debug, Deserialize)]
struct Test {
    n_prompt: u32,
    n_gen: u32,
    n_threads: u32,
    avg_ts: f64,
}

/// Measures and prints.
///
/// # Errors
/// The engine's, and `llama_bench_failed`.
pub async fn run(model: Option<PathBuf>, sizes: Sizes, against: Option<&Path>, json: bool) -> Result<(), Failure> {
    let engine = places::engine()?;
    let context_tokens = Some(sizes.prompt.max(sizes.generate).max(512));
    let options = LoadOptions { context_tokens, threads: sizes.threads, ..LoadOptions::default() };
    let model = engine.load(&places::model(model)?, options, |_| {}).await?;
    let (mut ours, mut theirs) = (Rates::default(), Rates::default());
    let rounds = against.map_or(1, |_| sizes.rounds.max(1));
    for _ in 0..rounds {
        let result = engine.bench(sizes.prompt, sizes.generate, sizes.repetitions).await?;
        ours.prompt.push(result.prompt_tokens_per_s);
        ours.generate.push(result.generate_tokens_per_s);
        if let Some(program) = against {
            let (prompt, generate) = llama_bench(program, &model.path, model.threads, &sizes)?;
            theirs.prompt.push(prompt);
            theirs.generate.push(generate);
        }
    }
    let against =
        against.map(|_| [("prompt", &ours.prompt, &theirs.prompt), ("generate", &ours.generate, &theirs.generate)]);
    if json {
        let mut report = json!({
            "prompt_tokens_per_s": Spread::of(&ours.prompt).median,
            "generate_tokens_per_s": Spread::of(&ours.generate).median,
            "threads": model.threads,
            "device": model.device,
            "variant": model.variant,
            "model": model.name,
            "prompt": sizes.prompt,
            "generate": sizes.generate,
            "repetitions": sizes.repetitions,
        });
        if let Some(rows) = against {
            report["rounds"] = json!(rounds);
            let rows = rows.map(|(name, ours, theirs)| (name.to_owned(), compared(ours, theirs)));
            report["against"] = Value::Object(rows.into_iter().collect());
        }
        println!("{report}");
        return Ok(());
    }
    println!("{} · {} · {} · {} threads", model.name, model.device, model.variant, model.threads);
    println!("prompt   {:>5} tokens  {:8.2} tokens/s", sizes.prompt, Spread::of(&ours.prompt).median);
    println!("generate {:>5} tokens  {:8.2} tokens/s", sizes.generate, Spread::of(&ours.generate).median);
    for (name, ours, theirs) in against.into_iter().flatten() {
        let ratio = Spread::of(&ratios(ours, theirs));
        println!("{name:<9}ours {:.2} · llama-bench {:.2} · ratio {ratio:.3}", Spread::of(ours), Spread::of(theirs));
    }
    Ok(())
}

fn compared(ours: &[f64], theirs: &[f64]) -> Value {
    json!({
        "ours_tokens_per_s": Spread::of(ours),
        "llama_bench_tokens_per_s": Spread::of(theirs),
        "ratio": Spread::of(&ratios(ours, theirs)),
    })
}

/// Tokens per second of prompt and generation, by llama-bench.
fn llama_bench(program: &Path, model: &Path, threads: u32, sizes: &Sizes) -> Result<(f64, f64), Failure> {
    let numbers = [("-p", sizes.prompt), ("-n", sizes.generate), ("-r", sizes.repetitions), ("-t", threads)];
    let mut command = Command::new(program);
    command.arg("-m").arg(model).args(["-o", "json"]);
    command.args(numbers.iter().flat_map(|(name, number)| [(*name).to_owned(), number.to_string()]));
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| failed(format!("{}: {error}", program.display())))?;
    if !output.status.success() {
        return Err(failed(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr))));
    }
    rates(&output.stdout, threads)
}

/// The two rates of what `llama-bench -o json` printed.
fn rates(printed: &[u8], threads: u32) -> Result<(f64, f64), Failure> {
    let tests: Vec<Test> = serde_json::from_slice(printed).map_err(|error| failed(format!("its JSON: {error}")))?;
    if let Some(other) = tests.iter().find(|test| test.n_threads != threads) {
        return Err(failed(format!("{} threads instead of {threads}", other.n_threads)));
    }
    let rate = |is: fn(&Test) -> bool| tests.iter().find(|test| is(test)).map(|test| test.avg_ts);
    let prompt = rate(|test| test.n_prompt > 0 && test.n_gen == 0);
    let generate = rate(|test| test.n_prompt == 0 && test.n_gen > 0);
    prompt.zip(generate).ok_or_else(|| failed("a test is missing".to_owned()))
}

fn failed(detail: String) -> Failure {
    Failure::new(
        "llama_bench_failed",
        "llama-bench로 재지 못했습니다. cargo xtask baseline이 알려 준 경로를 --against에 주십시오.",
        detail,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(tests: &[(u32, u32, u32, f64)]) -> String {
        let tests = tests.iter().map(|(prompt, generate, threads, rate)| {
            json!({
                "build_commit": "8cf427ff", "cpu_info": "a processor", "n_threads": threads, "use_mmap": true,
                "n_prompt": prompt, "n_gen": generate, "avg_ns": 1, "avg_ts": rate, "samples_ts": [rate, rate],
            })
        });
        Value::from(tests.collect::<Vec<_>>()).to_string()
    }

    #[test]
    fn the_rates_of_llama_bench_are_told_apart_by_their_tokens() {
        for tests in [[(512, 0, 2, 104.5), (0, 128, 2, 29.9)], [(0, 128, 2, 29.9), (512, 0, 2, 104.5)]] {
            assert_eq!(rates(printed(&tests).as_bytes(), 2).unwrap(), (104.5, 29.9));
        }
    }

    #[test]
    fn what_is_not_the_same_measurement_is_refused() {
        for (text, wanted) in [
            ("no JSON".to_owned(), "JSON"),
            (printed(&[(512, 0, 2, 104.5)]), "missing"),
            (printed(&[(512, 0, 8, 104.5), (0, 128, 8, 29.9)]), "8 threads instead of 2"),
        ] {
            let failure = rates(text.as_bytes(), 2).unwrap_err();
            assert_eq!(failure.code, "llama_bench_failed");
            assert!(failure.detail.contains(wanted), "{failure:?}");
        }
    }
}
