//! The program without its window: every command is a method here, and runs in tests as it does for a person.

mod backup;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use keys::{Key, Keyring, Locked, NewWay, Ways};
use library::{Ingest, IngestStatus, Library};
use policy::Loaded;
use serde::Serialize;
use serde_json::json;
use vault::{DocumentRow, Vault};
use wire::Failure;

use crate::session::{Session, Status};
use backup::Backups;

pub use backup::{BackupStatus, BackupSummary, Restoring};

/// Where things lie.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The program's data folder; what it keeps and what set-up brought.
    pub data: PathBuf,
    /// The reader's executable.
    pub reader: PathBuf,
    /// The engine's executable.
    pub engine: PathBuf,
    /// The agency's policy, where only an administrator writes.
    pub policy: PathBuf,
}

impl Paths {
    /// The platform's data folder, and the executables beside this one. `None` for a user without a home.
    pub fn of_this_system() -> Option<Self> {
        let folders = directories::ProjectDirs::from("kr", "naratmal", "naratmal")?;
        // A missing executable is told when it is first needed, with its own failure.
        let beside = |name: &str| wire::beside(name).unwrap_or_else(|_| PathBuf::from(name));
        let suffix = std::env::consts::EXE_SUFFIX;
        Some(Self {
            data: folders.data_dir().to_owned(),
            reader: beside(&format!("naratmal-reader{suffix}")),
            engine: beside(&format!("naratmal-engine{suffix}")),
            policy: policy_folder(),
        })
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.data.join(::backup::DATABASE)
    }

    /// The folder of the index.
    pub fn index(&self) -> PathBuf {
        self.data.join("index")
    }

    /// The folder of what the engine read and keeps, sealed.
    pub fn prompts(&self) -> PathBuf {
        self.data.join("prompts")
    }

    /// The analyzer's dictionary: that of the data folder, or the one that was installed with the program.
    pub fn dictionary(&self) -> PathBuf {
        library::dictionary(&self.data)
    }

    /// The folder of the log.
    pub fn logs(&self) -> PathBuf {
        self.data.join("logs")
    }

    /// The models that set-up brought.
    pub fn models(&self) -> PathBuf {
        self.data.join(::backup::MODELS)
    }
}

#[cfg(not(feature = "automation"))]
fn policy_folder() -> PathBuf {
    policy::system_folder()
}

/// The end-to-end test brings a policy of its own.
#[cfg(feature = "automation")]
fn policy_folder() -> PathBuf {
    std::env::var_os("NARATMAL_POLICY_FOLDER").map_or_else(policy::system_folder, PathBuf::from)
}

/// The way in by the recovery key, as the trail names it.
const RECOVERY: &str = "recovery";
/// As the trail names it where the data was made just now.
const CREATED: &str = "created";
/// As the trail names it where a backup was restored just now.
const RESTORED: &str = "restored";

/// The code of a database that is found damaged.
const DAMAGED: &str = "vault_damaged";

/// What the window is told without asking.
#[derive(Debug, Clone)]
pub enum Notice {
    /// The data was locked or unlocked.
    Gate(Gate),
    /// Engine or library changed.
    Status(Status),
    /// One document changed.
    Document(DocumentRow),
    /// Many documents changed: the list is to be read again.
    Documents,
    /// The queue of documents changed.
    Ingest(IngestStatus),
}

/// Tells the window.
pub type Notify = Arc<dyn Fn(Notice) + Send + Sync>;

/// Whether the data is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GateState {
    /// Nothing is kept yet: the person chooses how it is to be locked.
    New,
    /// A key is wanted.
    Locked,
    /// Unlocked.
    Open,
}

/// `Gate` of the window's contract: how what is kept is locked, and what opens it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gate {
    state: GateState,
    ways: Ways,
    keyring_available: bool,
}

/// The running program; clones are the same one.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    paths: Paths,
    network_blocked: bool,
    keyring: Box<dyn Keyring>,
    keyring_available: OnceLock<bool>,
    /// What the agency allows, or why that cannot be trusted: then nothing is opened.
    policy: Result<Arc<Loaded>, Failure>,
    session: Mutex<Option<Session>>,
    /// It was made just now, or the recovery key opened it: the next password wants no present one.
    unproven: AtomicBool,
    /// The data was found damaged when it was to be opened with its key.
    damaged: AtomicBool,
    backups: Backups,
    notify: Notify,
}

impl App {
    /// Finds how the data is locked, and opens it where the system's keyring does that without asking. Call it inside
    /// a tokio runtime.
    pub fn start(paths: Paths, network_blocked: bool, keyring: Box<dyn Keyring>, notify: Notify) -> Self {
        let policy = policy::load(&paths.policy, None).map(Arc::new).map_err(Failure::from);
        if let Err(failure) = &policy {
            tracing::error!(code = failure.code, "the agency's policy cannot be trusted");
        }
        let app = Self(Arc::new(Inner {
            paths,
            network_blocked,
            keyring,
            keyring_available: OnceLock::new(),
            policy,
            session: Mutex::default(),
            unproven: AtomicBool::new(false),
            damaged: AtomicBool::new(false),
            backups: Backups::default(),
            notify,
        }));
        if let Err(failure) = app.settle() {
            // The gate says so, and tries it again.
            tracing::error!(code = failure.code, "a restore that was interrupted could not be finished");
            return app;
        }
        if app.ways().is_ok_and(|ways| ways.is_some_and(|ways| ways.keyring))
            && let Err(failure) = app.unlock_with_keyring()
        {
            // The window asks for the password then, or says so when the person tries again.
            tracing::warn!(code = failure.code, "the keyring did not open the data");
        }
        app
    }

    /// What the agency allows.
    ///
    /// # Errors
    /// Why its policy cannot be trusted; nothing is opened then.
    pub fn policy(&self) -> Result<&Arc<Loaded>, Failure> {
        self.0.policy.as_ref().map_err(Failure::clone)
    }

    /// Whether the keyring may open data that `has_password`.
    ///
    /// # Errors
    /// `policy_password_required` where the agency lets nobody work without a password.
    fn allow_keyring(&self, has_password: bool) -> Result<(), Failure> {
        match self.policy()?.policy.lock.require_password && has_password {
            true => Err(Failure::new(
                "policy_password_required",
                "기관의 정책에 따라 암호로만 열 수 있습니다. 암호를 정하거나 입력하십시오.",
                "",
            )),
            false => Ok(()),
        }
    }

    fn ways(&self) -> Result<Option<Ways>, Failure> {
        Ok(Locked::read(&self.0.paths.data)?.map(|locked| locked.ways()))
    }

    fn locked(&self) -> Result<Locked, Failure> {
        Locked::read(&self.0.paths.data)?.ok_or_else(|| {
            Failure::new("vault_new", "아직 암호를 정하지 않았습니다. 먼저 암호를 정하십시오.", "")
        })
    }

    /// How the data is locked.
    ///
    /// # Errors
    /// Where that cannot be read: nothing is made anew over what is there.
    pub fn gate(&self) -> Result<Gate, Failure> {
        self.policy()?;
        if self.session().is_err() {
            self.settle()?;
        }
        let ways = self.ways()?;
        let state = match (&ways, self.session().is_ok()) {
            (_, true) => GateState::Open,
            (Some(_), false) => GateState::Locked,
            (None, false) => GateState::New,
        };
        // A keyring may take seconds to say that it is not there: it is asked once, and only where it is offered.
        let offered = state != GateState::Locked && self.allow_keyring(true).is_ok();
        let keyring_available = offered && *self.0.keyring_available.get_or_init(|| self.0.keyring.available());
        Ok(Gate { state, ways: ways.unwrap_or_default(), keyring_available })
    }

    /// Finishes a restore that was interrupted, before anything of the data is read.
    fn settle(&self) -> Result<(), Failure> {
        Ok(::backup::settle(&self.0.paths.data)?)
    }

    /// Makes the data key; a password locks it, or the system's keyring where `password` is `None`.
    ///
    /// # Errors
    /// `vault_exists`, a password that is too short, or a keyring that is not there.
    pub fn create(&self, password: Option<&str>) -> Result<(), Failure> {
        if password.is_none() {
            self.allow_keyring(true)?;
        }
        let way = password.map_or(NewWay::Keyring(&*self.0.keyring), NewWay::Password);
        let key = keys::create(&self.0.paths.data, way)?;
        self.open(key, CREATED)
    }

    /// Unlocks with the person's password.
    ///
    /// # Errors
    /// A wrong password, or one that came too soon after another.
    pub fn unlock(&self, password: &str) -> Result<(), Failure> {
        let (key, _) = keys::try_password(&self.0.paths.data, password, now_ms())?;
        self.open(key, "password")
    }

    /// Unlocks with the printed recovery key.
    ///
    /// # Errors
    /// A wrong one.
    pub fn unlock_with_recovery(&self, recovery: &str) -> Result<(), Failure> {
        self.open(self.locked()?.unlock_with_recovery(recovery)?, RECOVERY)
    }

    /// Unlocks with the key in the system's keyring.
    ///
    /// # Errors
    /// Where the keyring does not give it.
    pub fn unlock_with_keyring(&self) -> Result<(), Failure> {
        let locked = self.locked()?;
        // Data of before the agency wanted a password has no other way in.
        self.allow_keyring(locked.ways().password)?;
        self.open(locked.unlock_with_keyring(&*self.0.keyring)?, "keyring")
    }

    /// Opens the data with its key, which was found by `by`.
    fn open(&self, key: Key, by: &str) -> Result<(), Failure> {
        match self.open_kept(key, by) {
            Err(failure) if failure.code == DAMAGED => {
                // Only whoever has the key learns it, and may then put a backup in its place.
                self.0.damaged.store(true, Ordering::SeqCst);
                Err(self.take_back(failure))
            }
            opened => opened,
        }
    }

    fn open_kept(&self, key: Key, by: &str) -> Result<(), Failure> {
        let inner = &self.0;
        let policy = self.policy()?.clone();
        let session = Session::open(inner.paths.clone(), key, policy, inner.network_blocked, inner.notify.clone())?;
        let trail = session.trail();
        // Before anything is added to it: what was done to the trail meanwhile is itself accounted for.
        let faults = trail.verify()?.faults;
        trail.account_failed()?;
        trail.account("unlock", &json!({ "by": by }))?;
        if !faults.is_empty() {
            trail.account("audit_fault", &json!({ "faults": faults }))?;
        }
        session.apply_policy()?;
        inner.unproven.store([RECOVERY, CREATED, RESTORED].contains(&by), Ordering::SeqCst);
        inner.damaged.store(false, Ordering::SeqCst);
        self.keep_restored();
        *lock(&inner.session) = Some(session.clone());
        session.start();
        self.tell_gate();
        Ok(())
    }

    /// Locks: stops what is being answered and read, and lets go of key, database, index and model.
    pub fn lock(&self) {
        // What is backed up or restored is plain while that goes on.
        self.stop_backup();
        let session = lock(&self.0.session).take();
        if let Some(session) = session {
            leave(&session);
        }
        self.tell_gate();
    }

    /// Locks because the desktop's session is locked, where the agency does not say otherwise.
    pub fn lock_with_session(&self) {
        if self.session().is_ok_and(|session| session.policy().lock.on_session_lock) {
            self.lock();
        }
    }

    /// Tells the window.
    pub fn tell(&self, notice: Notice) {
        (self.0.notify)(notice);
    }

    fn tell_gate(&self) {
        match self.gate() {
            Ok(gate) => self.tell(Notice::Gate(gate)),
            Err(failure) => tracing::error!(code = failure.code, "the lock's file cannot be read"),
        }
    }

    /// Gives the data another password; nothing is encrypted again. `current` is the one it has; `None` where it has none,
    /// was made just now, or was opened by the recovery key because the password is forgotten.
    ///
    /// # Errors
    /// A wrong `current`, a new one that is too short, or a file that cannot be written.
    pub fn set_password(&self, current: Option<&str>, password: &str) -> Result<(), Failure> {
        let session = self.session()?;
        keys::check_new_password(password)?;
        self.prove(&session, current)?;
        session.trail().account("password_set", &json!({}))?;
        keys::set_password(&self.0.paths.data, session.key(), password)?;
        self.0.unproven.store(false, Ordering::SeqCst);
        self.tell_gate();
        Ok(())
    }

    /// Lets the system's keyring open the data, or no longer.
    ///
    /// # Errors
    /// A keyring that is not there, or that is the only way in.
    pub fn set_keyring(&self, on: bool) -> Result<(), Failure> {
        let session = self.session()?;
        let (data, key) = (&self.0.paths.data, session.key());
        if on {
            self.allow_keyring(true)?;
        }
        session.trail().account("keyring_set", &json!({ "on": on }))?;
        match on {
            true => keys::add_keyring(data, key, &*self.0.keyring)?,
            false => keys::remove_keyring(data, key, &*self.0.keyring)?,
        }
        self.tell_gate();
        Ok(())
    }

    /// Wants the present password of whoever makes another way in, where there is one: an unlocked window that was left
    /// alone gives nobody a way in for later.
    fn prove(&self, session: &Session, current: Option<&str>) -> Result<(), Failure> {
        let unproven = current.is_none() && self.0.unproven.load(Ordering::SeqCst);
        if self.locked()?.ways().password && !unproven {
            let tried = keys::try_password(&self.0.paths.data, current.unwrap_or_default(), now_ms());
            session.trail().account_failed()?;
            tried?;
        }
        Ok(())
    }

    /// A new recovery key, to be printed once; an earlier one no longer opens anything. `current` is as in
    /// [`App::set_password`].
    ///
    /// # Errors
    /// A wrong `current`, or a file that cannot be written.
    pub fn make_recovery_key(&self, current: Option<&str>) -> Result<String, Failure> {
        let session = self.session()?;
        self.prove(&session, current)?;
        session.trail().account("recovery_key_made", &json!({}))?;
        let recovery = keys::add_recovery(&self.0.paths.data, session.key())?.to_string();
        self.tell_gate();
        Ok(recovery)
    }

    /// What is unlocked.
    ///
    /// # Errors
    /// `vault_locked` where nothing is.
    pub fn session(&self) -> Result<Session, Failure> {
        lock(&self.0.session).clone().ok_or_else(|| {
            Failure::new("vault_locked", "자료가 잠겨 있습니다. 암호를 입력하여 여십시오.", "")
        })
    }

    /// What is kept.
    ///
    /// # Errors
    /// `vault_locked`.
    pub fn vault(&self) -> Result<Vault, Failure> {
        Ok(self.session()?.vault().clone())
    }

    /// The opened library and its queue.
    ///
    /// # Errors
    /// `vault_locked`, `library_opening` while it is still being opened, or why it failed.
    pub fn library(&self) -> Result<(Library, Ingest), Failure> {
        self.session()?.library().cloned()
    }

    /// The data folder and the executables.
    pub fn paths(&self) -> &Paths {
        &self.0.paths
    }

    /// How engine and library stand.
    ///
    /// # Errors
    /// `vault_locked`.
    pub fn status(&self) -> Result<Status, Failure> {
        Ok(self.session()?.status())
    }
}

/// Ends all that goes on in a session that is locked.
fn leave(session: &Session) {
    session.leave();
    if let Err(failure) = session.trail().account("lock", &json!({})) {
        // Locking is the safe side: it is not held up.
        tracing::error!(code = failure.code, "the lock was not accounted for");
    }
    session.trail().anchor_in_keyring();
}

/// The lock of a value that is whole after every statement.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Now, in milliseconds since 1970.
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// What a fence's word and an answer by chance begin with. Driven by WebDriver it is always the same, so that every run of a
/// test meets the same answers.
pub fn seed() -> u32 {
    if cfg!(feature = "automation") { 1 } else { now_ms() as u32 }
}
