//! The walk over a part of a Word document.

use std::collections::HashMap;

use super::numbering::Numbering;
use super::styles::{Styles, outlined, small};
use crate::flow::{Grid, Part, plain};
use crate::outline;
use crate::symbols;
use crate::xml::{Element, Xml};

/// What the parts of a document share, and what their walk found.
#[derive(Default)]
pub struct Shared {
    pub styles: Styles,
    pub numbering: Numbering,
    /// Texts by what refers to them: a relation's or a note's id.
    pub footnotes: HashMap<String, String>,
    pub endnotes: HashMap<String, String>,
    pub comments: HashMap<String, String>,
    /// Charts and diagrams, which are parts of their own.
    pub drawings: HashMap<String, Vec<String>>,
    /// The page that the walk stands on, where the file records its pages.
    pub page: Option<u32>,
    /// A page break was passed, and nothing stands after it yet.
    pub turning: bool,
    /// A deleted text was left out.
    pub deleted: bool,
    /// Relations of the headers and footers, in order.
    pub running: Vec<String>,
    /// Notes referred to so far.
    pub notes: usize,
}

/// A walk over one part.
pub struct Walk<'x, 's> {
    pub xml: Xml<'x>,
    pub shared: &'s mut Shared,
}

/// A paragraph while it is read.
#[derive(Default)]
struct Open {
    text: String,
    style: Option<String>,
    level: Option<u8>,
    numbering: Option<u32>,
    depth: Option<u8>,
    before: Vec<Part>,
    after: Vec<Part>,
}

impl Walk<'_, '_> {
    /// The paragraphs and tables of the open element, past its end.
    pub fn blocks(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        while let Some(element) = self.xml.element() {
            self.block(&element, &mut parts);
        }
        parts
    }

    fn block(&mut self, element: &Element<'_>, parts: &mut Vec<Part>) {
        match element.name() {
            "p" => parts.extend(self.paragraph()),
            "tbl" => {
                let mut grid = Grid::default();
                self.rows(&mut grid, &mut Vec::new());
                parts.extend(grid.finish());
            }
            "del" | "moveFrom" => self.deleted(),
            "sdtPr" | "sdtEndPr" | "tblPr" | "tcPr" => self.xml.skip(),
            "sectPr" => self.section(),
            "AlternateContent" => {
                let before = parts.len();
                while self.xml.element().is_some() {
                    if parts.len() == before { parts.extend(self.blocks()) } else { self.xml.skip() }
                }
            }
            _ => parts.extend(self.blocks()),
        }
    }

    fn deleted(&mut self) {
        self.shared.deleted |= !self.xml.text().trim().is_empty();
    }

    fn section(&mut self) {
        while let Some(element) = self.xml.element() {
            if matches!(element.name(), "headerReference" | "footerReference")
                && let Some(id) = element.attribute("id")
                && !self.shared.running.contains(&id)
            {
                self.shared.running.push(id);
            }
            self.xml.skip();
        }
    }

    fn paragraph(&mut self) -> Vec<Part> {
        let mut open = Open::default();
        self.inline(&mut open);
        let styles = &self.shared.styles;
        let style = open.style.as_deref();
        let level = open.level.unwrap_or_else(|| styles.level(style));
        let listed = styles.listed(style);
        let depth = open.depth.or(listed.as_ref().and_then(|listed| listed.depth));
        let numbering = open.numbering.or(listed.as_ref().map(|listed| listed.numbering));
        let by = listed.as_ref().map(|listed| listed.style);
        // Number 0 takes a paragraph out of its style's list.
        let label = numbering.filter(|&id| id > 0).and_then(|id| self.shared.numbering.label(id, depth, by));
        // An empty paragraph takes its number too, without showing it.
        if let Some(label) = label.filter(|_| !open.text.trim().is_empty()) {
            open.text.insert_str(0, &label);
        }
        let mut parts = open.before;
        parts.push(Part::Paragraph { level, text: open.text });
        parts.extend(open.after);
        parts
    }

    fn inline(&mut self, open: &mut Open) {
        while let Some(element) = self.xml.element() {
            match element.name() {
                "pPr" => self.properties(open),
                "t" => {
                    let text = self.xml.text();
                    self.write(open, &text);
                }
                "del" | "moveFrom" => self.deleted(),
                "txbxContent" => {
                    let parts = self.blocks();
                    open.after.extend(parts);
                }
                "AlternateContent" => {
                    // The branches say the same for newer and older programs.
                    let before = (open.text.len(), open.after.len());
                    while self.xml.element().is_some() {
                        if (open.text.len(), open.after.len()) == before { self.inline(open) } else { self.xml.skip() }
                    }
                }
                "rt" => {
                    let text = self.xml.text();
                    self.write(open, &format!("({text})"));
                }
                "den" => {
                    self.write(open, "/");
                    self.inline(open);
                }
                "sup" => {
                    self.write(open, "^");
                    self.inline(open);
                }
                "rPr" | "sdtPr" | "sdtEndPr" | "delText" | "instrText" | "delInstrText" | "pPrChange" | "tblPr" => {
                    self.xml.skip();
                }
                name => {
                    let name = name.to_owned();
                    self.sign(&name, &element, open);
                    self.inline(open);
                }
            }
        }
    }

    /// What an element by itself puts into the text.
    fn sign(&mut self, name: &str, element: &Element<'_>, open: &mut Open) {
        match name {
            "tab" | "ptab" => self.write(open, " "),
            "br" if element.attribute("type").as_deref() == Some("page") => self.shared.turning = true,
            "br" | "cr" => self.write(open, "\n"),
            "noBreakHyphen" => self.write(open, "-"),
            "sym" => {
                let code = element.attribute("char").and_then(|code| u32::from_str_radix(&code, 16).ok());
                if let Some(character) = code.and_then(char::from_u32) {
                    self.write(open, &symbols::seen(character).to_string());
                }
            }
            "lastRenderedPageBreak" => self.turn(open),
            "footnoteReference" | "endnoteReference" => {
                let notes = if name.starts_with('f') { &self.shared.footnotes } else { &self.shared.endnotes };
                if let Some(text) = element.attribute("id").and_then(|id| notes.get(&id)).cloned() {
                    self.shared.notes += 1;
                    let label = self.shared.notes.to_string();
                    self.write(open, &format!(" {}", outline::anchor(&label)));
                    open.after.push(Part::Note { label, text });
                }
            }
            "commentReference" => {
                if let Some(text) = element.attribute("id").and_then(|id| self.shared.comments.remove(&id)) {
                    open.after.push(Part::Memo(text));
                }
            }
            "relIds" | "chart" => {
                let id = element.attribute("dm").or_else(|| element.attribute("id"));
                let lines = id.and_then(|id| self.shared.drawings.get(&id)).into_iter().flatten();
                open.after.extend(lines.map(Part::paragraph));
            }
            _ => {}
        }
    }

    fn write(&mut self, open: &mut Open, text: &str) {
        // Word records a page where it drew one; a break that it did not draw yet counts as well.
        if self.shared.turning {
            self.turn(open);
        }
        open.text.extend(text.chars().map(symbols::seen));
    }

    /// A page begins here.
    fn turn(&mut self, open: &mut Open) {
        self.shared.turning = false;
        let Some(page) = &mut self.shared.page else { return };
        *page = page.saturating_add(1);
        let begun = if open.text.trim().is_empty() { &mut open.before } else { &mut open.after };
        begun.push(Part::Page(*page));
    }

    fn properties(&mut self, open: &mut Open) {
        while let Some(element) = self.xml.element() {
            match element.name() {
                "pStyle" => open.style = element.attribute("val"),
                "outlineLvl" => open.level = outlined(element.number("val")),
                "numPr" => {
                    while let Some(element) = self.xml.element() {
                        match element.name() {
                            "ilvl" => open.depth = small(element.number("val")),
                            "numId" => open.numbering = element.number("val"),
                            _ => {}
                        }
                        self.xml.skip();
                    }
                    continue;
                }
                "sectPr" => {
                    self.section();
                    continue;
                }
                _ => {}
            }
            self.xml.skip();
        }
    }

    /// The rows of a table. `above` holds, by column, the cell that reaches down from the row before.
    fn rows(&mut self, grid: &mut Grid, above: &mut Vec<Option<(usize, usize)>>) {
        while let Some(element) = self.xml.element() {
            match element.name() {
                "tr" => {
                    grid.row();
                    let mut row = Row::default();
                    self.cells(grid, above, &mut row);
                }
                "tblPr" | "tblGrid" | "sdtPr" => self.xml.skip(),
                _ => self.rows(grid, above),
            }
        }
    }

    fn cells(&mut self, grid: &mut Grid, above: &mut Vec<Option<(usize, usize)>>, row: &mut Row) {
        while let Some(element) = self.xml.element() {
            match element.name() {
                "trPr" => {
                    while let Some(element) = self.xml.element() {
                        match element.name() {
                            "gridBefore" => {
                                let columns = element.number("val").unwrap_or(0).min(63);
                                if columns > 0 {
                                    grid.cell(Vec::new(), 1, columns);
                                    row.column += columns as usize;
                                }
                            }
                            "del" => row.deleted = true,
                            _ => {}
                        }
                        self.xml.skip();
                    }
                }
                "tc" if row.deleted => self.deleted(),
                "tc" => self.cell(grid, above, row),
                "tblPrEx" | "sdtPr" => self.xml.skip(),
                _ => self.cells(grid, above, row),
            }
        }
    }

    fn cell(&mut self, grid: &mut Grid, above: &mut Vec<Option<(usize, usize)>>, row: &mut Row) {
        let mut parts = Vec::new();
        let (mut columns, mut merged, mut begins) = (1, false, false);
        while let Some(element) = self.xml.element() {
            if !element.is("tcPr") {
                self.block(&element, &mut parts);
                continue;
            }
            while let Some(element) = self.xml.element() {
                match element.name() {
                    "gridSpan" => columns = element.number("val").unwrap_or(1).clamp(1, 63),
                    "vMerge" => {
                        begins = element.attribute("val").as_deref() == Some("restart");
                        merged = !begins;
                    }
                    _ => {}
                }
                self.xml.skip();
            }
        }
        let reaches = row.column + columns as usize;
        if above.len() < reaches {
            above.resize(reaches, None);
        }
        match above[row.column] {
            Some(first) if merged && plain(&parts).is_empty() => grid.deepen(first),
            _ => {
                let place = grid.cell(parts, 1, columns);
                above[row.column..reaches].fill(None);
                above[row.column] = begins.then_some(place);
            }
        }
        row.column = reaches;
    }
}

/// How far a row was read.
#[derive(Default)]
struct Row {
    column: usize,
    deleted: bool,
}
