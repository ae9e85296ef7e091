//! What an executable or library of Linux says of the libraries that it wants, and of where they are looked for.

use std::ops::Range;

/// Tags of the dynamic section.
const NEEDED: u64 = 1;
const STRINGS: u64 = 5;
const RPATH: u64 = 15;
const RUNPATH: u64 = 29;
/// The folder of the file itself.
const BESIDE: &str = "$ORIGIN";
/// Kinds of segments.
const LOAD: u32 = 1;
const DYNAMIC: u32 = 2;

/// A file of 64 bits, as it lies on the disk.
pub struct Elf<'a> {
    bytes: &'a [u8],
    /// Tag and value of every entry of the dynamic section.
    entries: Vec<(u64, u64)>,
    /// Where the strings begin that they point into.
    strings: usize,
}

impl<'a> Elf<'a> {
    /// Reads the dynamic section; `None` for a file that has none, or that is no such file.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        // Little-endian files of 64 bits are all that we make.
        if bytes.get(..6)? != b"\x7fELF\x02\x01" {
            return None;
        }
        let (table, size, count) = (at8(bytes, 32)?, at2(bytes, 54)?, at2(bytes, 56)?);
        let segments: Vec<_> = (0..count as usize)
            .map(|number| {
                let at = usize::try_from(table).ok()?.checked_add(number * size as usize)?;
                Some((at4(bytes, at)?, at8(bytes, at + 8)?, at8(bytes, at + 16)?, at8(bytes, at + 32)?))
            })
            .collect::<Option<_>>()?;
        let (_, from, _, length) = segments.iter().find(|(kind, ..)| *kind == DYNAMIC)?;
        let section = bytes.get(usize::try_from(*from).ok()?..)?.get(..usize::try_from(*length).ok()?)?;
        let entries: Vec<_> = section
            .chunks_exact(16)
            .filter_map(|entry| Some((at8(entry, 0)?, at8(entry, 8)?)))
            .take_while(|(tag, _)| *tag != 0)
            .collect();
        let (_, address) = entries.iter().find(|(tag, _)| *tag == STRINGS)?;
        let (_, from, begin, _) = segments
            .iter()
            .find(|(kind, _, begin, length)| *kind == LOAD && (*begin..begin.saturating_add(*length)).contains(address))?;
        let strings = usize::try_from((address - begin).checked_add(*from)?).ok()?;
        Some(Self { bytes, entries, strings })
    }

    /// The libraries that it wants, by their names.
    pub fn needed(&self) -> Vec<String> {
        let needed = self.entries.iter().filter(|(tag, _)| *tag == NEEDED);
        needed.filter_map(|(_, place)| self.text(*place)).map(|(_, text)| text).collect()
    }

    /// Where it has them looked for, and where that is written in the file.
    fn paths(&self) -> Vec<(Range<usize>, String)> {
        let paths = self.entries.iter().filter(|(tag, _)| [RPATH, RUNPATH].contains(tag));
        paths.filter_map(|(_, place)| self.text(*place)).collect()
    }

    fn text(&self, place: u64) -> Option<(Range<usize>, String)> {
        let begin = self.strings.checked_add(usize::try_from(place).ok()?)?;
        let length = self.bytes.get(begin..)?.iter().position(|byte| *byte == 0)?;
        let text = std::str::from_utf8(&self.bytes[begin..begin + length]).ok()?.to_owned();
        Some((begin..begin + length, text))
    }
}

/// Has a program or library look for others only beside itself: folders of the machine that built it, and the current
/// folder, which an empty path means, are taken out. Gives the file with the same length.
pub fn beside_only(mut bytes: Vec<u8>) -> Vec<u8> {
    let paths = Elf::read(&bytes).map(|elf| elf.paths()).unwrap_or_default();
    for (place, text) in paths {
        let kept: Vec<&str> = text.split(':').filter(|path| path.starts_with(BESIDE)).collect();
        let path = if kept.is_empty() { BESIDE.to_owned() } else { kept.join(":") };
        // An empty one, for which there is no room for another, is no path at all to the loader.
        let mut path = if path.len() <= place.len() { path.into_bytes() } else { Vec::new() };
        path.resize(place.len(), 0);
        bytes[place].copy_from_slice(&path);
    }
    bytes
}

fn at<const N: usize>(bytes: &[u8], place: usize) -> Option<[u8; N]> {
    bytes.get(place..place.checked_add(N)?)?.try_into().ok()
}

fn at2(bytes: &[u8], place: usize) -> Option<u16> {
    at(bytes, place).map(u16::from_le_bytes)
}

fn at4(bytes: &[u8], place: usize) -> Option<u32> {
    at(bytes, place).map(u32::from_le_bytes)
}

fn at8(bytes: &[u8], place: usize) -> Option<u64> {
    at(bytes, place).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A library that wants `needed` and looks for it in `path`: a head, two segments, the dynamic section, strings.
    fn library(needed: &str, path: &str) -> Vec<u8> {
        let strings = format!("\0{needed}\0{path}\0");
        let (dynamic, text) = (64 + 2 * 56, 64 + 2 * 56 + 4 * 16);
        let mut made = b"\x7fELF\x02\x01".to_vec();
        made.resize(64, 0);
        made[32..40].copy_from_slice(&64_u64.to_le_bytes());
        made[54..56].copy_from_slice(&56_u16.to_le_bytes());
        made[56..58].copy_from_slice(&2_u16.to_le_bytes());
        // In memory everything lies 0x1000 further than in the file.
        for (kind, from, length) in [(DYNAMIC, dynamic, 64), (LOAD, 0, text + strings.len())] {
            let (from, length) = (from as u64, length as u64);
            made.extend(kind.to_le_bytes());
            made.extend(0_u32.to_le_bytes());
            [from, from + 0x1000, 0, length, length, 0].iter().for_each(|number| made.extend(number.to_le_bytes()));
        }
        let runpath = needed.len() as u64 + 2;
        for (tag, value) in [(NEEDED, 1), (RUNPATH, runpath), (STRINGS, text as u64 + 0x1000), (0, 0)] {
            made.extend(tag.to_le_bytes());
            made.extend(value.to_le_bytes());
        }
        made.extend(strings.as_bytes());
        made
    }

    #[test]
    fn folders_of_the_machine_that_built_it_are_taken_out() {
        for (path, kept) in [
            ("/home/somebody/build/bin:", "$ORIGIN"),
            ("$ORIGIN:$ORIGIN/..", "$ORIGIN:$ORIGIN/.."),
            ("/build/bin:$ORIGIN:", "$ORIGIN"),
            ("/b:", ""),
            ("", ""),
        ] {
            let before = library("libggml.so.0", path);
            let after = beside_only(before.clone());
            let elf = Elf::read(&after).expect("a library");
            assert_eq!(elf.paths().first().expect("a path").1, kept, "{path}");
            assert_eq!(elf.needed(), ["libggml.so.0"]);
            assert_eq!(after.len(), before.len());
        }
    }

    #[test]
    fn what_is_cut_short_or_none_is_left_as_it_is() {
        let whole = library("libggml.so.0", "/build");
        for cut in 0..whole.len() {
            let before = whole[..cut].to_vec();
            assert_eq!(beside_only(before.clone()).len(), before.len(), "cut at {cut}");
        }
        assert_eq!(beside_only(b"#!/bin/sh\n".to_vec()), b"#!/bin/sh\n");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_systems_own_programs_can_be_read() {
        let own = std::fs::read(std::env::current_exe().expect("this test")).expect("its file");
        let needed = Elf::read(&own).expect("a program").needed();
        assert!(needed.iter().any(|name| name.starts_with("libc.so")), "{needed:?}");
    }
}
