use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

use crate::{Error, Key, Result};

/// Bytes of the nonce that stands in front of what is sealed.
const NONCE: usize = 24;

/// Encrypts and authenticates a small content by XChaCha20-Poly1305 under a random nonce, which stands in front of it.
/// It opens only with the same `context`.
///
/// # Errors
/// [`Error::NoRandomness`].
pub fn seal(key: &Key, context: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce)?;
    let sealed = cipher(key)
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: context })
        .map_err(|error| Error::Damaged(error.to_string()))?;
    Ok([&nonce[..], &sealed].concat())
}

/// What [`seal`] sealed.
///
/// # Errors
/// [`Error::Wrong`] where key or context is another, or a byte was changed.
pub fn open(key: &Key, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(NONCE).ok_or(Error::Wrong)?;
    cipher(key).decrypt(XNonce::from_slice(nonce), Payload { msg: text, aad: context }).map_err(|_| Error::Wrong)
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}
