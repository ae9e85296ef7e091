//! ZIP containers: what they hold, and that they hold no bomb.

use std::io::{self, Cursor, Read};

use documents::Format;
use wire::Failure;
use zip::ZipArchive;

use crate::embedded::Nest;
use crate::fault;

/// The most that all entries together may expand to.
const EXPANDED: u64 = 400 * 1024 * 1024;
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
    } else {
        Format::Zip
    };
    bounded(&mut archive, bytes.len() as u64, nest)?;
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

/// A password-protected HWPX lists each part with its encryption, as OpenDocument does.
fn encrypted(archive: &mut Archive<'_>) -> bool {
    part(archive, "META-INF/manifest.xml")
        .is_some_and(|manifest| String::from_utf8_lossy(&manifest).contains("encryption-data"))
}
