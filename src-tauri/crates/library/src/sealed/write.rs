use std::io::{self, Write};
use std::path::Path;

use keys::Key;
use tantivy::directory::{AntiCallToken, TerminatingWrite, WritePtr};

use super::{BLOCK, Cipher, HEAD, MAGIC, SALT, TAG};

/// Encrypts what is written, block by block, on its way to `file`.
pub struct Sealing {
    cipher: Cipher,
    /// `None` once it was terminated.
    file: Option<WritePtr>,
    /// At most one block: it goes out once it is known whether another follows.
    held: Vec<u8>,
    number: usize,
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
        Ok(Self { cipher, file: Some(file), held: Vec::with_capacity(BLOCK), number: 0 })
    }

    fn put(&mut self, last: bool) -> io::Result<()> {
        let file = self.file.as_mut().ok_or_else(|| io::Error::other("written to after its end"))?;
        let tag = self.cipher.seal(self.number, last, &mut self.held)?;
        file.write_all(&self.held)?;
        file.write_all(&tag)?;
        self.held.clear();
        self.number += 1;
        Ok(())
    }
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.held.len() == BLOCK && !bytes.is_empty() {
            self.put(false)?;
        }
        let taken = bytes.len().min(BLOCK - self.held.len());
        self.held.extend(&bytes[..taken]);
        Ok(taken)
    }

    /// Nothing: a block that is not whole stays here until the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for Sealing {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.put(true)?;
        self.file.take().map_or(Ok(()), TerminatingWrite::terminate)
    }
}
