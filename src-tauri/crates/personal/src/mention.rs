//! Names that no word before them announces: a telephone number or an age behind them does, or that they were announced
//! elsewhere in the text.

use std::collections::HashSet;

use crate::Kind;
use crate::name::{HONOURS, PARTICLES, ending};
use crate::page::{Hit, Page, is_hangul};
use crate::words::TITLES;

/// The name that a telephone number at a place, with a mark or a title between, or an age follows, from `least` on.
pub(crate) fn followed(page: &Page, place: usize, least: usize) -> Option<Hit> {
    let mark = |from: usize| {
        let marks = |at: &usize| matches!(page.at(*at), ' ' | '(' | '☎' | '☏' | ':' | '/' | ',' | '.');
        (from.saturating_sub(4)..from).rev().take_while(marks).last().unwrap_or(from)
    };
    let mut end = mark(place);
    // Its word may stand between too.
    let word = |at: &usize| page.any(*at, &["전화", "연락처", "휴대폰", "핸드폰", "직통"]) == Some(end);
    if let Some(at) = (2..=3).map(|length| end.saturating_sub(length)).find(word) {
        end = mark(at);
    }
    if end == place {
        return None;
    }
    let titled = (2..=4).map(|length| end.saturating_sub(length)).find(|&at| page.any(at, TITLES) == Some(end));
    ending(page, end, least, false)
        .or_else(|| ending(page, titled.filter(|&at| page.before(at) == ' ')? - 1, least, false))
}

/// The name whose bearer's age stands in a bracket at a place: 홍길동(45세), 홍길동(45·남), 홍길동(남, 45세).
pub(crate) fn aged(page: &Page, place: usize, least: usize) -> Option<Hit> {
    let sex = |at: usize| page.any(at, &["남", "여"]).filter(|&end| !is_hangul(page.at(end)));
    let part = |at: usize| matches!(page.at(at), ',' | '·' | '/').then(|| page.past_spaces(at + 1, 1));
    let first = sex(place + 1).and_then(part);
    let start = first.unwrap_or(place + 1);
    let digits = page.past(start, 3, |each| each.is_ascii_digit());
    if !(1..=2).contains(&(digits - start)) {
        return None;
    }
    let years = page.word(digits, "세").filter(|&end| matches!(page.at(end), ')' | ',' | '·' | '/'));
    let apart = page.at(digits) == '·' && is_hangul(page.at(digits + 1));
    let aged = years.is_some() || apart || first.is_some() || part(digits).and_then(sex).is_some();
    aged.then(|| ending(page, place, least, false)).flatten()
}

/// Whether nothing but a particle or a title follows a name that ends at a place.
fn ends_word(page: &Page, end: usize) -> bool {
    let run = page.past(end, 6, is_hangul);
    run == end
        || PARTICLES.iter().any(|particle| page.word(end, particle) == Some(run))
        || page.any(end, HONOURS).is_some()
}

/// The names that were found, where they stand again and nothing announces them.
pub(crate) fn again(page: &Page, hits: &[Hit]) -> Vec<Hit> {
    let syllables = |at: usize| [page.at(at), page.at(at + 1), page.at(at + 2)];
    let named = hits.iter().filter(|hit| hit.kind == Kind::Name && hit.end == hit.start + 3);
    let known: HashSet<[char; 3]> =
        named.map(|hit| syllables(hit.start)).filter(|name| name.iter().all(|&each| is_hangul(each))).collect();
    let mut more = Vec::new();
    if known.is_empty() {
        return more;
    }
    let mut taken = hits.iter().peekable();
    let mut at = 0;
    while at < page.len() {
        while taken.next_if(|hit| hit.end <= at).is_some() {}
        let bound = taken.peek().map_or(page.len(), |hit| hit.start);
        if bound <= at {
            at = taken.peek().map_or(at + 1, |hit| hit.end);
            continue;
        }
        let end = at + 3;
        let whole =
            end <= bound && !is_hangul(page.before(at)) && known.contains(&syllables(at)) && ends_word(page, end);
        if whole {
            more.push(Hit::new(Kind::Name, at, end, false));
        }
        at += if whole { 3 } else { 1 };
    }
    more
}
