//! The key of the tests' databases, and connections that go around the vault.
#![allow(dead_code, reason = "each test uses its own part")]

use std::path::Path;

use aes::cipher::{BlockDecryptMut, KeyIvInit, block_padding::NoPadding};
use keys::Key;
use rusqlite::Connection;

pub fn key() -> Key {
    Key::new([7; 32])
}

/// A connection of our own to the vault's file.
pub fn connect(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    let hex: String = key().derive("vault").bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\";")).unwrap();
    connection
}

const PAGE: usize = 4096;
/// A page's initialization vector and HMAC-SHA512 stand at its end (SQLCipher 4's format).
const RESERVED: usize = 16 + 64;
const SALT: usize = 16;

/// Every page that the database's files hold, decrypted, also free ones and those of the write-ahead log.
pub fn decrypted(path: &Path) -> Vec<u8> {
    let mut plain = Vec::new();
    let database = std::fs::read(path).unwrap();
    for (index, page) in database.chunks_exact(PAGE).enumerate() {
        plain.extend(decrypt(if index == 0 { &page[SALT..] } else { page }));
    }
    let log = std::fs::read(format!("{}-wal", path.display())).unwrap_or_default();
    for frame in log.get(32..).unwrap_or_default().chunks_exact(24 + PAGE) {
        let first = u32::from_be_bytes(frame[..4].try_into().unwrap()) == 1;
        plain.extend(decrypt(&frame[24 + if first { SALT } else { 0 }..]));
    }
    plain
}

fn decrypt(page: &[u8]) -> Vec<u8> {
    let (text, rest) = page.split_at(page.len() - RESERVED);
    let key = key().derive("vault");
    cbc::Decryptor::<aes::Aes256>::new_from_slices(key.bytes(), &rest[..16])
        .unwrap()
        .decrypt_padded_vec_mut::<NoPadding>(text)
        .unwrap()
}

pub fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

/// True where a file of the folder holds the words.
pub fn folder_holds(folder: &Path, words: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|file| holds(&std::fs::read(file.unwrap().path()).unwrap(), words))
}
