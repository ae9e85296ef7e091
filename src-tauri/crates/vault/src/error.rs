use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
use wire::Failure;

/// The vault's result.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the vault could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database was written by a later program.
    #[error("the database is of version {found}, this program knows {known}")]
    Newer {
        /// The version found in the file.
        found: u32,
        /// The latest version that this program knows.
        known: u32,
    },
    /// The file is no database, or is broken.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// No space is left on the disk.
    #[error("the disk is full: {0}")]
    Full(String),
    /// The database is held by another process.
    #[error("the database is held by another process: {0}")]
    Busy(String),
    /// The folder or the file cannot be opened or written.
    #[error("the database cannot be written: {0}")]
    Folder(String),
    /// Nothing has this id.
    #[error("there is no {what} {id}")]
    Missing {
        /// The table's name in the singular.
        what: &'static str,
        /// The id that was asked for.
        id: i64,
    },
    /// A collection is called so already.
    #[error("there is a collection {0:?}")]
    NameTaken(String),
    /// No name for a collection: empty, or too long.
    #[error("{0:?} is no name for a collection")]
    NameUnfit(String),
    /// Anything else that SQLite reports.
    #[error("the database failed: {0}")]
    Failed(String),
}

impl Error {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Newer { .. } => "vault_newer",
            Self::Damaged(_) => "vault_damaged",
            Self::Full(_) => "disk_full",
            Self::Busy(_) => "vault_busy",
            Self::Folder(_) => "vault_unwritable",
            Self::Missing { .. } => "not_found",
            Self::NameTaken(_) => "name_taken",
            Self::NameUnfit(_) => "name_unfit",
            Self::Failed(_) => "vault_failed",
        }
    }

    /// What the person reads: Korean, says what to do.
    pub fn message(&self) -> &'static str {
        match self {
            Self::Newer { .. } => {
                "더 새로운 나랏말에서 만든 자료함입니다. 나랏말을 최신 판으로 바꾼 뒤 다시 여십시오. 자료는 그대로 있습니다."
            }
            Self::Damaged(_) => {
                "자료함 파일(naratmal.db)이 손상되었습니다. ‘백업에서 되살리기’로 백업을 되살리십시오. 백업이 없으면 이 파일을 다른 곳에 옮겨 두고 다시 시작하십시오."
            }
            Self::Full(_) => {
                "디스크에 남은 공간이 없어 저장하지 못했습니다. 공간을 비운 뒤 다시 시도하십시오."
            }
            Self::Busy(_) => {
                "다른 프로그램이 자료함을 사용하고 있습니다. 나랏말이 두 개 열려 있으면 하나를 닫고 다시 시도하십시오."
            }
            Self::Folder(_) => "자료함 폴더에 쓸 수 없습니다. 폴더의 쓰기 권한을 확인하십시오.",
            Self::Missing { .. } => "찾는 항목이 없습니다. 목록에서 다시 고르십시오.",
            Self::NameTaken(_) => "같은 이름의 모음이 이미 있습니다. 다른 이름을 입력하십시오.",
            Self::NameUnfit(_) => "모음의 이름은 1자에서 60자까지 입력하십시오.",
            Self::Failed(_) => {
                "자료함에서 작업을 마치지 못했습니다. 다시 시도하고, 되풀이되면 나랏말을 다시 시작하십시오."
            }
        }
    }

    pub(crate) fn folder(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::Full(error.to_string())
            }
            _ => Self::Folder(error.to_string()),
        }
    }

    /// A column whose content is not what this program writes.
    pub(crate) fn content(error: impl ToString) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let detail = error.to_string();
        // A full disk has no room for the memory that connections share (the file `-shm`), too.
        if error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_IOERR_SHMSIZE) {
            return Self::Full(detail);
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(detail),
            Some(ErrorCode::DiskFull) => Self::Full(detail),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(detail),
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::Folder(detail)
            }
            Some(_) => Self::Failed(detail),
            None => match error {
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..) => Self::Damaged(detail),
                _ => Self::Failed(detail),
            },
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.code(), error.message(), &error)
    }
}
