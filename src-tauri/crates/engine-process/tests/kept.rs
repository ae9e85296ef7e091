//! What was read once is not read again: within an engine, after a restart, and ahead of a question.

#[expect(dead_code, reason = "shared with tests that need all of it")]
mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::{engine, generate, model};
use engine::{Engine, Keep, LoadOptions, Prompt, Sampling, Turn, Usage};

const MODEL: &str = "smollm2-135m-instruct-q4_1.gguf";

/// Some 400 tokens.
fn document(name: &str) -> String {
    (0..40).fold(format!("The book of {name}."), |text, line| format!("{text} In chapter {line} the {name} sleeps."))
}

fn asked(document: &str, question: &str) -> Vec<Turn> {
    vec![Turn::new("system", "You answer from the text."), Turn::new("user", format!("{document}\n\n{question}"))]
}

fn options(folder: &Path) -> LoadOptions {
    let keep = Keep { folder: folder.to_owned(), key: [3; 32], memory_bytes: 256 << 20, disk_bytes: 256 << 20 };
    LoadOptions { keep: Some(keep), ..LoadOptions::default() }
}

async fn ask(engine: &Engine, document: &str, question: &str) -> (String, Usage) {
    generate(engine, Prompt::new(asked(document, question), 12, Sampling::Greedy)).await
}

/// How many states are on the disk.
fn files(folder: &Path) -> usize {
    let is_state = |file: &std::fs::DirEntry| file.path().extension().is_some_and(|ending| ending == "kv");
    std::fs::read_dir(folder).unwrap().filter(|file| is_state(file.as_ref().unwrap())).count()
}

/// Waits until so many states are on the disk.
async fn written(folder: &Path, wanted: usize) {
    let begun = Instant::now();
    while files(folder) < wanted && begun.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(files(folder), wanted);
}

#[tokio::test]
async fn two_conversations_in_turns_find_what_each_had_read() {
    let Some(model) = model(MODEL) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (engine, fresh) = (engine(), engine());
    engine.load(&model, options(folder.path()), |_| {}).await.unwrap();
    fresh.load(&model, LoadOptions::default(), |_| {}).await.unwrap();
    let (cats, dogs) = (document("cat"), document("dog"));
    ask(&engine, &cats, "Who sleeps?").await;
    ask(&engine, &dogs, "Who sleeps?").await;
    for (document, question) in [(&cats, "Where does it sleep?"), (&dogs, "Where does it sleep?"), (&cats, "When?")] {
        let (text, usage) = ask(&engine, document, question).await;
        assert!(usage.restored_tokens > 350 && usage.cached_tokens >= usage.restored_tokens, "{usage:?}");
        assert!(usage.prompt_tokens - usage.cached_tokens < 30, "{usage:?}");
        let (wanted, cold) = ask(&fresh, document, question).await;
        assert_eq!((text, cold.restored_tokens), (wanted, 0), "{question}");
    }
}

#[tokio::test]
async fn a_restart_finds_it_on_the_disk_and_what_is_forgotten_is_not_there() {
    let Some(model) = model(MODEL) else { return };
    let folder = tempfile::tempdir().unwrap();
    let cats = document("cat");
    let first = engine();
    first.load(&model, options(folder.path()), |_| {}).await.unwrap();
    let (wanted, cold) = ask(&first, &cats, "Who sleeps?").await;
    assert_eq!(cold.cached_tokens, 0);
    written(folder.path(), 1).await;
    drop(first);

    let second = engine();
    second.load(&model, options(folder.path()), |_| {}).await.unwrap();
    let (text, warm) = ask(&second, &cats, "Who sleeps?").await;
    assert_eq!(text, wanted);
    assert_eq!((warm.cached_tokens, warm.restored_tokens), (warm.prompt_tokens - 1, warm.prompt_tokens - 1));

    second.forget().await.unwrap();
    assert_eq!(files(folder.path()), 0);
    let (text, forgotten) = ask(&second, &cats, "Who sleeps?").await;
    assert_eq!((text, forgotten.cached_tokens), (wanted, 0));
}

#[tokio::test]
async fn a_restart_finds_what_questions_without_a_pause_had_read() {
    let Some(model) = model(MODEL) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (cats, dogs) = (document("cat"), document("dog"));
    let first = engine();
    first.load(&model, options(folder.path()), |_| {}).await.unwrap();
    // The second waits while the first is answered: the engine has no rest between them.
    tokio::join!(ask(&first, &cats, "Who sleeps?"), ask(&first, &dogs, "Who sleeps?"));
    written(folder.path(), 2).await;
    drop(first);

    let second = engine();
    second.load(&model, options(folder.path()), |_| {}).await.unwrap();
    for document in [&cats, &dogs] {
        let (_, warm) = ask(&second, document, "When?").await;
        assert!(warm.restored_tokens > 350, "{warm:?}");
    }
}

#[tokio::test]
async fn what_was_read_ahead_is_not_read_again_and_a_question_does_not_wait_for_it() {
    let Some(model) = model(MODEL) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (engine, fresh) = (engine(), engine());
    engine.load(&model, options(folder.path()), |_| {}).await.unwrap();
    fresh.load(&model, LoadOptions::default(), |_| {}).await.unwrap();
    let cats = document("cat");
    assert!(engine.prepare(asked(&cats, "")).await.unwrap());
    let (text, usage) = ask(&engine, &cats, "Who sleeps?").await;
    assert!(usage.prompt_tokens - usage.cached_tokens < 30, "{usage:?}");
    assert_eq!(text, ask(&fresh, &cats, "Who sleeps?").await.0);

    let long = (0..9).map(|number| document(&format!("fox {number}"))).collect::<String>();
    let ahead = engine.clone();
    let ahead = tokio::spawn(async move { ahead.prepare(asked(&long, "")).await.unwrap() });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let (text, _) = ask(&engine, &cats, "Who sleeps?").await;
    assert!(!ahead.await.unwrap(), "the question waited until all was read ahead");
    assert_eq!(text, ask(&fresh, &cats, "Who sleeps?").await.0);
}
