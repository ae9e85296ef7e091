//! The data key and what unlocks it: a password, the system's keyring, a recovery key.
//!
//! Everything that is kept is encrypted under one random [`Key`]. The file `keys.json` holds it once for each way of
//! opening, each time encrypted under a key of that way (XChaCha20-Poly1305): so a password is changed without
//! encrypting any data anew, and a lost one is got around with the recovery key. Nothing in the file tells which of a
//! wrong password and a changed file it is.

mod attempts;
mod error;
mod key;
mod keyring;
mod recovery;
mod seal;
mod slots;

pub use attempts::try_password;
pub use error::{Error, Result};
pub use key::Key;
pub use keyring::{Keyring, SystemKeyring};
pub use recovery::RecoveryKey;
pub use seal::{open, seal};
pub use slots::{
    Locked, NewWay, SHORTEST_PASSWORD, Ways, add_keyring, add_recovery, create, remove_keyring, set_password,
};
