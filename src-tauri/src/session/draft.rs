//! The draft model: a small one of the same vocabulary, with which the model that answers writes faster.

use std::path::{Path, PathBuf};

use vault::Vault;
use wire::Failure;

use super::{Session, locked_by_policy};

const SETTING: &str = "draft_model_path";

/// The file that the person chose, where there is one.
///
/// # Errors
/// The vault's.
pub fn chosen(vault: &Vault) -> Result<Option<PathBuf>, Failure> {
    Ok(vault.setting(SETTING)?.map(PathBuf::from))
}

impl Session {
    /// Remembers the person's draft model, or that there is to be none, and loads the model again with it. Why it is
    /// not used, where it is not, is a notice of the model; and how loading went is in the status.
    ///
    /// # Errors
    /// `policy_setting_locked`, and the vault's.
    pub async fn choose_draft_model(&self, path: Option<&Path>) -> Result<(), Failure> {
        if self.policy().is_locked("model") {
            return Err(locked_by_policy());
        }
        let setting = path.map(Path::to_string_lossy);
        self.vault().set_setting(SETTING, setting.as_deref())?;
        self.change(|status| status.draft_model = path.map(Path::to_owned));
        self.load_model().await;
        Ok(())
    }
}
