use std::io::{self, Write};
use std::path::Path;

use keys::Key;
use tantivy::directory::{AntiCallToken, TerminatingWrite, WritePtr};
use zeroize::{Zeroize, Zeroizing};

use super::{BLOCK, Cipher, HEAD, MAGIC, SALT, TAG};

/// Encrypts what is written, block by block, on its way to `file`. A write that failed is the last: to encrypt its
/// block once more would use its nonce twice, and what is held may be encrypted already, which a second time gives the
/// plain text.
pub struct Sealing {
    cipher: Cipher,
    /// `None` once it was terminated, or a write failed.
    file: Option<WritePtr>,
    /// At most one block and its tag: it goes out once it is known whether another follows. Never grows, so that no
    /// copy of it is left behind.
    held: Zeroizing<Vec<u8>>,
    number: usize,
}

fn ended() -> io::Error {
    io::Error::other("written to after its end, or after a write that failed")
}

fn head(key: &Key, name: &Path) -> io::Result<(Cipher, [u8; HEAD])> {
    let mut head = [0; HEAD];
    head[..MAGIC.len()].copy_from_slice(MAGIC);
    let salt: [u8; SALT] = *Key::random().map_err(io::Error::other)?.bytes();
    head[MAGIC.len()..].copy_from_slice(&salt);
    Ok((Cipher::new(key, &salt, name), head))
}

/// A whole small content, sealed.
pub fn sealed(key: &Key, name: &Path, content: &[u8]) -> io::Result<Vec<u8>> {
    let (cipher, head) = head(key, name)?;
    let blocks = content.len().div_ceil(BLOCK).max(1);
    let mut sealed = Vec::with_capacity(HEAD + content.len() + blocks * TAG);
    sealed.extend(head);
    for number in 0..blocks {
        let start = sealed.len();
        sealed.extend(&content[number * BLOCK..content.len().min((number + 1) * BLOCK)]);
        let tag = cipher.seal(number, number + 1 == blocks, &mut sealed[start..])?;
        sealed.extend(tag);
    }
    Ok(sealed)
}

impl Sealing {
    pub fn new(key: &Key, name: &Path, mut file: WritePtr) -> io::Result<Self> {
        let (cipher, head) = head(key, name)?;
        file.write_all(&head)?;
        let held = Zeroizing::new(Vec::with_capacity(BLOCK + TAG));
        Ok(Self { cipher, file: Some(file), held, number: 0 })
    }

    fn put(&mut self, last: bool) -> io::Result<()> {
        // Taken out first, so that after a failure, or a panic, there is nothing left to write to.
        let mut file = self.file.take().ok_or_else(ended)?;
        let number = self.number;
        self.number += 1;
        let written = self.cipher.seal(number, last, &mut self.held).and_then(|tag| {
            self.held.extend(tag);
            file.write_all(&self.held)
        });
        match written {
            Ok(()) => {
                self.held.clear();
                self.file = Some(file);
                Ok(())
            }
            Err(error) => {
                self.held.zeroize();
                Err(error)
            }
        }
    }
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.file.is_none() {
            return Err(ended());
        }
        if self.held.len() == BLOCK && !bytes.is_empty() {
            self.put(false)?;
        }
        let taken = bytes.len().min(BLOCK - self.held.len());
        self.held.extend(&bytes[..taken]);
        Ok(taken)
    }

    /// Nothing: a block that is not whole stays here until the end.
    fn flush(&mut self) -> io::Result<()> {
        self.file.as_ref().map(drop).ok_or_else(ended)
    }
}

impl TerminatingWrite for Sealing {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.put(true)?;
        self.file.take().map_or(Ok(()), TerminatingWrite::terminate)
    }
}
