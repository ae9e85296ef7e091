//! HWPML: one XML file, with styles before the text and pictures after it.

use documents::{Document, Format};
use wire::Failure;

use crate::owpml::{self, Walk};
use crate::parts::{Counts, Writer};
use crate::{fault, owpml_styles};

pub fn hwpml(bytes: &[u8]) -> Result<Document, Failure> {
    let (xml, clean) = owpml::decoded(bytes);
    let styles = owpml_styles::read(&xml);
    let mut counts = Counts::new(&styles);
    let mut walk = Walk::new(&xml, &mut counts);
    let sections = walk.sections();
    let (broken, deleted) = (walk.broken || !clean, walk.deleted);
    if sections.is_empty() {
        return Err(fault::damaged("no section"));
    }
    let mut writer = Writer::new(Format::Hwpml);
    let last = sections.len() - 1;
    for (index, parts) in sections.into_iter().enumerate() {
        // What breaks the XML ends the section in which it stands.
        writer.section(parts, broken && index == last);
    }
    if deleted {
        writer.outline.left_out_deleted();
    }
    writer.finish().ok_or_else(|| fault::damaged("no section is whole"))
}

/// Whether the file is HWPML, by its beginning.
pub fn is_hwpml(head: &[u8]) -> bool {
    owpml::decoded(head).0.contains("<HWPML")
}
