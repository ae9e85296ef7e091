use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The fewest characters of a reason for lowering a grade, spaces aside.
const REASON: usize = 5;

/// How sensitive a document is, by the National Intelligence Service's N2SF security guideline 1.0; a later one is
/// higher.
///
/// The guideline draws the line by Article 9 (1) of the Official Information Disclosure Act: grounds 1 to 4 are C,
/// grounds 5 to 8 are S, the rest is O. A folder of several grades has the highest of them ([`highest`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// 공개: all that is neither of the two others.
    O,
    /// 민감: would harm a person or the state's interest if it were public.
    S,
    /// 기밀: secrets, security, defence, diplomacy, investigation, the life and safety of people.
    C,
}

impl Grade {
    /// The grade's Korean name: `기밀`, `민감`, `공개`.
    pub fn korean(self) -> &'static str {
        match self {
            Self::O => "공개",
            Self::S => "민감",
            Self::C => "기밀",
        }
    }

    /// The letter with the Korean name, as the window shows it: `S(민감)`.
    pub fn label(self) -> &'static str {
        match self {
            Self::O => "O(공개)",
            Self::S => "S(민감)",
            Self::C => "C(기밀)",
        }
    }

    /// The letter: `C`, `S`, `O`.
    pub fn letter(self) -> &'static str {
        match self {
            Self::O => "O",
            Self::S => "S",
            Self::C => "C",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.letter())
    }
}

impl FromStr for Grade {
    type Err = Error;

    /// Reads a letter of either case, the Korean name or the label, with spaces around it.
    fn from_str(text: &str) -> Result<Self> {
        let wanted = text.trim();
        [Self::O, Self::S, Self::C]
            .into_iter()
            .find(|grade| {
                wanted.eq_ignore_ascii_case(grade.letter()) || wanted == grade.korean() || wanted == grade.label()
            })
            .ok_or_else(|| Error::UnknownGrade(text.to_owned()))
    }
}

/// The highest of several grades; `None` of none.
pub fn highest(grades: impl IntoIterator<Item = Grade>) -> Option<Grade> {
    grades.into_iter().max()
}

/// The grade after a person changes it: raising is free, lowering needs a reason of at least five characters, spaces
/// aside.
///
/// # Errors
/// [`Error::ReasonNeeded`] where a lower grade is wanted without such a reason.
pub fn raise_or_lower(current: Grade, wanted: Grade, reason: Option<&str>) -> Result<Grade> {
    let said = reason.unwrap_or_default().chars().filter(|letter| !letter.is_whitespace()).count();
    if wanted < current && said < REASON { Err(Error::ReasonNeeded) } else { Ok(wanted) }
}
