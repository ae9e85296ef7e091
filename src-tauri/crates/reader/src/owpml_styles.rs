//! Which paragraphs of HWPX and HWPML are headings or numbered, and how: HWPX says it in a part of its own, HWPML
//! at its beginning.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use unhwp::model::{
    HeadKind, NUMBERING_LEVELS, NumberLevel, NumberShape, Numbering, ParaHead, ParagraphStyle, StyleRegistry,
};

use crate::owpml::{attribute, name, number};

/// The styles of as much of the XML as can be read.
pub fn read(xml: &str) -> StyleRegistry {
    let mut styles = StyleRegistry::default();
    let mut shape = 0;
    let mut numbering: Option<(u32, Numbering)> = None;
    let mut reader = Reader::from_str(xml);
    let mut open_level = None;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) | Event::Empty(element) => {
                open_level = None;
                match name(&element).as_str() {
                    // What follows styles in HWPML is the text itself.
                    "body" => break,
                    "parapr" | "parashape" => {
                        shape = number(&element, ID).unwrap_or_default();
                        let head = head(&element, "HeadingType", "Heading", "Level");
                        styles.register_para_style(shape, ParagraphStyle { head, ..Default::default() });
                    }
                    "heading" => {
                        let head = head(&element, "type", "idRef", "level");
                        styles.register_para_style(shape, ParagraphStyle { head, ..Default::default() });
                    }
                    "numbering" => {
                        styles.numberings.extend(numbering.take());
                        numbering = number(&element, ID).map(|id| (id, Numbering::default()));
                    }
                    "parahead" => {
                        if let Some((_, numbering)) = &mut numbering
                            && let Some(at) = number(&element, &["level", "Level"])
                            && let Some(at) = (at as usize).checked_sub(1).filter(|&at| at < NUMBERING_LEVELS)
                        {
                            numbering.levels.resize_with(numbering.levels.len().max(at + 1), NumberLevel::default);
                            numbering.levels[at] = level(&element);
                            open_level = Some(at);
                        }
                    }
                    "bullet" => {
                        let bullet = attribute(&element, &["char", "Char"]).and_then(|text| text.chars().next());
                        if let Some((id, bullet)) = number(&element, ID).zip(bullet) {
                            // The glyphs of symbol fonts are nothing without the font.
                            let private = ('\u{e000}'..='\u{f8ff}').contains(&bullet);
                            styles.register_bullet(id, if private { '•' } else { bullet });
                        }
                    }
                    _ => {}
                }
            }
            Event::Text(text) => {
                if let Some((_, numbering)) = &mut numbering
                    && let Some(at) = open_level
                {
                    numbering.levels[at].format.push_str(text.as_ref());
                }
            }
            Event::End(_) => open_level = None,
            Event::Eof => break,
            _ => {}
        }
    }
    styles.numberings.extend(numbering);
    styles
}

const ID: &[&str] = &["id", "Id"];

fn head(element: &BytesStart<'_>, kind: &str, id: &str, level: &str) -> Option<ParaHead> {
    let kind = match attribute(element, &[kind])?.to_ascii_lowercase().as_str() {
        "outline" => HeadKind::Outline,
        "number" => HeadKind::Number,
        "bullet" => HeadKind::Bullet,
        _ => return None,
    };
    let level = number(element, &[level]).and_then(|level| u8::try_from(level).ok()).unwrap_or_default();
    Some(ParaHead { kind, level, id: number(element, &[id]).unwrap_or_default() })
}

fn level(element: &BytesStart<'_>) -> NumberLevel {
    let shape = attribute(element, &["numFormat", "NumFormat"]).unwrap_or_default();
    NumberLevel {
        shape: NumberShape::from_name(&constant(&shape)),
        format: String::new(),
        start: number(element, &["start", "Start"]).unwrap_or(1),
    }
}

/// `HangulSyllable`, as HWPML writes it, as HWPX does: `HANGUL_SYLLABLE`.
fn constant(name: &str) -> String {
    let mut constant = String::new();
    let mut after_small = false;
    for letter in name.chars() {
        if after_small && letter.is_ascii_uppercase() {
            constant.push('_');
        }
        after_small = letter.is_ascii_lowercase();
        constant.push(letter.to_ascii_uppercase());
    }
    constant
}
