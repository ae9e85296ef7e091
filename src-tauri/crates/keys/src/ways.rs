use std::fs;
use std::path::Path;

use crate::cost::Cost;
use crate::file::{Held, PATIENCE, hold};
use crate::slots::{FILE, KeyringSlot, PasswordSlot, check_new_password};
use crate::{Error, Key, Keyring, Locked, RecoveryKey, Result};

/// How a new data key is to be opened.
pub enum NewWay<'a> {
    /// By a password.
    Password(&'a str),
    /// By the system's keyring.
    Keyring(&'a dyn Keyring),
}

/// Makes a random data key that opens in one way, and gives it.
///
/// # Errors
/// [`Error::Exists`] where there is one, [`Error::TooShort`], [`Error::KeyringUnavailable`], [`Error::Busy`],
/// [`Error::Io`].
pub fn create(folder: &Path, way: NewWay<'_>) -> Result<Key> {
    create_at(folder, way, Cost::of_a_person()?)
}

pub(crate) fn create_at(folder: &Path, way: NewWay<'_>, cost: Cost) -> Result<Key> {
    let key = Key::random()?;
    create_for(folder, &key, way, cost)?;
    Ok(key)
}

/// Locks data that has its key already, such as what a backup brought, by a password. Takes a password's time.
///
/// # Errors
/// [`Error::Exists`] where the folder has a key, [`Error::TooShort`], [`Error::Busy`], [`Error::Io`].
pub fn adopt(folder: &Path, key: &Key, password: &str, cost: Cost) -> Result<()> {
    create_for(folder, key, NewWay::Password(password), cost)
}

fn create_for(folder: &Path, key: &Key, way: NewWay<'_>, cost: Cost) -> Result<()> {
    if let NewWay::Password(password) = way {
        check_new_password(password)?;
    }
    fs::create_dir_all(folder)?;
    let _held = hold(&folder.join(FILE), PATIENCE)?;
    if Locked::read(folder)?.is_some() {
        return Err(Error::Exists);
    }
    let mut locked = Locked::new(key);
    match way {
        NewWay::Password(password) => {
            locked.password = Some(PasswordSlot::new(key, password, cost)?);
            locked.write_first(folder)
        }
        NewWay::Keyring(keyring) => {
            let slot = KeyringSlot::new(key, keyring)?;
            locked.keyring = Some(slot.clone());
            locked.write_first(folder).inspect_err(|_| forget_unless_named(folder, &slot, keyring))
        }
    }
}

/// The file, for as long as no other program changes it.
fn existing(folder: &Path, key: &Key) -> Result<(Locked, Held)> {
    let held = hold(&folder.join(FILE), PATIENCE)?;
    let locked = Locked::read(folder)?.ok_or(Error::NoSuchWay)?;
    locked.check_key(key)?;
    Ok((locked, held))
}

/// A file that could not be written may still be in place.
fn forget_unless_named(folder: &Path, slot: &KeyringSlot, keyring: &dyn Keyring) {
    if Locked::read(folder).is_ok_and(|locked| locked.is_none_or(|locked| locked.keyring.as_ref() != Some(slot))) {
        slot.forget(keyring);
    }
}

/// Puts a password in place of an earlier one; the data stays as it is. Takes a password's time.
///
/// # Errors
/// [`Error::TooShort`], [`Error::Wrong`] where `key` is another folder's, [`Error::Busy`], [`Error::Io`].
pub fn set_password(folder: &Path, key: &Key, password: &str) -> Result<()> {
    set_password_at(folder, key, password, Cost::of_a_person()?)
}

fn set_password_at(folder: &Path, key: &Key, password: &str, cost: Cost) -> Result<()> {
    let slot = PasswordSlot::new(key, password, cost)?;
    let (mut locked, _held) = existing(folder, key)?;
    locked.password = Some(slot);
    locked.write(folder)
}

/// Lets no password open the data any longer.
///
/// # Errors
/// [`Error::LastWay`] where the keyring does not open it, [`Error::Wrong`] where `key` is another folder's,
/// [`Error::Busy`], [`Error::Io`].
pub fn remove_password(folder: &Path, key: &Key) -> Result<()> {
    let (mut locked, _held) = existing(folder, key)?;
    locked.password = None;
    write_if_it_opens(&locked, folder)
}

/// Makes a recovery key in place of an earlier one.
///
/// # Errors
/// [`Error::Wrong`] where `key` is another folder's, [`Error::Busy`], [`Error::Io`].
pub fn add_recovery(folder: &Path, key: &Key) -> Result<RecoveryKey> {
    let recovery = RecoveryKey::random()?;
    let (mut locked, _held) = existing(folder, key)?;
    locked.set_recovery(key, Some(&recovery))?;
    locked.write(folder)?;
    Ok(recovery)
}

/// Lets no recovery key open the data any longer.
///
/// # Errors
/// [`Error::LastWay`] where neither password nor keyring opens it, [`Error::Wrong`] where `key` is another folder's,
/// [`Error::Busy`], [`Error::Io`].
pub fn remove_recovery(folder: &Path, key: &Key) -> Result<()> {
    let (mut locked, _held) = existing(folder, key)?;
    locked.set_recovery(key, None)?;
    write_if_it_opens(&locked, folder)
}

/// Lets the system's keyring open the data.
///
/// # Errors
/// [`Error::KeyringUnavailable`], [`Error::Wrong`] where `key` is another folder's, [`Error::Busy`], [`Error::Io`].
pub fn add_keyring(folder: &Path, key: &Key, keyring: &dyn Keyring) -> Result<()> {
    let (mut locked, _held) = existing(folder, key)?;
    // The file names the old secret until it names the new one: whenever power fails, it names one that is there.
    let slot = KeyringSlot::new(key, keyring)?;
    let old = locked.keyring.replace(slot.clone());
    locked.write(folder).inspect_err(|_| forget_unless_named(folder, &slot, keyring))?;
    if let Some(old) = old {
        old.forget(keyring);
    }
    Ok(())
}

/// Lets the system's keyring no longer open the data. That works where the keyring does not answer, too; what it keeps
/// then opens nothing.
///
/// # Errors
/// [`Error::LastWay`] where no password opens it, [`Error::Wrong`] where `key` is another folder's, [`Error::Busy`],
/// [`Error::Io`].
pub fn remove_keyring(folder: &Path, key: &Key, keyring: &dyn Keyring) -> Result<()> {
    let (mut locked, _held) = existing(folder, key)?;
    let old = locked.keyring.take();
    write_if_it_opens(&locked, folder)?;
    if let Some(old) = old {
        old.forget(keyring);
    }
    Ok(())
}

/// A recovery key is for the day when the other ways fail: on its own it would be all there is to lose.
fn write_if_it_opens(locked: &Locked, folder: &Path) -> Result<()> {
    let ways = locked.ways();
    if ways.password || ways.keyring { locked.write(folder) } else { Err(Error::LastWay) }
}

#[cfg(test)]
#[path = "ways_tests.rs"]
mod tests;
