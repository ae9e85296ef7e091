//! What the tests of the engine process share.

use std::path::{Path, PathBuf};

use engine::protocol::Event;
use engine::{Engine, Prompt, Usage};

/// An engine that has not started yet.
pub fn engine() -> Engine {
    Engine::new(PathBuf::from(env!("CARGO_BIN_EXE_naratmal-engine")))
}

/// A model that set-up brings; without it the tests that need it say so and pass.
pub fn model(file: &str) -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("kr", "naratmal", "naratmal")?;
    let path = folders.data_dir().join("models").join(file);
    if !path.is_file() {
        println!("SKIPPED: {file} is missing; run `cargo xtask setup`");
        return None;
    }
    Some(path)
}

/// The whole answer to a prompt, and what it took.
#[allow(dead_code, reason = "not every test file asks")]
pub async fn generate(engine: &Engine, prompt: Prompt) -> (String, Usage) {
    let mut generation = engine.generate(prompt).await.unwrap();
    let mut text = String::new();
    while let Some(event) = generation.next().await {
        match event {
            Event::Token { text: piece } => text.push_str(&piece),
            Event::Done { usage } => return (text, usage),
            Event::Failed { failure } => panic!("{failure}"),
            _ => {}
        }
    }
    panic!("no last event")
}

/// This test process's children (nextest runs each test in a process of its own).
pub fn children() -> Vec<u32> {
    let tasks = std::fs::read_dir(Path::new("/proc/self/task")).unwrap();
    let of_threads: Vec<String> = tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok())
        .collect();
    of_threads.join(" ").split_whitespace().filter_map(|child| child.parse().ok()).collect()
}

/// Kills them.
pub fn kill_children() {
    for child in children() {
        let _ = std::process::Command::new("kill").args(["-9", &child.to_string()]).status();
    }
}
