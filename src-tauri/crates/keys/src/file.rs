use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::hex::hex;
use crate::{Error, Result};

/// A file that is longer is not ours; in bytes.
const LONGEST: u64 = 64 << 10;
/// How long one program waits for another that holds a file. A password takes about a second.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The content of a small file; `None` where there is none. Whatever else may lie under its name is not read: a device
/// may have no end, and a pipe nobody who writes.
///
/// # Errors
/// [`Error::Damaged`] for what is not a regular file, leads nowhere or is longer than 64 KiB; [`Error::Io`].
pub fn read_bounded(path: &Path) -> Result<Option<Vec<u8>>> {
    let is_link = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.is_symlink(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // Before it is opened too: to open some devices is to do something to them.
    match fs::metadata(path) {
        Ok(metadata) => check(&metadata)?,
        // As if nothing were there, a new key would be made while the old one's disk is away.
        Err(error) if is_link => return Err(Error::Damaged(format!("a link that leads nowhere: {error}"))),
        Err(error) => return Err(error.into()),
    }
    let mut options = OpenOptions::new();
    options.read(true);
    // A pipe that took the file's place meanwhile is opened at once, and refused.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    check(&file.metadata()?)?;
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST { Err(too_long(bytes.len() as u64)) } else { Ok(Some(bytes)) }
}

fn check(metadata: &fs::Metadata) -> Result<()> {
    match metadata.len() {
        _ if !metadata.is_file() => Err(Error::Damaged("not a regular file".to_owned())),
        length if length > LONGEST => Err(too_long(length)),
        _ => Ok(()),
    }
}

fn too_long(length: u64) -> Error {
    Error::Damaged(format!("{length} bytes"))
}

/// Writes a file so that a kill or a power cut leaves the old one or the new one, on Unix readable by this person only.
/// A link under its name is replaced, not followed.
///
/// # Errors
/// [`Error::Io`], [`Error::NoRandomness`]; where the last step fails, the new file may be in place already.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let staged = Staged::new(path, bytes)?;
    fs::rename(&staged.0, path)?;
    Ok(keep_name(path)?)
}

/// As [`write_whole`], where there is no such file yet.
///
/// # Errors
/// [`Error::Exists`] where anything has the name; as [`write_whole`].
pub(crate) fn write_first(path: &Path, bytes: &[u8]) -> Result<()> {
    write_first_by(path, bytes, |from, to| fs::hard_link(from, to))
}

/// `link` gives a file a second name, unless something has it.
fn write_first_by(path: &Path, bytes: &[u8], link: impl Fn(&Path, &Path) -> io::Result<()>) -> Result<()> {
    let staged = Staged::new(path, bytes)?;
    match link(&staged.0, path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(Error::Exists),
        // A memory stick's file system has no second names; there the caller's lock alone keeps others away.
        Err(_) if fs::symlink_metadata(path).is_ok() => return Err(Error::Exists),
        Err(_) => fs::rename(&staged.0, path)?,
    }
    Ok(keep_name(path)?)
}

/// A whole new file beside the one it is to become; gone when it is dropped under its own name.
struct Staged(PathBuf);

impl Staged {
    fn new(path: &Path, bytes: &[u8]) -> Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random)?;
        let mut name = staged_prefix(path)?;
        name.push(hex(&random));
        let staged = Self(path.with_file_name(name));
        let mut options = OpenOptions::new();
        // Nothing that lies there is opened, and no link followed.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&staged.0)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(staged)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Mostly it has its final name by now.
        let _ = fs::remove_file(&self.0);
    }
}

/// What the names of all files begin with that are to become `path`.
fn staged_prefix(path: &Path) -> Result<OsString> {
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".new-");
    Ok(prefix)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Brings the folder, which has the file's name, to the disk.
fn keep_name(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder_of(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// As long as it lives, no other program, and no other thread of this one, holds the same file.
#[must_use]
#[derive(Debug)]
pub struct Held {
    _lock: File,
}

/// Holds the file `path`, by an exclusive lock on a file beside it that ends in `.lock`: the file itself is another one
/// after each write. A kill lets go of it. What killed programs left of their writes is removed.
///
/// # Errors
/// [`Error::Busy`] where another holds it for longer than `patience`; [`Error::Io`].
pub fn hold(path: &Path, patience: Duration) -> Result<Held> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    }
    let lock = options.open(path.with_extension("lock"))?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if begun.elapsed() < patience => std::thread::sleep(LOOK_AGAIN),
            Err(TryLockError::WouldBlock) => return Err(Error::Busy),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    sweep(path)?;
    Ok(Held { _lock: lock })
}

fn sweep(path: &Path) -> Result<()> {
    let prefix = staged_prefix(path)?;
    for entry in fs::read_dir(folder_of(path))? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes()) {
            // It is in nobody's way.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
