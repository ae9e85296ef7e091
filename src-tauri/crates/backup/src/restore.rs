use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use keys::{Cost, Held, Key};
use vault::{Anchor, Event, Vault};

use crate::folder::{create, make, remove, sync};
use crate::head::Head;
use crate::make::{CLOSING, at_end, check, copy};
use crate::manifest::{Manifest, data_key, stream_key, template};
use crate::place::{NEW, discard, hold, prepare, put};
use crate::stream::Opener;
use crate::{DATABASE, Error, Result, Step, TEMPLATES, Told, tell};

/// What is restored, and how.
pub struct Order<'a> {
    /// The backup.
    pub file: &'a Path,
    /// What opens it.
    pub password: &'a str,
    /// The data folder that it is restored to.
    pub data: &'a Path,
    /// What the data is to be opened by.
    pub new_password: &'a str,
    /// What whoever guesses that pays.
    pub cost: Cost,
    /// Who restores it, as the audit trail says.
    pub who: &'a str,
    /// Now, in milliseconds since 1970.
    pub now_ms: i64,
}

/// What a backup says of itself; only its beginning is read. Takes a password's time.
///
/// # Errors
/// [`Error::NotOne`], [`Error::Newer`], [`Error::Wrong`], [`Error::Damaged`], [`Error::Unreadable`].
pub fn inspect(file: &Path, password: &str) -> Result<Manifest> {
    opened(file, password).map(|(manifest, ..)| manifest)
}

fn opened(file: &Path, password: &str) -> Result<(Manifest, Opener<BufReader<File>>, Key)> {
    let mut file = BufReader::new(File::open(file).map_err(Error::reading)?);
    let head = Head::read(&mut file)?;
    let key = head.unlock(password)?;
    let mut opener = Opener::new(file, &stream_key(&key), &head.nonce, head.bytes);
    Ok((Manifest::read(&mut opener)?, opener, key))
}

/// Everything of a backup, checked and under a key of its own, beside what is there. Dropped, it is gone.
pub struct Staged {
    data: PathBuf,
    key: Key,
    manifest: Manifest,
    _held: Held,
    put: bool,
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.put {
            discard(&self.data);
        }
    }
}

impl Staged {
    /// What the backup said of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Takes the place of what was there, which must be closed, and gives the new data key. What was there is kept until
    /// [`crate::keep`].
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Unwritable`]; [`crate::settle`] tells afterwards which of both it is: all old, or all
    /// new.
    pub fn put(mut self) -> Result<Key> {
        put(&self.data, &mut || Ok(()))?;
        self.put = true;
        Ok(self.key.clone())
    }
}

/// Unpacks a backup beside what is there and checks all of it; the data gets a new key, which the new password opens. An
/// older database is brought up to date. Nothing that is there is touched. Takes a password's time twice.
///
/// # Errors
/// Those of [`inspect`]; [`Error::Stopped`], [`Error::Full`], [`Error::Unwritable`], [`Error::Busy`]; [`Error::Keys`]
/// where the new password is too short.
pub fn restore(order: &Order<'_>, told: &Told) -> Result<Staged> {
    keys::check_new_password(order.new_password)?;
    let held = hold(order.data)?;
    let folder = prepare(order.data)?;
    let staged = stage(order, &folder, told);
    match staged {
        Ok((key, manifest)) => Ok(Staged { data: order.data.to_owned(), key, manifest, _held: held, put: false }),
        Err(error) => {
            discard(order.data);
            Err(error)
        }
    }
}

fn stage(order: &Order<'_>, folder: &Path, told: &Told) -> Result<(Key, Manifest)> {
    let (packed, new) = (folder.join(DATABASE), folder.join(NEW));
    let (manifest, mut opener, backup) = opened(order.file, order.password)?;
    let (mut done, total) = (0, manifest.bytes());
    for entry in &manifest.entries {
        let path = match template(&entry.name) {
            Some(file) => {
                let templates = new.join(TEMPLATES);
                if !templates.is_dir() {
                    make(&templates).map_err(Error::writing)?;
                }
                templates.join(file)
            }
            None => packed.clone(),
        };
        let mut file = BufWriter::new(create(&path).map_err(Error::writing)?);
        copy(&mut opener, &mut file, entry.bytes, |piece| {
            done += piece;
            tell(told, Step::Reading, done, total)
        })?;
        let file = file.into_inner().map_err(|error| Error::writing(error.into_error()))?;
        file.sync_all().map_err(Error::writing)?;
    }
    at_end(&mut opener)?;

    tell(told, Step::Checking, 0, 0)?;
    let key = Key::random().map_err(keys::Error::from)?;
    rekey(&packed, &data_key(&backup), &new.join(DATABASE), &key, told).map_err(of_backup)?;
    for ending in ["", "-wal", "-shm"] {
        remove(&folder.join(format!("{DATABASE}{ending}"))).map_err(Error::writing)?;
    }
    account(order, &new, &key, &manifest)?;
    tell(told, Step::Checking, 0, 0)?;
    check(&new.join(DATABASE), &key)?;
    keys::adopt(&new, &key, order.new_password, order.cost.clone())?;
    if new.join(TEMPLATES).is_dir() {
        sync(&new.join(TEMPLATES)).map_err(Error::writing)?;
    }
    Ok((key, manifest))
}

/// A database that does not open, though its backup was whole, was damaged before it was backed up.
fn of_backup(error: Error) -> Error {
    match error {
        Error::Vault(vault::Error::Damaged(detail)) => Error::Damaged(detail),
        Error::Vault(vault::Error::Newer { found, .. }) => Error::Newer(found),
        error => error,
    }
}

/// Checks the database that was packed, brings it up to date, and writes it anew: whoever has the backup and its password
/// has no key to what is kept later.
fn rekey(packed: &Path, old: &Key, path: &Path, key: &Key, told: &Told) -> Result<()> {
    let vault = Vault::open(packed, old)?;
    vault.check()?;
    let told = told.clone();
    let goes_on = move |done, total| tell(&told, Step::Rekeying, done, total).is_ok();
    let written = vault.snapshot(path, key, goes_on)?;
    vault.close(CLOSING)?;
    if written { Ok(()) } else { Err(Error::Stopped) }
}

/// The restored trail says that it was restored, and has its end sealed beside it.
fn account(order: &Order<'_>, new: &Path, key: &Key, manifest: &Manifest) -> Result<()> {
    let vault = Vault::open(&new.join(DATABASE), key)?;
    let what = serde_json::json!({ "file": order.file, "made_at": manifest.made_at }).to_string();
    let event = Event { at: order.now_ms, who: order.who, action: "backup_restored", what: &what };
    let anchor = vault.account(event)?;
    vault.close(CLOSING)?;
    Ok(keys::write_whole(&new.join(Anchor::FILE), &anchor.seal(key)?)?)
}

#[cfg(test)]
#[path = "restore_tests.rs"]
mod tests;
