//! Compound files (OLE2), also those whose end is missing.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use cfb::CompoundFile;
use wire::Failure;

use crate::fault;

/// A compound file in memory.
pub type Compound<'a> = CompoundFile<Cursor<Cow<'a, [u8]>>>;

/// The most that a file is made to be.
const LONGEST: usize = 128 * 1024 * 1024;
/// Where a header says how large sectors are (as a power of two) and how many of them list the others.
const SECTOR_SHIFT: usize = 30;
const LISTS: usize = 44;

/// A file that can be opened, and whether it is whole: zeros stand for an end that is missing, since the list of
/// what is in the file commonly stands at its beginning.
///
/// # Errors
/// `document_damaged` where that list is not there.
pub fn mended(bytes: &[u8]) -> Result<(Cow<'_, [u8]>, bool), Failure> {
    let error = match CompoundFile::open(Cursor::new(bytes)) {
        Ok(_) => return Ok((Cow::Borrowed(bytes), true)),
        Err(error) => error,
    };
    let padded = described(bytes).filter(|&length| length > bytes.len() && length <= LONGEST).map(|length| {
        let mut padded = bytes.to_vec();
        padded.resize(length, 0);
        padded
    });
    match padded {
        Some(padded) if CompoundFile::open(Cursor::new(&padded)).is_ok() => Ok((Cow::Owned(padded), false)),
        _ => Err(fault::damaged(format!("OLE2: {error}"))),
    }
}

/// How long a file with this header can be.
fn described(bytes: &[u8]) -> Option<usize> {
    let shift = u16::from_le_bytes(bytes.get(SECTOR_SHIFT..SECTOR_SHIFT + 2)?.try_into().ok()?);
    let lists = u32::from_le_bytes(bytes.get(LISTS..LISTS + 4)?.try_into().ok()?) as usize;
    let sector = 1usize.checked_shl(shift.into()).filter(|size| (512..=4096).contains(size))?;
    lists.checked_mul(sector / 4)?.checked_add(1)?.checked_mul(sector)
}

/// As much of a stream as is there, up to a limit in bytes.
pub fn stream(file: &mut Compound<'_>, name: &str, limit: u64) -> Option<Vec<u8>> {
    let mut data = Vec::new();
    // What was read before an error counts.
    let _ = file.open_stream(name).ok()?.take(limit).read_to_end(&mut data);
    Some(data)
}
