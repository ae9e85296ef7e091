//! The marks that a model writes, and those that an answer gets.

use super::Evidence;

/// Behind a sentence whose numbers, dates or names its source does not hold.
pub const DOUBT: &str = "[?]";

/// Takes the marks out of a sentence: the text without them, and the indices of the known ones. A bracket that
/// names no id of the prompt but has the form of one is dropped as well (it fails closed).
pub fn take_marks(sentence: &str, evidence: &[Evidence]) -> (String, Vec<usize>) {
    let mut text = String::new();
    let mut known = Vec::new();
    let mut rest = sentence;
    while let Some(open) = rest.find('[') {
        let (before, bracket) = rest.split_at(open);
        text.push_str(before);
        let Some(close) = bracket.find(']') else {
            rest = bracket;
            break;
        };
        let inside = &bracket[1..close];
        let ids: Vec<&str> = inside.split([',', ' ']).filter(|id| !id.is_empty()).collect();
        if !ids.is_empty() && ids.iter().all(|id| is_id(id)) {
            known.extend(ids.iter().filter_map(|id| evidence.iter().position(|evidence| evidence.id == **id)));
            let kept = text.trim_end().len();
            text.truncate(kept);
        } else {
            text.push_str(&bracket[..=close]);
        }
        rest = &bracket[close + 1..];
    }
    text.push_str(rest);
    (text, known)
}

/// The form of an id in the prompt, of the bare number that a model writes out of habit, or of the sign of doubt, which
/// is not the model's to give.
pub fn is_id(text: &str) -> bool {
    let mut letters = text.chars();
    let first = letters.next();
    let rest = letters.as_str();
    let digits = !rest.is_empty() && rest.len() < 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    matches!(first, Some('a'..='z')) && digits
        || text.len() < 3 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
        || text == "?"
}

/// The length of a mark such as ` [k3]` at the start of `text`.
pub fn mark_at(text: &str) -> Option<usize> {
    let spaces = text.len() - text.trim_start_matches(' ').len();
    let inside = text[spaces..].strip_prefix('[')?;
    let close = inside.find(']')?;
    is_id(&inside[..close]).then_some(spaces + close + 2)
}

/// A sentence with marks behind it, before the white space at its end; in a table's row they stand in its last cell, as
/// Markdown drops what is behind it.
pub fn with_marks(sentence: &str, marks: &str) -> String {
    let body = sentence.trim_end();
    let space = &sentence[body.len()..];
    match body.strip_suffix('|').filter(|_| !marks.is_empty() && body.trim_start().starts_with('|')) {
        Some(row) => format!("{}{marks} |{space}", row.trim_end()),
        None => format!("{body}{marks}{space}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_a_row_stand_in_its_last_cell() {
        let table = [
            ("| 3년 | 15일 |", " [1]", "| 3년 | 15일 [1] |"),
            ("| 3년 |\n", " [1] [?]", "| 3년 [1] [?] |\n"),
            ("끝.", " [2]", "끝. [2]"),
            ("가 | 나", " [1]", "가 | 나 [1]"),
            ("| --- |\n", "", "| --- |\n"),
            ("", "", ""),
        ];
        for (sentence, marks, wanted) in table {
            assert_eq!(with_marks(sentence, marks), wanted);
        }
    }
}
