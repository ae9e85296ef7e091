//! The colon: joined to the word before it, apart from the one behind it.

use crate::finding::{Mark, Rule};
use crate::hangul::is_hangul;
use crate::scan::is_space;
use crate::text::Text;

const SAYS: &str = "쌍점은 앞말에 붙여 쓰고 뒷말과 띄어 씁니다.";

/// The longest label before a colon, in characters.
const LABEL: usize = 20;

pub(crate) fn find(text: &Text) -> Vec<Mark> {
    text.lines.iter().flat_map(|line| marks(text, line.start, line.end)).collect()
}

fn marks(text: &Text, start: usize, end: usize) -> Vec<Mark> {
    let line = &text.whole[start..end];
    let mut marks = Vec::new();
    for (at, sign) in line.match_indices([':', '：']) {
        let (head, tail) = (&line[..at], &line[at + sign.len()..]);
        let left = head.trim_end_matches(is_space);
        let next = tail.chars().next();
        let Some(last) = left.chars().next_back() else { continue };
        let label = is_label(left);
        let apart = left.len() < head.len();
        // More room than that is a form's, to be written into.
        if head.len() - left.len() > 2 {
            continue;
        }
        let joined = next.is_some_and(|next| !is_space(next));
        // Ratios, times, addresses, emoticons and what programs write are none of ours.
        let worded = is_hangul(last) || (matches!(last, ')' | ']') && label);
        if !worded || next.is_some_and(|next| matches!(next, '/' | ':' | '=' | '\\' | ')' | '-')) {
            continue;
        }
        let tight = joined && label && next.is_some_and(|next| is_hangul(next) || next.is_ascii_digit());
        if !apart && !tight && sign == ":" {
            continue;
        }
        let right = if joined { ": " } else { ":" };
        let range = start + left.len()..start + at + sign.len();
        marks.push(if label {
            Mark::mistake(Rule::Colon, range, right.to_owned(), SAYS)
        } else {
            Mark::advice(Rule::Colon, range, right.to_owned(), SAYS)
        });
    }
    marks
}

/// "일시", "가. 장 소", "(문의처)": what names the text behind it.
fn is_label(left: &str) -> bool {
    if left.len() > 5 * LABEL {
        return false;
    }
    let name = left.trim_start_matches(|char: char| !char.is_alphabetic());
    let name = name.split_once(['.', ')']).filter(|(sign, _)| sign.chars().count() == 1).map_or(name, |(_, name)| name);
    let plain = |char: char| is_hangul(char) || is_space(char) || matches!(char, '(' | ')' | '·' | 'ㆍ' | '/');
    !name.trim().is_empty() && name.chars().count() <= LABEL && name.chars().all(plain)
}
