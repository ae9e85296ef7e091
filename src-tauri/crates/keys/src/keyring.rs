use std::sync::mpsc;
use std::time::Duration;

use crate::{Error, Result};

/// A place of the system that keeps small secrets for the person who is logged in.
pub trait Keyring: Send + Sync {
    /// True where it answers, and answers soon.
    fn available(&self) -> bool;

    /// The secret kept under `name`.
    ///
    /// # Errors
    /// [`Error::KeyringUnavailable`].
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Keeps a secret under `name`, in place of an earlier one.
    ///
    /// # Errors
    /// [`Error::KeyringUnavailable`].
    fn set(&self, name: &str, secret: &[u8]) -> Result<()>;

    /// Lets the secret under `name` go; one that is not there is no error.
    ///
    /// # Errors
    /// [`Error::KeyringUnavailable`].
    fn delete(&self, name: &str) -> Result<()>;
}

/// The system's: Secret Service on Linux, Credential Manager on Windows, Keychain on macOS.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemKeyring;

/// What the secrets are filed under.
const SERVICE: &str = "naratmal";

fn unavailable(error: keyring::Error) -> Error {
    Error::KeyringUnavailable(error.to_string())
}

/// A desktop without a keyring may leave a question without any answer.
const PATIENCE: Duration = Duration::from_secs(3);

impl Keyring for SystemKeyring {
    fn available(&self) -> bool {
        let (answer, answered) = mpsc::channel();
        std::thread::spawn(move || {
            // Whoever asked may have stopped waiting.
            let _ = answer.send(SystemKeyring.get("probe").is_ok());
        });
        answered.recv_timeout(PATIENCE).unwrap_or(false)
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match keyring::Entry::new(SERVICE, name).and_then(|entry| entry.get_secret()) {
            Ok(secret) => Ok(Some(secret)),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<()> {
        keyring::Entry::new(SERVICE, name).and_then(|entry| entry.set_secret(secret)).map_err(unavailable)
    }

    fn delete(&self, name: &str) -> Result<()> {
        match keyring::Entry::new(SERVICE, name).and_then(|entry| entry.delete_credential()) {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}
