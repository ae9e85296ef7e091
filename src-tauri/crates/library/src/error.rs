use tantivy::directory::error::LockError;
use wire::Failure;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong in the library.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The Korean dictionary that set-up brings is missing or broken.
    #[error("the dictionary could not be loaded: {0}")]
    Dictionary(String),
    /// Another program holds the index.
    #[error("the index is locked: {0}")]
    Locked(String),
    /// The index could not be read or written.
    #[error("index: {0}")]
    Index(String),
    /// No space is left for the index.
    #[error("the disk is full: {0}")]
    Full(String),
    /// Documents that were to be forgotten for good are out of the database, but not yet out of the index's files.
    #[error("what was forgotten is still in the index's files: {0}")]
    Unforgotten(Box<Error>),
    /// A vector is not of the model that the others are of.
    #[error("vectors: {0}")]
    Embedding(String),
    /// The database's.
    #[error(transparent)]
    Vault(#[from] vault::Error),
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::LockFailure(LockError::LockBusy, _) => Self::Locked(error.to_string()),
            _ => Self::stored(&error),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::stored(&error)
    }
}

impl Error {
    /// An error while the index was read or written. The index's errors carry the system's as text only, some as
    /// their `Display`, some as their `Debug`.
    fn stored(error: &(impl std::fmt::Display + std::fmt::Debug)) -> Self {
        /// What Rust, Linux and Windows (`ERROR_DISK_FULL`) call it.
        const FULL: [&str; 5] =
            ["StorageFull", "QuotaExceeded", "No space left on device", "(os error 28)", "(os error 112)"];
        /// As there, of what cannot be written whatever room there is.
        const UNWRITABLE: [&str; 5] =
            ["ReadOnlyFilesystem", "PermissionDenied", "Read-only file system", "(os error 13)", "(os error 30)"];
        let texts = [error.to_string(), format!("{error:?}")];
        let says = |names: &[&str]| names.iter().any(|name| texts.iter().any(|text| text.contains(name)));
        let (full, unwritable) = (says(&FULL), says(&UNWRITABLE));
        let [text, _] = texts;
        match (full, unwritable) {
            (true, _) => Self::Full(text),
            // It lies in the vault's folder.
            (_, true) => Self::Vault(vault::Error::Folder(text)),
            _ => Self::Index(text),
        }
    }
}

impl Error {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Vault(error) => error.code(),
            Self::Dictionary(_) => "dictionary_missing",
            Self::Locked(_) => "index_locked",
            Self::Full(_) => "disk_full",
            Self::Unforgotten(_) => "purge_unfinished",
            Self::Embedding(_) => "embedding_mismatch",
            Self::Index(_) => "index_failed",
        }
    }

    /// What the person reads: Korean, says what to do.
    pub fn message(&self) -> &'static str {
        match self {
            Self::Vault(error) => error.message(),
            Self::Dictionary(_) => {
                "한국어 사전을 찾을 수 없습니다. 프로그램을 다시 설치하거나 설치 프로그램을 실행해 주십시오."
            }
            Self::Locked(_) => {
                "다른 나랏말 창이 자료 색인을 사용하고 있습니다. 그 창을 닫고 다시 시작해 주십시오."
            }
            Self::Full(_) => {
                "디스크에 남은 공간이 없어 자료 색인을 저장하지 못했습니다. 필요 없는 파일을 지워 공간을 비운 뒤 다시 시도해 주십시오."
            }
            Self::Unforgotten(_) => {
                "자료는 지웠지만 색인 파일에 남은 내용을 아직 다 지우지 못했습니다. 디스크 공간을 확인하고 프로그램을 다시 시작하면 이어서 지웁니다."
            }
            Self::Embedding(_) => {
                "의미 검색 모델이 바뀌었습니다. 설정에서 의미 검색 모델을 다시 골라 주십시오."
            }
            Self::Index(_) => {
                "자료 색인에서 오류가 났습니다. 디스크 공간을 확인하고 프로그램을 다시 시작해 주십시오."
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            // With its own detail.
            Error::Vault(error) => error.into(),
            error => Self::new(error.code(), error.message(), &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::sync::Arc;
    use tantivy::TantivyError;
    use tantivy::directory::error::OpenWriteError;

    #[test]
    fn a_full_disk_is_told_as_such_however_the_index_wraps_it() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let system = || io::Error::from_raw_os_error(28);
        let open = |error| OpenWriteError::IoError { io_error: Arc::new(error), filepath: "a".into() };
        let mut table: Vec<(TantivyError, &str)> = vec![
            (full().into(), "disk_full"),
            (io::Error::from(io::ErrorKind::QuotaExceeded).into(), "disk_full"),
            (open(full()).into(), "disk_full"),
            (TantivyError::ErrorInThread(format!("{:?}", full())), "disk_full"),
            (io::Error::from(io::ErrorKind::NotFound).into(), "index_failed"),
            (TantivyError::Poisoned, "index_failed"),
            (TantivyError::LockFailure(LockError::LockBusy, None), "index_locked"),
            (TantivyError::LockFailure(LockError::IoError(Arc::new(full())), None), "disk_full"),
            (TantivyError::LockFailure(LockError::IoError(Arc::new(io::ErrorKind::ReadOnlyFilesystem.into())), None), "vault_unwritable"),
            (io::Error::from(io::ErrorKind::PermissionDenied).into(), "vault_unwritable"),
        ];
        if cfg!(target_os = "linux") {
            table.push((TantivyError::ErrorInThread(system().to_string()), "disk_full"));
            table.push((open(system()).into(), "disk_full"));
        }
        for (error, code) in table {
            let failure = Failure::from(Error::from(error.clone()));
            assert_eq!(failure.code, code, "{error:?}");
        }
        assert!(Failure::from(Error::from(full())).message.contains("공간을 비운"));
    }
}
