//! A document on pages: where each line and each rule stands.

use super::pdf_font::Font;
use crate::lines::{Piece, Role};

/// A4, in points.
pub const PAGE: (f32, f32) = (595.28, 841.89);
/// 20 millimetres.
const MARGIN: f32 = 56.7;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// A letter of half a width in text.
const HALF: f32 = BODY / 2.0;
const BODY: f32 = 11.0;
const CELL: f32 = 10.0;
/// Between a cell's frame and its text.
const PADDING: f32 = 4.0;

/// What stands on a page; places are from its lower left corner.
pub enum Mark {
    /// A line of text.
    Text {
        /// Where it begins.
        x: f32,
        /// Its base line.
        y: f32,
        /// Its size.
        size: f32,
        /// Its letters.
        text: String,
    },
    /// A rule of a table.
    Rule {
        /// From here.
        from: (f32, f32),
        /// To here.
        to: (f32, f32),
    },
}

/// The pages of a document; there is always one.
pub fn pages(pieces: &[Piece], font: &Font) -> Vec<Vec<Mark>> {
    let mut layout = Layout { font, pages: vec![Vec::new()], y: PAGE.1 - MARGIN };
    for piece in pieces {
        match piece {
            Piece::Line { role, indent, text } => layout.line(*role, *indent, text),
            Piece::Table(rows) => layout.table(rows),
        }
    }
    layout.pages
}

struct Layout<'a> {
    font: &'a Font,
    pages: Vec<Vec<Mark>>,
    /// How far down the last page is full.
    y: f32,
}

impl Layout<'_> {
    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = PAGE.1 - MARGIN;
    }

    /// Makes room for so much.
    fn room(&mut self, height: f32) {
        if self.y - height < MARGIN {
            self.turn();
        }
    }

    fn line(&mut self, role: Role, indent: u8, text: &str) {
        let (size, before, behind) = match role {
            Role::Title => (18.0, 8.0, 14.0),
            Role::Heading(1) => (15.0, 10.0, 4.0),
            Role::Heading(_) => (13.0, 8.0, 3.0),
            Role::Body => (BODY, 0.0, 3.0),
            Role::Grade => (10.0, 0.0, 6.0),
            Role::Notice => (8.5, 4.0, 0.0),
        };
        let left = f32::from(indent) * HALF;
        self.y -= before;
        for text in wrapped(self.font, text, size, WIDTH - left) {
            let height = size * 1.5;
            self.room(height);
            let free = WIDTH - left - self.font.length(&text, size);
            let moved = match role {
                Role::Title => free / 2.0,
                Role::Grade => free,
                _ => 0.0,
            };
            let (x, y) = (MARGIN + left + moved.max(0.0), self.y - size);
            self.put(Mark::Text { x, y, size, text });
            self.y -= height;
        }
        self.y -= behind;
    }

    /// A row that has no room on the page begins on the next; one that has none on a whole page goes on there.
    fn table(&mut self, rows: &[Vec<String>]) {
        let columns = rows.first().map_or(1, Vec::len).max(1);
        let width = WIDTH / columns as f32;
        let height = CELL * 1.4;
        let whole = PAGE.1 - 2.0 * MARGIN;
        for row in rows {
            let cells: Vec<Vec<String>> =
                row.iter().map(|cell| wrapped(self.font, cell, CELL, width - 2.0 * PADDING)).collect();
            let lines = cells.iter().map(Vec::len).max().unwrap_or_default().max(1);
            let tall = lines as f32 * height + 2.0 * PADDING;
            self.room(if tall <= whole { tall } else { height + 2.0 * PADDING });
            let mut from = 0;
            while from < lines {
                if from > 0 {
                    self.turn();
                }
                let fit = ((self.y - MARGIN - 2.0 * PADDING) / height).floor().max(1.0) as usize;
                let to = lines.min(from + fit);
                self.part(&cells, from..to, width, height);
                from = to;
            }
        }
        self.y -= PADDING + BODY / 2.0;
    }

    /// Some lines of a row, with the frame around them.
    fn part(&mut self, cells: &[Vec<String>], lines: std::ops::Range<usize>, width: f32, height: f32) {
        let top = self.y;
        let bottom = top - lines.len() as f32 * height - 2.0 * PADDING;
        for (column, cell) in cells.iter().enumerate() {
            let x = MARGIN + column as f32 * width;
            for (down, text) in cell.iter().take(lines.end).skip(lines.start).enumerate() {
                let y = top - PADDING - down as f32 * height - CELL;
                self.put(Mark::Text { x: x + PADDING, y, size: CELL, text: text.clone() });
            }
            self.put(Mark::Rule { from: (x, top), to: (x, bottom) });
        }
        let right = MARGIN + cells.len() as f32 * width;
        self.put(Mark::Rule { from: (right, top), to: (right, bottom) });
        self.put(Mark::Rule { from: (MARGIN, top), to: (right, top) });
        self.put(Mark::Rule { from: (MARGIN, bottom), to: (right, bottom) });
        self.y = bottom;
    }
}

/// The text in lines of this width: cut between words, and inside a word that is longer than a line. Every line holds a
/// letter.
fn wrapped(font: &Font, text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0.0;
    // Behind the last blank of the line, and how long it was there.
    let mut blank: Option<(usize, f32)> = None;
    for letter in text.chars() {
        let wide = font.width(letter, size);
        if length + wide > width && !line.is_empty() && letter != ' ' {
            let (cut, kept) = blank.take().filter(|(cut, _)| *cut < line.len()).unwrap_or((line.len(), length));
            let rest = line.split_off(cut);
            lines.push(line.trim_end().to_owned());
            line = rest;
            length -= kept;
        }
        line.push(letter);
        length += wide;
        if letter == ' ' {
            blank = Some((line.len(), length));
        }
    }
    lines.push(line.trim_end().to_owned());
    lines.retain(|line| !line.is_empty());
    lines
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_lose_no_letter() {
        let font = Font::new().unwrap();
        let wide = font.width('가', 10.0);
        let table = [
            ("가나 다라 마바", 5.5, vec!["가나 다라", "마바"]),
            ("가나다라마바사", 3.5, vec!["가나다", "라마바", "사"]),
            ("가나다", 0.1, vec!["가", "나", "다"]),
            ("", 5.0, vec![]),
        ];
        for (text, letters, wanted) in table {
            assert_eq!(wrapped(&font, text, 10.0, letters * wide), wanted, "{text}");
        }
    }

    #[test]
    fn a_row_longer_than_a_page_goes_on_on_the_next() {
        let font = Font::new().unwrap();
        let rows =
            vec![vec!["구분".to_owned(), "내용".to_owned()], vec!["긴 칸".to_owned(), "가나다라 ".repeat(1_000)]];
        let pages = pages(&[Piece::Table(rows)], &font);
        assert!(pages.len() > 1);
        for mark in pages.iter().flatten() {
            if let Mark::Text { y, .. } = mark {
                assert!(*y > 0.0 && *y < PAGE.1);
            }
        }
    }
}
