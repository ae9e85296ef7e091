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
    /// The database's.
    #[error(transparent)]
    Vault(#[from] vault::Error),
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::LockFailure(..) => Self::Locked(error.to_string()),
            _ => Self::Index(error.to_string()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (code, message) = match error {
            Error::Vault(error) => return error.into(),
            Error::Dictionary(_) => (
                "dictionary_missing",
                "한국어 사전을 찾을 수 없습니다. 프로그램을 다시 설치하거나 설치 프로그램을 실행해 주십시오.",
            ),
            Error::Locked(_) => (
                "index_locked",
                "다른 나랏말 창이 자료 색인을 사용하고 있습니다. 그 창을 닫고 다시 시작해 주십시오.",
            ),
            Error::Index(_) => (
                "index_failed",
                "자료 색인에서 오류가 났습니다. 디스크 공간을 확인하고 프로그램을 다시 시작해 주십시오.",
            ),
        };
        Failure::new(code, message, &error)
    }
}
