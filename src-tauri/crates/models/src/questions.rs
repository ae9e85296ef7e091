//! The short Korean questions that a model is tried with: `questions.toml`, built in.

use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use wire::Failure;

use crate::known::damaged;

/// A question whose answer a program can check.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// With the form of the answer.
    pub text: String,
    accept: Vec<String>,
    #[serde(default)]
    reject: Vec<String>,
}

impl Question {
    /// Whether `answer` has what it must have, and nothing that it must not.
    pub fn is_right(&self, answer: &str) -> bool {
        let answer = plain(answer);
        let has = |words: &[String]| words.iter().any(|word| answer.contains(&plain(word)));
        has(&self.accept) && !has(&self.reject)
    }
}

/// Without what does not count: blanks, commas, the width and the case of letters.
fn plain(text: &str) -> String {
    let counts = |c: &char| !c.is_whitespace() && *c != ',';
    text.nfkc().filter(counts).flat_map(char::to_lowercase).collect()
}

#[derive(Deserialize)]
struct File {
    question: Vec<Question>,
}

static QUESTIONS: LazyLock<Result<File, toml::de::Error>> =
    LazyLock::new(|| toml::from_str(include_str!("questions.toml")));

/// The questions, in the order in which they are asked.
///
/// # Errors
/// `catalog_damaged`: they are part of the program, and a test reads them.
pub fn questions() -> Result<&'static [Question], Failure> {
    match &*QUESTIONS {
        Ok(file) => Ok(&file.question),
        Err(error) => Err(damaged(error)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn about(word: &str) -> &'static Question {
        questions().unwrap().iter().find(|question| question.text.contains(word)).unwrap()
    }

    #[test]
    fn answers_are_told_apart_however_they_are_put() {
        let table = [
            ("예산", "1,150만 원입니다.", true),
            ("예산", "１１５０", true),
            ("예산", "1,250만 원", false),
            ("오후 2시 30분", "16:15", true),
            ("오후 2시 30분", "16시 15분에 끝났습니다", true),
            ("오후 2시 30분", "4:15", false),
            ("국회", "단원제", true),
            ("국회", "단원제가 아니라 양원제", false),
            ("맞춤법", "1번입니다", true),
            ("맞춤법", "2", false),
            ("둘째로", "총무과", true),
            ("둘째로", "민원과, 총무과", false),
            ("공문서의 날짜", "2026. 3. 1.", true),
            ("공문서의 날짜", "2026-03-01", false),
            ("휴관일", "없음", true),
            ("휴관일", "", false),
        ];
        for (word, answer, right) in table {
            assert_eq!(about(word).is_right(answer), right, "{word}: {answer}");
        }
    }

    #[test]
    fn there_are_a_dozen_and_each_can_be_answered_rightly_and_wrongly() {
        let questions = questions().unwrap();
        assert_eq!(questions.len(), 12);
        for question in questions {
            let right = question.accept.iter().filter(|answer| question.is_right(answer)).count();
            assert_eq!(right, question.accept.len(), "{}", question.text);
            assert!(question.accept.iter().all(|answer| !answer.is_empty()), "{}", question.text);
            assert!(!question.is_right("모르겠습니다"), "{}", question.text);
            for wrong in &question.reject {
                assert!(!question.is_right(&format!("{wrong} {}", question.accept[0])), "{}", question.text);
            }
        }
    }

    proptest! {
        #[test]
        fn any_answer_is_right_or_wrong(answer in ".*", place in 0_usize..12) {
            let _ = questions().unwrap()[place].is_right(&answer);
        }
    }
}
