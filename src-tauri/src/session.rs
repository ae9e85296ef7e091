//! Everything that exists only while the data is unlocked: the open database, the library, the loaded model and the
//! answers that are being written. Locking drops it whole, and with it every key and every plain word in memory.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use assistant::{Assistant, Stop};
use documents::{Reader, Recognition};
use engine::{Engine, LoadOptions, Model};
use keys::Key;
use library::{Analyzer, Change, Ingest, Library, Setup, Storage, readers_of_this_machine};
use serde::Serialize;
use vault::Vault;
use wire::Failure;

use crate::app::{Notice, Notify, Paths, lock, now_ms};
use crate::models;
use crate::trail::Trail;

/// `Status` of the window's contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    engine: EngineStatus,
    library: LibraryStatus,
    network_blocked: bool,
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

/// The unlocked data; clones are the same one.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    paths: Paths,
    key: Key,
    vault: Vault,
    trail: Trail,
    engine: Engine,
    assistant: Assistant,
    opened: OnceLock<(Library, Ingest)>,
    status: Mutex<Status>,
    running: Mutex<HashMap<u64, Stop>>,
    notify: Notify,
}

/// How often, and how many times, the index is tried that a session just locked may still be closing.
const CLOSING: (Duration, u32) = (Duration::from_millis(200), 50);

impl Session {
    /// Opens what is kept with its key; [`Session::start`] then loads library and model.
    ///
    /// # Errors
    /// The vault's.
    pub fn open(paths: Paths, key: Key, network_blocked: bool, notify: Notify) -> Result<Self, Failure> {
        let vault = Vault::open(&paths.database(), &key)?;
        let trail = Trail::new(vault.clone(), &key, paths.data.clone());
        let engine = Engine::new(paths.engine.clone());
        let status = Status {
            engine: EngineStatus { state: EngineState::None, model: None, failure: None },
            library: LibraryStatus { state: LibraryState::Opening, failure: None },
            network_blocked,
        };
        Ok(Self(Arc::new(Inner {
            paths,
            key,
            vault,
            trail,
            assistant: Assistant::new(engine.clone()),
            engine,
            opened: OnceLock::new(),
            status: Mutex::new(status),
            running: Mutex::default(),
            notify,
        })))
    }

    /// Starts loading library and model in the background. Call it inside a tokio runtime.
    pub fn start(&self) {
        let library = self.clone();
        tokio::spawn(async move { library.open_library().await });
        let model = self.clone();
        tokio::spawn(async move { model.load_model().await });
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
        self.0.opened.get().ok_or_else(|| {
            self.status().library.failure.unwrap_or_else(|| {
                Failure::new("library_opening", "자료 색인을 여는 중입니다. 잠시 후 다시 시도해 주십시오.", "")
            })
        })
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
    }

    /// The answer ended.
    pub fn end_answer(&self, number: u64) {
        lock(&self.0.running).remove(&number);
    }

    /// Stops every answer that is being written.
    pub fn stop(&self) {
        lock(&self.0.running).values().for_each(Stop::stop);
    }

    /// Remembers the person's model and loads it.
    ///
    /// # Errors
    /// Why it could not be loaded; the choice is then not kept.
    pub async fn choose_model(&self, path: &Path) -> Result<(), Failure> {
        self.load(path).await?;
        Ok(self.0.vault.set_setting(MODEL_SETTING, Some(&path.to_string_lossy()))?)
    }

    /// Loads the chosen or the default model, where there is one.
    pub async fn load_model(&self) {
        let chosen = self.0.vault.setting(MODEL_SETTING).ok().flatten();
        match models::chat_model(chosen.map(PathBuf::from), &self.0.paths.models()) {
            Ok(Some(path)) => {
                // What went wrong is in the status, which is where a person looks.
                let _ = self.load(&path).await;
            }
            Ok(None) => {}
            Err(error) => self.change(|status| {
                status.engine.state = EngineState::Failed;
                status.engine.failure = Some(Failure::new("catalog_damaged", "모델 목록을 읽지 못했습니다.", error));
            }),
        }
    }

    async fn load(&self, path: &Path) -> Result<(), Failure> {
        self.change(|status| {
            status.engine = EngineStatus { state: EngineState::Loading, model: None, failure: None };
        });
        let loaded = self.0.engine.load(path, LoadOptions::default(), |_| {}).await;
        self.change(|status| {
            status.engine = match &loaded {
                Ok(model) => EngineStatus { state: EngineState::Ready, model: Some(model.clone()), failure: None },
                Err(failure) => {
                    EngineStatus { state: EngineState::Failed, model: None, failure: Some(failure.clone()) }
                }
            };
        });
        loaded.map(|_| ())
    }

    async fn open_library(&self) {
        let opened = self.open_library_now().await;
        self.change(|status| {
            status.library = match &opened {
                Ok(()) => LibraryStatus { state: LibraryState::Ready, failure: None },
                Err(failure) => LibraryStatus { state: LibraryState::Failed, failure: Some(failure.clone()) },
            };
        });
    }

    async fn open_library_now(&self) -> Result<(), Failure> {
        let vault = self.0.vault.clone();
        let (index, dictionary) = (self.0.paths.index(), self.0.paths.dictionary());
        let (opening, key) = (vault.clone(), self.0.key.derive("index"));
        let library = tokio::task::spawn_blocking(move || {
            let analyzer = Analyzer::load(&dictionary)?;
            let open = || Library::open(opening.clone(), &index, analyzer.clone(), Storage::Sealed(&key));
            let (pause, times) = CLOSING;
            for _ in 0..times {
                match open() {
                    Err(library::Error::Locked(_)) => std::thread::sleep(pause),
                    opened => return opened,
                }
            }
            open()
        })
        .await
        .map_err(|error| Failure::new("library_failed", "자료 색인을 열지 못했습니다. 다시 시작해 주십시오.", error))?
        .map_err(Failure::from)?;
        let notify = self.0.notify.clone();
        let setup = Setup {
            vault,
            library: library.clone(),
            reader: Reader::new(self.0.paths.reader.clone()).with_recognition(Recognition::find()),
            readers: readers_of_this_machine(),
            now_ms,
        };
        let ingest = Ingest::start(setup, move |change| {
            notify(match change {
                Change::Document(row) => Notice::Document(row),
                Change::Documents => Notice::Documents,
                Change::Status(status) => Notice::Ingest(status),
            });
        });
        // Only this task opens it, so the cell is empty.
        let _ = self.0.opened.set((library, ingest));
        Ok(())
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

const MODEL_SETTING: &str = "model_path";
