//! Sections of HWPX and of HWPML, its forerunner, which has the same structure under other names. They are walked
//! here, since unhwp leaves out captions, text boxes, running heads, memos and fixed-width spaces.

use std::borrow::Cow;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::outline::anchor;
use crate::parts::{self, Counts, Part};
use crate::table::Cell;
use crate::xml::resolved;

/// Deeper than any editor nests; the walk recurses.
const DEPTH: usize = 200;

/// The text of an XML part, and whether all of it could be decoded.
pub fn decoded(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    let encoding = match bytes {
        [b'<', 0, ..] => UTF_16LE,
        [0, b'<', ..] => UTF_16BE,
        _ => UTF_8,
    };
    // A byte order mark outranks this.
    let (text, _, garbled) = encoding.decode(bytes);
    (text, !garbled)
}

/// A walk over one section, or over a document of several.
pub struct Walk<'x, 'c, 's> {
    reader: Reader<&'x [u8]>,
    counts: &'c mut Counts<'s>,
    /// The XML ends before it should, or is none.
    pub broken: bool,
    /// A tracked change deleted some of the text.
    pub deleted: bool,
}

/// What the walk does at an element, apart from its name.
enum Step<'a> {
    Open(BytesStart<'a>),
    Single(BytesStart<'a>),
    Text(String),
    Close,
    End,
}

impl<'x, 'c, 's> Walk<'x, 'c, 's> {
    pub fn new(xml: &'x str, counts: &'c mut Counts<'s>) -> Self {
        Self { reader: Reader::from_str(xml), counts, broken: false, deleted: false }
    }

    /// All parts of the XML.
    pub fn parts(&mut self) -> Vec<Part> {
        self.counts.section();
        self.inside(false, 0)
    }

    /// The parts of each section of a document in one piece.
    pub fn sections(&mut self) -> Vec<Vec<Part>> {
        let mut sections = Vec::new();
        loop {
            match self.step() {
                Step::Open(element) if name(&element) == "section" => {
                    self.counts.section();
                    sections.push(self.inside(true, 0));
                }
                Step::End => return sections,
                _ => {}
            }
        }
    }

    fn step(&mut self) -> Step<'x> {
        loop {
            return match self.reader.read_event() {
                Ok(Event::Start(element)) => Step::Open(element),
                Ok(Event::Empty(element)) => Step::Single(element),
                Ok(Event::End(_)) => Step::Close,
                Ok(Event::Text(text)) => Step::Text(text.xml_content(XmlVersion::Implicit1_0).into_owned()),
                Ok(Event::CData(text)) => Step::Text(String::from_utf8_lossy(text.as_ref().as_bytes()).into_owned()),
                Ok(Event::GeneralRef(entity)) => Step::Text(resolved(entity.as_ref())),
                Ok(Event::Eof) => Step::End,
                Ok(_) => continue,
                Err(_) => {
                    self.broken = true;
                    Step::End
                }
            };
        }
    }

    /// All parts up to the end of the element that was opened, or of the XML, whatever lies between.
    fn inside(&mut self, opened: bool, depth: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut open = 0usize;
        loop {
            match self.step() {
                Step::Open(element) => {
                    if !self.part(&element, &mut parts, depth) {
                        open += 1;
                    }
                }
                Step::Single(element) => self.numbering_of(&element),
                Step::Close if open > 0 => open -= 1,
                Step::Close if opened => return parts,
                Step::Close | Step::Text(_) => {}
                Step::End => {
                    self.broken |= opened || open > 0;
                    return parts;
                }
            }
        }
    }

    /// Reads an element that is a part, to its end; false for any other, which stays open.
    fn part(&mut self, element: &BytesStart<'_>, parts: &mut Vec<Part>, depth: usize) -> bool {
        self.numbering_of(element);
        if depth >= DEPTH {
            self.broken = true;
            return false;
        }
        match name(element).as_str() {
            "p" => parts.extend(self.paragraph(element, depth + 1)),
            "tbl" => parts.extend(self.table(depth + 1)),
            "footnote" | "endnote" => {
                let label = self.counts.note();
                parts.push(Part::Note { label, parts: self.inside(true, depth + 1) });
            }
            "header" | "footer" | "masterpage" => parts.push(Part::Running(self.inside(true, depth + 1))),
            "hiddencomment" | "memo" => parts.push(Part::Memo(self.inside(true, depth + 1))),
            "fieldbegin" if kind(element, &["type", "Type"]) == "memo" => {
                parts.push(Part::Memo(self.inside(true, depth + 1)));
            }
            _ => return false,
        }
        true
    }

    fn numbering_of(&mut self, element: &BytesStart<'_>) {
        if name(element) == "secpr"
            && let Some(id) = number(element, &["outlineShapeIDRef", "OutlineShape"])
        {
            self.counts.outline(id);
        }
    }

    fn paragraph(&mut self, element: &BytesStart<'_>, depth: usize) -> Vec<Part> {
        let (level, head) = self.counts.head(number(element, &["paraPrIDRef", "ParaShape"]));
        let mut text = String::new();
        let mut parts = Vec::new();
        // How many elements are open, and which of them are text, with what is written at their end.
        let (mut open, mut written) = (0usize, Vec::new());
        let mut labelled = false;
        let mut deleting = false;
        loop {
            match self.step() {
                Step::Open(element) => {
                    let before = parts.len();
                    if self.part(&element, &mut parts, depth) {
                        if deleting {
                            parts.truncate(before);
                        }
                        match parts.get(before) {
                            Some(Part::Note { label, .. }) => text.push_str(&format!(" {}", anchor(label))),
                            Some(Part::Paragraph { .. } | Part::Table { .. }) => parts::boundary(&mut text),
                            _ => {}
                        }
                    } else {
                        open += 1;
                        match name(&element).as_str() {
                            "t" | "script" | "maintext" => written.push((open, "")),
                            "subtext" => {
                                text.push('(');
                                written.push((open, ")"));
                            }
                            name => self.mark(name, &element, &mut text, &mut deleting),
                        }
                    }
                }
                Step::Single(element) => {
                    self.numbering_of(&element);
                    self.mark(&name(&element), &element, &mut text, &mut deleting);
                }
                Step::Text(piece) if !written.is_empty() && !deleting => text.push_str(&piece),
                Step::Text(_) => {}
                Step::Close if open > 0 => {
                    if let Some((_, end)) = written.pop_if(|(at, _)| *at == open) {
                        text.push_str(end);
                    }
                    open -= 1;
                }
                Step::Close => break,
                Step::End => {
                    self.broken = true;
                    break;
                }
            }
            // Counted as late as the section's numbering is known, and before anything anchored in the paragraph.
            if !labelled && !text.is_empty() {
                labelled = true;
                if let Some(label) = head.and_then(|head| self.counts.label(&head)) {
                    text.insert_str(0, &format!("{label} "));
                }
            }
        }
        if !labelled && let Some(head) = head {
            // A paragraph without text takes its number as well.
            let _ = self.counts.label(&head);
        }
        parts.insert(0, Part::Paragraph { level, text });
        parts
    }

    fn table(&mut self, depth: usize) -> Vec<Part> {
        let mut rows: Vec<Vec<(Cell, Vec<Part>)>> = Vec::new();
        let mut caption = Vec::new();
        let mut open = 0usize;
        loop {
            match self.step() {
                Step::Open(element) => match name(&element).as_str() {
                    "tr" => {
                        rows.push(Vec::new());
                        open += 1;
                    }
                    "tc" => {
                        let cell = self.cell(&element, depth);
                        if rows.is_empty() {
                            rows.push(Vec::new());
                        }
                        if let Some(row) = rows.last_mut() {
                            row.push(cell);
                        }
                    }
                    "caption" => caption = self.inside(true, depth),
                    _ => open += 1,
                },
                Step::Close if open > 0 => open -= 1,
                Step::Close => break,
                Step::Single(_) | Step::Text(_) => {}
                Step::End => {
                    self.broken = true;
                    break;
                }
            }
        }
        parts::table(caption, rows)
    }

    /// A cell with its own text, and all that stands in it.
    fn cell(&mut self, element: &BytesStart<'_>, depth: usize) -> (Cell, Vec<Part>) {
        let mut cell = Cell { text: String::new(), rows: 1, columns: 1 };
        span(element, &mut cell);
        let mut parts = Vec::new();
        let mut open = 0usize;
        loop {
            match self.step() {
                Step::Open(element) => {
                    span(&element, &mut cell);
                    if !self.part(&element, &mut parts, depth) {
                        open += 1;
                    }
                }
                Step::Single(element) => span(&element, &mut cell),
                Step::Close if open > 0 => open -= 1,
                Step::Close => break,
                Step::Text(_) => {}
                Step::End => {
                    self.broken = true;
                    break;
                }
            }
        }
        cell.text = parts::own_text(&parts);
        (cell, parts)
    }

    /// Characters that are elements, and marks of tracked changes.
    fn mark(&mut self, name: &str, element: &BytesStart<'_>, text: &mut String, deleting: &mut bool) {
        match name {
            "deletebegin" => {
                *deleting = true;
                self.deleted = true;
            }
            "deleteend" => *deleting = false,
            _ if *deleting => {}
            "fwspace" | "nbspace" | "tab" => text.push(' '),
            "linebreak" => text.push('\n'),
            "hyphen" => text.push('-'),
            "compose" => text.push_str(&attribute(element, &["composeText", "CompositeText"]).unwrap_or_default()),
            "equation" => parts::boundary(text),
            "textart" => {
                parts::boundary(text);
                text.push_str(&attribute(element, &["text", "Text"]).unwrap_or_default());
            }
            "btn" | "radiobtn" | "checkbtn" => {
                parts::boundary(text);
                text.push_str(&attribute(element, &["caption", "Caption"]).unwrap_or_default());
            }
            // A note has its anchor, a page its place.
            "autonum" => {
                let kind = kind(element, &["numType", "NumberType"]);
                if matches!(kind.as_str(), "picture" | "figure" | "table" | "equation") {
                    text.push_str(&attribute(element, &["num", "Number"]).unwrap_or_default());
                }
            }
            _ => {}
        }
    }
}

/// Where a cell says how far it spans: in HWPX an element in it, in HWPML the cell itself.
fn span(element: &BytesStart<'_>, cell: &mut Cell) {
    if matches!(name(element).as_str(), "cellspan" | "tc") {
        cell.rows = number(element, &["rowSpan", "RowSpan"]).unwrap_or(1);
        cell.columns = number(element, &["colSpan", "ColSpan"]).unwrap_or(1);
    }
}

/// An element's name as HWPX has it, in small letters.
pub fn name(element: &BytesStart<'_>) -> String {
    let name = element.local_name().as_ref().to_ascii_lowercase();
    let same = match name.as_str() {
        "char" => "t",
        "table" => "tbl",
        "row" => "tr",
        "cell" => "tc",
        "secdef" => "secpr",
        _ => return name,
    };
    same.to_owned()
}

/// The first attribute that has one of these names, whatever its prefix.
pub fn attribute(element: &BytesStart<'_>, names: &[&str]) -> Option<String> {
    let mut attributes = element.attributes().flatten();
    let found = attributes.find(|attribute| names.contains(&attribute.key.local_name().as_ref()))?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).map_or_else(|_| found.value.to_string(), Cow::into_owned))
}

/// An attribute that names a kind, which HWPX and HWPML write with different capitals.
fn kind(element: &BytesStart<'_>, names: &[&str]) -> String {
    attribute(element, names).unwrap_or_default().to_ascii_lowercase()
}

pub fn number(element: &BytesStart<'_>, names: &[&str]) -> Option<u32> {
    attribute(element, names)?.parse().ok()
}
