//! Numbers in figures and in words, and the units behind them.

use crate::forms::{digits, grouped, large, numeral, small, spaces};

/// Values are counted in millionths.
const ONE: u128 = 1_000_000;
/// Digits behind the point that are told apart.
const DECIMALS: u32 = 6;

/// A number in figures with the Hangul scales behind it: `1,000만`, `1억 2,000만`, `1.5억`, `3천`. In millionths.
pub fn figures(letters: &[char], at: usize) -> Option<(u128, usize)> {
    let (mut part, mut end) = part(letters, at)?;
    let mut total = 0_u128;
    while let Some(scale) = letters.get(end).and_then(|letter| large(*letter)).map(u128::from) {
        total = total.checked_add(part.checked_mul(scale)?)?;
        (part, end) = (0, end + 1);
        let next = spaces(letters, end);
        let Some((more, behind)) = self::part(letters, next) else { break };
        // "3만 5천 원" is one number, "3만 5명" is not.
        let scaled = letters.get(behind.saturating_sub(1)).is_some_and(|letter| small(Some(letter)).is_some());
        let after = letters.get(spaces(letters, behind));
        let joined = next == end || scaled || after.is_some_and(|letter| *letter == '원' || large(*letter).is_some());
        if !joined || more >= scale.checked_mul(ONE)? {
            break;
        }
        (part, end) = (more, behind);
    }
    Some((total.checked_add(part)?, end))
}

/// `1,000`, `3.5`, `3천`.
fn part(letters: &[char], at: usize) -> Option<(u128, usize)> {
    let (whole, mut end) = grouped(letters, at)?;
    let mut value = u128::from(whole).checked_mul(ONE)?;
    if letters.get(end) == Some(&'.')
        && let Some((decimals, behind)) = digits(letters, end + 1, DECIMALS as usize)
    {
        let places = u32::try_from(behind - end - 1).ok()?;
        value = value.checked_add(u128::from(decimals) * 10_u128.pow(DECIMALS.saturating_sub(places)))?;
        end = behind;
    }
    match small(letters.get(end)) {
        Some(scale) => Some((value.checked_mul(u128::from(scale))?, end + 1)),
        None => Some((value, end)),
    }
}

/// A value in millionths as digits, without zeros at its end.
pub fn written(value: u128) -> String {
    let (whole, decimals) = (value / ONE, value % ONE);
    match decimals {
        0 => whole.to_string(),
        _ => format!("{whole}.{}", format!("{decimals:06}").trim_end_matches('0')),
    }
}

/// A number in Sino-Korean words of ten or more: `십칠`, `천만`, `삼만 오천`. Below ten its letters are in any word.
pub fn sino(letters: &[char], at: usize) -> Option<(u64, usize)> {
    let (mut total, mut part, mut open, mut end, mut scaled) = (0_u64, 0_u64, None, at, false);
    let (mut place, mut may_part) = (at, false);
    while let Some(letter) = letters.get(place) {
        if *letter == ' ' && may_part {
            place += 1;
            continue;
        } else if let Some(number) = numeral(*letter).filter(|_| open.is_none()) {
            open = Some(number);
            may_part = false;
        } else if let Some(scale) = small(Some(letter)) {
            part = part.saturating_add(open.take().unwrap_or(1) * scale);
            (scaled, may_part) = (true, false);
        } else if let Some(scale) = large(*letter) {
            let whole = part.saturating_add(open.take().unwrap_or(0)).max(1);
            total = total.saturating_add(whole.saturating_mul(scale));
            (part, scaled, may_part) = (0, true, true);
        } else {
            break;
        }
        place += 1;
        end = place;
    }
    let value = total.saturating_add(part).saturating_add(open.unwrap_or(0));
    scaled.then_some((value, end))
}

/// A number in Korean words, as it stands before what is counted: `두`, `열두`.
pub fn native(letters: &[char], at: usize) -> Option<(u64, usize)> {
    const TENS: [(&str, u64); 6] = [("열", 10), ("스물", 20), ("스무", 20), ("서른", 30), ("마흔", 40), ("쉰", 50)];
    const ONES: [(&str, u64); 9] =
        [("한", 1), ("두", 2), ("세", 3), ("네", 4), ("다섯", 5), ("여섯", 6), ("일곱", 7), ("여덟", 8), ("아홉", 9)];
    let find = |words: &[(&str, u64)], at: usize| {
        let found = words.iter().find(|(word, _)| starts(letters, at, word));
        found.map(|(word, value)| (*value, at + word.chars().count()))
    };
    let tens = find(&TENS, at);
    let ones = find(&ONES, tens.map_or(at, |(_, end)| end));
    match (tens, ones) {
        (Some((tens, _)), Some((ones, end))) => Some((tens + ones, end)),
        (found, None) | (None, found) => found,
    }
}

/// A number of days in one word.
pub fn days(letters: &[char], at: usize) -> Option<(u64, usize)> {
    const WORDS: [(&str, u64); 8] =
        [("하루", 1), ("이틀", 2), ("사흘", 3), ("나흘", 4), ("닷새", 5), ("엿새", 6), ("열흘", 10), ("보름", 15)];
    let (word, value) = WORDS.iter().find(|(word, _)| starts(letters, at, word))?;
    let end = at + word.chars().count();
    bounded(letters, end).then_some((*value, end))
}

/// What a table's numbers are counted in: `(단위: 천원)`.
pub fn scale(letters: &[char]) -> Option<(u64, &'static str)> {
    let named = (0..letters.len()).find(|at| starts(letters, *at, "단위"))? + 2;
    let skipped = letters[named..].iter().take_while(|letter| " :=".contains(**letter)).count();
    let (value, end) = sino(letters, named + skipped)?;
    unit(letters, end).map(|(unit, _)| (value, unit))
}

/// As it is written, and what it is counted as. Where one begins as another does, the longer is first.
const UNITS: [(&str, &str); 72] = [
    ("%", "%"),
    ("퍼센트", "%"),
    ("개월", "월"),
    ("달러", "달러"),
    ("달", "월"),
    ("월", "월"),
    ("학년도", "년"),
    ("학년", "학년"),
    ("개년", "년"),
    ("년", "년"),
    ("주년", "년"),
    ("주일", "주"),
    ("주", "주"),
    ("영업일", "일"),
    ("근무일", "일"),
    ("일", "일"),
    ("시간", "시간"),
    ("분기", "분기"),
    ("분야", "분야"),
    ("분", "분"),
    ("초", "초"),
    ("명", "명"),
    ("사람", "명"),
    ("인치", "인치"),
    ("인", "명"),
    ("차례", "회"),
    ("회", "회"),
    ("번", "회"),
    ("가지", "가지"),
    ("개소", "개"),
    ("곳", "개"),
    ("건", "개"),
    ("종", "개"),
    ("개", "개"),
    ("원", "원"),
    ("유로", "유로"),
    ("엔", "엔"),
    ("세대", "세대"),
    ("가구", "가구"),
    ("세기", "세기"),
    ("세트", "세트"),
    ("세", "세"),
    ("살", "세"),
    ("급", "급"),
    ("호봉", "호봉"),
    ("호선", "호선"),
    ("호", "호"),
    ("항", "항"),
    ("배", "배"),
    ("층", "층"),
    ("점", "점"),
    ("페이지", "쪽"),
    ("쪽", "쪽"),
    ("도", "도"),
    ("대", "대"),
    ("킬로미터", "km"),
    ("km", "km"),
    ("센티미터", "cm"),
    ("cm", "cm"),
    ("밀리미터", "mm"),
    ("mm", "mm"),
    ("제곱미터", "m2"),
    ("m2", "m2"),
    ("미터", "m"),
    ("m", "m"),
    ("킬로그램", "kg"),
    ("kg", "kg"),
    ("그램", "g"),
    ("g", "g"),
    ("톤", "t"),
    ("t", "t"),
    ("평", "평"),
];

/// The unit that a number in figures has behind it, and the place behind that.
pub fn unit(letters: &[char], at: usize) -> Option<(&'static str, usize)> {
    // "두 번째" is no number of times.
    if starts(letters, at, "번째") {
        return None;
    }
    UNITS.iter().find_map(|(word, unit)| {
        let end = at + word.chars().count();
        let goes_on = word.is_ascii() && letters.get(end).is_some_and(char::is_ascii_alphanumeric);
        (starts(letters, at, word) && !goes_on).then_some((*unit, end))
    })
}

/// As [`unit`], perhaps behind a space, where it is sure to be a word of its own.
pub fn unit_near(letters: &[char], at: usize) -> Option<(&'static str, usize)> {
    unit(letters, spaces(letters, at)).filter(|(_, end)| bounded(letters, *end))
}

/// A unit that is not known, by what it begins with: 4위, 19곡, 4GB.
pub fn unit_by_letters(letters: &[char], at: usize) -> Option<String> {
    match letters.get(at)? {
        letter @ '가'..='힣' if !bounded(letters, at) => Some(letter.to_string()),
        letter if letter.is_ascii_alphabetic() => {
            Some(letters[at..].iter().take_while(|letter| letter.is_ascii_alphabetic()).collect())
        }
        _ => None,
    }
}

/// True where a word may end before `at`: what follows is none of a word's letters, or the first of a particle's.
pub fn bounded(letters: &[char], at: usize) -> bool {
    const PARTICLES: &str = "은는이가을를의에로으과와도만부까간인씩마보입여동내안정짜이미초";
    letters.get(at).is_none_or(|letter| !letter.is_alphanumeric() || PARTICLES.contains(*letter))
}

/// True where `word` stands at `at`.
pub fn starts(letters: &[char], at: usize, word: &str) -> bool {
    let mut behind = letters.get(at..).unwrap_or_default().iter();
    word.chars().all(|letter| behind.next() == Some(&letter))
}
