//! A queue with everything that it has in the program, in a folder of its own.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![allow(dead_code, reason = "not every test uses all of it")]

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use documents::Reader;
use library::{Analyzer, Change, Ingest, IngestState, Library, Setup, Storage};
use tempfile::TempDir;
use vault::{DocumentRow, DocumentState, Vault};

pub struct Desk {
    pub folder: TempDir,
    pub vault: Vault,
    pub library: Library,
    pub ingest: Ingest,
    pub told: Arc<Mutex<Vec<(Instant, Change)>>>,
    reader: PathBuf,
    readers: usize,
}

/// What stands in for the reader's executable.
pub enum With {
    /// The reader itself.
    Reader,
    /// The reader behind a gate: it writes its process id to `started` and waits for the file `open`.
    #[cfg(unix)]
    Gate,
    /// Nothing: each document that is read fails with `document_crashed`.
    Nothing,
}

/// Lies beside the test where the workspace is built: `cargo build --release -p naratmal-reader`.
fn real_reader() -> PathBuf {
    wire::beside(&format!("naratmal-reader{}", std::env::consts::EXE_SUFFIX)).unwrap()
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// `None` where the dictionary that set-up brings is not there.
pub fn desk(with: With, readers: usize) -> Option<Desk> {
    let folders = directories::ProjectDirs::from("kr", "naratmal", "naratmal")?;
    let analyzer = match Analyzer::load(&folders.data_dir().join("dictionary").join("ko-dic")) {
        Ok(analyzer) => analyzer,
        Err(error) => {
            println!("SKIPPED: {error}");
            return None;
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let reader = match with {
        With::Reader => real_reader(),
        With::Nothing => folder.path().join("no such reader"),
        #[cfg(unix)]
        With::Gate => {
            let path = folder.path().join("gate");
            let [started, open] = ["started", "open"].map(|name| folder.path().join(name));
            let script = format!(
                "#!/bin/sh\necho $$ >> '{}'\nwhile [ ! -e '{}' ]; do sleep 0.02; done\nexec '{}' \"$@\"\n",
                started.display(),
                open.display(),
                real_reader().display()
            );
            std::fs::write(&path, script).unwrap();
            let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(&path, executable).unwrap();
            path
        }
    };
    std::fs::create_dir(folder.path().join("files")).unwrap();
    let vault = Vault::in_memory().unwrap();
    let library = Library::open(vault.clone(), &folder.path().join("index"), analyzer, Storage::Sealed(&keys::Key::new([7; 32]))).unwrap();
    let (ingest, told) = start(&vault, &library, &reader, readers);
    Some(Desk { folder, vault, library, ingest, told, reader, readers })
}

type Told = Arc<Mutex<Vec<(Instant, Change)>>>;

fn start(vault: &Vault, library: &Library, reader: &Path, readers: usize) -> (Ingest, Told) {
    let told = Told::default();
    let setup = Setup {
        vault: vault.clone(),
        library: library.clone(),
        reader: Reader::new(reader.to_owned()),
        readers: NonZeroUsize::new(readers).unwrap(),
        now_ms,
        default_grade: None,
    };
    let teller = told.clone();
    let ingest = Ingest::start(setup, move |change| teller.lock().unwrap().push((Instant::now(), change)));
    (ingest, told)
}

impl Desk {
    pub fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// A file below the folder, made with its folders.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.files().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A file that was changed last long ago.
    pub fn old_file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.file(name, content);
        let old = SystemTime::now() - Duration::from_secs(3600);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
        path
    }

    /// Ends the queue as if the program ended, and begins another.
    pub fn restart(&mut self) {
        let (ingest, told) = start(&self.vault, &self.library, &self.reader, self.readers);
        (self.ingest, self.told) = (ingest, told);
    }

    pub async fn add(&self, path: &Path) -> Vec<DocumentRow> {
        self.ingest.add(vec![path.to_owned()]).await.unwrap()
    }

    /// Waits until `there` says so.
    pub async fn until(&self, what: &str, there: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !there(self) {
            assert!(Instant::now() < deadline, "{what} did not come: {:?} {:?}", self.states(), self.ingest.status());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn until_idle(&self) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.until("rest", |desk| desk.ingest.status().state == IngestState::Idle).await;
    }

    pub async fn until_failed(&self, id: i64) -> String {
        self.until("a failure", |desk| desk.vault.document(id).unwrap().state == DocumentState::Failed).await;
        self.vault.document(id).unwrap().failure.unwrap().code
    }

    /// Longer than a change of the disk takes to be looked at.
    pub async fn let_it_look(&self) {
        tokio::time::sleep(Duration::from_millis(2500)).await;
        self.until_idle().await;
    }

    /// The documents of the list, by name, with their states.
    pub fn states(&self) -> Vec<(String, DocumentState)> {
        let mut states: Vec<_> = self.vault.documents().unwrap().into_iter().map(|row| (row.name, row.state)).collect();
        states.sort_by(|one, other| one.0.cmp(&other.0));
        states
    }

    pub fn ids(&self) -> HashMap<String, i64> {
        self.vault.documents().unwrap().into_iter().map(|row| (row.name, row.id)).collect()
    }

    /// The documents in the order in which they were put.
    pub fn order(&self) -> Vec<String> {
        let ids = self.vault.passage_ids().unwrap();
        let mut names: Vec<String> = self.vault.passages(&ids).unwrap().into_iter().map(|one| one.file).collect();
        names.dedup();
        names
    }

    /// The files of the passages that are found.
    pub fn found(&self, question: &str) -> Vec<String> {
        self.library.search(question, None, None, 9).unwrap().into_iter().map(|hit| hit.passage.file).collect()
    }

    /// The process ids of the readers that were started.
    pub fn started(&self) -> Vec<u32> {
        let log = std::fs::read_to_string(self.folder.path().join("started")).unwrap_or_default();
        log.lines().map(|line| line.parse().unwrap()).collect()
    }

    pub fn open_gate(&self) {
        std::fs::write(self.folder.path().join("open"), "").unwrap();
    }
}

pub fn named(states: &[(&str, DocumentState)]) -> Vec<(String, DocumentState)> {
    states.iter().map(|(name, state)| ((*name).to_owned(), *state)).collect()
}

pub fn code(row: &DocumentRow) -> Option<&str> {
    row.failure.as_ref().map(|failure| failure.code.as_str())
}
