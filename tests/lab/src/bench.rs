use std::path::PathBuf;

use engine::LoadOptions;
use serde_json::json;
use wire::Failure;

use crate::places;

/// `lab bench engine`.
pub async fn run(
    model: Option<PathBuf>,
    prompt: u32,
    generate: u32,
    repetitions: u32,
    threads: Option<u32>,
    json: bool,
) -> Result<(), Failure> {
    let engine = places::engine()?;
    let context_tokens = Some(prompt.max(generate).max(512));
    let options = LoadOptions { context_tokens, threads, ..LoadOptions::default() };
    let model = engine.load(&places::model(model)?, options, |_| {}).await?;
    let result = engine.bench(prompt, generate, repetitions).await?;
    if json {
        let report = json!({
            "prompt_tokens_per_s": result.prompt_tokens_per_s,
            "generate_tokens_per_s": result.generate_tokens_per_s,
            "threads": model.threads,
            "device": model.device,
            "model": model.name,
            "prompt": prompt,
            "generate": generate,
            "repetitions": repetitions,
        });
        println!("{report}");
    } else {
        println!("{} · {} · {} threads", model.name, model.device, model.threads);
        println!("prompt   {prompt:>5} tokens  {:8.2} tokens/s", result.prompt_tokens_per_s);
        println!("generate {generate:>5} tokens  {:8.2} tokens/s", result.generate_tokens_per_s);
    }
    Ok(())
}
