//! What is found.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A rule of official writing. Its word in JSON is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// How a date is written.
    Date,
    /// A date that the calendar does not have.
    DateImpossible,
    /// The day of the week in brackets behind a date.
    Weekday,
    /// How a time of day is written.
    Time,
    /// 금 and Hangul in brackets around an amount.
    Amount,
    /// Hangul in brackets that says another amount than the digits.
    AmountReading,
    /// Commas between thousands.
    Thousands,
    /// Items that are out of order.
    ItemOrder,
    /// A level of items that is left out.
    ItemLevel,
    /// One item alone that has a number.
    ItemAlone,
    /// The space behind an item's sign.
    ItemSpace,
    /// How far an item is moved in.
    ItemIndent,
    /// The form of 붙임.
    Attachment,
    /// How many copies of an attachment there are.
    AttachmentCount,
    /// The form of 끝.
    EndMark,
    /// 끝 that is missing.
    EndMissing,
    /// Spaces around a colon.
    Colon,
    /// Spaces around other signs.
    Spacing,
    /// Words of offices that people do not know, many of them taken from Japanese.
    HardWord,
    /// Foreign words that have a Korean one.
    Loanword,
    /// Turns of phrase that come from translating, and doubled passives.
    Translationese,
    /// The same said twice.
    Redundant,
}

impl Rule {
    /// All of them, in their order.
    pub const ALL: [Self; 22] = [
        Self::Date,
        Self::DateImpossible,
        Self::Weekday,
        Self::Time,
        Self::Amount,
        Self::AmountReading,
        Self::Thousands,
        Self::ItemOrder,
        Self::ItemLevel,
        Self::ItemAlone,
        Self::ItemSpace,
        Self::ItemIndent,
        Self::Attachment,
        Self::AttachmentCount,
        Self::EndMark,
        Self::EndMissing,
        Self::Colon,
        Self::Spacing,
        Self::HardWord,
        Self::Loanword,
        Self::Translationese,
        Self::Redundant,
    ];

    /// Its name, as a person reads it in a list.
    pub fn korean(self) -> &'static str {
        match self {
            Self::Date => "날짜 표기",
            Self::DateImpossible => "없는 날짜",
            Self::Weekday => "요일",
            Self::Time => "시각 표기",
            Self::Amount => "금액 표기",
            Self::AmountReading => "금액의 한글 표기",
            Self::Thousands => "천 단위 쉼표",
            Self::ItemOrder => "항목 순서",
            Self::ItemLevel => "항목 단계",
            Self::ItemAlone => "하나뿐인 항목",
            Self::ItemSpace => "항목 기호 띄어쓰기",
            Self::ItemIndent => "항목 들여쓰기",
            Self::Attachment => "붙임 표시",
            Self::AttachmentCount => "붙임 수량",
            Self::EndMark => "끝 표시",
            Self::EndMissing => "끝 표시 빠짐",
            Self::Colon => "쌍점 띄어쓰기",
            Self::Spacing => "부호 띄어쓰기",
            Self::HardWord => "어려운 말",
            Self::Loanword => "외래어·외국어",
            Self::Translationese => "번역 투",
            Self::Redundant => "겹말",
        }
    }

    /// What it rests on, as a person would look it up.
    pub fn basis(self) -> &'static str {
        match self {
            Self::Date | Self::Time => "「행정업무의 운영 및 혁신에 관한 규정」 제7조제5항",
            Self::Amount | Self::AmountReading => "「행정업무의 운영 및 혁신에 관한 규정 시행규칙」 제2조제2항",
            Self::ItemOrder | Self::ItemLevel => "「행정업무의 운영 및 혁신에 관한 규정 시행규칙」 제2조제1항",
            Self::Attachment | Self::AttachmentCount => "「행정업무의 운영 및 혁신에 관한 규정 시행규칙」 제4조제4항",
            Self::EndMark | Self::EndMissing => "「행정업무의 운영 및 혁신에 관한 규정 시행규칙」 제4조제5항",
            Self::Thousands | Self::ItemAlone | Self::ItemSpace | Self::ItemIndent => "행정업무운영 편람",
            Self::Colon | Self::Spacing => "한글 맞춤법 부록 ‘문장 부호’",
            Self::HardWord | Self::Loanword => "「국어기본법」 제14조, 국립국어원 다듬은 말",
            Self::Translationese | Self::Redundant => "국립국어원 공공언어 바로 쓰기",
            Self::DateImpossible | Self::Weekday => "달력",
        }
    }
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Against a rule; where it has a correction, that is the only one.
    Mistake,
    /// Worth a look; the person decides.
    Advice,
}

/// A place in the text that a rule objects to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// How much it weighs.
    pub severity: Severity,
    /// Where, in bytes of the text; on borders of characters, never empty.
    pub range: Range<usize>,
    /// Where, in UTF-16 units, as the page counts.
    pub range_utf16: Range<usize>,
    /// What stands there.
    pub found: String,
    /// What should stand there; none where that takes a person.
    pub fix: Option<String>,
    /// A Korean sentence or two that say the rule and what it rests on.
    pub message: String,
}

/// A finding before its text is cut out.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub rule: Rule,
    pub severity: Severity,
    pub range: Range<usize>,
    pub fix: Option<String>,
    pub says: String,
}

impl Mark {
    pub fn mistake(rule: Rule, range: Range<usize>, fix: impl Into<Option<String>>, says: impl Into<String>) -> Self {
        Self { rule, severity: Severity::Mistake, range, fix: fix.into(), says: says.into() }
    }

    pub fn advice(rule: Rule, range: Range<usize>, fix: impl Into<Option<String>>, says: impl Into<String>) -> Self {
        Self { severity: Severity::Advice, ..Self::mistake(rule, range, fix, says) }
    }

    /// Mistakes first, then in the order of the text, the longer one first.
    pub fn rank(&self) -> (Severity, usize, std::cmp::Reverse<usize>, Rule) {
        (self.severity, self.range.start, std::cmp::Reverse(self.range.end), self.rule)
    }

    /// That it names a place, and would change it if it has a correction.
    pub fn changes(&self, text: &str) -> bool {
        text.get(self.range.clone()).is_some_and(|found| !found.is_empty() && self.fix.as_deref() != Some(found))
    }
}

/// Marks in the order of the text, with what stands there.
pub(crate) fn found(text: &str, marks: impl Iterator<Item = Mark>) -> Vec<Finding> {
    let (mut byte, mut unit) = (0, 0);
    let mut unit_of = |wanted: usize| {
        unit += text[byte..wanted].encode_utf16().count();
        byte = wanted;
        unit
    };
    marks
        .map(|mark| Finding {
            rule: mark.rule,
            severity: mark.severity,
            range_utf16: unit_of(mark.range.start)..unit_of(mark.range.end),
            found: text[mark.range.clone()].to_owned(),
            range: mark.range,
            fix: mark.fix,
            message: format!("{} ({})", mark.says, mark.rule.basis()),
        })
        .collect()
}
