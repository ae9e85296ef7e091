use std::path::Path;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::cost::Cost;
use crate::file::{read_bounded, write_first, write_whole};
use crate::hex::{bytes_of, hex};
use crate::{Error, Key, Keyring, RecoveryKey, Result, open, seal};

pub(crate) const FILE: &str = "keys.json";
const VERSION: u32 = 1;
/// The fewest characters of a new password.
pub const SHORTEST_PASSWORD: usize = 8;

/// The rule for a new password, which it is held to where it is set as well.
///
/// # Errors
/// [`Error::TooShort`].
pub fn check_new_password(password: &str) -> Result<()> {
    match password.nfkc().count() {
        characters if characters < SHORTEST_PASSWORD => Err(Error::TooShort(characters)),
        _ => Ok(()),
    }
}

/// A key as a password opens it: plain data, to be kept beside what the key encrypts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordSlot {
    argon2id: Cost,
    sealed: String,
}

impl PasswordSlot {
    /// Takes a password's time.
    pub(crate) fn new(key: &Key, password: &str, cost: Cost) -> Result<Self> {
        check_new_password(password)?;
        let sealed = wrap(&cost.wrapping(password)?, &cost.context(), key)?;
        Ok(Self { argon2id: cost, sealed })
    }

    /// The slot of a key that is not the data key, such as a backup's: it opens for the same `purpose` only, so that
    /// none is taken for another. Takes a password's time.
    ///
    /// # Errors
    /// [`Error::TooShort`], [`Error::NoRandomness`].
    pub fn lock(purpose: &str, key: &Key, password: &str, cost: Cost) -> Result<Self> {
        check_new_password(password)?;
        let sealed = wrap(&cost.wrapping(password)?, &format!("{purpose} {}", cost.context()), key)?;
        Ok(Self { argon2id: cost, sealed })
    }

    /// The key that [`PasswordSlot::lock`] locked. Takes a password's time.
    ///
    /// # Errors
    /// [`Error::Wrong`], [`Error::Damaged`].
    pub fn unlock(&self, purpose: &str, password: &str) -> Result<Key> {
        let cost = &self.argon2id;
        unwrap(&cost.wrapping(password)?, &format!("{purpose} {}", cost.context()), &self.sealed)
    }
}

/// The wrapping key is in the keyring under a random name of this slot's own: other folders use the same keyring, and
/// the secret of an earlier slot stays until no file names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyringSlot {
    name: String,
    sealed: String,
}

impl KeyringSlot {
    /// The slot, whose secret is in the keyring then.
    pub(crate) fn new(key: &Key, keyring: &dyn Keyring) -> Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let wrapping = Key::random()?;
        let mut slot = Self { name: hex(&random), sealed: String::new() };
        slot.sealed = wrap(&wrapping, &slot.context(), key)?;
        keyring.set(&slot.entry()?, wrapping.bytes())?;
        Ok(slot)
    }

    fn unlock(&self, keyring: &dyn Keyring) -> Result<Key> {
        let secret = Zeroizing::new(keyring.get(&self.entry()?)?.ok_or(Error::Wrong)?);
        let bytes: [u8; 32] = secret.as_slice().try_into().map_err(|_| Error::Wrong)?;
        unwrap(&Key::new(bytes), &self.context(), &self.sealed)
    }

    /// Lets the secret go, where the keyring answers: without a slot that names it, it opens nothing.
    pub(crate) fn forget(&self, keyring: &dyn Keyring) {
        if let Ok(entry) = self.entry() {
            let _ = keyring.delete(&entry);
        }
    }

    /// The name in the keyring. A planted file may not name what else is kept there.
    fn entry(&self) -> Result<String> {
        match bytes_of(&self.name)?.len() {
            16 => Ok(format!("data-key {}", self.name)),
            _ => Err(Error::Damaged("not a name in the keyring".to_owned())),
        }
    }

    fn context(&self) -> String {
        format!("keyring {}", self.name)
    }
}

/// What opens the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Ways {
    /// A password.
    pub password: bool,
    /// The printed recovery key.
    pub recovery: bool,
    /// The system's keyring, without asking.
    pub keyring: bool,
}

/// The file that holds the data key, locked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    version: u32,
    /// Derived from the data key: tells whether a key is this file's, and nothing about it.
    check: String,
    pub(crate) password: Option<PasswordSlot>,
    recovery: Option<String>,
    pub(crate) keyring: Option<KeyringSlot>,
}

fn wrap(wrapping: &Key, way: &str, key: &Key) -> Result<String> {
    Ok(hex(&seal(wrapping, format!("naratmal {VERSION} {way}").as_bytes(), key.bytes())?))
}

fn unwrap(wrapping: &Key, way: &str, sealed: &str) -> Result<Key> {
    let plain = Zeroizing::new(open(wrapping, format!("naratmal {VERSION} {way}").as_bytes(), &bytes_of(sealed)?)?);
    let bytes: [u8; 32] =
        plain.as_slice().try_into().map_err(|_| Error::Damaged("a key of another length".to_owned()))?;
    Ok(Key::new(bytes))
}

fn check_of(key: &Key) -> String {
    hex(key.derive("keys.json check").bytes())
}

impl Locked {
    /// The file in `folder`; `None` where nothing was locked yet.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Newer`], [`Error::Io`].
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let Some(bytes) = read_bounded(&folder.join(FILE))? else { return Ok(None) };
        let damaged = |error: serde_json::Error| Error::Damaged(error.to_string());
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(damaged)?;
        match value["version"].as_u64() {
            Some(version) if version > u64::from(VERSION) => {
                return Err(Error::Newer(u32::try_from(version).unwrap_or(u32::MAX)));
            }
            _ => {}
        }
        serde_json::from_value(value).map(Some).map_err(damaged)
    }

    /// What opens it.
    pub fn ways(&self) -> Ways {
        Ways { password: self.password.is_some(), recovery: self.recovery.is_some(), keyring: self.keyring.is_some() }
    }

    /// The data key, by the password. Takes a password's time.
    ///
    /// # Errors
    /// [`Error::Wrong`], [`Error::NoSuchWay`], [`Error::Damaged`].
    pub fn unlock_with_password(&self, password: &str) -> Result<Key> {
        let slot = self.password.as_ref().ok_or(Error::NoSuchWay)?;
        unwrap(&slot.argon2id.wrapping(password)?, &slot.argon2id.context(), &slot.sealed)
    }

    /// The data key, by the recovery key as it was typed.
    ///
    /// # Errors
    /// [`Error::Mistyped`], [`Error::Wrong`], [`Error::NoSuchWay`], [`Error::Damaged`].
    pub fn unlock_with_recovery(&self, typed: &str) -> Result<Key> {
        let sealed = self.recovery.as_ref().ok_or(Error::NoSuchWay)?;
        unwrap(&RecoveryKey::read(typed)?.wrapping(), "recovery", sealed)
    }

    /// The data key, by the system's keyring.
    ///
    /// # Errors
    /// [`Error::KeyringUnavailable`], [`Error::Wrong`], [`Error::NoSuchWay`], [`Error::Damaged`].
    pub fn unlock_with_keyring(&self, keyring: &dyn Keyring) -> Result<Key> {
        self.keyring.as_ref().ok_or(Error::NoSuchWay)?.unlock(keyring)
    }

    /// The file of a new data key, which nothing opens yet.
    pub(crate) fn new(key: &Key) -> Self {
        Self { version: VERSION, check: check_of(key), ..Self::default() }
    }

    /// # Errors
    /// [`Error::Wrong`] where `key` is not the one that is locked here: what it is wrapped by would open nothing.
    pub(crate) fn check_key(&self, key: &Key) -> Result<()> {
        if self.check == check_of(key) { Ok(()) } else { Err(Error::Wrong) }
    }

    pub(crate) fn set_recovery(&mut self, key: &Key, recovery: Option<&RecoveryKey>) -> Result<()> {
        self.recovery = recovery.map(|recovery| wrap(&recovery.wrapping(), "recovery", key)).transpose()?;
        Ok(())
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        write_whole(&folder.join(FILE), &self.text()?)
    }

    /// # Errors
    /// [`Error::Exists`].
    pub(crate) fn write_first(&self, folder: &Path) -> Result<()> {
        write_first(&folder.join(FILE), &self.text()?)
    }

    fn text(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self).map_err(|error| Error::Damaged(error.to_string()))
    }
}

#[cfg(test)]
#[path = "slots_tests.rs"]
mod tests;
