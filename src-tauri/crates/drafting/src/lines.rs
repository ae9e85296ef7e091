//! A document as lines: with its signs, 붙임 and 끝., in the words that every format shows.

use crate::document::{Block, Document};
use crate::numbering;

/// What a line is, for a format that shows it by its looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The document's title.
    Title,
    /// A heading, by its level from 1.
    Heading(u8),
    /// Text.
    Body,
    /// The grade, above everything.
    Grade,
    /// A notice, below the text.
    Notice,
}

/// A line or a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A line of text.
    Line {
        /// What it is.
        role: Role,
        /// How far it is moved in, in letters of half a width.
        indent: u8,
        /// All that stands on it, without the indent.
        text: String,
    },
    /// A table; its rows are of one length, the first is the header.
    Table(Vec<Vec<String>>),
}

impl Piece {
    pub(crate) fn line(role: Role, text: impl Into<String>) -> Self {
        Self::Line { role, indent: 0, text: text.into() }
    }
}

/// The word with which a letter ends.
const END: &str = "끝.";
/// What stands between the last letter and it.
const GAP: &str = "  ";
/// 붙임 and two blanks: as far as its second line is moved in.
const ATTACHMENT_INDENT: u8 = 6;

/// The lines of a document that is tidied.
pub fn pieces(document: &Document) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if !document.title.is_empty() {
        pieces.push(Piece::line(Role::Title, &document.title));
    }
    let signs = numbering::numbered(&document.blocks);
    for (block, sign) in document.blocks.iter().zip(signs) {
        match block {
            Block::Heading { level, text } => pieces.push(Piece::line(Role::Heading(*level), text)),
            Block::Paragraph { text } => pieces.push(Piece::line(Role::Body, text)),
            Block::Item { text, level } => {
                let level = sign.as_ref().map_or(*level, |item| item.level);
                let sign = sign.and_then(|item| item.sign);
                let text = sign.map_or_else(|| text.clone(), |sign| format!("{sign} {text}"));
                pieces.push(Piece::Line { role: Role::Body, indent: 2 * level.saturating_sub(1), text });
            }
            Block::Point { level, text } => {
                let text = format!("{} {text}", numbering::point(*level));
                pieces.push(Piece::Line { role: Role::Body, indent: 2 * level.saturating_sub(1), text });
            }
            Block::Table { header, rows } => {
                pieces.push(Piece::Table(std::iter::once(header).chain(rows).cloned().collect()));
            }
            Block::Attachments { names } => attachments(names, &mut pieces),
            Block::End => end(&mut pieces),
            Block::Notice { text } => pieces.push(Piece::line(Role::Notice, text)),
        }
    }
    pieces
}

fn attachments(names: &[String], pieces: &mut Vec<Piece>) {
    let numbered = names.len() > 1;
    for (at, name) in names.iter().enumerate() {
        let name = if numbered { format!("{} {name}", numbering::sign(1, at + 1)) } else { name.clone() };
        let (indent, text) = if at == 0 { (0, format!("붙임  {name}")) } else { (ATTACHMENT_INDENT, name) };
        pieces.push(Piece::Line { role: Role::Body, indent, text });
    }
}

/// 끝. goes behind the last letter of the text, or on a line of its own below a table.
fn end(pieces: &mut Vec<Piece>) {
    match pieces.last_mut() {
        Some(Piece::Line { role: Role::Body, text, .. }) if !text.ends_with(END) => {
            text.push_str(GAP);
            text.push_str(END);
        }
        Some(Piece::Line { role: Role::Body, .. }) => {}
        _ => pieces.push(Piece::Line { role: Role::Body, indent: 2, text: END.to_owned() }),
    }
}
