//! Presentations: a slide is a page, with its notes and remarks.

use documents::{Document, Format, Page};
use wire::Failure;

use crate::docx::number;
use crate::flow::{self, Grid, Part};
use crate::outline::Outline;
use crate::package::{Package, Relation};
use crate::xml::{Element, Xml};
use crate::{drawing, fault, symbols};

pub fn pptx(bytes: &[u8]) -> Result<Document, Failure> {
    let mut package = Package::open(bytes)?;
    let main = package.main("ppt/presentation.xml");
    let slides = slides(&mut package, &main);
    let mut outline = Outline::new(Format::Pptx);
    for (index, slide) in slides.iter().enumerate() {
        outline.section(index);
        outline.page(Page::at(u32::try_from(index).unwrap_or(u32::MAX)));
        let Some(text) = package.part(slide) else {
            package.broken(slide);
            continue;
        };
        let relations = package.relations(slide);
        let mut found = Slide { relations: &relations, package: &mut package, title: None, parts: Vec::new() };
        let mut xml = Xml::new(&text);
        found.shapes(&mut xml);
        let Slide { title, parts, .. } = found;
        if xml.is_broken() {
            package.broken(slide);
        }
        let mut beside = notes(&mut package, &relations);
        beside.extend(remarks(&mut package, &relations));
        if title.is_some() || !flow::plain(&parts).is_empty() || !beside.is_empty() {
            outline.heading(1, &title.unwrap_or_else(|| format!("슬라이드 {}", index + 1)));
        }
        flow::emit(&mut outline, parts);
        flow::emit(&mut outline, beside);
    }
    outline.pages(u32::try_from(slides.len()).unwrap_or(u32::MAX));
    if outline.is_empty() && (slides.is_empty() || !package.damage().is_empty()) {
        return Err(fault::damaged(format!("{main}: no slide could be read")));
    }
    package.report(&mut outline);
    Ok(outline.finish())
}

/// The slides' parts in the order of the show; where it is lost, in the order of their names.
fn slides(package: &mut Package<'_>, main: &str) -> Vec<String> {
    let relations = package.relations(main);
    let mut slides = Vec::new();
    let text = package.part(main).unwrap_or_default();
    let mut xml = Xml::new(&text);
    while let Some(element) = xml.find("sldId") {
        let id = element.prefixed("r:id").or_else(|| element.attribute("id"));
        slides.extend(relations.iter().find(|relation| Some(&relation.id) == id.as_ref()).map(|it| it.target.clone()));
    }
    if xml.is_broken() || text.is_empty() {
        package.broken(main);
    }
    if slides.is_empty() {
        let usual = (1..).map(|number| format!("ppt/slides/slide{number}.xml"));
        slides = usual.take_while(|part| package.has(part)).collect();
    }
    slides
}

struct Slide<'r, 'p, 'a> {
    relations: &'r [Relation],
    package: &'p mut Package<'a>,
    title: Option<String>,
    parts: Vec<Part>,
}

impl Slide<'_, '_, '_> {
    fn shapes(&mut self, xml: &mut Xml<'_>) {
        while let Some(element) = xml.element() {
            match element.name() {
                "sp" => self.shape(xml),
                "tbl" => self.parts.extend(table(xml)),
                "AlternateContent" => {
                    let before = self.parts.len();
                    while xml.element().is_some() {
                        if self.parts.len() == before { self.shapes(xml) } else { xml.skip() }
                    }
                }
                "chart" | "relIds" => {
                    let id = element.prefixed("r:dm").or_else(|| element.attribute("id"));
                    let target = self.relations.iter().find(|relation| Some(&relation.id) == id.as_ref());
                    let text = target.and_then(|relation| self.package.part(&relation.target));
                    let lines = text.map(|text| drawing::lines(&text)).unwrap_or_default();
                    self.parts.extend(lines.into_iter().map(Part::paragraph));
                    xml.skip();
                }
                "nvPr" | "nvGraphicFramePr" | "nvPicPr" | "nvGrpSpPr" | "timing" | "extLst" => xml.skip(),
                _ => self.shapes(xml),
            }
        }
    }

    fn shape(&mut self, xml: &mut Xml<'_>) {
        let (kind, parts) = shape(xml);
        match kind.as_str() {
            // A slide's own number is on the page already.
            "sldNum" => {}
            "title" | "ctrTitle" if self.title.is_none() => {
                let text = flow::plain(&parts);
                if text.is_empty() { self.parts.extend(parts) } else { self.title = Some(text.replace('\n', " ")) }
            }
            _ => self.parts.extend(parts),
        }
    }
}

/// A shape's place on the slide (`title`, `body`, …) and its text.
fn shape(xml: &mut Xml<'_>) -> (String, Vec<Part>) {
    let mut kind = String::new();
    let mut parts = Vec::new();
    while let Some(element) = xml.element() {
        match element.name() {
            "nvSpPr" | "nvPr" => {
                let (inner, _) = shape(xml);
                if !inner.is_empty() {
                    kind = inner;
                }
            }
            "ph" => {
                kind = element.attribute("type").unwrap_or_else(|| "body".to_owned());
                xml.skip();
            }
            "txBody" => parts = paragraphs(xml),
            _ => xml.skip(),
        }
    }
    (kind, parts)
}

fn paragraphs(xml: &mut Xml<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut counted = [0u32; 9];
    while let Some(element) = xml.element() {
        if element.is("p") {
            parts.push(Part::paragraph(paragraph(xml, &mut counted)));
        } else {
            xml.skip();
        }
    }
    parts
}

/// A paragraph with the bullet or number that it sets itself.
fn paragraph(xml: &mut Xml<'_>, counted: &mut [u32; 9]) -> String {
    let mut text = String::new();
    let mut label = None;
    let mut level = 0;
    let mut numbered = false;
    while let Some(element) = xml.element() {
        match element.name() {
            "pPr" => {
                level = element.number("lvl").unwrap_or(0).min(8) as usize;
                while let Some(element) = xml.element() {
                    match element.name() {
                        "buChar" => label = element.attribute("char").map(|bullet| symbols::bullet(&bullet)),
                        "buAutoNum" => {
                            numbered = true;
                            let start = element.number("startAt").unwrap_or(1).max(1);
                            counted[level] = if counted[level] == 0 { start } else { counted[level].saturating_add(1) };
                            label = Some(automatic(&element, counted[level]));
                        }
                        _ => {}
                    }
                    xml.skip();
                }
            }
            "r" => text.push_str(&drawing::paragraph(xml)),
            "fld" if element.attribute("type").as_deref() == Some("slidenum") => xml.skip(),
            "br" => {
                text.push('\n');
                xml.skip();
            }
            "endParaRPr" => xml.skip(),
            _ => text.push_str(&drawing::paragraph(xml)),
        }
    }
    let begun = if numbered { level + 1 } else { level };
    counted.iter_mut().skip(begun).for_each(|count| *count = 0);
    match label {
        Some(label) if !text.trim().is_empty() => format!("{label} {text}"),
        _ => text,
    }
}

/// `arabicPeriod`, `romanUcParenBoth`: how it counts, then what stands around the number.
fn automatic(element: &Element<'_>, count: u32) -> String {
    let kind = element.attribute("type").unwrap_or_default();
    let format = match () {
        () if kind.starts_with("alphaLc") => "lowerLetter",
        () if kind.starts_with("alphaUc") => "upperLetter",
        () if kind.starts_with("romanLc") => "lowerRoman",
        () if kind.starts_with("romanUc") => "upperRoman",
        () if kind.starts_with("circleNum") => "decimalEnclosedCircle",
        () if kind.starts_with("ea1Jpn") || kind.starts_with("ea1Ch") => "ideographDigital",
        () => "decimal",
    };
    let number = number(count, format);
    if kind.ends_with("ParenBoth") {
        format!("({number})")
    } else if kind.ends_with("ParenR") {
        format!("{number})")
    } else if kind.ends_with("Period") {
        format!("{number}.")
    } else {
        number
    }
}

fn table(xml: &mut Xml<'_>) -> Vec<Part> {
    let mut grid = Grid::default();
    while let Some(element) = xml.element() {
        if !element.is("tr") {
            xml.skip();
            continue;
        }
        grid.row();
        while let Some(element) = xml.element() {
            // A place that a merged cell covers is written as a cell of its own.
            let is = |name| matches!(element.attribute(name).as_deref(), Some("1" | "true"));
            let covered = is("hMerge") || is("vMerge");
            if !element.is("tc") || covered {
                xml.skip();
                continue;
            }
            let rows = element.number("rowSpan").unwrap_or(1);
            let columns = element.number("gridSpan").unwrap_or(1);
            let mut parts = Vec::new();
            while let Some(element) = xml.element() {
                if element.is("txBody") { parts.extend(paragraphs(xml)) } else { xml.skip() }
            }
            grid.cell(parts, rows, columns);
        }
    }
    grid.finish()
}

/// What the speaker says.
fn notes(package: &mut Package<'_>, relations: &[Relation]) -> Vec<Part> {
    let mut notes = Vec::new();
    for relation in relations.iter().filter(|relation| relation.kind == "notesSlide") {
        let Some(text) = package.part(&relation.target) else { continue };
        let mut xml = Xml::new(&text);
        while xml.find("sp").is_some() {
            let (kind, parts) = shape(&mut xml);
            if !matches!(kind.as_str(), "sldNum" | "hdr" | "ftr" | "dt" | "sldImg") {
                notes.push(flow::plain(&parts));
            }
        }
    }
    notes.retain(|note| !note.is_empty());
    notes.into_iter().map(|note| Part::paragraph(format!("[발표자 노트] {note}"))).collect()
}

/// Remarks, in the form of either generation of PowerPoint.
fn remarks(package: &mut Package<'_>, relations: &[Relation]) -> Vec<Part> {
    let mut remarks = Vec::new();
    for relation in relations.iter().filter(|relation| relation.kind == "comments" || relation.kind == "comment") {
        let Some(text) = package.part(&relation.target) else { continue };
        let mut xml = Xml::new(&text);
        while let Some(element) = xml.find_any(&["text", "txBody"]) {
            remarks.push(if element.is("text") { xml.text() } else { flow::plain(&paragraphs(&mut xml)) });
        }
    }
    remarks.into_iter().map(Part::Memo).collect()
}
