//! 붙임: `붙임  1. 계획서 1부.` without a colon, two spaces, copies counted.

use crate::document::Document;
use crate::finding::{Mark, Rule};
use crate::scan::is_space;
use crate::text::Text;

const FORM: &str = "‘붙임’ 다음에는 쌍점을 찍지 않고 두 칸(2타) 띄웁니다.";

pub(crate) fn find(text: &Text, document: &Document) -> Vec<Mark> {
    let mut marks = Vec::new();
    for lines in &document.attachments {
        for (at, line) in lines.iter().enumerate() {
            let range = text.lines[*line].clone();
            let whole = &text.whole[range.clone()];
            let mut start = range.start + (whole.len() - whole.trim_start().len());
            if at == 0 {
                let rest = &text.whole[start + "붙임".len()..range.end];
                let item = rest.trim_start_matches(|char| is_space(char) || matches!(char, ':' | '：'));
                let end = range.end - item.len();
                marks.push(Mark::mistake(Rule::Attachment, start..end, "붙임  ".to_owned(), FORM));
                start = end;
            }
            let item = &text.whole[start..range.end];
            let digits = item.bytes().take_while(u8::is_ascii_digit).count();
            if at == 0 && lines.len() == 1 && digits > 0 && item[digits..].starts_with('.') {
                let name = item[digits + 1..].trim_start();
                let says = "첨부물이 하나뿐이면 항목 기호를 붙이지 않습니다.";
                marks.push(Mark::advice(Rule::ItemAlone, start..range.end - name.len(), String::new(), says));
            }
            marks.extend(counted(text, start, range.end));
        }
    }
    marks
}

/// That an attachment says how many there are of it, and ends with a full stop.
fn counted(text: &Text, start: usize, end: usize) -> Option<Mark> {
    let item = text.whole[start..end].trim_end();
    let item = item.strip_suffix("끝.").or_else(|| item.strip_suffix('끝')).unwrap_or(item).trim_end();
    let name = item.trim_end_matches('.').trim_end();
    let end = start + name.len();
    let number = name.strip_suffix('부').map(str::trim_end).map(|before| {
        let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
        start + before.len() - digits..end
    });
    match number {
        Some(range) if text.whole[range.clone()].len() > '부'.len_utf8() => {
            let dotted = item.ends_with('.');
            let says = "첨부물의 수량 뒤에는 마침표를 찍습니다.";
            let right = format!("{}.", &text.whole[range.clone()]);
            (!dotted).then(|| Mark::mistake(Rule::Attachment, range, right, says))
        }
        _ => {
            let word = name.rfind(is_space).map_or(start, |at| start + at + 1);
            let says = "첨부물은 이름과 수량을 함께 적어 ‘계획서 1부.’처럼 나타냅니다.";
            text.whole.is_char_boundary(word).then(|| Mark::advice(Rule::AttachmentCount, word..end, None, says))
        }
    }
}
