use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::{Error, Key, Keyring, RecoveryKey, Result, open, seal};

const FILE: &str = "keys.json";
const VERSION: u32 = 1;
/// A file that is longer is not ours.
const LONGEST_FILE: u64 = 64 << 10;
/// The fewest characters of a new password.
pub const SHORTEST_PASSWORD: usize = 8;
/// What the keyring keeps the wrapping key under.
const IN_KEYRING: &str = "data-key";

/// What Argon2id costs (RFC 9106; second recommended option: 64 MiB, 3 passes), with its salt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

impl Cost {
    pub(crate) fn new(memory_kib: u32, passes: u32) -> Result<Self> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)?;
        Ok(Self { memory_kib, passes, lanes: 1, salt: hex(&salt) })
    }

    fn of_a_person() -> Result<Self> {
        Self::new(64 << 10, 3)
    }

    /// The wrapping key of a password. However a person's input method composes Hangul, it is the same password.
    fn wrapping(&self, password: &str) -> Result<Key> {
        // A planted file may not take the machine's memory or its day.
        if self.memory_kib > 1 << 20 || self.passes > 20 || self.lanes > 4 {
            return Err(Error::Damaged("the cost of the password's hash is absurd".to_owned()));
        }
        let damaged = |error: argon2::Error| Error::Damaged(error.to_string());
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(damaged)?;
        let password = Zeroizing::new(password.nfkc().collect::<String>());
        let mut bytes = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.as_bytes(), &bytes_of(&self.salt)?, &mut *bytes)
            .map_err(damaged)?;
        Ok(Key::new(*bytes))
    }

    fn context(&self) -> String {
        format!("password {} {} {} {}", self.memory_kib, self.passes, self.lanes, self.salt)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordSlot {
    argon2id: Cost,
    sealed: String,
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
    password: Option<PasswordSlot>,
    recovery: Option<String>,
    keyring: Option<String>,
}

/// How a new data key is to be opened.
pub enum NewWay<'a> {
    /// By a password.
    Password(&'a str),
    /// By the system's keyring.
    Keyring(&'a dyn Keyring),
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of(hex: &str) -> Result<Vec<u8>> {
    let damaged = || Error::Damaged("not hexadecimal".to_owned());
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return Err(damaged());
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).map_err(|_| damaged())).collect()
}

fn wrap(wrapping: &Key, way: &str, key: &Key) -> Result<String> {
    Ok(hex(&seal(wrapping, format!("naratmal {VERSION} {way}").as_bytes(), key.bytes())?))
}

fn unwrap(wrapping: &Key, way: &str, sealed: &str) -> Result<Key> {
    let plain = Zeroizing::new(open(wrapping, format!("naratmal {VERSION} {way}").as_bytes(), &bytes_of(sealed)?)?);
    let bytes: [u8; 32] = plain.as_slice().try_into().map_err(|_| Error::Damaged("a key of another length".to_owned()))?;
    Ok(Key::new(bytes))
}

impl Locked {
    /// The file in `folder`; `None` where nothing was locked yet.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Newer`], [`Error::Io`].
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        let length = match fs::metadata(&path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if length > LONGEST_FILE {
            return Err(Error::Damaged(format!("{length} bytes")));
        }
        let bytes = fs::read(&path)?;
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
        let sealed = self.keyring.as_ref().ok_or(Error::NoSuchWay)?;
        let secret = Zeroizing::new(keyring.get(IN_KEYRING)?.ok_or(Error::Wrong)?);
        let bytes: [u8; 32] = secret.as_slice().try_into().map_err(|_| Error::Wrong)?;
        unwrap(&Key::new(bytes), "keyring", sealed)
    }

    /// On the disk, whole or not at all, readable by this person only.
    fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| Error::Damaged(error.to_string()))?;
        Ok(write_whole(&folder.join(FILE), &text)?)
    }

    fn with_password(mut self, key: &Key, password: &str, cost: Cost) -> Result<Self> {
        let characters = password.nfkc().count();
        if characters < SHORTEST_PASSWORD {
            return Err(Error::TooShort(characters));
        }
        let sealed = wrap(&cost.wrapping(password)?, &cost.context(), key)?;
        self.password = Some(PasswordSlot { argon2id: cost, sealed });
        Ok(self)
    }

    fn with_keyring(mut self, key: &Key, keyring: &dyn Keyring) -> Result<Self> {
        let wrapping = Key::random()?;
        keyring.set(IN_KEYRING, wrapping.bytes())?;
        self.keyring = Some(wrap(&wrapping, "keyring", key)?);
        Ok(self)
    }
}

/// Writes a file so that a kill leaves the old one or the new one.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Makes a random data key that opens in one way, and gives it.
///
/// # Errors
/// [`Error::Exists`] where there is one, [`Error::TooShort`], [`Error::KeyringUnavailable`], [`Error::Io`].
pub fn create(folder: &Path, way: NewWay<'_>) -> Result<Key> {
    create_at(folder, way, Cost::of_a_person()?)
}

pub(crate) fn create_at(folder: &Path, way: NewWay<'_>, cost: Cost) -> Result<Key> {
    fs::create_dir_all(folder)?;
    if Locked::read(folder)?.is_some() {
        return Err(Error::Exists);
    }
    let key = Key::random()?;
    let empty = Locked { version: VERSION, ..Locked::default() };
    let locked = match way {
        NewWay::Password(password) => empty.with_password(&key, password, cost)?,
        NewWay::Keyring(keyring) => empty.with_keyring(&key, keyring)?,
    };
    locked.write(folder)?;
    Ok(key)
}

fn existing(folder: &Path) -> Result<Locked> {
    Locked::read(folder)?.ok_or(Error::NoSuchWay)
}

/// Puts a password in place of an earlier one; the data stays as it is.
///
/// # Errors
/// [`Error::TooShort`], [`Error::Io`].
pub fn set_password(folder: &Path, key: &Key, password: &str) -> Result<()> {
    existing(folder)?.with_password(key, password, Cost::of_a_person()?)?.write(folder)
}

/// Makes a recovery key in place of an earlier one.
///
/// # Errors
/// [`Error::Io`].
pub fn add_recovery(folder: &Path, key: &Key) -> Result<RecoveryKey> {
    let recovery = RecoveryKey::random()?;
    let mut locked = existing(folder)?;
    locked.recovery = Some(wrap(&recovery.wrapping(), "recovery", key)?);
    locked.write(folder)?;
    Ok(recovery)
}

/// Lets the system's keyring open the data.
///
/// # Errors
/// [`Error::KeyringUnavailable`], [`Error::Io`].
pub fn add_keyring(folder: &Path, key: &Key, keyring: &dyn Keyring) -> Result<()> {
    existing(folder)?.with_keyring(key, keyring)?.write(folder)
}

/// Lets the system's keyring no longer open the data.
///
/// # Errors
/// [`Error::LastWay`] where nothing but a recovery key would be left, [`Error::Io`].
pub fn remove_keyring(folder: &Path, keyring: &dyn Keyring) -> Result<()> {
    let mut locked = existing(folder)?;
    if locked.password.is_none() {
        return Err(Error::LastWay);
    }
    locked.keyring = None;
    locked.write(folder)?;
    keyring.delete(IN_KEYRING)
}

#[cfg(test)]
#[path = "slots_tests.rs"]
mod tests;
