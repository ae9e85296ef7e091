//! The models that the program knows, and the one to load.

use std::borrow::Cow;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use catalog::Role;
use policy::{Loaded, Policy, gguf};
use serde_json::json;
use wire::Failure;

use crate::app::lock;
use crate::trail::Trail;

/// The chat model to load: the person's own choice, or else the first of the catalog that lies in `folder`.
///
/// # Errors
/// `catalog_damaged`: it is part of the program, and a test reads it.
pub fn chat_model(chosen: Option<PathBuf>, folder: &Path) -> Result<Option<PathBuf>, Failure> {
    match chosen {
        Some(path) => Ok(Some(path)),
        None => catalog::first_in(folder, Role::Chat),
    }
}

/// What lets a model be loaded, and notes which one is.
pub struct Models {
    policy: Arc<Loaded>,
    trail: Arc<Trail>,
    loaded: Mutex<Option<String>>,
}

impl Models {
    /// Under this policy; what is loaded is accounted for in `trail`.
    pub fn new(policy: Arc<Loaded>, trail: Arc<Trail>) -> Self {
        Self { policy, trail, loaded: Mutex::default() }
    }

    /// SHA-256 of the last model that was admitted to answer, hexadecimal.
    pub fn loaded(&self) -> Option<String> {
        lock(&self.loaded).clone()
    }

    /// Looks at a model's file before the engine reads it for `role`, holds its sum against the policy, and accounts for
    /// it. It reads the file whole.
    ///
    /// # Errors
    /// The policy crate's, of models, and the trail's.
    pub fn admit(&self, path: &Path, role: Role) -> Result<gguf::Header, Failure> {
        let (header, sum) = self.account_for(path)?;
        if role == Role::Chat {
            *lock(&self.loaded) = Some(sum);
        }
        Ok(header)
    }

    /// As [`Models::admit`], for a model that drafts for another one: it is that one that answers.
    ///
    /// # Errors
    /// As [`Models::admit`].
    pub fn admit_draft(&self, path: &Path) -> Result<(), Failure> {
        self.account_for(path).map(drop)
    }

    /// Whether the agency allows the model with this SHA-256.
    ///
    /// # Errors
    /// `model_not_allowed`, `model_not_in_catalog`.
    pub fn allows(&self, sha256: &str) -> Result<(), Failure> {
        Ok(self.policy.policy.allows_model(sha256, catalog::known_sum(sha256)?.is_some())?)
    }

    /// Accounts for a model that comes into the models folder, where the agency allows it.
    ///
    /// # Errors
    /// As [`Models::allows`], and the trail's.
    pub fn admit_new(&self, path: &Path, sha256: &str) -> Result<(), Failure> {
        self.allows(sha256)?;
        self.trail.account("model_added", &json!({ "file": name(path), "sha256": sha256 }))
    }

    /// Accounts for a model that leaves the models folder.
    ///
    /// # Errors
    /// The trail's.
    pub fn let_go(&self, path: &Path) -> Result<(), Failure> {
        self.trail.account("model_removed", &json!({ "file": name(path) }))
    }

    fn account_for(&self, path: &Path) -> Result<(gguf::Header, String), Failure> {
        let header = check(path)?;
        let sum = allowed_sum(path, &self.policy.policy)?;
        self.trail.account("model_loaded", &json!({ "file": name(path), "sha256": sum }))?;
        Ok((header, sum))
    }
}

/// A file's name, as the trail has it.
fn name(path: &Path) -> Cow<'_, str> {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()
}

/// A model's header must fit its file, and its chat template be one that only formats.
fn check(path: &Path) -> Result<gguf::Header, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let bytes = file.metadata().map_err(|error| unreadable(path, error))?.len();
    let header = gguf::check(BufReader::new(file), bytes)?;
    header.chat_template.as_deref().map_or(Ok(()), gguf::check_template)?;
    Ok(header)
}

fn unreadable(path: &Path, error: std::io::Error) -> policy::Error {
    policy::Error::ModelUnreadable(format!("{}: {error}", path.display()))
}

/// The SHA-256 of a model's file, hexadecimal, where the agency allows it.
fn allowed_sum(path: &Path, policy: &Policy) -> Result<String, Failure> {
    let sum = File::open(path).and_then(gguf::sha256).map_err(|error| unreadable(path, error))?;
    policy.allows_model(&sum, catalog::known_sum(&sum)?.is_some())?;
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_persons_choice_comes_first_then_what_lies_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(chat_model(None, folder.path()).unwrap(), None);
        let known = folder.path().join("qwen2.5-coder-1.5b-instruct-q4_k_m.gguf");
        std::fs::write(&known, "GGUF").unwrap();
        assert_eq!(chat_model(None, folder.path()).unwrap(), Some(known));
        let own = PathBuf::from("/models/own.gguf");
        assert_eq!(chat_model(Some(own.clone()), folder.path()).unwrap(), Some(own));
    }

    #[test]
    fn a_model_is_looked_at_and_its_sum_compared_before_it_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        assert_eq!(check(&path).unwrap_err().code, "model_missing");
        std::fs::write(&path, "GGUG").unwrap();
        assert_eq!(check(&path).unwrap_err().code, "model_not_gguf");
        // A header that announces a key longer than the file.
        let mut forged = b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0".to_vec();
        forged.extend(u64::MAX.to_le_bytes());
        std::fs::write(&path, &forged).unwrap();
        assert_eq!(check(&path).unwrap_err().code, "model_damaged");

        let sum = gguf::sha256(&forged[..]).unwrap();
        let mut policy = Policy::default();
        let allowed = |policy: &Policy| allowed_sum(&path, policy).map_err(|failure| failure.code);
        assert_eq!(allowed(&policy), Ok(sum.clone()));
        policy.models.allowed_sha256 = vec![sum.to_uppercase()];
        assert_eq!(allowed(&policy), Ok(sum));
        policy.models.allowed_sha256 = vec!["0".repeat(64)];
        assert_eq!(allowed(&policy), Err("model_not_allowed".to_owned()));
        policy.models.require_catalog = true;
        assert_eq!(allowed(&policy), Err("model_not_in_catalog".to_owned()));
    }
}
