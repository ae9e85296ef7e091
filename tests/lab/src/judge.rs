//! What an output says, told from its letters: whether it holds an answer, and whether it refuses.

use std::collections::HashSet;

use library::Analyzer;
use unicode_normalization::UnicodeNormalization;

/// Gives the numbers, dates and articles of a text in one form each.
pub type Forms<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// The forms that the index holds: those of its terms that begin with a letter that is in no word.
pub fn forms(analyzer: &Analyzer, text: &str) -> Vec<String> {
    analyzer.terms(text).into_iter().filter(|term| term.starts_with(['#', '@', '§'])).collect()
}

/// True where `wanted` stands in `text`: width, case and whitespace aside, and not as a part of a longer number or of a
/// longer word of the Latin alphabet. Nothing stands nowhere.
pub fn holds(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (letters(text), letters(wanted));
    let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else { return false };
    let same = |window: &[Letter]| window.iter().zip(&wanted).all(|(one, other)| one.letter == other.letter);
    let begins = |at: usize| !(at > 0 && !text[at].spaced && joins(&text[..at], first.letter, Side::Before));
    let ends = |end: usize| {
        !(text.get(end).is_some_and(|next| !next.spaced) && joins(&text[end..], last.letter, Side::Behind))
    };
    let mut windows = text.windows(wanted.len()).enumerate();
    windows.any(|(at, window)| same(window) && begins(at) && ends(at + wanted.len()))
}

/// True where every number, date and article of `wanted` stands in `text` in some form, and it has one.
pub fn holds_in_another_form(text: &str, wanted: &str, forms: Forms<'_>) -> bool {
    let wanted = forms(wanted);
    let held: HashSet<String> = forms(text).into_iter().collect();
    !wanted.is_empty() && wanted.iter().all(|form| held.contains(form))
}

/// True where an output says that it has no answer. A long one that also says so of a part is an answer.
pub fn refuses(output: &str) -> bool {
    const PHRASES: [&str; 10] = [
        "찾을 수 없", "찾지 못", "알 수 없", "답변할 수 없", "답변드릴 수 없", "답할 수 없", "도와드릴 수 없", "확인할 수 없",
        "나와 있지 않", "cannot answer",
    ];
    output.trim().is_empty() || output.chars().count() < 160 && PHRASES.iter().any(|phrase| output.contains(phrase))
}

/// True where a sentence of the output is marked as one that the person has to check.
pub fn is_doubted(output: &str) -> bool {
    output.contains("[?]")
}

/// An output without its marks, `[1]` and `[?]`, which are no part of what it says.
pub fn unmarked(output: &str) -> String {
    let mut text = String::with_capacity(output.len());
    let mut rest = output;
    while let Some(open) = rest.find('[') {
        let mark = rest[open + 1..].find(']').map(|length| &rest[open + 1..open + 1 + length]);
        let is_mark = |mark: &str| mark == "?" || !mark.is_empty() && mark.bytes().all(|byte| byte.is_ascii_digit());
        let end = match mark.filter(|mark| is_mark(mark)) {
            Some(mark) => {
                text.push_str(rest[..open].trim_end_matches(' '));
                open + mark.len() + 2
            }
            None => {
                text.push_str(&rest[..=open]);
                open + 1
            }
        };
        rest = &rest[end..];
    }
    text + rest
}

struct Letter {
    letter: char,
    /// True behind whitespace.
    spaced: bool,
}

fn letters(text: &str) -> Vec<Letter> {
    let (mut letters, mut spaced) = (Vec::new(), false);
    for letter in text.nfkc().flat_map(char::to_lowercase) {
        if letter.is_whitespace() {
            spaced = true;
        } else {
            letters.push(Letter { letter, spaced: std::mem::take(&mut spaced) });
        }
    }
    letters
}

#[derive(PartialEq)]
enum Side {
    Before,
    Behind,
}

/// True where `letter` makes one number or word with what stands directly beside it.
fn joins(beside: &[Letter], letter: char, side: Side) -> bool {
    let at = |distance: usize| match side {
        Side::Before => beside.len().checked_sub(distance + 1).and_then(|index| beside.get(index)),
        Side::Behind => beside.get(distance),
    };
    let Some(next) = at(0) else { return false };
    // "1,000" and "3.5" are one number each.
    let apart = match side {
        Side::Before => next.spaced,
        Side::Behind => at(1).is_some_and(|second| second.spaced),
    };
    let inside = matches!(next.letter, ',' | '.') && !apart && at(1).is_some_and(|one| one.letter.is_ascii_digit());
    letter.is_ascii_digit() && (next.letter.is_ascii_digit() || inside)
        || letter.is_ascii_alphabetic() && next.letter.is_ascii_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_whatever_its_spaces_and_width() {
        let table = [
            ("연가는 15일입니다.", "15일", true),
            ("연가는 15 일입니다.", "15일", true),
            ("연가는 １５일입니다.", "15일", true),
            ("연가는 115일입니다.", "15일", false),
            ("2025 15일", "15일", true),
            ("금액은 1,500원입니다.", "500원", false),
            ("금액은 1, 500원입니다.", "500원", true),
            ("비율은 3.5%입니다.", "5%", false),
            ("비율은 3.5%입니다.", "3", false),
            ("제3. 5%를 낸다.", "5%", true),
            ("모두 3.", "3", true),
            ("모두 3, 4개", "3", true),
            ("학생회관 건물 계단에서", "학생회관건물계단", true),
            ("드라마 미스터q입니다", "미스터Q", true),
            ("holidays", "days", false),
            ("15days of leave", "days", true),
            ("It is done", "is", true),
            ("아무것도 없습니다", "", false),
            ("", "15일", false),
        ];
        for (text, wanted, held) in table {
            assert_eq!(holds(text, wanted), held, "{wanted} in {text}");
        }
    }

    #[test]
    fn numbers_and_dates_are_told_in_other_forms() {
        let forms = |text: &str| -> Vec<String> {
            let table = [("천만원", "#10000000"), ("10,000,000원", "#10000000"), ("3월 1일", "@3-1")];
            table.iter().filter(|(written, _)| text.contains(written)).map(|(_, form)| (*form).to_owned()).collect()
        };
        let table = [
            ("보증금은 10,000,000원입니다.", "천만원", true),
            ("보증금은 9,000,000원입니다.", "천만원", false),
            ("10,000,000원입니다.", "3월 1일 천만원", false),
            ("10,000,000원입니다.", "임대인", false),
        ];
        for (text, wanted, held) in table {
            assert_eq!(holds_in_another_form(text, wanted, &forms), held, "{wanted} in {text}");
        }
    }

    #[test]
    fn a_refusal_is_told_from_an_answer() {
        let long = format!("연가는 15일입니다. {} 그 밖의 것은 찾을 수 없습니다.", "허가권자의 승인을 받습니다. ".repeat(12));
        let table = [
            ("자료에서 찾을 수 없습니다", true),
            ("죄송하지만 답변할 수 없습니다.", true),
            (" ", true),
            ("연가는 15일입니다.", false),
            (&long, false),
        ];
        for (output, refused) in table {
            assert_eq!(refuses(output), refused, "{output}");
        }
    }

    #[test]
    fn marks_are_no_part_of_what_is_said() {
        let table = [
            ("연가는 15일입니다 [1]. 병가는 60일입니다. [2] [?]", "연가는 15일입니다. 병가는 60일입니다.", true),
            ("[붙임] 1부. 배열 [ 끝", "[붙임] 1부. 배열 [ 끝", false),
            ("[] [12]", "[]", false),
        ];
        for (output, said, doubted) in table {
            assert_eq!((unmarked(output).as_str(), is_doubted(output)), (said, doubted), "{output}");
        }
    }
}
