use std::cmp::Reverse;
use std::collections::HashMap;

use vault::{FindableDocument, Passage, Vault};

use super::cut::{Marked, together};
use super::fold::Folded;
use super::words::{Asked, Spot};
use super::{Find, FoundDocument, Results, SNIPPETS, Snippet};
use crate::Result;
use crate::index::{Index, Scope};

/// Passages that the index proposes at a time: those of documents that were met are left out the next time, so that one
/// document's name does not fill the list.
const BATCH: usize = 200;
/// How many times.
const BATCHES: usize = 4;

/// A passage that has what is asked for.
struct Place {
    passage: Passage,
    text: Vec<Spot>,
    headings: Vec<Vec<Spot>>,
    score: f32,
}

struct Candidate<'a> {
    document: &'a FindableDocument,
    /// Of its name.
    name: Vec<Spot>,
    /// 2 where the name begins with what is asked for, 1 where it has all of it.
    named: u8,
    /// Best first.
    places: Vec<Place>,
}

pub(super) fn find(vault: &Vault, index: &Index, asked: &Asked, find: &Find) -> Result<Results<FoundDocument>> {
    let listed = vault.findable_documents()?;
    let all = listed.len();
    let allowed: Vec<&FindableDocument> = listed.iter().filter(|document| find.filters.holds(document)).collect();
    let mut candidates: HashMap<i64, Candidate<'_>> =
        allowed.iter().map(|document| (document.id, Candidate::named(document, asked))).collect();
    let rows: Vec<i64> = allowed.iter().map(|document| document.id).collect();
    let more = look(vault, index, asked, (rows.len() < all).then_some(&rows), &mut candidates)?;
    let mut found: Vec<Candidate<'_>> =
        candidates.into_values().filter(|found| found.named > 0 || !found.places.is_empty()).collect();
    found.iter_mut().for_each(|found| found.places.sort_by(|one, other| other.score.total_cmp(&one.score)));
    found.sort_by(|one, other| {
        let newest = |found: &Candidate<'_>| Reverse((found.document.added_at, found.document.id));
        let score = |found: &Candidate<'_>| found.places.first().map_or(0.0, |place| place.score);
        let by_name = other.named.cmp(&one.named);
        by_name.then(score(other).total_cmp(&score(one))).then_with(|| newest(one).cmp(&newest(other)))
    });
    Results::of(found, more, find, |found| found.told(vault))
}

/// Reads the passages that the index proposes. True where there may be others.
fn look(
    vault: &Vault,
    index: &Index,
    asked: &Asked,
    only: Option<&Vec<i64>>,
    candidates: &mut HashMap<i64, Candidate<'_>>,
) -> Result<bool> {
    let mut met: Vec<i64> = Vec::new();
    for _ in 0..BATCHES {
        let scope = Scope { only: only.map(Vec::as_slice), except: &met };
        let rows = index.candidates(asked, &scope, BATCH)?;
        for passage in vault.listed_passages(&rows)? {
            let document = passage.document_id;
            if let Some(candidate) = candidates.get_mut(&document) {
                candidate.places.extend(Place::of(passage, asked, &candidate.name));
            }
            met.push(document);
        }
        met.sort_unstable();
        met.dedup();
        if rows.len() < BATCH {
            return Ok(false);
        }
    }
    Ok(true)
}

impl<'a> Candidate<'a> {
    fn named(document: &'a FindableDocument, asked: &Asked) -> Self {
        let name = asked.spots(&Folded::of(&document.name));
        let has_all = asked.had(&name).iter().all(|had| *had);
        let begins = name.iter().any(|spot| spot.word == 0 && spot.range.start == 0);
        let named = if has_all { 1 + u8::from(begins) } else { 0 };
        Self { document, name, named, places: Vec::new() }
    }

    fn told(self, vault: &Vault) -> Result<FoundDocument> {
        let name = Marked::whole(&self.document.name, &self.name);
        let snippets: Vec<Snippet> = self.places.into_iter().take(SNIPPETS).map(Place::told).collect();
        let passage = match snippets.first() {
            Some(best) => Some(best.passage),
            None => vault.first_passage(self.document.id)?,
        };
        Ok(FoundDocument { document: self.document.clone(), name, passage, snippets })
    }
}

impl Place {
    /// `None` where the passage does not have what is asked for, or where only the name of its document does.
    fn of(passage: Passage, asked: &Asked, name: &[Spot]) -> Option<Self> {
        let folded = Folded::of(&passage.text);
        let text = asked.spots(&folded);
        let headings: Vec<Vec<Spot>> =
            passage.heading_path.iter().map(|heading| asked.spots(&Folded::of(heading))).collect();
        let here: Vec<Spot> = text.iter().chain(headings.iter().flatten()).cloned().collect();
        let had_in_name = asked.had(name);
        let all = asked.had(&here).iter().zip(&had_in_name).all(|(here, named)| *here || *named);
        if !(all && !here.is_empty() || asked.has_forms(&folded)) {
            return None;
        }
        let score = score(asked, &text, &headings);
        Some(Self { passage, text, headings, score })
    }

    fn told(self) -> Snippet {
        let Passage { id, page, section, text, heading_path, .. } = self.passage;
        let headings = heading_path.iter().zip(&self.headings);
        Snippet {
            passage: id,
            page,
            section,
            heading_path: headings.map(|(heading, spots)| Marked::whole(heading, spots)).collect(),
            text: Marked::cut(&text, &self.text),
        }
    }
}

/// What stands there as it was typed, often, at the beginning of words, in a heading and close together comes first.
fn score(asked: &Asked, text: &[Spot], headings: &[Vec<Spot>]) -> f32 {
    let weight = |spot: &Spot| match (spot.exact, spot.begins) {
        (true, true) => 1.25,
        (true, false) => 1.0,
        (false, true) => 0.75,
        (false, false) => 0.5_f32,
    };
    let of_word = |word: usize| {
        let sum: f32 = text.iter().filter(|spot| spot.word == word).map(weight).sum();
        let headed = headings.iter().flatten().any(|spot| spot.word == word);
        // Once more says less each time.
        let often = sum / (sum + 1.0);
        if headed { often + 0.5 } else { often }
    };
    let words: f32 = (0..asked.words.len()).map(of_word).sum();
    words + together(text) as f32 / asked.words.len().max(1) as f32
}
