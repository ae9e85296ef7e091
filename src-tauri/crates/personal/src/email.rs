//! Addresses of electronic mail.

use crate::Kind;
use crate::page::{Hit, Page, is_hangul};

/// What files and not hosts end with.
const FILES: &[&str] = &["png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "hwp", "hwpx", "docx", "xlsx"];
/// Hosts whose names are Korean end with these.
const KOREAN: &[&str] = &["한국", "닷컴", "닷넷"];

/// All of them, in order.
pub(crate) fn all(page: &Page) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    for place in 0..page.len() {
        if page.at(place) != '@' {
            continue;
        }
        let Some(hit) = around(page, place) else { continue };
        if hits.last().is_none_or(|last| last.end <= hit.start) {
            hits.push(hit);
        }
    }
    hits
}

fn around(page: &Page, at: usize) -> Option<Hit> {
    let start = local(page, at)?;
    let end = domain(page, at + 1)?;
    Some(Hit::new(Kind::Email, start, end, true))
}

/// Where the part before the sign starts.
fn local(page: &Page, at: usize) -> Option<usize> {
    let least = at.saturating_sub(64);
    let back = |from: usize, of: fn(char) -> bool| {
        (least..from).rev().take_while(|&place| of(page.at(place))).last().unwrap_or(from)
    };
    let ascii = |each: char| each.is_ascii_alphanumeric() || matches!(each, '.' | '_' | '%' | '+' | '-');
    let mut start = back(at, ascii);
    // A Korean word runs into the letters that follow it, but is part of what has no letters of its own.
    if !(start..at).any(|place| page.at(place).is_ascii_alphabetic()) {
        start = back(start, is_hangul);
    }
    while start < at && matches!(page.at(start), '.' | '-' | '+' | '%') {
        start += 1;
    }
    let dots = page.before(at) == '.' || (start..at).any(|place| page.at(place) == '.' && page.at(place + 1) == '.');
    (start < at && !dots && page.before(start) != '@' && !logs_in(page, start)).then_some(start)
}

/// Whether what starts at a place is who logs in at the host of a URL, or their password: `//user:word@host`.
fn logs_in(page: &Page, start: usize) -> bool {
    let user = |&at: &usize| page.at(at).is_ascii_alphanumeric() || matches!(page.at(at), ':' | '.' | '_' | '-' | '%');
    let first = (start.saturating_sub(64)..start).rev().take_while(user).last().unwrap_or(start);
    page.back(first, 1) == '/' && page.back(first, 2) == '/'
}

/// Where the part behind the sign ends.
fn domain(page: &Page, start: usize) -> Option<usize> {
    let (mut at, mut end) = (start, None);
    // Labels; the name of a host has 253 characters at most.
    while at < start + 253 {
        let korean = is_hangul(page.at(at));
        let label = match korean {
            true => page.past(at, 63, is_hangul),
            false => page.past(at, 63, |each| each.is_ascii_alphanumeric() || each == '-'),
        };
        if label == at || page.at(at) == '-' {
            break;
        }
        if at > start {
            let letters = page.past(at, 64, |each| each.is_ascii_alphabetic());
            if korean {
                end = page.any(at, KOREAN).or(end);
            } else if letters == label && label >= at + 2 {
                end = Some(label);
            }
        }
        if page.at(label) != '.' {
            break;
        }
        at = label + 1;
    }
    let end = end?;
    let last: String = (start..end).rev().map(|place| page.at(place)).take_while(|&each| each != '.').collect();
    let last: String = last.chars().rev().collect::<String>().to_ascii_lowercase();
    (!FILES.contains(&last.as_str())).then_some(end)
}
