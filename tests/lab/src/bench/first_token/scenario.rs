//! What happens in one sitting.

use std::ops::Range;
use std::path::{Path, PathBuf};

use engine::Turn;

use crate::bench::asking::{asking, preparing};

/// A situation in which somebody waits for a first token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Nothing of it was read before.
    Cold,
    /// Another question about the same evidence, in a new conversation.
    SecondQuestion,
    /// The last message of a conversation, written anew.
    EditedMessage,
    /// Another question, for which the same passages come in another order.
    OtherOrder,
    /// A document that was prepared a while ago is asked about for the first time.
    Prepared,
    /// The program was ended and started again, and the evidence of the first question is asked about. Start and
    /// loading of the model are counted.
    Restarted,
}

impl Case {
    /// In the order they happen.
    pub const ALL: [Self; 6] =
        [Self::Cold, Self::SecondQuestion, Self::EditedMessage, Self::OtherOrder, Self::Prepared, Self::Restarted];

    /// As figures are named.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::SecondQuestion => "second_question",
            Self::EditedMessage => "edited_message",
            Self::OtherOrder => "other_order",
            Self::Prepared => "prepared",
            Self::Restarted => "restarted",
        }
    }
}

/// Something that a person or the program does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Asks, unmeasured.
    Ask(Vec<Turn>),
    /// Asks.
    Measure(Case, Vec<Turn>),
    /// Reads in idle time what a question may begin with.
    Prepare(Vec<Turn>),
    /// Nothing, for a while.
    Rest,
    /// Ends the program, starts it again and asks.
    Restart(Case, Vec<Turn>),
}

/// A sitting over two documents: one that is asked about, and one that is prepared.
pub fn steps(asked: &[String], prepared: &[String]) -> Vec<Step> {
    let reversed: Vec<String> = asked.iter().rev().cloned().collect();
    let last = |question: &str| {
        let mut turns = asking(asked, FIRST);
        turns.extend([Turn::new("assistant", ANSWER), Turn::new("user", question)]);
        turns
    };
    vec![
        Step::Measure(Case::Cold, asking(asked, FIRST)),
        Step::Measure(Case::SecondQuestion, asking(asked, "자료에 나오는 사람이나 기관의 이름을 모두 적어 주십시오.")),
        Step::Ask(last("그 가운데 연도가 나오는 것은 무엇입니까?")),
        Step::Measure(Case::EditedMessage, last("그 가운데 장소가 나오는 것은 무엇입니까?")),
        Step::Measure(Case::OtherOrder, asking(&reversed, "자료에 나오는 숫자가 무엇을 뜻하는지 설명해 주십시오.")),
        Step::Prepare(preparing(prepared)),
        Step::Rest,
        Step::Measure(Case::Prepared, asking(prepared, FIRST)),
        Step::Restart(Case::Restarted, asking(asked, "자료마다 알맞은 제목을 붙여 주십시오.")),
    ]
}

const FIRST: &str = "자료마다 무엇에 관한 것인지 한 줄로 알려 주십시오.";
/// Stands for what a model answered, so that every program has the same conversation.
const ANSWER: &str = "자료는 차례로 서로 다른 주제를 다루고 있습니다.";

/// Neighbouring passages in `wanted` groups of at least `tokens` each, from the first on.
pub fn parcels(counts: &[u32], tokens: u32, wanted: usize) -> Option<Vec<Range<usize>>> {
    let (mut ranges, mut start, mut sum) = (Vec::with_capacity(wanted), 0, 0);
    for (index, count) in counts.iter().enumerate() {
        if ranges.len() == wanted {
            break;
        }
        sum += *count;
        if sum >= tokens {
            ranges.push(start..index + 1);
            (start, sum) = (index + 1, 0);
        }
    }
    (ranges.len() == wanted).then_some(ranges)
}

/// KorQuAD beside the checkout, where the evaluation's sets lie.
pub fn default_corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/eval/korquad-dev/corpus.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_are_taken_once_each_until_there_are_enough() {
        let table: [(&[u32], u32, usize, Option<Vec<Range<usize>>>); 5] = [
            (&[5, 5, 5, 5], 10, 2, Some(vec![0..2, 2..4])),
            (&[5, 5, 5, 5, 90], 10, 2, Some(vec![0..2, 2..4])),
            (&[20, 3, 8], 10, 2, Some(vec![0..1, 1..3])),
            (&[5, 5, 5], 10, 2, None),
            (&[], 10, 0, Some(vec![])),
        ];
        for (counts, tokens, wanted, expected) in table {
            assert_eq!(parcels(counts, tokens, wanted), expected, "{counts:?}");
        }
    }

    #[test]
    fn every_case_is_measured_once_in_the_order_of_their_names() {
        let passages = ["하나".to_owned(), "둘".to_owned()];
        let steps = steps(&passages, &["셋".to_owned()]);
        let measured = steps.iter().filter_map(|step| match step {
            Step::Measure(case, _) | Step::Restart(case, _) => Some(*case),
            _ => None,
        });
        assert_eq!(measured.collect::<Vec<_>>(), Case::ALL);
    }

    #[test]
    fn no_question_is_asked_twice_and_only_the_prepared_document_is_new() {
        let passages = ["하나".to_owned(), "둘".to_owned()];
        let steps = steps(&passages, &["셋".to_owned()]);
        let asked: Vec<&Vec<Turn>> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Ask(turns) | Step::Measure(_, turns) | Step::Restart(_, turns) => Some(turns),
                _ => None,
            })
            .collect();
        for (index, turns) in asked.iter().enumerate() {
            assert!(!asked[..index].contains(turns), "{turns:?}");
        }
        assert_eq!(asked.iter().filter(|turns| turns[1].content.contains("셋")).count(), 1);
    }
}
