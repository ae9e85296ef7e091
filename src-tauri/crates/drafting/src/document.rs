//! A document as official writing has it, before it becomes a file of one format.

use serde::{Deserialize, Serialize};

use crate::clean::{clean, lines_of};

/// The deepest item: ㉮.
pub const DEEPEST_ITEM: u8 = 8;
/// The deepest point of a report: ·.
pub const DEEPEST_POINT: u8 = 4;

/// A document: a title and what stands below it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its title; empty where it has none.
    pub title: String,
    /// What stands below, in reading order.
    pub blocks: Vec<Block>,
}

/// One block of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// A heading; 1 is the outermost.
    Heading {
        /// From 1 to 3.
        level: u8,
        /// Its text.
        text: String,
    },
    /// A paragraph without a sign of its own.
    Paragraph {
        /// Its text.
        text: String,
    },
    /// A numbered item: 1. 가. 1) 가) (1) (가) ① ㉮. The number comes from its place.
    Item {
        /// From 1 to 8.
        level: u8,
        /// Its text, without the number.
        text: String,
    },
    /// A point of a report: □ ○ - ·.
    Point {
        /// From 1 to 4.
        level: u8,
        /// Its text, without the sign.
        text: String,
    },
    /// A table.
    Table {
        /// Its first row, which says what the columns hold.
        header: Vec<String>,
        /// The other rows.
        rows: Vec<Vec<String>>,
    },
    /// 붙임: what goes along with a letter, each as `계획서 1부.`
    Attachments {
        /// Their names with their numbers of copies.
        names: Vec<String>,
    },
    /// 끝. behind the last letter.
    End,
    /// A line of its own that is no part of the text, such as that a model wrote it.
    Notice {
        /// Its text.
        text: String,
    },
}

impl Document {
    /// The document as it can be written to a file: texts without what no file may hold, levels that exist, nothing
    /// empty. A paragraph of several lines becomes several.
    pub fn tidied(&self) -> Self {
        let mut blocks = Vec::new();
        for block in &self.blocks {
            tidy(block, &mut blocks);
        }
        Self { title: clean(&self.title), blocks }
    }

    /// True where there is nothing to read.
    pub fn is_empty(&self) -> bool {
        let tidied = self.tidied();
        tidied.title.is_empty() && tidied.blocks.iter().all(|block| *block == Block::End)
    }

    /// The document with every text changed.
    pub fn map(&self, mut change: impl FnMut(&str) -> String) -> Self {
        let title = change(&self.title);
        let blocks = self.blocks.iter().map(|block| match block {
            Block::Heading { level, text } => Block::Heading { level: *level, text: change(text) },
            Block::Paragraph { text } => Block::Paragraph { text: change(text) },
            Block::Item { level, text } => Block::Item { level: *level, text: change(text) },
            Block::Point { level, text } => Block::Point { level: *level, text: change(text) },
            Block::Table { header, rows } => Block::Table {
                header: header.iter().map(|cell| change(cell)).collect(),
                rows: rows.iter().map(|row| row.iter().map(|cell| change(cell)).collect()).collect(),
            },
            Block::Attachments { names } => {
                Block::Attachments { names: names.iter().map(|name| change(name)).collect() }
            }
            Block::End => Block::End,
            Block::Notice { text } => Block::Notice { text: change(text) },
        });
        Self { title, blocks: blocks.collect() }
    }
}

fn tidy(block: &Block, blocks: &mut Vec<Block>) {
    let tidied = match block {
        Block::Heading { level, text } => Block::Heading { level: (*level).clamp(1, 3), text: clean(text) },
        Block::Paragraph { text } => {
            blocks.extend(lines_of(text).map(|text| Block::Paragraph { text }));
            return;
        }
        Block::Item { level, text } => Block::Item { level: (*level).clamp(1, DEEPEST_ITEM), text: clean(text) },
        Block::Point { level, text } => Block::Point { level: (*level).clamp(1, DEEPEST_POINT), text: clean(text) },
        Block::Table { header, rows } => {
            blocks.extend(table(header, rows));
            return;
        }
        Block::Attachments { names } => {
            let names: Vec<String> = names.iter().map(|name| clean(name)).filter(|name| !name.is_empty()).collect();
            if names.is_empty() {
                return;
            }
            Block::Attachments { names }
        }
        Block::End => Block::End,
        Block::Notice { text } => Block::Notice { text: clean(text) },
    };
    let empty = match &tidied {
        Block::Heading { text, .. } | Block::Item { text, .. } | Block::Point { text, .. } | Block::Notice { text } => {
            text.is_empty()
        }
        _ => false,
    };
    if !empty {
        blocks.push(tidied);
    }
}

/// A table with rows of the same length, without rows and columns that say nothing. One cell alone is a paragraph.
fn table(header: &[String], rows: &[Vec<String>]) -> Option<Block> {
    let all: Vec<Vec<String>> = std::iter::once(header)
        .chain(rows.iter().map(Vec::as_slice))
        .map(|row| row.iter().map(|cell| clean(cell)).collect::<Vec<_>>())
        .filter(|row| row.iter().any(|cell| !cell.is_empty()))
        .collect();
    let width = all.iter().map(Vec::len).max().unwrap_or_default();
    let used: Vec<usize> = (0..width)
        .filter(|&column| all.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty())))
        .collect();
    let mut grid = all
        .iter()
        .map(|row| used.iter().map(|&column| row.get(column).cloned().unwrap_or_default()).collect::<Vec<_>>())
        .collect::<Vec<_>>();
    match grid.as_slice() {
        [] => None,
        [row] if row.len() == 1 => Some(Block::Paragraph { text: row.concat() }),
        _ => {
            let header = grid.remove(0);
            Some(Block::Table { header, rows: grid })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(row: &[&str]) -> Vec<String> {
        row.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn what_says_nothing_is_left_out_and_what_cannot_be_is_put_right() {
        let document = Document {
            title: " 계획\u{0}\n(안) ".to_owned(),
            blocks: vec![
                Block::Heading { level: 9, text: "개요".to_owned() },
                Block::Paragraph { text: "첫 줄\n\n둘째 줄".to_owned() },
                Block::Item { level: 0, text: "하나".to_owned() },
                Block::Item { level: 1, text: " \u{200b}".to_owned() },
                Block::Table {
                    header: texts(&["구분", "", "내용"]),
                    rows: vec![texts(&["가"]), texts(&["", ""]), texts(&["나", "", "다", ""])],
                },
                Block::Table { header: texts(&["혼자"]), rows: Vec::new() },
                Block::Table { header: Vec::new(), rows: vec![Vec::new()] },
                Block::Attachments { names: texts(&["", " "]) },
            ],
        };
        let expected = Document {
            title: "계획 (안)".to_owned(),
            blocks: vec![
                Block::Heading { level: 3, text: "개요".to_owned() },
                Block::Paragraph { text: "첫 줄".to_owned() },
                Block::Paragraph { text: "둘째 줄".to_owned() },
                Block::Item { level: 1, text: "하나".to_owned() },
                Block::Table {
                    header: texts(&["구분", "내용"]), rows: vec![texts(&["가", ""]), texts(&["나", "다"])]
                },
                Block::Paragraph { text: "혼자".to_owned() },
            ],
        };
        assert_eq!(document.tidied(), expected);
        assert_eq!(expected.tidied(), expected);
        assert!(Document::default().is_empty());
        assert!(!expected.is_empty());
    }
}
