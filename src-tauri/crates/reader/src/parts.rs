//! What HWP, HWPX and HWPML have in common: paragraphs that hold tables, notes and boxes, numbered by the editor.

use documents::{Document, Format};
use unhwp::model::{HeadKind, NumberingState, ParaHead, StyleRegistry};

use crate::outline::{self, Outline};
use crate::table::{self, Cell};

/// What stands in a paragraph list, in reading order.
pub enum Part {
    /// A paragraph with its heading level, 0 for none.
    Paragraph { level: u8, text: String },
    /// A table; `inner` is what stands in its cells beside their text.
    Table { caption: Vec<Part>, rows: Vec<Vec<Cell>>, inner: Vec<Part> },
    /// A footnote or endnote with the label of its anchor.
    Note { label: String, parts: Vec<Part> },
    /// A reviewer's remark.
    Memo(Vec<Part>),
    /// A running head or foot.
    Running(Vec<Part>),
}

/// A table, or what stands in it where it has one cell: official documents draw frames around titles that way.
/// Each cell comes with all that stands in it.
pub fn table(mut caption: Vec<Part>, mut cells: Vec<Vec<(Cell, Vec<Part>)>>) -> Vec<Part> {
    if cells.iter().map(Vec::len).sum::<usize>() == 1 {
        caption.extend(cells.drain(..).flatten().flat_map(|(_, parts)| parts));
        return caption;
    }
    let mut inner = Vec::new();
    let mut rows = Vec::new();
    for row in cells {
        let (texts, parts): (Vec<Cell>, Vec<Vec<Part>>) = row.into_iter().unzip();
        rows.push(texts);
        inner.extend(parts.into_iter().flatten().filter(|part| !matches!(part, Part::Paragraph { .. })));
    }
    vec![Part::Table { caption, rows, inner }]
}

/// The paragraphs of a cell; what else stands in it follows the table.
pub fn own_text(parts: &[Part]) -> String {
    let own: Vec<&str> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Paragraph { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    own.join("\n")
}

/// The text of parts where only text can stand.
pub fn plain(parts: &[Part]) -> String {
    let mut lines = Vec::new();
    for part in parts {
        match part {
            Part::Paragraph { text, .. } => lines.push(text.clone()),
            Part::Table { caption, rows, inner } => {
                lines.push(plain(caption));
                lines.extend(rows.iter().flatten().map(|cell| cell.text.clone()));
                lines.push(plain(inner));
            }
            Part::Note { label, parts } => lines.push(format!("{} {}", outline::anchor(label), plain(parts))),
            Part::Memo(parts) | Part::Running(parts) => lines.push(plain(parts)),
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

/// A table or a box stands between what is before and after it.
pub fn boundary(text: &mut String) {
    if !text.is_empty() && !text.ends_with(char::is_whitespace) {
        text.push(' ');
    }
}

/// Parts of one document on their way to its blocks.
pub struct Writer {
    pub outline: Outline,
    running: Vec<String>,
    sections: usize,
    broken: Vec<String>,
}

impl Writer {
    pub fn new(format: Format) -> Self {
        Self { outline: Outline::new(format), running: Vec::new(), sections: 0, broken: Vec::new() }
    }

    /// The next section, of which `broken` says that something could not be read.
    pub fn section(&mut self, parts: Vec<Part>, broken: bool) {
        self.outline.section(self.sections);
        self.sections += 1;
        if broken {
            self.broken.push(format!("{}번째", self.sections));
        }
        self.emit(parts);
    }

    /// The document, which says which of its sections are broken; `None` where nothing but broken ones was found.
    pub fn finish(mut self) -> Option<Document> {
        if !self.broken.is_empty() {
            if self.outline.is_empty() {
                return None;
            }
            let which = self.broken.join(", ");
            self.outline.warn(format!("{which} 구역이 손상되어 일부를 읽지 못했습니다. 원본을 확인하십시오."));
            self.outline.partial();
        }
        Some(self.outline.finish())
    }

    fn emit(&mut self, parts: Vec<Part>) {
        for part in parts {
            match part {
                Part::Paragraph { level: 0, text } => self.outline.paragraph(&text),
                Part::Paragraph { level, text } => self.outline.heading(level, &text),
                Part::Table { caption, rows, inner } => {
                    self.emit(caption);
                    self.outline.table(&table::markdown(&table::grid(&rows)));
                    self.emit(inner);
                }
                Part::Note { label, parts } => self.outline.footnote(&label, &plain(&parts)),
                Part::Memo(parts) => self.outline.memo(&plain(&parts)),
                Part::Running(parts) => {
                    // Each section repeats its running heads; once is enough to find them.
                    let text = plain(&parts);
                    if !self.running.contains(&text) {
                        self.outline.paragraph(&text);
                        self.running.push(text);
                    }
                }
            }
        }
    }
}

/// Counts what the editor numbers by itself: headings and lists of a section, notes of the document.
pub struct Counts<'a> {
    styles: &'a StyleRegistry,
    numbering: NumberingState,
    notes: usize,
}

impl<'a> Counts<'a> {
    pub fn new(styles: &'a StyleRegistry) -> Self {
        Self { styles, numbering: NumberingState::new(), notes: 0 }
    }

    /// Lists begin anew, notes go on.
    pub fn section(&mut self) {
        self.numbering = NumberingState::new();
    }

    /// The numbering that the section's outline follows.
    pub fn outline(&mut self, id: u32) {
        self.numbering.set_outline_id(id);
    }

    /// The heading level and the kind of number of a paragraph with this shape.
    pub fn head(&self, shape: Option<u32>) -> (u8, Option<ParaHead>) {
        let Some(style) = shape.and_then(|id| self.styles.get_para_style(id)) else { return (0, None) };
        // The outermost outline level is 0 in the file.
        let outlined = style.head.filter(|head| head.kind == HeadKind::Outline);
        (outlined.map_or(style.heading_level, |head| head.level.saturating_add(1)), style.head)
    }

    /// The number of the next paragraph with this head, as the editor shows it: `가.`, `제1조`.
    pub fn label(&mut self, head: &ParaHead) -> Option<String> {
        self.numbering.label(head, self.styles)
    }

    /// The label of the next note.
    pub fn note(&mut self) -> String {
        self.notes += 1;
        self.notes.to_string()
    }
}
