//! Groups of digits, and the numbers that registries give: residents, foreigners, corporations, businesses, drivers,
//! cards, passports.

use std::ops::RangeInclusive;

use crate::check;
use crate::page::{Hit, Page, is_hangul, is_word};
use crate::{Kind, account, ip, phone, plate};

/// How a group of digits is joined to what lies beside it; a later one is looser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Join {
    /// By nothing but a mark.
    Tight,
    /// By a mark with spaces around it.
    Loose,
    /// By a space.
    Space,
    /// Not at all.
    Free,
}

/// A group of digits and what follows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    pub start: usize,
    pub end: usize,
    /// How it is joined to the next group.
    pub join: Join,
    /// The mark between: `-`, `~`, `.`, `)`, or a space.
    pub mark: char,
}

impl Group {
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }
}

/// Six groups suffice for every number, and bound what is looked ahead.
const MOST: usize = 6;

/// Digits in groups, from a place on.
pub(crate) struct Groups<'a> {
    pub page: &'a Page,
    groups: [Group; MOST],
    count: usize,
    /// How the first group is joined to digits or letters before it.
    pub lead: Join,
}

impl<'a> Groups<'a> {
    /// Reads the groups from a digit on that no digit precedes.
    pub(crate) fn read(page: &'a Page, place: usize) -> Self {
        let nothing = Group { start: place, end: place, join: Join::Free, mark: ' ' };
        let mut groups = [nothing; MOST];
        let mut count = 0;
        let mut start = place;
        while count < MOST {
            let end = page.past(start, page.len(), |each| each.is_ascii_digit());
            let (join, mark, next) = follow(page, start, end);
            groups[count] = Group { start, end, join, mark };
            count += 1;
            if join == Join::Free {
                break;
            }
            start = next;
        }
        Self { page, groups, count, lead: lead(page, place, groups[0].len()) }
    }

    pub(crate) fn get(&self, index: usize) -> Option<Group> {
        self.groups.get(..self.count)?.get(index).copied()
    }

    pub(crate) fn first(&self) -> Group {
        self.groups[0]
    }

    /// Where `lengths` groups of these lengths end, if they lie here apart from other digits, and how they are joined.
    pub(crate) fn shape(&self, lengths: &[usize]) -> Option<(usize, Join)> {
        if self.count < lengths.len() {
            return None;
        }
        let groups = &self.groups[..lengths.len()];
        if groups.iter().zip(lengths).any(|(group, &length)| group.len() != length) {
            return None;
        }
        let (last, inner) = groups.split_last()?;
        let join = inner.iter().map(|group| group.join).max().unwrap_or(Join::Tight);
        let apart = self.lead > join && self.after(last) > join;
        let sound = inner.iter().all(|group| matches!(group.mark, '-' | '~' | ' '));
        (apart && sound).then_some((last.end, join))
    }

    /// How a group is joined to what follows it, letters too.
    pub(crate) fn after(&self, group: &Group) -> Join {
        trail(self.page, group)
    }

    /// The values of the digits from the first group to a place.
    pub(crate) fn digits(&self, end: usize) -> Vec<u8> {
        self.page.digits(self.groups[0].start, end.min(self.groups[0].start + 64)).collect()
    }
}

/// The join to the next group of digits, its mark, and where that group starts.
fn follow(page: &Page, start: usize, end: usize) -> (Join, char, usize) {
    let free = (Join::Free, ' ', end);
    let mark_at = page.past_spaces(end, 2);
    let mark = page.at(mark_at);
    let spaced = mark_at > end;
    let (mark, next) = match mark {
        '-' | '~' => (mark, page.past_spaces(mark_at + 1, 2)),
        '.' if !spaced => (mark, mark_at + 1),
        ')' if !spaced && end - start <= 4 => (mark, page.past_spaces(mark_at + 1, 1)),
        '0'..='9' if mark_at == end + 1 && page.at(end) == ' ' => (' ', mark_at),
        _ => return free,
    };
    if !page.at(next).is_ascii_digit() {
        return free;
    }
    let join = match mark {
        ' ' => Join::Space,
        ')' => Join::Tight,
        _ if spaced || next > mark_at + 1 => Join::Loose,
        _ => Join::Tight,
    };
    (join, mark, next)
}

/// How a group of `length` digits at a place is joined to what precedes it.
fn lead(page: &Page, place: usize, length: usize) -> Join {
    let (before, ahead) = (page.back(place, 1), page.back(place, 2));
    if is_word(before) || matches!(before, '#' | '$' | '€' | '₩') {
        return Join::Tight;
    }
    match before {
        '-' | '~' if is_word(ahead) => Join::Tight,
        '.' if ahead.is_ascii_digit() => Join::Tight,
        // The number of a document follows the name of an office.
        '-' if is_hangul(ahead) => Join::Loose,
        // Thousands.
        ',' if length == 3 && (2..6).take_while(|&steps| page.back(place, steps).is_ascii_digit()).count() <= 3 => {
            if ahead.is_ascii_digit() {
                Join::Tight
            } else {
                Join::Free
            }
        }
        ' ' if ahead.is_ascii_digit() => Join::Space,
        ' ' if matches!(ahead, '-' | '~') => {
            let far = (3..6).map(|steps| page.back(place, steps)).find(|&each| each != ' ');
            if far.is_some_and(is_word) { Join::Loose } else { Join::Free }
        }
        _ => Join::Free,
    }
}

/// How a group is joined to what follows it.
fn trail(page: &Page, group: &Group) -> Join {
    let after = page.at(group.end);
    let next = page.at(group.end + 1);
    match after {
        _ if is_word(after) => Join::Tight,
        '.' if next.is_ascii_digit() => Join::Tight,
        '-' if is_word(next) => Join::Tight,
        // The last numbers of a range of lines: 02-123-4567~8.
        '~' if next.is_ascii_digit() => {
            let digits = page.past(group.end + 1, 8, |each| each.is_ascii_digit()) - group.end - 1;
            if digits < group.len() { Join::Free } else { Join::Tight }
        }
        ',' if next.is_ascii_digit() && group.len() <= 3 => Join::Tight,
        '%' | '㎡' | '㎞' => Join::Tight,
        _ => group.join,
    }
}

const RESIDENT: &[&str] = &["주민", "생년월일", "민번호"];
const FOREIGNER: &[&str] = &["외국인", "체류"];
const CORPORATE: &[&str] = &["법인", "등기번호"];
const BUSINESS: &[&str] = &["사업자", "등록번호"];
const DRIVER: &[&str] = &["면허"];
const CARD: &[&str] = &["카드", "card"];
const PASSPORT: &[&str] = &["여권", "passport"];

/// The number that starts with the digit at a place.
pub(crate) fn at(page: &Page, place: usize) -> Option<Hit> {
    let groups = Groups::read(page, place);
    if groups.lead == Join::Tight {
        return ip::four(&groups);
    }
    person(&groups)
        .or_else(|| card(&groups))
        .or_else(|| phone::at(&groups))
        .or_else(|| business(&groups))
        .or_else(|| driver(&groups))
        .or_else(|| account::at(&groups))
        .or_else(|| ip::four(&groups))
        .or_else(|| plate::at(page, place))
}

/// Residents, foreigners and corporations share a form.
fn person(groups: &Groups) -> Option<Hit> {
    let start = groups.first().start;
    let (end, join) = groups.shape(&[6, 7]).or_else(|| groups.shape(&[13]))?;
    let whole = groups.first().len() == 13;
    let digits = groups.digits(end);
    let context = groups.page.context_before(start, 24);
    let near = |words| context.distance(words).unwrap_or(usize::MAX);
    let (resident, corporate, account) = (near(RESIDENT).min(near(FOREIGNER)), near(CORPORATE), near(account::CUES));
    if account < resident && account < corporate {
        return None;
    }
    let birth = check::birth(&digits);
    let is_corporate = check::holds(&digits, check::corporate);
    if corporate < resident && (is_corporate || corporate < 8) {
        return Some(Hit::new(Kind::CorporateNumber, start, end, is_corporate));
    }
    let cued = resident != usize::MAX;
    let foreign = matches!(digits[6], 5..=8);
    let checked = check::holds(&digits, if foreign { check::foreigner } else { check::resident });
    let Some((year, ..)) = birth else {
        // Without a hyphen or a word, thirteen digits are anything.
        return (is_corporate && join != Join::Space && !whole && digits.iter().any(|&digit| digit != 0))
            .then(|| Hit::new(Kind::CorporateNumber, start, end, false));
    };
    if year < 1900 && is_corporate && !cued && !checked {
        return Some(Hit::new(Kind::CorporateNumber, start, end, false));
    }
    if !cued && !checked {
        // No one is that old or that young; and goods have thirteen digits too.
        let barcode = digits.starts_with(&[8, 8, 0]) && check::holds(&digits, check::barcode);
        if join == Join::Space || whole && (barcode || !(1900..2050).contains(&year)) {
            return None;
        }
    }
    let kind = if foreign { Kind::ForeignerNumber } else { Kind::ResidentNumber };
    Some(Hit::new(kind, start, end, checked))
}

/// The first four digits of cards of sixteen: Mastercard's, JCB's, Visa's, Discover's, UnionPay's, Korea's own.
const CARD_PREFIXES: &[RangeInclusive<u32>] =
    &[2221..=2720, 3528..=3589, 4000..=4999, 5100..=5599, 6011..=6011, 6200..=6299, 6440..=6599, 9000..=9999];

fn card(groups: &Groups) -> Option<Hit> {
    let start = groups.first().start;
    let shapes: [&[usize]; 4] = [&[4, 4, 4, 4], &[16], &[4, 6, 5], &[15]];
    let (end, _) = shapes.iter().find_map(|shape| groups.shape(shape))?;
    let digits = groups.digits(end);
    let prefix = digits.iter().take(4).fold(0, |sum: u32, &digit| sum * 10 + u32::from(digit));
    let known = match digits.len() {
        15 => matches!(prefix / 100, 34 | 37),
        _ => CARD_PREFIXES.iter().any(|known| known.contains(&prefix)),
    };
    let whole = groups.get(0).is_some_and(|group| group.len() > 4);
    let cued = groups.page.context_before(start, 24).has(CARD);
    let sound = known && check::holds(&digits, check::luhn) && (cued || !whole || prefix < 9000);
    sound.then(|| Hit::new(Kind::Card, start, end, cued || !whole))
}

fn business(groups: &Groups) -> Option<Hit> {
    let start = groups.first().start;
    let (end, join) = groups.shape(&[3, 2, 5]).or_else(|| groups.shape(&[10]))?;
    let digits = groups.digits(end);
    if !check::holds(&digits, check::business) || digits.iter().all(|&digit| digit == 0) {
        return None;
    }
    let context = groups.page.context_before(start, 24);
    let near = |words| context.distance(words).unwrap_or(usize::MAX);
    let cued = near(BUSINESS) != usize::MAX;
    let whole = groups.first().len() == 10 || join == Join::Space;
    let other = near(account::CUES) < near(BUSINESS);
    (!other && (cued || !whole)).then(|| Hit::new(Kind::BusinessNumber, start, end, true))
}

fn driver(groups: &Groups) -> Option<Hit> {
    let start = groups.first().start;
    let (end, join) = groups.shape(&[2, 2, 6, 2]).or_else(|| groups.shape(&[12]))?;
    let digits = groups.digits(end);
    let region = digits[0] * 10 + digits[1];
    let context = groups.page.context_before(start, 24);
    let near = |words| context.distance(words).unwrap_or(usize::MAX);
    let cued = near(DRIVER) < near(account::CUES);
    let bare = groups.first().len() == 12 || join == Join::Space;
    let other = near(account::CUES) < near(DRIVER);
    ((11..=28).contains(&region) && !other && (cued || !bare)).then(|| Hit::new(Kind::DriverLicence, start, end, cued))
}

const REGIONS: &[&str] = &[
    "경기북부",
    "경기남부",
    "서울",
    "부산",
    "경기",
    "강원",
    "충북",
    "충남",
    "전북",
    "전남",
    "경북",
    "경남",
    "제주",
    "대구",
    "인천",
    "광주",
    "대전",
    "울산",
    "세종",
];

/// Where the region's name at a place, the first of its word, ends.
pub(crate) fn region(page: &Page, place: usize) -> Option<usize> {
    if is_hangul(page.before(place)) {
        return None;
    }
    page.any(place, REGIONS)
}

/// A driver's licence that begins with a region's name, which lies from a place to `end`.
pub(crate) fn driver_of_region(page: &Page, place: usize, end: usize) -> Option<Hit> {
    let number = page.past(end, 3, |each| matches!(each, ' ' | '-'));
    if !page.at(number).is_ascii_digit() {
        return None;
    }
    let mut groups = Groups::read(page, number);
    groups.lead = Join::Free;
    let (end, _) = groups.shape(&[2, 6, 2])?;
    Some(Hit::new(Kind::DriverLicence, place, end, page.context_before(place, 24).has(DRIVER)))
}

/// A passport's number that starts with the letter at a place.
pub(crate) fn passport(page: &Page, place: usize) -> Option<Hit> {
    let before = page.before(place);
    if !matches!(page.at(place).to_ascii_uppercase(), 'M' | 'S' | 'R' | 'O' | 'D' | 'G' | 'P')
        || is_word(before)
        || before == '-'
    {
        return None;
    }
    let digits = page.past(place + 1, 9, |each| each.is_ascii_digit()) - place - 1;
    let end = match digits {
        8 => place + 9,
        3 if page.at(place + 4).is_ascii_alphabetic() => {
            (page.past(place + 5, 5, |each| each.is_ascii_digit()) == place + 9).then_some(place + 9)?
        }
        _ => return None,
    };
    let (after, next) = (page.at(end), page.at(end + 1));
    if is_word(after) || matches!(after, '-' | '.') && is_word(next) {
        return None;
    }
    let cued = page.context_before(place, 24).has(PASSPORT) || page.context_after(end, 8).has(PASSPORT);
    let upper = page.at(place).is_ascii_uppercase() && (digits == 8 || page.at(place + 4).is_ascii_uppercase());
    (cued || digits == 3 && upper).then(|| Hit::new(Kind::Passport, place, end, cued))
}
