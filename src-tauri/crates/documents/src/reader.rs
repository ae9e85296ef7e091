use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::process::Command;
use wire::Failure;

use crate::Document;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: u64 = 200 * 1024 * 1024;

/// What `naratmal-reader` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The file was read.
    Document(Document),
    /// It was not, and why.
    Failure(Failure),
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
#[derive(Debug, Clone)]
pub struct Reader {
    executable: PathBuf,
    allowance: Duration,
}

impl Reader {
    /// A client of the `naratmal-reader` at `executable`.
    pub fn new(executable: PathBuf) -> Self {
        Self { executable, allowance: Duration::from_secs(30) }
    }

    /// The same, with another time allowance for a small file.
    pub fn with_allowance(self, allowance: Duration) -> Self {
        Self { allowance, ..self }
    }

    /// Reads the file at `path`. The file is opened here and handed over open, so that the child needs no access
    /// to files. Dropping the future kills the child.
    ///
    /// # Errors
    /// What the reader says of the document, and `document_unreadable`, `document_too_large`, `document_timeout`,
    /// `document_crashed`.
    pub async fn read(&self, path: &Path) -> Result<Document, Failure> {
        let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let facts = file.metadata().await.map_err(unreadable)?;
        if !facts.is_file() {
            return Err(unreadable("not a regular file"));
        }
        if facts.len() > MAX_BYTES {
            return Err(too_large(facts.len()));
        }
        let extension = path.extension().unwrap_or_default();
        let mut child = Command::new(&self.executable)
            .arg(extension)
            // Parsers that spread over threads would reserve address space for each and hit the memory limit.
            .env("RAYON_NUM_THREADS", "1")
            .env("MALLOC_ARENA_MAX", "2")
            .stdin(Stdio::from(file.into_std().await))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| crashed(format!("not started: {error}")))?;
        let mut stdout = child.stdout.take().ok_or_else(|| crashed("no pipe"))?;
        let limit = self.allowance + Duration::from_secs(10) * u32::try_from(facts.len() / 10_000_000).unwrap_or(u32::MAX);
        let answer = tokio::time::timeout(limit, async {
            let reply = wire::receive::<Reply>(&mut stdout).await;
            (reply, child.wait().await)
        })
        .await;
        let Ok((reply, ended)) = answer else {
            return Err(timeout(limit));
        };
        let ended = ended.map_err(crashed)?;
        match reply {
            Ok(Some(Reply::Document(document))) if ended.success() => Ok(document),
            Ok(Some(Reply::Failure(failure))) if ended.success() => Err(failure),
            Ok(_) => Err(crashed(ended)),
            Err(error) => Err(crashed(format!("{ended}: {error}"))),
        }
    }

    /// As [`Reader::read`], with the password that the person typed.
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub async fn read_with(&self, path: &Path, _password: Option<&str>) -> Result<Document, Failure> {
        self.read(path).await
    }
}

fn unreadable(detail: impl ToString) -> Failure {
    Failure::new(
        "document_unreadable",
        "파일을 읽지 못했습니다. 파일이 그 자리에 있는지, 읽을 권한이 있는지 확인하십시오.",
        detail,
    )
}

fn timeout(limit: Duration) -> Failure {
    Failure::new(
        "document_timeout",
        format!("{}초 안에 문서를 다 읽지 못해 멈추었습니다. 문서를 나누어 저장한 뒤 다시 추가하십시오.", limit.as_secs()),
        "",
    )
}

fn crashed(detail: impl ToString) -> Failure {
    Failure::new(
        "document_crashed",
        "문서를 읽는 도중 오류가 나서 멈추었습니다. 프로그램에는 영향이 없습니다. 다른 형식으로 저장하여 다시 추가하십시오.",
        detail,
    )
}
