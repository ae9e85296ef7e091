//! The engine's process: starting one, and the pipes to it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use wire::Failure;

use crate::fallback::{GpuUse, Launch, Machine};
use crate::protocol::{Event, Reply, Request};

type Waiting = Arc<Mutex<HashMap<u64, mpsc::UnboundedSender<Event>>>>;

/// An engine process that runs.
pub struct Process {
    /// Takes requests; closed once the process is gone.
    pub requests: mpsc::UnboundedSender<Request>,
    /// Who hears of which request.
    pub waiting: Waiting,
    /// The last request that loaded a model.
    pub load: u64,
    /// The last request that was computed to its end.
    pub computed: Arc<AtomicU64>,
    /// The draft model that it has, or is loading.
    pub draft: Option<PathBuf>,
    /// Killed when dropped.
    pub child: Child,
}

impl Process {
    /// True once the model at hand has computed something: what crashes after that is not what the machine lacks.
    pub fn is_proven(&self) -> bool {
        self.computed.load(Ordering::Relaxed) > self.load
    }
}

/// The lock of what is held for a statement.
pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What the locks hold is whole after every statement, so a panic elsewhere leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an engine process finds on this machine, asked of one that ends with the answer. Where looking at the GPU
/// crashes, the GPU is taken for the culprit that it is.
pub async fn look_at_machine(executable: &Path) -> Option<Machine> {
    if let Some(machine) = ask_machine(executable, &Launch::default()).await {
        return Some(machine);
    }
    let without_gpu = Launch { gpu: GpuUse::None, ..Launch::default() };
    let machine = ask_machine(executable, &without_gpu).await?;
    Some(Machine { gpu: Some(String::new()), ..machine })
}

async fn ask_machine(executable: &Path, launch: &Launch) -> Option<Machine> {
    let mut command = Command::new(executable);
    command.args(launch.arguments()).arg("--machine").stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(60), command.output()).await.ok()?.ok()?;
    wire::read(&mut output.stdout.as_slice()).ok()?
}

/// Events that come out of the model's own arithmetic.
fn is_computed(event: &Event) -> bool {
    matches!(
        event,
        Event::Done { .. }
            | Event::Prepared { .. }
            | Event::Embedded { .. }
            | Event::Ranked { .. }
            | Event::Benched { .. }
    )
}

/// Starts a process and what carries its requests and events.
///
/// # Errors
/// `engine_missing`.
pub fn start(executable: &Path, launch: &Launch) -> Result<Process, Failure> {
    let missing = |error: std::io::Error| {
        Failure::new(
            "engine_missing",
            "답변 엔진을 시작하지 못했습니다. 프로그램을 다시 설치해 주십시오.",
            format!("{}: {error}", executable.display()),
        )
    };
    let mut child = Command::new(executable)
        .args(launch.arguments())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(missing)?;
    let (Some(mut stdin), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(missing(std::io::ErrorKind::BrokenPipe.into()));
    };
    let (requests, mut outbox) = mpsc::unbounded_channel::<Request>();
    let waiting = Waiting::default();
    let answered = waiting.clone();
    let computed = Arc::new(AtomicU64::new(0));
    let last_computed = computed.clone();
    // The writer owns the outbox: when the reader sees the pipe close it ends the writer, and a closed outbox is
    // how the next request knows that the process is gone.
    let writer = tokio::spawn(async move {
        while let Some(request) = outbox.recv().await {
            if wire::send(&mut stdin, &request).await.is_err() {
                break;
            }
        }
    });
    tokio::spawn(async move {
        while let Ok(Some(Reply { id, event })) = wire::receive::<Reply>(&mut stdout).await {
            if is_computed(&event) {
                last_computed.fetch_max(id, Ordering::Relaxed);
            }
            let mut waiting = lock(&answered);
            let sender = if event.is_last() { waiting.remove(&id) } else { waiting.get(&id).cloned() };
            if let Some(sender) = sender {
                // Nobody listens to a dropped generation; its request is being stopped.
                let _ = sender.send(event);
            }
        }
        writer.abort();
        let _ = writer.await;
        lock(&answered).clear();
    });
    Ok(Process { requests, waiting, load: 0, computed, draft: None, child })
}
