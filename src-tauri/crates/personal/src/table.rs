//! Tables of Markdown: what a column's head says, it says of the cells below it.

use std::ops::Range;

use crate::name;
use crate::page::is_hangul;

/// Heads that speak of the numbers below them, apart from those of names.
const HEADS: &[&str] = &[
    "번호",
    "계좌",
    "전화",
    "연락처",
    "휴대폰",
    "핸드폰",
    "팩스",
    "fax",
    "tel",
    "주소",
    "소재지",
    "거주지",
    "차량",
    "ip",
    "사업자",
    "법인",
    "카드",
    "여권",
    "면허",
    "입금",
    "은행",
];
/// A longer text is no head.
const LONGEST: usize = 16;
/// More columns than a table on paper has.
const WIDEST: usize = 1024;

/// A cell below a head.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// Its text, in places of characters.
    pub text: Range<usize>,
    /// The head's text.
    pub head: Range<usize>,
    /// Whether the head announces names.
    pub names: bool,
}

/// The cells that lie below a head, in order.
pub(crate) fn cells(chars: &[char]) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut heads: Vec<Option<(Range<usize>, bool)>> = Vec::new();
    let mut start = 0;
    for line in chars.split_inclusive(|&each| each == '\n') {
        let row = start..start + line.len();
        start = row.end;
        let first = line.iter().position(|each| !matches!(each, ' ' | '\t'));
        if first.is_none_or(|at| line[at] != '|') {
            // A table ends with the first line that is no row.
            heads.clear();
            continue;
        }
        for (column, text) in parts(line, row.start).into_iter().take(WIDEST).enumerate() {
            if heads.len() <= column {
                heads.push(None);
            }
            if let Some(names) = head(&chars[text.clone()]) {
                heads[column] = Some((text, names));
            } else if let Some((head, names)) = &heads[column] {
                cells.push(Cell { text, head: head.clone(), names: *names });
            }
        }
    }
    cells
}

/// The texts between the bars of a row, without the spaces around them.
fn parts(line: &[char], start: usize) -> Vec<Range<usize>> {
    let bars: Vec<usize> = (0..line.len()).filter(|&at| line[at] == '|' && (at == 0 || line[at - 1] != '\\')).collect();
    bars.windows(2)
        .map(|pair| {
            let inner = &line[pair[0] + 1..pair[1]];
            let before = inner.iter().take_while(|each| **each == ' ').count();
            let after = inner[before..].iter().rev().take_while(|each| **each == ' ').count();
            start + pair[0] + 1 + before..start + pair[1] - after
        })
        .collect()
}

/// Whether a cell is a head: one of names, or one of numbers.
fn head(cell: &[char]) -> Option<bool> {
    if cell.is_empty() || cell.len() > LONGEST || cell.iter().any(char::is_ascii_digit) {
        return None;
    }
    let word: String = cell.iter().filter(|each| is_hangul(**each) || each.is_ascii_alphabetic()).collect();
    if name::announces(&word) {
        return Some(true);
    }
    let small = word.to_ascii_lowercase();
    HEADS.iter().any(|head| small.contains(head)).then_some(false)
}
