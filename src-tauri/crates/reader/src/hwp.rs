//! HWP 5 through unhwp's document model (its Markdown rewrites the marks of official writing), with
//! hwarang for what unhwp cannot open.

use std::io::{Cursor, Read};

use documents::{Document, Format};
use unhwp::model::{Block, InlineContent, Paragraph, Table};
use unhwp::{ErrorKind, ParseOptions};
use wire::Failure;

use crate::fault;
use crate::outline::Outline;
use crate::table::{self, Cell};

/// Bits of the `FileHeader` stream's flags.
const PASSWORD: u32 = 0x2;
const DISTRIBUTION: u32 = 0x4;
/// Where the flags stand, after signature and version.
const FLAGS: usize = 36;
/// The most that a section may expand to.
const SECTION: u64 = 200 * 1024 * 1024;
/// How deep tables in cells are followed.
const NESTING: usize = 16;

pub fn hwp(bytes: &[u8]) -> Result<Document, Failure> {
    let flags = flags(bytes)?;
    if flags & PASSWORD != 0 {
        return Err(fault::password("FileHeader"));
    }
    if flags & DISTRIBUTION != 0 {
        // Its BodyText holds nothing but a notice; the text is encrypted in ViewText.
        return Ok(lines(Format::Hwp, &distribution(bytes)?));
    }
    model(bytes, Format::Hwp, || distribution(bytes).ok())
}

fn flags(bytes: &[u8]) -> Result<u32, Failure> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(fault::damaged)?;
    let mut header = Vec::new();
    file.open_stream("/FileHeader").map_err(fault::damaged)?.take(256).read_to_end(&mut header).map_err(fault::damaged)?;
    header
        .get(FLAGS..FLAGS + 4)
        .and_then(|flags| flags.try_into().ok())
        .map(u32::from_le_bytes)
        .ok_or_else(|| fault::damaged("FileHeader is cut short"))
}

/// Strictly first; then leaving out what is broken, and saying so; then by the other crate.
fn model(bytes: &[u8], format: Format, other: impl Fn() -> Option<String>) -> Result<Document, Failure> {
    let options = ParseOptions::default().without_resources().sequential();
    let strict = unhwp::parse_bytes_with_options(bytes, &options);
    let error = match strict {
        Ok(parsed) => {
            let document = blocks(&parsed, format);
            if !document.blocks.is_empty() {
                return Ok(document);
            }
            // A success with nothing in it is the commonest failure.
            return match other().map(|text| lines(format, &text)) {
                Some(found) if !found.blocks.is_empty() => Ok(found),
                _ => Ok(document),
            };
        }
        Err(error) if error.kind() == ErrorKind::Encrypted => return Err(fault::password(error)),
        Err(error) => error,
    };
    if let Some(text) = other().filter(|text| !text.trim().is_empty()) {
        return Ok(lines(format, &text));
    }
    match unhwp::parse_bytes_with_options(bytes, &options.lenient()) {
        Ok(parsed) => {
            let mut document = blocks(&parsed, format);
            if document.blocks.is_empty() {
                return Err(fault::damaged(error));
            }
            let lost: Vec<String> = parsed.skipped_sections.iter().map(|section| format!("{}번째", section + 1)).collect();
            document.warnings.push(if lost.is_empty() {
                "문서 일부가 손상되어 읽지 못했을 수 있습니다. 원본과 대조하십시오.".to_owned()
            } else {
                format!("{} 구역이 손상되어 읽지 못했습니다. 원본을 확인하십시오.", lost.join(", "))
            });
            Ok(document)
        }
        Err(_) => Err(fault::damaged(error)),
    }
}

fn blocks(parsed: &unhwp::Document, format: Format) -> Document {
    let mut outline = Outline::new(format);
    let mut notes = 0;
    let mut running: Vec<String> = Vec::new();
    for (index, section) in parsed.sections.iter().enumerate() {
        outline.section(index);
        // Running heads stand on each page; once is enough to find them.
        for part in [&section.header, &section.footer].into_iter().flatten().flatten() {
            let text = part.plain_text();
            if !running.contains(&text) {
                outline.paragraph(&text);
                running.push(text);
            }
        }
        for block in &section.content {
            match block {
                Block::Paragraph(part) => paragraph(&mut outline, part, &mut notes),
                Block::Table(part) => tables(&mut outline, part, &mut notes, 0),
            }
        }
    }
    outline.finish()
}

fn paragraph(outline: &mut Outline, part: &Paragraph, notes: &mut usize) {
    let text = part.plain_text();
    if part.style.heading_level > 0 {
        outline.heading(part.style.heading_level, &text);
    } else {
        outline.paragraph(&text);
    }
    footnotes(outline, part, notes);
}

fn footnotes(outline: &mut Outline, part: &Paragraph, notes: &mut usize) {
    for item in &part.content {
        if let InlineContent::Footnote(text) = item {
            *notes += 1;
            outline.footnote(&notes.to_string(), text);
        }
    }
}

fn tables(outline: &mut Outline, part: &Table, notes: &mut usize, depth: usize) {
    // A table of one cell is a frame around text, as official documents draw titles.
    if let [row] = part.rows.as_slice()
        && let [cell] = row.cells.as_slice()
    {
        for inner in &cell.content {
            paragraph(outline, inner, notes);
        }
    } else {
        let rows: Vec<Vec<Cell>> = part
            .rows
            .iter()
            .map(|row| {
                row.cells
                    .iter()
                    .map(|cell| Cell { text: cell.plain_text(), rows: cell.rowspan, columns: cell.colspan })
                    .collect()
            })
            .collect();
        outline.table(&table::markdown(&table::grid(&rows)));
        for inner in part.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.content) {
            footnotes(outline, inner, notes);
        }
    }
    let nested = part.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.nested_tables);
    for inner in nested {
        if depth < NESTING {
            tables(outline, inner, notes, depth + 1);
        } else {
            outline.warn("표 안의 표가 너무 깊어 일부를 읽지 못했습니다. 원본을 확인하십시오.");
        }
    }
}

/// Text without structure, a paragraph a line.
pub fn lines(format: Format, text: &str) -> Document {
    let mut outline = Outline::new(format);
    for line in text.lines() {
        outline.paragraph(line);
    }
    outline.finish()
}

/// The sections by hwarang, decrypted where the document is for distribution only.
fn distribution(bytes: &[u8]) -> Result<String, Failure> {
    use hwarang::hwp::{crypto, docinfo, header::FileHeader, record, stream};

    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(fault::damaged)?;
    let header = {
        let mut part = file.open_stream("/FileHeader").map_err(fault::damaged)?;
        FileHeader::from_reader(&mut part).map_err(fault::damaged)?
    };
    let information = {
        let mut part = file.open_stream("/DocInfo").map_err(fault::damaged)?.take(SECTION);
        let data = stream::read_and_decompress(&mut part, header.compressed).map_err(fault::damaged)?;
        docinfo::parse_doc_info(&record::read_records(&data).map_err(fault::damaged)?).map_err(fault::damaged)?
    };
    let storage = if header.distribution { "ViewText" } else { "BodyText" };
    let mut text = String::new();
    for index in 0..information.section_count {
        let mut raw = Vec::new();
        file.open_stream(format!("/{storage}/Section{index}"))
            .map_err(fault::damaged)?
            .take(SECTION)
            .read_to_end(&mut raw)
            .map_err(fault::damaged)?;
        let clear = if header.distribution {
            crypto::decrypt_distribution_stream(&raw).map_err(fault::damaged)?
        } else {
            raw
        };
        let data = if header.compressed { stream::decompress(&clear).map_err(fault::damaged)? } else { clear };
        let records = record::read_records(&data).map_err(fault::damaged)?;
        hwarang::extract::extract_section_text(&records, &mut text);
        text.push('\n');
    }
    Ok(text)
}
