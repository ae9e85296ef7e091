//! The queue that reads and indexes documents in the background.
//!
//! Files become rows of the vault ([`register`]), wait in a [`queue`], are hashed and read by workers side by side, and
//! put into vault and index by one indexer behind them ([`work`]). What the disk changes comes in by [`watch`]; what
//! changes is told by [`tell`].

mod files;
mod progress;
mod queue;
mod register;
mod tell;
mod watch;
mod work;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use documents::{Block, Reader};
use policy::Grade;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;
use vault::{DocumentRow, DocumentState, Vault};
use wire::Failure;

use crate::Library;
use crate::appraise::appraise;
use files::Met;
use queue::{Queue, Rank};
use register::{By, Lost};
use tell::Changes;
use watch::Watch;

pub use progress::{IngestState, IngestStatus};
pub use tell::Change;

/// A folder whose walk takes longer than this is walked in the background.
const PATIENCE: Duration = Duration::from_millis(200);

/// What the queue works with.
pub struct Setup {
    /// Where documents are kept.
    pub vault: Vault,
    /// What makes them found.
    pub library: Library,
    /// What reads their files.
    pub reader: Reader,
    /// How many files are read side by side, each in a process of its own.
    pub readers: NonZeroUsize,
    /// The time, in milliseconds since 1970.
    pub now_ms: fn() -> i64,
    /// The agency's grade for a document that nothing speaks for.
    pub default_grade: Option<Grade>,
}

/// As many readers as this machine has cores, but for one that is left to the person; at least one.
pub fn readers_of_this_machine() -> NonZeroUsize {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    NonZeroUsize::new(cores.saturating_sub(1)).unwrap_or(NonZeroUsize::MIN)
}

/// The queue; clones are the same one. It ends with the last of them.
#[derive(Clone)]
pub struct Ingest(Arc<Running>);

struct Running {
    inner: Arc<Inner>,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let tasks = self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner);
        tasks.iter().for_each(AbortHandle::abort);
    }
}

struct Inner {
    vault: Vault,
    library: Library,
    reader: Reader,
    now_ms: fn() -> i64,
    default_grade: Option<Grade>,
    queue: Arc<Queue>,
    changes: Arc<Changes>,
    watch: Watch,
    /// Held while files become documents.
    registering: Mutex<()>,
    /// Of the documents that the person unlocked; never kept on the disk.
    passwords: Mutex<HashMap<i64, String>>,
    /// Goes up with each cancelling, which ends the walks that began before.
    round: AtomicU64,
}

impl Ingest {
    /// Starts the queue with what a kill left unread, and looks whether files changed meanwhile. `tell` gets what
    /// changes, gathered. Call it inside a tokio runtime.
    pub fn start(setup: Setup, tell: impl Fn(Change) + Send + Sync + 'static) -> Self {
        let Setup { vault, library, reader, readers, now_ms, default_grade } = setup;
        let (watch, events) = Watch::of_nothing();
        let inner = Arc::new(Inner {
            vault,
            library,
            reader,
            now_ms,
            default_grade,
            queue: Arc::default(),
            changes: Arc::default(),
            watch,
            registering: Mutex::default(),
            passwords: Mutex::default(),
            round: AtomicU64::new(0),
        });
        match inner.vault.unread() {
            Ok(rows) => {
                let (of_folders, single): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.folder.is_some());
                for (rows, rank) in [(single, Rank::Single), (of_folders, Rank::Folder)] {
                    inner.queue.put(rows.iter().map(|row| (row.id, row.bytes)), rank, Instant::now());
                }
            }
            Err(error) => tracing::error!(code = error.code(), "unread documents"),
        }
        let space = Arc::new(Semaphore::new(work::SPACE as usize));
        let (indexer, read) = mpsc::unbounded_channel();
        let mut tasks = Vec::new();
        for _ in 0..readers.get() {
            tasks.push(tokio::spawn(work::work(inner.clone(), space.clone(), indexer.clone())).abort_handle());
        }
        tasks.push(tokio::spawn(work::index(inner.clone(), read)).abort_handle());
        let (changes, queue, vault) = (inner.changes.clone(), inner.queue.clone(), inner.vault.clone());
        tasks.push(tokio::spawn(tell::tell(changes, queue, vault, tell)).abort_handle());
        tasks.push(tokio::spawn(watch::watch(inner.clone(), events)).abort_handle());
        let looking = inner.clone();
        // As of now: what is added while the first look goes on is being read, and would be taken up once more.
        let before = inner.vault.walks().and_then(|walks| Ok((walks, inner.vault.places()?)));
        let first_look = async move {
            let looked = blocking(move || {
                let (walks, places) = before?;
                // Watched first, so that nothing changes unseen between the look and the watching.
                looking.watch_anew()?;
                for folder in walks {
                    let by = if looking.is_watched(&folder)? { By::Disk } else { By::Person };
                    looking.walk(&folder, by)?;
                }
                looking.look_everywhere(places)
            });
            if let Err(error) = looked.await {
                tracing::error!(code = error.code, "files could not be looked at");
            }
        };
        tasks.push(tokio::spawn(first_look).abort_handle());
        let appraising = inner.clone();
        // What a kill or an older program left without; one after another, so that it ends with the queue.
        let appraise = async move {
            let vault = appraising.vault.clone();
            let documents = blocking(move || Ok(vault.unappraised()?)).await.unwrap_or_else(|error| {
                tracing::error!(code = error.code, "which documents are to be appraised");
                Vec::new()
            });
            for document in documents {
                let inner = appraising.clone();
                let appraised = blocking(move || inner.appraise(document, &inner.vault.blocks(document)?));
                if let Err(error) = appraised.await {
                    tracing::error!(code = error.code, document, "a document could not be appraised");
                }
            }
        };
        tasks.push(tokio::spawn(appraise).abort_handle());
        Self(Arc::new(Running { inner, tasks: Mutex::new(tasks) }))
    }

    fn inner(&self) -> Arc<Inner> {
        self.0.inner.clone()
    }

    /// Runs `work` where it may wait for the disk.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let inner = self.inner();
        blocking(move || work(&inner)).await
    }

    /// Queues files, and the documents in folders; gives their rows. A file that is known gives the row that it has, a
    /// file or a folder that cannot be read one that failed: `document_missing`. A large folder is walked in the
    /// background and gives no rows here.
    ///
    /// # Errors
    /// `documents_none` where a small folder holds none; the vault's and the index's.
    pub async fn add(&self, paths: Vec<PathBuf>) -> Result<Vec<DocumentRow>, Failure> {
        let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(|path| path.is_dir());
        let mut rows = self
            .run(move |inner| {
                let met: Vec<Met> = files.iter().map(|path| Met::at(path)).collect();
                inner.register(&met, None, By::Person, &mut Lost::default())
            })
            .await?;
        let inner = self.inner();
        let mut walk = tokio::spawn(async move {
            let rows = blocking({
                let inner = inner.clone();
                move || {
                    let mut rows = Vec::new();
                    for folder in folders {
                        rows.append(&mut inner.walk(&folder, By::Person)?);
                    }
                    inner.watch_anew()?;
                    Ok(rows)
                }
            })
            .await;
            if let Err(failure) = &rows {
                tracing::error!(code = failure.code, "a folder that was added");
            }
            rows
        });
        let Ok(walked) = tokio::time::timeout(PATIENCE, &mut walk).await else {
            return Ok(rows);
        };
        rows.append(&mut walked.unwrap_or_else(|error| Err(ended(error)))?);
        if rows.is_empty() {
            return Err(Failure::new(
                "documents_none",
                "읽을 수 있는 문서가 없습니다. HWP, HWPX, PDF, DOCX, XLSX, PPTX, TXT 같은 문서 파일을 추가해 주십시오.",
                "",
            ));
        }
        Ok(rows)
    }

    /// Reads a document again that failed or was cancelled.
    ///
    /// # Errors
    /// The vault's.
    pub async fn retry(&self, id: i64) -> Result<(), Failure> {
        self.run(move |inner| inner.read_again(id)).await
    }

    /// Reads a document again with the password that the person typed. It is kept in memory only.
    ///
    /// # Errors
    /// The vault's.
    pub async fn unlock(&self, id: i64, password: String) -> Result<(), Failure> {
        self.run(move |inner| {
            inner.passwords().insert(id, password);
            inner.read_again(id)
        })
        .await
    }

    /// The person opened or clicked a document: it comes first.
    pub fn prioritise(&self, id: i64) {
        self.0.inner.queue.prioritise(id);
    }

    /// Takes a document off the list; it is not read any further.
    ///
    /// # Errors
    /// The vault's.
    pub async fn remove(&self, id: i64) -> Result<(), Failure> {
        self.run(move |inner| {
            inner.queue.remove(id);
            inner.library.remove(&[id], (inner.now_ms)())?;
            inner.changes.status();
            Ok(())
        })
        .await
    }

    /// Forgets a document for good, leaving nothing of it on the disk.
    ///
    /// # Errors
    /// `document_watched` where a watched folder would bring it back at once; the vault's and the index's.
    pub async fn forget(&self, id: i64) -> Result<(), Failure> {
        self.run(move |inner| {
            for place in inner.vault.places_of(id)? {
                if inner.is_watched(&place.path)? && !files::is_gone(&place.path) {
                    return Err(Failure::new(
                        "document_watched",
                        "지켜보는 폴더에 있는 문서는 삭제해도 다시 읽게 됩니다. 폴더 지켜보기를 끄거나 파일을 옮긴 뒤 다시 \
                         삭제하십시오.",
                        place.path.display(),
                    ));
                }
            }
            inner.queue.remove(id);
            inner.passwords().remove(&id);
            inner.library.purge(&[id])?;
            inner.changes.status();
            inner.changes.list();
            Ok(())
        })
        .await
    }

    /// Brings a removed document back; one that was not read yet is read.
    ///
    /// # Errors
    /// The vault's and the index's.
    pub async fn restore(&self, id: i64) -> Result<DocumentRow, Failure> {
        self.run(move |inner| {
            let row = inner.library.restore(id)?;
            match row.state {
                DocumentState::Waiting | DocumentState::Reading => {
                    inner.queue.put([(id, row.bytes)], Rank::Single, Instant::now());
                    inner.changes.document(id);
                }
                DocumentState::Indexing | DocumentState::Ready | DocumentState::Failed | DocumentState::Cancelled => {}
            }
            Ok(row)
        })
        .await
    }

    /// Reads nothing new until [`Ingest::resume`]; what is being read is finished.
    pub fn pause(&self) {
        self.0.inner.queue.pause(true, Instant::now());
        self.0.inner.changes.status();
    }

    /// Goes on after [`Ingest::pause`].
    pub fn resume(&self) {
        self.0.inner.queue.pause(false, Instant::now());
        self.0.inner.changes.status();
    }

    /// Stops walking, waiting and reading; gives the number of documents that were cancelled. [`Ingest::retry`] puts
    /// one back.
    ///
    /// # Errors
    /// The vault's.
    pub async fn cancel(&self) -> Result<usize, Failure> {
        self.run(|inner| {
            inner.round.fetch_add(1, Ordering::SeqCst);
            // After a batch that is being registered, so that it is cancelled as well.
            let _registering = inner.registering();
            let cancelled = inner.library.cancel(&inner.queue.clear())?;
            cancelled.iter().for_each(|document| inner.changes.document(*document));
            inner.changes.status();
            Ok(cancelled.len())
        })
        .await
    }

    /// How the queue stands.
    pub fn status(&self) -> IngestStatus {
        self.0.inner.queue.status(Instant::now())
    }

    /// The folders that are watched.
    ///
    /// # Errors
    /// The vault's.
    pub fn watched_folders(&self) -> Result<Vec<PathBuf>, Failure> {
        Ok(self.0.inner.vault.watched_folders()?)
    }

    /// Keeps the documents of a folder in step with it from now on. It is walked in the background.
    ///
    /// # Errors
    /// `folder_unreadable`, and the vault's.
    pub async fn watch(&self, folder: PathBuf) -> Result<(), Failure> {
        let watched = folder.clone();
        self.run(move |inner| {
            if let Err(error) = std::fs::read_dir(&watched) {
                return Err(Failure::new(
                    "folder_unreadable",
                    "폴더를 열 수 없습니다. 폴더가 그 자리에 있는지, 읽을 권한이 있는지 확인하십시오.",
                    format!("{}: {error}", watched.display()),
                ));
            }
            inner.vault.set_watched(&watched, true, (inner.now_ms)())?;
            inner.watch_anew()
        })
        .await?;
        let inner = self.inner();
        tokio::spawn(async move {
            if let Err(error) = blocking(move || inner.walk(&folder, By::Disk)).await {
                tracing::error!(code = error.code, "a folder that is watched from now on");
            }
        });
        Ok(())
    }

    /// Leaves a folder's documents as they are from now on.
    ///
    /// # Errors
    /// The vault's.
    pub async fn unwatch(&self, folder: PathBuf) -> Result<(), Failure> {
        self.run(move |inner| {
            inner.vault.set_watched(&folder, false, (inner.now_ms)())?;
            inner.watch_anew()
        })
        .await
    }
}

impl Inner {
    fn passwords(&self) -> MutexGuard<'_, HashMap<i64, String>> {
        self.passwords.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn appraise(&self, document: i64, blocks: &[Block]) -> Result<(), Failure> {
        let name = self.vault.document(document)?.name;
        if self.vault.note_appraisal(document, &appraise(&name, blocks, self.default_grade))?.is_some() {
            self.changes.document(document);
        }
        Ok(())
    }

    fn read_again(&self, id: i64) -> Result<(), Failure> {
        let row = self.vault.set_state(id, DocumentState::Waiting, None)?;
        self.queue.put([(id, row.bytes)], Rank::Clicked, Instant::now());
        self.changes.document(id);
        Ok(())
    }

    /// Watches the watched folders, and the files that were added by themselves.
    fn watch_anew(&self) -> Result<(), Failure> {
        let files = self.vault.places()?.into_iter().map(|place| place.path);
        self.watch.set(&self.vault.watched_folders()?, files);
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(ended(error)))
}

fn ended(error: tokio::task::JoinError) -> Failure {
    Failure::new("ingest_failed", "자료를 처리하다가 오류가 났습니다. 다시 시도해 주십시오.", error)
}
