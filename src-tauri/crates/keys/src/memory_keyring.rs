//! A keyring for tests, in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::{Keyring, Result};

/// What is done to the keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Set,
    Delete,
}

/// A keyring as the system's, in memory; something can be made to happen right after a step of it.
#[derive(Default)]
pub(crate) struct Memory<'a> {
    pub(crate) secrets: Mutex<HashMap<String, Vec<u8>>>,
    pub(crate) after: Option<Box<dyn Fn(Step) + Send + Sync + 'a>>,
}

impl<'a> Memory<'a> {
    /// One where `after` is called when a step is done.
    pub(crate) fn then(after: impl Fn(Step) + Send + Sync + 'a) -> Self {
        Self { after: Some(Box::new(after)), ..Self::default() }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.secrets.lock().unwrap().keys().cloned().collect()
    }

    fn done(&self, step: Step) {
        if let Some(after) = &self.after {
            after(step);
        }
    }
}

impl Keyring for Memory<'_> {
    fn available(&self) -> bool {
        true
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.secrets.lock().unwrap().get(name).cloned())
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<()> {
        self.secrets.lock().unwrap().insert(name.to_owned(), secret.to_vec());
        self.done(Step::Set);
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<()> {
        self.secrets.lock().unwrap().remove(name);
        self.done(Step::Delete);
        Ok(())
    }
}
