//! Amounts of money: commas between thousands, and `금113,560원(금일십일만삼천오백육십원)`.

use std::ops::Range;

use crate::finding::{Mark, Rule};
use crate::hangul;
use crate::number::{amount_of, grouped, reading};
use crate::scan::Cursor;
use crate::text::Text;

/// Beyond this no office pays, and a run of digits is something else.
const LARGEST: u64 = 9_999_999_999_999_999;

/// The longest amount in Hangul, in characters.
const LONGEST: usize = 60;

/// What may follow 원 at once, besides particles.
const BEHIND: [&str; 10] = ["정", "대", "권", "짜리", "씩", "이상", "이하", "미만", "초과", "가량"];

pub(crate) fn find(text: &Text) -> Vec<Mark> {
    text.numbers().filter_map(|at| amount(text, at)).flatten().collect()
}

fn amount(text: &Text, at: usize) -> Option<Vec<Mark>> {
    if matches!(text.before(at), Some(',' | '.' | '-' | '/' | '_' | ':')) {
        return None;
    }
    let length = text.whole[at..].bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b',').count();
    let written = &text.whole[at..at + length];
    let mut cursor = Cursor::new(text.whole, at + length);
    if !cursor.eat("원") || !closes(text, cursor.at) {
        return None;
    }
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let value = digits.parse::<u64>().ok().filter(|value| *value <= LARGEST)?;
    if digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    let right = grouped(&digits);
    let number = at..at + length;
    if written.contains(',') && written != right {
        let says = format!("쉼표는 천 단위마다 찍습니다. 금액이 {right}원이 맞는지 확인해 주십시오.");
        return Some(vec![Mark::advice(Rule::Thousands, number, right, says)]);
    }
    let head = headed(text, at);
    let bracket = bracketed(text, cursor.at);
    let mut marks = Vec::new();
    if let Some((range, said)) = &bracket
        && amount_of(said) != Some(value)
    {
        let says = format!("괄호 안의 한글 금액이 숫자와 다릅니다. 숫자대로라면 ‘금{}원’입니다.", reading(value));
        marks.push(Mark::advice(Rule::AmountReading, range.clone(), format!("(금{}원)", reading(value)), says));
        return Some(marks);
    }
    let free = !text.before(at).is_some_and(|before| before.is_alphanumeric() && !hangul::is_hangul(before));
    if let Some(head) = head {
        let says = "금액은 ‘금’에 붙여 숫자로 쓰고 괄호 안에 한글로 적어 ‘금113,560원(금일십일만삼천오백육십원)’처럼 나타냅니다.";
        let end = bracket.map_or(cursor.at, |(range, _)| range.end);
        let right = format!("금{right}원(금{}원)", reading(value));
        marks.push(Mark::mistake(Rule::Amount, head..end, right, says));
    } else if written != right && free {
        let says = "금액에는 천 단위마다 쉼표를 찍습니다.";
        marks.push(Mark::mistake(Rule::Thousands, number, right, says));
    }
    Some(marks)
}

/// Where 금 stands before an amount, as a word of its own.
fn headed(text: &Text, at: usize) -> Option<usize> {
    let before = text.whole[..at].trim_end_matches([' ', '\u{a0}']);
    let head = before.len() - before.strip_suffix('금').map(|_| '금'.len_utf8())?;
    text.starts_word(head).then_some(head)
}

/// "(금일십만원)" behind an amount: its range with what is before it since 원, and the number in it without 금 and 원.
fn bracketed(text: &Text, at: usize) -> Option<(Range<usize>, String)> {
    let mut cursor = Cursor::new(text.whole, at);
    cursor.eat("정");
    cursor.spaces();
    if !cursor.eat("(") {
        return None;
    }
    let (length, _) = cursor.rest().char_indices().take(LONGEST).find(|(_, char)| *char == ')')?;
    let (inside, end) = (&cursor.rest()[..length], cursor.at + length);
    let squeezed: String = inside.chars().filter(|char| *char != ' ').collect();
    let said = squeezed.trim_start_matches('일').strip_prefix('금').unwrap_or(&squeezed);
    let said = said.trim_end_matches('정').strip_suffix('원')?;
    amount_of(said)?;
    Some((at..end + 1, said.to_owned()))
}

fn closes(text: &Text, at: usize) -> bool {
    let rest = &text.whole[at..];
    hangul::particles(rest).is_some() || BEHIND.iter().any(|word| rest.starts_with(word))
}
