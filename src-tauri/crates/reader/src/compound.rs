//! Compound files (OLE2), also damaged ones.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

use cfb::{CompoundFile, Version};
use wire::Failure;

use crate::fault;

/// A compound file in memory.
pub type Compound<'a> = CompoundFile<Cursor<Cow<'a, [u8]>>>;

/// The end of a chain of sectors; greater numbers, and those past the table, are no sector's.
const END: u32 = 0xFFFF_FFFE;
/// The length of a header, of an entry of the directory and its name, and of a small sector.
const HEADER: usize = 512;
const ENTRY: usize = 128;
const NAME: usize = 64;
const SMALL: usize = 64;

/// A file that can be opened, and whether it is whole: what is left of the streams of a damaged one is put into
/// a new one.
///
/// # Errors
/// `document_damaged` where the list of its streams is not there.
pub fn mended(bytes: &[u8]) -> Result<(Cow<'_, [u8]>, bool), Failure> {
    match CompoundFile::open(Cursor::new(bytes)) {
        Ok(_) => Ok((Cow::Borrowed(bytes), true)),
        Err(error) => match rebuilt(bytes) {
            Some(rebuilt) => Ok((Cow::Owned(rebuilt), false)),
            None => Err(fault::damaged(format!("OLE2: {error}"))),
        },
    }
}

fn rebuilt(bytes: &[u8]) -> Option<Vec<u8>> {
    let damaged = Damaged::new(bytes)?;
    let mut file = CompoundFile::create_with_version(Version::V3, Cursor::new(Vec::new())).ok()?;
    let mut left = bytes.len();
    for (path, content) in damaged.streams() {
        // Streams of a damaged table may share their sectors; together they are not worth more than the file.
        let Some(rest) = left.checked_sub(content.len()) else { continue };
        left = rest;
        // A name that no stream can have is none that anyone looks for.
        let _ = path.parent().map(|folder| file.create_storage_all(folder));
        if let Ok(mut stream) = file.create_stream(path) {
            stream.write_all(&content).ok()?;
        }
    }
    file.flush().ok()?;
    Some(file.into_inner().into_inner())
}

/// Sectors of one size in which chains of them can be followed.
struct Sectors<'a> {
    data: &'a [u8],
    size: usize,
    table: Vec<u32>,
}

impl Sectors<'_> {
    /// As much of a sector as is there.
    fn sector(&self, at: u32) -> &[u8] {
        let found = self.data.get((at as usize).saturating_mul(self.size)..).unwrap_or_default();
        &found[..found.len().min(self.size)]
    }

    /// A chain as far as it can be followed.
    fn chain(&self, first: u32, length: usize) -> Vec<u8> {
        let mut chain = Vec::new();
        let mut sector = first;
        for _ in 0..=self.data.len() / self.size {
            let found = self.sector(sector);
            chain.extend(found);
            if found.is_empty() || chain.len() >= length {
                break;
            }
            sector = match self.table.get(sector as usize) {
                Some(&END) => break,
                Some(&next) if (next as usize) < self.table.len() => next,
                // Where the table is spoilt, sectors mostly follow each other.
                _ => sector + 1,
            };
        }
        chain.truncate(length);
        chain
    }
}

struct Damaged<'a> {
    sectors: Sectors<'a>,
    directory: Vec<u8>,
    small_table: Vec<u32>,
    /// Shorter streams lie in small sectors.
    cutoff: usize,
}

impl<'a> Damaged<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.get(..HEADER)?;
        let size = 1usize.checked_shl(word(header, 30)? & 0xFFFF).filter(|size| (HEADER..=4096).contains(size))?;
        let mut sectors = Sectors { data: bytes.get(size..)?, size, table: Vec::new() };
        // The table lies in sectors that the header lists, and further sectors of such lists.
        let mut lists: Vec<u32> = words(&header[76..]);
        let wanted = (word(header, 44)? as usize).min(bytes.len() / size);
        let mut more = word(header, 68)?;
        while lists.len() < wanted {
            let mut list = words(sectors.sector(more));
            let Some(next) = list.pop() else { break };
            lists.extend(list);
            more = next;
        }
        for list in lists.into_iter().take(wanted) {
            let mut list = words(sectors.sector(list));
            list.resize(size / 4, u32::MAX);
            sectors.table.extend(list);
        }
        let directory = sectors.chain(word(header, 48)?, bytes.len());
        let small_table = words(&sectors.chain(word(header, 60)?, word(header, 64)? as usize * size));
        Some(Self { sectors, directory, small_table, cutoff: word(header, 56)? as usize })
    }

    /// All streams with their paths.
    fn streams(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let Some(root) = self.entry(0) else { return Vec::new() };
        let small = self.sectors.chain(root.first, root.length);
        let small = Sectors { data: &small, size: SMALL, table: self.small_table.clone() };
        let mut streams = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![(PathBuf::from("/"), root.child)];
        while let Some((folder, at)) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            let Some(entry) = self.entry(at) else { continue };
            let path = folder.join(&entry.name);
            open.extend([(folder.clone(), entry.left), (folder, entry.right)]);
            match entry.kind {
                1 => open.push((path, entry.child)),
                2 if entry.length < self.cutoff => streams.push((path, small.chain(entry.first, entry.length))),
                2 => streams.push((path, self.sectors.chain(entry.first, entry.length))),
                _ => {}
            }
        }
        streams
    }

    fn entry(&self, at: u32) -> Option<Entry> {
        let entry = self.directory.chunks_exact(ENTRY).nth(at as usize)?;
        let name = entry[..NAME].chunks_exact(2);
        let units: Vec<u16> = name.map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
        Some(Entry {
            name: String::from_utf16_lossy(units.split(|&unit| unit == 0).next().unwrap_or_default()),
            kind: entry[66],
            left: word(entry, 68)?,
            right: word(entry, 72)?,
            child: word(entry, 76)?,
            first: word(entry, 116)?,
            length: word(entry, 120)? as usize,
        })
    }
}

struct Entry {
    name: String,
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    first: u32,
    length: usize,
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).filter_map(|bytes| word(bytes, 0)).collect()
}

/// As much of a stream as is there, up to a limit in bytes.
pub fn stream(file: &mut Compound<'_>, name: &str, limit: u64) -> Option<Vec<u8>> {
    let mut data = Vec::new();
    // What was read before an error counts.
    let _ = file.open_stream(name).ok()?.take(limit).read_to_end(&mut data);
    Some(data)
}
