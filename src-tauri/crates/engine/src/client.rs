use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;
use wire::Failure;

use crate::fallback::{Ladder, is_crash};
use crate::process::{Process, lock, look_at_machine, start};
use crate::protocol::{BenchResult, Event, LoadOptions, Model, Prompt, Request, Turn};

/// The engine process, started when first needed and again after a crash, with the same model.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    executable: PathBuf,
    next_id: AtomicU64,
    process: tokio::sync::Mutex<Option<Process>>,
    /// What to load again after a crash.
    wanted: Mutex<Option<(PathBuf, LoadOptions)>>,
    /// How it was last loaded.
    loaded: Mutex<Option<Model>>,
    /// Held while it is loaded again, so that two requests at once load it once.
    reviving: tokio::sync::Mutex<()>,
    check: Option<Check>,
    /// What crashes have taught about this machine.
    ladder: Mutex<Ladder>,
}

/// The events of one request. Dropping it stops the request.
pub struct Generation {
    id: u64,
    events: mpsc::UnboundedReceiver<Event>,
    requests: mpsc::UnboundedSender<Request>,
    ended: bool,
}

impl Generation {
    /// The next event; `None` after the last one.
    pub async fn next(&mut self) -> Option<Event> {
        if self.ended {
            return None;
        }
        let event = self.events.recv().await.unwrap_or_else(|| Event::Failed { failure: crashed() });
        self.ended = event.is_last();
        Some(event)
    }

    /// Asks the engine to end it now; its last event still comes, with [`crate::Finish::Stopped`].
    pub fn stop(&self) {
        // A closed channel means that the process is gone, and the request with it.
        let _ = self.requests.send(Request::Stop { id: self.id });
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        if !self.ended {
            self.stop();
        }
    }
}

/// The code of [`crashed`].
const CRASHED: &str = "engine_crashed";

fn crashed() -> Failure {
    Failure::new(
        CRASHED,
        "답변 엔진이 예기치 않게 종료되었습니다. 다시 질문하시면 엔진을 다시 시작합니다.",
        "the engine's pipe closed inside a request",
    )
}

async fn prepared(mut request: Generation) -> Result<bool, Failure> {
    match request.next().await {
        Some(Event::Prepared { done, total }) => Ok(done == total),
        Some(Event::Failed { failure }) => Err(failure),
        _ => Err(crashed()),
    }
}

/// What a model's file is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The model that is loaded.
    Model,
    /// The one that drafts for it.
    Draft,
}

/// Looks at a model's file; it may take a disk's time.
pub type Check = Arc<dyn Fn(&Path, Part) -> Result<(), Failure> + Send + Sync>;

impl Engine {
    /// An engine that runs `executable` (see [`wire::beside`]) when first asked for something.
    pub fn new(executable: PathBuf) -> Self {
        Self::checking(executable, None)
    }

    /// As [`Engine::new`]; `check` looks at a model's file again before a crashed engine comes back with it, since the
    /// file may be another one by then. Before [`Engine::load`] the caller does that himself; a draft model's file is
    /// looked at before every load, and what is refused of it is a notice.
    pub fn checking(executable: PathBuf, check: Option<Check>) -> Self {
        Self(Arc::new(Inner {
            executable,
            next_id: AtomicU64::new(1),
            process: tokio::sync::Mutex::new(None),
            wanted: Mutex::new(None),
            loaded: Mutex::new(None),
            reviving: tokio::sync::Mutex::new(()),
            check,
            ladder: Mutex::default(),
        }))
    }

    /// Loads the GGUF at `path` in place of the present model; `progress` gets the share done, 0 to 1. An engine that
    /// crashes over it is started again with less of the machine (see [`crate::fallback`]); [`Model::notices`] says so.
    ///
    /// # Errors
    /// `model_missing`, `model_not_gguf`, `model_damaged`, `model_too_large`, `engine_crashed`, `engine_missing`.
    pub async fn load(
        &self,
        path: &Path,
        options: LoadOptions,
        mut progress: impl FnMut(f32),
    ) -> Result<Model, Failure> {
        let before = lock(&self.0.ladder).clone();
        // What a crash teaches about a draft model is to be known before it is asked for again.
        self.step_down_after_crash().await;
        let refused = self.refused_draft(&options).await;
        loop {
            let without = refused.clone().or_else(|| self.crashed_draft(&options));
            let draft = options.draft.clone().filter(|_| without.is_none());
            let asked = LoadOptions { draft, ..options.clone() };
            match self.load_once(path, &asked, &mut progress).await {
                Ok(mut model) => {
                    model.notices.extend(without);
                    if model.draft.is_none() {
                        self.has_no_draft().await;
                    }
                    *lock(&self.0.wanted) = Some((path.to_owned(), options));
                    *lock(&self.0.loaded) = Some(model.clone());
                    return Ok(model);
                }
                Err(failure) if failure.code == CRASHED && self.step_down_after_crash().await => {}
                Err(failure) => {
                    // What crashes on every step is the file's fault, and teaches nothing about the machine.
                    *lock(&self.0.ladder) = before;
                    return Err(failure);
                }
            }
        }
    }

    async fn load_once(
        &self,
        path: &Path,
        options: &LoadOptions,
        progress: &mut impl FnMut(f32),
    ) -> Result<Model, Failure> {
        let (path, options) = (path.to_owned(), options.clone());
        let mut request = self.request(|id| Request::Load { id, path, options }).await?;
        while let Some(event) = request.next().await {
            match event {
                Event::Loading { share } => progress(share),
                Event::Loaded { model } => return Ok(model),
                Event::Failed { failure } => return Err(failure),
                _ => {}
            }
        }
        Err(crashed())
    }

    /// True where the engine died of a crash and there is a step down to take, which then was taken.
    async fn step_down_after_crash(&self) -> bool {
        let dead = self.0.process.lock().await.take_if(|process| process.requests.is_closed());
        match dead {
            Some(dead) => self.learn_from(dead).await,
            None => false,
        }
    }

    /// Why the draft model's file may not be loaded, where the check says so.
    async fn refused_draft(&self, options: &LoadOptions) -> Option<Failure> {
        let (draft, check) = (options.draft.clone()?, self.0.check.clone()?);
        let checked = tokio::task::spawn_blocking(move || check(&draft, Part::Draft)).await;
        let failure = checked.unwrap_or_else(|_| Err(crashed())).err()?;
        Some(Failure::new(
            "draft_model_refused",
            format!("보조 모델은 쓰지 않고 답변합니다. {}", failure.message),
            format!("{}: {}", failure.code, failure.detail),
        ))
    }

    /// The notice of a draft model that an engine crashed with.
    fn crashed_draft(&self, options: &LoadOptions) -> Option<Failure> {
        let draft = options.draft.as_ref().filter(|draft| lock(&self.0.ladder).has_given_up_draft(draft))?;
        Some(Failure::new(
            "draft_model_crashed",
            "보조 모델을 쓰다가 답변 엔진이 종료되어 보조 모델 없이 답변합니다. 다른 보조 모델을 고르거나 사용을 꺼 주십시오.",
            draft.display(),
        ))
    }

    /// The process runs without a draft model, so that none is to blame for a crash.
    async fn has_no_draft(&self) {
        if let Some(process) = self.0.process.lock().await.as_mut() {
            process.draft = None;
        }
    }

    /// Steps down where a process crashed with a draft model, or before it had computed anything. True where a step was
    /// taken.
    async fn learn_from(&self, mut dead: Process) -> bool {
        let draft = dead.draft.take();
        if draft.is_none() && dead.is_proven() {
            return false;
        }
        // Its pipe is closed, so it has ended or is about to.
        let status = tokio::time::timeout(Duration::from_secs(5), dead.child.wait()).await;
        if !matches!(status, Ok(Ok(status)) if is_crash(status)) {
            return false;
        }
        if let Some(draft) = draft {
            // It is the least to give up, and computes only now and then: what was computed proves nothing of it.
            tracing::warn!("the engine crashed and is started without its draft model");
            lock(&self.0.ladder).give_up_draft(draft);
            return true;
        }
        if !lock(&self.0.ladder).is_built() {
            let machine = look_at_machine(&self.0.executable).await;
            lock(&self.0.ladder).build(machine.as_ref());
        }
        let mut ladder = lock(&self.0.ladder);
        let stepped = ladder.step_down();
        if stepped {
            tracing::warn!("the engine crashed and is started with less");
        }
        stepped
    }

    /// Starts generating; the text comes by [`Generation::next`].
    ///
    /// # Errors
    /// `model_none` where nothing was loaded, and what [`Engine::load`] says where a crashed engine comes back.
    pub async fn generate(&self, prompt: Prompt) -> Result<Generation, Failure> {
        self.revive().await?;
        self.request(|id| Request::Generate { id, prompt }).await
    }

    /// Reads the beginning of a prompt that is likely to come, while nothing else is asked. True where it was read to its
    /// end.
    ///
    /// # Errors
    /// As [`Engine::generate`]; `context_overflow`, `model_template`.
    pub async fn prepare(&self, turns: Vec<Turn>) -> Result<bool, Failure> {
        self.revive().await?;
        prepared(self.request(|id| Request::Prepare { id, turns }).await?).await
    }

    /// Reads passages alone, for [`crate::Joining`], while nothing else is asked; `turns` are those before the one that
    /// will hold them. True where all are kept now.
    ///
    /// # Errors
    /// As [`Engine::prepare`].
    pub async fn read_alone(&self, turns: Vec<Turn>, passages: Vec<String>) -> Result<bool, Failure> {
        self.revive().await?;
        prepared(self.request(|id| Request::ReadAlone { id, turns, passages }).await?).await
    }

    /// The person types: what the engine computes leaves the window more of the machine for a moment. Nothing comes of it
    /// where no engine runs, or one is being started.
    pub fn typing(&self) {
        if let Ok(process) = self.0.process.try_lock()
            && let Some(process) = process.as_ref()
        {
            // A closed channel means that the process is gone.
            let _ = process.requests.send(Request::Typing);
        }
    }

    /// Ends the process, so that its memory is free, and forgets what it had loaded: what is asked of it until the next
    /// load fails with `model_none`.
    pub async fn unload(&self) {
        // A request that finds the process gone brings nothing back.
        let _one_at_a_time = self.0.reviving.lock().await;
        *lock(&self.0.wanted) = None;
        *lock(&self.0.loaded) = None;
        // Killed when dropped.
        self.0.process.lock().await.take();
    }

    /// The model as it was last loaded, also when it came back after a crash.
    pub fn model(&self) -> Option<Model> {
        lock(&self.0.loaded).clone()
    }

    /// Forgets all that was read and kept, behind the requests that were made before. An engine that does not run has
    /// nothing in memory, and is not started for it.
    ///
    /// # Errors
    /// `engine_crashed`, and where a file of what is kept cannot be removed.
    pub async fn forget(&self) -> Result<(), Failure> {
        if self.0.process.lock().await.as_ref().is_none_or(|process| process.requests.is_closed()) {
            return Ok(());
        }
        let mut request = self.request(|id| Request::Forget { id }).await?;
        match request.next().await {
            Some(Event::Forgotten) => Ok(()),
            Some(Event::Failed { failure }) => Err(failure),
            _ => Err(crashed()),
        }
    }

    /// How many tokens of the loaded model each text takes.
    ///
    /// # Errors
    /// As [`Engine::generate`].
    pub async fn count(&self, texts: Vec<String>) -> Result<Vec<u32>, Failure> {
        self.revive().await?;
        let mut request = self.request(|id| Request::Count { id, texts }).await?;
        match request.next().await {
            Some(Event::Counted { tokens }) => Ok(tokens),
            Some(Event::Failed { failure }) => Err(failure),
            _ => Err(crashed()),
        }
    }

    /// The vectors of `texts`, of unit length, by a model that was loaded with [`crate::Task::Embed`]. A text that is
    /// longer than the model reads at once gets the mean of its parts' vectors. `prefix` and `urgent` as in
    /// [`Request::Embed`].
    ///
    /// # Errors
    /// As [`Engine::generate`]; `model_wrong_task`, `text_empty`, `text_too_long` (the prefix leaves no room),
    /// `request_stopped`, `engine_decode`.
    pub async fn embed(&self, prefix: String, texts: Vec<String>, urgent: bool) -> Result<Vec<Vec<f32>>, Failure> {
        self.revive().await?;
        let mut request = self.request(|id| Request::Embed { id, prefix, texts, urgent }).await?;
        match request.next().await {
            Some(Event::Embedded { vectors }) => Ok(vectors),
            Some(Event::Failed { failure }) => Err(failure),
            _ => Err(crashed()),
        }
    }

    /// How well each of `texts` answers `query`, by a model that was loaded with [`crate::Task::Rank`]. The scores
    /// are the model's own (for most a logit): higher is better, and only those of one query compare. A text that is
    /// longer than the model reads at once gets its best part's.
    ///
    /// # Errors
    /// As [`Engine::embed`]; `text_too_long` where the query leaves no room for a text.
    pub async fn rank(&self, query: String, texts: Vec<String>) -> Result<Vec<f32>, Failure> {
        self.revive().await?;
        let mut request = self.request(|id| Request::Rank { id, query, texts }).await?;
        match request.next().await {
            Some(Event::Ranked { scores }) => Ok(scores),
            Some(Event::Failed { failure }) => Err(failure),
            _ => Err(crashed()),
        }
    }

    /// Tokens per second of the loaded model, by llama-bench's method.
    ///
    /// # Errors
    /// As [`Engine::generate`].
    pub async fn bench(&self, prompt: u32, generate: u32, repetitions: u32) -> Result<BenchResult, Failure> {
        self.revive().await?;
        let mut request = self.request(|id| Request::Bench { id, prompt, generate, repetitions }).await?;
        match request.next().await {
            Some(Event::Benched { result }) => Ok(result),
            Some(Event::Failed { failure }) => Err(failure),
            _ => Err(crashed()),
        }
    }

    /// After a crash, brings the process back with the model it had.
    async fn revive(&self) -> Result<(), Failure> {
        let _one_at_a_time = self.0.reviving.lock().await;
        let alive = self.0.process.lock().await.as_ref().is_some_and(|process| !process.requests.is_closed());
        let wanted = lock(&self.0.wanted).clone();
        let (false, Some((path, options))) = (alive, wanted) else { return Ok(()) };
        if let Some(check) = self.0.check.clone() {
            let path = path.clone();
            tokio::task::spawn_blocking(move || check(&path, Part::Model)).await.unwrap_or_else(|_| Err(crashed()))?;
        }
        self.load(&path, options, |_| {}).await.map(|_| ())
    }

    async fn request(&self, request: impl FnOnce(u64) -> Request) -> Result<Generation, Failure> {
        let id = self.0.next_id.fetch_add(1, Ordering::Relaxed);
        let (sender, events) = mpsc::unbounded_channel();
        let mut process = self.0.process.lock().await;
        if let Some(dead) = process.take_if(|process| process.requests.is_closed()) {
            self.learn_from(dead).await;
        }
        let mut running = match process.take() {
            Some(running) => running,
            None => start(&self.0.executable, lock(&self.0.ladder).launch())?,
        };
        lock(&running.waiting).insert(id, sender);
        let requests = running.requests.clone();
        let request = request(id);
        if let Request::Load { options, .. } = &request {
            (running.load, running.draft) = (id, options.draft.clone());
        }
        let _ = requests.send(request);
        *process = Some(running);
        Ok(Generation { id, events, requests, ended: false })
    }
}
