//! What a file is, by its content; its name decides only between Markdown and plain text.

use std::io::Cursor;

use documents::Format;
use wire::Failure;

use crate::{compound, fault, hwpml, text, zipped};

const OLE2: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// How far into a file a PDF's mark may stand, as viewers accept it.
const PDF_SLACK: usize = 1024;

pub fn format(bytes: &[u8], extension: &str) -> Result<Format, Failure> {
    if bytes.is_empty() {
        return Err(fault::empty(&[]));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zipped::format(bytes);
    }
    if bytes.starts_with(OLE2) {
        return compound(bytes);
    }
    if bytes.starts_with(b"HWP Document File V3") {
        return Ok(Format::Hwp3);
    }
    let head = &bytes[..bytes.len().min(PDF_SLACK)];
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Ok(Format::Pdf);
    }
    if bytes.starts_with(b"{\\rtf") {
        return Err(fault::unknown("워드나 한글에서 DOCX 또는 HWPX로 저장하여 다시 추가하십시오.", "RTF"));
    }
    if hwpml::is_hwpml(head) {
        return Ok(Format::Hwpml);
    }
    if !text::is_text(bytes) {
        return Err(fault::unknown("", "neither a known mark nor text"));
    }
    Ok(match extension.to_ascii_lowercase().as_str() {
        "md" | "markdown" => Format::Md,
        _ => Format::Txt,
    })
}

fn compound(bytes: &[u8]) -> Result<Format, Failure> {
    let (bytes, whole) = compound::mended(bytes)?;
    let file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(fault::damaged)?;
    let has = |name: &str| {
        file.read_root_storage().any(|entry| entry.name().eq_ignore_ascii_case(name))
    };
    if has("FileHeader") || has("BodyText") {
        Ok(Format::Hwp)
    } else if has("EncryptedPackage") {
        Err(fault::password("EncryptedPackage"))
    } else if has("Workbook") || has("Book") {
        Ok(Format::Xls)
    } else if has("WordDocument") {
        Err(fault::unknown("워드에서 DOCX로 저장하여 다시 추가하십시오.", "Word 97"))
    } else if has("PowerPoint Document") {
        Err(fault::unknown("파워포인트에서 PPTX로 저장하여 다시 추가하십시오.", "PowerPoint 97"))
    } else if !whole {
        Err(fault::damaged("OLE2 of which no known stream is left"))
    } else {
        Err(fault::unknown("", "OLE2 without a known stream"))
    }
}
