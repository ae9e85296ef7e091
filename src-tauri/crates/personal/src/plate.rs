//! Plates of vehicles.

use crate::Kind;
use crate::page::{Hit, Page, is_word};

/// The letters that plates use.
const LETTERS: &str = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호국합육해공";
/// Those that also count things or follow numbers in a sentence.
const ALSO_WORDS: &str = "조호주구부도로보수배자사국합육해공무";
const CUES: &[&str] = &[
    "차량",
    "자동차",
    "번호판",
    "승용차",
    "승합차",
    "화물차",
    "트럭",
    "관용차",
    "공용차",
    "주차",
    "차번호",
    "차적",
    "오토바이",
    "이륜",
];

/// Cases are numbered like plates: 99두1234.
const COURTS: &[&str] = &["판결", "선고", "사건", "법원", "결정", "헌재"];

/// A plate whose first digits stand at a place.
pub(crate) fn at(page: &Page, place: usize) -> Option<Hit> {
    let letter = page.past(place, 4, |each| each.is_ascii_digit());
    if !matches!(letter - place, 2 | 3) || page.before(place) == '제' {
        return None;
    }
    let spaced_letter = page.at(letter) == ' ';
    let letter = page.past_spaces(letter, 1);
    let (end, spaced) = rest(page, letter)?;
    let context = page.context_before(place, 20);
    let cued = context.has(CUES) || page.context_after(end, 8).has(CUES);
    let ambiguous = ALSO_WORDS.contains(page.at(letter));
    let court = context.has(COURTS) || page.context_after(end, 8).has(COURTS);
    if !cued && (court || spaced_letter || ambiguous && (spaced || page.at(end) == '호')) {
        return None;
    }
    Some(Hit::new(Kind::Vehicle, place, end, cued || !spaced))
}

/// A plate that a region's name begins, which lies from a place to `end`.
pub(crate) fn of_region(page: &Page, place: usize, end: usize) -> Option<Hit> {
    let front = page.past_spaces(end, 1);
    let digits = page.past(front, 3, |each| each.is_ascii_digit());
    if !matches!(digits - front, 1 | 2) {
        return None;
    }
    let (end, _) = rest(page, page.past_spaces(digits, 1))?;
    Some(Hit::new(Kind::Vehicle, place, end, true))
}

/// The letter and four digits: where they end, and whether a space parts them.
fn rest(page: &Page, letter: usize) -> Option<(usize, bool)> {
    if !LETTERS.contains(page.at(letter)) {
        return None;
    }
    let number = page.past_spaces(letter + 1, 1);
    let end = page.past(number, 5, |each| each.is_ascii_digit());
    let (after, next) = (page.at(end), page.at(end + 1));
    let joined = is_word(after) || matches!(after, '-' | '.' | ',' | '~') && next.is_ascii_digit();
    let unit = matches!(
        after,
        '년' | '월' | '억' | '만' | '천' | '원' | '명' | '건' | '개' | '회' | '곳' | '세' | '조' | '%' | '㎡'
    );
    (end == number + 4 && !joined && !unit).then_some((end, number > letter + 1))
}
