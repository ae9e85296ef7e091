//! A tantivy directory whose files are encrypted, so that an index tells nothing to whoever has the disk.
//!
//! A file is a magic number, a random salt of its own, and its content in blocks of [`BLOCK`] bytes, each under
//! AES-256-GCM: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
//! Nonce-Reuse Misuse-Resistance, 2015). The key of a file is derived from the directory's key, the salt and the
//! file's name, the nonce of a block from its number and whether it is the last: so no nonce is used twice. A file
//! whose end was cut off, or that took another's name, is found when it is opened, a block that was changed or moved
//! when it is read.

mod ahead;
mod read;
mod write;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use keys::Key;
use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes, WatchCallback, WatchHandle, WritePtr,
};

use ahead::Ahead;
use read::{Handle, Opened};
use write::Sealing;

const MAGIC: &[u8; 8] = b"NRMSEAL2";
const SALT: usize = 32;
const HEAD: usize = MAGIC.len() + SALT;
/// Bytes of content in each block but the last: a page of memory, since a query reads a little in many places and
/// each of them costs it a whole block (MEASURED with `lab bench encryption`: 16 KiB slowed the median query down by
/// 12 % after opening, these by 8 %).
const BLOCK: usize = 4 << 10;
/// Bytes that authenticate a block, behind it.
const TAG: usize = 16;

/// Files encrypted in a folder; clones are the same one.
#[derive(Clone, Debug)]
pub struct SealedDirectory {
    files: MmapDirectory,
    key: Key,
    /// What is open, so that all readers of a file share what of it is decrypted.
    opened: Arc<Mutex<HashMap<PathBuf, Weak<Opened>>>>,
    ahead: Ahead,
}

/// The cipher of one file.
struct Cipher(Aes256Gcm);

impl Cipher {
    fn new(key: &Key, salt: &[u8], name: &Path) -> Self {
        let salt: String = salt.iter().map(|byte| format!("{byte:02x}")).collect();
        let key = key.derive(&format!("index file {salt} {}", name.display()));
        Self(Aes256Gcm::new(key.bytes().into()))
    }

    /// A block's nonce: its number, and whether it is the last.
    fn nonce(number: usize, last: bool) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&(number as u64).to_le_bytes());
        nonce[8] = u8::from(last);
        nonce
    }

    /// Encrypts a block in place; gives its tag.
    fn seal(&self, number: usize, last: bool, block: &mut [u8]) -> io::Result<[u8; TAG]> {
        self.0
            .encrypt_in_place_detached(Nonce::from_slice(&Self::nonce(number, last)), &[], block)
            .map(Into::into)
            .map_err(|_| damaged())
    }

    /// Decrypts a block in place.
    fn open(&self, number: usize, last: bool, block: &mut [u8], tag: &[u8]) -> io::Result<()> {
        self.0
            .decrypt_in_place_detached(Nonce::from_slice(&Self::nonce(number, last)), &[], block, tag.into())
            .map_err(|_| damaged())
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the file was changed, or another key sealed it")
}

impl SealedDirectory {
    /// The directory in `folder`, which exists.
    ///
    /// # Errors
    /// The folder's.
    pub fn open(folder: &Path, key: &Key) -> Result<Self, OpenDirectoryError> {
        let files = MmapDirectory::open(folder)?;
        Ok(Self { files, key: key.clone(), opened: Arc::default(), ahead: Ahead::start() })
    }

    fn opened(&self, path: &Path) -> Result<Arc<Opened>, OpenReadError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = opened.get(path).and_then(Weak::upgrade) {
            return Ok(shared);
        }
        let failed = |error: io::Error| OpenReadError::wrap_io_error(error, path.to_owned());
        let sealed = self.files.open_read(path)?.read_bytes().map_err(failed)?;
        let new = Arc::new(Opened::new(&self.key, path, sealed).map_err(failed)?);
        opened.retain(|_, kept| kept.strong_count() > 0);
        opened.insert(path.to_owned(), Arc::downgrade(&new));
        self.ahead.read(&new);
        Ok(new)
    }
}

impl Directory for SealedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        Ok(Arc::new(Handle(self.opened(path)?)))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let failed = |error: io::Error| OpenWriteError::wrap_io_error(error, path.to_owned());
        let sealing = Sealing::new(&self.key, path, self.files.open_write(path)?).map_err(failed)?;
        Ok(WritePtr::new(Box::new(sealing)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let failed = |error: io::Error| OpenReadError::wrap_io_error(error, path.to_owned());
        let sealed = OwnedBytes::new(self.files.atomic_read(path)?);
        Opened::new(&self.key, path, sealed).and_then(|opened| opened.all()).map_err(failed)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.files.atomic_write(path, &write::sealed(&self.key, path, data)?)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.files.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.files.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}

#[cfg(test)]
mod tests;
