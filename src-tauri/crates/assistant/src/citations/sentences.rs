//! Where sentences begin and end, in answers and in passages.

use std::ops::Range;

use super::marks::mark_at;

/// Pieces of `text` that end with a sentence's end or a line's, each with what separates it from the next. Marks
/// behind a full stop belong to the sentence before it; a table's row is one piece, whatever is in its cells.
pub fn sentences(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'|' if at == start && is_row(line_of(&text[at..])) => Some(at + line_of(&text[at..]).len()),
            b'\n' => Some(at + 1),
            b'.' | b'!' | b'?' => {
                let mut next = at + 1;
                while let Some(skipped) = mark_at(&text[next..]) {
                    next += skipped;
                }
                let ended = next >= bytes.len() || bytes[next].is_ascii_whitespace();
                // "2026. 3. 1.", "1. 목적" and "가. 목적" are no sentences.
                let number =
                    at > 0 && bytes[at - 1].is_ascii_digit() || text[start..at].trim_start().chars().count() == 1;
                (ended && !number).then_some(next)
            }
            _ => None,
        };
        match end {
            Some(mut next) => {
                while next < bytes.len() && bytes[next].is_ascii_whitespace() {
                    next += 1;
                }
                pieces.push(&text[start..next]);
                (start, at) = (next, next);
            }
            None => at += 1,
        }
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// The first line of a text, with its end.
fn line_of(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

/// True for a row of a Markdown table.
pub fn is_row(line: &str) -> bool {
    let line = line.trim();
    line.len() > 1 && line.starts_with('|') && line.ends_with('|')
}

/// True for the rule below a Markdown table's header.
pub fn is_rule(line: &str) -> bool {
    is_row(line) && line.contains('-') && line.chars().all(|letter| "|-: \r\n".contains(letter))
}

/// What can be quoted of a passage: a sentence or a table's row, without the white space around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Bytes of the passage.
    pub range: Range<usize>,
    /// Bytes of the header that it stands under, where it is a row.
    pub header: Option<Range<usize>>,
}

/// The sentences and rows of a passage, in order.
pub fn spans(text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let (mut at, mut header) = (0, None);
    for piece in sentences(text) {
        let (start, body) = (at + piece.len() - piece.trim_start().len(), piece.trim());
        at += piece.len();
        if body.is_empty() {
            continue;
        }
        if is_rule(body) {
            header = spans.last().filter(|last| is_row(&text[last.range.clone()])).map(|last| last.range.clone());
            continue;
        }
        if !is_row(body) {
            header = None;
        }
        spans.push(Span { range: start..start + body.len(), header: header.clone() });
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        let table: [(&str, &[&str]); 8] = [
            ("갑입니다. 을입니다.", &["갑입니다. ", "을입니다."]),
            ("갑입니다. [k3] 을입니다. [1]", &["갑입니다. [k3] ", "을입니다. [1]"]),
            ("갑입니다. [?] 을입니다.", &["갑입니다. [?] ", "을입니다."]),
            ("2026. 3. 1.부터 시행한다. 끝.", &["2026. 3. 1.부터 시행한다. ", "끝."]),
            ("1. 목적\n2. 범위", &["1. 목적\n", "2. 범위"]),
            ("가. 신청서를 낸다. 나. 끝낸다.", &["가. 신청서를 낸다. ", "나. 끝낸다."]),
            ("| 가. 나다라. 마 | 바 |\n| 사 | 아 |", &["| 가. 나다라. 마 | 바 |\n", "| 사 | 아 |"]),
            ("", &[]),
        ];
        for (text, wanted) in table {
            assert_eq!(sentences(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_passage_is_quoted_by_its_sentences_and_rows() {
        let text = " 갑이다.  을이다.\n\n| 기간 | 일수 |\n| --- | :-: |\n| 3년 | 15일 |\n병이다.";
        let shown: Vec<(&str, Option<&str>)> =
            spans(text).into_iter().map(|span| (&text[span.range], span.header.map(|header| &text[header]))).collect();
        let wanted = [
            ("갑이다.", None),
            ("을이다.", None),
            ("| 기간 | 일수 |", None),
            ("| 3년 | 15일 |", Some("| 기간 | 일수 |")),
            ("병이다.", None),
        ];
        assert_eq!(shown, wanted);
    }
}
