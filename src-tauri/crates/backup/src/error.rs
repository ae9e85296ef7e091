use std::io;

use wire::Failure;

/// The result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a backup could not be made or restored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The person ended it.
    #[error("it was stopped")]
    Stopped,
    /// The file is no backup.
    #[error("not a backup")]
    NotOne,
    /// The password is not the backup's, or what it locks was changed.
    #[error("the password does not open the backup")]
    Wrong,
    /// The backup is cut off, was changed, or holds what no backup holds.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    /// A later program wrote it.
    #[error("the backup is of version {0}")]
    Newer(u32),
    /// No space is left on the disk.
    #[error("the disk is full: {0}")]
    Full(String),
    /// The backup cannot be read.
    #[error("the backup cannot be read: {0}")]
    Unreadable(String),
    /// The backup or the data folder cannot be written.
    #[error("it cannot be written: {0}")]
    Unwritable(String),
    /// Another window makes or restores a backup.
    #[error("another program holds the folder")]
    Busy,
    /// The database failed.
    #[error("{0}")]
    Vault(vault::Error),
    /// The key could not be made or locked.
    #[error("{0}")]
    Keys(keys::Error),
}

impl Error {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stopped => "backup_stopped",
            Self::NotOne => "backup_not_one",
            Self::Wrong => "backup_wrong_password",
            Self::Damaged(_) => "backup_damaged",
            Self::Newer(_) => "backup_newer",
            Self::Full(_) => "backup_disk_full",
            Self::Unreadable(_) => "backup_unreadable",
            Self::Unwritable(_) => "backup_unwritable",
            Self::Busy => "backup_busy",
            Self::Vault(error) => error.code(),
            Self::Keys(error) => error.code(),
        }
    }

    /// What the person reads: Korean, says what to do.
    pub fn message(&self) -> &'static str {
        match self {
            Self::Stopped => "중지하였습니다. 바뀐 것은 없습니다.",
            Self::NotOne => "나랏말의 백업 파일이 아닙니다. 다른 파일을 고르십시오.",
            Self::Wrong => "백업의 암호가 맞지 않습니다. 백업할 때 정한 암호를 다시 입력하십시오.",
            Self::Damaged(_) => "백업 파일이 손상되었거나 끝까지 복사되지 않았습니다. 다시 복사하거나 다른 백업을 고르십시오.",
            Self::Newer(_) => "더 새로운 나랏말에서 만든 백업입니다. 나랏말을 최신 판으로 바꾼 뒤 다시 되살리십시오.",
            Self::Full(_) => "디스크에 남은 공간이 모자라 마치지 못했습니다. 공간을 비운 뒤 다시 시도하십시오. 바뀐 것은 없습니다.",
            Self::Unreadable(_) => "백업 파일을 읽을 수 없습니다. 저장 장치가 연결되어 있는지 확인하고 다시 시도하십시오.",
            Self::Unwritable(_) => "백업을 쓸 수 없습니다. 폴더의 쓰기 권한과 저장 장치를 확인하고 다시 시도하십시오. 바뀐 것은 없습니다.",
            Self::Busy => "다른 나랏말 창에서 백업을 만들거나 되살리는 중입니다. 끝난 뒤 다시 시도하십시오.",
            Self::Vault(error) => error.message(),
            Self::Keys(error) => error.message(),
        }
    }

    /// What went wrong while something was written.
    pub(crate) fn writing(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(error.to_string()),
            _ => Self::Unwritable(error.to_string()),
        }
    }

    /// What went wrong while the backup was read.
    pub(crate) fn reading(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Self::Damaged(error.to_string()),
            _ => Self::Unreadable(error.to_string()),
        }
    }
}

impl From<vault::Error> for Error {
    fn from(error: vault::Error) -> Self {
        match error {
            vault::Error::Full(detail) => Self::Full(detail),
            error => Self::Vault(error),
        }
    }
}

impl From<keys::Error> for Error {
    fn from(error: keys::Error) -> Self {
        match error {
            keys::Error::Busy => Self::Busy,
            keys::Error::Io(error) => Self::writing(error),
            error => Self::Keys(error),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.code(), error.message(), &error)
    }
}
