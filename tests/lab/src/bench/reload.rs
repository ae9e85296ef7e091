//! `lab bench reload`: whether loading and unloading a model again and again leaves memory behind in the engine.

use std::path::PathBuf;

use catalog::Role;
use engine::{LoadOptions, Prompt, Sampling, Turn};
use serde_json::{Value, json};
use wire::Failure;

use super::asking::answer;
use super::processes;
use crate::figures::resident_bytes_of;
use crate::places;

/// Tokens of an answer: enough that every part of the model is used.
const MAX_TOKENS: u32 = 8;
/// The cycles that are printed, and the last one.
const SHOWN: [usize; 3] = [10, 50, 100];

/// Bytes that the engine held with the model loaded, and after it was unloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    loaded: u64,
    unloaded: u64,
}

/// Measures and prints; by default with the catalog's small model.
///
/// # Errors
/// The engine's, and `engine_process_unknown`.
pub async fn run(model: Option<PathBuf>, cycles: usize, json: bool) -> Result<(), Failure> {
    let model = match model {
        Some(path) => path,
        None => small_model()?,
    };
    // A file that is not there is loaded in place of the model, which unloads it.
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new("no_temporary_folder", "임시 폴더를 만들지 못했습니다.", error))?;
    let nothing = folder.path().join("none.gguf");
    let engine = places::engine()?;
    let prompt = Prompt::new(vec![Turn::new("user", "한국의 수도는 어디입니까?")], MAX_TOKENS, Sampling::Greedy);
    let mut held = Vec::with_capacity(cycles);
    let mut name = String::new();
    for cycle in 1..=cycles {
        eprint!("\r{cycle}/{cycles} cycles   ");
        name = engine.load(&model, LoadOptions::default(), |_| {}).await?.name;
        answer(&engine, prompt.clone()).await?;
        let loaded = resident()?;
        match engine.load(&nothing, LoadOptions::default(), |_| {}).await {
            Err(failure) if failure.code != "model_missing" => return Err(failure),
            _ => held.push(Held { loaded, unloaded: resident()? }),
        }
    }
    eprintln!();
    if json {
        println!("{}", report(&name, &held));
        return Ok(());
    }
    println!("{name}");
    println!("{:<10}{:>14}{:>14}", "cycle", "loaded MB", "unloaded MB");
    for (cycle, held) in shown(&held) {
        println!("{cycle:<10}{:>14.1}{:>14.1}", held.loaded as f64 / 1e6, held.unloaded as f64 / 1e6);
    }
    if let Some(growth) = growth(&held) {
        println!("{growth:.0} bytes of growth a cycle");
    }
    Ok(())
}

fn small_model() -> Result<PathBuf, Failure> {
    let models = places::folders()?.data_dir().join("models");
    catalog::first_in(&models, Role::Test)?.ok_or_else(|| {
        Failure::new("model_missing", "모델이 없습니다. cargo xtask setup으로 받아 주십시오.", "no test model")
    })
}

/// What the engine holds now, in bytes.
fn resident() -> Result<u64, Failure> {
    resident_bytes_of(processes::engine()?).ok_or_else(|| {
        Failure::new("engine_process_unknown", "엔진의 메모리를 읽지 못했습니다. 다시 실행해 주십시오.", "no VmRSS")
    })
}

/// The cycles to print, from 1.
fn shown(held: &[Held]) -> Vec<(usize, Held)> {
    let cycles = (1..).zip(held.iter().copied());
    cycles.filter(|(cycle, _)| SHOWN.contains(cycle) || *cycle == held.len()).collect()
}

/// Bytes a cycle that stay behind, from the tenth to the last one: before, the allocator still settles.
fn growth(held: &[Held]) -> Option<f64> {
    let settled = held.get(SHOWN[0] - 1..).filter(|settled| settled.len() > 1)?;
    let (first, last) = (settled.first()?, settled.last()?);
    Some((last.unloaded as f64 - first.unloaded as f64) / (settled.len() - 1) as f64)
}

fn report(model: &str, held: &[Held]) -> Value {
    let at = shown(held)
        .into_iter()
        .map(|(cycle, held)| json!({ "cycle": cycle, "loaded_bytes": held.loaded, "unloaded_bytes": held.unloaded }));
    json!({
        "model": model,
        "cycles": held.len(),
        "at": at.collect::<Vec<_>>(),
        "growth_bytes_per_cycle": growth(held),
        "unloaded_bytes": held.iter().map(|held| held.unloaded).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(cycles: u64) -> Vec<Held> {
        (1..=cycles).map(|cycle| Held { loaded: 1000 + cycle, unloaded: 100 + 3 * cycle }).collect()
    }

    #[test]
    fn the_tenth_the_fiftieth_the_hundredth_and_the_last_are_shown() {
        for (cycles, wanted) in [(100, vec![10, 50, 100]), (60, vec![10, 50, 60]), (5, vec![5]), (0, vec![])] {
            let cycles: Vec<usize> = shown(&held(cycles)).into_iter().map(|(cycle, _)| cycle).collect();
            assert_eq!(cycles, wanted);
        }
    }

    #[test]
    fn growth_is_what_a_cycle_leaves_behind_after_the_tenth() {
        for (cycles, wanted) in [(100, Some(3.0)), (11, Some(3.0)), (10, None), (5, None), (0, None)] {
            assert_eq!(growth(&held(cycles)), wanted, "{cycles}");
        }
        assert_eq!(report("m", &held(12))["growth_bytes_per_cycle"], json!(3.0));
        assert_eq!(report("m", &held(2))["growth_bytes_per_cycle"], Value::Null);
    }
}
