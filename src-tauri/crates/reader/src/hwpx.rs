//! HWPX. Styles and numbering come from unhwp; the sections are walked here, since unhwp leaves out captions, text
//! boxes, running heads and fixed-width spaces, and those hold text of their own in official forms.

use documents::{Document, Format};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use unhwp::model::{NumberingState, StyleRegistry};
use unhwp::{ErrorKind, ParseOptions};
use wire::Failure;

use crate::outline::Outline;
use crate::table::{self, Cell};
use crate::{fault, zipped};

/// Deeper than any editor nests; the walk recurses.
const DEPTH: usize = 200;

pub fn hwpx(bytes: &[u8]) -> Result<Document, Failure> {
    let options = ParseOptions::default().without_resources().sequential().lenient();
    let styles = match unhwp::parse_bytes_with_options(bytes, &options) {
        Ok(parsed) => parsed.styles,
        Err(error) if error.kind() == ErrorKind::Encrypted => return Err(fault::password(error)),
        // A package that only lacks a list of its parts is read without styles.
        Err(_) => StyleRegistry::default(),
    };
    let mut archive = zipped::open(bytes)?;
    let mut sections: Vec<(u32, String)> = archive
        .file_names()
        .flatten()
        .filter_map(|name| Some((section_number(&name)?, name.into_owned())))
        .collect();
    sections.sort();
    if sections.is_empty() {
        return Err(fault::damaged("no section"));
    }
    let mut outline = Outline::new(Format::Hwpx);
    let mut notes = 0;
    let mut running = Vec::new();
    let mut broken = Vec::new();
    for (index, (_, name)) in sections.iter().enumerate() {
        outline.section(index);
        let xml = zipped::part(&mut archive, name).and_then(|xml| String::from_utf8(xml).ok());
        let mut walk = Walk {
            reader: Reader::from_str(xml.as_deref().unwrap_or_default()),
            styles: &styles,
            numbering: NumberingState::new(),
            broken: xml.is_none(),
        };
        let parts = walk.inside(None, 0);
        if walk.broken {
            broken.push(format!("{}번째", index + 1));
        }
        emit(&mut outline, parts, &mut notes, &mut running);
    }
    if !broken.is_empty() {
        if outline.is_empty() {
            return Err(fault::damaged("no section is whole"));
        }
        outline.warn(format!("{} 구역이 손상되어 일부를 읽지 못했습니다. 원본을 확인하십시오.", broken.join(", ")));
    }
    Ok(outline.finish())
}

/// `Contents/section0.xml`; some writers leave the folder's name out or write it otherwise.
fn section_number(name: &str) -> Option<u32> {
    let file = name.rsplit('/').next()?.to_ascii_lowercase();
    file.strip_prefix("section")?.strip_suffix(".xml")?.parse().ok()
}

/// What stands in a paragraph list, in reading order.
enum Part {
    Paragraph { level: u8, text: String },
    Table { caption: Vec<Part>, rows: Vec<Vec<Cell>>, inner: Vec<Part> },
    Note(Vec<Part>),
    Running(Vec<Part>),
}

fn emit(outline: &mut Outline, parts: Vec<Part>, notes: &mut usize, running: &mut Vec<String>) {
    for part in parts {
        match part {
            Part::Paragraph { level: 0, text } => outline.paragraph(&text),
            Part::Paragraph { level, text } => outline.heading(level, &text),
            Part::Table { caption, rows, inner } => {
                emit(outline, caption, notes, running);
                outline.table(&table::markdown(&table::grid(&rows)));
                emit(outline, inner, notes, running);
            }
            Part::Note(parts) => {
                *notes += 1;
                outline.footnote(&notes.to_string(), &plain(&parts));
            }
            Part::Running(parts) => {
                // Each section repeats its running heads; once is enough to find them.
                let text = plain(&parts);
                if !running.contains(&text) {
                    outline.paragraph(&text);
                    running.push(text);
                }
            }
        }
    }
}

/// The text of parts where only text can stand.
fn plain(parts: &[Part]) -> String {
    let mut lines = Vec::new();
    for part in parts {
        match part {
            Part::Paragraph { text, .. } => lines.push(text.clone()),
            Part::Table { caption, rows, inner } => {
                lines.push(plain(caption));
                lines.extend(rows.iter().flatten().map(|cell| cell.text.clone()));
                lines.push(plain(inner));
            }
            Part::Note(parts) | Part::Running(parts) => lines.push(plain(parts)),
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

struct Walk<'a> {
    reader: Reader<&'a [u8]>,
    styles: &'a StyleRegistry,
    numbering: NumberingState,
    broken: bool,
}

/// What the walk does at an element, apart from its name.
enum Step<'a> {
    Open(BytesStart<'a>),
    Single(BytesStart<'a>),
    Text(String),
    Close,
    End,
}

impl<'a> Walk<'a> {
    fn step(&mut self) -> Step<'a> {
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

    /// All parts up to the end of the element that was opened, whatever lies between.
    fn inside(&mut self, until: Option<&str>, depth: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut open = 0usize;
        loop {
            match self.step() {
                Step::Open(element) => {
                    let name = local(&element);
                    if !self.part(&name, &element, &mut parts, depth) {
                        open += 1;
                    }
                }
                Step::Single(element) => self.outline_of(&element),
                Step::Close if open > 0 => open -= 1,
                Step::Close if until.is_some() => return parts,
                Step::Close | Step::Text(_) => {}
                Step::End => {
                    self.broken |= until.is_some() || open > 0;
                    return parts;
                }
            }
        }
    }

    /// Reads an element that is a part, to its end; false for any other, which stays open.
    fn part(&mut self, name: &str, element: &BytesStart<'_>, parts: &mut Vec<Part>, depth: usize) -> bool {
        self.outline_of(element);
        if depth >= DEPTH {
            self.broken = true;
            return false;
        }
        match name {
            "p" => parts.extend(self.paragraph(element, depth + 1)),
            "tbl" => parts.extend(self.table(depth + 1)),
            "footNote" | "endNote" => parts.push(Part::Note(self.inside(Some(name), depth + 1))),
            "header" | "footer" => parts.push(Part::Running(self.inside(Some(name), depth + 1))),
            _ => return false,
        }
        true
    }

    fn outline_of(&mut self, element: &BytesStart<'_>) {
        if element.local_name().as_ref() == "secPr"
            && let Some(id) = number(element, "outlineShapeIDRef")
        {
            self.numbering.set_outline_id(id);
        }
    }

    fn paragraph(&mut self, element: &BytesStart<'_>, depth: usize) -> Vec<Part> {
        let shape = number(element, "paraPrIDRef").and_then(|id| self.styles.get_para_style(id));
        let named = number(element, "styleIDRef").and_then(|id| self.styles.get_para_style(id));
        let head = shape.and_then(|style| style.head);
        let level = [named, shape].into_iter().flatten().map(|style| style.heading_level).find(|&level| level > 0);
        // The outermost outline level is 0 in the file.
        let outlined = head.filter(|head| head.kind == unhwp::model::HeadKind::Outline).map(|head| head.level + 1);
        let level = outlined.or(level).unwrap_or(0);
        let mut text = String::new();
        let mut parts = Vec::new();
        // How many of the open elements are text, and how many there are.
        let (mut open, mut written) = (0usize, Vec::new());
        let mut labelled = false;
        loop {
            match self.step() {
                Step::Open(element) => {
                    let name = local(&element);
                    if self.part(&name, &element, &mut parts, depth) {
                        if matches!(name.as_str(), "tbl" | "p") {
                            boundary(&mut text);
                        }
                    } else {
                        open += 1;
                        if matches!(name.as_str(), "t" | "script" | "mainText" | "subText") {
                            written.push(open);
                        } else {
                            mark(&name, &element, &mut text);
                        }
                    }
                }
                Step::Single(element) => {
                    self.outline_of(&element);
                    mark(&local(&element), &element, &mut text);
                }
                Step::Text(piece) if !written.is_empty() => text.push_str(&piece),
                Step::Text(_) => {}
                Step::Close if open > 0 => {
                    if written.last() == Some(&open) {
                        written.pop();
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
                if let Some(label) = head.and_then(|head| self.numbering.label(&head, self.styles)) {
                    text.insert_str(0, &format!("{label} "));
                }
            }
        }
        if !labelled && let Some(head) = head {
            // A paragraph without text takes its number as well.
            let _ = self.numbering.label(&head, self.styles);
        }
        parts.insert(0, Part::Paragraph { level, text });
        parts
    }

    fn table(&mut self, depth: usize) -> Vec<Part> {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        let mut inner = Vec::new();
        let mut caption = Vec::new();
        let mut only = Vec::new();
        let mut open = 0usize;
        loop {
            match self.step() {
                Step::Open(element) => match local(&element).as_str() {
                    "tr" => {
                        rows.push(Vec::new());
                        open += 1;
                    }
                    "tc" => {
                        let (cell, parts) = self.cell(depth);
                        if rows.is_empty() {
                            rows.push(Vec::new());
                        }
                        if let Some(row) = rows.last_mut() {
                            row.push(cell);
                        }
                        inner.extend(std::mem::replace(&mut only, parts));
                    }
                    "caption" => caption = self.inside(Some("caption"), depth),
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
        // A table of one cell is a frame around text, as official documents draw titles.
        if rows.iter().map(Vec::len).sum::<usize>() == 1 {
            caption.extend(only);
            return caption;
        }
        inner.extend(only);
        inner.retain(|part| !matches!(part, Part::Paragraph { .. }));
        vec![Part::Table { caption, rows, inner }]
    }

    /// A cell with its own text, and all that stands in it.
    fn cell(&mut self, depth: usize) -> (Cell, Vec<Part>) {
        let mut cell = Cell { text: String::new(), rows: 1, columns: 1 };
        let mut parts = Vec::new();
        let mut open = 0usize;
        loop {
            match self.step() {
                Step::Open(element) => {
                    let name = local(&element);
                    span(&name, &element, &mut cell);
                    if !self.part(&name, &element, &mut parts, depth) {
                        open += 1;
                    }
                }
                Step::Single(element) => span(&local(&element), &element, &mut cell),
                Step::Close if open > 0 => open -= 1,
                Step::Close => break,
                Step::Text(_) => {}
                Step::End => {
                    self.broken = true;
                    break;
                }
            }
        }
        let own: Vec<&str> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Paragraph { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        cell.text = own.join("\n");
        (cell, parts)
    }
}

fn span(name: &str, element: &BytesStart<'_>, cell: &mut Cell) {
    if name == "cellSpan" {
        cell.rows = number(element, "rowSpan").unwrap_or(1);
        cell.columns = number(element, "colSpan").unwrap_or(1);
    }
}

/// Characters that are elements.
fn mark(name: &str, element: &BytesStart<'_>, text: &mut String) {
    match name {
        "fwSpace" | "nbSpace" | "tab" => text.push(' '),
        "lineBreak" => text.push('\n'),
        "hyphen" => text.push('-'),
        "compose" => text.push_str(&attribute(element, "composeText").unwrap_or_default()),
        _ => {}
    }
}

/// A table or a box stands between what is before and after it.
fn boundary(text: &mut String) {
    if !text.is_empty() && !text.ends_with(char::is_whitespace) {
        text.push(' ');
    }
}

fn local(element: &BytesStart<'_>) -> String {
    element.local_name().as_ref().to_owned()
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element.attributes().flatten().find(|attribute| attribute.key.as_ref() == name).map(|attribute| attribute.value.to_string())
}

fn number(element: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(element, name)?.parse().ok()
}

/// `&amp;` and `&#44032;`; an entity that no writer of HWPX uses stays as written.
fn resolved(name: &str) -> String {
    let code = name.strip_prefix('#').map(|digits| match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    });
    match code {
        Some(code) => code.and_then(char::from_u32).map(String::from).unwrap_or_default(),
        None => resolve_predefined_entity(name).map_or_else(|| format!("&{name};"), str::to_owned),
    }
}
