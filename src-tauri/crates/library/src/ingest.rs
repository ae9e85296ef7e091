use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use documents::Reader;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use vault::{DocumentRow, DocumentState, Vault};
use wire::Failure;

use crate::Library;

/// What a folder that is added is searched for.
const EXTENSIONS: [&str; 11] =
    ["hwp", "hwpx", "pdf", "docx", "xlsx", "xls", "pptx", "txt", "md", "markdown", "csv"];

/// The queue that reads and indexes documents, one after the other, in the background; clones are the same one.
#[derive(Clone)]
pub struct Ingest(Arc<Inner>);

struct Inner {
    vault: Vault,
    library: Library,
    reader: Reader,
    now_ms: fn() -> i64,
    tell: Box<dyn Fn(DocumentRow) + Send + Sync>,
    queue: mpsc::UnboundedSender<i64>,
}

impl Ingest {
    /// Starts the queue with what a kill left unfinished. `tell` gets a document whenever it changes. Call it inside
    /// a tokio runtime.
    pub fn start(
        vault: Vault,
        library: Library,
        reader: Reader,
        now_ms: fn() -> i64,
        tell: impl Fn(DocumentRow) + Send + Sync + 'static,
    ) -> Self {
        let (queue, mut waiting) = mpsc::unbounded_channel();
        let ingest = Self(Arc::new(Inner { vault, library, reader, now_ms, tell: Box::new(tell), queue }));
        let worker = Arc::downgrade(&ingest.0);
        tokio::spawn(async move {
            while let Some(id) = waiting.recv().await {
                let Some(inner) = worker.upgrade() else { break };
                inner.ingest(id).await;
            }
        });
        match ingest.0.vault.unfinished() {
            Ok(rows) => rows.iter().for_each(|row| ingest.enqueue(row.id)),
            Err(error) => tracing::error!(%error, "unfinished documents"),
        }
        ingest
    }

    fn enqueue(&self, id: i64) {
        // The worker lives as long as self does.
        let _ = self.0.queue.send(id);
    }

    /// Queues files, and the documents in folders; gives their rows. A file whose content is there already gives
    /// the row that it has, a file or a folder that cannot be read one that failed: `document_missing`.
    ///
    /// # Errors
    /// `documents_none` where a folder holds none; the vault's and the index's, after what came before was queued.
    pub async fn add(&self, paths: Vec<PathBuf>) -> Result<Vec<DocumentRow>, Failure> {
        let inner = self.0.clone();
        let (new, rows) = blocking(move || Ok(inner.register(&paths))).await?;
        for id in new {
            self.enqueue(id);
        }
        rows
    }

    /// Reads a document again.
    ///
    /// # Errors
    /// The vault's.
    pub async fn retry(&self, id: i64) -> Result<(), Failure> {
        self.0.set(id, DocumentState::Waiting, None)?;
        self.enqueue(id);
        Ok(())
    }
}

impl Inner {
    /// The documents to queue, also where an error ended the list, and the rows to give.
    fn register(&self, paths: &[PathBuf]) -> (Vec<i64>, Result<Vec<DocumentRow>, Failure>) {
        let mut files = Vec::new();
        for path in paths {
            collect(path, true, &mut files);
        }
        if files.is_empty() {
            let none = Failure::new(
                "documents_none",
                "읽을 수 있는 문서가 없습니다. HWP, HWPX, PDF, DOCX, XLSX, TXT, MD 파일을 추가해 주십시오.",
                "",
            );
            return (Vec::new(), Err(none));
        }
        let mut new = Vec::new();
        let rows = files.into_iter().map(|(path, found)| self.register_one(&path, found, &mut new)).collect();
        (new, rows)
    }

    fn register_one(
        &self,
        path: &Path,
        found: Result<(), Failure>,
        new: &mut Vec<i64>,
    ) -> Result<DocumentRow, Failure> {
        let read = found.and_then(|()| hash(path));
        if let Ok((sha256, _)) = &read {
            if let Some(row) = self.vault.find_by_sha(sha256)? {
                return Ok(row);
            }
            if let Some(row) = self.vault.find_removed_by_sha(sha256)? {
                return Ok(self.library.restore(row.id)?);
            }
        }
        let id = match self.unread(path)? {
            Some(id) => id,
            None => {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                let bytes = read.as_ref().map_or(0, |(_, bytes)| *bytes);
                self.vault.add_document(&name, path, bytes, (self.now_ms)())?
            }
        };
        match read {
            Ok((sha256, bytes)) => {
                self.vault.set_content(id, &sha256, bytes)?;
                new.push(id);
                Ok(self.vault.set_state(id, DocumentState::Waiting, None)?)
            }
            Err(failure) => Ok(self.vault.set_state(id, DocumentState::Failed, Some(&failure))?),
        }
    }

    /// The document that this path gave when it could not be read before.
    fn unread(&self, path: &Path) -> Result<Option<i64>, Failure> {
        for row in self.vault.documents()? {
            let unread = row.failure.is_some_and(|failure| failure.code == MISSING);
            if unread && self.vault.document_path(row.id)? == path {
                return Ok(Some(row.id));
            }
        }
        Ok(None)
    }

    async fn ingest(&self, id: i64) {
        if let Err(failure) = self.read(id).await
            && let Err(error) = self.set(id, DocumentState::Failed, Some(&failure))
        {
            // The document stays unfinished and is tried again at the next start.
            tracing::error!(%error, id, "a document's failure could not be kept");
        }
    }

    async fn read(&self, id: i64) -> Result<(), Failure> {
        self.set(id, DocumentState::Reading, None)?;
        let path = self.vault.document_path(id)?;
        let hashed = path.clone();
        let (sha256, _) = blocking(move || hash(&hashed)).await?;
        let document = self.reader.read(&path).await?;
        self.set(id, DocumentState::Indexing, None)?;
        let library = self.library.clone();
        let row = blocking(move || Ok(library.put(id, &sha256, &document)?)).await?;
        (self.tell)(row);
        Ok(())
    }

    fn set(&self, id: i64, state: DocumentState, failure: Option<&Failure>) -> Result<(), Failure> {
        (self.tell)(self.vault.set_state(id, state, failure)?);
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Failure::new("ingest_failed", "자료를 처리하다가 오류가 났습니다. 다시 시도해 주십시오.", error))
    })
}

/// The code of a file that cannot be read.
const MISSING: &str = "document_missing";

fn missing(path: &Path, error: impl Display) -> Failure {
    Failure::new(
        MISSING,
        "파일을 찾을 수 없거나 읽을 권한이 없습니다. 파일이 그 자리에 있는지 확인해 주십시오.",
        format!("{}: {error}", path.display()),
    )
}

/// `path` itself, whatever its name, or the documents below it, each with whether it can be read as far as its
/// folder's entry says.
fn collect(path: &Path, named: bool, files: &mut Vec<(PathBuf, Result<(), Failure>)>) {
    let of_a_document = || {
        path.extension().is_some_and(|name| EXTENSIONS.contains(&name.to_string_lossy().to_lowercase().as_str()))
    };
    let kind = match std::fs::metadata(path) {
        Ok(kind) => kind,
        Err(error) => return files.push((path.to_owned(), Err(missing(path, error)))),
    };
    if kind.is_dir() {
        let mut paths = Vec::new();
        match std::fs::read_dir(path) {
            Ok(entries) => {
                for entry in entries {
                    match entry {
                        Ok(entry) => paths.push(entry.path()),
                        Err(error) => files.push((path.to_owned(), Err(missing(path, error)))),
                    }
                }
            }
            Err(error) => files.push((path.to_owned(), Err(missing(path, error)))),
        }
        paths.sort();
        for path in paths.iter().filter(|path| !path.is_symlink()) {
            collect(path, false, files);
        }
    } else if named || of_a_document() {
        files.push((path.to_owned(), Ok(())));
    }
}

/// A file's SHA-256 (hexadecimal) and length. What is no file is not opened: a pipe would be waited for.
fn hash(path: &Path) -> Result<(String, u64), Failure> {
    let kind = std::fs::metadata(path).map_err(|error| missing(path, error))?;
    if !kind.is_file() {
        return Err(missing(path, "not a regular file"));
    }
    let mut file = std::fs::File::open(path).map_err(|error| missing(path, error))?;
    let mut hash = Sha256::new();
    let bytes = std::io::copy(&mut file, &mut hash).map_err(|error| missing(path, error))?;
    Ok((format!("{:x}", hash.finalize()), bytes))
}
