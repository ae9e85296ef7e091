//! Searching a library by words and by meaning.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use engine::{Embedder, Reranker};
use vectors::Vectors;
use vault::Passage;
use wire::Failure;

use super::{Hit, Inner, Library, title};
use crate::dense::{Dense, Embedding};
use crate::fuse::{self, fuse};
use crate::{Error, Question, Result};

/// Passages that a reranking model orders anew: each is read whole, which takes a small computer about a second.
const RERANKED: usize = 8;
/// So many documents cost little to be named.
const FEW: usize = 64;

impl Library {
    /// Searches by meaning as well from now on, with this model, or by words only. Reads what is kept of the model's
    /// vectors: seconds for a million passages. [`Library::embed`] makes those that are missing.
    ///
    /// # Errors
    /// The vault's.
    pub fn set_embedder(&self, embedder: Option<Embedder>) -> Result<()> {
        let _changing = self.changing();
        let dense = embedder.map(|embedder| Dense::open(self.0.vault.clone(), embedder)).transpose()?;
        *self.0.dense.write().unwrap_or_else(PoisonError::into_inner) = dense.map(Arc::new);
        self.0.changed.notify_one();
        Ok(())
    }

    /// Orders the best passages anew by this model from now on, or no longer.
    pub fn set_reranker(&self, reranker: Option<Reranker>) {
        *self.0.reranker.write().unwrap_or_else(PoisonError::into_inner) = reranker;
    }

    pub(super) fn dense(&self) -> Option<Arc<Dense>> {
        self.0.dense.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The embedding model, where there is one.
    pub fn embedder(&self) -> Option<Embedder> {
        self.dense().map(|dense| dense.embedder().clone())
    }

    /// How far the vectors have come; `None` without an embedding model.
    ///
    /// # Errors
    /// The vault's.
    pub fn embedding(&self) -> Result<Option<Embedding>> {
        self.dense().map(|dense| dense.status()).transpose()
    }

    /// Makes the vectors that are missing, newest documents first, and waits for more, as long as there is an embedding
    /// model; `tell` hears of each step, and whether nothing is missing then. It can be dropped at any moment: what was made is kept.
    ///
    /// # Errors
    /// The model's and the vault's: what is missing stays so, and the next call goes on.
    pub async fn embed(&self, mut tell: impl FnMut(bool)) -> std::result::Result<(), Failure> {
        while let Some(dense) = self.dense() {
            while dense.embed_some().await? {
                tell(false);
            }
            tell(true);
            self.0.changed.notified().await;
        }
        Ok(())
    }

    /// The best `k` passages for a question, best first, by words and, where there is an embedding model, by meaning;
    /// of `documents` only, where they are given. Where there is a reranking model, it has the last word.
    ///
    /// # Errors
    /// As [`Library::search`].
    pub async fn retrieve(
        &self,
        question: &str,
        documents: Option<&[i64]>,
        k: usize,
    ) -> std::result::Result<Vec<Hit>, Failure> {
        let vector = match self.dense() {
            Some(dense) => dense.question(question).await,
            None => None,
        };
        let (library, text, documents) = (self.clone(), question.to_owned(), documents.map(<[i64]>::to_vec));
        let reranker = self.0.reranker.read().unwrap_or_else(PoisonError::into_inner).clone();
        let wanted = if reranker.is_some() { k.max(RERANKED) } else { k };
        let search = move || library.search(&text, vector.as_deref(), documents.as_deref(), wanted);
        let mut hits = tokio::task::spawn_blocking(search)
            .await
            .map_err(|error| Failure::new("search_failed", "자료를 찾다가 오류가 났습니다. 다시 물어 주십시오.", error))??;
        if let Some(reranker) = reranker {
            rerank(&reranker, question, &mut hits).await?;
        }
        hits.truncate(k);
        Ok(hits)
    }

    /// What a question is about: its content words with their weights, the rarer the heavier (see [`Hit::coverage`]).
    pub fn about(&self, question: &str) -> Vec<(String, f32)> {
        let question = Question::new(&self.0.analyzer, question);
        let weights = self.0.index.weights(&question);
        question.content.into_iter().map(|word| word.text).zip(weights).collect()
    }

    /// As [`Library::retrieve`], with the question's vector made already, or by words only.
    ///
    /// # Errors
    /// The index's and the vault's, and [`Error::Embedding`] for a vector of another model.
    pub fn search(
        &self,
        question: &str,
        vector: Option<&[f32]>,
        documents: Option<&[i64]>,
        k: usize,
    ) -> Result<Vec<Hit>> {
        let Inner { vault, index, analyzer, .. } = &*self.0;
        // To look for each of a hundred thousand documents costs more than the search.
        let documents = match documents {
            Some(documents) if documents.len() > FEW && vault.are_all(documents)? => None,
            documents => documents,
        };
        let asked = Question::new(analyzer, question);
        let lexical = self.reading(|| index.search(&asked, documents, k.max(fuse::CANDIDATES)))?;
        let found: Vec<i64> = lexical.iter().map(|found| found.passage).collect();
        let near = match (self.dense(), vector) {
            (Some(dense), Some(vector)) => {
                let scope: Option<HashSet<i64>> = documents.map(|documents| documents.iter().copied().collect());
                dense.nearest(vector, scope.as_ref(), k.max(fuse::CANDIDATES), &found)?
            }
            _ => Vec::new(),
        };
        let ranked = fuse(&lexical, &near);
        let coverage: HashMap<i64, f32> = lexical.iter().map(|found| (found.passage, found.coverage)).collect();
        let mut hits = Vec::with_capacity(k);
        for ranked in ranked.chunks(k.max(1)) {
            // The vault says what is in the list; index and vectors may be behind it.
            let rows: Vec<i64> = ranked.iter().map(|(passage, _)| *passage).collect();
            let mut passages: HashMap<i64, Passage> =
                vault.listed_passages(&rows)?.into_iter().map(|passage| (passage.id, passage)).collect();
            hits.extend(ranked.iter().filter_map(|(row, score)| {
                let passage = passages.remove(row)?;
                let coverage = coverage.get(row).copied().unwrap_or_default();
                Some(Hit { passage, score: *score, coverage })
            }));
            if hits.len() >= k {
                break;
            }
        }
        hits.truncate(k);
        Ok(hits)
    }
}

/// Orders the best hits by what a reranking model says of them, before the others.
///
/// # Errors
/// The model's.
async fn rerank(reranker: &Reranker, question: &str, hits: &mut [Hit]) -> std::result::Result<(), Failure> {
    let best = hits.len().min(RERANKED);
    let texts = hits[..best].iter().map(|hit| format!("{}\n{}", title(&hit.passage), hit.passage.text)).collect();
    for (hit, score) in hits.iter_mut().zip(reranker.rank(question, texts).await?) {
        // From a logit to a share, which compares as the other scores do.
        hit.score = 1.0 / (1.0 + (-score).exp());
    }
    hits[..best].sort_by(|one, other| other.score.total_cmp(&one.score));
    Ok(())
}

/// The `k` vectors nearest to a question's, of `scope` only where it is given, and after them those of `found` that are
/// not among them: with their cosines.
///
/// # Errors
/// [`Error::Embedding`] for a vector of another model.
pub fn nearest(
    vectors: &Vectors,
    question: &[f32],
    scope: Option<&HashSet<i64>>,
    k: usize,
    found: &[i64],
) -> Result<Vec<(i64, f32)>> {
    let wrong = |error: vectors::Error| Error::Embedding(error.to_string());
    let mut nearest = vectors.search(question, k, scope).map_err(wrong)?;
    let known: HashSet<i64> = nearest.iter().map(|(passage, _)| *passage).collect();
    let rest: Vec<i64> = found.iter().copied().filter(|passage| !known.contains(passage)).collect();
    let cosines = vectors.cosines(question, &rest).map_err(wrong)?;
    nearest.extend(rest.into_iter().zip(cosines).filter_map(|(passage, cosine)| Some((passage, cosine?))));
    Ok(nearest)
}
