//! HWPX: a ZIP archive with a part for styles and one for each section.

use std::io::Read;

use documents::{Document, Format};
use wire::Failure;

use crate::owpml::{self, Walk};
use crate::parts::{Counts, Writer};
use crate::zipped::{self, Archive};
use crate::{fault, owpml_styles, unlock};

pub fn hwpx(bytes: &[u8], password: Option<&str>) -> Result<Document, Failure> {
    let clear = unlock::unlocked(bytes, password)?;
    let mut archive = zipped::open(clear.as_deref().unwrap_or(bytes))?;
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.into_owned()).collect();
    let numbered = |kind: &str| {
        let mut found: Vec<_> = names.iter().filter_map(|name| Some((part_number(name, kind)?, name))).collect();
        found.sort();
        found.into_iter().map(|(_, name)| name)
    };
    let header = names.iter().find(|name| file_name(name) == "header.xml");
    let header = header.and_then(|name| read(&mut archive, name)).unwrap_or_default();
    let styles = owpml_styles::read(&owpml::decoded(&header.0).0);
    let mut counts = Counts::new(&styles);
    let mut writer = Writer::new(Format::Hwpx);
    let mut sections = numbered("section").peekable();
    if sections.peek().is_none() {
        return Err(fault::damaged("no section"));
    }
    // Master pages are pages' running heads.
    for name in sections.chain(numbered("masterpage")) {
        let (xml, whole) = read(&mut archive, name).unwrap_or_default();
        let (xml, clean) = owpml::decoded(&xml);
        let mut walk = Walk::new(&xml, &mut counts);
        let parts = walk.parts();
        let (broken, deleted) = (walk.broken || !whole || !clean, walk.deleted);
        writer.section(parts, broken);
        if deleted {
            writer.outline.left_out_deleted();
        }
    }
    writer.finish().ok_or_else(|| fault::damaged("no section is whole"))
}

fn file_name(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase()
}

/// `Contents/section0.xml`; some writers leave the folder's name out or write it otherwise.
fn part_number(name: &str, kind: &str) -> Option<u32> {
    file_name(name).strip_prefix(kind)?.strip_suffix(".xml")?.parse().ok()
}

/// As much of a part as is there, and whether that is all. The whole archive was found to be bounded.
fn read(archive: &mut Archive<'_>, name: &str) -> Option<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    let end = archive.by_name(name).ok()?.read_to_end(&mut bytes);
    Some((bytes, end.is_ok()))
}
