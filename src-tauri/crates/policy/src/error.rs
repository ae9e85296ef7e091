use wire::Failure;

use crate::gguf::HIGHEST_VERSION;

/// This crate's result.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something is not allowed, or why what allows it cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A text that names no grade.
    #[error("{0:?} is no grade")]
    UnknownGrade(String),
    /// A grade is lowered without a reason, or with one that is too short.
    #[error("a grade is lowered without a reason")]
    ReasonNeeded,
    /// The policy forbids lowering a grade.
    #[error("the policy forbids lowering a grade")]
    LoweringForbidden,
    /// The agency's key is there but cannot be read.
    #[error("the policy's key cannot be read: {0}")]
    KeyUnreadable(String),
    /// The agency's key is no minisign public key.
    #[error("the policy's key is damaged: {0}")]
    KeyDamaged(String),
    /// A key is pinned and there is no policy file.
    #[error("there is a key and no policy file")]
    PolicyMissing,
    /// The policy file or its signature cannot be read.
    #[error("the policy file cannot be read: {0}")]
    PolicyUnreadable(String),
    /// The policy file or its signature is longer than it may be.
    #[error("{file} is over {limit} bytes")]
    PolicyTooLarge {
        /// The file's name.
        file: &'static str,
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// A key is pinned and the signature's file is missing.
    #[error("the policy file has no signature")]
    PolicyUnsigned,
    /// The signature's file is no minisign signature, or one of the old kind that is not prehashed.
    #[error("the policy's signature is damaged: {0}")]
    SignatureDamaged(String),
    /// The signature is by another key than the pinned one.
    #[error("the policy file is signed by another key")]
    OtherKey,
    /// The signature does not fit the file.
    #[error("the policy file or its signature was altered")]
    PolicyAltered,
    /// The policy file is no TOML, or has a field that this program does not know.
    #[error("line {line}: {reason}")]
    PolicyUnparsable {
        /// The line, from 1.
        line: usize,
        /// The parser's words; names the field.
        reason: String,
    },
    /// A field holds what it may not.
    #[error("{field}: {value} is not allowed")]
    PolicyInvalid {
        /// The field with its table, `lock.idle_minutes`.
        field: &'static str,
        /// What was found.
        value: String,
    },
    /// The policy file is older than one that was already applied.
    #[error("the policy's serial is {found}, {seen} was seen before")]
    PolicyRolledBack {
        /// The file's serial.
        found: u64,
        /// The last one that was applied.
        seen: u64,
    },
    /// The policy allows only models of the catalog.
    #[error("the model is not in the catalog")]
    ModelNotInCatalog,
    /// The policy's list of models lacks this one.
    #[error("the model {0} is not in the policy's list")]
    ModelNotAllowed(String),
    /// The model file cannot be read.
    #[error("the model cannot be read: {0}")]
    ModelUnreadable(String),
    /// The file is no GGUF.
    #[error("the file is no GGUF")]
    NotGguf,
    /// A GGUF of a version that this program does not read.
    #[error("GGUF version {0}")]
    ModelVersion(u32),
    /// The model is one part of several files.
    #[error("the model is split into {0} files")]
    ModelSplit(u64),
    /// A GGUF that breaks its own format.
    #[error("the model is damaged: {0}")]
    ModelDamaged(#[from] Defect),
    /// A chat template that is too long or reaches outside itself.
    #[error("the chat template is refused: {0}")]
    TemplateRefused(String),
}

/// What is wrong with a GGUF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// The file ends before what it announces.
    #[error("the file is cut short")]
    Truncated,
    /// More keys than any model has, or than the file has room for.
    #[error("too many keys")]
    KeyCount,
    /// More tensors than any model has, or than the file has room for.
    #[error("too many tensors")]
    TensorCount,
    /// A key that is empty or too long.
    #[error("a key's length")]
    KeyLength,
    /// A text that is too long.
    #[error("a text's length")]
    TextLength,
    /// A key, a name or a text that is no UTF-8.
    #[error("a text is no UTF-8")]
    Utf8,
    /// A key occurs twice.
    #[error("a key occurs twice")]
    KeyTwice,
    /// A value of a type that the format does not have, or that its key may not have.
    #[error("a value's type")]
    ValueType,
    /// An array with too many elements.
    #[error("an array's length")]
    ArrayLength,
    /// Arrays in arrays, too deep.
    #[error("arrays are nested too deep")]
    ArrayDepth,
    /// An alignment that is no power of two.
    #[error("the alignment is no power of two")]
    Alignment,
    /// A tensor's name is too long.
    #[error("a tensor's name is too long")]
    TensorName,
    /// A tensor's name occurs twice.
    #[error("a tensor's name occurs twice")]
    TensorTwice,
    /// A tensor's number of dimensions, or their product, or a row that is no whole number of blocks.
    #[error("a tensor's dimensions")]
    TensorShape,
    /// A tensor of a type that the format does not have.
    #[error("a tensor's type")]
    TensorType,
    /// A tensor's offset is no multiple of the alignment.
    #[error("a tensor's offset is not aligned")]
    TensorOffset,
    /// A tensor ends after the file does.
    #[error("a tensor lies outside the file")]
    TensorOutside,
    /// Two tensors share bytes.
    #[error("tensors overlap")]
    TensorOverlap,
}

impl Defect {
    /// What is wrong, in Korean, as it stands in brackets in a sentence.
    pub fn korean(self) -> &'static str {
        match self {
            Self::Truncated => "파일이 중간에 잘림",
            Self::KeyCount => "정보 항목의 수가 터무니없음",
            Self::TensorCount => "가중치의 수가 터무니없음",
            Self::KeyLength => "정보 항목 이름의 길이가 잘못됨",
            Self::TextLength => "글의 길이가 잘못됨",
            Self::Utf8 => "글자가 깨짐",
            Self::KeyTwice => "같은 정보 항목이 두 번 나옴",
            Self::ValueType => "정보 항목의 종류가 잘못됨",
            Self::ArrayLength => "목록의 길이가 터무니없음",
            Self::ArrayDepth => "목록이 지나치게 겹침",
            Self::Alignment => "정렬 단위가 잘못됨",
            Self::TensorName => "가중치 이름이 너무 김",
            Self::TensorTwice => "같은 가중치가 두 번 나옴",
            Self::TensorShape => "가중치의 모양이 잘못됨",
            Self::TensorType => "알 수 없는 가중치 형식",
            Self::TensorOffset => "가중치의 위치가 어긋남",
            Self::TensorOutside => "가중치가 파일 밖을 가리킴",
            Self::TensorOverlap => "가중치가 서로 겹침",
        }
    }
}

impl Error {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownGrade(_) => "grade_unknown",
            Self::ReasonNeeded => "grade_reason_needed",
            Self::LoweringForbidden => "grade_lowering_forbidden",
            Self::KeyUnreadable(_) => "policy_key_unreadable",
            Self::KeyDamaged(_) => "policy_key_damaged",
            Self::PolicyMissing => "policy_missing",
            Self::PolicyUnreadable(_) => "policy_unreadable",
            Self::PolicyTooLarge { .. } => "policy_too_large",
            Self::PolicyUnsigned => "policy_unsigned",
            Self::SignatureDamaged(_) => "policy_signature_damaged",
            Self::OtherKey => "policy_other_key",
            Self::PolicyAltered => "policy_altered",
            Self::PolicyUnparsable { .. } => "policy_unparsable",
            Self::PolicyInvalid { .. } => "policy_invalid",
            Self::PolicyRolledBack { .. } => "policy_rolled_back",
            Self::ModelNotInCatalog => "model_not_in_catalog",
            Self::ModelNotAllowed(_) => "model_not_allowed",
            Self::ModelUnreadable(_) => "model_missing",
            Self::NotGguf => "model_not_gguf",
            Self::ModelVersion(_) => "model_version",
            Self::ModelSplit(_) => "model_split",
            Self::ModelDamaged(_) => "model_damaged",
            Self::TemplateRefused(_) => "model_template_refused",
        }
    }

    /// What the person reads: Korean, says what to do.
    pub fn message(&self) -> String {
        let text = match self {
            Self::UnknownGrade(_) => "알 수 없는 등급입니다. C(기밀), S(민감), O(공개) 가운데 하나를 고르십시오.",
            Self::ReasonNeeded => "등급을 낮추려면 까닭이 필요합니다. 다섯 글자 이상으로 적어 주십시오.",
            Self::LoweringForbidden => {
                "기관의 정책에 따라 등급을 낮출 수 없습니다. 꼭 낮추어야 하면 보안 담당자에게 문의하십시오."
            }
            Self::KeyUnreadable(_) => {
                "기관의 정책 공개키(policy.pub)를 읽을 수 없습니다. 파일의 읽기 권한을 보안 담당자에게 문의하십시오."
            }
            Self::KeyDamaged(_) => {
                "기관의 정책 공개키(policy.pub)가 손상되었습니다. 보안 담당자에게 다시 설치해 달라고 요청하십시오."
            }
            Self::PolicyMissing => {
                "기관의 정책 파일(policy.toml)이 없어 시작할 수 없습니다. 보안 담당자에게 다시 설치해 달라고 요청하십시오."
            }
            Self::PolicyUnreadable(_) => {
                "기관의 정책 파일을 읽을 수 없어 시작할 수 없습니다. 파일의 읽기 권한을 보안 담당자에게 문의하십시오."
            }
            Self::PolicyTooLarge { file, .. } => {
                return format!(
                    "기관의 정책 파일({file})이 지나치게 커서 시작할 수 없습니다. 보안 담당자에게 올바른 파일을 요청하십시오."
                );
            }
            Self::PolicyUnsigned => {
                "기관의 정책 파일에 서명(policy.toml.minisig)이 없어 시작할 수 없습니다. 보안 담당자에게 서명 파일을 요청하십시오."
            }
            Self::SignatureDamaged(_) => {
                "기관의 정책 서명(policy.toml.minisig)이 손상되어 시작할 수 없습니다. 보안 담당자에게 서명 파일을 다시 요청하십시오."
            }
            Self::OtherKey => {
                "기관의 정책 파일이 다른 키로 서명되어 시작할 수 없습니다. 보안 담당자에게 확인을 요청하십시오."
            }
            Self::PolicyAltered => {
                "기관의 정책 파일이 서명한 뒤에 바뀌어 시작할 수 없습니다. 고치지 말고 보안 담당자에게 알리십시오."
            }
            Self::PolicyUnparsable { line, reason } => {
                return format!(
                    "기관의 정책 파일 {line}번째 줄을 해석할 수 없어 시작할 수 없습니다({reason}). 보안 담당자에게 알리십시오."
                );
            }
            Self::PolicyInvalid { field, value } => {
                return format!(
                    "기관의 정책 파일에서 {field} 항목의 값({value})이 올바르지 않아 시작할 수 없습니다. 보안 담당자에게 알리십시오."
                );
            }
            Self::PolicyRolledBack { found, seen } => {
                return format!(
                    "기관의 정책 파일({found}번)이 전에 적용한 것({seen}번)보다 오래되어 시작할 수 없습니다. \
                     보안 담당자에게 최신 파일을 요청하십시오."
                );
            }
            Self::ModelNotInCatalog => {
                "기관의 정책에 따라 목록에 있는 모델만 쓸 수 있습니다. 목록에 있는 모델을 골라 주십시오."
            }
            Self::ModelNotAllowed(_) => {
                "기관의 정책이 허용하지 않는 모델입니다. 허용된 모델을 고르거나 보안 담당자에게 문의하십시오."
            }
            Self::ModelUnreadable(_) => {
                "모델 파일을 읽을 수 없습니다. 파일이 그 자리에 있는지, 읽을 권한이 있는지 확인해 주십시오."
            }
            Self::NotGguf => "GGUF 모델 파일이 아닙니다. 확장자가 .gguf인 모델 파일을 골라 주십시오.",
            Self::ModelVersion(version) if *version > HIGHEST_VERSION => {
                "빅 엔디언으로 만든 GGUF는 읽을 수 없습니다. 리틀 엔디언으로 만든 모델 파일을 골라 주십시오."
            }
            Self::ModelVersion(version) => {
                return format!(
                    "GGUF {version}판은 읽을 수 없습니다. GGUF 2판이나 3판으로 만든 모델 파일을 골라 주십시오."
                );
            }
            Self::ModelSplit(_) => {
                "여러 파일로 나뉜 모델은 쓸 수 없습니다. 한 파일로 합친 모델을 골라 주십시오."
            }
            Self::ModelDamaged(defect) => {
                return format!(
                    "모델 파일이 손상되었습니다({}). 파일을 다시 복사한 뒤 시도해 주십시오.",
                    defect.korean()
                );
            }
            Self::TemplateRefused(_) => {
                "이 모델의 대화 형식에 허용되지 않는 내용이 있어 쓸 수 없습니다. 다른 모델을 골라 주십시오."
            }
        };
        text.to_owned()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.code(), error.message(), &error)
    }
}
