//! ZIP containers: what they hold, and that they hold no bomb.

use std::io::{Cursor, Read};

use documents::Format;
use wire::Failure;
use zip::ZipArchive;

use crate::fault;

/// The most that all entries together may expand to.
const EXPANDED: u64 = 400 * 1024 * 1024;
/// From this size on the ratio is looked at: small files of repeated XML compress very well.
const SUSPICIOUS: u64 = 64 * 1024 * 1024;
/// Text in XML stays well below this; a run of zeros reaches 1000.
const RATIO: u64 = 200;
/// More entries than any document has.
const ENTRIES: usize = 20_000;

pub type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The format, after the whole archive was found to be bounded and intact enough to hand to a parser.
pub fn format(bytes: &[u8]) -> Result<Format, Failure> {
    let mut archive = open(bytes)?;
    let names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    let under = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    let mimetype = part(&mut archive, "mimetype").unwrap_or_default();
    let format = if mimetype.starts_with(b"application/hwp+zip") || under("Contents/") {
        Format::Hwpx
    } else if under("word/") {
        Format::Docx
    } else if under("xl/") {
        Format::Xlsx
    } else if under("ppt/") {
        Format::Pptx
    } else {
        return Err(fault::unknown("압축 파일이라면 풀어서 안의 문서를 추가하십시오.", "ZIP without a known part"));
    };
    bounded(&mut archive, bytes.len() as u64)?;
    if format == Format::Hwpx && encrypted(&mut archive) {
        return Err(fault::password("META-INF/manifest.xml names an encryption"));
    }
    Ok(format)
}

pub fn open(bytes: &[u8]) -> Result<Archive<'_>, Failure> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|error| fault::damaged(format!("ZIP: {error}")))
}

/// One part of the archive, where it is there and whole.
pub fn part(archive: &mut Archive<'_>, name: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    archive.by_name(name).ok()?.take(EXPANDED).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Both the declared and the real size are counted, since the declared one is the attacker's to choose. A part
/// that does not inflate is left to the parser, which knows whether it needs it.
fn bounded(archive: &mut Archive<'_>, packed: u64) -> Result<(), Failure> {
    if archive.len() > ENTRIES {
        return Err(fault::bomb(format!("{} entries", archive.len())));
    }
    let limit = EXPANDED.min((packed * RATIO).max(SUSPICIOUS));
    let over = |sum: u64| {
        if sum > limit { Err(fault::bomb(format!("{packed} bytes expand to over {limit}"))) } else { Ok(()) }
    };
    let mut declared = 0u64;
    for index in 0..archive.len() {
        if let Ok(entry) = archive.by_index_raw(index) {
            declared = declared.saturating_add(entry.size());
            over(declared)?;
        }
    }
    let mut real = 0u64;
    let mut buffer = vec![0; 64 * 1024];
    for index in 0..archive.len() {
        let Ok(mut entry) = archive.by_index(index) else { continue };
        while let Ok(count) = entry.read(&mut buffer) {
            if count == 0 {
                break;
            }
            real += count as u64;
            over(real)?;
        }
    }
    Ok(())
}

/// A password-protected HWPX lists each part with its encryption, as OpenDocument does.
fn encrypted(archive: &mut Archive<'_>) -> bool {
    part(archive, "META-INF/manifest.xml")
        .is_some_and(|manifest| String::from_utf8_lossy(&manifest).contains("encryption-data"))
}
