use std::path::PathBuf;

use wire::Failure;

/// This crate's result.
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no task, no draft, or no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A template that cannot be used.
    #[error("{file}:{line}: {reason}", file = .file.display())]
    Template {
        /// Its file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there, in Korean or in a parser's words.
        reason: String,
    },
    /// A template's file that cannot be read.
    #[error("{file}: {reason}", file = .file.display())]
    TemplateUnreadable {
        /// Its file.
        file: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// No task has this name.
    #[error("there is no task {0}")]
    UnknownTask(String),
    /// An input that has to be there is not.
    #[error("the input {name} is missing")]
    InputMissing {
        /// Its name.
        name: String,
        /// What the person calls it.
        label: String,
    },
    /// An input that is not of its kind.
    #[error("the input {name} is no {kind}")]
    InputInvalid {
        /// Its name.
        name: String,
        /// What the person calls it.
        label: String,
        /// The word of the kind.
        kind: &'static str,
        /// What it should be, in Korean.
        wanted: String,
    },
    /// An input that the task does not ask for.
    #[error("the task has no input {0}")]
    InputUnknown(String),
    /// Inputs or passages that no model reads at once.
    #[error("the inputs have {found} characters of {most}")]
    InputsTooLong {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// The model wrote what is no draft.
    #[error("the answer is no draft: {0}")]
    Answer(String),
    /// A template that fails with what the model wrote.
    #[error("{task}: {reason}")]
    Rendering {
        /// The task.
        task: String,
        /// The template's words, with its line.
        reason: String,
    },
    /// A document that no file can be made of.
    #[error("the document has no text")]
    NothingToExport,
    /// A file that cannot be made.
    #[error("the file cannot be made: {0}")]
    Export(String),
    /// A name that ends in the sign of no format.
    #[error("{0} is no format to export to")]
    UnknownFormat(String),
}

impl Error {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Template { .. } => "draft_template",
            Self::TemplateUnreadable { .. } => "draft_template_unreadable",
            Self::UnknownTask(_) => "draft_task_unknown",
            Self::InputMissing { .. } => "draft_input_missing",
            Self::InputInvalid { .. } => "draft_input_invalid",
            Self::InputUnknown(_) => "draft_input_unknown",
            Self::InputsTooLong { .. } => "draft_inputs_too_long",
            Self::Answer(_) => "draft_answer",
            Self::Rendering { .. } => "draft_rendering",
            Self::NothingToExport => "draft_empty",
            Self::Export(_) => "draft_export",
            Self::UnknownFormat(_) => "draft_format_unknown",
        }
    }

    /// What the person reads: Korean, says what to do.
    pub fn message(&self) -> String {
        match self {
            Self::Template { file, line, reason } => {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                format!(
                    "서식 파일 ‘{name}’의 {line}번째 줄을 해석하지 못했습니다. 그 줄을 고친 뒤 다시 열어 주십시오. ({reason})"
                )
            }
            Self::TemplateUnreadable { file, .. } => {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                format!("서식 파일 ‘{name}’을(를) 읽지 못했습니다. 파일의 읽기 권한과 크기를 확인해 주십시오.")
            }
            Self::UnknownTask(_) => "그런 이름의 작업이 없습니다. 작업 목록에서 하나를 골라 주십시오.".to_owned(),
            Self::InputMissing { label, .. } => format!("‘{label}’ 항목이 비어 있습니다. 내용을 적어 주십시오."),
            Self::InputInvalid { label, wanted, .. } => {
                format!("‘{label}’ 항목의 내용이 올바르지 않습니다. {wanted}")
            }
            Self::InputUnknown(name) => format!("이 작업에는 ‘{name}’ 항목이 없습니다. 그 항목을 빼 주십시오."),
            Self::InputsTooLong { found, most } => {
                format!("넣은 글이 너무 깁니다({found}자). {most}자 이내로 줄이거나 여러 번에 나누어 작성해 주십시오.")
            }
            Self::Answer(_) => {
                "모델이 정해진 형식에 맞는 초안을 쓰지 못했습니다. 다시 시도하거나 다른 모델을 골라 주십시오."
                    .to_owned()
            }
            Self::Rendering { .. } => {
                "초안을 서식에 옮기지 못했습니다. 서식을 직접 만드셨다면 문서 부분을 확인해 주십시오.".to_owned()
            }
            Self::NothingToExport => "내보낼 내용이 없습니다. 초안을 먼저 작성해 주십시오.".to_owned(),
            Self::Export(_) => "파일을 만들지 못했습니다. 다른 형식으로 내보내 주십시오.".to_owned(),
            Self::UnknownFormat(_) => {
                "내보낼 수 없는 형식입니다. 파일 이름이 .hwpx, .docx, .pdf, .md, .txt 가운데 하나로 끝나야 합니다."
                    .to_owned()
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.code(), error.message(), &error)
    }
}
