//! What a Word style says of a paragraph: whether it is a heading, and how it is numbered.

use std::collections::HashMap;

use crate::xml::Xml;

/// A chain of styles is no longer than this; a longer one is a circle.
const CHAIN: usize = 30;
/// The outline level that Word gives to text.
const BODY: u8 = 9;

/// The paragraph styles of a document.
#[derive(Default)]
pub struct Styles {
    known: HashMap<String, Style>,
    usual: Option<String>,
}

#[derive(Default)]
struct Style {
    name: String,
    above: Option<String>,
    level: Option<u8>,
    numbering: Option<u32>,
    depth: Option<u8>,
}

/// A list that a style puts its paragraphs into.
pub struct Listed<'a> {
    pub numbering: u32,
    pub depth: Option<u8>,
    /// The style that says so.
    pub style: &'a str,
}

impl Styles {
    pub fn read(text: &str) -> Self {
        let mut styles = Self::default();
        let mut xml = Xml::new(text);
        while let Some(element) = xml.find("style") {
            let id = element.attribute("styleId").unwrap_or_default();
            let paragraph = element.attribute("type").is_none_or(|kind| kind == "paragraph");
            if paragraph && matches!(element.attribute("default").as_deref(), Some("1" | "true")) {
                styles.usual = Some(id.clone());
            }
            let style = style(&mut xml);
            if paragraph {
                styles.known.insert(id, style);
            }
        }
        styles
    }

    /// The heading level of a style from 1, or 0 for text.
    pub fn level(&self, style: Option<&str>) -> u8 {
        for (_, style) in self.chain(style) {
            if let Some(level) = style.level.or_else(|| named(&style.name)) {
                return level;
            }
        }
        0
    }

    /// The list that a style belongs to.
    pub fn listed(&self, style: Option<&str>) -> Option<Listed<'_>> {
        let mut depth = None;
        for (id, style) in self.chain(style) {
            depth = depth.or(style.depth);
            if let Some(numbering) = style.numbering {
                return Some(Listed { numbering, depth, style: id });
            }
        }
        None
    }

    fn chain(&self, style: Option<&str>) -> impl Iterator<Item = (&str, &Style)> {
        let known = |id: &str| self.known.get_key_value(id).map(|(id, style)| (id.as_str(), style));
        let first = style.or(self.usual.as_deref()).and_then(known);
        std::iter::successors(first, move |(_, style)| known(style.above.as_deref()?)).take(CHAIN)
    }
}

fn style(xml: &mut Xml<'_>) -> Style {
    let mut style = Style::default();
    while let Some(element) = xml.element() {
        match element.name() {
            "name" => style.name = element.attribute("val").unwrap_or_default(),
            "basedOn" => style.above = element.attribute("val"),
            "pPr" => {
                while let Some(element) = xml.element() {
                    match element.name() {
                        "outlineLvl" => style.level = outlined(element.number("val")),
                        "numPr" => {
                            while let Some(element) = xml.element() {
                                match element.name() {
                                    "ilvl" => style.depth = small(element.number("val")),
                                    "numId" => style.numbering = element.number("val"),
                                    _ => {}
                                }
                                xml.skip();
                            }
                            continue;
                        }
                        _ => {}
                    }
                    xml.skip();
                }
                continue;
            }
            _ => {}
        }
        xml.skip();
    }
    style
}

pub fn small(number: Option<u32>) -> Option<u8> {
    number.and_then(|number| u8::try_from(number).ok())
}

/// The heading level, from 1, of an outline level, from 0; that of text is 0.
pub fn outlined(level: Option<u32>) -> Option<u8> {
    small(level).map(|level| if level < BODY { level + 1 } else { 0 })
}

/// The level in a style's name: Word's own names are English everywhere, those of other programs are not.
fn named(name: &str) -> Option<u8> {
    let name = name.to_lowercase();
    if matches!(name.as_str(), "title" | "제목" | "문서 제목") {
        return Some(1);
    }
    let rest = ["heading", "제목", "개요"].iter().find_map(|word| name.strip_prefix(word))?;
    rest.trim().parse().ok().filter(|level| (1..=9).contains(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_told_by_level_then_by_name_then_by_the_style_above() {
        let styles = Styles::read(
            "<w:styles><w:style w:type=\"paragraph\" w:styleId=\"1\"><w:name w:val=\"heading 1\"/></w:style>\
             <w:style w:type=\"paragraph\" w:styleId=\"k\"><w:name w:val=\"제목 2\"/></w:style>\
             <w:style w:type=\"paragraph\" w:styleId=\"own\"><w:name w:val=\"장 제목\"/><w:basedOn w:val=\"1\"/></w:style>\
             <w:style w:type=\"paragraph\" w:styleId=\"o\"><w:name w:val=\"x\"/><w:pPr><w:outlineLvl w:val=\"3\"/></w:pPr></w:style>\
             <w:style w:type=\"paragraph\" w:styleId=\"toc\"><w:name w:val=\"TOC Heading\"/><w:basedOn w:val=\"1\"/>\
             <w:pPr><w:outlineLvl w:val=\"9\"/></w:pPr></w:style>\
             <w:style w:type=\"paragraph\" w:styleId=\"a\"><w:name w:val=\"a\"/><w:basedOn w:val=\"b\"/></w:style>\
             <w:style w:type=\"paragraph\" w:styleId=\"b\"><w:name w:val=\"b\"/><w:basedOn w:val=\"a\"/></w:style></w:styles>",
        );
        for (id, level) in [("1", 1), ("k", 2), ("own", 1), ("o", 4), ("toc", 0), ("a", 0), ("none", 0)] {
            assert_eq!(styles.level(Some(id)), level, "{id}");
        }
    }
}
