//! `lab bench retrieval`: what asking takes while the collection grows.
//!
//! The collections are made from a corpus (see [`made`]), of up to millions of passages, never held in memory as
//! texts. The corpus is analysed once, a sentence at a time, and the index takes the terms as they are: `seconds` is
//! writing alone, and `analysis_ms_per_passage` says what analysing would add. The index is sealed, as a person's is.
//! What is found is not judged: a made collection holds each sentence many times over.
//!
//! For each size, in milliseconds a question, of which there are up to [`QUESTIONS`], for as many passages as the program looks at:
//! The vectors of made passages lie between those of the passages that they are made of, which the embedding model makes
//! where there is one; else they are drawn by chance about subjects.
//!
//! - `lexical`: the index alone, all of it. `first_ms` is the first question after it was opened.
//! - `lexical_named`: the same of a collection: every tenth document, a thousand at most. (All documents are asked for by
//!   naming none, as the library does.)
//! - `dense`: the vectors alone, the question's vector given.
//! - `hybrid`: both, and one ranking of the two.

use std::path::{Path, PathBuf};
use std::time::Instant;

use engine::Embedder;
use library::{Analyzer, Entry, Index, Question, fuse};
use serde::Serialize;
use serde_json::json;
use vectors::{Code, Vectors};
use wire::Failure;

use crate::figures::{quantile, resident_bytes};
use crate::generate::Random;
use crate::sets::{Passage, Query, lines, shuffled};
use crate::places;

mod made;
mod spread;

use made::{Base, of_row};
use spread::{blended, clustered, near};

/// Questions asked of each collection.
const QUESTIONS: usize = 200;
/// Passages of a document.
const OF_A_DOCUMENT: u64 = 10;
/// The most documents that are named.
const NAMED: usize = 1_000;
/// Passages that are made, and given to the index, at a time.
const BATCH: u64 = 5_000;
/// Passages of the corpus that are embedded at a time.
const EMBEDDED: usize = 16;

/// What is measured.
pub struct Sizes {
    /// Passages of each collection.
    pub passages: Vec<u64>,
    /// Of the vectors.
    pub dimensions: usize,
    /// The same seed makes the same collections.
    pub seed: u64,
}

/// The corpus and the questions, ready to be measured with.
struct Inputs {
    analyzer: Analyzer,
    base: Base,
    /// A vector for each passage of the corpus.
    vectors: Vec<Vec<f32>>,
    questions: Vec<Asked>,
    seed: u64,
}

struct Asked {
    text: String,
    vector: Vec<f32>,
}

/// Milliseconds of the questions.
#[derive(Debug, Clone, Copy, Serialize)]
struct Times {
    p50_ms: f64,
    p95_ms: f64,
}

impl Times {
    fn of(milliseconds: &[f64]) -> Self {
        Self { p50_ms: quantile(milliseconds, 0.5), p95_ms: quantile(milliseconds, 0.95) }
    }
}

/// What one collection took.
#[derive(Debug, Clone, Serialize)]
struct Row {
    passages: u64,
    /// Making and writing the index, until it is on the disk.
    index_seconds: f64,
    index_bytes: u64,
    first_ms: f64,
    lexical: Times,
    lexical_named: Times,
    vector_seconds: f64,
    vector_bytes: u64,
    dense: Times,
    hybrid: Times,
    /// Memory of this process before anything was made, with the index asked, and with the vectors as well.
    resident_before: Option<u64>,
    resident_index: Option<u64>,
    resident_vectors: Option<u64>,
}

/// `lab bench retrieval`.
pub async fn run(corpus: &Path, queries: &Path, sizes: &Sizes, json: bool) -> Result<(), Failure> {
    let passages: Vec<Passage> = lines(corpus)?;
    let queries: Vec<Query> = lines(queries)?;
    let analyzer = Analyzer::load(&places::dictionary()?)?;
    let begun = Instant::now();
    let base = Base::new(passages.iter().map(|passage| sentences_of(passage, &analyzer)));
    let analysis_ms = begun.elapsed().as_secs_f64() * 1e3 / base.len().max(1) as f64;
    if base.len() == 0 || queries.is_empty() || sizes.dimensions == 0 {
        let message = "말뭉치와 질문이 하나 이상 있어야 하고, 벡터의 차원은 1 이상이어야 합니다.";
        return Err(Failure::new("eval_empty", message, corpus.display()));
    }
    let mut random = Random::new(sizes.seed);
    let embedder = places::embedder(None).await?;
    let vectors = match &embedder {
        Some(embedder) => embedded(embedder, &passages).await?,
        None => clustered(base.len(), sizes.dimensions, &mut random),
    };
    let mut questions = asked(&passages, queries, &vectors, &mut random);
    if let Some(embedder) = &embedder {
        for question in &mut questions {
            question.vector = embedder.query(&question.text).await?;
        }
    }
    let inputs = Inputs { analyzer, base, vectors, questions, seed: sizes.seed };
    let mut rows = Vec::with_capacity(sizes.passages.len());
    for size in &sizes.passages {
        rows.push(measure(&inputs, *size)?);
    }
    if json {
        let report = json!({
            "corpus": inputs.base.len(),
            "questions": inputs.questions.len(),
            "wanted": fuse::CANDIDATES,
            "vectors": embedder.as_ref().map_or("by chance", Embedder::id),
            "analysis_ms_per_passage": analysis_ms,
            "sizes": rows,
        });
        println!("{report}");
    } else {
        println!("{} questions · {analysis_ms:.2} ms to analyse a passage (not in index s)", inputs.questions.len());
        print!("{}", table(&rows));
    }
    Ok(())
}

/// The terms of a passage's sentences, its title first.
fn sentences_of(passage: &Passage, analyzer: &Analyzer) -> Vec<Vec<String>> {
    let body = passage.text.lines().flat_map(|line| line.split_inclusive("다. "));
    let sentences = std::iter::once(passage.title.as_str()).chain(body);
    sentences.map(|sentence| analyzer.terms(sentence)).collect()
}

/// The first questions of an order by chance, each with a vector near that of its passage.
fn asked(passages: &[Passage], queries: Vec<Query>, vectors: &[Vec<f32>], random: &mut Random) -> Vec<Asked> {
    let mut queries = shuffled(queries, random);
    queries.truncate(QUESTIONS);
    let place = |query: &Query| {
        let positive = query.positive_ids.first()?;
        passages.iter().position(|passage| passage.id == *positive)
    };
    let mut vector = |query: &Query| {
        let any = random.below(vectors.len() as u64) as usize;
        near(&vectors[place(query).unwrap_or(any)], random)
    };
    queries.into_iter().map(|query| Asked { vector: vector(&query), text: query.query }).collect()
}

/// The vectors of the corpus.
async fn embedded(embedder: &Embedder, passages: &[Passage]) -> Result<Vec<Vec<f32>>, Failure> {
    let mut vectors = Vec::with_capacity(passages.len());
    for passages in passages.chunks(EMBEDDED) {
        let texts = passages.iter().map(|passage| format!("{}\n{}", passage.title, passage.text)).collect();
        vectors.extend(embedder.passages(texts).await?);
    }
    Ok(vectors)
}

/// Makes a collection of `size` passages and asks it.
fn measure(inputs: &Inputs, size: u64) -> Result<Row, Failure> {
    eprintln!("{size} passages");
    let resident_before = resident_bytes();
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new("no_temporary_folder", "임시 폴더를 만들지 못했습니다.", error))?;
    let index_seconds = write(inputs, size, folder.path())?;
    let index = open(inputs, folder.path())?;
    let documents: Vec<i64> = (0..=(size.saturating_sub(1) / OF_A_DOCUMENT) as i64).step_by(10).take(NAMED).collect();
    let search = |asked: &Asked, documents: Option<&[i64]>| {
        Ok(index.search(&Question::new(&inputs.analyzer, &asked.text), documents, fuse::CANDIDATES)?)
    };
    let first = timed(&inputs.questions[..1], |asked| search(asked, None))?;
    let lexical = warm(inputs, |asked| search(asked, None))?;
    let lexical_named = warm(inputs, |asked| search(asked, Some(&documents)))?;
    let resident_index = resident_bytes();

    let begun = Instant::now();
    let mut set = Vectors::new(inputs.vectors[0].len());
    for row in 0..size {
        let code = Code::of(&vector_of(inputs, row));
        set.insert(row as i64, (row / OF_A_DOCUMENT) as i64, &code).map_err(unlike)?;
    }
    let vector_seconds = begun.elapsed().as_secs_f64();
    let dense = warm(inputs, |asked| set.search(&asked.vector, fuse::CANDIDATES, None).map_err(unlike))?;
    let hybrid = warm(inputs, |asked| {
        let lexical = search(asked, None)?;
        let found: Vec<i64> = lexical.iter().map(|found| found.passage).collect();
        let near = library::nearest(&set, &asked.vector, None, fuse::CANDIDATES, &found)?;
        Ok(fuse::fuse(&lexical, &near))
    })?;
    Ok(Row {
        passages: size,
        index_seconds,
        index_bytes: bytes_in(folder.path())?,
        first_ms: first[0],
        lexical,
        lexical_named,
        vector_seconds,
        vector_bytes: set.bytes() as u64,
        dense,
        hybrid,
        resident_before,
        resident_index,
        resident_vectors: resident_bytes(),
    })
}

fn open(inputs: &Inputs, folder: &Path) -> Result<Index, Failure> {
    places::open_index(folder, inputs.analyzer.clone(), "bench".to_owned())
}

/// Makes the passages and writes their index; gives the seconds until it is on the disk.
fn write(inputs: &Inputs, size: u64, folder: &Path) -> Result<f64, Failure> {
    let begun = Instant::now();
    let index = open(inputs, folder)?;
    index.take_terms();
    for start in (0..size).step_by(BATCH as usize) {
        let rows = start..(start + BATCH).min(size);
        let made: Vec<(u64, String)> = rows.map(|row| (row, inputs.base.terms(inputs.seed, row))).collect();
        index.add(made.iter().map(|(row, terms)| Entry {
            passage: *row as i64,
            document: (row / OF_A_DOCUMENT) as i64,
            title: "",
            body: terms,
        }))?;
    }
    index.commit()?;
    Ok(begun.elapsed().as_secs_f64())
}

/// The vector of a row: near those of the passages that it is made of.
fn vector_of(inputs: &Inputs, row: u64) -> Vec<f32> {
    let [one, other] = inputs.base.from(inputs.seed, row);
    // Another seed than the passage's, so that its noise does not say how it was chosen.
    blended(&inputs.vectors[one], &inputs.vectors[other], &mut of_row(!inputs.seed, row))
}

/// The times of the second of two rounds of all questions.
fn warm<T>(inputs: &Inputs, mut ask: impl FnMut(&Asked) -> Result<T, Failure>) -> Result<Times, Failure> {
    timed(&inputs.questions, &mut ask)?;
    Ok(Times::of(&timed(&inputs.questions, &mut ask)?))
}

/// The milliseconds of each question.
fn timed<T>(
    questions: &[Asked],
    mut ask: impl FnMut(&Asked) -> Result<T, Failure>,
) -> Result<Vec<f64>, Failure> {
    let mut milliseconds = Vec::with_capacity(questions.len());
    for asked in questions {
        let begun = Instant::now();
        ask(asked)?;
        milliseconds.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(milliseconds)
}

fn unlike(error: vectors::Error) -> Failure {
    Failure::new("bench_failed", "벡터의 차원이 서로 다릅니다.", error)
}

fn bytes_in(folder: &Path) -> Result<u64, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::new("folder_unreadable", "색인 폴더를 읽지 못했습니다.", format!("{}: {error}", folder.display()))
    };
    let files = std::fs::read_dir(folder).map_err(unreadable)?;
    let paths: Vec<PathBuf> = files.map(|file| Ok(file?.path())).collect::<std::io::Result<_>>().map_err(unreadable)?;
    Ok(paths.iter().filter_map(|path| path.metadata().ok()).filter(|file| file.is_file()).map(|file| file.len()).sum())
}

/// The growth as text, a line a size.
fn table(rows: &[Row]) -> String {
    let mebibytes = |bytes: u64| format!("{:.0}", bytes as f64 / f64::from(1 << 20));
    let held = |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), mebibytes);
    let times = |times: Times| format!("{:.1} / {:.1}", times.p50_ms, times.p95_ms);
    let mut text = format!(
        "{:>9}{:>9}{:>10}{:>16}{:>16}{:>9}{:>12}{:>16}{:>16}{:>20}\n",
        "passages", "index s", "disk MiB", "lexical ms", "named ms", "vector s", "vectors MiB", "dense ms", "hybrid ms",
        "resident MiB"
    );
    for row in rows {
        let resident = [row.resident_before, row.resident_index, row.resident_vectors].map(held).join(" → ");
        text.push_str(&format!(
            "{:>9}{:>9.1}{:>10}{:>16}{:>16}{:>9.1}{:>12}{:>16}{:>16}{resident:>20}\n",
            row.passages,
            row.index_seconds,
            mebibytes(row.index_bytes),
            times(row.lexical),
            times(row.lexical_named),
            row.vector_seconds,
            mebibytes(row.vector_bytes),
            times(row.dense),
            times(row.hybrid),
        ));
    }
    text + "times are p50 / p95; resident is before, with the index, with the vectors\n"
}

#[cfg(test)]
mod tests;
