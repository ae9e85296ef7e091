//! One section of an HWP 5 document: records of the text, and of what is anchored in it. They are walked here,
//! since the crates that read them leave out notes' anchors, memos, tracked changes and text boxes in text boxes.

use std::collections::HashMap;
use std::iter;
use std::ops::Range;

use unhwp::model::NumberShape;

use crate::outline::anchor;
use crate::parts::{self, Counts, Part};
use crate::table::Cell;

const PARA_HEADER: u16 = 66;
const PARA_TEXT: u16 = 67;
const PARA_RANGE_TAG: u16 = 70;
const CTRL_HEADER: u16 = 71;
const LIST_HEADER: u16 = 72;
const TABLE: u16 = 77;
const EQUATION: u16 = 88;
const TEXT_ART: u16 = 90;
const MEMO_LIST: u16 = 93;
/// A record of this size has its real one in the next four bytes.
const LONG: usize = 0xFFF;
/// Where a paragraph's header names its shape, and a section's definition the numbering of its outline.
const PARA_SHAPE: usize = 8;
const OUTLINE_NUMBERING: usize = 18;
/// The kind of a range of text that a tracked change deleted.
const DELETED: u32 = 0x11;
/// Deeper than any editor nests; the walk recurses.
const DEPTH: usize = 200;

/// What a section holds.
pub struct Section {
    pub parts: Vec<Part>,
    /// The records end before they should.
    pub broken: bool,
    /// A tracked change deleted some of the text.
    pub deleted: bool,
}

pub fn read(data: &[u8], counts: &mut Counts<'_>) -> Section {
    counts.section();
    let (records, broken) = records(data);
    let first_memo = records.iter().position(|record| record.tag == MEMO_LIST).unwrap_or(records.len());
    let (body, memos) = records.split_at(first_memo);
    let mut walk = Walk { counts, memos: HashMap::new(), broken, deleted: false };
    // The memos of a section follow its text; each belongs after the paragraph that it remarks on.
    let mut order = Vec::new();
    for memo in memos.chunk_by(|_, next| next.tag != MEMO_LIST) {
        let Some((head, list)) = memo.split_first() else { continue };
        let id = head.u32(0).unwrap_or_default();
        let parts = walk.list(list, 0);
        walk.memos.entry(id).or_default().extend(parts);
        order.push(id);
    }
    let mut parts = walk.list(body, 0);
    for id in order {
        parts.extend(walk.memos.remove(&id).map(Part::Memo));
    }
    Section { parts, broken: walk.broken, deleted: walk.deleted }
}

/// Whether this is a section in clear: one begins with a paragraph.
pub fn begins(data: &[u8]) -> bool {
    records(data).0.first().is_some_and(|record| record.tag == PARA_HEADER && record.level == 0)
}

#[derive(Clone, Copy)]
struct Record<'a> {
    tag: u16,
    level: u16,
    data: &'a [u8],
}

impl Record<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        self.data.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.data.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// Text that starts with its length, and the byte after it.
    fn text(&self, at: usize) -> Option<(String, usize)> {
        let end = at + 2 + 2 * usize::from(self.u16(at)?);
        Some((String::from_utf16_lossy(&units(self.data.get(at + 2..end)?)), end))
    }

    /// The name of a control, written backwards in the file.
    fn control(&self) -> [u8; 4] {
        let mut name: [u8; 4] = self.data.get(..4).and_then(|name| name.try_into().ok()).unwrap_or_default();
        name.reverse();
        name
    }
}

fn units(data: &[u8]) -> Vec<u16> {
    data.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// All whole records, and whether something follows them.
fn records(mut data: &[u8]) -> (Vec<Record<'_>>, bool) {
    let mut records = Vec::new();
    while let Some((head, rest)) = data.split_first_chunk::<4>() {
        let head = u32::from_le_bytes(*head);
        let short = (head >> 20) as usize;
        let (size, rest) = match rest.split_first_chunk::<4>() {
            Some((long, rest)) if short == LONG => (u32::from_le_bytes(*long) as usize, rest),
            _ => (short, rest),
        };
        let Some((data_of, rest)) = rest.split_at_checked(size) else { return (records, true) };
        records.push(Record { tag: (head & 0x3FF) as u16, level: (head >> 10 & 0x3FF) as u16, data: data_of });
        data = rest;
    }
    // A cipher pads to its blocks with zeros.
    (records, data.iter().any(|&byte| byte != 0))
}

/// Records of a list, each with those below it.
fn siblings<'r, 'a>(mut records: &'r [Record<'a>]) -> impl Iterator<Item = (Record<'a>, &'r [Record<'a>])> {
    iter::from_fn(move || {
        let (first, rest) = records.split_first()?;
        let (below, after) = rest.split_at(rest.iter().take_while(|record| record.level > first.level).count());
        records = after;
        Some((*first, below))
    })
}

struct Walk<'w, 's> {
    counts: &'w mut Counts<'s>,
    /// Memos that no field was found for yet.
    memos: HashMap<u32, Vec<Part>>,
    broken: bool,
    deleted: bool,
}

impl Walk<'_, '_> {
    /// All paragraphs of a list, whatever lies between.
    fn list(&mut self, records: &[Record<'_>], depth: usize) -> Vec<Part> {
        if depth >= DEPTH {
            self.broken = true;
            return Vec::new();
        }
        let mut parts = Vec::new();
        for (record, below) in siblings(records) {
            match record.tag {
                PARA_HEADER => parts.extend(self.paragraph(record, below, depth + 1)),
                TEXT_ART => parts.extend(text_art(record)),
                _ => parts.extend(self.list(below, depth + 1)),
            }
        }
        parts
    }

    fn paragraph(&mut self, header: Record<'_>, below: &[Record<'_>], depth: usize) -> Vec<Part> {
        if depth >= DEPTH {
            self.broken = true;
            return Vec::new();
        }
        let mut data = Vec::new();
        let mut deleted = Vec::new();
        let mut controls = Vec::new();
        // Records that belong elsewhere; what text they hold is kept.
        let mut strays = Vec::new();
        for (record, below) in siblings(below) {
            match record.tag {
                PARA_TEXT => data.extend(units(record.data)),
                PARA_RANGE_TAG => deleted.extend(deletions(record)),
                CTRL_HEADER => controls.push((record, below)),
                _ => strays.push((record, below)),
            }
        }
        // The paragraph that holds a section's definition is numbered by it already.
        let section = controls.iter().find(|(record, _)| record.control() == *b"secd");
        if let Some(numbering) = section.and_then(|(record, _)| record.u16(OUTLINE_NUMBERING)) {
            self.counts.outline(numbering.into());
        }
        let (level, head) = self.counts.head(header.u16(PARA_SHAPE).map(u32::from));
        let label = head.and_then(|head| self.counts.label(&head));

        let mut text = String::new();
        let mut parts = Vec::new();
        let mut controls = controls.into_iter();
        let mut at = 0;
        while let Some(rest) = data.get(at..).filter(|rest| !rest.is_empty()) {
            let gone = deleted.iter().any(|range| range.contains(&at));
            self.deleted |= gone;
            let (found, width) = character(rest);
            at += width;
            match found {
                Found::Character(character) if !gone => text.push(character),
                Found::Control => {
                    if let Some((control, below)) = controls.next() {
                        if gone {
                            self.control(control, below, &mut String::new(), &mut Vec::new(), depth);
                        } else {
                            self.control(control, below, &mut text, &mut parts, depth);
                        }
                    }
                }
                Found::End => break,
                Found::Character(_) | Found::Nothing => {}
            }
        }
        // A damaged text may have lost the places of its controls.
        for (control, below) in controls {
            self.control(control, below, &mut text, &mut parts, depth);
        }
        for (record, below) in strays {
            parts.extend(if record.tag == PARA_HEADER {
                self.paragraph(record, below, depth + 1)
            } else {
                self.list(below, depth + 1)
            });
        }
        if let Some(label) = label.filter(|_| !text.trim().is_empty()) {
            text.insert_str(0, &format!("{label} "));
        }
        parts.insert(0, Part::Paragraph { level, text });
        parts
    }

    /// What is anchored at a place of the text.
    fn control(
        &mut self,
        control: Record<'_>,
        below: &[Record<'_>],
        text: &mut String,
        parts: &mut Vec<Part>,
        depth: usize,
    ) {
        match &control.control() {
            b"tbl " => {
                parts::boundary(text);
                parts.extend(self.table(below, depth + 1));
            }
            b"fn  " | b"en  " => {
                let label = self.counts.note();
                text.push_str(&format!(" {}", anchor(&label)));
                parts.push(Part::Note { label, parts: self.list(below, depth + 1) });
            }
            // A section's definition holds its master pages.
            b"head" | b"foot" | b"secd" => parts.push(Part::Running(self.list(below, depth + 1))),
            b"tcmt" => parts.push(Part::Memo(self.list(below, depth + 1))),
            b"eqed" => {
                let scripts = below.iter().filter(|record| record.tag == EQUATION);
                for (script, _) in scripts.filter_map(|record| record.text(4)) {
                    parts::boundary(text);
                    text.push_str(&script);
                }
                parts.extend(self.list(below, depth + 1));
            }
            b"atno" => text.push_str(&number(control).unwrap_or_default()),
            b"tdut" => {
                if let Some((main, end)) = control.text(4) {
                    text.push_str(&main);
                    if let Some((above, _)) = control.text(end).filter(|(above, _)| !above.is_empty()) {
                        text.push_str(&format!("({above})"));
                    }
                }
            }
            b"tcps" => text.push_str(&control.text(4).unwrap_or_default().0),
            [b'%', ..] => {
                let id = control.data.last_chunk::<4>().map(|id| u32::from_le_bytes(*id));
                let command = control.text(9).unwrap_or_default().0;
                let is_memo = &control.control() == b"%%me" || command.starts_with("MEMO");
                if is_memo && let Some(memo) = id.and_then(|id| self.memos.remove(&id)) {
                    parts.push(Part::Memo(memo));
                }
            }
            _ => {
                let inner = self.list(below, depth + 1);
                if !inner.is_empty() {
                    parts::boundary(text);
                }
                parts.extend(inner);
            }
        }
    }

    fn table(&mut self, below: &[Record<'_>], depth: usize) -> Vec<Part> {
        let mut caption = Vec::new();
        let mut cells: Vec<(usize, usize, Cell, Vec<Part>)> = Vec::new();
        let mut begun = false;
        for (record, below) in siblings(below) {
            let inside = match record.tag {
                TABLE => {
                    begun = true;
                    continue;
                }
                LIST_HEADER => {
                    if begun {
                        let field = |at| record.u16(at).unwrap_or_default();
                        let cell = Cell { text: String::new(), rows: field(14).into(), columns: field(12).into() };
                        cells.push((field(10).into(), field(8).into(), cell, Vec::new()));
                    }
                    self.list(below, depth)
                }
                PARA_HEADER => self.paragraph(record, below, depth),
                _ => self.list(below, depth),
            };
            cells.last_mut().map_or(&mut caption, |(.., parts)| parts).extend(inside);
        }
        cells.sort_by_key(|(row, column, ..)| (*row, *column));
        let mut rows = Vec::new();
        for (row, _, mut cell, inside) in cells {
            rows.resize_with(rows.len().max(row + 1), Vec::new);
            cell.text = parts::own_text(&inside);
            rows[row].push((cell, inside));
        }
        parts::table(caption, rows)
    }
}

enum Found {
    Character(char),
    /// Something is anchored here; its record follows the text.
    Control,
    Nothing,
    End,
}

/// The first character of a text, and how many units it takes.
fn character(text: &[u16]) -> (Found, usize) {
    match text[0] {
        9 => (Found::Character('\t'), 8),
        10 => (Found::Character('\n'), 1),
        13 => (Found::End, 1),
        24 => (Found::Character('-'), 1),
        30 | 31 => (Found::Character(' '), 1),
        4..=8 | 19 | 20 => (Found::Nothing, 8),
        0 | 25..=29 => (Found::Nothing, 1),
        1..=23 => (Found::Control, 8),
        _ => match char::decode_utf16(text.iter().copied()).next() {
            Some(Ok(character)) => (Found::Character(character), character.len_utf16()),
            _ => (Found::Character(char::REPLACEMENT_CHARACTER), 1),
        },
    }
}

/// The ranges of a paragraph's text that tracked changes deleted.
fn deletions(record: Record<'_>) -> impl Iterator<Item = Range<usize>> {
    record.data.chunks_exact(12).filter_map(move |range| {
        let range = Record { data: range, ..record };
        (range.u32(8)? >> 24 == DELETED).then_some(range.u32(0)? as usize..range.u32(4)? as usize)
    })
}

/// A number that the editor counts, of a picture, table or equation; a note has its anchor, a page its place.
fn number(control: Record<'_>) -> Option<String> {
    let properties = control.u32(4)?;
    let shape = NumberShape::from_code(properties >> 4 & 0xFF);
    matches!(properties & 0xF, 3..=5).then_some(shape.format(control.u16(8)?.into()))
}

/// Text as a picture; eight coordinates stand before it.
fn text_art(record: Record<'_>) -> Option<Part> {
    let (text, _) = record.text(32)?;
    Some(Part::Paragraph { level: 0, text })
}
