//! What lies on the disk: which files are documents, what they look like from outside, and their hash.

use std::fs::Metadata;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use vault::DocumentRow;
use wire::Failure;

/// What a folder is searched for.
const EXTENSIONS: [&str; 25] = [
    "hwp", "hwpx", "hml", "hwpml", "pdf", "docx", "xlsx", "xls", "xlsm", "pptx", "odt", "html", "htm", "eml", "csv",
    "tsv", "txt", "md", "markdown", "zip", "png", "jpg", "jpeg", "tif", "tiff",
];
/// A file that was changed less than this before it was read may have changed again within its time's resolution
/// (2 s on FAT), in nanoseconds.
const SETTLED: i64 = 3_000_000_000;
/// Files that a walk gives at a time.
const BATCH: usize = 256;

/// A file or folder that a walk met.
#[derive(Debug)]
pub enum Met {
    /// A file, by its entry.
    File {
        path: PathBuf,
        bytes: u64,
        /// Nanoseconds since 1970.
        modified: Option<i64>,
    },
    /// What cannot be read.
    Unreadable { path: PathBuf, failure: Failure },
}

impl Met {
    /// The file or folder at `path`, whatever its name.
    pub fn at(path: &Path) -> Self {
        match std::fs::metadata(path) {
            Ok(facts) => Self::file(path, &facts),
            Err(error) => Self::unreadable(path, error),
        }
    }

    fn file(path: &Path, facts: &Metadata) -> Self {
        Self::File { path: path.to_owned(), bytes: facts.len(), modified: modified(facts) }
    }

    fn unreadable(path: &Path, error: impl std::fmt::Display) -> Self {
        Self::Unreadable { path: path.to_owned(), failure: missing(path, error) }
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::File { path, .. } | Self::Unreadable { path, .. } => path,
        }
    }
}

/// When a file was changed last, in nanoseconds since 1970.
fn modified(facts: &Metadata) -> Option<i64> {
    let since = facts.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok()
}

/// The code of a file that cannot be read.
const MISSING: &str = "document_missing";

pub fn missing(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(
        MISSING,
        "파일을 찾을 수 없거나 읽을 권한이 없습니다. 파일이 그 자리에 있는지 확인해 주십시오.",
        format!("{}: {error}", path.display()),
    )
}

/// True for a document whose file could not be read.
pub fn is_missing(row: &DocumentRow) -> bool {
    row.failure.as_ref().is_some_and(|failure| failure.code == MISSING)
}

/// True where nothing lies at `path`, as opposed to where it cannot be told.
pub fn is_gone(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

/// True for a name that a folder is searched for: a document's, which no program made for itself.
pub fn is_document(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    !is_hidden_name(path) && extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// Hidden files and folders, and the lock files of office programs: `.~lock.규정.odt#`, `~$규정.docx`.
pub fn is_hidden_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name.starts_with('.') || name.starts_with("~$")
    })
}

#[cfg(windows)]
fn is_hidden(facts: &Metadata) -> bool {
    const HIDDEN: u32 = 2;
    std::os::windows::fs::MetadataExt::file_attributes(facts) & HIDDEN != 0
}

#[cfg(not(windows))]
fn is_hidden(_facts: &Metadata) -> bool {
    false
}

/// Gives `visit` the documents below `folder`, by name, a batch at a time, until it breaks. Links are not followed.
pub fn walk(folder: &Path, mut visit: impl FnMut(Vec<Met>) -> ControlFlow<()>) -> ControlFlow<()> {
    let mut batch = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let mut below = Vec::new();
        match std::fs::read_dir(&folder) {
            Err(error) => batch.push(Met::unreadable(&folder, error)),
            Ok(entries) => {
                for entry in entries {
                    // The entry's own facts: of a link, not of what it leads to.
                    match entry.and_then(|entry| Ok((entry.path(), entry.metadata()?))) {
                        Ok((path, facts)) => below.push((path, facts)),
                        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                        Err(error) => batch.push(Met::unreadable(&folder, error)),
                    }
                }
            }
        }
        below.sort_by(|(one, _), (other, _)| one.cmp(other));
        let folders = open.len();
        for (path, facts) in below {
            if facts.is_symlink() || is_hidden_name(&path) || is_hidden(&facts) {
                continue;
            }
            if facts.is_dir() {
                open.push(path);
            } else if is_document(&path) {
                batch.push(Met::file(&path, &facts));
            }
            if batch.len() >= BATCH {
                visit(std::mem::take(&mut batch))?;
            }
        }
        open[folders..].reverse();
    }
    if batch.is_empty() { ControlFlow::Continue(()) } else { visit(batch) }
}

/// A file's content, from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Hexadecimal.
    pub sha256: String,
    pub bytes: u64,
    /// Nanoseconds since 1970; `None` where the file is so new that it may change unnoticed.
    pub modified: Option<i64>,
}

/// Reads a file whole for its hash. What is no file is not opened: a pipe would be waited for.
///
/// # Errors
/// `document_missing`.
pub fn content(path: &Path) -> Result<Content, Failure> {
    let facts = std::fs::metadata(path).map_err(|error| missing(path, error))?;
    if !facts.is_file() {
        return Err(missing(path, "not a regular file"));
    }
    let mut file = std::fs::File::open(path).map_err(|error| missing(path, error))?;
    let mut hash = Sha256::new();
    let bytes = std::io::copy(&mut file, &mut hash).map_err(|error| missing(path, error))?;
    Ok(Content { sha256: format!("{:x}", hash.finalize()), bytes, modified: settled(modified(&facts)) })
}

/// `modified`, where a later change would show in it.
fn settled(modified: Option<i64>) -> Option<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let now = i64::try_from(now.as_nanos()).ok()?;
    modified.filter(|modified| now.saturating_sub(*modified) > SETTLED)
}

/// True where the file at `path` may have another content than `seen`.
pub fn has_changed(path: &Path, seen: &Content) -> bool {
    match std::fs::metadata(path) {
        Ok(facts) => facts.len() != seen.bytes || seen.modified.is_some() && modified(&facts) != seen.modified,
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names = Vec::new();
        let walked = walk(folder, |batch| {
            let below = batch.iter().map(|met| met.path().strip_prefix(folder).unwrap());
            names.extend(below.map(|path| path.to_string_lossy().into_owned()));
            ControlFlow::Continue(())
        });
        assert_eq!(walked, ControlFlow::Continue(()));
        names
    }

    #[test]
    fn a_walk_gives_documents_by_name_and_nothing_that_programs_made_for_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let table = [
            ("가.hwp", true),
            ("나/가.HWPX", true),
            ("나/나.txt", true),
            ("나/다/라.pdf", true),
            ("사진.jpeg", true),
            ("~$가.docx", false),
            (".~lock.가.odt#", false),
            (".숨김.txt", false),
            (".숨긴 폴더/가.txt", false),
            ("프로그램.exe", false),
            ("확장자 없음", false),
            ("하.zip", true),
        ];
        for (name, _) in table {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        #[cfg(unix)]
        for (name, to) in [("고리", folder.path().to_owned()), ("링크.txt", folder.path().join("가.hwp"))] {
            std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
        }
        let mut found = names(folder.path());
        // A folder's own files come before those of the folders in it.
        assert_eq!(found, ["가.hwp", "사진.jpeg", "하.zip", "나/가.HWPX", "나/나.txt", "나/다/라.pdf"]);
        found.sort();
        let mut wanted: Vec<&str> = table.iter().filter(|(_, wanted)| *wanted).map(|(name, _)| *name).collect();
        wanted.sort_unstable();
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_walk_ends_when_it_is_told_to() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..2 * BATCH + 1 {
            std::fs::write(folder.path().join(format!("{number}.txt")), "").unwrap();
        }
        assert_eq!(names(folder.path()).len(), 2 * BATCH + 1);
        let mut batches = 0;
        let walked = walk(folder.path(), |batch| {
            batches += 1;
            assert_eq!(batch.len(), BATCH);
            ControlFlow::Break(())
        });
        assert_eq!((walked, batches), (ControlFlow::Break(()), 1));
    }

    #[test]
    fn a_change_shows_in_length_or_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("가.txt");
        std::fs::write(&path, "글").unwrap();
        let new = content(&path).unwrap();
        assert_eq!((new.bytes, new.modified), (3, None), "a file that was just written may change unnoticed");
        let old = SystemTime::now() - std::time::Duration::from_secs(60);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
        let seen = content(&path).unwrap();
        assert!(seen.modified.is_some() && seen.sha256 == new.sha256);
        assert!(!has_changed(&path, &seen));
        std::fs::write(&path, "말").unwrap();
        assert!(has_changed(&path, &seen));
        std::fs::remove_file(&path).unwrap();
        assert!(has_changed(&path, &seen) && is_gone(&path));
        assert_eq!(content(&path).unwrap_err().code, MISSING);
    }
}
