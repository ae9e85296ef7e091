//! The passages that may hold what is typed, by the index's terms: what a passage holds is seen in its text.

use tantivy::Term;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, RegexQuery, TermQuery, TermSetQuery};
use tantivy::schema::IndexRecordOption;

use super::Index;
use crate::Result;
use crate::analyzer::is_cjk;
use crate::find::words::{Asked, Unit, Word};

/// Letters of a word that its terms are looked up by: a pattern of a thousand states is refused.
const LOOKED_UP: usize = 40;

/// The documents to look in.
pub(crate) struct Scope<'a> {
    /// These only, where they are given.
    pub only: Option<&'a [i64]>,
    /// None of these.
    pub except: &'a [i64],
}

/// The letters of a word that make terms with one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// Bigrams.
    Cjk,
    /// Words and numbers.
    Other,
    /// None.
    Sign,
}

impl Index {
    /// The rows of the best `k` passages that may hold what is asked for, best first. A consonant by itself narrows
    /// nothing down: of nothing else there is none.
    ///
    /// # Errors
    /// The index's.
    pub(crate) fn candidates(&self, asked: &Asked, scope: &Scope<'_>, k: usize) -> Result<Vec<i64>> {
        let written = self.all(&asked.words)?;
        let mut ways: Vec<Box<dyn Query>> = written.into_iter().collect();
        if !asked.forms.is_empty() {
            let mut numbers: Vec<Box<dyn Query>> = asked.forms.iter().map(|form| self.term(form)).collect();
            numbers.extend(self.all(&asked.rest)?);
            ways.push(Box::new(BooleanQuery::intersection(numbers)));
        }
        if ways.is_empty() {
            return Ok(Vec::new());
        }
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, Box::new(BooleanQuery::union(ways)))];
        if let Some(only) = scope.only {
            clauses.push((Occur::Must, self.documents(only)));
        }
        if !scope.except.is_empty() {
            clauses.push((Occur::MustNot, self.documents(scope.except)));
        }
        let searcher = self.reader.searcher();
        let top = searcher.search(&BooleanQuery::new(clauses), &TopDocs::with_limit(k).order_by_score())?;
        let readers = searcher.segment_readers().iter();
        let columns = readers.map(|segment| segment.fast_fields().u64("passage"));
        let columns: Vec<_> = columns.collect::<tantivy::Result<_>>()?;
        let row = |segment: u32, document: u32| columns.get(segment as usize)?.first(document);
        Ok(top.into_iter().filter_map(|(_, at)| row(at.segment_ord, at.doc_id)).map(|row| row as i64).collect())
    }

    fn documents(&self, rows: &[i64]) -> Box<dyn Query> {
        let terms = rows.iter().map(|row| Term::from_field_u64(self.fields.document, *row as u64));
        Box::new(ConstScoreQuery::new(Box::new(TermSetQuery::new(terms)), 0.0))
    }

    /// What has all words; `None` where none of them narrows it down.
    fn all(&self, words: &[Word]) -> Result<Option<Box<dyn Query>>> {
        let mut clauses = Vec::new();
        for word in words {
            clauses.extend(self.word(word)?);
        }
        Ok(both(clauses))
    }

    fn word(&self, word: &Word) -> Result<Option<Box<dyn Query>>> {
        let mut ways = Vec::new();
        for shape in &word.shapes {
            match self.shape(shape, word.open)? {
                Some(way) => ways.push(way),
                None => return Ok(None),
            }
        }
        let mut parts = Vec::new();
        for part in &word.parts {
            parts.extend(self.shape(part, false)?);
        }
        ways.extend(both(parts));
        Ok(Some(Box::new(BooleanQuery::union(ways))))
    }

    fn shape(&self, shape: &[Unit], open: bool) -> Result<Option<Box<dyn Query>>> {
        let mut clauses = Vec::new();
        let mut runs = shape.chunk_by(|one, next| letters(one) == letters(next)).peekable();
        while let Some(run) = runs.next() {
            let goes_on = open && runs.peek().is_none();
            match (run.first().map_or(Letters::Sign, letters), run) {
                (Letters::Sign, _) => {}
                (Letters::Cjk, [one]) => {
                    if one.typed.is_some() {
                        clauses.push(self.terms_like(&format!("{}.?", class(one)))?);
                    }
                }
                (Letters::Cjk, run) => {
                    for pair in run.windows(2) {
                        clauses.push(match (pair[0].only(), pair[1].only()) {
                            (Some(one), Some(other)) => self.term(&String::from_iter([one, other])),
                            _ => self.terms_like(&format!("{}{}", class(&pair[0]), class(&pair[1])))?,
                        });
                    }
                }
                (Letters::Other, run) => clauses.push(self.latin(run, goes_on)?),
            }
        }
        Ok(both(clauses))
    }

    /// A word or a number. The dictionary may cut where letters and digits meet, and does not always.
    fn latin(&self, run: &[Unit], goes_on: bool) -> Result<Box<dyn Query>> {
        let run: Vec<char> = run.iter().filter_map(Unit::only).collect();
        let digits = run.iter().take_while(|letter| letter.is_numeric()).count();
        if digits == run.len() && !goes_on {
            return Ok(self.term(&run.iter().collect::<String>()));
        }
        let first = if digits > 0 { digits } else { run.iter().take_while(|letter| !letter.is_numeric()).count() };
        self.terms_like(&format!("{}.*", run[..first].iter().take(LOOKED_UP).collect::<String>()))
    }

    fn term(&self, text: &str) -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(self.fields.text, text), IndexRecordOption::WithFreqs))
    }

    fn terms_like(&self, pattern: &str) -> Result<Box<dyn Query>> {
        Ok(Box::new(RegexQuery::from_pattern(pattern, self.fields.text)?))
    }
}

fn both(clauses: Vec<Box<dyn Query>>) -> Option<Box<dyn Query>> {
    (!clauses.is_empty()).then(|| Box::new(BooleanQuery::intersection(clauses)) as Box<dyn Query>)
}

fn letters(unit: &Unit) -> Letters {
    match unit.ranges.first().map(|range| *range.start()) {
        Some(letter) if is_cjk(letter) => Letters::Cjk,
        Some(letter) if letter.is_alphanumeric() => Letters::Other,
        _ => Letters::Sign,
    }
}

/// One of a unit's letters, as a pattern; letters of scripts have no meaning of their own there.
fn class(unit: &Unit) -> String {
    let ranges = unit.ranges.iter().map(|range| format!("{}-{}", range.start(), range.end()));
    format!("[{}]", ranges.collect::<String>())
}
