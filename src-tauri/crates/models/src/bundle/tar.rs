//! As much of tar as a bundle of models is made of: plain files by their names, one behind the other. What the format
//! can do besides (links, folders, names that go on elsewhere, sparse files, extensions) is refused, and nothing is
//! allocated that the archive announces.

use std::io::{self, Read};

/// What an archive is made of, in bytes.
const BLOCK: usize = 512;
/// Where the fields of a head lie.
const NAME: std::ops::Range<usize> = 0..100;
const SIZE: std::ops::Range<usize> = 124..136;
const SUM: std::ops::Range<usize> = 148..156;
const KIND: usize = 156;
const MAGIC: std::ops::Range<usize> = 257..262;
const PREFIX: usize = 345;

/// What the archive says of a file that comes next in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// As it stands there.
    pub name: String,
    /// The file's length, in bytes.
    pub bytes: u64,
}

/// The head of the next file; `None` at the archive's end.
///
/// # Errors
/// `InvalidData` for what is no plain file, `UnexpectedEof` where the archive is cut short, and the reader's.
pub fn next(from: &mut impl Read) -> io::Result<Option<Head>> {
    let mut block = [0; BLOCK];
    from.read_exact(&mut block)?;
    if block == [0; BLOCK] {
        return Ok(None);
    }
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let summed = block.iter().enumerate().map(|(at, byte)| if SUM.contains(&at) { 32 } else { u64::from(*byte) });
    if block[MAGIC] != *b"ustar" || octal(&block[SUM]) != Some(summed.sum()) {
        return Err(wrong("no head of a tar archive"));
    }
    if !matches!(block[KIND], b'0' | 0) || block[PREFIX] != 0 {
        return Err(wrong("an entry that is no plain file"));
    }
    let name = block[NAME].split(|byte| *byte == 0).next().unwrap_or_default();
    Ok(Some(Head {
        name: std::str::from_utf8(name).map_err(|_| wrong("a name that is no UTF-8"))?.to_owned(),
        bytes: number(&block[SIZE]).ok_or_else(|| wrong("a length that is no number"))?,
    }))
}

/// Reads past what fills the last block of a file of `bytes` bytes.
///
/// # Errors
/// As [`next`].
pub fn finish(from: &mut impl Read, bytes: u64) -> io::Result<()> {
    let filled = (bytes % BLOCK as u64) as usize;
    let mut rest = [0; BLOCK];
    from.read_exact(&mut rest[..if filled == 0 { 0 } else { BLOCK - filled }])
}

/// A length: octal digits or, from 8 GiB on, the bytes of the number behind a mark.
fn number(field: &[u8]) -> Option<u64> {
    match field.split_first() {
        Some((0x80, bytes)) => {
            let (high, low) = bytes.split_at(bytes.len().checked_sub(8)?);
            let number = u64::from_be_bytes(low.try_into().ok()?);
            (high.iter().all(|byte| *byte == 0)).then_some(number)
        }
        _ => octal(field),
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| u64::from_str_radix(text, 8).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A head as tar writes it, changed by `change` before its sum is taken.
    fn head(name: &[u8], size: &[u8], change: impl FnOnce(&mut [u8; BLOCK])) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        block[..name.len()].copy_from_slice(name);
        block[SIZE][..size.len()].copy_from_slice(size);
        block[MAGIC].copy_from_slice(b"ustar");
        block[KIND] = b'0';
        change(&mut block);
        block[SUM].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[SUM][..7].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        block
    }

    #[test]
    fn a_plain_file_is_told_by_its_name_and_length() {
        let huge = [&[0x80, 0, 0, 0][..], &(9_u64 << 30).to_be_bytes()].concat();
        let table: [(&[u8], &[u8], u64); 4] = [
            (b"manifest.toml", b"00000000017\0", 15),
            ("모델.gguf".as_bytes(), b"77777777777\0", 0o77_777_777_777),
            (&[b'a'; 100], b"00000000000 ", 0),
            (b"huge.gguf", &huge, 9 << 30),
        ];
        for (name, size, bytes) in table {
            let wanted = Head { name: String::from_utf8(name.to_vec()).unwrap(), bytes };
            assert_eq!(next(&mut &head(name, size, |_| {})[..]).unwrap(), Some(wanted));
        }
        assert_eq!(next(&mut &[0; BLOCK][..]).unwrap(), None);
    }

    #[test]
    fn everything_else_is_refused() {
        let octal = b"00000000017\0";
        let mut altered = head(b"a.gguf", octal, |_| {});
        altered[0] = b'b';
        let table = [
            ("a link", head(b"a", octal, |block| block[KIND] = b'2')),
            ("a folder", head(b"a", octal, |block| block[KIND] = b'5')),
            ("a long name", head(b"a", octal, |block| block[KIND] = b'L')),
            ("an extension", head(b"a", octal, |block| block[KIND] = b'x')),
            ("a name that began elsewhere", head(b"a", octal, |block| block[PREFIX] = b'b')),
            ("no tar", head(b"a", octal, |block| block[MAGIC].fill(0))),
            ("a name that is no UTF-8", head(&[0xff], octal, |_| {})),
            ("a length that is none", head(b"a", b"-0000000017\0", |_| {})),
            ("a length past all", head(b"a", &[[0x80].as_slice(), &[0xff; 11]].concat(), |_| {})),
            ("another sum", altered),
        ];
        for (name, block) in table {
            assert_eq!(next(&mut &block[..]).unwrap_err().kind(), io::ErrorKind::InvalidData, "{name}");
        }
        assert_eq!(next(&mut &[0; BLOCK - 1][..]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn files_end_with_their_last_block() {
        for (bytes, rest) in [(0, 0), (1, 511), (511, 1), (512, 0), (513, 511)] {
            let mut from = &[1; 600][..];
            finish(&mut from, bytes).unwrap();
            assert_eq!(600 - from.len(), rest, "{bytes}");
            assert!(rest == 0 || finish(&mut &[1; 600][..rest - 1], bytes).is_err(), "{bytes}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_head_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..1100), marked in any::<bool>()) {
            let mut bytes = bytes;
            if marked && bytes.len() > MAGIC.end {
                bytes[MAGIC].copy_from_slice(b"ustar");
            }
            let _ = next(&mut bytes.as_slice());
        }
    }
}
