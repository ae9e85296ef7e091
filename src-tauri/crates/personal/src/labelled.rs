//! Office sentences whose personal information is known, to score a finder with.
//!
//! Every value is made by rule from a seed; none belongs to a person on purpose.

mod held;
mod places;
mod tuned;
mod values;

use std::ops::Range;

use crate::{Found, Kind};
use values::Draw;

/// A text and the personal information in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// One line, or a few of a form.
    pub text: String,
    /// In order, in bytes of the text.
    pub spans: Vec<(Kind, Range<usize>)>,
}

/// Which sentences: the wording of the two sets has nothing in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// The finder may be tuned on them.
    Tuned,
    /// Kept for measuring; written before the finder was.
    Held,
}

impl Set {
    /// Templates with personal information, and without.
    fn templates(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Tuned => (tuned::WITH, tuned::WITHOUT),
            Self::Held => (held::WITH, held::WITHOUT),
        }
    }
}

/// Makes `count` sentences, a third of which hold nothing personal. The same seed makes the same sentences.
pub fn generate(seed: u64, count: usize, set: Set) -> Vec<Sentence> {
    let mut draw = Draw(seed);
    let (with, without) = set.templates();
    (0..count)
        .map(|_| {
            let templates = if draw.below(3) == 0 { without } else { with };
            let template = draw.one_of(templates);
            filled(&mut draw, template)
        })
        .collect()
}

fn filled(draw: &mut Draw, template: &str) -> Sentence {
    let mut sentence = Sentence { text: String::new(), spans: Vec::new() };
    let &(bank, lengths) = &values::BANKS[draw.below(values::BANKS.len() as u64) as usize];
    let mut pieces = template.split('{');
    sentence.text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (word, after) = piece.split_once('}').unwrap_or((piece, ""));
        let labelled = match word {
            "resident" => Some((Kind::ResidentNumber, values::resident(draw))),
            "foreigner" => Some((Kind::ForeignerNumber, values::foreigner(draw))),
            "passport" => Some((Kind::Passport, values::passport(draw))),
            "driver" => Some((Kind::DriverLicence, values::driver(draw))),
            "business" => Some((Kind::BusinessNumber, values::business(draw))),
            "corporate" => Some((Kind::CorporateNumber, values::corporate(draw))),
            "card" => Some((Kind::Card, values::card(draw))),
            "account" => Some((Kind::Account, values::account(draw, lengths))),
            "mobile" => Some((Kind::Phone, values::mobile(draw))),
            "landline" => Some((Kind::Phone, values::landline(draw))),
            "phone" if draw.chance(60) => Some((Kind::Phone, values::mobile(draw))),
            "phone" => Some((Kind::Phone, values::landline(draw))),
            "email" => Some((Kind::Email, values::email(draw))),
            "address" => Some((Kind::Address, values::address(draw))),
            "vehicle" => Some((Kind::Vehicle, values::vehicle(draw))),
            "ip" => Some((Kind::IpAddress, values::ip(draw))),
            "ip6" => Some((Kind::IpAddress, values::ip6(draw))),
            "name" => Some((Kind::Name, values::name(draw))),
            _ => None,
        };
        if let Some((kind, value)) = labelled {
            let start = sentence.text.len();
            sentence.text.push_str(&value);
            sentence.spans.push((kind, start..sentence.text.len()));
        } else {
            let closed = sentence.text.chars().next_back().is_some_and(ends_in_consonant);
            match word {
                "bank" => sentence.text.push_str(bank),
                "은" => sentence.text.push(if closed { '은' } else { '는' }),
                "이" => sentence.text.push(if closed { '이' } else { '가' }),
                _ => sentence.text.push_str(&values::filler(draw, word).unwrap_or_default()),
            }
        }
        sentence.text.push_str(after);
    }
    sentence
}

fn ends_in_consonant(syllable: char) -> bool {
    ('가'..='힣').contains(&syllable) && !(syllable as u32 - '가' as u32).is_multiple_of(28)
}

/// How a finder did on one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What was looked for.
    pub kind: Kind,
    /// How many there were.
    pub labelled: u32,
    /// How many the finder named.
    pub found: u32,
    /// How many of those cover at least 80 % of the bytes of one of the same kind that was there.
    pub right: u32,
}

impl Row {
    /// The share of what was found that was there; 1 where nothing was found.
    pub fn precision(&self) -> f64 {
        share(self.right, self.found)
    }

    /// The share of what was there that was found; 1 where nothing was there.
    pub fn recall(&self) -> f64 {
        share(self.right, self.labelled)
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(part) / f64::from(whole) }
}

/// Precision and recall over all kinds together.
pub fn whole(rows: &[Row]) -> (f64, f64) {
    let sum = |of: fn(&Row) -> u32| rows.iter().map(of).sum::<u32>();
    (share(sum(|row| row.right), sum(|row| row.found)), share(sum(|row| row.right), sum(|row| row.labelled)))
}

/// Scores a finder, a row for each kind in the order of [`Kind::ALL`].
pub fn score(find: impl Fn(&str) -> Vec<Found>, sentences: &[Sentence]) -> Vec<Row> {
    let mut rows: Vec<Row> = Kind::ALL.iter().map(|&kind| Row { kind, labelled: 0, found: 0, right: 0 }).collect();
    for sentence in sentences {
        let mut found = find(&sentence.text);
        for row in &mut rows {
            row.found += found.iter().filter(|each| each.kind == row.kind).count() as u32;
            row.labelled += sentence.spans.iter().filter(|(kind, _)| *kind == row.kind).count() as u32;
        }
        for (kind, span) in &sentence.spans {
            let hit = found.iter().position(|each| each.kind == *kind && covers(&each.range, span));
            if let Some(place) = hit {
                // One that was found counts once.
                found.remove(place);
                rows.iter_mut().filter(|row| row.kind == *kind).for_each(|row| row.right += 1);
            }
        }
    }
    rows
}

fn covers(found: &Range<usize>, labelled: &Range<usize>) -> bool {
    let common = found.end.min(labelled.end).saturating_sub(found.start.max(labelled.start));
    common * 5 >= labelled.len() * 4
}
