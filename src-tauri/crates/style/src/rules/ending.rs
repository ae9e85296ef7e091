//! 끝: two spaces behind the last letter, with a full stop, in every letter of an office.

use crate::document::Document;
use crate::finding::{Mark, Rule};
use crate::scan::is_space;
use crate::text::Text;

const FORM: &str = "본문이나 붙임의 마지막 글자에서 두 칸(2타) 띄우고 ‘끝.’이라고 표시합니다.";

/// "(10)" before 끝 is the sign of an item, and no sentence.
const SIGN: usize = 4;

pub(crate) fn find(text: &Text, document: &Document) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut ended = text.whole.contains("이하 빈칸");
    for (at, line) in text.lines.iter().enumerate() {
        let whole = text.whole[line.clone()].trim_end();
        let Some(before) = whole.strip_suffix("끝.").or_else(|| whole.strip_suffix('끝')) else { continue };
        let body = before.trim_end_matches(is_space);
        let end = line.start + whole.len();
        let start = line.start + body.len();
        if body.is_empty() {
            // On a line of its own, below a table or where the line before was full.
            ended |= document.official;
            let own = line.start + before.len();
            if document.official {
                marks.push(Mark::mistake(Rule::EndMark, own..end, "끝.".to_owned(), FORM));
            }
        } else if is_sentence(body) || (document.is_attachment(at) && body.ends_with('부')) {
            ended = true;
            marks.push(Mark::mistake(Rule::EndMark, start..end, "  끝.".to_owned(), FORM));
        }
    }
    if document.official
        && !ended
        && let Some(last) = document.last
    {
        let line = text.lines[last].clone();
        let whole = text.whole[line.clone()].trim_end();
        let word = whole.rfind(is_space).map_or(0, |at| at + whole[at..].chars().next().map_or(0, char::len_utf8));
        let range = line.start + word..line.start + whole.len();
        let says = "본문(붙임이 있으면 붙임)의 마지막 글자에서 두 칸(2타) 띄우고 ‘끝.’이라고 표시해야 합니다.";
        let word = &whole[word..];
        let right = word.ends_with('.').then(|| format!("{word}  끝."));
        marks.push(Mark::mistake(Rule::EndMissing, range, right, says));
    }
    marks
}

fn is_sentence(body: &str) -> bool {
    body.ends_with(['.', ')']) && body.trim_start().chars().count() > SIGN
}
