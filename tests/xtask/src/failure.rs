//! The one error type: a sentence in Korean that says what happened and what to do.

use std::io;

/// What went wrong, as the person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(String);

/// A result whose error is a [`Failure`].
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// A failure of the file system, with advice where the cause is a common one.
    pub fn io(what: &str, error: &io::Error) -> Self {
        let advice = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                " 디스크의 빈 공간을 늘린 뒤 다시 실행해 주십시오."
            }
            io::ErrorKind::PermissionDenied => " 그 폴더에 쓸 권한이 있는지 확인해 주십시오.",
            _ => "",
        };
        Self(format!("{what}: {error}.{advice}"))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// Adds a sentence to an I/O error.
pub trait Explain<T> {
    /// Turns the error into a [`Failure`] that begins with what was being done.
    fn explain(self, what: impl AsRef<str>) -> Result<T>;
}

impl<T> Explain<T> for io::Result<T> {
    fn explain(self, what: impl AsRef<str>) -> Result<T> {
        self.map_err(|error| Failure::io(what.as_ref(), &error))
    }
}
