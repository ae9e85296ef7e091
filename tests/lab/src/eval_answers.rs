//! `lab eval answers`: questions of a retrieval set, asked as the window asks them, and their answers judged.
//!
//! The corpus becomes a library, a line a document. Each question is a conversation of its own about all documents; for
//! those that are absent, all but the ones that hold their answer. What the figures say, as shares of 0 to 1:
//!
//! Of the questions whose documents are there (`present`):
//! - `answered`: neither refused nor failed. `refused`: the output says that there is no answer. `not_asked`: refused
//!   without asking the model.
//! - `right`: a wanted answer stands in the output. `right_lenient`: or its numbers and dates do, in another form.
//! - `cited_right`: a citation goes into a document that holds the answer, and its quote or passage has it.
//! - `cited_right_of_answered`: the same, of those that were answered.
//! - `wrong_citations`: of all citations, those into other documents; `wrong_citations_with_answer`: of these, those
//!   whose quote or passage has a wanted answer all the same (the set does not label every line that has one).
//! - `answers_with_wrong_citation`: of those that were answered, those with such a citation.
//! - `marked`: of those that were answered, those with a sentence marked `[?]`.
//!
//! Of the questions whose documents are not (`absent`):
//! - `refused`; and `right`: a wanted answer stands in the output, drawn from a document that is not labelled.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use assistant::{Answer, Assistant, Question, Scope, Stop};
use documents::{BlockKind, Document};
use engine::LoadOptions;
use library::Analyzer;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wire::Failure;

use crate::collection::{self, Collection};
use crate::figures::{quantile, share};
use crate::generate::Random;
use crate::judge::{self, Forms};
use crate::sets::{self, Passage, Query, lines, shuffled};
use crate::places;

/// Which questions are asked.
pub struct Sample {
    /// Questions whose documents are there.
    pub questions: usize,
    /// Questions whose documents are not.
    pub absent: usize,
    /// The same seed asks the same.
    pub seed: u64,
    /// True where passages are joined instead of being read behind each other.
    pub quick: bool,
}

/// A question to ask.
#[derive(Debug, PartialEq)]
struct Task<'a> {
    query: &'a Query,
    absent: bool,
}

/// A question that was asked, as a line of `--out`.
#[derive(Debug, Clone, Serialize)]
struct Judged {
    id: String,
    question: String,
    absent: bool,
    wanted: Vec<String>,
    answer: String,
    right: bool,
    right_lenient: bool,
    refused: bool,
    /// True where the model was asked.
    asked: bool,
    marked: bool,
    citations: Vec<Cited>,
    coverage: Option<f32>,
    ttft_ms: Option<f64>,
    prompt_tokens: Option<u32>,
    generated_tokens: Option<u32>,
    error: Option<Failure>,
}

/// A citation of an answer.
#[derive(Debug, Clone, Serialize)]
struct Cited {
    /// The line of the corpus.
    id: String,
    /// True where the set names it as one that holds the answer.
    positive: bool,
    /// True where its quote or passage has a wanted answer.
    holds: bool,
    quote: String,
}

/// `lab eval answers`; each question's line goes to `out` as soon as it is judged.
pub async fn run(
    corpus: &Path,
    queries: &Path,
    sample: &Sample,
    model: Option<PathBuf>,
    out: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let passages: Vec<Passage> = lines(corpus)?;
    let known: Vec<Query> = lines(queries)?;
    let tasks = tasks(&known, sample)?;
    let analyzer = Analyzer::load(&places::dictionary()?)?;
    let asked = Asked::open(&passages, analyzer, &places::folders()?.cache_dir().join("lab"))?;
    let mut out = out.map(|file| create(file).map(|opened| (file, opened))).transpose()?;
    let embedding = places::embed(&asked.collection.library).await?;
    let engine = places::engine()?;
    let model = engine.load(&places::model(model)?, LoadOptions::default(), |_| {}).await?;
    let assistant = Assistant::new(engine);
    assistant.set_quick(sample.quick);
    let begun = Instant::now();
    let mut judged: Vec<Judged> = Vec::with_capacity(tasks.len());
    for (conversation, task) in (0..).zip(&tasks) {
        let one = asked.ask(&assistant, conversation, task).await?;
        if let Some((file, out)) = &mut out {
            let line = serde_json::to_string(&one).map_err(|error| unwritable(file, error))?;
            writeln!(out, "{line}").map_err(|error| unwritable(file, error))?;
        }
        judged.push(one);
        let right = judged.iter().filter(|one| one.right).count();
        eprint!("\r{}/{} questions · {right} right   ", judged.len(), tasks.len());
    }
    eprintln!();
    let mut report = summary(&judged);
    report["model"] = json!(model.name);
    report["device"] = json!(model.device);
    report["embedding"] = json!(embedding);
    report["seed"] = json!(sample.seed);
    report["documents"] = json!(passages.len());
    report["seconds"] = json!(begun.elapsed().as_secs_f64());
    println!("{}", if json { report.to_string() } else { format!("{report:#}") });
    Ok(())
}

/// The questions of a sample: of different documents, in an order by chance; the absent ones last.
///
/// # Errors
/// `questions_too_few` where the set has not as many.
fn tasks<'a>(queries: &'a [Query], sample: &Sample) -> Result<Vec<Task<'a>>, Failure> {
    let wanted = sample.questions + sample.absent;
    let judgeable = queries.iter().filter(|query| !query.answers.is_empty() && !query.positive_ids.is_empty());
    let mut tasks = Vec::new();
    let mut taken: HashSet<&str> = HashSet::new();
    for query in shuffled(judgeable.collect(), &mut Random::new(sample.seed)) {
        if tasks.len() < wanted && !query.positive_ids.iter().any(|id| taken.contains(id.as_str())) {
            taken.extend(query.positive_ids.iter().map(String::as_str));
            tasks.push(Task { query, absent: tasks.len() >= sample.questions });
        }
    }
    if tasks.len() < wanted {
        return Err(Failure::new(
            "questions_too_few",
            "서로 다른 문서에 대한 질문이 모자랍니다. --questions와 --absent를 줄여 주십시오.",
            format!("{} of {wanted}", tasks.len()),
        ));
    }
    Ok(tasks)
}

/// The library that is asked about, and which line of the corpus each of its documents is.
struct Asked<'a> {
    collection: Collection,
    lines: HashMap<i64, &'a str>,
    rows: HashMap<&'a str, i64>,
}

impl<'a> Asked<'a> {
    /// The library of a corpus, kept in `cache` under the hash of what is in it.
    fn open(passages: &'a [Passage], analyzer: Analyzer, cache: &Path) -> Result<Self, Failure> {
        let mut hash = Sha256::new();
        let mut made: Vec<(String, Document)> = Vec::with_capacity(passages.len());
        for passage in passages {
            for part in [&passage.id, &passage.title, &passage.text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
            let title = if passage.title.is_empty() { &passage.id } else { &passage.title };
            let paragraphs = passage.text.lines().map(|line| (BlockKind::Paragraph, line.trim()));
            made.push((format!("{title}.hwpx"), collection::document(paragraphs)));
        }
        hash.update(library::versions(&analyzer));
        let collection = collection::open(&cache.join(format!("{:x}", hash.finalize())), analyzer, &made)?;
        let ids = || passages.iter().map(|passage| passage.id.as_str());
        let lines = collection.documents.iter().copied().zip(ids()).collect();
        let rows = ids().zip(collection.documents.iter().copied()).collect();
        Ok(Self { collection, lines, rows })
    }

    async fn ask(&self, assistant: &Assistant, conversation: i64, task: &Task<'_>) -> Result<Judged, Failure> {
        let positives = task.query.positive_ids.iter().map(|id| {
            let unknown = || sets::unreadable(Path::new("queries"), format!("{}: no line {id}", task.query.id));
            self.rows.get(id.as_str()).copied().ok_or_else(unknown)
        });
        let positives: Vec<i64> = positives.collect::<Result<_, _>>()?;
        let documents = self.collection.documents.iter().copied();
        let documents = documents.filter(|row| !(task.absent && positives.contains(row))).collect();
        let question = Question {
            conversation,
            history: Vec::new(),
            text: task.query.query.clone(),
            scope: Scope::Documents(self.collection.library.clone(), documents),
            seed: 0,
            another: false,
        };
        let answer = assistant.ask(question, &Stop::default(), |_| {}).await;
        self.judged(task, &positives, answer)
    }

    fn judged(&self, task: &Task<'_>, positives: &[i64], answer: Answer) -> Result<Judged, Failure> {
        let analyzer = self.collection.library.analyzer();
        let forms = |text: &str| judge::forms(analyzer, text);
        let said = judge::unmarked(&answer.text);
        let wanted = &task.query.answers;
        let ids: Vec<i64> = answer.citations.iter().map(|citation| citation.passage_id).collect();
        let texts: HashMap<i64, String> =
            self.collection.vault.passages(&ids)?.into_iter().map(|passage| (passage.id, passage.text)).collect();
        let cited = answer.citations.iter().map(|citation| {
            let texts = [Some(&citation.quote), texts.get(&citation.passage_id)];
            Cited {
                id: self.lines.get(&citation.document_id).copied().unwrap_or_default().to_owned(),
                positive: positives.contains(&citation.document_id),
                holds: texts.into_iter().flatten().any(|text| is_right(text, wanted, &forms)),
                quote: citation.quote.clone(),
            }
        });
        Ok(Judged {
            id: task.query.id.clone(),
            question: task.query.query.clone(),
            absent: task.absent,
            wanted: wanted.clone(),
            right: wanted.iter().any(|wanted| judge::holds(&said, wanted)),
            right_lenient: is_right(&said, wanted, &forms),
            refused: answer.failure.is_none() && (answer.refused || judge::refuses(&said)),
            asked: answer.usage.is_some(),
            marked: judge::is_doubted(&answer.text),
            citations: cited.collect(),
            coverage: answer.coverage,
            ttft_ms: answer.ttft_ms,
            prompt_tokens: answer.usage.map(|usage| usage.prompt_tokens),
            generated_tokens: answer.usage.map(|usage| usage.generated_tokens),
            error: answer.failure,
            answer: answer.text,
        })
    }
}

/// True where one of the wanted answers stands in `text`, in this form or another.
fn is_right(text: &str, wanted: &[String], forms: Forms<'_>) -> bool {
    wanted.iter().any(|wanted| judge::holds(text, wanted) || judge::holds_in_another_form(text, wanted, forms))
}

/// The figures, as the module says.
fn summary(judged: &[Judged]) -> Value {
    let (absent, present): (Vec<&Judged>, Vec<&Judged>) = judged.iter().partition(|one| one.absent);
    let of = |all: &[&Judged], is: fn(&Judged) -> bool| share(all.iter().filter(|one| is(one)).count(), all.len());
    let answered: Vec<&Judged> = present.iter().copied().filter(|one| !one.refused && one.error.is_none()).collect();
    let citations: Vec<&Cited> = answered.iter().flat_map(|one| &one.citations).collect();
    let wrong: Vec<&&Cited> = citations.iter().filter(|citation| !citation.positive).collect();
    let cited_right = |one: &Judged| one.citations.iter().any(|citation| citation.positive && citation.holds);
    let times: Vec<f64> = judged.iter().filter_map(|one| one.ttft_ms).collect();
    let tokens = |of: fn(&Judged) -> Option<u32>| -> Value {
        let tokens: Vec<f64> = judged.iter().filter_map(of).map(f64::from).collect();
        json!({ "p50": quantile(&tokens, 0.5), "sum": tokens.iter().sum::<f64>() })
    };
    json!({
        "present": {
            "questions": present.len(),
            "answered": share(answered.len(), present.len()),
            "refused": of(&present, |one| one.refused),
            "not_asked": of(&present, |one| one.refused && !one.asked),
            "right": of(&present, |one| one.right),
            "right_lenient": of(&present, |one| one.right_lenient),
            "cited_right": of(&present, cited_right),
            "cited_right_of_answered": of(&answered, cited_right),
            "citations": citations.len(),
            "wrong_citations": share(wrong.len(), citations.len()),
            "wrong_citations_with_answer":
                share(wrong.iter().filter(|citation| citation.holds).count(), wrong.len()),
            "answers_with_wrong_citation":
                of(&answered, |one| one.citations.iter().any(|citation| !citation.positive)),
            "marked": of(&answered, |one| one.marked),
        },
        "absent": {
            "questions": absent.len(),
            "refused": of(&absent, |one| one.refused),
            "right": of(&absent, |one| one.right_lenient),
        },
        "failed": judged.iter().filter(|one| one.error.is_some()).count(),
        "ttft_ms": { "p50": quantile(&times, 0.5), "p95": quantile(&times, 0.95) },
        "prompt_tokens": tokens(|one| one.prompt_tokens),
        "generated_tokens": tokens(|one| one.generated_tokens),
    })
}

/// A file for lines.
///
/// # Errors
/// `out_unwritable`.
pub fn create(file: &Path) -> Result<std::fs::File, Failure> {
    std::fs::File::create(file).map_err(|error| unwritable(file, error))
}

/// A file for lines that cannot be written.
pub fn unwritable(file: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new("out_unwritable", "결과 파일을 쓰지 못했습니다.", format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests;
