//! Everything that is kept as one file, and back: who may do it, and what becomes of the open session meanwhile.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backup::{Model, Order, Progress, Source, Told};
use keys::{Cost, Locked};
use serde::Serialize;
use serde_json::json;
use wire::Failure;

use super::{App, RESTORED, leave, lock, now_ms};
use crate::export;

/// When the last backup was made, in milliseconds since 1970.
const LAST: &str = "last_backup";
/// How long a session that ends may hold the database.
const ENDING: Duration = Duration::from_secs(if cfg!(test) { 3 } else { 30 });
/// As the trail names it where the old data is opened again.
const GONE_BACK: &str = "restore_failed";

/// `BackupStatus` of the window's contract.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct BackupStatus {
    /// When the last one was made, in milliseconds since 1970; `None` where none was.
    last_at: Option<i64>,
}

/// `BackupSummary` of the window's contract: what a backup says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct BackupSummary {
    made_at: i64,
    program: String,
    bytes: u64,
    /// The models of that PC that this one does not have.
    missing_models: Vec<Model>,
}

/// What a backup is restored with.
pub struct Restoring {
    /// The backup.
    pub file: PathBuf,
    /// What opens it.
    pub password: String,
    /// What the data is to be opened by.
    pub new_password: String,
    /// The present password, as in [`App::set_password`].
    pub current: Option<String>,
}

/// The backup that is made or restored now.
#[derive(Default)]
pub struct Backups(Mutex<Option<Arc<AtomicBool>>>);

/// One is made or restored.
struct Running<'a> {
    backups: &'a Backups,
    stop: Arc<AtomicBool>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *lock(&self.backups.0) = None;
    }
}

impl Running<'_> {
    /// The person stopped it, or locked the data.
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Tells the window, until the person stops it.
    fn told(&self, tell: impl Fn(Progress) + Send + Sync + 'static) -> Told {
        let stop = self.stop.clone();
        Arc::new(move |progress| {
            tell(progress);
            !stop.load(Ordering::SeqCst)
        })
    }
}

impl App {
    /// When the last backup was made.
    ///
    /// # Errors
    /// `vault_locked`, the vault's.
    pub fn backup_status(&self) -> Result<BackupStatus, Failure> {
        let last = self.vault()?.setting(LAST)?;
        Ok(BackupStatus { last_at: last.and_then(|last| last.parse().ok()) })
    }

    /// Writes everything to `file`, which `password` opens; `current` is as in [`App::set_password`].
    ///
    /// # Errors
    /// A wrong `current`; `export_place`; those of [`backup::make`]. An earlier file of that name stays then.
    pub fn make_backup(
        &self,
        file: &Path,
        current: Option<&str>,
        password: &str,
        tell: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<u64, Failure> {
        let session = self.session()?;
        let running = self.begin_backup()?;
        keys::check_new_password(password)?;
        let data = &self.0.paths.data;
        export::outside(file, data)?;
        self.prove(&session, current)?;
        session.trail().account("backup_made", &json!({ "file": file }))?;
        let now_ms = now_ms();
        let source = Source { vault: session.vault(), data, program: env!("CARGO_PKG_VERSION"), now_ms };
        let made = backup::make(&source, file, password, Cost::of_a_person()?, &running.told(tell))?;
        session.vault().set_setting(LAST, Some(&now_ms.to_string()))?;
        Ok(made.bytes)
    }

    /// Ends the backup or the restore that runs, where it still can be.
    pub fn stop_backup(&self) {
        if let Some(stop) = &*lock(&self.0.backups.0) {
            stop.store(true, Ordering::SeqCst);
        }
    }

    /// What a backup says of itself.
    ///
    /// # Errors
    /// Those of [`backup::inspect`].
    pub fn inspect_backup(&self, file: &Path, password: &str) -> Result<BackupSummary, Failure> {
        let manifest = backup::inspect(file, password)?;
        Ok(BackupSummary {
            made_at: manifest.made_at,
            bytes: manifest.bytes(),
            missing_models: manifest.missing_models(&self.0.paths.models()),
            program: manifest.program,
        })
    }

    /// Puts what a backup holds in the place of all that is kept here, and opens it under the new password. All of it is
    /// checked before the present session ends; where it cannot take its place that session is opened again.
    ///
    /// # Errors
    /// `restore_locked` where the data is locked and whole; a wrong `current`; those of [`backup::restore`]. What was there
    /// is as it was then.
    pub fn restore_backup(
        &self,
        restoring: &Restoring,
        tell: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<(), Failure> {
        self.policy()?;
        let running = self.begin_backup()?;
        let session = self.session().ok();
        match &session {
            Some(session) => {
                self.prove(session, restoring.current.as_deref())?;
                if let Err(failure) = session.trail().account("backup_restoring", &json!({ "file": restoring.file })) {
                    // It may be why a backup is restored; the restored trail has an entry of its own.
                    tracing::error!(code = failure.code, "a restore was not accounted for in the trail that it replaces");
                }
            }
            None => self.allow_restore()?,
        }
        let data = &self.0.paths.data;
        let order = Order {
            file: &restoring.file,
            password: &restoring.password,
            data,
            new_password: &restoring.new_password,
            cost: Cost::of_a_person()?,
            who: &whoami::username(),
            now_ms: now_ms(),
        };
        let staged = backup::restore(&order, &running.told(tell))?;
        let before = session.map(|session| session.key().clone());
        if running.is_stopped() {
            return Err(backup::Error::Stopped.into());
        }
        let placed = self.close().and_then(|()| Ok(staged.put()?)).and_then(|key| self.open(key, RESTORED));
        let locked = running.is_stopped();
        match &placed {
            // It was locked while this went on: it stays so.
            Ok(()) if locked => self.lock(),
            Ok(()) => {}
            Err(failure) => {
                tracing::error!(code = failure.code, "what was restored did not take its place");
                self.go_back(before.filter(|_| !locked));
            }
        }
        placed
    }

    /// What was there before is what is opened again.
    fn go_back(&self, before: Option<keys::Key>) {
        let gone = backup::settle(&self.0.paths.data).and_then(|()| backup::take_back(&self.0.paths.data));
        match (gone, before) {
            (Ok(_), Some(key)) => {
                if let Err(failure) = self.open(key, GONE_BACK) {
                    tracing::error!(code = failure.code, "the session of before was not opened again");
                    self.tell_gate();
                }
            }
            (Ok(_), None) => self.tell_gate(),
            (Err(error), _) => {
                tracing::error!(code = error.code(), "a restore could not be undone yet");
                self.tell_gate();
            }
        }
    }

    /// Ends the session without a word to the window, and waits until its files are closed.
    fn close(&self) -> Result<(), Failure> {
        let session = lock(&self.0.session).take();
        let Some(session) = session else { return Ok(()) };
        leave(&session);
        let vault = session.vault().clone();
        drop(session);
        Ok(vault.close(ENDING)?)
    }

    /// Nobody who has no key puts something in the place of another's data.
    fn allow_restore(&self) -> Result<(), Failure> {
        let no_key = match Locked::read(&self.0.paths.data) {
            Ok(locked) => locked.is_none(),
            // What cannot be read opens nothing any more.
            Err(keys::Error::Damaged(_)) => true,
            Err(error) => return Err(error.into()),
        };
        match no_key || self.0.damaged.load(Ordering::SeqCst) {
            true => Ok(()),
            false => Err(Failure::new(
                "restore_locked",
                "잠긴 자료가 있어 백업을 되살릴 수 없습니다. 먼저 자료를 열고 ‘보안’에서 되살리십시오.",
                "",
            )),
        }
    }

    fn begin_backup(&self) -> Result<Running<'_>, Failure> {
        let mut running = lock(&self.0.backups.0);
        if running.is_some() {
            return Err(backup::Error::Busy.into());
        }
        let stop = Arc::new(AtomicBool::new(false));
        *running = Some(stop.clone());
        Ok(Running { backups: &self.0.backups, stop })
    }

    /// What was restored is opened: what was there before it goes.
    pub(super) fn keep_restored(&self) {
        if let Err(error) = backup::keep(&self.0.paths.data) {
            // The next opening does it.
            tracing::warn!(code = error.code(), "what was there before a restore could not be removed yet");
        }
    }

    /// Where what was restored is what is damaged, what was there before comes back; what the person is told then.
    pub(super) fn take_back(&self, failure: Failure) -> Failure {
        match backup::take_back(&self.0.paths.data) {
            Ok(false) => failure,
            Ok(true) => Failure::new(
                "restore_undone",
                "되살린 자료를 열지 못하여 이전 자료로 되돌렸습니다. 이전 암호로 열고, 다른 백업으로 다시 시도하십시오.",
                failure,
            ),
            Err(error) => error.into(),
        }
    }
}

#[cfg(test)]
#[path = "backup_tests.rs"]
mod tests;
