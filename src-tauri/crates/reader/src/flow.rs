//! What stands in a paragraph list, in reading order, as the walks over office documents collect it.

use documents::Page;

use crate::outline::Outline;
use crate::table::{self, Cell};

/// One thing in a paragraph list.
#[derive(Debug)]
pub enum Part {
    /// A heading where the level, from 1, is not 0.
    Paragraph { level: u8, text: String },
    /// A table, and what stands in its cells beside their text.
    Table { rows: Vec<Vec<Cell>>, inner: Vec<Part> },
    Note { label: String, text: String },
    Memo(String),
    /// A page begins here.
    Page(u32),
}

impl Part {
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { level: 0, text: text.into() }
    }
}

pub fn emit(outline: &mut Outline, parts: Vec<Part>) {
    for part in parts {
        match part {
            Part::Paragraph { level: 0, text } => outline.paragraph(&text),
            Part::Paragraph { level, text } => outline.heading(level, &text),
            Part::Table { rows, inner } => {
                outline.table(&table::markdown(&table::grid(&rows)));
                emit(outline, inner);
            }
            Part::Note { label, text } => outline.footnote(&label, &text),
            Part::Memo(text) => outline.memo(&text),
            Part::Page(page) => {
                if let Some(page) = Page::new(page) {
                    outline.page(page);
                }
            }
        }
    }
}

/// The text of parts where only text can stand.
pub fn plain(parts: &[Part]) -> String {
    let mut lines = Vec::new();
    for part in parts {
        match part {
            Part::Paragraph { text, .. } | Part::Note { text, .. } | Part::Memo(text) => lines.push(text.clone()),
            Part::Table { rows, inner } => {
                lines.extend(rows.iter().flatten().map(|cell| cell.text.clone()));
                lines.push(plain(inner));
            }
            Part::Page(_) => {}
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

/// A table while its cells are read, row by row.
#[derive(Default)]
pub struct Grid {
    rows: Vec<Vec<Cell>>,
    inside: Vec<Vec<Part>>,
}

impl Grid {
    pub fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Adds a cell to the last row and says where it is.
    pub fn cell(&mut self, parts: Vec<Part>, rows: u32, columns: u32) -> (usize, usize) {
        let own: Vec<&str> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Paragraph { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let cell = Cell { text: own.join("\n"), rows, columns };
        if self.rows.is_empty() {
            self.row();
        }
        let row = self.rows.len() - 1;
        self.rows[row].push(cell);
        self.inside.push(parts);
        (row, self.rows[row].len() - 1)
    }

    /// Makes a cell reach one row further down.
    pub fn deepen(&mut self, (row, column): (usize, usize)) {
        if let Some(cell) = self.rows.get_mut(row).and_then(|row| row.get_mut(column)) {
            cell.rows = cell.rows.saturating_add(1);
        }
    }

    /// The table; a table of one cell is a frame around text, as official documents draw titles.
    pub fn finish(mut self) -> Vec<Part> {
        if self.inside.len() <= 1 {
            return self.inside.pop().unwrap_or_default();
        }
        let mut inner: Vec<Part> = self.inside.into_iter().flatten().collect();
        inner.retain(|part| !matches!(part, Part::Paragraph { .. }));
        vec![Part::Table { rows: self.rows, inner }]
    }
}
