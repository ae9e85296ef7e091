//! The engine process as its client sees it, with a real small model.

mod common;

use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{engine, generate, kill_children};
use engine::protocol::Event;
use engine::{Finish, LoadOptions, Prompt, Sampling, Turn};

fn model() -> Option<PathBuf> {
    common::model("smollm2-135m-instruct-q4_1.gguf")
}

fn prompt(turns: &[&str], max_tokens: u32) -> Prompt {
    let roles = ["user", "assistant"];
    let turns = turns.iter().enumerate().map(|(index, text)| Turn::new(roles[index % 2], *text)).collect();
    Prompt::new(turns, max_tokens, Sampling::Greedy)
}

/// What an engine that has done nothing else answers: what a stop or a crash left behind would change it.
async fn from_a_fresh_engine(model: &Path) -> String {
    let engine = engine();
    engine.load(model, LoadOptions::default(), |_| {}).await.unwrap();
    generate(&engine, prompt(&["What is the capital of France?"], 24)).await.0
}

#[tokio::test]
async fn a_file_that_is_no_model_is_refused_with_its_reason_and_the_engine_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut table = vec![
        (folder.path().join("none.gguf"), "model_missing"),
        (file("empty.gguf", b""), "model_not_gguf"),
        (file("text.gguf", "모델이 아닙니다".as_bytes()), "model_not_gguf"),
        (file("head.gguf", b"GGUF\x03\0\0\0"), "model_damaged"),
    ];
    if let Some(model) = model() {
        let whole = std::fs::read(model).unwrap();
        table.push((file("cut.gguf", &whole[..whole.len() / 2]), "model_damaged"));
    }
    let engine = engine();
    for (path, code) in table {
        let failure = engine.load(&path, LoadOptions::default(), |_| {}).await.unwrap_err();
        assert_eq!(failure.code, code, "{}", path.display());
        assert!(failure.message.ends_with("주십시오."), "{}", failure.message);
    }
    let failure = engine.generate(prompt(&["hello"], 4)).await.unwrap().next().await;
    assert!(matches!(failure, Some(Event::Failed { failure }) if failure.code == "model_none"));
}

#[tokio::test]
async fn the_same_prompt_gives_the_same_answer_and_what_was_read_is_not_read_again() {
    let Some(model) = model() else { return };
    let engine = engine();
    let loaded = engine.load(&model, LoadOptions::default(), |_| {}).await.unwrap();
    assert_eq!(loaded.context_tokens, 8192);
    let (first, cold) = generate(&engine, prompt(&["What is the capital of France?"], 24)).await;
    assert!(!first.is_empty());
    assert_eq!(cold.cached_tokens, 0);
    let (again, warm) = generate(&engine, prompt(&["What is the capital of France?"], 24)).await;
    assert_eq!(again, first);
    assert_eq!(warm.cached_tokens, warm.prompt_tokens - 1);
    let (_, next) = generate(&engine, prompt(&["What is the capital of France?", &first, "And of Italy?"], 8)).await;
    assert!(next.cached_tokens >= cold.prompt_tokens - 1, "{next:?}");
}

#[tokio::test]
async fn a_stop_ends_prompt_processing_and_the_next_question_is_answered() {
    let Some(model) = model() else { return };
    let engine = engine();
    engine.load(&model, LoadOptions::default(), |_| {}).await.unwrap();
    let long = "The quick brown fox jumps over the lazy dog. ".repeat(600);
    let mut generation = engine.generate(prompt(&[&long], 64)).await.unwrap();
    assert!(matches!(generation.next().await, Some(Event::Prefill { .. })));
    generation.stop();
    let mut last = None;
    while let Some(event) = generation.next().await {
        last = Some(event);
    }
    let Some(Event::Done { usage }) = last else { panic!("{last:?}") };
    assert_eq!((usage.finish, usage.generated_tokens), (Finish::Stopped, 0));
    let (text, _) = generate(&engine, prompt(&["What is the capital of France?"], 24)).await;
    assert_eq!(text, from_a_fresh_engine(&model).await);
}

#[tokio::test]
async fn a_prompt_that_does_not_fit_is_refused_and_never_cut() {
    let Some(model) = model() else { return };
    let engine = engine();
    let options = LoadOptions { context_tokens: Some(512), ..LoadOptions::default() };
    engine.load(&model, options, |_| {}).await.unwrap();
    let mut generation = engine.generate(prompt(&[&"word ".repeat(2000)], 8)).await.unwrap();
    let event = generation.next().await;
    assert!(matches!(&event, Some(Event::Failed { failure }) if failure.code == "context_overflow"), "{event:?}");
}

#[tokio::test]
async fn a_crash_costs_the_answer_and_the_next_question_starts_the_engine_again() {
    let Some(model) = model() else { return };
    let engine = engine();
    engine.load(&model, LoadOptions::default(), |_| {}).await.unwrap();
    let mut generation = engine.generate(prompt(&[&"Tell me a very long story. ".repeat(200)], 4000)).await.unwrap();
    generation.next().await;
    kill_children();
    let mut last = None;
    while let Some(event) = generation.next().await {
        last = Some(event);
    }
    assert!(matches!(&last, Some(Event::Failed { failure }) if failure.code == "engine_crashed"), "{last:?}");
    let (text, _) = tokio::time::timeout(
        Duration::from_secs(60),
        generate(&engine, prompt(&["What is the capital of France?"], 24)),
    )
    .await
    .unwrap();
    assert_eq!(text, from_a_fresh_engine(&model).await);
}
