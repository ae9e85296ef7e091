//! Snapshots in a folder, written by a thread of their own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use engine::Keep;

use super::sealed::{Cipher, Head};
use super::{Cut, Snapshot, shared};

/// What a file's name ends with; one that is being written has another ending.
const ENDING: &str = "kv";
const STAGED: &str = "new";
/// A conversation is written again once so many tokens of it are new: each time it is written whole.
const GROWN: usize = 256;

/// A folder of sealed snapshots, of several models, of which one is read and written.
pub struct Disk {
    folder: PathBuf,
    cipher: Cipher,
    identity: [u8; 32],
    files: Arc<Mutex<Vec<Entry>>>,
    jobs: Sender<Job>,
}

/// A file of the folder.
#[derive(Debug, Clone)]
struct Entry {
    path: PathBuf,
    /// Empty where it is another model's.
    tokens: Arc<[i32]>,
    bytes: u64,
    used: SystemTime,
}

enum Job {
    Write(Snapshot, Cut),
    /// Everything before it is done once this is answered.
    Forget(Sender<io::Result<()>>),
}

impl Disk {
    /// Opens the folder of `keep`, and removes what cannot be read by anyone: what is damaged, half written or of another
    /// key.
    ///
    /// # Errors
    /// The folder's.
    pub fn open(keep: &Keep, identity: [u8; 32]) -> io::Result<Self> {
        make_private(&keep.folder)?;
        let cipher = Cipher::new(&keep.key);
        let mut files = Vec::new();
        for entry in fs::read_dir(&keep.folder)? {
            let path = entry?.path();
            let ours = path.extension().is_some_and(|ending| ending == ENDING || ending == STAGED);
            match cipher.head_of(&path) {
                Ok(head) if path.extension().is_some_and(|ending| ending == ENDING) => {
                    let metadata = fs::metadata(&path)?;
                    let tokens = if head.identity == identity { head.tokens.into() } else { Arc::default() };
                    let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    files.push(Entry { path, tokens, bytes: metadata.len(), used });
                }
                _ if ours => remove(&path)?,
                _ => {}
            }
        }
        let files = Arc::new(Mutex::new(files));
        let (jobs, waiting) = channel();
        let writer = Writer {
            folder: keep.folder.clone(),
            cipher: cipher.clone(),
            identity,
            budget: keep.disk_bytes,
            files: files.clone(),
        };
        std::thread::Builder::new().name("kept".to_owned()).spawn(move || writer.work(&waiting))?;
        Ok(Self { folder: keep.folder.clone(), cipher, identity, files, jobs })
    }

    fn files(&self) -> MutexGuard<'_, Vec<Entry>> {
        lock(&self.files)
    }

    /// How many tokens of `wanted` the best file begins with.
    pub fn useful(&self, wanted: &[i32], cut: Cut) -> usize {
        self.files().iter().map(|file| cut.useful(&file.tokens, wanted)).max().unwrap_or(0)
    }

    /// True where so much of `tokens` is in no file that writing it pays.
    pub fn lacks(&self, tokens: &[i32]) -> bool {
        let held = self.files().iter().map(|file| shared(&file.tokens, tokens)).max().unwrap_or(0);
        tokens.len() >= held + GROWN
    }

    /// The file that begins with the most of `wanted`, where that is at least `worth` tokens. One that cannot be read is
    /// removed, and the next best taken.
    pub fn read(&self, wanted: &[i32], worth: usize, cut: Cut) -> Option<(Snapshot, usize)> {
        loop {
            let best = self.files().iter().max_by_key(|file| cut.useful(&file.tokens, wanted)).cloned()?;
            let tokens = cut.useful(&best.tokens, wanted);
            if tokens < worth.max(1) {
                return None;
            }
            match self.cipher.read(&best.path) {
                Ok((head, state)) if head.identity == self.identity && *head.tokens == *best.tokens => {
                    self.touch(&best.path);
                    return Some((Snapshot { tokens: best.tokens, state: state.into() }, tokens));
                }
                _ => {
                    tracing::warn!("a kept file is not what it was");
                    self.files().retain(|file| file.path != best.path);
                    // It is in nobody's way, and is tried again at the next start.
                    let _ = remove(&best.path);
                }
            }
        }
    }

    /// The file was used: it is removed after the others.
    fn touch(&self, path: &Path) {
        let now = SystemTime::now();
        if let Some(file) = self.files().iter_mut().find(|file| file.path == path) {
            file.used = now;
        }
        // Only the order of removal after a restart hangs on it.
        let _ = fs::File::open(path).and_then(|file| file.set_modified(now));
    }

    /// Writes a snapshot when there is time.
    pub fn write(&self, snapshot: Snapshot, cut: Cut) {
        // A writer that ended has told why; what was read is then kept in memory only.
        let _ = self.jobs.send(Job::Write(snapshot, cut));
    }

    /// Removes every file, once what is being written is there.
    ///
    /// # Errors
    /// The folder's.
    pub fn forget(&self) -> io::Result<()> {
        let (answer, answered) = channel();
        let ended = |_| io::Error::other("the writer of what is kept has ended");
        self.jobs.send(Job::Forget(answer)).map_err(|_| ended(()))?;
        answered.recv().map_err(|_| ended(()))??;
        // What another program of this person left, or wrote meanwhile.
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == ENDING || ending == STAGED) {
                remove(&path)?;
            }
        }
        Ok(())
    }
}

/// Writes, and keeps to the budget.
struct Writer {
    folder: PathBuf,
    cipher: Cipher,
    identity: [u8; 32],
    budget: u64,
    files: Arc<Mutex<Vec<Entry>>>,
}

impl Writer {
    fn work(&self, jobs: &Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            match job {
                Job::Write(snapshot, cut) => {
                    if let Err(error) = self.write(&snapshot, cut) {
                        tracing::error!(kind = ?error.kind(), "what was read is not kept on the disk");
                    }
                }
                Job::Forget(answer) => {
                    let files = std::mem::take(&mut *lock(&self.files));
                    let outcome = files.iter().try_for_each(|file| remove(&file.path));
                    // Whoever asked may be gone.
                    let _ = answer.send(outcome);
                }
            }
        }
    }

    fn write(&self, snapshot: &Snapshot, cut: Cut) -> io::Result<()> {
        let head = Head { identity: self.identity, tokens: snapshot.tokens.to_vec() };
        let bytes = self.cipher.file_of(&head, &snapshot.state)?;
        if bytes.len() as u64 > self.budget {
            return Ok(());
        }
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(io::Error::other)?;
        let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = self.folder.join(name).with_extension(ENDING);
        let staged = path.with_extension(STAGED);
        // Not synced: a file that a power cut spoils is found out by its seal.
        let written = fs::write(&staged, &bytes).and_then(|()| fs::rename(&staged, &path));
        if written.is_err() {
            let _ = remove(&staged);
        }
        written?;
        let used = SystemTime::now();
        let removed = {
            let mut files = lock(&self.files);
            let new = Entry { path, tokens: snapshot.tokens.clone(), bytes: bytes.len() as u64, used };
            // What the new one serves for as well.
            let served = |file: &Entry| {
                !file.tokens.is_empty() && cut.useful(&new.tokens, &file.tokens) == file.tokens.len()
            };
            let mut removed: Vec<Entry> = files.extract_if(.., |file| served(file)).collect();
            files.push(new);
            files.sort_by_key(|file| file.used);
            let mut bytes: u64 = files.iter().map(|file| file.bytes).sum();
            while bytes > self.budget && !files.is_empty() {
                let oldest = files.remove(0);
                bytes -= oldest.bytes;
                removed.push(oldest);
            }
            removed
        };
        removed.iter().try_for_each(|file| remove(&file.path))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The list is whole after every statement.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes a file; one that is gone already is as good.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes a folder that only this person reads.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
