//! Evaluation sets: a corpus and questions about it, each a file with one JSON object a line.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use wire::Failure;

use crate::generate::Random;

/// A line of a corpus.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Passage {
    /// What a question names it by.
    pub id: String,
    /// Its title, as a document's name.
    #[serde(default)]
    pub title: String,
    /// Its text.
    pub text: String,
}

/// A line of the questions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Query {
    /// Its name.
    #[serde(default)]
    pub id: String,
    /// The question.
    pub query: String,
    /// The lines of the corpus that hold an answer.
    pub positive_ids: Vec<String>,
    /// Words any of which, standing in an output, answer it.
    #[serde(default)]
    pub answers: Vec<String>,
}

/// The objects of a file, in order.
///
/// # Errors
/// `eval_unreadable`, with the line.
pub fn lines<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, error))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(number, line)| {
        serde_json::from_str(line).map_err(|error| unreadable(file, format!("line {}: {error}", number + 1)))
    };
    lines.map(read).collect()
}

/// An evaluation's file that cannot be used.
pub fn unreadable(file: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new("eval_unreadable", "평가 파일을 읽지 못했습니다.", format!("{}: {error}", file.display()))
}

/// In an order by chance that is the same for the same seed (Fisher and Yates).
pub fn shuffled<T>(mut items: Vec<T>, random: &mut Random) -> Vec<T> {
    for last in (1..items.len()).rev() {
        items.swap(last, random.below(last as u64 + 1) as usize);
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_read_line_by_line_and_a_wrong_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("queries.jsonl");
        let line = r#"{"id": "1", "query": "며칠입니까?", "positive_ids": ["a"], "answers": ["15일"]}"#;
        std::fs::write(&file, format!("{line}\n\n{line}\n")).unwrap();
        let read: Vec<Query> = lines(&file).unwrap();
        assert_eq!((read.len(), read[1].answers.as_slice()), (2, ["15일".to_owned()].as_slice()));
        std::fs::write(&file, format!("{line}\n{{}}\n")).unwrap();
        let failure = lines::<Query>(&file).unwrap_err();
        assert_eq!(failure.code, "eval_unreadable");
        assert!(failure.detail.contains("line 2"), "{failure:?}");
        assert_eq!(lines::<Query>(&folder.path().join("none")).unwrap_err().code, "eval_unreadable");
    }

    #[test]
    fn an_order_by_chance_holds_everything_once_and_is_the_seeds() {
        let order = |seed| shuffled((0..100).collect::<Vec<u32>>(), &mut Random::new(seed));
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        let mut sorted = order(1);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<u32>>());
    }
}
