//! The audit trail as the program keeps it: who did what is in the database, its end in a sealed file and in the
//! system's keyring, so that the last entries are missed too.

use std::fmt;
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
    folder: PathBuf,
    who: String,
    /// Held from an entry to its anchor, so that the file never goes back to an older one.
    writing: Mutex<()>,
    checked: Mutex<Option<Checked>>,
}

/// The trail as the security officer sees it.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// How many entries there are.
    pub count: i64,
    /// What is wrong, in Korean; empty where all is right.
    pub faults: Vec<String>,
}

fn failed(error: impl fmt::Display) -> Failure {
    Failure::new(
        "audit_unwritable",
        "감사 기록을 저장하지 못하여 작업을 마치지 않았습니다. 자료 폴더의 권한과 디스크 공간을 확인하십시오.",
        error,
    )
}

impl Trail {
    /// The trail of `vault`; its end is kept in `folder`, sealed under a key derived from the data key.
    pub fn new(vault: Vault, key: &Key, folder: PathBuf) -> Self {
        Self {
            vault,
            key: key.derive(ANCHOR),
            folder,
            // The system's word for who runs this, not the environment's, which a person can set.
            who: whoami::username(),
            writing: Mutex::default(),
            checked: Mutex::default(),
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
        let text = serde_json::to_vec(&anchor).map_err(failed)?;
        let sealed = keys::seal(&self.key, ANCHOR.as_bytes(), &text)?;
        keys::write_whole(&self.file(), &sealed).map_err(failed)
    }

    /// The person's account on this machine.
    pub fn who(&self) -> &str {
        &self.who
    }

    /// Accounts for the wrong passwords that were tried meanwhile, and only then lets go of when they were.
    ///
    /// # Errors
    /// As [`Trail::account`], and the folder's.
    pub fn account_failed(&self) -> Result<(), Failure> {
        let times = keys::unreported(&self.folder)?;
        times.iter().try_for_each(|at| self.account_at(*at, "unlock_failed", &json!({})))?;
        Ok(keys::reported(&self.folder, &times)?)
    }

    /// Copies the anchor into the system's keyring, where the person uses it: whoever puts back an older data folder
    /// whole is found by it. Called when the data is locked, not for each entry, since a keyring takes its time.
    pub fn anchor_in_keyring(&self) {
        if self.in_keyring()
            && let Ok(Some(anchor)) = self.anchor()
            && let Ok(text) = serde_json::to_vec(&anchor)
        {
            // Without it there is the file only: SECURITY.md says what that leaves open.
            let _ = SystemKeyring.set(&self.keyring_name(), &text);
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join("audit.anchor")
    }

    /// True where the person lets the system's keyring open the data: it then keeps the end of the trail as well.
    fn in_keyring(&self) -> bool {
        Locked::read(&self.folder).is_ok_and(|locked| locked.is_some_and(|locked| locked.ways().keyring))
    }

    fn keyring_name(&self) -> String {
        format!("{ANCHOR} {}", self.vault.identity())
    }

    fn anchor(&self) -> Result<Option<Anchor>, Failure> {
        // A file that does not open is as good as none, and is told as that.
        let sealed = match keys::read_bounded(&self.file()) {
            Ok(Some(sealed)) => sealed,
            Ok(None) | Err(keys::Error::Damaged(_)) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let text = keys::open(&self.key, ANCHOR.as_bytes(), &sealed).ok();
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }

    fn keyring_anchor(&self) -> Option<Anchor> {
        if !self.in_keyring() {
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
        let checked = Checked { count: now.count, faults: faults.iter().map(Fault::message).collect() };
        *lock(&self.checked) = Some(checked.clone());
        Ok(checked)
    }

    /// What the last check found; checks where there was none.
    ///
    /// # Errors
    /// As [`Trail::verify`].
    pub fn checked(&self) -> Result<Checked, Failure> {
        let last = lock(&self.checked).clone();
        last.map_or_else(|| self.verify(), Ok)
    }

    /// At most `limit` entries before `before`, latest first.
    ///
    /// # Errors
    /// The vault's.
    pub fn entries(&self, before: Option<i64>, limit: u32) -> Result<Vec<Entry>, Failure> {
        Ok(self.vault.audit_entries(before, limit)?)
    }
}
