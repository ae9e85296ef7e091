//! What a backup begins with, in plain: a magic number, its version (u32), and the key's lock as JSON behind its length
//! (u32), all little-endian; then the nonce of the stream. Every chunk of the stream is bound to these bytes.

use std::io::Read;

use keys::{Cost, Key, PasswordSlot};

use crate::stream::NONCE;
use crate::{Error, Result};

/// A file that was copied as text is no longer one: it has lost its line's end.
const MAGIC: &[u8; 16] = b"NaratmalBackup\r\n";
const VERSION: u32 = 1;
/// The longest lock that is read, in bytes.
const LONGEST: usize = 4 << 10;
/// What the lock is for: no other file's opens here.
const PURPOSE: &str = "backup";

/// A backup's head.
pub struct Head {
    /// As it stands in the file.
    pub bytes: Vec<u8>,
    slot: PasswordSlot,
    pub nonce: [u8; NONCE],
}

impl Head {
    /// Of a new backup, whose key the password opens. Takes a password's time.
    pub fn new(key: &Key, password: &str, cost: Cost) -> Result<Self> {
        let slot = PasswordSlot::lock(PURPOSE, key, password, cost)?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(keys::Error::from)?;
        let text = serde_json::to_vec(&slot).map_err(|error| Error::Unwritable(error.to_string()))?;
        let length = u32::try_from(text.len()).map_err(|error| Error::Unwritable(error.to_string()))?;
        let bytes = [&MAGIC[..], &VERSION.to_le_bytes(), &length.to_le_bytes(), &text, &nonce].concat();
        Ok(Self { bytes, slot, nonce })
    }

    /// What stands at the beginning of a file.
    pub fn read(from: &mut impl Read) -> Result<Self> {
        let mut bytes = Vec::new();
        if take(from, MAGIC.len(), &mut bytes).is_err() || bytes != MAGIC {
            return Err(Error::NotOne);
        }
        match number(from, &mut bytes)? {
            0 => return Err(Error::Damaged("version 0".to_owned())),
            VERSION => {}
            later => return Err(Error::Newer(later)),
        }
        let length = number(from, &mut bytes)? as usize;
        if length > LONGEST {
            return Err(Error::Damaged(format!("a lock of {length} bytes")));
        }
        let slot = serde_json::from_slice(take(from, length, &mut bytes)?)
            .map_err(|error| Error::Damaged(error.to_string()))?;
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(take(from, NONCE, &mut bytes)?);
        Ok(Self { bytes, slot, nonce })
    }

    /// The backup's key. Takes a password's time.
    pub fn unlock(&self, password: &str) -> Result<Key> {
        self.slot.unlock(PURPOSE, password).map_err(|error| match error {
            keys::Error::Wrong => Error::Wrong,
            keys::Error::Damaged(detail) => Error::Damaged(detail),
            error => error.into(),
        })
    }
}

/// The next bytes, which are kept behind those before.
fn take<'a>(from: &mut impl Read, length: usize, kept: &'a mut Vec<u8>) -> Result<&'a [u8]> {
    let before = kept.len();
    kept.resize(before + length, 0);
    from.read_exact(&mut kept[before..]).map_err(Error::reading)?;
    Ok(&kept[before..])
}

fn number(from: &mut impl Read, kept: &mut Vec<u8>) -> Result<u32> {
    let mut number = [0; 4];
    number.copy_from_slice(take(from, 4, kept)?);
    Ok(u32::from_le_bytes(number))
}
