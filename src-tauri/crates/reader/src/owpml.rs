//! Real HWPX files name notes `hp:footNote` and `hp:endNote` (KS X 6101); unhwp 0.23 looks for `fn` and `en` and
//! loses them otherwise. The sections are renamed on the way in.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const NAMES: [(&str, &str); 4] = [
    ("<hp:footNote", "<hp:fn"),
    ("</hp:footNote>", "</hp:fn>"),
    ("<hp:endNote", "<hp:en"),
    ("</hp:endNote>", "</hp:en>"),
];

/// The same package with the notes named as unhwp knows them; `None` where there is nothing to rename, or the
/// package cannot be rewritten and is better given as it is. Call it after the check against bombs.
pub fn with_known_notes(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut renamed = false;
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).ok()?;
        let name = entry.name().ok()?.to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).ok()?;
        if name.starts_with("Contents/section") {
            let mut text = String::from_utf8(content).ok()?;
            for (real, known) in NAMES {
                // Not the properties `hp:footNotePr` of a section.
                let with_end = |end: char| (format!("{real}{end}"), format!("{known}{end}"));
                let pairs = match real.ends_with('>') {
                    true => vec![(real.to_owned(), known.to_owned())],
                    false => vec![with_end(' '), with_end('>')],
                };
                for (real, known) in pairs {
                    renamed |= text.contains(&real);
                    text = text.replace(&real, &known);
                }
            }
            content = text.into_bytes();
        }
        written.start_file(name, options).ok()?;
        written.write_all(&content).ok()?;
    }
    let package = written.finish().ok()?.into_inner();
    renamed.then_some(package)
}
