//! `lab eval retrieval`: how well the program's own index, vectors and fusion find the passage that answers.

mod corpus;
mod figures;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use engine::{Embedder, Reranker};
use library::{Analyzer, Entry, Match, Question, fuse};
use serde_json::{Value, json};
use vectors::{Code, Vectors};
use wire::Failure;

use crate::figures::percentiles;
use crate::{places, sets};
use corpus::{Corpus, Query};
use figures::{FIGURES, Ranking};

/// Passages in one request to the embedding model.
const BATCH: usize = 16;
/// Passages that are looked at of each ranking.
const DEPTH: usize = 20;

/// What is evaluated.
pub struct Set<'a> {
    /// A corpus file, in which each line is one passage …
    pub corpus: Option<&'a Path>,
    /// … or a folder of documents, cut into passages as the program cuts them.
    pub docs: Option<&'a Path>,
    /// A query file.
    pub queries: &'a Path,
    /// Only so many of its questions, evenly spread.
    pub questions: Option<usize>,
}

/// The models beside the words, each where there is one.
#[derive(Default)]
pub struct Models {
    /// For dense and hybrid.
    pub embedder: Option<Embedder>,
    /// For hybrid and reranked.
    pub reranker: Option<Reranker>,
}

/// Measures and prints.
///
/// # Errors
/// As [`retrieval`].
pub async fn run(set: Set<'_>, embedding: Option<PathBuf>, reranker: Option<PathBuf>, json: bool) -> Result<(), Failure> {
    let models = Models {
        embedder: places::embedder(embedding).await?,
        reranker: places::reranker(reranker).await?,
    };
    let corpus = match (set.corpus, set.docs) {
        (Some(file), _) => Corpus::read(file, set.queries)?,
        (None, Some(folder)) => Corpus::of_documents(folder, set.queries).await?,
        (None, None) => return Err(Failure::new("eval_nothing", "--corpus나 --docs를 주십시오.", "")),
    };
    let report = retrieval(&corpus.thinned(set.questions), &models, Analyzer::load(&places::dictionary()?)?).await?;
    if json {
        println!("{report}");
        return Ok(());
    }
    let rankings: Vec<&str> = RANKINGS.into_iter().filter(|name| !report[*name].is_null()).collect();
    println!("{:>12}{}", "", rankings.iter().map(|name| format!("{name:>16}")).collect::<String>());
    for figure in FIGURES {
        let row: String = rankings.iter().map(|name| format!("{:>16.4}", report[*name][figure].as_f64().unwrap_or_default())).collect();
        println!("{figure:>12}{row}");
    }
    for share in ["p50", "p95"] {
        let row: String = rankings.iter().map(|name| format!("{:>16.2}", report[*name]["query_ms"][share].as_f64().unwrap_or_default())).collect();
        println!("{:>12}{row}", format!("{share} ms"));
    }
    for part in ["index", "embedding", "query_embedding_ms", "by_kind"] {
        println!("{part}: {}", report[part]);
    }
    Ok(())
}

const RANKINGS: [&str; 4] = ["lexical", "dense", "hybrid", "hybrid+rerank"];

/// The figures of `lab eval retrieval`. Times of a query are without the embedding of the question, which stands by
/// itself, and with the analysis of its words. `by_kind` is MRR@10 by the part of a query's id before its first hyphen
/// where the set has such kinds.
///
/// # Errors
/// `eval_unreadable` for the files, and the index's and the models'.
pub async fn retrieval(corpus: &Corpus, models: &Models, analyzer: Analyzer) -> Result<Value, Failure> {
    let folder = tempfile::tempdir().map_err(|error| Failure::new("no_temporary_folder", "임시 폴더를 만들지 못했습니다.", error))?;
    let index = places::open_index(folder.path(), analyzer.clone(), "eval".to_owned())?;
    let started = Instant::now();
    index.add((0..).zip(&corpus.passages).map(|(row, passage)| Entry {
        passage: row,
        document: row,
        title: &passage.title,
        body: &passage.text,
    }))?;
    index.commit()?;
    let seconds = started.elapsed().as_secs_f64();
    let text_bytes: usize = corpus.passages.iter().map(|passage| passage.title.len() + passage.text.len()).sum();
    let bytes: u64 = std::fs::read_dir(folder.path())
        .map_err(|error| sets::unreadable(folder.path(), error))?
        .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()))
        .sum();

    let (vectors, embedding) = match &models.embedder {
        Some(embedder) => {
            let started = Instant::now();
            let vectors = embed(embedder, corpus).await?;
            let seconds = started.elapsed().as_secs_f64();
            (Some(vectors), json!({ "model": embedder.id(), "seconds": seconds, "passages": corpus.passages.len() }))
        }
        None => (None, Value::Null),
    };

    let mut rankings: HashMap<&str, Ranking> = HashMap::new();
    let mut embedding_ms = Vec::new();
    for query in &corpus.queries {
        let started = Instant::now();
        let lexical = index.search(&Question::new(&analyzer, &query.query), None, fuse::CANDIDATES)?;
        let by_words = started.elapsed();
        let rows: Vec<i64> = lexical.iter().map(|found| found.passage).collect();
        rankings.entry("lexical").or_default().add(query, &rows, by_words);

        let (Some(embedder), Some(vectors)) = (&models.embedder, &vectors) else { continue };
        let started = Instant::now();
        let question = embedder.query(&query.query).await?;
        embedding_ms.push(started.elapsed().as_secs_f64() * 1e3);
        let started = Instant::now();
        let nearest = nearest(vectors, &question, &lexical)?;
        let by_meaning = started.elapsed();
        let mut dense: Vec<(i64, f32)> = nearest.clone();
        dense.sort_by(|one, other| other.1.total_cmp(&one.1));
        let rows: Vec<i64> = dense.iter().map(|(row, _)| *row).collect();
        rankings.entry("dense").or_default().add(query, &rows, by_meaning);
        let started = Instant::now();
        let hybrid: Vec<i64> = fuse::fuse(&lexical, &nearest).into_iter().map(|(row, _)| row).collect();
        let fused = by_words + by_meaning + started.elapsed();
        rankings.entry("hybrid").or_default().add(query, &hybrid, fused);

        let Some(reranker) = &models.reranker else { continue };
        let started = Instant::now();
        let top = &hybrid[..hybrid.len().min(DEPTH)];
        let texts = top.iter().map(|row| corpus.passages[*row as usize].text.clone()).collect();
        let scores = reranker.rank(&query.query, texts).await?;
        let mut ranked: Vec<(i64, f32)> = top.iter().copied().zip(scores).collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        let rows: Vec<i64> = ranked.into_iter().map(|(row, _)| row).collect();
        rankings.entry("hybrid+rerank").or_default().add(query, &rows, fused + started.elapsed());
    }
    let figures = |name: &str| rankings.get(name).map_or(Value::Null, Ranking::figures);
    let by_kind: serde_json::Map<String, Value> = RANKINGS
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), rankings.get(name)?.by_kind(&corpus.queries))))
        .collect();
    Ok(json!({
        "lexical": figures("lexical"),
        "dense": figures("dense"),
        "hybrid": figures("hybrid"),
        "hybrid+rerank": figures("hybrid+rerank"),
        "by_kind": by_kind,
        "index": { "seconds": seconds, "mb_per_s": text_bytes as f64 / 1e6 / seconds, "bytes": bytes },
        "embedding": embedding,
        "query_embedding_ms": percentiles(&embedding_ms),
        "passages": corpus.passages.len(),
        "queries": corpus.queries.len(),
    }))
}

async fn embed(embedder: &Embedder, corpus: &Corpus) -> Result<Vectors, Failure> {
    let mut vectors = Vectors::new(embedder.dimensions());
    let mut row = 0;
    for batch in corpus.passages.chunks(BATCH) {
        eprint!("\r글을 벡터로 바꾸는 중입니다 ({row}/{})   ", corpus.passages.len());
        let texts = batch.iter().map(|passage| format!("{}\n{}", passage.title, passage.text)).collect();
        for vector in embedder.passages(texts).await? {
            vectors.insert(row, row, &Code::of(&vector)).map_err(wrong_model)?;
            row += 1;
        }
    }
    eprintln!();
    Ok(vectors)
}

/// As the program's own: the nearest, and the cosines of what the words found.
fn nearest(vectors: &Vectors, question: &[f32], lexical: &[Match]) -> Result<Vec<(i64, f32)>, Failure> {
    let found: Vec<i64> = lexical.iter().map(|found| found.passage).collect();
    library::nearest(vectors, question, None, fuse::CANDIDATES, &found).map_err(Failure::from)
}

fn wrong_model(error: vectors::Error) -> Failure {
    Failure::new("embedding_failed", "임베딩 모델이 알 수 없는 벡터를 만들었습니다.", error)
}

#[cfg(test)]
mod tests;
