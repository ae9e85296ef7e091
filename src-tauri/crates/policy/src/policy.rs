use personal::Kind;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::grade::{Grade, raise_or_lower};

/// The longest `lock.idle_minutes`: a day.
const DAY: u32 = 24 * 60;

/// What the agency allows. A field that the file leaves out has its default; a field that this program does not know
/// is an error, since a rule that is not understood cannot be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The policy's name as the window shows it.
    pub name: String,
    /// The day of issue, `YYYY-MM-DD`.
    pub issued: Option<String>,
    /// Grows with each issue; a lower one than the last applied is refused.
    pub serial: u64,
    /// Which models may be loaded.
    pub models: Models,
    /// What each grade may do.
    pub grades: Grades,
    /// What is masked.
    pub masking: Masking,
    /// What the audit log keeps.
    pub audit: Audit,
    /// When the window locks itself.
    pub lock: Lock,
    /// What a person may not change.
    pub settings: Settings,
}

/// `[models]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Models {
    /// SHA-256 of the files that may be loaded, in hexadecimal; an empty list allows every file.
    pub allowed_sha256: Vec<String>,
    /// Only models of the program's catalog may be loaded.
    pub require_catalog: bool,
}

/// `[grades]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Grades {
    /// The grade of a document for which nothing is proposed; without it a person is asked.
    pub default: Option<Grade>,
    /// The highest grade whose text may be copied.
    pub copy_up_to: Grade,
    /// The highest grade that may be exported to a file.
    pub export_up_to: Grade,
    /// Nobody lowers a grade, whatever the reason.
    pub forbid_lowering: bool,
}

impl Default for Grades {
    fn default() -> Self {
        Self { default: None, copy_up_to: Grade::C, export_up_to: Grade::C, forbid_lowering: false }
    }
}

/// `[masking]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Masking {
    /// The kinds of personal information that the window masks, by their words ([`Kind::word`]).
    pub window: Vec<String>,
    /// How personal information leaves in an exported file.
    pub export: Export,
}

/// How personal information leaves in an exported file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Export {
    /// Always masked.
    #[default]
    Masked,
    /// As it is.
    Plain,
    /// A person is asked each time.
    Ask,
}

/// `[audit]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// What is kept of a question.
    pub questions: Kept,
    /// What is kept of an answer.
    pub answers: Kept,
}

/// What the audit log keeps of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Nothing but that there was one.
    #[default]
    Nothing,
    /// Its hash, which proves a text that somebody brings.
    Hash,
    /// The whole text.
    Text,
}

/// `[lock]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lock {
    /// Minutes without a touch after which the window locks, 0 to 1440; 0 is never.
    pub idle_minutes: u32,
    /// Locks with the desktop's session.
    pub on_session_lock: bool,
    /// Nobody works without a password.
    pub require_password: bool,
}

impl Default for Lock {
    fn default() -> Self {
        Self { idle_minutes: 0, on_session_lock: true, require_password: false }
    }
}

/// `[settings]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The settings that a person may not change, `model` or `folders` for example.
    pub locked: Vec<String>,
}

impl Policy {
    /// Whether this model file may be loaded.
    ///
    /// `sha256` is of the whole file in hexadecimal ([`crate::gguf::sha256`]), of either case; `in_catalog` tells
    /// whether the program's catalog has that very sum.
    ///
    /// # Errors
    /// [`Error::ModelNotInCatalog`], [`Error::ModelNotAllowed`].
    pub fn allows_model(&self, sha256: &str, in_catalog: bool) -> Result<()> {
        let Models { allowed_sha256, require_catalog } = &self.models;
        if *require_catalog && !in_catalog {
            return Err(Error::ModelNotInCatalog);
        }
        if !allowed_sha256.is_empty() && !allowed_sha256.iter().any(|sum| sum.eq_ignore_ascii_case(sha256)) {
            return Err(Error::ModelNotAllowed(sha256.to_owned()));
        }
        Ok(())
    }

    /// Whether the agency says which models may be loaded.
    pub fn names_models(&self) -> bool {
        self.models.require_catalog || !self.models.allowed_sha256.is_empty()
    }

    /// Whether text of this grade may be copied.
    pub fn may_copy(&self, grade: Grade) -> bool {
        grade <= self.grades.copy_up_to
    }

    /// Whether a document of this grade may be exported to a file.
    pub fn may_export(&self, grade: Grade) -> bool {
        grade <= self.grades.export_up_to
    }

    /// [`raise_or_lower`] under this policy.
    ///
    /// # Errors
    /// [`Error::LoweringForbidden`], [`Error::ReasonNeeded`].
    pub fn change_grade(&self, current: Grade, wanted: Grade, reason: Option<&str>) -> Result<Grade> {
        if wanted < current && self.grades.forbid_lowering {
            return Err(Error::LoweringForbidden);
        }
        raise_or_lower(current, wanted, reason)
    }

    /// Whether the window masks personal information of this kind.
    pub fn masks(&self, kind: Kind) -> bool {
        self.masking.window.iter().any(|word| word == kind.word())
    }

    /// Whether the agency decides this setting and a person may not change it.
    pub fn is_locked(&self, setting: &str) -> bool {
        self.settings.locked.iter().any(|locked| locked == setting)
    }

    /// Refuses values that their types allow and their meaning does not.
    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |field, value: &dyn ToString| Err(Error::PolicyInvalid { field, value: value.to_string() });
        if self.lock.idle_minutes > DAY {
            return wrong("lock.idle_minutes", &self.lock.idle_minutes);
        }
        if let Some(kind) = self.masking.window.iter().find(|kind| Kind::from_word(kind).is_none()) {
            return wrong("masking.window", kind);
        }
        let is_sum = |sum: &&String| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(sum) = self.models.allowed_sha256.iter().find(|sum| !is_sum(sum)) {
            return wrong("models.allowed_sha256", sum);
        }
        if let Some(issued) = self.issued.as_ref().filter(|issued| !is_date(issued)) {
            return wrong("issued", issued);
        }
        Ok(())
    }
}

/// `YYYY-MM-DD` with a month and a day that some month has.
fn is_date(text: &str) -> bool {
    let shape = text.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let within = |range: std::ops::Range<usize>, most: u8| {
        text.get(range).and_then(|part| part.parse::<u8>().ok()).is_some_and(|part| (1..=most).contains(&part))
    };
    text.len() == 10 && shape && within(5..7, 12) && within(8..10, 31)
}
