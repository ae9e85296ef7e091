//! The data key and what unlocks it: a password, the system's keyring, a recovery key.

mod key;

pub use key::Key;
