//! The walk through a page.

use std::sync::LazyLock;

use crate::page::{Hit, Page, is_hangul, is_word};
use crate::{Kind, address, email, ip, mention, name, number, phone, places, plate};

/// What may begin with a syllable.
const PLACE: u8 = 1;
const CUE: u8 = 2;
const HONOUR: u8 = 4;
const ANNOUNCES: u8 = 8;

/// What may begin with each syllable, from 가 on.
static SYLLABLES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut table = vec![0; 0xd7a4 - 0xac00];
    let mut mark = |each: char, what: u8| {
        if let Some(entry) = (each as usize).checked_sub(0xac00).and_then(|index| table.get_mut(index)) {
            *entry |= what;
        }
    };
    places::first_syllables().for_each(|each| mark(each, PLACE));
    name::first_syllables().for_each(|each| mark(each, CUE));
    name::honour_syllables().for_each(|each| mark(each, HONOUR));
    "주소거송".chars().for_each(|each| mark(each, ANNOUNCES));
    table
});

/// Finds all there is, in order and never overlapping.
pub(crate) fn scan(page: &Page) -> Vec<Hit> {
    let emails = email::all(page);
    let mut emails = emails.iter().peekable();
    let mut hits: Vec<Hit> = Vec::new();
    let mut names = Vec::new();
    let mut cells = page.cells().iter().filter(|cell| cell.names).peekable();
    // Where an address that was announced would start.
    let mut expected = None;
    let mut at = 0;
    while at < page.len() {
        while emails.next_if(|email| email.start < at).is_some() {}
        let bound = emails.peek().map_or(page.len(), |email| email.start);
        if bound == at {
            hits.extend(emails.next());
            at = hits.last().map_or(at + 1, |hit| hit.end);
            continue;
        }
        let free = hits.last().map_or(0, |hit| hit.end);
        names.clear();
        while cells.next_if(|cell| cell.text.start < at).is_some() {}
        if let Some(cell) = cells.next_if(|cell| cell.text.start == at) {
            name::in_cell(page, &cell.text, &mut names);
        }
        if names.is_empty() {
            let hit = first(page, at, free, &mut expected, &mut names);
            if let Some(phone) = hit.filter(|hit| hit.kind == Kind::Phone) {
                names.extend(mention::followed(page, phone.start, free));
            }
            names.extend(hit);
        }
        names.retain(|hit: &Hit| hit.end <= bound && hit.start >= free);
        let Some(last) = names.last() else {
            at = next(page, at);
            continue;
        };
        at = last.end.max(at + 1);
        hits.append(&mut names);
    }
    hits.extend(mention::again(page, &hits));
    hits.sort_by_key(|hit| hit.start);
    hits
}

/// Past what can begin nothing more: the rest of a group of digits.
fn next(page: &Page, at: usize) -> usize {
    match page.at(at).is_ascii_digit() {
        true => page.past(at, page.len(), |each| each.is_ascii_digit()),
        false => at + 1,
    }
}

/// What begins at a place; or the names that a word there announces.
fn first(page: &Page, at: usize, free: usize, expected: &mut Option<usize>, names: &mut Vec<Hit>) -> Option<Hit> {
    let each = page.at(at);
    if each.is_ascii() {
        return match each {
            '0'..='9' => number::at(page, at).or_else(|| ip::six(page, at)),
            'A'..='F' | 'a'..='f' if !is_word(page.before(at)) => {
                number::passport(page, at).or_else(|| ip::six(page, at))
            }
            'A'..='Z' | 'a'..='z' if !is_word(page.before(at)) => number::passport(page, at),
            '+' => phone::abroad(page, at),
            '(' => mention::aged(page, at, free),
            ':' | '|' => {
                name::marked(page, at, names);
                None
            }
            _ => None,
        };
    }
    if !is_hangul(each) {
        return None;
    }
    let what = SYLLABLES.get((each as usize) - 0xac00).copied().unwrap_or(0);
    if what == 0 && *expected != Some(at) {
        return None;
    }
    if what & PLACE != 0 {
        let place = address::at(page, at).or_else(|| {
            let end = number::region(page, at)?;
            plate::of_region(page, at, end).or_else(|| number::driver_of_region(page, at, end))
        });
        if place.is_some() {
            return place;
        }
    }
    if *expected == Some(at)
        && let Some(bare) = address::bare(page, at)
    {
        return Some(bare);
    }
    if what & ANNOUNCES != 0 {
        *expected = address::announced(page, at).or(*expected);
    }
    if what & HONOUR != 0
        && let Some(honoured) = name::honoured(page, at, free)
    {
        return Some(honoured);
    }
    if what & CUE != 0 {
        name::announced(page, at, names);
    }
    None
}
