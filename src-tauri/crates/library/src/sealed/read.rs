use std::fmt;
use std::io;
use std::ops::{Deref, Range};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use keys::Key;
use memmap2::{MmapMut, MmapRaw};
use stable_deref_trait::StableDeref;
use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

use super::{BLOCK, Cipher, HEAD, MAGIC, TAG, damaged};

/// A sealed file, decrypted block by block into one buffer as its bytes are asked for. Blocks that nobody asks for are
/// neither decrypted nor take memory.
pub struct Opened {
    cipher: Cipher,
    sealed: OwnedBytes,
    /// Private memory of the content's length; a block's bytes are the content's once its flag in `decrypted` is set.
    plain: MmapRaw,
    length: usize,
    decrypted: Box<[AtomicBool]>,
    /// Held while a block is decrypted.
    decrypting: Mutex<()>,
}

impl Opened {
    /// # Errors
    /// Where the file is no sealed file, or its end was cut off or changed; another block that was changed is found
    /// when it is read.
    pub fn new(key: &Key, name: &Path, sealed: OwnedBytes) -> io::Result<Self> {
        let bytes = sealed.as_slice();
        let salt = bytes.get(MAGIC.len()..HEAD).filter(|_| bytes.starts_with(MAGIC)).ok_or_else(damaged)?;
        let (whole, rest) = ((bytes.len() - HEAD) / (BLOCK + TAG), (bytes.len() - HEAD) % (BLOCK + TAG));
        // Only an empty file's last block is empty.
        let length = match rest.checked_sub(TAG) {
            None if rest == 0 && whole > 0 => whole * BLOCK,
            Some(0) if whole == 0 => 0,
            Some(last) if last > 0 => whole * BLOCK + last,
            _ => return Err(damaged()),
        };
        let plain = MmapMut::map_anon(length.max(1))?;
        #[cfg(target_os = "linux")]
        plain.advise(memmap2::Advice::DontDump)?;
        let opened = Self {
            cipher: Cipher::new(key, salt, name),
            sealed,
            plain: plain.into(),
            length,
            decrypted: (0..length.div_ceil(BLOCK).max(1)).map(|_| AtomicBool::new(false)).collect(),
            decrypting: Mutex::new(()),
        };
        // Only the block that was sealed as the last opens as the last: so a file that was cut between two shows here.
        opened.decrypt(opened.decrypted.len() - 1)?;
        Ok(opened)
    }

    fn range_of(&self, block: usize) -> Range<usize> {
        block * BLOCK..self.length.min((block + 1) * BLOCK)
    }

    fn decrypt(&self, block: usize) -> io::Result<()> {
        let _held = self.decrypting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.decrypted[block].load(Ordering::Acquire) {
            return Ok(());
        }
        let range = self.range_of(block);
        let start = HEAD + block * (BLOCK + TAG);
        let end = start + range.len();
        let (text, tag) = (&self.sealed[start..end], &self.sealed[end..end + TAG]);
        // SAFETY: the range lies in the mapping. Nobody else writes, since the lock is held, and nobody reads, since
        // `slice` gives no bytes of a block out before its flag is set; once set, this line is not reached again.
        let plain =
            unsafe { std::slice::from_raw_parts_mut(self.plain.as_mut_ptr().add(range.start), range.len()) };
        plain.copy_from_slice(text);
        self.cipher.open(block, block + 1 == self.decrypted.len(), plain, tag)?;
        self.decrypted[block].store(true, Ordering::Release);
        Ok(())
    }

    /// Decrypts the block that holds the byte `at`; gives the next block's first byte. `None` where there is none, or
    /// where the block was changed, which whoever reads it is told.
    pub fn decrypt_from(&self, at: usize) -> Option<usize> {
        let next = (at / BLOCK + 1) * BLOCK;
        self.ready(&(at..at.checked_add(1)?)).ok().map(|()| next).filter(|next| *next < self.length)
    }

    /// # Errors
    /// Where a block of the range was changed, or the range goes past the end.
    fn ready(&self, range: &Range<usize>) -> io::Result<()> {
        if range.start > range.end || range.end > self.length {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "past the end of the file"));
        }
        if range.is_empty() {
            return Ok(());
        }
        for block in range.start / BLOCK..=(range.end - 1) / BLOCK {
            if !self.decrypted[block].load(Ordering::Acquire) {
                self.decrypt(block)?;
            }
        }
        Ok(())
    }

    /// The whole content.
    ///
    /// # Errors
    /// Where a block was changed.
    pub fn all(self) -> io::Result<Vec<u8>> {
        let range = 0..self.length;
        self.ready(&range)?;
        Ok(Slice { of: Arc::new(self), range }.to_vec())
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Opened({} bytes)", self.length)
    }
}

/// Bytes of a file, all of whose blocks are decrypted.
struct Slice {
    of: Arc<Opened>,
    range: Range<usize>,
}

impl Deref for Slice {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `ready` saw the flags of all blocks of the range set, with acquire ordering, before this was made;
        // they are never written again, and the mapping lives as long as `of`.
        unsafe { std::slice::from_raw_parts(self.of.plain.as_ptr().add(self.range.start), self.range.len()) }
    }
}

// SAFETY: the bytes lie in the mapping, which does not move with this value.
unsafe impl StableDeref for Slice {}

/// An open file as tantivy takes it.
#[derive(Debug)]
pub struct Handle(pub Arc<Opened>);

impl HasLen for Handle {
    fn len(&self) -> usize {
        self.0.length
    }
}

impl FileHandle for Handle {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        self.0.ready(&range)?;
        Ok(OwnedBytes::new(Slice { of: self.0.clone(), range }))
    }
}
