//! Bytes that are compared with what is left before they are read.

use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};

use crate::error::{Defect, Error, Result};

/// A file that is read once from its beginning to the end of its header.
pub struct Source<R> {
    reader: BufReader<R>,
    at: u64,
    bytes: u64,
}

impl<R: Read + Seek> Source<R> {
    /// A file of `bytes` bytes, or of as many as the reader really has where those are fewer.
    pub fn new(mut reader: R, bytes: u64) -> Result<Self> {
        let end = reader.seek(SeekFrom::End(0)).map_err(unreadable)?;
        reader.rewind().map_err(unreadable)?;
        Ok(Self { reader: BufReader::with_capacity(64 << 10, reader), at: 0, bytes: bytes.min(end) })
    }

    /// The bytes before the next one that is read.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The file's length.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The bytes that are not read yet.
    pub fn left(&self) -> u64 {
        self.bytes - self.at
    }

    /// Reads exactly as much as `buffer` holds.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<()> {
        self.advance(buffer.len() as u64)?;
        self.reader.read_exact(buffer).map_err(unreadable)
    }

    /// The next four bytes.
    pub fn u32(&mut self) -> Result<u32> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// The next eight bytes.
    pub fn u64(&mut self) -> Result<u64> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Passes over `count` bytes.
    pub fn skip(&mut self, count: u64) -> Result<()> {
        self.advance(count)?;
        let count = i64::try_from(count).map_err(|_| Defect::Truncated)?;
        self.reader.seek_relative(count).map_err(unreadable)
    }

    /// A text with its length before it; `defect` where it is over `limit` bytes.
    pub fn text(&mut self, limit: u64, defect: Defect) -> Result<String> {
        let length = self.length(limit, defect)?;
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| Defect::Utf8.into())
    }

    /// Passes over a text of at most `limit` bytes.
    pub fn skip_text(&mut self, limit: u64) -> Result<()> {
        let length = self.length(limit, Defect::TextLength)?;
        self.skip(length)
    }

    /// A length that is neither over `limit` nor over what is left.
    fn length(&mut self, limit: u64, defect: Defect) -> Result<u64> {
        match self.u64()? {
            length if length > limit => Err(defect.into()),
            length if length > self.left() => Err(Defect::Truncated.into()),
            length => Ok(length),
        }
    }

    fn advance(&mut self, count: u64) -> Result<()> {
        if count > self.left() {
            return Err(Defect::Truncated.into());
        }
        self.at += count;
        Ok(())
    }
}

fn unreadable(error: std::io::Error) -> Error {
    match error.kind() {
        // The file became shorter while it was read.
        ErrorKind::UnexpectedEof => Defect::Truncated.into(),
        _ => Error::ModelUnreadable(error.to_string()),
    }
}
