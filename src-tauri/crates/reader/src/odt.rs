//! OpenDocument text.

use documents::{Document, Format};
use wire::Failure;

use crate::docx::number;
use crate::fault;
use crate::flow::{self, Grid, Part};
use crate::outline::{self, Outline};
use crate::package::Package;
use crate::xml::{Element, Node, Xml};
use lists::Lists;

mod lists;

/// Repeated cells and rows that hold nothing reach to the end of a sheet at times.
const REPEATED: u32 = 64;

pub fn odt(bytes: &[u8]) -> Result<Document, Failure> {
    let mut package = Package::open(bytes)?;
    if package.part("META-INF/manifest.xml").is_some_and(|manifest| manifest.contains("encryption-data")) {
        let advice = "한글이나 LibreOffice에서 암호를 풀어 저장하고 다시 추가하십시오.";
        return Err(fault::locked(advice, "META-INF/manifest.xml names an encryption"));
    }
    let content = package.part("content.xml").ok_or_else(|| fault::damaged("no content.xml"))?;
    let styles = package.part("styles.xml").unwrap_or_default();
    let mut lists = Lists::default();
    lists.read(&styles);
    lists.read(&content);

    let mut outline = Outline::new(Format::Odt);
    let mut walk = Walk { xml: Xml::new(&styles), lists, notes: 0, page: None, deleted: false };
    let mut said = Vec::new();
    if walk.xml.find("master-styles").is_some() {
        while let Some(element) = walk.xml.find_any(&RUNNING) {
            let shown = element.attribute("display").as_deref() != Some("false");
            let running = walk.blocks();
            let plain = flow::plain(&running);
            if shown && plain.chars().any(char::is_alphabetic) && !said.contains(&plain) {
                said.push(plain);
            }
        }
    }

    walk.xml = Xml::new(&content);
    walk.page = content.contains("soft-page-break").then_some(1);
    let parts = if walk.xml.find("body").is_some() { walk.blocks() } else { Vec::new() };
    if walk.xml.is_broken() {
        package.broken("content.xml");
    }
    if let Some(pages) = walk.page {
        outline.pages(pages);
        flow::emit(&mut outline, vec![Part::Page(1)]);
    }
    flow::emit(&mut outline, said.into_iter().map(Part::paragraph).collect());
    flow::emit(&mut outline, parts);
    if walk.deleted {
        outline.left_out_deleted();
    }
    if outline.is_empty() && !package.damage().is_empty() {
        return Err(fault::damaged("content.xml"));
    }
    package.report(&mut outline);
    Ok(outline.finish())
}

/// What stands on every page, or on the left ones, or on the first.
const RUNNING: [&str; 6] = ["header", "footer", "header-left", "footer-left", "header-first", "footer-first"];

struct Walk<'x> {
    xml: Xml<'x>,
    lists: Lists,
    notes: usize,
    page: Option<u32>,
    deleted: bool,
}

/// A paragraph while it is read: its text, and what stands beside it.
#[derive(Default)]
struct Open {
    text: String,
    before: Vec<Part>,
    after: Vec<Part>,
}

impl Walk<'_> {
    fn blocks(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        while let Some(element) = self.xml.element() {
            self.block(&element, &mut parts);
        }
        parts
    }

    fn block(&mut self, element: &Element<'_>, parts: &mut Vec<Part>) {
        match element.name() {
            "p" => parts.extend(self.paragraph(0)),
            "h" => {
                let level = element.number("outline-level").unwrap_or(1);
                let level = u8::try_from(level).unwrap_or(u8::MAX).max(1);
                let label = self.lists.heading(level);
                let heading = self.paragraph(level);
                parts.extend(labelled(heading, label));
            }
            "list" => parts.extend(self.list(element)),
            "table" => parts.extend(self.table()),
            "tracked-changes" => self.changes(),
            "soft-page-break" => {
                parts.extend(self.turn());
                self.xml.skip();
            }
            "annotation" => parts.push(self.annotation()),
            "forms" | "sequence-decls" | "variable-decls" | "user-field-decls" | "index-source" | "title" | "desc"
            | "table-of-content-source" | "alphabetical-index-source" | "event-listeners" => self.xml.skip(),
            _ => parts.extend(self.blocks()),
        }
    }

    /// What was deleted is kept beside the text; what was inserted stands in it.
    fn changes(&mut self) {
        while let Some(element) = self.xml.element() {
            match element.name() {
                "change-info" => self.xml.skip(),
                "p" | "h" => self.deleted |= !self.xml.text().trim().is_empty(),
                _ => self.changes(),
            }
        }
    }

    fn turn(&mut self) -> Option<Part> {
        let page = self.page.as_mut()?;
        *page = page.saturating_add(1);
        Some(Part::Page(*page))
    }

    fn paragraph(&mut self, level: u8) -> Vec<Part> {
        let mut open = Open::default();
        self.inline(&mut open);
        let mut parts = open.before;
        parts.push(Part::Paragraph { level, text: open.text });
        parts.extend(open.after);
        parts
    }

    fn inline(&mut self, open: &mut Open) {
        while let Some(node) = self.xml.next() {
            let element = match node {
                Node::Text(text) => {
                    squeeze(&mut open.text, &text);
                    continue;
                }
                Node::Element(element) => element,
            };
            match element.name() {
                "s" => {
                    let count = element.number("c").unwrap_or(1).min(200) as usize;
                    open.text.push_str(&" ".repeat(count));
                    self.xml.skip();
                }
                "tab" => {
                    open.text.push(' ');
                    self.xml.skip();
                }
                "line-break" => {
                    open.text.push('\n');
                    self.xml.skip();
                }
                "soft-page-break" => {
                    let page = self.turn();
                    if open.text.trim().is_empty() { open.before.extend(page) } else { open.after.extend(page) }
                    self.xml.skip();
                }
                "note" => self.note(open),
                "annotation" => {
                    let memo = self.annotation();
                    open.after.push(memo);
                }
                "text-box" | "custom-shape" | "table" | "list" => {
                    let mut parts = Vec::new();
                    self.block(&element, &mut parts);
                    open.after.extend(parts);
                }
                "p" => {
                    // A drawing's own paragraph.
                    let parts = self.paragraph(0);
                    open.after.extend(parts);
                }
                "ruby-text" => {
                    let text = self.xml.text();
                    open.text.push_str(&format!("({text})"));
                }
                "title" | "desc" | "event-listeners" | "object" | "object-ole" | "image" => self.xml.skip(),
                _ => self.inline(open),
            }
        }
    }

    fn note(&mut self, open: &mut Open) {
        self.notes += 1;
        let label = self.notes.to_string();
        let mut text = String::new();
        while let Some(element) = self.xml.element() {
            if element.is("note-body") {
                text = flow::plain(&self.blocks());
            } else {
                self.xml.skip();
            }
        }
        open.text.push_str(&format!(" {}", outline::anchor(&label)));
        open.after.push(Part::Note { label, text });
    }

    fn annotation(&mut self) -> Part {
        let mut parts = Vec::new();
        while let Some(element) = self.xml.element() {
            // Who wrote it and when stands before the text.
            match element.name() {
                "creator" | "date" | "date-string" | "creator-initials" | "sender-initials" => self.xml.skip(),
                _ => self.block(&element, &mut parts),
            }
        }
        Part::Memo(flow::plain(&parts))
    }

    fn list(&mut self, element: &Element<'_>) -> Vec<Part> {
        let kept = matches!(element.attribute("continue-numbering").as_deref(), Some("true"))
            || element.attribute("continue-list").is_some();
        self.lists.enter(element.attribute("style-name"), kept);
        let mut parts = Vec::new();
        while let Some(element) = self.xml.element() {
            match element.name() {
                "list-item" => {
                    let label = self.lists.item(element.number("start-value"));
                    let mut own = Vec::new();
                    let mut label = Some(label);
                    while let Some(element) = self.xml.element() {
                        let mut some = Vec::new();
                        let text = matches!(element.name(), "p" | "h");
                        self.block(&element, &mut some);
                        if text && let Some(label) = label.take() {
                            some = labelled(some, label);
                        }
                        own.extend(some);
                    }
                    parts.extend(own);
                }
                "list-header" => parts.extend(self.blocks()),
                _ => self.xml.skip(),
            }
        }
        self.lists.leave();
        parts
    }

    fn table(&mut self) -> Vec<Part> {
        let mut grid = Grid::default();
        self.rows(&mut grid);
        grid.finish()
    }

    fn rows(&mut self, grid: &mut Grid) {
        while let Some(element) = self.xml.element() {
            match element.name() {
                "table-row" => {
                    grid.row();
                    self.cells(grid);
                }
                "table-header-rows" | "table-rows" | "table-row-group" => self.rows(grid),
                // LibreOffice's spreadsheets repeat their empty last row a million times: one is enough.
                _ => self.xml.skip(),
            }
        }
    }

    fn cells(&mut self, grid: &mut Grid) {
        while let Some(element) = self.xml.element() {
            match element.name() {
                "table-cell" => {
                    let span = |name| element.number(name).unwrap_or(1).max(1);
                    let again = span("number-columns-repeated").min(REPEATED);
                    let (rows, columns) = (span("number-rows-spanned"), span("number-columns-spanned"));
                    let parts = self.blocks();
                    for _ in 1..again {
                        let text = flow::plain(&parts);
                        grid.cell(vec![Part::paragraph(text)], rows, columns);
                    }
                    grid.cell(parts, rows, columns);
                }
                // A place that a merged cell covers.
                "covered-table-cell" => self.xml.skip(),
                _ => self.cells(grid),
            }
        }
    }
}

/// Runs of white space in the file are one space on the page.
fn squeeze(text: &mut String, piece: &str) {
    for character in piece.chars() {
        if !matches!(character, ' ' | '\t' | '\n' | '\r') {
            text.push(character);
        } else if !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }
}

/// Puts a list's number before the first paragraph that has text.
fn labelled(mut parts: Vec<Part>, label: String) -> Vec<Part> {
    let first = parts.iter_mut().find_map(|part| match part {
        Part::Paragraph { text, .. } => Some(text),
        _ => None,
    });
    if let Some(text) = first.filter(|text| !label.is_empty() && !text.trim().is_empty()) {
        text.insert_str(0, &format!("{label} "));
    }
    parts
}

/// A number in the letters that OpenDocument names by their first.
fn counted(count: u32, format: &str) -> String {
    let name = match format {
        "" => return String::new(),
        "a" => "lowerLetter",
        "A" => "upperLetter",
        "i" => "lowerRoman",
        "I" => "upperRoman",
        _ if format.starts_with('가') => "ganada",
        _ if format.starts_with('ㄱ') => "chosung",
        _ if format.starts_with('①') => "decimalEnclosedCircle",
        _ if format.starts_with('일') => "koreanCounting",
        _ if format.starts_with('一') => "ideographDigital",
        _ => "decimal",
    };
    number(count, name)
}
