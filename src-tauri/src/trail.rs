//! The audit trail as the program keeps it: who did what is in the database, its end in a sealed file and in the
//! system's keyring, so that the last entries are missed too.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;

use keys::{Key, Keyring, Locked, SystemKeyring};
use serde::Serialize;
use serde_json::json;
use vault::{Anchor, Entry, Event, Fault, Vault};
use wire::Failure;

use crate::app::{lock, now_ms};

/// What the sealed anchor is bound to, and its name in the keyring.
const ANCHOR: &str = "audit-anchor";

/// The trail of one open vault.
pub struct Trail {
    vault: Vault,
    key: Key,
    file: PathBuf,
    who: String,
    /// True where the person lets the system's keyring open the data: it then keeps the end of the trail as well.
    in_keyring: bool,
    /// Held from an entry to its anchor, so that the file never goes back to an older one.
    writing: Mutex<()>,
}

/// The trail as the security officer sees it.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// How many entries there are.
    pub count: i64,
    /// What is wrong, in Korean; empty where all is right.
    pub faults: Vec<String>,
}

fn failed(error: io::Error) -> Failure {
    Failure::new(
        "audit_unwritable",
        "감사 기록을 저장하지 못하여 작업을 마치지 않았습니다. 자료 폴더의 권한과 디스크 공간을 확인하십시오.",
        error,
    )
}

impl Trail {
    /// The trail of `vault`; its end is kept in `folder`, sealed under a key derived from the data key.
    pub fn new(vault: Vault, key: &Key, folder: PathBuf) -> Self {
        let who = ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
        Self {
            vault,
            key: key.derive(ANCHOR),
            in_keyring: Locked::read(&folder).is_ok_and(|locked| locked.is_some_and(|locked| locked.ways().keyring)),
            file: folder.join("audit.anchor"),
            who: who.unwrap_or_else(|| "?".to_owned()),
            writing: Mutex::default(),
        }
    }

    /// Accounts for what is about to be done; where this fails it is not to be done.
    ///
    /// # Errors
    /// The vault's and the folder's.
    pub fn account(&self, action: &str, what: &serde_json::Value) -> Result<(), Failure> {
        self.account_at(now_ms(), action, what)
    }

    /// As [`Trail::account`], of something that was at `at`, in milliseconds since 1970.
    fn account_at(&self, at: i64, action: &str, what: &serde_json::Value) -> Result<(), Failure> {
        let _writing = lock(&self.writing);
        let what = what.to_string();
        let anchor = self.vault.account(Event { at, who: &self.who, action, what: &what })?;
        let text = serde_json::to_vec(&anchor).map_err(|error| failed(error.into()))?;
        let sealed = keys::seal(&self.key, ANCHOR.as_bytes(), &text)?;
        let new = self.file.with_extension("new");
        fs::write(&new, &sealed).and_then(|()| fs::rename(&new, &self.file)).map_err(failed)
    }

    /// Accounts for the wrong passwords before a right one, by their times.
    ///
    /// # Errors
    /// As [`Trail::account`].
    pub fn account_failed(&self, times: &[i64]) -> Result<(), Failure> {
        times.iter().try_for_each(|at| self.account_at(*at, "unlock_failed", &json!({})))
    }

    /// Copies the anchor into the system's keyring, where the person uses it: whoever puts back an older data folder
    /// whole is found by it. Called when the data is locked, not for each entry, since a keyring takes its time.
    pub fn anchor_in_keyring(&self) {
        if self.in_keyring
            && let Ok(Some(anchor)) = self.anchor()
            && let Ok(text) = serde_json::to_vec(&anchor)
        {
            // Without it there is the file only: SECURITY.md says what that leaves open.
            let _ = SystemKeyring.set(&self.keyring_name(), &text);
        }
    }

    fn keyring_name(&self) -> String {
        format!("{ANCHOR} {}", self.vault.identity())
    }

    fn anchor(&self) -> Result<Option<Anchor>, Failure> {
        let sealed = match fs::read(&self.file) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        // A file that does not open is as good as none, and is told as that.
        let text = keys::open(&self.key, ANCHOR.as_bytes(), &sealed).ok();
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }

    fn keyring_anchor(&self) -> Option<Anchor> {
        if !self.in_keyring {
            return None;
        }
        let text = SystemKeyring.get(&self.keyring_name()).ok()??;
        serde_json::from_slice(&text).ok()
    }

    /// Checks the trail against both anchors.
    ///
    /// # Errors
    /// The vault's and the folder's.
    pub fn verify(&self) -> Result<Checked, Failure> {
        let file = self.anchor()?;
        let keyring = self.keyring_anchor();
        let mut anchors = vec![file.as_ref()];
        // A keyring that has none, or does not answer, says nothing about the trail.
        anchors.extend(keyring.as_ref().map(Some));
        let (now, faults) = self.vault.verify_audit(&anchors)?;
        Ok(Checked { count: now.count, faults: faults.iter().map(Fault::message).collect() })
    }

    /// At most `limit` entries before `before`, latest first.
    ///
    /// # Errors
    /// The vault's.
    pub fn entries(&self, before: Option<i64>, limit: u32) -> Result<Vec<Entry>, Failure> {
        Ok(self.vault.audit_entries(before, limit)?)
    }
}
