//! A snapshot as a file: a magic number, its head (identity and tokens) and its state, each sealed by
//! XChaCha20-Poly1305 under a random nonce. The state opens only behind its own head.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use chacha20poly1305::aead::{Aead, AeadInPlace, OsRng, Payload};
use chacha20poly1305::{AeadCore, KeyInit, XChaCha20Poly1305, XNonce};

/// Names this layout.
const MAGIC: &[u8; 8] = b"NRMSTAT1";
const NONCE: usize = 24;
const IDENTITY: usize = 32;
/// The longest head that is read, in bytes: four million tokens.
const LONGEST_HEAD: usize = 16 << 20;

/// The cipher of a folder.
#[derive(Clone)]
pub struct Cipher(XChaCha20Poly1305);

/// What a file says it holds.
pub struct Head {
    /// The model that the state is of.
    pub identity: [u8; IDENTITY],
    /// The tokens that it is of.
    pub tokens: Vec<i32>,
}

impl Cipher {
    /// The cipher under a key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    fn seal(&self, context: &[u8], plain: &[u8]) -> io::Result<Vec<u8>> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let sealed = self.0.encrypt(&nonce, Payload { msg: plain, aad: context }).map_err(|_| damaged())?;
        Ok([&nonce[..], &sealed].concat())
    }

    fn open(&self, context: &[u8], sealed: &[u8]) -> io::Result<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE).ok_or_else(damaged)?;
        self.0.decrypt(XNonce::from_slice(nonce), Payload { msg: text, aad: context }).map_err(|_| damaged())
    }

    /// A whole file of a snapshot.
    ///
    /// # Errors
    /// Where the cipher refuses so much at once.
    pub fn file_of(&self, head: &Head, state: &[u8]) -> io::Result<Vec<u8>> {
        let mut plain = head.identity.to_vec();
        plain.extend(head.tokens.iter().flat_map(|token| token.to_le_bytes()));
        let head = self.seal(MAGIC, &plain)?;
        let length = u32::try_from(head.len()).map_err(|_| damaged())?.to_le_bytes();
        let state = self.seal(&head, state)?;
        Ok([&MAGIC[..], &length, &head, &state].concat())
    }

    /// What a file says it holds; its state is not read.
    ///
    /// # Errors
    /// Where it is no such file, was changed, or another key sealed it.
    pub fn head_of(&self, path: &Path) -> io::Result<Head> {
        self.head(&sealed_head(&mut File::open(path)?)?)
    }

    /// What a file holds.
    ///
    /// # Errors
    /// As [`Cipher::head_of`].
    pub fn read(&self, path: &Path) -> io::Result<(Head, Vec<u8>)> {
        let mut file = File::open(path)?;
        let sealed = sealed_head(&mut file)?;
        let head = self.head(&sealed)?;
        let mut nonce = XNonce::default();
        file.read_exact(&mut nonce)?;
        let mut state = Vec::new();
        file.read_to_end(&mut state)?;
        // In place: a second buffer of this size takes longer to get than to fill.
        self.0.decrypt_in_place(&nonce, &sealed, &mut state).map_err(|_| damaged())?;
        Ok((head, state))
    }

    fn head(&self, sealed: &[u8]) -> io::Result<Head> {
        let plain = self.open(MAGIC, sealed)?;
        let (identity, tokens) = plain.split_first_chunk::<IDENTITY>().ok_or_else(damaged)?;
        let (tokens, rest) = tokens.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(damaged());
        }
        Ok(Head { identity: *identity, tokens: tokens.iter().map(|bytes| i32::from_le_bytes(*bytes)).collect() })
    }
}

fn sealed_head(file: &mut File) -> io::Result<Vec<u8>> {
    let mut start = [0; MAGIC.len() + 4];
    file.read_exact(&mut start)?;
    let (magic, length) = start.split_at(MAGIC.len());
    let length = length.try_into().map(u32::from_le_bytes).map_err(|_| damaged())? as usize;
    if magic != MAGIC || length > LONGEST_HEAD {
        return Err(damaged());
    }
    let mut head = vec![0; length];
    file.read_exact(&mut head)?;
    Ok(head)
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no file of a snapshot, or another key sealed it")
}
