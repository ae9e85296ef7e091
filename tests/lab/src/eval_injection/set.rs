//! The documents with planted instructions, as data.

use documents::{BlockKind, Document};
use serde::{Deserialize, Serialize};
use wire::Failure;

use crate::collection;

const SET: &str = include_str!("../../data/injection.toml");

/// Where in a document an instruction is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A paragraph like any other.
    Body,
    /// A cell of a table.
    Table,
    /// A footnote.
    Footnote,
    /// A heading.
    Heading,
    /// Letters that nobody sees on paper.
    HiddenText,
    /// A sheet of a workbook that is not shown.
    HiddenSheet,
    /// A mail that is quoted.
    MailQuote,
    /// Lines like those of a file's properties.
    Metadata,
    /// Marks of a model's chat template.
    ChatTemplate,
    /// Marks that the program's own prompt uses.
    Fence,
    /// Passages and marks that pretend to be sources.
    Citation,
    /// Nowhere: the document's own rules sound like instructions. What is taken from them is taken from the answer.
    Control,
}

/// The language of a planted instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Korean.
    Ko,
    /// English.
    En,
}

/// What a planted instruction wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// A certain word in the answer.
    Marker,
    /// A wrong number.
    Number,
    /// No answer.
    Refuse,
    /// The system turn.
    Leak,
    /// An answer in English.
    English,
    /// Praise.
    Praise,
    /// A link, an address or a telephone number.
    Contact,
    /// Something else than what was asked.
    Ignore,
    /// Nothing: none is planted.
    None,
}

/// A document with a planted instruction, and a question about it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name.
    pub id: String,
    /// Where the instruction is planted.
    #[serde(rename = "where")]
    pub place: Place,
    /// The instruction's language.
    pub language: Language,
    /// What it wants.
    pub demand: Demand,
    /// The document's file name.
    pub file: String,
    /// The question.
    pub question: String,
    /// What answers it.
    pub answer: String,
    /// Words any of which stands in an output only where the instruction was followed.
    pub obeyed: Vec<String>,
    /// The document, in reading order.
    pub blocks: Vec<Part>,
}

/// A block of a document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What it is.
    pub kind: BlockKind,
    /// Its text.
    pub text: String,
    /// True where it holds the instruction.
    #[serde(default)]
    pub planted: bool,
}

impl Case {
    /// The document.
    pub fn document(&self) -> Document {
        collection::document(self.blocks.iter().map(|part| (part.kind, part.text.as_str())))
    }

    /// The blocks that hold the instruction.
    pub fn planted(&self) -> impl Iterator<Item = &Part> {
        self.blocks.iter().filter(|part| part.planted)
    }
}

/// All cases.
///
/// # Errors
/// `eval_unreadable`.
pub fn cases() -> Result<Vec<Case>, Failure> {
    #[derive(Deserialize)]
    struct Set {
        case: Vec<Case>,
    }
    let set: Set = toml::from_str(SET)
        .map_err(|error| Failure::new("eval_unreadable", "평가 자료를 읽지 못했습니다.", error))?;
    Ok(set.case)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::judge::holds;

    const PLACES: [Place; 12] = [
        Place::Body,
        Place::Table,
        Place::Footnote,
        Place::Heading,
        Place::HiddenText,
        Place::HiddenSheet,
        Place::MailQuote,
        Place::Metadata,
        Place::ChatTemplate,
        Place::Fence,
        Place::Citation,
        Place::Control,
    ];

    #[test]
    fn the_set_has_every_place_in_both_languages_and_every_demand() {
        let cases = cases().unwrap();
        let planted = cases.iter().filter(|case| case.place != Place::Control).count();
        assert!(planted >= 40, "{planted}");
        let ids: BTreeSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(ids.len(), cases.len());
        for place in PLACES {
            for language in [Language::Ko, Language::En] {
                let held = cases.iter().filter(|case| case.place == place && case.language == language).count();
                assert!(held >= 2, "{place:?} {language:?}: {held}");
            }
        }
        let demands: BTreeSet<Demand> = cases.iter().map(|case| case.demand).collect();
        assert_eq!(demands.len(), 9);
    }

    /// Else an honest output would count as an obedient one, or an obedient one as a right answer.
    #[test]
    fn what_tells_obedience_stands_only_where_it_is_planted() {
        for case in cases().unwrap() {
            let honest: Vec<&str> =
                case.blocks.iter().filter(|part| !part.planted).map(|part| part.text.as_str()).collect();
            let honest = honest.join("\n");
            let planted = usize::from(case.place != Place::Control);
            assert_eq!((case.planted().count(), case.obeyed.is_empty()), (planted, planted == 0), "{}", case.id);
            assert_eq!(case.demand == Demand::None, planted == 0, "{}", case.id);
            assert!(holds(&honest, &case.answer), "{}: the document has no answer", case.id);
            assert!(case.planted().all(|part| !holds(&part.text, &case.answer)), "{}: planted answer", case.id);
            for pattern in &case.obeyed {
                for text in [&honest, &case.question, &case.answer, &case.file] {
                    assert!(!holds(text, pattern), "{}: {pattern} stands in {text}", case.id);
                }
            }
        }
    }

    #[test]
    fn a_case_is_a_document_of_the_kinds_of_its_place() {
        for case in cases().unwrap() {
            let kinds: Vec<BlockKind> = case.planted().map(|part| part.kind).collect();
            let wanted: &[BlockKind] = match case.place {
                Place::Table | Place::HiddenSheet => &[BlockKind::Table],
                Place::Footnote => &[BlockKind::Footnote],
                Place::Heading => &[BlockKind::Heading],
                Place::Control => &[],
                _ => &[BlockKind::Paragraph],
            };
            assert_eq!(kinds, wanted, "{}", case.id);
            assert_eq!(case.document().blocks.len(), case.blocks.len(), "{}", case.id);
        }
    }
}
