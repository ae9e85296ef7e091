use wire::Failure;

/// The result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the data key could not be had, made or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The password, the recovery key or the keyring's key does not open the file, or the file was changed.
    #[error("it does not open the data key")]
    Wrong,
    /// A wrong one was tried too short a time ago.
    #[error("{ms}")]
    Wait {
        /// How long to wait, in milliseconds.
        ms: i64,
    },
    /// A new password has too few characters.
    #[error("a password of {0} characters")]
    TooShort(usize),
    /// The recovery key is mistyped: its check does not fit.
    #[error("not a recovery key")]
    Mistyped,
    /// There is no such way of opening.
    #[error("the file has no such way")]
    NoSuchWay,
    /// Neither password nor keyring would be left to open the data.
    #[error("the last way cannot be removed")]
    LastWay,
    /// There is a key already.
    #[error("a data key is there already")]
    Exists,
    /// The file is damaged.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// Another program is trying a password or changing the ways, and does not come to an end.
    #[error("another program holds the file")]
    Busy,
    /// The file was written by a later program.
    #[error("the file is of version {0}")]
    Newer(u32),
    /// The system's keyring is missing or does not answer.
    #[error("the keyring does not answer: {0}")]
    KeyringUnavailable(String),
    /// The folder cannot be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The system has no randomness to give.
    #[error("no randomness: {0}")]
    NoRandomness(String),
}

impl Error {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "unlock_wrong",
            Self::Wait { .. } => "unlock_wait",
            Self::TooShort(_) => "password_short",
            Self::Mistyped => "recovery_mistyped",
            Self::NoSuchWay => "unlock_no_such_way",
            Self::LastWay => "keys_last_way",
            Self::Exists => "vault_exists",
            Self::Damaged(_) => "keys_damaged",
            Self::Busy => "keys_busy",
            Self::Newer(_) => "keys_newer",
            Self::KeyringUnavailable(_) => "keyring_unavailable",
            Self::Io(_) => "keys_unwritable",
            Self::NoRandomness(_) => "no_randomness",
        }
    }

    /// What the person reads: Korean, says what to do.
    pub fn message(&self) -> &'static str {
        match self {
            Self::Wrong => "맞지 않습니다. 대문자와 한/영 상태를 확인하고 다시 입력하십시오.",
            Self::Wait { .. } => "여러 번 틀려 잠시 입력을 받지 않습니다. 표시된 시간이 지난 뒤 다시 시도하십시오.",
            Self::TooShort(_) => "암호가 너무 짧습니다. 여덟 글자 이상으로 정하십시오.",
            Self::Mistyped => "복구 키를 잘못 입력하였습니다. 적어 둔 글자와 하나씩 비교하여 다시 입력하십시오.",
            Self::NoSuchWay => "이 방법으로는 열 수 없습니다. 다른 방법으로 여십시오.",
            Self::LastWay => {
                "자료를 여는 방법이 남지 않으므로 없앨 수 없습니다. 먼저 암호나 로그인 암호 저장소를 추가하십시오."
            }
            Self::Exists => "이미 암호가 정해져 있습니다. 그 암호로 여십시오.",
            Self::Damaged(_) => "열쇠 파일(keys.json)이 손상되었습니다. 백업해 둔 파일로 바꾼 뒤 다시 시작하십시오.",
            Self::Busy => "다른 나랏말 창에서 자료를 여는 중입니다. 잠시 뒤 다시 시도하십시오.",
            Self::Newer(_) => "더 새로운 나랏말에서 만든 열쇠 파일입니다. 나랏말을 최신 판으로 바꾼 뒤 다시 여십시오.",
            Self::KeyringUnavailable(_) => {
                "이 PC의 로그인 암호 저장소를 쓸 수 없습니다. 저장소를 열거나 암호로 여십시오."
            }
            Self::Io(_) => "자료 폴더를 읽거나 쓸 수 없습니다. 폴더의 권한과 디스크 공간을 확인하십시오.",
            Self::NoRandomness(_) => "시스템에서 난수를 받지 못하였습니다. PC를 다시 시작한 뒤 시도하십시오.",
        }
    }
}

impl From<getrandom::Error> for Error {
    fn from(error: getrandom::Error) -> Self {
        Self::NoRandomness(error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.code(), error.message(), &error)
    }
}
