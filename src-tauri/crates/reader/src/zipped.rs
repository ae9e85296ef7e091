//! ZIP containers: what they hold, and that they hold no bomb.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Cursor, Read, Write};

use documents::Format;
use flate2::read::DeflateDecoder;
use wire::Failure;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::embedded::Nest;
use crate::fault;

/// The most that all entries together may expand to.
pub const EXPANDED: u64 = 400 * 1024 * 1024;
/// The most that archives in one another may expand to, all together: each layer is expanded once more.
const ALL_EXPANDED: u64 = 2 * EXPANDED;
/// From this size on the ratio is looked at: small files of repeated XML compress very well.
const SUSPICIOUS: u64 = 64 * 1024 * 1024;
/// Text in XML stays well below this; a run of zeros reaches 1000.
const RATIO: u64 = 200;
/// More entries than any document has.
const ENTRIES: usize = 20_000;

pub type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The format, after the whole archive was found to be bounded and intact enough to hand to a parser.
pub fn format(bytes: &[u8], nest: &mut Nest) -> Result<Format, Failure> {
    let mut archive = open(bytes)?;
    let names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    let has = |part: &str| names.iter().any(|name| name == part);
    let under = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    // An archive of documents may have a folder of that name too.
    let office = |folder: &str, main: &str| under(folder) && (has("[Content_Types].xml") || has(main));
    let mimetype = part(&mut archive, "mimetype").unwrap_or_default();
    let mimetype = String::from_utf8_lossy(&mimetype);
    let hancom = mimetype.starts_with("application/hwp+zip");
    let format = if hancom || under("Contents/section") || has("Contents/content.hpf") {
        Format::Hwpx
    } else if mimetype.starts_with("application/vnd.oasis.opendocument.text") {
        Format::Odt
    } else if mimetype.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
        return Err(fault::unknown("엑셀이나 LibreOffice에서 XLSX로 저장하여 다시 추가하십시오.", mimetype));
    } else if mimetype.starts_with("application/vnd.oasis.opendocument") {
        return Err(fault::unknown("LibreOffice에서 PPTX, DOCX 또는 PDF로 저장하여 다시 추가하십시오.", mimetype));
    } else if office("word/", "word/document.xml") {
        Format::Docx
    } else if office("xl/", "xl/workbook.xml") {
        Format::Xlsx
    } else if office("ppt/", "ppt/presentation.xml") {
        Format::Pptx
    } else if has("[Content_Types].xml") {
        return Err(fault::damaged("an Office package without its document"));
    } else {
        Format::Zip
    };
    bounded(&mut archive, bytes.len() as u64, nest)?;
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

/// An entry's content, within what all entries together may expand to. The inner error is the entry's own: it does not
/// inflate, or does not open with the password.
pub fn unpack(entry: impl Read, nest: &mut Nest) -> Result<io::Result<Vec<u8>>, Failure> {
    let mut bytes = Vec::new();
    let left = EXPANDED.saturating_sub(nest.unpacked);
    let result = entry.take(left + 1).read_to_end(&mut bytes);
    nest.unpacked += bytes.len() as u64;
    if nest.unpacked > EXPANDED {
        return Err(fault::bomb(format!("the documents in it expand to over {EXPANDED}")));
    }
    Ok(result.map(|_| bytes))
}

/// Both the declared and the real size are counted, since the declared one is the attacker's to choose, and over all
/// archives that lie in one another. A part that does not inflate is left to the parser, which knows whether it needs
/// it.
fn bounded(archive: &mut Archive<'_>, packed: u64, nest: &mut Nest) -> Result<(), Failure> {
    if archive.len() > ENTRIES {
        return Err(fault::bomb(format!("{} entries", archive.len())));
    }
    let limit = EXPANDED.min((packed * RATIO).max(SUSPICIOUS));
    let over = |sum: u64, limit: u64| {
        if sum > limit { Err(fault::bomb(format!("{packed} bytes expand to over {limit}"))) } else { Ok(()) }
    };
    let mut declared = 0u64;
    for index in 0..archive.len() {
        if let Ok(entry) = archive.by_index_raw(index) {
            declared = declared.saturating_add(entry.size());
            over(declared, limit)?;
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
            nest.expanded += count as u64;
            over(real, limit)?;
            over(nest.expanded, ALL_EXPANDED)?;
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
