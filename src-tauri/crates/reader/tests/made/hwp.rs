//! HWP 5 documents made by code: a compound file of records.

use std::io::{Cursor, Write};

use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockEncrypt, KeyInit};
use flate2::Compression;
use flate2::write::DeflateEncoder;

pub const COMPRESSED: u32 = 0x1;
pub const PASSWORD: u32 = 0x2;
pub const DISTRIBUTION: u32 = 0x4;

pub fn record(tag: u32, level: u32, data: &[u8]) -> Vec<u8> {
    let size = data.len() as u32;
    let mut out = (tag | level << 10 | size.min(0xFFF) << 20).to_le_bytes().to_vec();
    if size >= 0xFFF {
        out.extend(size.to_le_bytes());
    }
    out.extend(data);
    out
}

/// What can stand in a paragraph's text.
pub enum Run<'a> {
    Text(&'a str),
    /// A character of eight units at which a control is anchored, by its code.
    Anchor(u16),
}

pub fn units(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A length and the text.
pub fn counted(text: &str) -> Vec<u8> {
    let mut out = (text.encode_utf16().count() as u16).to_le_bytes().to_vec();
    out.extend(units(text));
    out
}

/// A paragraph with what follows its text: ranges and controls.
pub fn paragraph(level: u32, runs: &[Run<'_>], rest: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for run in runs {
        match run {
            Run::Text(piece) => text.extend(units(piece)),
            Run::Anchor(code) => {
                text.extend(code.to_le_bytes());
                text.extend([0; 12]);
                text.extend(code.to_le_bytes());
            }
        }
    }
    text.extend(13u16.to_le_bytes());
    let mut out = record(66, level, &[0; 24]);
    out.extend(record(67, level + 1, &text));
    out.extend(rest);
    out
}

pub fn plain(level: u32, text: &str) -> Vec<u8> {
    paragraph(level, &[Run::Text(text)], &[])
}

/// A control by its name, with the rest of its header, and what is below it.
pub fn control(level: u32, name: &[u8; 4], header: &[u8], below: &[Vec<u8>]) -> Vec<u8> {
    let mut data: Vec<u8> = name.iter().rev().copied().collect();
    data.extend(header);
    let mut out = record(71, level, &data);
    out.extend(below.concat());
    out
}

/// The header of a list of paragraphs; a cell's says where it stands and how far it spans.
pub fn list(level: u32, cell: Option<[u16; 4]>) -> Vec<u8> {
    let mut data = vec![0; 8];
    data.extend(cell.unwrap_or_default().iter().flat_map(|field| field.to_le_bytes()));
    record(72, level, &data)
}

/// A compound file with these sections.
pub fn document(flags: u32, sections: &[Vec<u8>]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    let mut header = [0; 256];
    header[..17].copy_from_slice(b"HWP Document File");
    header[32..36].copy_from_slice(&0x0501_0000u32.to_le_bytes());
    header[36..40].copy_from_slice(&flags.to_le_bytes());
    file.create_stream("/FileHeader").unwrap().write_all(&header).unwrap();
    file.create_stream("/DocInfo").unwrap().write_all(&packed(flags, &styles())).unwrap();
    file.create_storage("/BodyText").unwrap();
    file.create_storage("/ViewText").unwrap();
    for (index, section) in sections.iter().enumerate() {
        let data = packed(flags, section);
        let mut write = |storage: &str, data: &[u8]| {
            file.create_stream(format!("/{storage}/Section{index}")).unwrap().write_all(data).unwrap();
        };
        if flags & DISTRIBUTION == 0 {
            write("BodyText", &data);
        } else {
            write("BodyText", &packed(flags, &plain(0, "배포용 문서입니다.")));
            write("ViewText", &distributed(&data));
        }
    }
    file.into_inner().into_inner()
}

pub fn packed(flags: u32, data: &[u8]) -> Vec<u8> {
    if flags & COMPRESSED == 0 {
        return data.to_vec();
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Two shapes: text, and the first level of the outline, numbered 제1장.
fn styles() -> Vec<u8> {
    let mut out = record(16, 0, &[0; 26]);
    let mut numbering = Vec::new();
    for level in 1..=7 {
        numbering.extend([0; 12]);
        numbering.extend(counted(&format!("제^{level}장")));
    }
    numbering.extend(1u16.to_le_bytes());
    out.extend(record(23, 1, &numbering));
    out.extend(record(25, 1, &[0; 54]));
    let mut outline = [0; 54];
    outline[..4].copy_from_slice(&(1u32 << 23).to_le_bytes());
    out.extend(record(25, 1, &outline));
    out
}

/// A paragraph in the shape of the outline.
pub fn heading(text: &str) -> Vec<u8> {
    let mut out = plain(0, text);
    out[4 + 8] = 1;
    out
}

/// A section as a distribution document encrypts it: a record whose seed hides the key, then AES in blocks.
fn distributed(data: &[u8]) -> Vec<u8> {
    let mut seed = [7u8; 256];
    let mut random = i32::from_le_bytes([7; 4]);
    let mut next = || {
        random = random.wrapping_mul(214_013).wrapping_add(2_531_011);
        random >> 16 & 0x7FFF
    };
    let (mut value, mut left) = (0, 0);
    for (at, byte) in seed.iter_mut().enumerate() {
        if left == 0 {
            value = (next() & 0xFF) as u8;
            left = (next() & 0xF) + 1;
        }
        if at >= 4 {
            *byte ^= value;
        }
        left -= 1;
    }
    let mut out = record(28, 0, &seed);
    // Undone, the seed is sevens again, and the key with it.
    let cipher = aes::Aes128::new(GenericArray::from_slice(&[7; 16]));
    let mut padded = data.to_vec();
    padded.resize(data.len().next_multiple_of(16), 0);
    for block in padded.chunks_exact_mut(16) {
        cipher.encrypt_block(GenericArray::from_mut_slice(block));
    }
    out.extend(padded);
    out
}
