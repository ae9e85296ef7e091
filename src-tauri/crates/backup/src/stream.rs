//! A stream in chunks, by XChaCha20-Poly1305 as STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce of a chunk
//! holds its number and whether it is the last, so that none is left out, moved or cut off without being missed.

use std::io::{self, Read, Write};

use chacha20poly1305::aead::Payload;
use chacha20poly1305::aead::stream::{DecryptorBE32, EncryptorBE32};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use keys::Key;

/// Bytes of plain content in a chunk; the last may have fewer.
pub const CHUNK: usize = 64 << 10;
const TAG: usize = 16;
/// Bytes of the nonce that all chunks share.
pub const NONCE: usize = 19;

/// Encrypts what is written to it; [`Sealer::finish`] writes the last chunk.
pub struct Sealer<W: Write> {
    to: W,
    cipher: EncryptorBE32<XChaCha20Poly1305>,
    head: Vec<u8>,
    plain: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    /// What is written opens only behind the same `head`, which is not written here.
    pub fn new(to: W, key: &Key, nonce: &[u8; NONCE], head: Vec<u8>) -> Self {
        let cipher = EncryptorBE32::from_aead(XChaCha20Poly1305::new(key.bytes().into()), nonce.into());
        Self { to, cipher, head, plain: Vec::with_capacity(CHUNK) }
    }

    /// The last chunk, and what was written to.
    ///
    /// # Errors
    /// The writer's.
    pub fn finish(self) -> io::Result<W> {
        let Self { mut to, cipher, head, plain } = self;
        let sealed = cipher.encrypt_last(Payload { msg: &plain, aad: &head }).map_err(too_long)?;
        to.write_all(&sealed)?;
        to.flush()?;
        Ok(to)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits for more: what is the last one is known then.
        if self.plain.len() == CHUNK && !bytes.is_empty() {
            let sealed =
                self.cipher.encrypt_next(Payload { msg: &self.plain, aad: &self.head }).map_err(too_long)?;
            self.to.write_all(&sealed)?;
            self.plain.clear();
        }
        let taken = bytes.len().min(CHUNK - self.plain.len());
        self.plain.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Nothing is known to be the last chunk before the end, so there is nothing to flush.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Decrypts what a [`Sealer`] wrote, and gives no byte that is not authenticated.
pub struct Opener<R: Read> {
    from: R,
    /// `None` once the last chunk was read, or one was damaged.
    cipher: Option<DecryptorBE32<XChaCha20Poly1305>>,
    head: Vec<u8>,
    sealed: Vec<u8>,
    plain: Vec<u8>,
    given: usize,
    damaged: bool,
}

impl<R: Read> Opener<R> {
    /// The stream behind `head`, which was read already.
    pub fn new(from: R, key: &Key, nonce: &[u8; NONCE], head: Vec<u8>) -> Self {
        let cipher = DecryptorBE32::from_aead(XChaCha20Poly1305::new(key.bytes().into()), nonce.into());
        let (sealed, plain) = (Vec::with_capacity(CHUNK + TAG + 1), Vec::new());
        Self { from, cipher: Some(cipher), head, sealed, plain, given: 0, damaged: false }
    }

    fn next(&mut self) -> io::Result<()> {
        let Some(mut cipher) = self.cipher.take() else { return Ok(()) };
        // One byte more tells whether there is another chunk.
        let wanted = CHUNK + TAG + 1 - self.sealed.len();
        self.from.by_ref().take(wanted as u64).read_to_end(&mut self.sealed)?;
        let opened = match self.sealed.len() > CHUNK + TAG {
            true => {
                let chunk = Payload { msg: &self.sealed[..CHUNK + TAG], aad: &self.head };
                let opened = cipher.decrypt_next(chunk);
                self.cipher = Some(cipher);
                opened
            }
            false => cipher.decrypt_last(Payload { msg: &self.sealed, aad: &self.head }),
        };
        self.given = 0;
        self.plain = opened.map_err(|_| {
            (self.cipher, self.damaged) = (None, true);
            self.plain.clear();
            damaged()
        })?;
        self.sealed.drain(..self.sealed.len().min(CHUNK + TAG));
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.damaged {
            return Err(damaged());
        }
        if self.given == self.plain.len() && !into.is_empty() {
            self.plain.clear();
            self.given = 0;
            self.next()?;
        }
        let given = into.len().min(self.plain.len() - self.given);
        into[..given].copy_from_slice(&self.plain[self.given..self.given + given]);
        self.given += given;
        Ok(given)
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a chunk was changed, moved or cut off")
}

/// More than 2³² chunks, 256 TiB.
fn too_long(_: chacha20poly1305::aead::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "too long a stream")
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
