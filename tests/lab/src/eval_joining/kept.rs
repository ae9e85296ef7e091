//! The answers of a run in a file, so that one which was ended goes on where it was.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;
use wire::Failure;

use super::{Asked, Settings, Way};
use crate::sets::unreadable;

/// What two runs must have in common to be one: the file's first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    model: String,
    passages: usize,
    each: Option<usize>,
    seed: u64,
}

impl Run {
    pub fn of(model: &str, settings: &Settings) -> Self {
        Self { model: model.to_owned(), passages: settings.passages, each: settings.each, seed: settings.seed }
    }
}

/// Answers by their way and question.
pub struct Kept {
    path: PathBuf,
    file: File,
    answers: HashMap<(Way, String), Asked>,
}

impl Kept {
    /// Opens the file of a run, or begins it. A line that a kill cut short is dropped.
    ///
    /// # Errors
    /// `eval_unreadable`, `eval_unwritable`; `eval_other_run` where the file is another run's.
    pub fn open(path: &Path, run: &Run) -> Result<Self, Failure> {
        let opened = File::options().read(true).append(true).create(true).open(path);
        let mut file = opened.map_err(|error| unreadable(path, error))?;
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut lines = text[..whole].lines();
        let mut answers = HashMap::new();
        match lines.next().map(serde_json::from_str::<Run>) {
            None => {}
            Some(Ok(earlier)) if earlier == *run => {
                for line in lines {
                    let asked: Asked = serde_json::from_str(line).map_err(|error| unreadable(path, error))?;
                    answers.insert((asked.way, asked.id.clone()), asked);
                }
            }
            Some(other) => {
                let message = "다른 설정으로 만든 결과 파일입니다. --out에 다른 파일을 주십시오.";
                return Err(Failure::new("eval_other_run", message, format!("{other:?}, {run:?}")));
            }
        }
        file.set_len(whole as u64).and_then(|()| file.seek(SeekFrom::End(0))).map_err(unwritable)?;
        let mut kept = Self { path: path.to_owned(), file, answers };
        if whole == 0 {
            kept.line(&json!(run))?;
        }
        Ok(kept)
    }

    /// What was answered in an earlier run.
    pub fn answer(&self, way: Way, id: &str) -> Option<&Asked> {
        self.answers.get(&(way, id.to_owned()))
    }

    /// Writes an answer.
    ///
    /// # Errors
    /// `eval_unwritable`.
    pub fn keep(&mut self, asked: &Asked) -> Result<(), Failure> {
        self.line(&json!(asked))
    }

    fn line(&mut self, value: &serde_json::Value) -> Result<(), Failure> {
        writeln!(self.file, "{value}").map_err(|error| unwritable(format!("{}: {error}", self.path.display())))
    }
}

fn unwritable(error: impl std::fmt::Display) -> Failure {
    Failure::new("eval_unwritable", "결과를 쓰지 못했습니다.", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(id: &str) -> Asked {
        Asked {
            id: id.to_owned(),
            document: "가".to_owned(),
            place: Some(1),
            way: Way::Heads,
            right: true,
            wanted: vec![vec!["60일".to_owned()]],
            answer: "60일입니다.".to_owned(),
            ttft_ms: 12.5,
            prompt_tokens: 3,
            cached_tokens: 2,
            joined_tokens: 1,
        }
    }

    fn run(seed: u64) -> Run {
        Run { model: "m".to_owned(), passages: 3, each: None, seed }
    }

    #[test]
    fn a_run_goes_on_behind_its_last_whole_line_and_another_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.jsonl");
        Kept::open(&path, &run(1)).unwrap().keep(&asked("q1")).unwrap();
        let cut = std::fs::read_to_string(&path).unwrap() + r#"{"id":"q2","docu"#;
        std::fs::write(&path, cut).unwrap();

        let mut kept = Kept::open(&path, &run(1)).unwrap();
        assert_eq!(kept.answer(Way::Heads, "q1").map(|asked| asked.answer.as_str()), Some("60일입니다."));
        assert!(kept.answer(Way::Full, "q1").is_none() && kept.answer(Way::Heads, "q2").is_none());
        kept.keep(&asked("q2")).unwrap();
        assert!(Kept::open(&path, &run(1)).unwrap().answer(Way::Heads, "q2").is_some());

        assert_eq!(Kept::open(&path, &run(2)).err().map(|failure| failure.code), Some("eval_other_run".into()));
    }
}
