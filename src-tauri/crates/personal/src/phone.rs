//! Telephone numbers.

use crate::Kind;
use crate::number::{Groups, Join};
use crate::page::{Hit, Page, is_word};

/// What announces a telephone number.
pub(crate) const CUES: &[&str] = &[
    "전화",
    "연락처",
    "휴대폰",
    "핸드폰",
    "휴대번호",
    "팩스",
    "전송",
    "직통",
    "tel",
    "fax",
    "phone",
    "mobile",
    "h.p",
    "hp",
    "☎",
    "☏",
    "📞",
    "📱",
    "문의",
    "콜센터",
    "내선",
    "연락망",
];

/// The first numbers of call centres.
const CENTRES: &[u32] = &[
    1522, 1533, 1544, 1551, 1555, 1566, 1577, 1588, 1599, 1600, 1611, 1644, 1660, 1661, 1666, 1668, 1670, 1688, 1800,
    1811, 1833, 1855, 1866, 1877, 1899,
];

/// How many digits may follow what stands first: in the middle, at least and at most.
fn middle(area: &str) -> Option<(usize, usize)> {
    match area.as_bytes() {
        b"010" => Some((4, 4)),
        b"02" | b"080" | b"060" => Some((3, 4)),
        b"070" => Some((3, 4)),
        [b'0', b'1', b'1' | b'6'..=b'9'] => Some((3, 4)),
        [b'0', b'3', b'1'..=b'3'] | [b'0', b'4', b'1'..=b'4'] => Some((3, 4)),
        [b'0', b'5', b'1'..=b'5'] | [b'0', b'6', b'1'..=b'4'] => Some((3, 4)),
        [b'0', b'5', b'0', b'2'..=b'9'] => Some((3, 4)),
        _ => None,
    }
}

fn text(page: &Page, start: usize, end: usize) -> String {
    (start..end).map(|place| page.at(place)).collect()
}

fn value(page: &Page, start: usize, end: usize) -> u32 {
    page.digits(start, end).fold(0, |sum, digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit)))
}

fn cued(page: &Page, start: usize, most: usize) -> bool {
    page.context_before(start, most).has(CUES)
}

/// A telephone number that starts with the first of the groups.
pub(crate) fn at(groups: &Groups) -> Option<Hit> {
    let page = groups.page;
    let first = groups.first();
    if first.len() > 11 || groups.lead == Join::Tight {
        return None;
    }
    if page.at(first.start) == '0' {
        return grouped(groups, 0, false).or_else(|| whole(groups));
    }
    // The country's number without its plus.
    if first.len() == 2 && text(page, first.start, first.end) == "82" && groups.lead == Join::Free {
        return grouped(groups, 1, true).filter(|hit| hit.end - hit.start >= 15);
    }
    american(groups).or_else(|| centre(groups)).or_else(|| local(groups))
}

/// (202) 555-0123, as North America writes its numbers.
fn american(groups: &Groups) -> Option<Hit> {
    let page = groups.page;
    let (area, exchange, line) = (groups.get(0)?, groups.get(1)?, groups.get(2)?);
    let shape = (area.len(), exchange.len(), line.len()) == (3, 3, 4) && (area.mark, exchange.mark) == (')', '-');
    let apart = page.before(area.start) == '(' && groups.after(&line) > Join::Tight;
    let given =
        matches!(page.at(area.start), '2'..='9') && page.digits(exchange.start, line.end).any(|digit| digit > 0);
    let named = cued(page, area.start, 12);
    (shape && apart && given).then(|| Hit::new(Kind::Phone, area.start - 1, line.end, named))
}

/// Area, exchange and line, the area at `index`; without its zero behind the country's number.
fn grouped(groups: &Groups, index: usize, abroad: bool) -> Option<Hit> {
    let page = groups.page;
    let (area, exchange) = (groups.get(index)?, groups.get(index + 1)?);
    let area_text = text(page, area.start, area.end.min(area.start + 5));
    let area_text = if abroad && !area_text.starts_with('0') { format!("0{area_text}") } else { area_text };
    let (least, most) = middle(&area_text)?;
    // 010-12345678
    let (end, join, after) = if exchange.len() == 8 && area_text.starts_with("01") {
        (exchange.end, area.join, groups.after(&exchange))
    } else {
        let line = groups.get(index + 2)?;
        if exchange.len() < least || exchange.len() > most || line.len() != 4 || matches!(exchange.mark, ')') {
            return None;
        }
        (line.end, area.join.max(exchange.join), groups.after(&line))
    };
    let mobile = area_text.starts_with("01");
    let mut start = groups.first().start;
    let spaced = join == Join::Space && exchange.join == Join::Space;
    let loose_ends = if mobile { Join::Space } else { Join::Loose };
    if after <= Join::Tight || after <= join.min(loose_ends) && !(mobile && after == Join::Space) {
        return None;
    }
    if groups.lead <= join.min(Join::Loose) {
        return None;
    }
    if page.digits(exchange.start, end).all(|digit| digit == 0) {
        return None;
    }
    if spaced && !mobile && !abroad && !cued(page, start, 12) {
        return None;
    }
    if area.mark == ')' && page.before(start) == '(' {
        start -= 1;
    }
    Some(Hit::new(Kind::Phone, start, end, true))
}

/// Digits without anything between: a mobile number, or after a word any.
fn whole(groups: &Groups) -> Option<Hit> {
    let page = groups.page;
    let first = groups.first();
    let digits = text(page, first.start, first.end);
    let length = [2, 3, 4].into_iter().find(|&length| digits.get(..length).and_then(middle).is_some())?;
    let (least, most) = middle(&digits[..length])?;
    let fits = |count: usize| count >= length + least + 4 && count <= length + most + 4;
    // 0101234-5678
    let (end, count, after) = match groups.get(1) {
        Some(second) if first.mark == '-' && second.len() == 4 && fits(first.len() + 4) => {
            (second.end, first.len() + 4, groups.after(&second))
        }
        _ => (first.end, first.len(), groups.after(&first)),
    };
    if !fits(count) || after <= Join::Loose || groups.lead <= Join::Loose {
        return None;
    }
    let named = cued(page, first.start, 12);
    let mobile = digits.starts_with("010");
    let zeroes = page.digits(first.start + length, end).all(|digit| digit == 0);
    (!zeroes && (named || mobile)).then(|| Hit::new(Kind::Phone, first.start, end, named))
}

/// 1588-1234.
fn centre(groups: &Groups) -> Option<Hit> {
    let page = groups.page;
    let (end, join) = groups.shape(&[4, 4]).or_else(|| groups.shape(&[8]))?;
    let start = groups.first().start;
    let (front, back) = (value(page, start, start + 4), value(page, end - 4, end));
    if !CENTRES.contains(&front) || groups.lead <= Join::Loose {
        return None;
    }
    let named = cued(page, start, 12) || page.context_after(end, 6).has(CUES);
    // From one year to another.
    let years = back >= front && back <= 2100;
    let unit = matches!(page.at(end), '년' | '원' | '명' | '건' | '개');
    let bare = groups.first().len() == 8 || join == Join::Space || groups.first().mark == '~';
    (!unit && (named || !years && !bare)).then(|| Hit::new(Kind::Phone, start, end, named))
}

/// Exchange and line after a word, without the area.
fn local(groups: &Groups) -> Option<Hit> {
    let (end, join) = groups.shape(&[3, 4]).or_else(|| groups.shape(&[4, 4]))?;
    let start = groups.first().start;
    let page = groups.page;
    if join > Join::Loose || groups.first().mark != '-' || groups.lead <= Join::Loose || page.at(start) == '1' {
        return None;
    }
    let near = page.context_before(start, 8);
    let named = near.distance(&["전화", "연락처", "팩스", "전송", "tel", "fax", "☎", "☏", "전화번호", "직통", "구내"]);
    // Only a mark or an area between the word and the number.
    named.filter(|&distance| distance <= 4).map(|_| Hit::new(Kind::Phone, start, end, false))
}

/// A number that starts with the country's, at a plus sign.
pub(crate) fn abroad(page: &Page, place: usize) -> Option<Hit> {
    let Some(after) = page.word(place, "+82") else { return foreign(page, place) };
    if is_word(page.before(place)) || page.at(after).is_ascii_digit() && !matches!(page.at(after), '1'..='7') {
        return None;
    }
    let bracket = page.past(after, 3, |each| matches!(each, ' ' | '-' | ')' | '.'));
    let number = match page.word(bracket, "(0)") {
        Some(past) => page.past(past, 2, |each| matches!(each, ' ' | '-')),
        None => bracket,
    };
    if !page.at(number).is_ascii_digit() {
        return None;
    }
    let mut groups = Groups::read(page, number);
    groups.lead = Join::Free;
    let end = match grouped(&groups, 0, true) {
        Some(hit) => hit.end,
        // +821012345678
        None => {
            let first = groups.first();
            let digits = format!("0{}", text(page, first.start, first.end.min(first.start + 12)));
            let fits = digits.starts_with("010") && digits.len() == 11 && groups.after(&first) > Join::Loose;
            fits.then_some(first.end)?
        }
    };
    Some(Hit::new(Kind::Phone, place, end, true))
}

/// A number of another country, at a plus sign behind a word for telephones: Tel. +41 22 749 01 11.
fn foreign(page: &Page, place: usize) -> Option<Hit> {
    let start = page.past_spaces(place + 1, 1);
    if !matches!(page.at(start), '1'..='9') || is_word(page.before(place)) || !cued(page, place, 12) {
        return None;
    }
    let (mut end, mut count) = (start, 0);
    // No number has more digits, nor more marks than digits.
    for at in start..start + 30 {
        match page.at(at) {
            '0'..='9' => (end, count) = (at + 1, count + 1),
            ' ' | '-' | '.' | '(' | ')' if at <= end + 1 => {}
            _ => break,
        }
    }
    ((8..=15).contains(&count) && !is_word(page.at(end))).then(|| Hit::new(Kind::Phone, place, end, true))
}
