use std::fs::File;
use std::io::{self, PipeWriter};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::process::{ChildStdout, Command};
use wire::Failure;

use crate::{Document, Page, Recognition};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: u64 = 200 * 1024 * 1024;

/// What the reader is told of the file that lies open on its standard input.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The extension of the file's name, without the dot.
    pub extension: String,
    /// The password that the person typed.
    pub password: Option<String>,
}

/// What the reader sends, one or more [`Reply::Picture`] and at last one of the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The picture of this page follows as bytes (binary PGM); a [`Recognised`] is waited for.
    Picture(Page),
    /// The file was read.
    Document(Document),
    /// It was not, and why.
    Failure(Failure),
}

/// The answer to a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognised {
    /// Its text; `None` where nothing could be recognised.
    pub text: Option<String>,
}

/// The failure of a file over [`MAX_BYTES`].
pub fn too_large(bytes: u64) -> Failure {
    Failure::new(
        "document_too_large",
        "파일이 200 MB보다 커서 열지 않았습니다. 문서를 나누어 저장한 뒤 다시 추가하십시오.",
        format!("{bytes} bytes"),
    )
}

/// Reads documents, each in a process of its own that ends with it.
///
/// The three standard descriptors of that process are all that it gets: the file on standard input, opened here, so
/// that it needs no access to files; its replies on standard output; and the client's messages on what would be its
/// standard error, on which a parser has nothing to say to anybody.
#[derive(Debug, Clone)]
pub struct Reader {
    executable: PathBuf,
    allowance: Duration,
    recognition: Option<Recognition>,
}

impl Reader {
    /// A client of the `naratmal-reader` at `executable`, without text recognition.
    pub fn new(executable: PathBuf) -> Self {
        Self { executable, allowance: Duration::from_secs(30), recognition: None }
    }

    /// The same, with another time allowance for a small file.
    pub fn with_allowance(self, allowance: Duration) -> Self {
        Self { allowance, ..self }
    }

    /// The same, with pictures of text recognised where there is something to do it.
    pub fn with_recognition(self, recognition: Option<Recognition>) -> Self {
        Self { recognition, ..self }
    }

    /// Reads the file at `path`. Dropping the future kills the child.
    ///
    /// # Errors
    /// What the reader says of the document, and `document_unreadable`, `document_too_large`, `document_timeout`,
    /// `document_crashed`.
    pub async fn read(&self, path: &Path) -> Result<Document, Failure> {
        self.read_with(path, None).await
    }

    /// As [`Reader::read`], with the password that the person typed for this document.
    ///
    /// # Errors
    /// As [`Reader::read`], and `document_password_wrong`.
    pub async fn read_with(&self, path: &Path, password: Option<&str>) -> Result<Document, Failure> {
        let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let facts = file.metadata().await.map_err(unreadable)?;
        if !facts.is_file() {
            return Err(unreadable("not a regular file"));
        }
        if facts.len() > MAX_BYTES {
            return Err(too_large(facts.len()));
        }
        let request = Request {
            extension: path.extension().unwrap_or_default().to_string_lossy().into_owned(),
            password: password.map(str::to_owned),
        };
        let (messages, ours) = io::pipe().map_err(crashed)?;
        let mut child = Command::new(&self.executable)
            // Parsers that spread over threads would reserve address space for each and hit the memory limit.
            .env("RAYON_NUM_THREADS", "1")
            .env("MALLOC_ARENA_MAX", "2")
            .stdin(Stdio::from(file.into_std().await))
            .stdout(Stdio::piped())
            .stderr(Stdio::from(messages))
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| crashed(format!("not started: {error}")))?;
        let stdout = child.stdout.take().ok_or_else(|| crashed("no pipe"))?;
        let limit = self.allowance + Duration::from_secs(10) * u32::try_from(facts.len() / 10_000_000).unwrap_or(u32::MAX);
        let mut conversation = Conversation { replies: stdout, messages: sender(ours), limit };
        let outcome = self.converse(&mut conversation, request).await;
        if outcome.as_ref().is_err_and(|failure| failure.code == TIMEOUT) {
            return outcome;
        }
        let ended = within(limit, child.wait()).await?;
        match outcome {
            Err(failure) if failure.code == CRASHED => Err(said(&failure, ended)),
            outcome if ended.success() => outcome,
            _ => Err(crashed(ended)),
        }
    }

    async fn converse(&self, conversation: &mut Conversation, request: Request) -> Result<Document, Failure> {
        conversation.send(&request).await?;
        loop {
            match conversation.receive().await? {
                Reply::Document(document) => return Ok(document),
                Reply::Failure(failure) => return Err(failure),
                Reply::Picture(page) => {
                    let picture = conversation.picture().await?;
                    let text = match &self.recognition {
                        Some(recognition) => recognition.text(&picture, page).await,
                        None => None,
                    };
                    conversation.send(&Recognised { text }).await?;
                }
            }
        }
    }
}

/// Both directions of a child's pipes; each step has `limit` to end.
struct Conversation {
    replies: ChildStdout,
    messages: tokio::fs::File,
    limit: Duration,
}

impl Conversation {
    async fn send(&mut self, message: &impl Serialize) -> Result<(), Failure> {
        within(self.limit, wire::send(&mut self.messages, message)).await
    }

    async fn receive(&mut self) -> Result<Reply, Failure> {
        within(self.limit, wire::receive(&mut self.replies)).await?.ok_or_else(|| crashed("it ended without a word"))
    }

    async fn picture(&mut self) -> Result<Vec<u8>, Failure> {
        let bytes = within(self.limit, wire::receive_bytes(&mut self.replies)).await?;
        bytes.ok_or_else(|| crashed("it ended before its picture"))
    }
}

async fn within<T>(limit: Duration, step: impl Future<Output = io::Result<T>>) -> Result<T, Failure> {
    tokio::time::timeout(limit, step).await.map_err(|_| timeout(limit))?.map_err(crashed)
}

#[cfg(unix)]
fn sender(pipe: PipeWriter) -> tokio::fs::File {
    File::from(std::os::fd::OwnedFd::from(pipe)).into()
}

#[cfg(windows)]
fn sender(pipe: PipeWriter) -> tokio::fs::File {
    File::from(std::os::windows::io::OwnedHandle::from(pipe)).into()
}

fn unreadable(detail: impl ToString) -> Failure {
    Failure::new(
        "document_unreadable",
        "파일을 읽지 못했습니다. 파일이 그 자리에 있는지, 읽을 권한이 있는지 확인하십시오.",
        detail,
    )
}

const TIMEOUT: &str = "document_timeout";

fn timeout(limit: Duration) -> Failure {
    Failure::new(
        TIMEOUT,
        format!("{}초 안에 문서를 다 읽지 못해 멈추었습니다. 문서를 나누어 저장한 뒤 다시 추가하십시오.", limit.as_secs()),
        "",
    )
}

const CRASHED: &str = "document_crashed";

fn crashed(detail: impl ToString) -> Failure {
    Failure::new(
        CRASHED,
        "문서를 읽는 도중 오류가 나서 멈추었습니다. 프로그램에는 영향이 없습니다. 다른 형식으로 저장하여 다시 추가하십시오.",
        detail,
    )
}

/// A crash with the way in which the process ended.
fn said(failure: &Failure, ended: ExitStatus) -> Failure {
    crashed(format!("{ended}: {}", failure.detail))
}
