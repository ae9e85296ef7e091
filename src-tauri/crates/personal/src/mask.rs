//! The text with its personal information hidden.

use crate::page::Page;
use crate::{Found, Kind, address, find};

/// Hides the personal information of the kinds that `kinds` is true for.
///
/// Gives the masked text, and what was hidden, in bytes of the masked text. Every character that identifies becomes a
/// `*`; separators stay, and what officials are used to seeing. The text keeps its number of characters.
pub fn mask(text: &str, kinds: impl Fn(Kind) -> bool) -> (String, Vec<Found>) {
    let mut masked = String::with_capacity(text.len());
    let mut hidden = Vec::new();
    let mut done = 0;
    for found in find(text) {
        if !kinds(found.kind) {
            continue;
        }
        masked.push_str(&text[done..found.range.start]);
        let start = masked.len();
        hide(found.kind, &text[found.range.clone()], &mut masked);
        done = found.range.end;
        hidden.push(Found { range: start..masked.len(), ..found });
    }
    masked.push_str(&text[done..]);
    (masked, hidden)
}

/// Writes a piece of personal information with what identifies hidden.
fn hide(kind: Kind, piece: &str, into: &mut String) {
    let count = piece.chars().count();
    let digits = piece.chars().filter(|each| is_digit(*each)).count();
    let identifies = |each: char| each.is_alphanumeric();
    match kind {
        // 900101-1******
        Kind::ResidentNumber | Kind::ForeignerNumber => of_digits(piece, into, |place| place < 7),
        // 110111-*******
        Kind::CorporateNumber => of_digits(piece, into, |place| place < 6),
        // 123-45-*****
        Kind::BusinessNumber => of_digits(piece, into, |place| place < 5),
        // 1234-****-****-5678
        Kind::Card => of_digits(piece, into, |place| place < 4 || place + 4 >= digits),
        // 110-***-******
        Kind::Account => of_digits(piece, into, |place| place < 3),
        // 11-12-******-**; with a region's name, 서울 12-******-**
        Kind::DriverLicence => of_digits(piece, into, |place| place + 8 < digits),
        Kind::Phone => phone(piece, digits, into),
        // M********
        Kind::Passport => by_place(piece, into, |place, each| place > 0 && identifies(each)),
        // a***@example.com
        Kind::Email => {
            let at = piece.chars().position(|each| matches!(each, '@' | '＠')).unwrap_or(count);
            by_place(piece, into, |place, _| place < at && (place > 0 || at == 1));
        }
        Kind::Address => {
            let kept = address::kept(&Page::new(piece), 0);
            by_place(piece, into, |place, each| place >= kept && identifies(each));
        }
        // 12가 ****
        Kind::Vehicle => {
            by_place(piece, into, |place, each| place + 4 >= count && identifies(each));
        }
        Kind::IpAddress => ip(piece, into),
        // 홍*동, 홍*
        Kind::Name => {
            by_place(piece, into, |place, each| place > 0 && (place + 1 < count || count == 2) && identifies(each))
        }
    }
}

fn is_digit(each: char) -> bool {
    matches!(each, '0'..='9' | '０'..='９')
}

/// Hides the characters that `hidden` is true for, by their place.
fn by_place(piece: &str, into: &mut String, hidden: impl Fn(usize, char) -> bool) {
    into.extend(piece.chars().enumerate().map(|(place, each)| if hidden(place, each) { '*' } else { each }));
}

/// Hides digits but those that `kept` is true for, by their place among the digits.
fn of_digits(piece: &str, into: &mut String, kept: impl Fn(usize) -> bool) {
    let mut place = 0;
    into.extend(piece.chars().map(|each| {
        let digit = is_digit(each);
        place += usize::from(digit);
        if digit && !kept(place - 1) { '*' } else { each }
    }));
}

/// 010-****-5678; of a call centre and of a number without its area, 1588-****.
fn phone(piece: &str, digits: usize, into: &mut String) {
    if digits <= 8 {
        return of_digits(piece, into, |place| place + 4 < digits);
    }
    let middle = digits.saturating_sub(8);
    let groups: Vec<usize> = piece
        .split(|each: char| !is_digit(each))
        .map(|group| group.chars().count())
        .filter(|&count| count > 0)
        .collect();
    let exchange = match groups[..] {
        [.., exchange @ 3..=4, 4] => exchange,
        _ => digits.min(8).saturating_sub(4),
    };
    let first = if groups.len() > 2 { digits - 4 - exchange } else { middle };
    of_digits(piece, into, |place| place < first || place + 4 >= digits);
}

/// 192.168.*.*; of the sixth version, the first two groups stay.
fn ip(piece: &str, into: &mut String) {
    let mut groups = 0;
    let mut written = false;
    into.extend(piece.chars().map(|each| {
        if matches!(each, '.' | ':' | '．' | '：') {
            groups += usize::from(written);
            written = false;
            return each;
        }
        written = true;
        if groups >= 2 { '*' } else { each }
    }));
}
