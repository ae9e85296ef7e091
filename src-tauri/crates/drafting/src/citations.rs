//! The marks [1], [2] with which a draft names the passages that it rests on.

use crate::document::Document;
use crate::export;

/// The longest number of a mark.
const DIGITS: usize = 3;

/// The document with marks of passages that there are, and the numbers of those, in order. `[1, 2]` becomes `[1][2]`;
/// a mark of no passage is taken out, with the blank before it.
pub fn checked(document: &Document, passages: usize) -> (Document, Vec<usize>) {
    let mut cited = Vec::new();
    let document = document.map(|text| {
        marked(text, |numbers| {
            let mut known: Vec<usize> =
                numbers.iter().copied().filter(|number| (1..=passages).contains(number)).collect();
            known.dedup();
            cited.extend_from_slice(&known);
            known.iter().map(|number| format!("[{number}]")).collect()
        })
    });
    cited.sort_unstable();
    cited.dedup();
    (document, cited)
}

/// The document without marks, as it leaves without its sources. Only for one that was drafted from passages: in any other
/// the person's own text may have such marks.
pub fn without_marks(document: &Document) -> Document {
    document.map(|text| marked(text, |_| String::new()))
}

/// A draft as plain text, without the marks of its `sources` where it has any.
pub fn plain(document: &Document, sources: &[String]) -> String {
    match sources.is_empty() {
        true => export::text(document),
        false => export::text(&without_marks(document)),
    }
}

/// The text with each mark replaced. Where nothing takes its place the blank before it goes as well.
fn marked(text: &str, mut replace: impl FnMut(&[usize]) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, bracket) = rest.split_at(open);
        out.push_str(before);
        let inside = bracket[1..].split_once(']').and_then(|(inside, behind)| Some((numbers(inside)?, behind)));
        match inside {
            Some((numbers, behind)) => {
                let mark = replace(&numbers);
                if mark.is_empty() {
                    out.truncate(out.trim_end_matches(' ').len());
                }
                out.push_str(&mark);
                rest = behind;
            }
            None => {
                out.push('[');
                rest = &bracket[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// `1`, `1, 2`; nothing where it is something else.
fn numbers(inside: &str) -> Option<Vec<usize>> {
    inside
        .split(',')
        .map(|part| {
            let part = part.trim();
            let digits = !part.is_empty() && part.len() <= DIGITS && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse().ok()).flatten()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Block;

    fn document(text: &str) -> Document {
        Document { title: String::new(), blocks: vec![Block::Paragraph { text: text.to_owned() }] }
    }

    #[test]
    fn marks_name_passages_that_there_are() {
        let table = [
            ("연가는 15일이다 [1].", "연가는 15일이다 [1].", vec![1], "연가는 15일이다."),
            ("둘 다 [2, 1]", "둘 다 [2][1]", vec![1, 2], "둘 다"),
            ("없는 것 [7], 있는 것[2]", "없는 것, 있는 것[2]", vec![2], "없는 것, 있는 것"),
            ("[붙임 1] [가] [] [1", "[붙임 1] [가] [] [1", vec![], "[붙임 1] [가] [] [1"),
            ("배열[0] 1234 [1234]", "배열 1234 [1234]", vec![], "배열 1234 [1234]"),
        ];
        for (text, wanted, numbers, plain) in table {
            assert_eq!(checked(&document(text), 3), (document(wanted), numbers), "{text}");
            assert_eq!(without_marks(&document(text)), document(plain), "{text}");
        }
    }
}
