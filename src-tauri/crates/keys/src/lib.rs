//! The data key and what unlocks it: a password, the system's keyring, a recovery key.
//!
//! Everything that is kept is encrypted under one random [`Key`]. The file `keys.json` holds it once for each way of
//! opening, each time encrypted under a key of that way (XChaCha20-Poly1305): so a password is changed without
//! encrypting any data anew, and a lost one is got around with the recovery key. Nothing in the file tells which of a
//! wrong password and a changed file it is.
//!
//! The file `attempts.json` holds the wrong passwords: until a right one they make the next wait, and until the audit
//! trail has them they are kept. Each file is changed by one program at a time, which holds the `.lock` beside it.

mod attempts;
mod cost;
mod error;
mod file;
mod hex;
mod key;
mod keyring;
#[cfg(test)]
mod memory_keyring;
mod recovery;
mod seal;
mod slots;
mod ways;

pub use attempts::{reported, try_password, unreported};
pub use cost::Cost;
pub use error::{Error, Result};
pub use file::{Held, hold, read_bounded, write_whole};
pub use key::Key;
pub use keyring::{Keyring, SystemKeyring};
pub use recovery::RecoveryKey;
pub use seal::{open, seal};
pub use slots::{Locked, PasswordSlot, SHORTEST_PASSWORD, Ways, check_new_password};
pub use ways::{
    NewWay, add_keyring, add_recovery, adopt, create, remove_keyring, remove_password, remove_recovery, set_password,
};
