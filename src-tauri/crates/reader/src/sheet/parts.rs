//! What a workbook's package holds beside the cells: remarks, text boxes and charts; and the cells themselves, where
//! the file is too damaged for calamine.

use crate::drawing;
use crate::flow::Part;
use crate::package::Package;
use crate::xml::{Node, Xml};

/// The furthest column that a sheet has.
const WIDEST: usize = 16_384;
/// Rows of a damaged sheet that are kept.
const LONGEST: usize = 1_048_576;

/// A sheet of a workbook.
pub struct Sheet {
    pub name: String,
    pub part: String,
    /// Whether it has cells: a chart can be a sheet too.
    pub cells: bool,
}

/// The sheets in the order of their tabs.
pub fn sheets(package: &mut Package<'_>) -> Vec<Sheet> {
    let main = package.main("xl/workbook.xml");
    let relations = package.relations(&main);
    let text = package.part(&main).unwrap_or_default();
    let mut xml = Xml::new(&text);
    let mut sheets = Vec::new();
    while let Some(element) = xml.find("sheet") {
        let id = element.prefixed("r:id").or_else(|| element.attribute("id"));
        let target = relations.iter().find(|relation| Some(&relation.id) == id.as_ref());
        if let Some(relation) = target {
            let name = element.attribute("name").unwrap_or_default();
            sheets.push(Sheet { name, part: relation.target.clone(), cells: relation.kind == "worksheet" });
        }
    }
    if xml.is_broken() || text.is_empty() {
        package.broken(&main);
    }
    if sheets.is_empty() {
        let usual = |number: u32| Sheet {
            name: format!("시트 {number}"),
            part: format!("xl/worksheets/sheet{number}.xml"),
            cells: true,
        };
        sheets = (1..).map(usual).take_while(|sheet| package.has(&sheet.part)).collect();
    }
    sheets
}

/// What stands on a sheet beside its cells.
pub fn beside(package: &mut Package<'_>, sheet: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let relations = package.relations(sheet);
    let threaded = relations.iter().any(|relation| relation.kind == "threadedComment");
    for relation in &relations {
        match relation.kind.as_str() {
            // A thread is told again as a remark for older programs.
            "comments" if !threaded => parts.extend(remarks(package, &relation.target, "comment")),
            "threadedComment" => parts.extend(remarks(package, &relation.target, "threadedComment")),
            "drawing" => parts.extend(drawn(package, &relation.target)),
            _ => {}
        }
    }
    parts
}

fn remarks(package: &mut Package<'_>, part: &str, name: &str) -> Vec<Part> {
    let Some(text) = package.part(part) else { return Vec::new() };
    let mut xml = Xml::new(&text);
    let mut remarks = Vec::new();
    while let Some(element) = xml.find(name) {
        let cell = element.attribute("ref").unwrap_or_default();
        let text = written(&mut xml);
        if !text.trim().is_empty() {
            remarks.push(Part::Memo(format!("{cell}: {}", text.trim())));
        }
    }
    remarks
}

/// Text boxes and charts.
fn drawn(package: &mut Package<'_>, part: &str) -> Vec<Part> {
    let relations = package.relations(part);
    let Some(text) = package.part(part) else { return Vec::new() };
    let mut lines = drawing::lines(&text);
    for relation in relations.iter().filter(|relation| matches!(relation.kind.as_str(), "chart" | "diagramData")) {
        lines.extend(package.part(&relation.target).map(|text| drawing::lines(&text)).unwrap_or_default());
    }
    lines.into_iter().map(Part::paragraph).collect()
}

/// The text of a string item, without the reading aid that East Asian text may have.
fn written(xml: &mut Xml<'_>) -> String {
    let mut text = String::new();
    while let Some(element) = xml.element() {
        match element.name() {
            "t" => text.push_str(&xml.text()),
            "rPh" => xml.skip(),
            // A thread's text is not wrapped.
            "text" => text.push_str(&either(xml)),
            _ => text.push_str(&written(xml)),
        }
    }
    text
}

fn either(xml: &mut Xml<'_>) -> String {
    let mut text = String::new();
    while let Some(node) = xml.next() {
        match node {
            Node::Text(piece) => text.push_str(&piece),
            Node::Element(element) if element.is("rPh") => xml.skip(),
            Node::Element(_) => text.push_str(&either(xml)),
        }
    }
    text
}

/// The strings that cells refer to, as far as they can be read.
pub fn strings(package: &mut Package<'_>) -> Vec<String> {
    let main = package.main("xl/workbook.xml");
    let part = package.related(&main, "sharedStrings").unwrap_or_else(|| "xl/sharedStrings.xml".to_owned());
    let text = package.part(&part).unwrap_or_default();
    let mut xml = Xml::new(&text);
    let mut strings = Vec::new();
    while xml.find("si").is_some() {
        strings.push(written(&mut xml));
    }
    if xml.is_broken() {
        package.broken(&part);
    }
    strings
}

/// The cells of a damaged sheet, up to where it breaks: texts and plain values.
pub fn salvage(package: &mut Package<'_>, sheet: &str, strings: &[String]) -> Vec<Vec<String>> {
    let Some(text) = package.part(sheet) else { return Vec::new() };
    let mut xml = Xml::new(&text);
    let mut rows: Vec<Vec<String>> = Vec::new();
    while let Some(element) = xml.find_any(&["row", "c"]) {
        if element.is("row") {
            if rows.len() < LONGEST {
                rows.push(Vec::new());
            }
            continue;
        }
        let column = element.attribute("r").and_then(|place| column(&place));
        let kind = element.attribute("t").unwrap_or_default();
        let mut value = String::new();
        while let Some(element) = xml.element() {
            match element.name() {
                "v" => value = xml.text(),
                "is" => value = written(&mut xml),
                _ => xml.skip(),
            }
        }
        if kind == "s" {
            value = value.trim().parse().ok().and_then(|at: usize| strings.get(at)).cloned().unwrap_or_default();
        }
        let Some(row) = rows.last_mut() else { continue };
        let column = column.unwrap_or(row.len()).min(WIDEST);
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        row[column] = value;
    }
    if xml.is_broken() {
        package.broken(sheet);
    }
    rows
}

/// `AB12` is in column 27, from 0.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let column = letters.fold(0usize, |sum, letter| sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    column.checked_sub(1)
}
