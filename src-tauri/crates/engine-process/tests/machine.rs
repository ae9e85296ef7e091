//! What the engine makes of the machine that it runs on: memory, the processor's code, GPUs, and crashes.

mod common;
#[path = "../../../../tests/xtask/src/gguf.rs"]
#[expect(dead_code, reason = "set-up writes more than a header needs")]
mod gguf;

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use common::{children, engine, kill_children};
use engine::fallback::Machine;
use engine::protocol::{Event, Reply, Request};
use engine::{Engine, LoadOptions, Model, Prompt, Sampling, Turn};
use gguf::{Kind, Tensor, Value};

const EXECUTABLE: &str = env!("CARGO_BIN_EXE_naratmal-engine");

fn model() -> Option<PathBuf> {
    common::model("smollm2-135m-instruct-q4_1.gguf")
}

fn prompt(max_tokens: u32) -> Prompt {
    Prompt::new(vec![Turn::new("user", "What is the capital of France?")], max_tokens, Sampling::Greedy)
}

fn codes(model: &Model) -> Vec<&str> {
    model.notices.iter().map(|notice| notice.code.as_str()).collect()
}

/// An engine process that is spoken to without its client, so that its arguments can be chosen.
struct Process {
    child: Child,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (requests, replies) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, requests, replies: BufReader::new(replies) }
    }

    /// The text of the answer, and its last event.
    fn ask(&mut self, request: &Request) -> (String, Event) {
        wire::write(&mut self.requests, request).unwrap();
        let mut text = String::new();
        loop {
            let Reply { event, .. } = wire::read(&mut self.replies).unwrap().unwrap();
            match event {
                Event::Token { text: piece } => text.push_str(&piece),
                event if event.is_last() => return (text, event),
                _ => {}
            }
        }
    }

    fn load(&mut self, path: &Path, options: LoadOptions) -> Model {
        match self.ask(&Request::Load { id: 1, path: path.to_owned(), options }) {
            (_, Event::Loaded { model }) => model,
            (_, event) => panic!("{event:?}"),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The engine, with the first Vulkan device whatever it is: one that computes on the processor counts only when asked
/// for.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(EXECUTABLE);
    command.args(arguments).env("GGML_VK_VISIBLE_DEVICES", "0");
    command
}

fn machine(arguments: &[&str]) -> Machine {
    let output = command(arguments).arg("--machine").output().unwrap();
    wire::read(&mut output.stdout.as_slice()).unwrap().unwrap()
}

/// Sends a signal to the first child that appears, as soon as it does.
fn strike_first_child(signal: &'static str) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let child = loop {
            match children().first() {
                Some(child) => break *child,
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        strike(child, signal);
    })
}

fn strike(child: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.to_string()]).status().unwrap().success());
}

async fn answer(engine: &Engine) -> String {
    let mut generation = engine.generate(prompt(8)).await.unwrap();
    let mut text = String::new();
    while let Some(event) = generation.next().await {
        match event {
            Event::Token { text: piece } => text.push_str(&piece),
            Event::Failed { failure } => panic!("{failure}"),
            _ => {}
        }
    }
    text
}

#[tokio::test]
async fn a_context_that_memory_cannot_hold_is_refused_before_anything_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("header.gguf");
    // There is no vocabulary and no network: whoever tried to load it would call it damaged.
    let keys = [
        ("general.architecture", Value::Text("llama")),
        ("llama.context_length", Value::U32(1 << 30)),
        ("llama.embedding_length", Value::U32(8192)),
        ("llama.feed_forward_length", Value::U32(28_672)),
        ("llama.block_count", Value::U32(80)),
        ("llama.attention.head_count", Value::U32(64)),
    ];
    let data = [0; 4 * 32];
    let tensor = Tensor { name: "token_embd.weight".into(), kind: Kind::F32, dimensions: vec![32], data: &data };
    gguf::write(&keys, &[tensor], &mut std::fs::File::create(&path).unwrap()).unwrap();
    let engine = engine();
    let options = LoadOptions { context_tokens: Some(1 << 24), ..LoadOptions::default() };
    let failure = engine.load(&path, options, |_| {}).await.unwrap_err();
    assert_eq!(failure.code, "model_too_large", "{failure}");
    assert!(failure.message.contains("GiB") && failure.message.ends_with("주십시오."), "{failure}");
    let options = LoadOptions { context_tokens: Some(512), ..LoadOptions::default() };
    let failure = engine.load(&path, options, |_| {}).await.unwrap_err();
    assert_eq!(failure.code, "model_damaged", "what fits is read");
}

#[tokio::test]
async fn the_estimate_covers_what_a_model_takes_and_is_no_wild_guess() {
    let Some(path) = model() else { return };
    let engine = engine();
    let on_cpu = LoadOptions { gpu_layers: Some(0), ..LoadOptions::default() };
    let model = engine.load(&path, on_cpu, |_| {}).await.unwrap();
    let weights = path.metadata().unwrap().len();
    // 30 layers of 3 heads of 64 numbers, twice, in f16.
    let kv = 30 * 3 * 64 * 2 * 2 * u64::from(model.context_tokens);
    assert!((weights + kv..weights + kv + (1 << 30)).contains(&model.memory_bytes), "{model:?}");
    assert_eq!((model.kv_type.as_str(), model.layers), ("f16", 31));
    answer(&engine).await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", children()[0])).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024;
    assert!((model.memory_bytes / 4..=model.memory_bytes).contains(&peak), "{peak} of {}", model.memory_bytes);
}

#[test]
fn another_build_of_the_cpu_code_computes_where_the_best_is_to_be_avoided() {
    let best = machine(&[]);
    assert_eq!(machine(&["--baseline"]).variant, best.baseline);
    if best.variant == best.baseline {
        println!("SKIPPED: this processor runs only one build of the CPU code");
        return;
    }
    let next = machine(&["--avoid", &best.variant]);
    assert!(next.variant != best.variant && !next.variant.is_empty(), "{next:?}");
    let Some(path) = model() else { return };
    for (arguments, variant) in [(vec!["--avoid", &best.variant], &next.variant), (vec!["--baseline"], &best.baseline)]
    {
        let mut process = Process::start(&arguments);
        let model = process.load(&path, LoadOptions { gpu_layers: Some(0), ..LoadOptions::default() });
        assert_eq!(&model.variant, variant);
        assert_eq!(codes(&model), ["cpu_variant_given_up"]);
        let (text, event) = process.ask(&Request::Generate { id: 2, prompt: prompt(8) });
        assert!(!text.is_empty(), "{event:?}");
    }
}

#[test]
fn arguments_that_mean_nothing_are_refused() {
    for arguments in [vec!["--avoid"], vec!["--fast"], vec!["--machine", "--cpu-only"]] {
        assert!(!command(&arguments).stdin(Stdio::null()).status().unwrap().success(), "{arguments:?}");
    }
}

#[tokio::test]
async fn a_crash_at_the_start_steps_down_says_so_and_is_remembered() {
    let Some(path) = model() else { return };
    let best = machine(&[]);
    if best.variant == best.baseline {
        println!("SKIPPED: this processor runs only one build of the CPU code");
        return;
    }
    let engine = engine();
    let striking = strike_first_child("-ILL");
    let model = engine.load(&path, LoadOptions::default(), |_| {}).await.unwrap();
    striking.join().unwrap();
    let steps = ["cpu_variant_given_up", "gpu_layers_fewer", "gpu_given_up"];
    assert!(codes(&model).iter().any(|code| steps.contains(code)), "{model:?}");
    assert!(!answer(&engine).await.is_empty());
    let again = engine.load(&path, LoadOptions::default(), |_| {}).await.unwrap();
    assert_eq!((&again.variant, codes(&again)), (&model.variant, codes(&model)), "the step is remembered");
    // The model that was loaded last has not computed yet, so this crash is a lesson as well.
    strike(children()[0], "-ILL");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!answer(&engine).await.is_empty(), "the next question revives it");
    // This one has, so it is none.
    let before = engine.load(&path, LoadOptions::default(), |_| {}).await.unwrap();
    answer(&engine).await;
    strike(children()[0], "-ILL");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let after = engine.load(&path, LoadOptions::default(), |_| {}).await.unwrap();
    assert_eq!((&after.variant, codes(&after)), (&before.variant, codes(&before)));
}

#[tokio::test]
async fn a_kill_is_no_lesson_about_the_machine() {
    let Some(path) = model() else { return };
    let engine = engine();
    let striking = strike_first_child("-KILL");
    let failure = engine.load(&path, LoadOptions::default(), |_| {}).await.unwrap_err();
    striking.join().unwrap();
    assert_eq!(failure.code, "engine_crashed");
    let model = engine.load(&path, LoadOptions::default(), |_| {}).await.unwrap();
    assert_eq!(model.variant, machine(&[]).variant);
    kill_children();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!answer(&engine).await.is_empty());
    let model = engine.load(&path, LoadOptions::default(), |_| {}).await.unwrap();
    assert_eq!(model.variant, machine(&[]).variant);
}

/// A GPU by way of Vulkan, where set-up built the backend and a driver is there, be it one that computes on the
/// processor.
fn gpu() -> Option<String> {
    let library = Path::new(EXECUTABLE).with_file_name("backends").join("libggml-vulkan.so");
    if !library.is_file() {
        println!("SKIPPED: {} is missing; run `cargo xtask vulkan`", library.display());
        return None;
    }
    let gpu = machine(&[]).gpu;
    if gpu.is_none() {
        println!("SKIPPED: there is no Vulkan device, not even mesa's lavapipe");
    }
    gpu
}

#[test]
fn all_layers_are_computed_on_a_gpu_and_the_model_says_on_which() {
    let (Some(gpu), Some(path)) = (gpu(), model()) else { return };
    let mut process = Process::start(&[]);
    let model = process.load(&path, LoadOptions::default());
    assert_eq!((model.gpu_layers, &model.device), (model.layers, &gpu), "{model:?}");
    assert_eq!(codes(&model), [""; 0]);
    let (text, event) = process.ask(&Request::Generate { id: 2, prompt: prompt(4) });
    assert!(!text.is_empty(), "{event:?}");
}

#[test]
fn a_gpu_gets_no_more_layers_than_it_may_have() {
    let (Some(gpu), Some(path)) = (gpu(), model()) else { return };
    let cpu = "CPU".to_owned();
    let table: [(&[&str], Option<u32>, u32, &String, &[&str]); 4] = [
        (&[], Some(0), 0, &cpu, &[]),
        (&[], Some(3), 3, &gpu, &[]),
        (&["--half-gpu"], None, 15, &gpu, &["gpu_layers_fewer"]),
        (&["--cpu-only"], None, 0, &cpu, &["gpu_given_up"]),
    ];
    for (arguments, gpu_layers, layers, device, notices) in table {
        let mut process = Process::start(arguments);
        let model = process.load(&path, LoadOptions { gpu_layers, ..LoadOptions::default() });
        assert_eq!((model.gpu_layers, &model.device), (layers, device), "{arguments:?} {gpu_layers:?}");
        assert_eq!(codes(&model), notices, "{arguments:?} {gpu_layers:?}");
    }
}

#[tokio::test]
async fn what_a_model_would_take_is_told_as_it_is_loaded() {
    let Some(path) = model() else { return };
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none.gguf");
    std::fs::write(&none, "this is no model").unwrap();
    let estimates = engine::estimate(Path::new(EXECUTABLE), &[path.clone(), none]).await;
    let loaded = engine().load(&path, LoadOptions::default(), |_| {}).await.unwrap();
    let estimate = estimates.models[0].unwrap();
    assert_eq!((estimate.bytes, estimate.fit), (loaded.memory_bytes, Some(engine::Fit::Now)));
    assert_eq!(estimates.models[1], None);
    assert!(estimates.free <= estimates.all, "{estimates:?}");
}
