use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use keys::{Cost, Key};
use vault::Vault;

use crate::folder::{Workspace, create, remove, sync};
use crate::head::Head;
use crate::manifest::{Entry, Manifest, Model, TEMPLATE, data_key, stream_key, template};
use crate::place::{WORK, hold};
use crate::stream::{Opener, Sealer};
use crate::{DATABASE, Error, MODELS, Result, Step, TEMPLATES, Told, tell};

/// How long the last look at a copy may take to let go of it.
pub(crate) const CLOSING: Duration = Duration::from_secs(10);
const PIECE: usize = 256 << 10;

/// What is backed up.
pub struct Source<'a> {
    /// All that is kept; it stays in use.
    pub vault: &'a Vault,
    /// The data folder.
    pub data: &'a Path,
    /// The program's version.
    pub program: &'a str,
    /// Now, in milliseconds since 1970.
    pub now_ms: i64,
}

/// A backup that was written and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The file's length.
    pub bytes: u64,
}

/// Writes everything to `target`, which `password` opens: beside it first, and read back before it gets its name, so
/// that a kill or a full disk leaves an earlier backup of that name as it was. Takes a password's time twice.
///
/// # Errors
/// [`Error::Stopped`], [`Error::Full`], [`Error::Unwritable`], [`Error::Busy`]; [`Error::Vault`] where the database is
/// damaged; [`Error::Keys`] where the password is too short. What reads back otherwise could not be written.
pub fn make(source: &Source<'_>, target: &Path, password: &str, cost: Cost, told: &Told) -> Result<Made> {
    keys::check_new_password(password)?;
    let _held = hold(source.data)?;
    let work = Workspace::new(source.data.join(WORK)).map_err(Error::writing)?;
    let key = Key::random().map_err(keys::Error::from)?;
    let head = Head::new(&key, password, cost)?;
    let snapshot = work.0.join(DATABASE);
    let copying = told.clone();
    let goes_on = move |done, total| tell(&copying, Step::Copying, done, total).is_ok();
    if !source.vault.snapshot(&snapshot, &data_key(&key), goes_on)? {
        return Err(Error::Stopped);
    }
    tell(told, Step::Checking, 0, 0)?;
    check(&snapshot, &data_key(&key))?;
    let files = files(source.data, snapshot)?;
    let manifest = Manifest {
        program: source.program.to_owned(),
        schema: vault::VERSION,
        made_at: source.now_ms,
        entries: files.iter().map(|(entry, _)| entry.clone()).collect(),
        models: models(&source.data.join(MODELS))?,
    };
    let part = Part::new(target)?;
    let file = create(&part.0).map_err(Error::writing)?;
    let written = write(BufWriter::new(file), &head, &key, &manifest, &files, told)?;
    let file = written.into_inner().map_err(|error| Error::writing(error.into_error()))?;
    file.sync_all().map_err(Error::writing)?;
    forget_what_was_read(&file);
    let bytes = verify(&part.0, &head, &key, &manifest, told).map_err(|error| match error {
        Error::Damaged(_) | Error::NotOne | Error::Newer(_) | Error::Unreadable(_) => Error::Unwritable(error.to_string()),
        error => error,
    })?;
    fs::rename(&part.0, target).and_then(|()| sync(folder_of(target))).map_err(Error::writing)?;
    Ok(Made { manifest, bytes })
}

/// Opens a copy of the database and holds every page against what authenticates it.
pub(crate) fn check(path: &Path, key: &Key) -> Result<()> {
    let vault = Vault::open(path, key)?;
    vault.check()?;
    Ok(vault.close(CLOSING)?)
}

/// The content of an entry.
pub(crate) enum Content {
    File(PathBuf),
    /// A template, which the person may be changing: as it was when its length was taken.
    Bytes(Vec<u8>),
}

fn files(data: &Path, snapshot: PathBuf) -> Result<Vec<(Entry, Content)>> {
    let bytes = fs::metadata(&snapshot).map_err(Error::writing)?.len();
    let mut files = vec![(Entry { name: DATABASE.to_owned(), bytes }, Content::File(snapshot))];
    let (longest, most) = TEMPLATE;
    for path in listed(&data.join(TEMPLATES))? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let name = format!("{TEMPLATES}/{name}");
        let metadata = fs::metadata(&path).map_err(Error::writing)?;
        // What the drafting does not read either.
        if template(&name).is_none() || !metadata.is_file() || metadata.len() > longest || files.len() > most {
            continue;
        }
        let mut bytes = Vec::new();
        File::open(&path).and_then(|file| file.take(longest).read_to_end(&mut bytes)).map_err(Error::writing)?;
        files.push((Entry { name, bytes: bytes.len() as u64 }, Content::Bytes(bytes)));
    }
    Ok(files)
}

fn models(folder: &Path) -> Result<Vec<Model>> {
    let is_model = |path: &PathBuf| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gguf"));
    let model = |path: PathBuf| {
        let file = path.file_name()?.to_str()?.to_owned();
        let bytes = fs::metadata(&path).ok()?.len();
        Some(Model { file, bytes })
    };
    Ok(listed(folder)?.into_iter().filter(is_model).filter_map(model).collect())
}

/// What is in a folder, in the order of the names; nothing where there is none.
fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let mut paths = entries.map_err(Error::writing)?;
    paths.sort();
    Ok(paths)
}

/// The file under another name, until it is whole; gone when it is dropped under that.
struct Part(PathBuf);

impl Part {
    fn new(target: &Path) -> Result<Self> {
        let invalid = || Error::Unwritable("no name for a file".to_owned());
        let mut name = target.file_name().ok_or_else(invalid)?.to_owned();
        name.push(".part");
        let part = Self(target.with_file_name(name));
        // Of a backup that a kill ended.
        remove(&part.0).map_err(Error::writing)?;
        Ok(part)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Mostly it has its final name by now.
        let _ = fs::remove_file(&self.0);
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub(crate) fn write<W: Write>(
    mut to: W,
    head: &Head,
    key: &Key,
    manifest: &Manifest,
    files: &[(Entry, Content)],
    told: &Told,
) -> Result<W> {
    to.write_all(&head.bytes).map_err(Error::writing)?;
    let mut sealer = Sealer::new(to, &stream_key(key), &head.nonce, head.bytes.clone());
    manifest.write(&mut sealer)?;
    let (mut done, total) = (0, manifest.bytes());
    for (entry, content) in files {
        match content {
            Content::Bytes(bytes) => copy(&mut &bytes[..], &mut sealer, entry.bytes, |piece| {
                done += piece;
                tell(told, Step::Writing, done, total)
            })?,
            Content::File(path) => {
                let mut file = File::open(path).map_err(Error::writing)?;
                copy(&mut file, &mut sealer, entry.bytes, |piece| {
                    done += piece;
                    tell(told, Step::Writing, done, total)
                })?;
            }
        }
    }
    sealer.finish().map_err(Error::writing)
}

/// Exactly so many bytes; `told` gets how many came since.
pub(crate) fn copy(
    from: &mut impl Read,
    to: &mut impl Write,
    bytes: u64,
    mut told: impl FnMut(u64) -> Result<()>,
) -> Result<()> {
    let mut piece = vec![0; PIECE];
    let mut left = bytes;
    while left > 0 {
        let part = &mut piece[..usize::try_from(left).unwrap_or(PIECE).min(PIECE)];
        from.read_exact(part).map_err(Error::reading)?;
        to.write_all(part).map_err(Error::writing)?;
        left -= part.len() as u64;
        told(part.len() as u64)?;
    }
    Ok(())
}

/// Reads the whole file; gives its length.
fn verify(path: &Path, head: &Head, key: &Key, manifest: &Manifest, told: &Told) -> Result<u64> {
    let file = File::open(path).map_err(Error::reading)?;
    let length = file.metadata().map_err(Error::reading)?.len();
    let mut file = BufReader::new(file);
    let read = Head::read(&mut file)?;
    if read.bytes != head.bytes {
        return Err(Error::Damaged("another head was read than was written".to_owned()));
    }
    let mut opener = Opener::new(file, &stream_key(key), &read.nonce, read.bytes);
    if Manifest::read(&mut opener)? != *manifest {
        return Err(Error::Damaged("another manifest was read than was written".to_owned()));
    }
    let (mut done, total) = (0, manifest.bytes());
    copy(&mut opener, &mut io::sink(), total, |piece| {
        done += piece;
        tell(told, Step::Reading, done, total)
    })?;
    at_end(&mut opener)?;
    Ok(length)
}

/// # Errors
/// [`Error::Damaged`] where more comes.
pub(crate) fn at_end(from: &mut impl Read) -> Result<()> {
    match from.read(&mut [0]).map_err(Error::reading)? {
        0 => Ok(()),
        _ => Err(Error::Damaged("more than the manifest says".to_owned())),
    }
}

/// What is read next comes from the disk, where the system does so: what it has in memory says nothing about the disk.
fn forget_what_was_read(file: &File) {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        // SAFETY: the descriptor is open as long as `file` is borrowed; it is advice about the whole file, and changes
        // nothing in it.
        unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

#[cfg(test)]
#[path = "make_tests.rs"]
mod tests;
