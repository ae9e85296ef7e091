//! Searching: BM25 finds, and what of the question a passage covers decides among what was found.

use std::collections::HashMap;

use tantivy::collector::TopDocs;
use tantivy::postings::Postings;
use tantivy::query::{Bm25Weight, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery, TermSetQuery};
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
/// Postings that are read through to find passages, the rarest terms' first. A collection of some ten thousand passages
/// has no more; in one of a million the commonest terms of a question stand in a third of all passages each, which costs
/// ten times the rest and tells little.
const POSTINGS: u64 = 150_000;
/// The rarest terms are read through whatever they cost.
const RAREST: usize = 3;
/// So many times more passages are found where not all terms were read through: the others change their order.
const SPARE: usize = 3;

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

/// The terms of a question.
struct Terms<'q> {
    /// Those by which passages are found, with what each counts.
    finding: Vec<(&'q str, f32)>,
    /// Those that are only counted in what was found, with their weights.
    counted: Vec<(&'q str, Bm25Weight)>,
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
        self.search_reading(POSTINGS, question, documents, k)
    }

    /// As [`Index::search`], reading through so many postings: the terms beyond them find nothing, and are only counted
    /// in what the others found.
    pub(super) fn search_reading(
        &self,
        postings: u64,
        question: &Question,
        documents: Option<&[i64]>,
        k: usize,
    ) -> Result<Vec<Match>> {
        if question.terms.is_empty() || k == 0 {
            return Ok(Vec::new());
        }
        let searcher = self.reader.searcher();
        let Terms { finding, counted } = self.rarest_first(&searcher, question, postings)?;
        let query = self.query(&finding, documents);
        let wanted = k.max(FOUND) * if counted.is_empty() { 1 } else { SPARE };
        let mut found = searcher.search(&query, &TopDocs::with_limit(wanted).order_by_score())?;
        // Postings are read forward.
        found.sort_by_key(|(_, address)| *address);
        let weights = self.weights(question);
        let total: f32 = weights.iter().sum();
        let mut matches = Vec::with_capacity(found.len());
        for found in found.chunk_by(|(_, one), (_, other)| one.segment_ord == other.segment_ord) {
            let segment = searcher.segment_reader(found[0].1.segment_ord);
            let rows = segment.fast_fields().u64("passage")?;
            let documents: Vec<DocId> = found.iter().map(|(_, DocAddress { doc_id, .. })| *doc_id).collect();
            let mut scores: Vec<f32> = found.iter().map(|(score, _)| *score).collect();
            let mut body = Frequencies::new(segment, self.fields.text, &documents);
            for (term, weight) in &counted {
                body.add_scores(term, weight, &mut scores)?;
            }
            let covered = body.covered(&question.content, &weights)?;
            let titled = Frequencies::new(segment, self.fields.title, &documents).covered(&question.content, &weights)?;
            for (at, document) in documents.iter().enumerate() {
                let share = |covered: &[f32]| if total > 0.0 { covered[at] / total } else { 0.0 };
                let (coverage, titled) = (share(&covered), share(&titled));
                let missing = || Error::Index(format!("a passage without its row: {document}"));
                matches.push(Match {
                    passage: rows.first(*document).ok_or_else(missing)? as i64,
                    score: scores[at] * (UNCOVERED + coverage) * (1.0 + TITLE * titled),
                    coverage,
                });
            }
        }
        matches.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.passage.cmp(&other.passage)));
        matches.truncate(k);
        Ok(matches)
    }

    /// The terms of a question by what is done with them: the rarest find, as many as `postings` allows.
    fn rarest_first<'q>(&self, searcher: &Searcher, question: &'q Question, postings: u64) -> Result<Terms<'q>> {
        let mut terms = Vec::with_capacity(question.terms.len());
        for (text, weight) in &question.terms {
            let frequency = searcher.doc_freq(&self.text_term(text))?;
            // One that stands nowhere finds nothing, however rare it is.
            if frequency > 0 {
                terms.push((frequency, text.as_str(), *weight));
            }
        }
        terms.sort_by_key(|(frequency, ..)| *frequency);
        let mut read = 0;
        let finding = terms
            .iter()
            .take_while(|(frequency, ..)| {
                read += frequency;
                read <= postings
            })
            .count();
        let others = terms.split_off(finding.max(RAREST).min(terms.len()));
        let bm25 = |(_, text, weight): (u64, &'q str, f32)| {
            Ok((text, Bm25Weight::for_terms(searcher, &[self.text_term(text)])?.boost_by(weight)))
        };
        let counted = others.into_iter().map(bm25).collect::<Result<_>>()?;
        Ok(Terms { finding: terms.into_iter().map(|(_, text, weight)| (text, weight)).collect(), counted })
    }

    fn text_term(&self, text: &str) -> Term {
        Term::from_field_text(self.fields.text, text)
    }

    /// What each of a question's content words weighs: how rare it is among the passages.
    pub fn weights(&self, question: &Question) -> Vec<f32> {
        let searcher = self.reader.searcher();
        question.content.iter().map(|word| self.weight(&searcher, &word.text)).collect()
    }

    fn query(&self, terms: &[(&str, f32)], documents: Option<&[i64]>) -> Box<dyn Query> {
        let clause = |(text, weight): &(&str, f32)| {
            let query = TermQuery::new(self.text_term(text), IndexRecordOption::WithFreqs);
            let query: Box<dyn Query> = Box::new(BoostQuery::new(Box::new(query), *weight));
            (Occur::Should, query)
        };
        let words: Box<dyn Query> = Box::new(BooleanQuery::new(terms.iter().map(clause).collect()));
        let Some(documents) = documents else { return words };
        let rows = documents.iter().map(|row| Term::from_field_u64(self.fields.document, *row as u64));
        let scope = ConstScoreQuery::new(Box::new(TermSetQuery::new(rows)), 0.0);
        Box::new(BooleanQuery::new(vec![(Occur::Must, words), (Occur::Must, Box::new(scope))]))
    }

    /// How rare a word is: BM25's inverse document frequency, above 0.
    fn weight(&self, searcher: &Searcher, word: &str) -> f32 {
        let all = searcher.num_docs() as f32;
        let with = searcher.doc_freq(&self.text_term(word)).unwrap_or(0) as f32;
        (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln()
    }
}

/// How often terms stand in a field of some documents. Each term's postings are read once, by leaps.
struct Frequencies<'a> {
    segment: &'a SegmentReader,
    field: Field,
    /// Of the segment, rising.
    documents: &'a [DocId],
    read: HashMap<&'a str, Vec<u32>>,
}

impl<'a> Frequencies<'a> {
    fn new(segment: &'a SegmentReader, field: Field, documents: &'a [DocId]) -> Self {
        Self { segment, field, documents, read: HashMap::new() }
    }

    /// How often the term stands in each of the documents.
    fn of(&mut self, term: &'a str) -> Result<&[u32]> {
        if !self.read.contains_key(term) {
            let frequencies = self.read_through(term)?;
            self.read.insert(term, frequencies);
        }
        Ok(&self.read[term])
    }

    fn read_through(&self, term: &str) -> Result<Vec<u32>> {
        let mut frequencies = vec![0; self.documents.len()];
        let index = self.segment.inverted_index(self.field)?;
        let term = Term::from_field_text(self.field, term);
        let postings = index.read_postings(&term, IndexRecordOption::WithFreqs).map_err(tantivy::TantivyError::from)?;
        let Some(mut postings) = postings else { return Ok(frequencies) };
        for (frequency, document) in frequencies.iter_mut().zip(self.documents) {
            if postings.doc() == *document || postings.doc() < *document && postings.seek(*document) == *document {
                *frequency = postings.term_freq();
            }
        }
        Ok(frequencies)
    }

    /// Adds to each document's score what the term counts in it.
    fn add_scores(&mut self, term: &'a str, weight: &Bm25Weight, scores: &mut [f32]) -> Result<()> {
        let (norms, documents) = (self.segment.get_fieldnorms_reader(self.field)?, self.documents);
        for ((score, document), frequency) in scores.iter_mut().zip(documents).zip(self.of(term)?) {
            if *frequency > 0 {
                *score += weight.score(norms.fieldnorm_id(*document), *frequency);
            }
        }
        Ok(())
    }

    /// For each document the weight of the words that stand in it.
    fn covered(&mut self, words: &'a [Word], weights: &[f32]) -> Result<Vec<f32>> {
        let mut covered = vec![0.0; self.documents.len()];
        for (word, weight) in words.iter().zip(weights) {
            let mut stands: Vec<bool> = self.of(&word.text)?.iter().map(|frequency| *frequency > 0).collect();
            if !word.bigrams.is_empty() && stands.iter().any(|stands| !stands) {
                let mut in_letters = vec![true; self.documents.len()];
                for pair in &word.bigrams {
                    in_letters.iter_mut().zip(self.of(pair)?).for_each(|(all, frequency)| *all &= *frequency > 0);
                }
                stands.iter_mut().zip(in_letters).for_each(|(stands, letters)| *stands |= letters);
            }
            for (sum, _) in covered.iter_mut().zip(stands).filter(|(_, stands)| *stands) {
                *sum += weight;
            }
        }
        Ok(covered)
    }
}
