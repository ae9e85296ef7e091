//! ZIP containers: what they hold, and that they hold no bomb.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{Cursor, Read, Write};

use documents::Format;
use flate2::read::DeflateDecoder;
use wire::Failure;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::fault;

/// The most that all entries together may expand to.
pub const EXPANDED: u64 = 400 * 1024 * 1024;
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

/// An archive that can be opened, and whether it is whole: where the list at its end is missing, its parts are
/// looked for one by one, and as much as is left of each is kept.
pub fn mended(bytes: &[u8]) -> (Cow<'_, [u8]>, bool) {
    let kept = if bytes.starts_with(b"PK\x03\x04") && open(bytes).is_err() { salvaged(bytes) } else { None };
    kept.map_or((Cow::Borrowed(bytes), true), |kept| (Cow::Owned(kept), false))
}

/// What is left of the parts of an archive, as an archive.
fn salvaged(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = ZipWriter::new(Cursor::new(Vec::new()));
    let mut limit = EXPANDED.min((bytes.len() as u64 * RATIO).max(SUSPICIOUS));
    let mut at = 0;
    let mut names = HashSet::new();
    while let Some(next) = bytes.get(at..)?.windows(4).position(|mark| mark == b"PK\x03\x04") {
        at += next + 4;
        let Some((name, content, end)) = local(&bytes[at..], limit) else { continue };
        // An archive in the archive is a part, not parts.
        at += end;
        limit -= content.len() as u64;
        if content.is_empty() || names.len() >= ENTRIES || !names.insert(name.clone()) {
            continue;
        }
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        kept.start_file(name, options).ok()?;
        kept.write_all(&content).ok()?;
    }
    (!names.is_empty()).then_some(kept.finish().ok()?.into_inner())
}

/// The name and content of the part whose own header, behind its mark, starts here, and where the part ends.
fn local(header: &[u8], limit: u64) -> Option<(String, Vec<u8>, usize)> {
    let field = |at: usize| Some(u16::from_le_bytes(header.get(at..at + 2)?.try_into().ok()?));
    let (name, extra) = (usize::from(field(22)?), usize::from(field(24)?));
    let start = 26 + name + extra;
    let packed = header.get(start..)?;
    // Left open where the length follows the part.
    let length = u32::from_le_bytes(header.get(14..18)?.try_into().ok()?) as usize;
    let name = std::str::from_utf8(header.get(26..26 + name)?).ok()?.to_owned();
    let mut content = Vec::new();
    match field(4)? {
        0 => content.extend(&packed[..length.min(packed.len()).min(usize::try_from(limit).ok()?)]),
        // What was inflated before the data breaks off counts.
        8 => drop(DeflateDecoder::new(packed).take(limit).read_to_end(&mut content)),
        _ => return None,
    }
    Some((name, content, start + length.min(packed.len())))
}
