use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use wire::Failure;

use crate::sets::{self, Passage, lines};
use crate::{ask, places};

/// Passages, and questions with the passages that answer them. A passage's row is its place in the list.
pub struct Corpus {
    pub passages: Vec<Passage>,
    pub queries: Vec<Query>,
}

/// A question with the rows of the passages that answer it.
pub struct Query {
    pub id: String,
    pub query: String,
    pub positives: Vec<i64>,
}

/// A line of a query file over documents: a passage of one of its files that holds an answer is positive.
#[derive(Deserialize)]
struct OverDocuments {
    #[serde(default)]
    id: String,
    query: String,
    file: String,
    #[serde(default)]
    files: Vec<String>,
    answers: Vec<String>,
}

impl Corpus {
    /// A corpus file and its queries.
    ///
    /// # Errors
    /// `eval_unreadable`.
    pub fn read(corpus: &Path, queries: &Path) -> Result<Self, Failure> {
        let passages: Vec<Passage> = lines(corpus)?;
        let rows: HashMap<&str, i64> = passages.iter().map(|passage| passage.id.as_str()).zip(0..).collect();
        let of = |line: sets::Query| {
            let positives = line.positive_ids.iter().filter_map(|id| rows.get(id.as_str()).copied()).collect();
            Query { id: line.id, query: line.query, positives }
        };
        let queries = lines::<sets::Query>(queries)?.into_iter().map(of).collect();
        Ok(Self { passages, queries })
    }

    /// The documents of a folder and its subfolders, as the program reads and cuts them. A question of which no passage
    /// holds the answer counts as one that is never found.
    ///
    /// # Errors
    /// `eval_unreadable`, and the library's.
    pub async fn of_documents(folder: &Path, queries: &Path) -> Result<Self, Failure> {
        let (library, documents) = ask::open(folder, &places::folders()?.cache_dir().join("lab")).await?;
        let mut passages = Vec::new();
        let mut rows_of: HashMap<String, Vec<(i64, String)>> = HashMap::new();
        for document in documents {
            for passage in library.passages_of(&[document])? {
                let held = flat(&format!("{} {}", passage.heading_path.join(" "), passage.text));
                rows_of.entry(passage.file.clone()).or_default().push((passages.len() as i64, held));
                let title = library::title(&passage);
                passages.push(Passage { id: String::new(), title, text: passage.text });
            }
        }
        let of = |line: OverDocuments| {
            let answers: Vec<String> = line.answers.iter().map(|answer| flat(answer)).collect();
            let files = line.files.iter().chain([&line.file]).filter_map(|file| rows_of.get(file.rsplit('/').next()?));
            let mut positives: Vec<i64> = files
                .flatten()
                .filter(|(_, held)| answers.iter().any(|answer| held.contains(answer)))
                .map(|(row, _)| *row)
                .collect();
            positives.sort_unstable();
            positives.dedup();
            if positives.is_empty() {
                eprintln!("{}: 답이 있는 구절을 찾지 못했습니다.", line.id);
            }
            Query { id: line.id, query: line.query, positives }
        };
        let queries = lines::<OverDocuments>(queries)?.into_iter().map(of).collect();
        Ok(Self { passages, queries })
    }

    /// The first passages, with the questions that they answer.
    #[cfg(test)]
    pub fn opening(mut self, passages: usize) -> Self {
        self.passages.truncate(passages);
        self.queries.retain(|query| query.positives.iter().all(|row| (*row as usize) < passages));
        self
    }

    /// With so many of its questions only, evenly spread.
    pub fn thinned(mut self, questions: Option<usize>) -> Self {
        if let Some(wanted) = questions.filter(|wanted| (1..self.queries.len()).contains(wanted)) {
            let all = self.queries.len();
            let mut at = 0;
            self.queries.retain(|_| {
                at += 1;
                at * wanted / all > (at - 1) * wanted / all
            });
        }
        self
    }
}

/// Letters without spaces, in one width.
fn flat(text: &str) -> String {
    text.nfkc().filter(|letter| !letter.is_whitespace()).collect()
}
