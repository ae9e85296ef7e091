//! HWP 3, the format of the nineties: text only, since no crate reads more of it.

use std::io::Read;

use documents::{Document, Format};
use flate2::read::DeflateDecoder;
use hwarang::error::HwpError;
use wire::Failure;

use crate::fault;
use crate::outline::Outline;

/// Where the header says that the text is compressed, and how long the blocks between header and text are.
const COMPRESSED: usize = 30 + 124;
const BLOCKS: usize = 30 + 126;
/// Signature, header and summary.
const HEAD: usize = 30 + 128 + 1008;
/// The most that the text may expand to.
const EXPANDED: u64 = 200 * 1024 * 1024;

pub fn hwp3(bytes: &[u8]) -> Result<Document, Failure> {
    let expanded = expanded(bytes);
    if expanded.is_some_and(|(length, _)| length >= EXPANDED) {
        return Err(fault::bomb(format!("expands to over {EXPANDED} bytes")));
    }
    let text = hwarang::hwp30::extract_text(bytes).map_err(|error| match error {
        HwpError::PasswordProtected => fault::locked("한글에서 암호를 풀어 저장한 뒤 다시 추가하십시오.", error),
        error => fault::damaged(error),
    })?;
    let mut outline = Outline::new(Format::Hwp3);
    for line in text.lines() {
        outline.paragraph(line);
    }
    if expanded.is_some_and(|(_, whole)| !whole) {
        outline.partial();
        outline.warn(fault::CUT);
    }
    Ok(outline.finish())
}

/// How long the compressed text is, up to the limit, and whether all of it is there.
fn expanded(bytes: &[u8]) -> Option<(u64, bool)> {
    if *bytes.get(COMPRESSED)? == 0 {
        return None;
    }
    let blocks = u16::from_le_bytes(bytes.get(BLOCKS..BLOCKS + 2)?.try_into().ok()?);
    let packed = bytes.get(HEAD + usize::from(blocks)..)?;
    let mut text = DeflateDecoder::new(packed).take(EXPANDED);
    let end = std::io::copy(&mut text, &mut std::io::sink());
    Some((EXPANDED - text.limit(), end.is_ok()))
}
