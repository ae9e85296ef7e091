//! HWP 5: a compound file with the text in compressed sections. Styles and numbering come from unhwp.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;

use cfb::CompoundFile;
use documents::{Document, Format};
use flate2::read::DeflateDecoder;
use hwarang::hwp::crypto;
use unhwp::hwp5::Hwp5Parser;
use unhwp::model::StyleRegistry;
use unhwp::{ParseEvent, SectionStreamOptions};
use wire::Failure;

use crate::compound::Compound;
use crate::parts::{Counts, Writer};
use crate::{compound, fault, hwp_section};

/// Bits of the `FileHeader` stream's flags.
const COMPRESSED: u32 = 0x1;
const PASSWORD: u32 = 0x2;
const DISTRIBUTION: u32 = 0x4;
/// Protected by a rights server, or by a certificate in one of two ways.
const RIGHTS: u32 = 0x10 | 0x100 | 0x400;
const SIGNATURE: &[u8] = b"HWP Document File";
/// The length of `FileHeader`, and where the flags stand in it, after signature and version.
const HEADER: u64 = 256;
const FLAGS: usize = 36;
/// The most that a section may expand to.
const SECTION: u64 = 200 * 1024 * 1024;
/// What stands before the encrypted part of a section of a distribution document, and the size of a cipher's block.
const SEED: usize = 260;
const BLOCK: usize = 16;

pub fn hwp(bytes: &[u8]) -> Result<Document, Failure> {
    let (bytes, whole) = compound::mended(bytes)?;
    let styles = styles(&bytes);
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(fault::damaged)?;
    // Where nothing says otherwise a document is compressed.
    let header = compound::stream(&mut file, "/FileHeader", HEADER).filter(|header| header.starts_with(SIGNATURE));
    let flags = header
        .and_then(|header| header.get(FLAGS..FLAGS + 4)?.try_into().ok())
        .map_or(COMPRESSED, u32::from_le_bytes);
    if flags & PASSWORD != 0 {
        return Err(fault::locked("한글에서 암호를 풀어 저장한 뒤 다시 추가하십시오.", "FileHeader"));
    }
    // The body of a distribution document is nothing but a notice; its text is encrypted elsewhere.
    let names = sections(&file, if flags & DISTRIBUTION != 0 { "/ViewText" } else { "/BodyText" });
    if names.is_empty() {
        return Err(fault::damaged("no section"));
    }
    let mut counts = Counts::new(&styles);
    let mut writer = Writer::new(Format::Hwp);
    for name in names {
        let raw = compound::stream(&mut file, &name, SECTION);
        let (data, cut) = raw.map_or((Vec::new(), true), |raw| clear(raw, flags));
        if data.len() as u64 >= SECTION {
            return Err(fault::bomb(format!("{name} expands to over {SECTION}")));
        }
        let section = hwp_section::read(&data, &mut counts);
        writer.section(section.parts, cut || section.broken);
        if section.deleted {
            writer.outline.left_out_deleted();
        }
    }
    if !whole {
        writer.outline.partial();
        writer.outline.warn(fault::CUT);
    }
    writer.finish().ok_or_else(|| {
        if flags & RIGHTS == 0 {
            fault::damaged("no section is readable")
        } else {
            fault::locked("한글에서 보안을 해제하여 저장한 뒤 다시 추가하십시오.", format!("flags {flags:#x}"))
        }
    })
}

/// The sections' names in reading order.
fn sections(file: &Compound<'_>, storage: &str) -> Vec<String> {
    let mut numbers: Vec<u32> = file
        .read_storage(storage)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.name().strip_prefix("Section")?.parse().ok())
        .collect();
    numbers.sort_unstable();
    numbers.iter().map(|number| format!("{storage}/Section{number}")).collect()
}

/// A section's records, and whether they break off.
fn clear(mut raw: Vec<u8>, flags: u32) -> (Vec<u8>, bool) {
    let mut cut = false;
    if flags & DISTRIBUTION != 0 {
        let whole = raw.len().saturating_sub(SEED) / BLOCK * BLOCK;
        cut = raw.len() != SEED + whole;
        raw.truncate(SEED + whole);
        match crypto::decrypt_distribution_stream(&raw) {
            Ok(data) => raw = data,
            Err(_) => return (Vec::new(), true),
        }
    }
    if flags & COMPRESSED == 0 {
        return (raw, cut);
    }
    let mut data = Vec::new();
    let end = DeflateDecoder::new(raw.as_slice()).take(SECTION).read_to_end(&mut data);
    if data.is_empty() && hwp_section::begins(&raw) {
        // Some writers say that they compress and do not.
        return (raw, cut);
    }
    (data, cut || end.is_err())
}

/// Styles and numbering; without them the text is read all the same.
fn styles(bytes: &[u8]) -> StyleRegistry {
    let mut found = StyleRegistry::default();
    if let Ok(mut parser) = Hwp5Parser::from_reader(Cursor::new(bytes)) {
        let _ = parser.for_each_section(SectionStreamOptions::default(), |event| {
            if let ParseEvent::DocumentStart { styles, .. } = event {
                found.clone_from(styles);
            }
            ControlFlow::Break(())
        });
    }
    found
}
