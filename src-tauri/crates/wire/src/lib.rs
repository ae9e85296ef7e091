//! Messages between Naratmal's processes: a little-endian `u32` length in bytes, then that many bytes of JSON.
//!
//! The window, the reader and the engine are separate executables that lie side by side; they talk over the
//! child's standard input and output, and nothing else.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest message that is read, in bytes: a frame over it is an error, not an allocation.
pub const MAX_FRAME: usize = 256 * 1024 * 1024;

/// What went wrong, as it crosses a process or reaches the window (invariant 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message} ({detail})")]
pub struct Failure {
    /// Stable, in snake case; programs match on this and on nothing else.
    pub code: String,
    /// Korean, 합니다체; says what to do.
    pub message: String,
    /// For a person who reports a fault; may be empty, holds no document text.
    pub detail: String,
}

impl Failure {
    /// A failure with its code, its Korean message and the technical detail.
    pub fn new(code: &str, message: impl Into<String>, detail: impl ToString) -> Self {
        Self { code: code.to_owned(), message: message.into(), detail: detail.to_string() }
    }
}

/// A message as it goes over a pipe: its length, then its JSON.
///
/// # Errors
/// `InvalidData` for a message over [`MAX_FRAME`].
pub fn frame<T: Serialize>(message: &T) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, message)?;
    let length = bytes.len() - 4;
    if length > MAX_FRAME {
        return Err(too_long(length));
    }
    bytes[..4].copy_from_slice(&(length as u32).to_le_bytes());
    Ok(bytes)
}

fn too_long(length: usize) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {length} bytes is over {MAX_FRAME}"))
}

/// Writes one message and flushes.
///
/// # Errors
/// The writer's, and `InvalidData` for a message over [`MAX_FRAME`].
pub fn write<T: Serialize>(writer: &mut impl Write, message: &T) -> io::Result<()> {
    writer.write_all(&frame(message)?)?;
    writer.flush()
}

/// Reads one message; `None` where the other side closed the pipe between messages.
///
/// # Errors
/// `UnexpectedEof` inside a message, `InvalidData` for a length over [`MAX_FRAME`] or for malformed JSON.
pub fn read<T: DeserializeOwned>(reader: &mut impl Read) -> io::Result<Option<T>> {
    let mut head = [0; 4];
    match reader.read(&mut head)? {
        0 => return Ok(None),
        n => reader.read_exact(&mut head[n..])?,
    }
    let length = u32::from_le_bytes(head) as usize;
    if length > MAX_FRAME {
        return Err(too_long(length));
    }
    let mut body = Vec::new();
    // Grows as bytes arrive, so that a forged length costs nothing.
    if reader.take(length as u64).read_to_end(&mut body)? < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(serde_json::from_slice(&body)?))
}

/// Writes bytes that are no JSON, a picture for one, with their length before them.
///
/// # Errors
/// As [`write`].
pub fn write_bytes(writer: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    if bytes.len() > MAX_FRAME {
        return Err(too_long(bytes.len()));
    }
    writer.write_all(&(bytes.len() as u32).to_le_bytes())?;
    writer.write_all(bytes)?;
    writer.flush()
}

/// As [`write`], on an asynchronous pipe.
///
/// # Errors
/// As [`write`].
pub async fn send<T: Serialize>(writer: &mut (impl AsyncWrite + Unpin), message: &T) -> io::Result<()> {
    writer.write_all(&frame(message)?).await?;
    writer.flush().await
}

/// As [`read`], on an asynchronous pipe.
///
/// # Errors
/// As [`read`].
pub async fn receive<T: DeserializeOwned>(reader: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<T>> {
    match receive_bytes(reader).await? {
        Some(body) => Ok(Some(serde_json::from_slice(&body)?)),
        None => Ok(None),
    }
}

/// What [`write_bytes`] wrote; `None` where the other side closed the pipe between messages.
///
/// # Errors
/// As [`read`], but for the JSON.
pub async fn receive_bytes(reader: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0; 4];
    match reader.read(&mut head).await? {
        0 => return Ok(None),
        n => reader.read_exact(&mut head[n..]).await.map(|_| ())?,
    }
    let length = u32::from_le_bytes(head) as usize;
    if length > MAX_FRAME {
        return Err(too_long(length));
    }
    let mut body = Vec::new();
    if reader.take(length as u64).read_to_end(&mut body).await? < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(body))
}

/// The path of an executable or library that is shipped beside the running one. A test binary lies one folder
/// deeper (`deps/`), so the parent folder is tried as well.
///
/// # Errors
/// `NotFound`, naming the file, where neither holds it.
pub fn beside(name: &str) -> io::Result<PathBuf> {
    let me = std::env::current_exe()?;
    me.ancestors()
        .skip(1)
        .take(2)
        .map(|folder: &Path| folder.join(name))
        .find(|path| path.exists())
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{name} is not beside {}", me.display())))
}

/// A file or folder that was installed with the program and that nobody's data folder needs to hold: beside the running
/// executable (Windows), in `Resources` of its bundle (macOS), or in `share/naratmal` where it lies in `lib/naratmal`
/// (Linux: `/usr/share/naratmal` for `/usr/lib/naratmal/naratmal`, and wherever else the two folders were unpacked).
/// `None` where there is none, as in a build that was not installed.
pub fn installed(name: &Path) -> Option<PathBuf> {
    installed_for(&std::env::current_exe().ok()?, name)
}

fn installed_for(executable: &Path, name: &Path) -> Option<PathBuf> {
    let mut above = executable.ancestors().skip(1);
    let (beside, contents, prefix) = (above.next()?, above.next(), above.next());
    let shared = prefix.filter(|_| beside.ends_with("lib/naratmal")).map(|prefix| prefix.join("share/naratmal"));
    let resources = contents.map(|contents| contents.join("Resources"));
    let folders = [Some(beside.to_owned()), resources, shared];
    folders.into_iter().flatten().map(|folder| folder.join(name)).find(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(messages in proptest::collection::vec(".*", 0..8)) {
            let mut pipe = Vec::new();
            for message in &messages {
                write(&mut pipe, message)?;
            }
            let mut reader = pipe.as_slice();
            for message in &messages {
                prop_assert_eq!(read::<String>(&mut reader)?, Some(message.clone()));
            }
            prop_assert_eq!(read::<String>(&mut reader)?, None);
        }

        #[test]
        fn any_bytes_end_in_a_message_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read::<serde_json::Value>(&mut bytes.as_slice());
        }
    }

    #[test]
    fn a_message_cut_short_is_an_error_and_not_an_end() {
        let mut pipe = Vec::new();
        write(&mut pipe, &"자료").unwrap_or_else(|error| unreachable!("{error}"));
        for cut in 1..pipe.len() {
            assert_eq!(
                read::<String>(&mut &pipe[..cut]).err().map(|error| error.kind()),
                Some(io::ErrorKind::UnexpectedEof),
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn what_was_installed_is_found_where_each_system_has_it() {
        let name = Path::new("dictionary/ko-dic");
        let table = [
            ("usr/lib/naratmal/naratmal", "usr/share/naratmal", true),
            ("home/unpacked/lib/naratmal/naratmal", "home/unpacked/share/naratmal", true),
            ("Naratmal.app/Contents/MacOS/naratmal", "Naratmal.app/Contents/Resources", true),
            ("Program Files/naratmal/naratmal.exe", "Program Files/naratmal", true),
            // A build that was not installed takes nothing that lies two folders above it.
            ("target/release/naratmal", "share/naratmal", false),
            ("usr/lib/naratmal/naratmal", "usr/local/share/naratmal", false),
        ];
        for (executable, folder, found) in table {
            let root = tempfile::tempdir().unwrap_or_else(|error| unreachable!("{error}"));
            let wanted = root.path().join(folder).join(name);
            std::fs::create_dir_all(&wanted).unwrap_or_else(|error| unreachable!("{error}"));
            let installed = installed_for(&root.path().join(executable), name);
            assert_eq!(installed, found.then_some(wanted), "{executable} {folder}");
        }
        assert_eq!(installed_for(Path::new("naratmal"), name), None);
    }
}
