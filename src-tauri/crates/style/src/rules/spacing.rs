//! Spaces around per cent, 제, tilde, comma and the middle dot.

use crate::finding::{Mark, Rule};
use crate::hangul::is_hangul;
use crate::scan::{Cursor, TILDES, is_space};
use crate::text::Text;

/// What 제 counts.
const UNITS: [&str; 9] = ["조", "항", "호", "회", "차", "장", "절", "편", "권"];

pub(crate) fn find(text: &Text) -> Vec<Mark> {
    let mut marks = percents(text);
    marks.extend(ordinals(text));
    marks.extend(tildes(text));
    marks.extend(commas(text));
    marks.extend(dots(text));
    marks
}

fn percents(text: &Text) -> Vec<Mark> {
    let mark = |at: usize| {
        let number = text.whole[..at].trim_end_matches(is_space);
        let apart = number.len() < at && at - number.len() <= 2 && number.ends_with(|char: char| char.is_ascii_digit());
        let says = "백분율 기호(%)는 숫자에 붙여 씁니다.";
        apart.then(|| Mark::mistake(Rule::Spacing, number.len()..at + 1, "%".to_owned(), says))
    };
    text.places('%').filter_map(mark).collect()
}

fn ordinals(text: &Text) -> Vec<Mark> {
    let mark = |at: usize| {
        let mut cursor = Cursor::new(text.whole, at + '제'.len_utf8());
        let gap = cursor.spaces();
        let number = cursor.at;
        cursor.number(4)?;
        let unit = cursor.eat_any(&UNITS)?;
        let ends = cursor.peek().is_none_or(|next| !is_hangul(next)) || unit == "조" || unit == "항" || unit == "호";
        let says = "차례를 나타내는 ‘제-’는 뒷말에 붙여 씁니다.";
        let right = format!("제{}", &text.whole[number..cursor.at]);
        (gap == 1 && ends && text.starts_word(at)).then(|| Mark::mistake(Rule::Spacing, at..cursor.at, right, says))
    };
    text.places('제').filter_map(mark).collect()
}

/// A space on one side only. On both sides many offices set one, on neither the rule asks for.
fn tildes(text: &Text) -> Vec<Mark> {
    let mark = |(at, sign): (usize, &str)| {
        let left = text.whole[..at].trim_end_matches(is_space);
        let behind = &text.whole[at + sign.len()..];
        let right = behind.trim_start_matches(is_space);
        let ends = |char: char| char.is_ascii_digit() || matches!(char, '.' | ')' | '일' | '월' | '시' | '분');
        let spanned = left.ends_with(ends)
            && right.starts_with(|char: char| char.is_ascii_digit());
        let (before, after) = (at - left.len(), behind.len() - right.len());
        let uneven = (before == 0) != (after == 0);
        let range = left.len()..at + sign.len() + after;
        let says = "물결표는 앞말과 뒷말에 붙여 씁니다.";
        (spanned && uneven).then(|| Mark::mistake(Rule::Spacing, range, sign.to_owned(), says))
    };
    TILDES.iter().flat_map(|sign| text.whole.match_indices(sign)).filter_map(mark).collect()
}

fn commas(text: &Text) -> Vec<Mark> {
    let mark = |at: usize| {
        let left = text.whole[..at].trim_end_matches(' ');
        let next = text.after(at + 1);
        let word = left.ends_with(is_hangul);
        let joined = next.is_some_and(is_hangul);
        // "남   ,   여" is a form's, to be marked.
        let apart = at - left.len() == 1;
        let spaced = apart || (joined && left.len() == at);
        let wrong = word && spaced && next.is_none_or(|next| is_hangul(next) || is_space(next));
        let says = "쉼표는 앞말에 붙여 쓰고 뒷말과 띄어 씁니다.";
        let right = if joined { ", " } else { "," };
        wrong.then(|| Mark::mistake(Rule::Spacing, left.len()..at + 1, right.to_owned(), says))
    };
    text.places(',').filter_map(mark).collect()
}

fn dots(text: &Text) -> Vec<Mark> {
    let mark = |at: usize, sign: char| {
        let left = text.whole[..at].trim_end_matches(' ');
        let end = at + sign.len_utf8();
        let right = text.whole[end..].trim_start_matches(' ');
        let range = left.len()..text.whole.len() - right.len();
        let apart = left.ends_with(is_hangul) && right.starts_with(is_hangul) && range.len() > sign.len_utf8();
        let says = "가운뎃점은 앞말과 뒷말에 붙여 씁니다.";
        apart.then(|| Mark::advice(Rule::Spacing, range, sign.to_string(), says))
    };
    ['·', 'ㆍ'].into_iter().flat_map(|sign| text.places(sign).filter_map(move |at| mark(at, sign))).collect()
}
