//! What a file is, by its content; its name decides only between Markdown and plain text.

use std::io::Cursor;

use documents::Format;
use wire::Failure;

use crate::embedded::Nest;
use crate::{compound, fault, hwpml, text, zipped};

pub const OLE2: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// PNG, JPEG, TIFF in either byte order.
const PICTURES: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*"];
/// How far into a file a PDF's mark may stand, as viewers accept it.
const PDF_SLACK: usize = 1024;
/// How much of a text is looked at to tell markup.
const HEAD: usize = 8 * 1024;

pub fn format(bytes: &[u8], extension: &str, nest: &mut Nest) -> Result<Format, Failure> {
    if bytes.is_empty() {
        return Err(fault::empty(&[]));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zipped::format(bytes, nest);
    }
    if bytes.starts_with(OLE2) {
        return compound(bytes);
    }
    if bytes.starts_with(b"HWP Document File V3") {
        return Ok(Format::Hwp3);
    }
    if PICTURES.iter().any(|mark| bytes.starts_with(mark)) {
        return Ok(Format::Image);
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
    let extension = extension.to_ascii_lowercase();
    // Text in markup is told by its first lines.
    let (head, _) = text::decode(&bytes[..bytes.len().min(HEAD)]);
    Ok(match extension.as_str() {
        "md" | "markdown" => Format::Md,
        "csv" | "tsv" => Format::Csv,
        _ if message(&head, &extension) => Format::Eml,
        _ if page(&head, &extension) => Format::Html,
        _ => Format::Txt,
    })
}

/// Whether a text begins as a mail message does. A note that a person typed has From: and To: at times, but not what
/// mail programs add.
fn message(head: &str, extension: &str) -> bool {
    let mut usual = 0;
    let mut made = false;
    for (at, line) in head.lines().enumerate() {
        if line.trim().is_empty() && usual == 0 && at < 3 {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { break };
        let name = name.to_ascii_lowercase();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            break;
        }
        let by_program = ["mime-version", "message-id", "received", "return-path", "delivered-to", "x-mailer"];
        made |= by_program.contains(&name.as_str());
        let known = ["from", "to", "cc", "subject", "date", "content-type", "content-transfer-encoding", "reply-to"];
        usual += usize::from(known.contains(&name.as_str()));
    }
    match extension {
        "eml" | "mht" | "mhtml" => made || usual > 0,
        _ => made && usual > 1,
    }
}

/// Whether a text is a web page.
fn page(head: &str, extension: &str) -> bool {
    let start = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_ascii_lowercase();
    let begins = ["<!doctype html", "<html", "<head", "<body"].iter().any(|mark| start.starts_with(mark));
    let later = (start.starts_with("<?xml") || start.starts_with("<!--")) && start.contains("<html");
    begins || later || (matches!(extension, "html" | "htm" | "xhtml") && start.contains('<'))
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
        Err(fault::locked("오피스에서 암호를 해제하고 저장하여 다시 추가하십시오.", "encrypted twice"))
    } else if has("Workbook") || has("Book") {
        Ok(Format::Xls)
    } else if has("WordDocument") {
        Err(fault::unknown("워드에서 DOCX로 저장하여 다시 추가하십시오.", "Word 97"))
    } else if has("PowerPoint Document") {
        Err(fault::unknown("파워포인트에서 PPTX로 저장하여 다시 추가하십시오.", "PowerPoint 97"))
    } else if has("__properties_version1.0") {
        Err(fault::unknown("아웃룩에서 EML이나 HTML로 저장하여 다시 추가하십시오.", "Outlook message"))
    } else if !whole {
        Err(fault::damaged("OLE2 of which no known stream is left"))
    } else {
        Err(fault::unknown("", "OLE2 without a known stream"))
    }
}
