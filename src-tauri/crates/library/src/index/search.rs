//! Searching: BM25 finds, and what of the question a passage covers decides among what was found.

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery, TermSetQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, DocSet, SegmentReader, Searcher, Term};

use super::Index;
use crate::question::{Question, Word};
use crate::{Error, Result};

/// Passages that BM25 finds at least, to be ranked by what they cover.
const FOUND: usize = 64;
/// What a passage that covers nothing keeps of its score, in parts of what covering all adds.
const UNCOVERED: f32 = 0.5;
/// What a title that covers all adds to a passage's score, in parts of it.
const TITLE: f32 = 0.5;

/// A passage that was found by its words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Its row.
    pub passage: i64,
    /// BM25, times what the passage covers: comparable within one search only.
    pub score: f32,
    /// The share of the question's content words, weighed by how rare they are, that stand in the passage or its
    /// title: 0 to 1.
    pub coverage: f32,
}

impl Index {
    /// The best `k` passages for `question`, best first; of `documents` only, where they are given.
    ///
    /// BM25 counts "1년" and "며칠" as it counts the subject. So what covers the subject comes first, and an article
    /// that is named by the question answers it more likely than one that mentions the word.
    ///
    /// # Errors
    /// The index's.
    pub fn search(&self, question: &Question, documents: Option<&[i64]>, k: usize) -> Result<Vec<Match>> {
        if question.terms.is_empty() || k == 0 {
            return Ok(Vec::new());
        }
        let query = self.query(question, documents);
        let searcher = self.reader.searcher();
        let mut found = searcher.search(&query, &TopDocs::with_limit(k.max(FOUND)).order_by_score())?;
        // Postings are read forward.
        found.sort_by_key(|(_, address)| *address);
        let weights: Vec<f32> = question.content.iter().map(|word| self.weight(&searcher, &word.text)).collect();
        let total: f32 = weights.iter().sum();
        let mut matches = Vec::with_capacity(found.len());
        for found in found.chunk_by(|(_, one), (_, other)| one.segment_ord == other.segment_ord) {
            let segment = searcher.segment_reader(found[0].1.segment_ord);
            let rows = segment.fast_fields().u64("passage")?;
            let documents: Vec<DocId> = found.iter().map(|(_, DocAddress { doc_id, .. })| *doc_id).collect();
            let body = self.covered(segment, self.fields.text, &question.content, &weights, &documents)?;
            let title = self.covered(segment, self.fields.title, &question.content, &weights, &documents)?;
            for (at, (score, address)) in found.iter().enumerate() {
                let share = |covered: &[f32]| if total > 0.0 { covered[at] / total } else { 0.0 };
                let (coverage, titled) = (share(&body), share(&title));
                let missing = || Error::Index(format!("a passage without its row: {address:?}"));
                matches.push(Match {
                    passage: rows.first(address.doc_id).ok_or_else(missing)? as i64,
                    score: score * (UNCOVERED + coverage) * (1.0 + TITLE * titled),
                    coverage,
                });
            }
        }
        matches.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.passage.cmp(&other.passage)));
        matches.truncate(k);
        Ok(matches)
    }

    fn query(&self, question: &Question, documents: Option<&[i64]>) -> Box<dyn Query> {
        let clause = |(text, weight): (&String, &f32)| {
            let term = Term::from_field_text(self.fields.text, text);
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            let query: Box<dyn Query> = Box::new(BoostQuery::new(Box::new(query), *weight));
            (Occur::Should, query)
        };
        let words: Box<dyn Query> = Box::new(BooleanQuery::new(question.terms.iter().map(clause).collect()));
        let Some(documents) = documents else { return words };
        let rows = documents.iter().map(|row| Term::from_field_u64(self.fields.document, *row as u64));
        let scope = ConstScoreQuery::new(Box::new(TermSetQuery::new(rows)), 0.0);
        Box::new(BooleanQuery::new(vec![(Occur::Must, words), (Occur::Must, Box::new(scope))]))
    }

    /// For each of `documents` (of one segment, rising) the weight of the words that stand in `field` of it.
    fn covered(
        &self,
        segment: &SegmentReader,
        field: Field,
        words: &[Word],
        weights: &[f32],
        documents: &[DocId],
    ) -> Result<Vec<f32>> {
        let mut covered = vec![0.0; documents.len()];
        for (word, weight) in words.iter().zip(weights) {
            let mut stands = standing(segment, field, &word.text, documents)?;
            if !word.bigrams.is_empty() && stands.iter().any(|stands| !stands) {
                let mut in_letters = vec![true; documents.len()];
                for pair in &word.bigrams {
                    let pair = standing(segment, field, pair, documents)?;
                    in_letters.iter_mut().zip(pair).for_each(|(all, pair)| *all &= pair);
                }
                stands.iter_mut().zip(in_letters).for_each(|(stands, letters)| *stands |= letters);
            }
            for (sum, _) in covered.iter_mut().zip(stands).filter(|(_, stands)| *stands) {
                *sum += weight;
            }
        }
        Ok(covered)
    }

    /// How rare a word is: BM25's inverse document frequency, above 0.
    fn weight(&self, searcher: &Searcher, word: &str) -> f32 {
        let all = searcher.num_docs() as f32;
        let with = searcher.doc_freq(&Term::from_field_text(self.fields.text, word)).unwrap_or(0) as f32;
        (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln()
    }
}

/// Which of `documents` (rising) hold a term.
fn standing(segment: &SegmentReader, field: Field, term: &str, documents: &[DocId]) -> Result<Vec<bool>> {
    let mut stands = vec![false; documents.len()];
    let index = segment.inverted_index(field)?;
    let term = Term::from_field_text(field, term);
    let postings = index.read_postings(&term, IndexRecordOption::Basic).map_err(tantivy::TantivyError::from)?;
    let Some(mut postings) = postings else { return Ok(stands) };
    for (stands, document) in stands.iter_mut().zip(documents) {
        *stands = postings.doc() == *document
            || postings.doc() < *document && postings.seek(*document) == *document;
    }
    Ok(stands)
}
