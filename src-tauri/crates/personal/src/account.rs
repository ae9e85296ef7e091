//! Bank accounts, which only a bank's name or a word that speaks of accounts tells from other numbers.

use crate::Kind;
use crate::number::{Groups, Join};
use crate::page::Hit;

/// Words that speak of accounts.
pub(crate) const CUES: &[&str] = &["계좌", "예금주", "입금", "송금", "이체", "통장", "account", "acct"];

/// Names that are banks' whatever stands around them.
const FULL_BANKS: &[&str] = &["은행", "뱅크", "농협", "수협", "신협", "우체국", "새마을금고", "산림조합"];
const BANKS: &[&str] = &[
    "은행",
    "뱅크",
    "농협",
    "수협",
    "신협",
    "우체국",
    "새마을금고",
    "산림조합",
    "kb",
    "nh",
    "ibk",
    "토스",
    "국민",
    "신한",
    "하나",
    "우리",
    "기업",
    "산업",
    "제일",
    "씨티",
    "대구",
    "부산",
    "광주",
    "전북",
    "경남",
    "제주",
    "증권",
];

/// How banks part their numbers.
const SHAPES: &[&[usize]] = &[
    &[6, 2, 6],
    &[3, 2, 6],
    &[3, 3, 6],
    &[3, 2, 7],
    &[3, 2, 8],
    &[4, 2, 7],
    &[4, 3, 6],
    &[4, 4, 4],
    &[4, 4, 5],
    &[3, 4, 6],
    &[3, 5, 5],
    &[3, 6, 5],
    &[3, 6, 3],
    &[3, 8, 3],
    &[5, 2, 6],
    &[2, 2, 6],
    &[3, 2, 4, 3],
    &[3, 2, 5, 1],
    &[3, 2, 6, 1],
    &[3, 2, 6, 2],
    &[3, 2, 6, 3],
    &[3, 4, 4, 2],
    &[3, 6, 2, 3],
    &[3, 4, 6, 1],
    &[3, 8, 2, 1],
    &[4, 2, 6, 1],
    &[4, 3, 6, 1],
    &[4, 4, 4, 1],
    &[4, 4, 4, 2],
];

/// An account's number that starts with the first of the groups.
pub(crate) fn at(groups: &Groups) -> Option<Hit> {
    let page = groups.page;
    let start = groups.first().start;
    if groups.first().len() > 14 {
        return None;
    }
    if let Some((end, _)) = SHAPES.iter().find_map(|shape| groups.shape(shape)) {
        let before = page.context_before(start, 20);
        let bank = before.distance(BANKS);
        let after = page.context_after(end, 10);
        let near =
            before.has(CUES) || bank.is_some_and(|distance| distance <= 8) || after.has(CUES) || after.has(FULL_BANKS);
        return (near && !is_date(groups)).then(|| Hit::new(Kind::Account, start, end, true));
    }
    let (end, digits, join) = chain(groups)?;
    // The word speaks of the number that it stands before, and of no further one.
    if !(10..=14).contains(&digits) || join >= Join::Space || groups.lead == Join::Space || is_date(groups) {
        return None;
    }
    let before = page.context_before(start, 20);
    let cued = before.distance(CUES).is_some_and(|distance| distance <= 12);
    let close =
        before.distance(BANKS).is_some_and(|distance| distance <= 2) || page.context_after(end, 6).has(FULL_BANKS);
    (cued || close).then(|| Hit::new(Kind::Account, start, end, false))
}

/// The groups that hyphens join: where they end, how many digits there are, and the loosest join.
fn chain(groups: &Groups) -> Option<(usize, usize, Join)> {
    let (mut digits, mut join) = (0, Join::Tight);
    for index in 0..5 {
        let group = groups.get(index)?;
        digits += group.len();
        if group.mark != '-' || group.join >= Join::Space {
            let apart = groups.after(&group) > join && groups.lead > join;
            return apart.then_some((group.end, digits, join));
        }
        join = join.max(group.join);
    }
    None
}

/// Whether the groups begin with a year, a month and a day.
fn is_date(groups: &Groups) -> bool {
    let whole = groups.digits(groups.first().end);
    let year = |digits: &[u8]| matches!(digits, [1, 9, ..] | [2, 0, ..]);
    match groups.first().len() {
        4 => {
            let short = |index: usize| groups.get(index).is_some_and(|group| group.len() <= 2);
            year(&whole) && short(1) && short(2)
        }
        // 20241125123456
        12 | 14 => {
            let two = |at: usize| whole[at] * 10 + whole[at + 1];
            year(&whole) && (1..=12).contains(&two(4)) && (1..=31).contains(&two(6)) && two(8) < 24
        }
        _ => false,
    }
}
