//! What the tests of the engine process share.

use std::path::{Path, PathBuf};
use std::process::Command;

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

/// Tiny models of random weights, one an architecture, in a folder that goes with the test; `None`, which is said, where
/// Python or its packages are missing. `tests/fixtures/tiny_models.py` writes them.
#[allow(dead_code, reason = "not every test file needs them")]
pub fn tiny_models() -> Option<(tempfile::TempDir, Vec<PathBuf>)> {
    let folder = tempfile::tempdir().unwrap();
    let cache = directories::ProjectDirs::from("kr", "naratmal", "naratmal")?.cache_dir().to_path_buf();
    let versions = std::fs::read_dir(cache.join("baseline")).into_iter().flatten().flatten();
    let gguf = versions.map(|version| version.path().join("source/llama.cpp/gguf-py")).find(|path| path.is_dir());
    let (Some(gguf), true) = (gguf, cache.join("python").is_dir()) else {
        println!("SKIPPED: Python's packages are missing; run `cargo xtask test` once");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/tiny_models.py");
    let packages = std::env::join_paths([cache.join("python"), gguf]).unwrap();
    let written = Command::new("python3").arg(script).arg(folder.path()).env("PYTHONPATH", packages).output();
    let Ok(written) = written else {
        println!("SKIPPED: there is no python3");
        return None;
    };
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    assert!(files.len() >= 25, "{files:?}");
    Some((folder, files))
}

/// Recurrent, in part at least: what was read is remembered in one piece, which can be neither cut nor turned.
#[allow(dead_code, reason = "not every test file needs them")]
pub const RECURRENT: [&str; 6] = ["granite-hybrid", "lfm2", "mamba", "nemotron-h", "qwen3-next", "qwen35"];

/// The name of one of them.
#[allow(dead_code, reason = "not every test file needs them")]
pub fn name(model: &Path) -> String {
    model.file_stem().unwrap().to_string_lossy().into_owned()
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
        let _ = Command::new("kill").args(["-9", &child.to_string()]).status();
    }
}
