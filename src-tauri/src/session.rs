//! Everything that exists only while the data is unlocked: the open database, the library, the loaded model and the
//! answers that are being written. Locking drops it whole, and with it every key and every plain word in memory.

mod ahead;
mod draft;
mod embedding;
mod opening;
mod report;
mod store;
mod title;
mod trial;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use assistant::{Assistant, Stop};
use catalog::Role;
use engine::{Engine, LoadOptions, Model, Part};
use keys::Key;
use library::{Ingest, Library};
use policy::{Grade, Loaded, Policy, Source};
use serde::Serialize;
use serde_json::json;
use tokio::sync::SetOnce;
use tokio::task::JoinHandle;
use vault::Vault;
use wire::Failure;

use crate::app::{Notice, Notify, Paths, lock};
use crate::models::{self, Models};
use crate::shown::Shown;
use crate::trail::Trail;
use ahead::Ahead;
use embedding::EmbeddingStatus;
use store::Store;
use trial::Trials;

pub use store::ModelsPage;

/// `Status` of the window's contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    engine: EngineStatus,
    library: LibraryStatus,
    embedding: EmbeddingStatus,
    network_blocked: bool,
    quick_answers: bool,
    /// The file of the draft model that the person chose.
    draft_model: Option<PathBuf>,
    policy: PolicyStatus,
}

/// `PolicyStatus` of the window's contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct PolicyStatus {
    name: String,
    warning: Option<&'static str>,
    copy_up_to: Grade,
    export_up_to: Grade,
    export_masking: policy::Export,
    forbid_lowering: bool,
    require_password: bool,
}

impl PolicyStatus {
    fn of(loaded: &Loaded) -> Self {
        let Loaded { policy, source } = loaded;
        Self {
            name: match source {
                Source::Default => String::new(),
                Source::Signed | Source::Unsigned if policy.name.is_empty() => "이름 없는 정책".to_owned(),
                Source::Signed | Source::Unsigned => policy.name.clone(),
            },
            warning: source.warning(),
            copy_up_to: policy.grades.copy_up_to,
            export_up_to: policy.grades.export_up_to,
            export_masking: policy.masking.export,
            forbid_lowering: policy.grades.forbid_lowering,
            require_password: policy.lock.require_password,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum EngineState {
    None,
    Loading,
    Ready,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct EngineStatus {
    state: EngineState,
    model: Option<Model>,
    failure: Option<Failure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum LibraryState {
    Opening,
    Ready,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct LibraryStatus {
    state: LibraryState,
    failure: Option<Failure>,
}

/// Work in the background, which ends with its owner.
struct Background(JoinHandle<()>);

impl Background {
    /// Begins it. Call it inside a tokio runtime.
    fn run(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }

    /// Ends it, and returns once it has let go of everything.
    async fn end(mut self) {
        self.0.abort();
        // What it says is that it was ended.
        let _ = (&mut self.0).await;
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The unlocked data; clones are the same one.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    paths: Paths,
    key: Key,
    policy: Arc<Loaded>,
    shown: Shown,
    vault: Vault,
    trail: Arc<Trail>,
    engine: Engine,
    assistant: Assistant,
    /// Set once it is open, or cannot be.
    opened: SetOnce<Result<(Library, Ingest), Failure>>,
    /// Making vectors.
    embedding: Mutex<Option<Background>>,
    ahead: Mutex<Ahead>,
    status: Mutex<Status>,
    running: Mutex<HashMap<u64, Stop>>,
    /// Ends the title that is being proposed.
    titling: Mutex<Option<Stop>>,
    models: Arc<Models>,
    store: Store,
    trials: Trials,
    notify: Notify,
}

impl Session {
    /// Opens what is kept with its key; [`Session::start`] then loads library and model.
    ///
    /// # Errors
    /// The vault's.
    pub fn open(
        paths: Paths,
        key: Key,
        policy: Arc<Loaded>,
        network_blocked: bool,
        notify: Notify,
    ) -> Result<Self, Failure> {
        let vault = Vault::open(&paths.database(), &key)?;
        let quick_answers = vault.setting(QUICK_SETTING)?.is_some_and(|quick| quick == ON);
        let draft_model = draft::chosen(&vault)?;
        let trail = Arc::new(Trail::new(vault.clone(), &key, paths.data.clone()));
        let models = Arc::new(Models::new(policy.clone(), trail.clone()));
        let checking = models.clone();
        let check = move |path: &Path, part: Part| match part {
            Part::Model => checking.admit(path, Role::Chat).map(drop),
            Part::Draft => checking.admit_draft(path),
        };
        let engine = Engine::checking(paths.engine.clone(), Some(Arc::new(check)));
        let status = Status {
            engine: EngineStatus { state: EngineState::None, model: None, failure: None },
            library: LibraryStatus { state: LibraryState::Opening, failure: None },
            embedding: EmbeddingStatus::NONE,
            network_blocked,
            quick_answers,
            draft_model,
            policy: PolicyStatus::of(&policy),
        };
        let assistant = Assistant::new(engine.clone());
        assistant.set_quick(quick_answers);
        Ok(Self(Arc::new(Inner {
            paths,
            key,
            shown: Shown::under(Arc::new(policy.policy.clone())),
            policy,
            vault,
            trail,
            assistant,
            engine,
            opened: SetOnce::new(),
            embedding: Mutex::default(),
            ahead: Mutex::default(),
            status: Mutex::new(status),
            running: Mutex::default(),
            titling: Mutex::default(),
            models,
            store: Store::default(),
            trials: Trials::default(),
            notify,
        })))
    }

    /// Starts loading library and model in the background. Call it inside a tokio runtime.
    pub fn start(&self) {
        let library = self.clone();
        tokio::spawn(async move {
            library.open_library().await;
            library.load_embedding_model().await;
            library.load_reranker().await;
        });
        let model = self.clone();
        tokio::spawn(async move { model.load_model().await });
    }

    /// Accounts for a policy that differs from the one before, and refuses one that was signed before that.
    ///
    /// # Errors
    /// `policy_rolled_back`, and the vault's.
    pub fn apply_policy(&self) -> Result<(), Failure> {
        let Loaded { policy, source } = &*self.0.policy;
        let seen = self.0.vault.setting(POLICY_SERIAL)?.and_then(|serial| serial.parse::<u64>().ok());
        if let Some(seen) = seen.filter(|seen| policy.serial < *seen) {
            return Err(policy::Error::PolicyRolledBack { found: policy.serial, seen }.into());
        }
        // Only a signed one binds the next.
        if *source == Source::Signed {
            self.0.vault.set_setting(POLICY_SERIAL, Some(&policy.serial.to_string()))?;
        }
        let applied = json!({ "source": source.word(), "policy": policy }).to_string();
        if self.0.vault.setting(POLICY_APPLIED)?.as_ref() != Some(&applied) {
            let what = json!({ "name": policy.name, "serial": policy.serial, "source": source.word() });
            self.0.trail.account("policy_applied", &what)?;
            // What nothing speaks for may have another grade now.
            self.0.vault.appraise_anew()?;
            self.0.vault.set_setting(POLICY_APPLIED, Some(&applied))?;
        }
        Ok(())
    }

    /// What the agency allows.
    pub fn policy(&self) -> &Policy {
        &self.0.policy.policy
    }

    /// How texts are shown under that.
    pub fn shown(&self) -> &Shown {
        &self.0.shown
    }

    /// SHA-256 of the loaded model's file.
    pub fn model(&self) -> Option<String> {
        self.0.models.loaded()
    }

    /// The data key.
    pub fn key(&self) -> &Key {
        &self.0.key
    }

    /// What is accounted for.
    pub fn trail(&self) -> &Trail {
        &self.0.trail
    }

    /// What is kept.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// The opened library and its queue.
    ///
    /// # Errors
    /// `library_opening` while it is still being opened, or why it failed.
    pub fn library(&self) -> Result<&(Library, Ingest), Failure> {
        let opening = || Failure::new("library_opening", "자료 색인을 여는 중입니다. 잠시 후 다시 시도해 주십시오.", "");
        self.0.opened.get().ok_or_else(opening)?.as_ref().map_err(Clone::clone)
    }

    /// As [`Session::library`], once it is open: what a person brings in the first moment is not turned away.
    ///
    /// # Errors
    /// Why it could not be opened.
    pub async fn opened_library(&self) -> Result<&(Library, Ingest), Failure> {
        self.0.opened.wait().await.as_ref().map_err(Clone::clone)
    }

    /// The model that answers now, as it was last loaded: after a crash it may have come back otherwise, which the
    /// window is then told. `None` where there is none.
    pub fn model_now(&self) -> Option<Model> {
        let model = self.0.engine.model()?;
        let known = lock(&self.0.status).engine.clone();
        if known.state == EngineState::Ready && known.model.as_ref() != Some(&model) {
            self.change(|status| status.engine.model = Some(model.clone()));
        }
        Some(model)
    }

    /// What computes answers and drafts.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Answers questions.
    pub fn assistant(&self) -> &Assistant {
        &self.0.assistant
    }

    /// How engine and library stand.
    pub fn status(&self) -> Status {
        lock(&self.0.status).clone()
    }

    /// Registers an answer that begins, so that [`Session::stop`] reaches it; the number ends it.
    pub fn begin_answer(&self, number: u64, stop: Stop) {
        lock(&self.0.running).insert(number, stop);
        self.leave_title();
    }

    /// The answer ended.
    pub fn end_answer(&self, number: u64) {
        lock(&self.0.running).remove(&number);
    }

    /// The person types.
    pub fn typing(&self) {
        self.0.engine.typing();
    }

    /// Stops every answer that is being written, and the title.
    pub fn stop(&self) {
        lock(&self.0.running).values().for_each(Stop::stop);
        self.leave_title();
    }

    /// Remembers the person's model and loads it.
    ///
    /// # Errors
    /// Why it could not be loaded; the choice is then not kept.
    pub async fn choose_model(&self, path: &Path) -> Result<(), Failure> {
        if self.policy().is_locked("model") {
            // What the next start loads anyway, because it came in just now, is no choice of the person's.
            return match self.default_model()?.as_deref() == Some(path) {
                true => self.load(path).await,
                false => Err(locked_by_policy()),
            };
        }
        self.load(path).await?;
        Ok(self.0.vault.set_setting(MODEL_SETTING, Some(&path.to_string_lossy()))?)
    }

    /// Joins passages that were read alone, or reads them behind each other (see [`Assistant::set_quick`]), and keeps the
    /// choice. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// The vault's.
    pub fn set_quick_answers(&self, quick: bool) -> Result<(), Failure> {
        self.0.vault.set_setting(QUICK_SETTING, quick.then_some(ON))?;
        self.0.assistant.set_quick(quick);
        self.change(|status| status.quick_answers = quick);
        self.read_ahead();
        Ok(())
    }

    /// Loads the chosen or the default model, where there is one.
    pub async fn load_model(&self) {
        match self.default_model() {
            Ok(Some(path)) => {
                // What went wrong is in the status, which is where a person looks.
                let _ = self.load(&path).await;
            }
            Ok(None) => {}
            Err(failure) => self.change(|status| {
                status.engine.state = EngineState::Failed;
                status.engine.failure = Some(failure);
            }),
        }
    }

    /// The model that a start loads: the person's choice, or else the catalog's.
    fn default_model(&self) -> Result<Option<PathBuf>, Failure> {
        let chosen = self.0.vault.setting(MODEL_SETTING)?;
        models::chat_model(chosen.map(PathBuf::from), &self.0.paths.models())
    }

    async fn load(&self, path: &Path) -> Result<(), Failure> {
        self.refuse_while_trying()?;
        let before = lock(&self.0.status).engine.clone();
        self.change(|status| {
            status.engine = EngineStatus { state: EngineState::Loading, model: None, failure: None };
        });
        let (asked, models) = (path.to_owned(), self.0.models.clone());
        if let Err(failure) = apart(move || models.admit(&asked, Role::Chat)).await {
            // The engine was not asked: the model that was loaded still answers.
            self.change(|status| {
                status.engine = match before.state {
                    EngineState::Ready => before,
                    _ => EngineStatus { state: EngineState::Failed, model: None, failure: Some(failure.clone()) },
                };
            });
            return Err(failure);
        }
        if let Some(sum) = self.0.models.loaded() {
            // What could not be noted is found out again.
            let _ = self.note(path, |records, file| records.note_sum(file, sum)).await;
        }
        let draft = self.status().draft_model;
        let options = LoadOptions { keep: Some(self.keep()), draft, ..LoadOptions::default() };
        let loaded = self.0.engine.load(path, options, |_| {}).await;
        let loaded = loaded.inspect_err(|failure| tracing::warn!(code = failure.code, "the model could not be loaded"));
        self.change(|status| {
            status.engine = match &loaded {
                Ok(model) => EngineStatus { state: EngineState::Ready, model: Some(model.clone()), failure: None },
                Err(failure) => {
                    EngineStatus { state: EngineState::Failed, model: None, failure: Some(failure.clone()) }
                }
            };
        });
        self.read_ahead();
        loaded.map(|_| ())
    }

    fn change(&self, change: impl FnOnce(&mut Status)) {
        let status = {
            let mut status = lock(&self.0.status);
            change(&mut status);
            status.clone()
        };
        (self.0.notify)(Notice::Status(status));
    }
}

fn locked_by_policy() -> Failure {
    Failure::new(
        "policy_setting_locked",
        "기관의 정책에 따라 모델을 바꿀 수 없습니다. 바꾸어야 하면 보안 담당자에게 문의하십시오.",
        "",
    )
}

const MODEL_SETTING: &str = "model_path";
const QUICK_SETTING: &str = "quick_answers";
const ON: &str = "on";
/// The serial of the last signed policy.
const POLICY_SERIAL: &str = "policy_serial";
/// The last policy, whole.
const POLICY_APPLIED: &str = "policy_applied";

/// Runs work on a file that takes a disk's time.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::new("model_unchecked", "모델 파일을 확인하지 못했습니다. 다시 시도해 주십시오.", error))?
}
