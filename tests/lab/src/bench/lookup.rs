//! `lab bench lookup`: what drafting from the text at hand (prompt lookup) gains, and what it changes.
//!
//! Each question is asked twice in a row, with drafting and without, the likeliest token always; which comes first
//! changes from text to text. `speed_up` is of milliseconds a generated token, without over with: above 1, drafting
//! is faster. `differing` are the answers that drafting changed, and `rereading`, to hold it against, those that were
//! another when their prompt was read in other steps, without any draft: quantised kernels round to near ties.

use std::path::PathBuf;

use engine::{Engine, LoadOptions, Prompt, Sampling, Turn, Usage};
use serde_json::{Value, json};
use wire::Failure;

use super::asking::{answer, asking, texts};
use crate::figures::{Spread, share};
use crate::places;

/// How the questions are asked.
pub struct Settings {
    /// The most tokens of an answer.
    pub max_tokens: u32,
    /// Only so many of the texts, from the first.
    pub texts: Option<usize>,
    /// By default the physical cores.
    pub threads: Option<u32>,
}

/// A question that was asked with drafting and without.
#[derive(Debug, Clone, PartialEq)]
struct Pair {
    id: String,
    with: Usage,
    without: Usage,
    same: bool,
    /// Without drafts, its prompt read in other steps, it is the same.
    reread: bool,
}

/// Measures and prints.
///
/// # Errors
/// The engine's.
pub async fn run(model: Option<PathBuf>, settings: &Settings, json: bool) -> Result<(), Failure> {
    let texts = texts()?;
    let texts = &texts[..settings.texts.unwrap_or(texts.len()).min(texts.len())];
    let engine = places::engine()?;
    let options = LoadOptions { threads: settings.threads, ..LoadOptions::default() };
    let model = engine.load(&places::model(model)?, options, |_| {}).await?;
    let (mut quote, mut free) = (Vec::new(), Vec::new());
    for (number, text) in texts.iter().enumerate() {
        eprint!("\r{number}/{} texts   ", texts.len());
        for (group, question) in [(&mut quote, &text.quote), (&mut free, &text.free)] {
            let turns = asking(std::slice::from_ref(&text.text), question);
            group.push(pair(&engine, &text.id, turns, settings.max_tokens, number % 2 == 0).await?);
        }
    }
    eprintln!();
    let groups = [("quote", quote), ("free", free)];
    if !json {
        println!("{} · {} · {} threads", model.name, model.device, model.threads);
        let heads = ["speed-up", "quartile", "quartile", "drafted", "accepted", "differing", "rereading"];
        println!("{:<8}{}", "", heads.map(|head| format!("{head:>10}")).concat());
        for (name, pairs) in &groups {
            println!("{}", row(name, pairs));
        }
    }
    let differing = groups.iter().flat_map(|(_, pairs)| pairs).filter(|pair| !pair.same).count();
    let asked: usize = groups.iter().map(|(_, pairs)| pairs.len()).sum();
    if json {
        let groups = groups.map(|(name, pairs)| (name.to_owned(), figures(&pairs)));
        let report = json!({
            "model": model.name,
            "device": model.device,
            "threads": model.threads,
            "max_tokens": settings.max_tokens,
            "groups": Value::Object(groups.into_iter().collect()),
            "answers": asked,
            "differing": differing,
        });
        println!("{report}");
    } else {
        println!("{differing} of {asked} answers differ");
    }
    Ok(())
}

/// Asks with drafting and without.
async fn pair(engine: &Engine, id: &str, turns: Vec<Turn>, most: u32, drafting_first: bool) -> Result<Pair, Failure> {
    let plain = Prompt { lookup: false, ..Prompt::new(turns, most, Sampling::Greedy) };
    let drafting = Prompt { lookup: true, ..plain.clone() };
    // From here on the last token of the prompt is read alone each time.
    let cold = answer(engine, plain.clone()).await?;
    let (with, without) = if drafting_first {
        let with = answer(engine, drafting).await?;
        (with, answer(engine, plain).await?)
    } else {
        let without = answer(engine, plain).await?;
        (answer(engine, drafting).await?, without)
    };
    let same = with.text == without.text && with.usage.generated_tokens == without.usage.generated_tokens;
    let reread = cold.text == without.text;
    Ok(Pair { id: id.to_owned(), with: with.usage, without: without.usage, same, reread })
}

/// Of one token, since answers that differ may be of different length.
fn milliseconds_a_token(usage: &Usage) -> f64 {
    usage.generate_ms / f64::from(usage.generated_tokens)
}

/// Of the pairs that generated anything.
fn speed_ups(pairs: &[Pair]) -> Vec<f64> {
    pairs.iter().filter_map(speed_up).collect()
}

/// Of one pair; none where one of its answers is empty.
fn speed_up(pair: &Pair) -> Option<f64> {
    let generated = pair.with.generated_tokens > 0 && pair.without.generated_tokens > 0;
    generated.then(|| milliseconds_a_token(&pair.without) / milliseconds_a_token(&pair.with))
}

fn sum(pairs: &[Pair], of: fn(&Usage) -> u32) -> u32 {
    pairs.iter().map(|pair| of(&pair.with)).sum()
}

fn figures(pairs: &[Pair]) -> Value {
    let drafted = sum(pairs, |usage| usage.drafted_tokens);
    let accepted = sum(pairs, |usage| usage.accepted_tokens);
    let differing: Vec<&str> = pairs.iter().filter(|pair| !pair.same).map(|pair| pair.id.as_str()).collect();
    json!({
        "answers": pairs.len(),
        "speed_up": Spread::of(&speed_ups(pairs)),
        "generated_tokens": sum(pairs, |usage| usage.generated_tokens),
        "drafted_tokens": drafted,
        "accepted_tokens": accepted,
        "accepted_share": share(accepted as usize, drafted as usize),
        "differing": differing.len(),
        "differing_texts": differing,
        "each": pairs.iter().map(each).collect::<Vec<Value>>(),
        "rereading": pairs.iter().filter(|pair| !pair.reread).count(),
    })
}

/// A pair by itself.
fn each(pair: &Pair) -> Value {
    let Usage { generated_tokens, drafted_tokens, accepted_tokens, .. } = pair.with;
    json!({
        "text": pair.id,
        "speed_up": speed_up(pair),
        "plain_ms_a_token": milliseconds_a_token(&pair.without),
        "generated_tokens": generated_tokens,
        "drafted_tokens": drafted_tokens,
        "accepted_tokens": accepted_tokens,
    })
}

fn row(name: &str, pairs: &[Pair]) -> String {
    let Spread { median, lower_quartile, upper_quartile, .. } = Spread::of(&speed_ups(pairs));
    format!(
        "{name:<8}{median:>10.2}{lower_quartile:>10.2}{upper_quartile:>10.2}{:>10}{:>10}{:>10}{:>10}",
        sum(pairs, |usage| usage.drafted_tokens),
        sum(pairs, |usage| usage.accepted_tokens),
        pairs.iter().filter(|pair| !pair.same).count(),
        pairs.iter().filter(|pair| !pair.reread).count(),
    )
}

#[cfg(test)]
mod tests {
    use engine::Finish;

    use super::*;

    fn usage(generated_tokens: u32, generate_ms: f64, drafted_tokens: u32, accepted_tokens: u32) -> Usage {
        Usage {
            finish: Finish::End,
            prompt_tokens: 100,
            cached_tokens: 0,
            restored_tokens: 0,
            joined_tokens: 0,
            read_tokens: 0,
            generated_tokens,
            prefill_ms: 1.0,
            generate_ms,
            drafted_tokens,
            accepted_tokens,
            draft_model_tokens: 0,
        }
    }

    #[test]
    fn the_speed_up_is_of_a_token_and_what_differs_is_counted_and_named() {
        let pair = |id: &str, with, without, same| Pair { id: id.to_owned(), with, without, same, reread: same };
        let pairs = [
            pair("same", usage(10, 100.0, 20, 15), usage(10, 200.0, 0, 0), true),
            pair("nothing", usage(0, 0.0, 0, 0), usage(0, 0.0, 0, 0), true),
            pair("longer", usage(20, 200.0, 10, 0), usage(10, 100.0, 0, 0), false),
        ];
        let figures = figures(&pairs);
        assert_eq!(figures["speed_up"]["median"], json!(1.5));
        let each: Vec<_> = (0..3).map(|at| &figures["each"][at]["speed_up"]).collect();
        assert_eq!(each, [&json!(2.0), &json!(null), &json!(1.0)]);
        assert_eq!(figures["answers"], json!(3));
        assert_eq!([&figures["drafted_tokens"], &figures["accepted_tokens"]], [&json!(30), &json!(15)]);
        assert_eq!(figures["accepted_share"], json!(0.5));
        assert_eq!(figures["differing_texts"], json!(["longer"]));
        assert_eq!(figures["rereading"], json!(1));
    }
}
