//! Names of people, which only the words around them tell from other words.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use crate::Kind;
use crate::page::{Hit, Page, is_hangul, is_word};
use crate::places;
use crate::words::{
    FORM_TAILS, GIVEN, LONG_SURNAMES, MARKED, NO_PERSON, NOT_NAMES, NOUNS, PARTICLE_ENDS, PERSON_ENDS, ROLES, SURNAMES,
    TAILS, TITLES,
};

/// What may follow a name at once.
pub(crate) const PARTICLES: &[&str] = &[
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "과",
    "와",
    "도",
    "만",
    "에게",
    "에게서",
    "께",
    "께서",
    "께서는",
    "에",
    "로",
    "으로",
    "로부터",
    "으로부터",
    "씨",
    "씨는",
    "씨가",
    "씨의",
    "씨를",
    "님",
    "님은",
    "님이",
    "님의",
    "님께",
    "님께서",
    "귀하",
    "외",
    "등",
    "이며",
    "이고",
    "이다",
    "입니다",
    "이라",
    "라고",
    "이라고",
    "임",
    "였다",
    "이었다",
    "까지",
    "부터",
    "에게는",
    "에게도",
    "측",
    "군",
    "양",
];
/// Words of respect and titles that follow a name.
pub(crate) const HONOURS: &[&str] = &[
    "씨",
    "님",
    "귀하",
    "주무관",
    "사무관",
    "서기관",
    "과장",
    "팀장",
    "국장",
    "실장",
    "계장",
    "부장",
    "차장",
    "주임",
    "장관",
    "차관",
    "총장",
    "원장",
    "교장",
    "회장",
    "사장",
    "위원장",
    "위원",
    "의원",
    "대통령",
    "대표",
    "교수",
    "교사",
    "박사",
    "연구원",
    "학생",
    "선수",
    "감독",
    "기자",
    "변호사",
];

/// How the words beside a name announce it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A colon or a cell's border.
    Mark,
    /// A line of its own.
    Line,
    /// A space.
    Word,
    /// A word of respect or a title behind the name.
    Honour,
}

static GIVEN_SET: LazyLock<HashSet<char>> = LazyLock::new(|| GIVEN.chars().collect());
static SURNAME_SET: LazyLock<HashSet<char>> = LazyLock::new(|| SURNAMES.chars().collect());
static NOUN_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| NOUNS.split_whitespace().collect());
static NOT_NAME_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| NOT_NAMES.split_whitespace().collect());
/// The words that announce a name by their first syllable, longest first; and whether they want a mark.
static CUES: LazyLock<HashMap<char, Vec<(&str, bool)>>> = LazyLock::new(|| {
    let mut cues: HashMap<char, Vec<(&str, bool)>> = HashMap::new();
    let all = ROLES.iter().map(|&word| (word, false)).chain(MARKED.iter().map(|&word| (word, true)));
    for (word, marked) in all {
        if let Some(first) = word.chars().next() {
            cues.entry(first).or_default().push((word, marked));
        }
    }
    cues.values_mut().for_each(|words| words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len())));
    cues
});

/// The syllables that words which announce a name begin with.
pub(crate) fn first_syllables() -> impl Iterator<Item = char> {
    CUES.keys().copied()
}

/// The syllables that words of respect and titles begin with.
pub(crate) fn honour_syllables() -> impl Iterator<Item = char> {
    HONOURS.iter().filter_map(|word| word.chars().next())
}

/// Adds the names that a word at a place announces.
pub(crate) fn announced(page: &Page, place: usize, hits: &mut Vec<Hit>) {
    let Some(words) = CUES.get(&page.at(place)) else { return };
    let cue = words.iter().find_map(|&(word, marked)| spread(page, place, word).map(|end| (word, marked, end)));
    let Some((word, marked, end)) = cue else { return };
    let Some((start, sign)) = gap(page, place, end) else { return };
    if marked && sign == Sign::Word {
        return;
    }
    let label = matches!(word, "성명" | "이름" | "성함" | "예금주");
    listed(page, start, sign, label, hits);
}

/// Whether a word, as the head of a column, announces names.
pub(crate) fn announces(word: &str) -> bool {
    let known = word.chars().next().and_then(|first| CUES.get(&first));
    known.is_some_and(|words| words.iter().any(|(cue, _)| *cue == word)) || is_person(word)
}

/// Whether a word ends as words do that people are called by: 목격자, 낙찰인.
fn is_person(word: &str) -> bool {
    let ends = word.ends_with(|last| PERSON_ENDS.contains(last)) && !NO_PERSON.iter().any(|end| word.ends_with(end));
    ends && (2..=6).contains(&word.chars().count()) && word.chars().all(is_hangul)
}

/// Adds the names that a mark at a place, behind such a word, announces.
pub(crate) fn marked(page: &Page, place: usize, hits: &mut Vec<Hit>) {
    let end = if page.before(place) == ' ' { place - 1 } else { place };
    if !PERSON_ENDS.contains(page.before(end)) {
        return;
    }
    let length = (1..=7).take_while(|&steps| is_hangul(page.back(end, steps))).count();
    let word: String = (end - length..end).map(|at| page.at(at)).collect();
    let start = past_number(page, page.past_spaces(place + 1, 4));
    if !is_person(&word) {
        return;
    }
    let first = hits.len();
    listed(page, start, Sign::Line, false, hits);
    hits[first..].iter_mut().for_each(|hit| hit.confidence = crate::Confidence::Likely);
}

/// Adds the names in a cell whose column's head announces them.
pub(crate) fn in_cell(page: &Page, cell: &Range<usize>, hits: &mut Vec<Hit>) {
    listed(page, cell.start, Sign::Mark, true, hits);
}

/// Adds the name at a place, behind an office and a title, and those that follow it in a list.
fn listed(page: &Page, place: usize, sign: Sign, label: bool, hits: &mut Vec<Hit>) {
    let start = past_title(page, place, sign);
    let Some(end) = read(page, start, sign, label) else { return };
    hits.push(Hit::new(Kind::Name, start, end, sign != Sign::Word));
    others(page, end, sign, hits);
}

/// A word whose syllables spaces may part, alike.
fn spread(page: &Page, place: usize, word: &str) -> Option<usize> {
    if let Some(end) = page.word(place, word) {
        return Some(end);
    }
    let mut at = place;
    for (index, syllable) in word.chars().enumerate() {
        if index > 0 {
            let next = page.past_spaces(at, 6);
            if next == at {
                return None;
            }
            at = next;
        }
        if page.at(at) != syllable {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// What lies between a word and the name, and where the name would start.
fn gap(page: &Page, place: usize, end: usize) -> Option<(usize, Sign)> {
    let mut at = end;
    // 성명(한글)
    let bracket = page.past_spaces(at, 1);
    if page.at(bracket) == '(' {
        let close = page.past(bracket + 1, 10, |each| each != ')' && each != '\n');
        if page.at(close) == ')' {
            at = close + 1;
        }
    }
    let mut sign = Sign::Word;
    let mark = page.past_spaces(at, 12);
    let tabbed = (at..mark).any(|place| page.at(place) == '\t');
    let mut start = mark;
    if matches!(page.at(mark), ':' | '|' | '=' | '▶' | '→' | '/' | '·') {
        sign = if matches!(page.at(mark), '/' | '·') { Sign::Word } else { Sign::Mark };
        start = past_number(page, past_repeated(page, place, end, page.past_spaces(mark + 1, 12)));
    } else if tabbed {
        sign = Sign::Mark;
    } else if page.at(mark) == '\n' && alone(page, place) {
        let next = page.past(mark, 3, |each| each == '\n');
        start = page.past_spaces(next, 4);
        sign = Sign::Line;
    }
    (start > end && is_hangul(page.at(start))).then_some((start, sign))
}

/// Past the same word in further cells: a cell that spans columns stands in each of them.
fn past_repeated(page: &Page, from: usize, to: usize, place: usize) -> usize {
    let mut at = place;
    for _ in 0..8 {
        let same = (from..to).all(|each| page.at(each) == page.at(at + each - from));
        let bar = page.past_spaces(at + to - from, 2);
        if !same || page.at(bar) != '|' {
            break;
        }
        at = page.past_spaces(bar + 1, 2);
    }
    at
}

/// Whether next to nothing precedes the word on its line.
fn alone(page: &Page, place: usize) -> bool {
    let mut before = (1..=8).map(|steps| page.back(place, steps));
    let own =
        |each: char| is_hangul(each) || matches!(each, ' ' | '\t' | '○' | '□' | '-' | '·' | '*' | '.' | '0'..='9');
    before.find(|&each| !own(each)) == Some('\n')
}

/// Past the office and the title of the one who is named: 총무과 주무관 홍길동.
fn past_title(page: &Page, place: usize, sign: Sign) -> usize {
    let mut at = place;
    for _ in 0..2 {
        let end = page.past(at, 12, is_hangul);
        if page.at(end) != ' ' || !is_hangul(page.at(end + 1)) {
            break;
        }
        let titled = page.any(at, TITLES) == Some(end);
        let office = sign != Sign::Word
            && end > at + 2
            && matches!(page.before(end), '과' | '팀' | '실' | '국' | '청' | '처' | '소' | '부' | '관');
        if !titled && !office {
            break;
        }
        at = end + 1;
    }
    at
}

/// Past the number that a school or an office gives to the one who is named: 1111홍길동.
fn past_number(page: &Page, place: usize) -> usize {
    let end = page.past(place, 11, |each| each.is_ascii_digit());
    // What is counted, and how much of it at least.
    let counts = matches!(page.at(end), '명' | '여' | '원') || page.any(end + 1, &["이상", "이하", "이내"]).is_some();
    if (4..=10).contains(&(end - place)) && is_hangul(page.at(end)) && !counts { end } else { place }
}

/// More names in a list: 홍길동, 김철수.
fn others(page: &Page, end: usize, sign: Sign, hits: &mut Vec<Hit>) {
    let mut at = end;
    loop {
        if !matches!(page.at(at), ',' | '·' | '、') {
            return;
        }
        let start = past_number(page, page.past_spaces(at + 1, 2));
        let Some(end) = read(page, start, Sign::Word, false) else { return };
        hits.push(Hit::new(Kind::Name, start, end, sign != Sign::Word));
        at = end;
    }
}

/// The name that a word of respect at a place follows, from `least` on.
pub(crate) fn honoured(page: &Page, place: usize, least: usize) -> Option<Hit> {
    let after = page.any(place, HONOURS)?;
    let next = page.at(after);
    if is_hangul(next)
        && page
            .any(after, &["은", "는", "이", "가", "의", "를", "을", "께", "에", "와", "과", "도", "로", "라", "만"])
            .is_none()
    {
        return None;
    }
    let end = if page.before(place) == ' ' { place - 1 } else { place };
    let short = end < place && page.at(place) == '씨' && page.before(end) != '모';
    ending(page, end, least, short)
}

/// The name that ends at a place; of two syllables where it may be `short`.
pub(crate) fn ending(page: &Page, end: usize, least: usize, short: bool) -> Option<Hit> {
    let start =
        (0..5).map(|back| end.saturating_sub(back)).take_while(|&at| at == end || is_hangul(page.at(at))).last()?;
    let whole = match end - start {
        2 => short,
        3 => places::district(page, start) != Some(end),
        4 => surname(page, start) == Some(2),
        _ => false,
    };
    let parted = !is_hangul(page.before(start)) && start >= least;
    (parted && whole && is_name(page, start, end, Sign::Honour)).then(|| Hit::new(Kind::Name, start, end, false))
}

/// How many syllables the surname at a place has.
fn surname(page: &Page, place: usize) -> Option<usize> {
    if page.any(place, LONG_SURNAMES).is_some() {
        return Some(2);
    }
    SURNAME_SET.contains(&page.at(place)).then_some(1)
}

/// Where the name that starts at a place ends.
fn read(page: &Page, place: usize, sign: Sign, label: bool) -> Option<usize> {
    if let Some(end) = letters(page, place, sign, label) {
        return Some(end);
    }
    let run = page.past(place, 10, is_hangul);
    // A star may be a note's; more of them hide what was there.
    let hidden = page.at(run) == '*' && (is_word(page.at(run + 1)) || page.at(run + 1) == '@');
    if page.at(run).is_ascii_alphabetic() || hidden {
        return None;
    }
    let surname = surname(page, place)?;
    let length = run - place;
    let whole = |count: usize| {
        let end = place + count;
        let rest = end == run || PARTICLES.iter().any(|particle| page.word(end, particle) == Some(run));
        (count <= length && rest && is_name(page, place, end, sign)).then_some(end)
    };
    if surname == 2 {
        return whole(length.min(4)).filter(|_| length <= 4).or_else(|| whole(4)).or_else(|| whole(3));
    }
    match length {
        2 => (sign == Sign::Mark || label && sign == Sign::Word).then(|| whole(2)).flatten(),
        3 => whole(3),
        _ => whole(3).or_else(|| (length == 4 && sign == Sign::Mark && label).then(|| whole(4)).flatten()),
    }
}

/// A name that is spread out: 홍 길 동.
fn letters(page: &Page, place: usize, sign: Sign, label: bool) -> Option<usize> {
    let spread = (1..5).all(|step| (page.at(place + step) == ' ') == (step % 2 == 1));
    let after = page.at(place + 5);
    // After a word alone, more must set it apart from what follows.
    let apart = !is_hangul(after) && (sign != Sign::Word || label && !(after == ' ' && is_hangul(page.at(place + 6))));
    if !spread || !apart {
        return None;
    }
    let syllables = [page.at(place), page.at(place + 2), page.at(place + 4)];
    let named = SURNAME_SET.contains(&syllables[0]) && syllables[1..].iter().all(|each| GIVEN_SET.contains(each));
    named.then_some(place + 5)
}

/// Whether syllables make a name and not another word.
fn is_name(page: &Page, start: usize, end: usize, sign: Sign) -> bool {
    let Some(surname) = surname(page, start) else { return false };
    if end <= start + surname || (start + surname..end).any(|at| !GIVEN_SET.contains(&page.at(at))) {
        return false;
    }
    let text: String = (start..end).map(|at| page.at(at)).collect();
    let particle = sign == Sign::Word && text.ends_with(|last| PARTICLE_ENDS.contains(last));
    if particle || NOT_NAME_SET.contains(text.as_str()) {
        return false;
    }
    let front: String = text.chars().take(2).collect();
    if surname == 2 || !NOUN_SET.contains(front.as_str()) {
        return true;
    }
    let tails = if matches!(sign, Sign::Word | Sign::Honour) { TAILS } else { FORM_TAILS };
    match text.chars().nth(2) {
        Some(tail) => end - start == 3 && !tails.contains(tail),
        None => false,
    }
}
