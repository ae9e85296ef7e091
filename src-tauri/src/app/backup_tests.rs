//! The program's own part of backups: who may restore one, and what is open afterwards.

use std::fs;
use std::sync::Arc;

use keys::Keyring;

use super::*;
use crate::app::{GateState, Paths};

const PASSWORD: &str = "지금 쓰는 암호";
const OF_BACKUP: &str = "백업의 암호 하나";
const NEW_PASSWORD: &str = "되살린 뒤의 암호";

/// Of a system that has none.
struct NoKeyring;

impl Keyring for NoKeyring {
    fn available(&self) -> bool {
        false
    }

    fn get(&self, _: &str) -> keys::Result<Option<Vec<u8>>> {
        Err(keys::Error::KeyringUnavailable(String::new()))
    }

    fn set(&self, _: &str, _: &[u8]) -> keys::Result<()> {
        Err(keys::Error::KeyringUnavailable(String::new()))
    }

    fn delete(&self, _: &str) -> keys::Result<()> {
        Err(keys::Error::KeyringUnavailable(String::new()))
    }
}

fn started(data: &Path) -> App {
    let none = data.join("none");
    let paths = Paths { data: data.to_owned(), reader: none.clone(), engine: none.clone(), policy: none };
    App::start(paths, true, Box::new(NoKeyring), Arc::new(|_| {}))
}

fn state(app: &App) -> GateState {
    app.gate().unwrap().state
}

fn titles(app: &App) -> Vec<String> {
    app.vault().unwrap().conversations().unwrap().into_iter().map(|row| row.title).collect()
}

/// A profile with one conversation, and a backup of it.
fn backed_up(folder: &Path) -> (App, PathBuf) {
    let (data, file) = (folder.join("one"), folder.join("b.naratmal-backup"));
    let app = started(&data);
    app.create(Some(PASSWORD)).unwrap();
    app.vault().unwrap().create_conversation("연가", 1).unwrap();
    assert_eq!(app.backup_status().unwrap().last_at, None);
    assert!(app.make_backup(&file, Some(PASSWORD), OF_BACKUP, |_| {}).unwrap() > 0);
    assert!(app.backup_status().unwrap().last_at.is_some());
    (app, file)
}

fn restoring(file: &Path, password: &str, current: Option<&str>) -> Restoring {
    Restoring {
        file: file.to_owned(),
        password: password.to_owned(),
        new_password: NEW_PASSWORD.to_owned(),
        current: current.map(str::to_owned),
    }
}

fn actions(app: &App) -> Vec<String> {
    app.session().unwrap().trail().entries(None, 10).unwrap().into_iter().map(|entry| entry.action).collect()
}

fn restore_code(app: &App, restoring: &Restoring) -> String {
    app.restore_backup(restoring, |_| {}).unwrap_err().code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_moves_to_a_fresh_profile_and_opens_there_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (_, file) = backed_up(folder.path());
    let data = folder.path().join("two");
    let fresh = started(&data);
    assert_eq!(state(&fresh), GateState::New);
    assert_eq!(restore_code(&fresh, &restoring(&file, "다른 암호입니다", None)), "backup_wrong_password");
    assert_eq!(state(&fresh), GateState::New);
    let summary = fresh.inspect_backup(&file, OF_BACKUP).unwrap();
    assert_eq!((&*summary.program, summary.missing_models.len()), (env!("CARGO_PKG_VERSION"), 0));
    fresh.restore_backup(&restoring(&file, OF_BACKUP, None), |_| {}).unwrap();
    assert_eq!((state(&fresh), titles(&fresh)), (GateState::Open, vec!["연가".to_owned()]));
    assert_eq!(actions(&fresh)[..2], ["unlock", "backup_restored"]);
    assert_eq!(fresh.session().unwrap().trail().verify().unwrap().faults, Vec::<String>::new());
    // As after a first start, a recovery key wants no present password.
    fresh.make_recovery_key(None).unwrap();
    fresh.lock();
    assert_eq!(fresh.unlock(PASSWORD).unwrap_err().code, "unlock_wrong");
    fresh.unlock(NEW_PASSWORD).unwrap();
    assert!(!data.join("restore").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_session_is_replaced_by_whoever_has_its_password_and_stays_where_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let (app, file) = backed_up(folder.path());
    app.vault().unwrap().create_conversation("그 뒤의 대화", 2).unwrap();
    let before = titles(&app);
    let damaged = folder.path().join("damaged");
    let mut bytes = fs::read(&file).unwrap();
    bytes.pop();
    fs::write(&damaged, bytes).unwrap();
    assert_eq!(app.make_backup(&file, Some("틀린 암호입니다"), OF_BACKUP, |_| {}).unwrap_err().code, "unlock_wrong");
    assert_eq!(app.make_backup(&app.paths().data.join("b"), None, OF_BACKUP, |_| {}).unwrap_err().code, "export_place");
    for (what, wanted) in [
        (restoring(&file, OF_BACKUP, Some("틀린 암호입니다")), "unlock_wrong"),
        (restoring(&damaged, OF_BACKUP, Some(PASSWORD)), "backup_damaged"),
    ] {
        assert_eq!(restore_code(&app, &what), wanted);
        assert_eq!((state(&app), titles(&app)), (GateState::Open, before.clone()));
    }
    app.restore_backup(&restoring(&file, OF_BACKUP, Some(PASSWORD)), |_| {}).unwrap();
    assert_eq!((state(&app), titles(&app)), (GateState::Open, vec!["연가".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_stops_what_is_backed_up_or_restored_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (app, file) = backed_up(folder.path());
    let earlier = fs::read(&file).unwrap();
    let locking = app.clone();
    let locks = move |_| locking.lock();
    let made = app.make_backup(&file, Some(PASSWORD), OF_BACKUP, locks.clone());
    assert_eq!((made.unwrap_err().code, state(&app)), ("backup_stopped".to_owned(), GateState::Locked));
    assert_eq!(fs::read(&file).unwrap(), earlier);
    app.unlock(PASSWORD).unwrap();
    let restored = app.restore_backup(&restoring(&file, OF_BACKUP, Some(PASSWORD)), locks);
    assert_eq!((restored.unwrap_err().code, state(&app)), ("backup_stopped".to_owned(), GateState::Locked));
    app.unlock(PASSWORD).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_still_uses_the_data_keeps_it_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let (app, file) = backed_up(folder.path());
    app.vault().unwrap().create_conversation("그 뒤의 대화", 2).unwrap();
    let user = app.vault().unwrap();
    assert_eq!(restore_code(&app, &restoring(&file, OF_BACKUP, Some(PASSWORD))), "vault_busy");
    // The session that it ended is open again, with all that was there.
    assert_eq!((state(&app), titles(&app).len()), (GateState::Open, 2));
    drop(user);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_gate_restores_only_what_was_found_damaged_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let (app, file) = backed_up(folder.path());
    app.lock();
    assert_eq!(restore_code(&app, &restoring(&file, OF_BACKUP, None)), "restore_locked");
    drop(app);
    let data = folder.path().join("one");
    let path = data.join(backup::DATABASE);
    let mut bytes = fs::read(&path).unwrap();
    bytes[2000] ^= 1;
    fs::write(&path, bytes).unwrap();
    let app = started(&data);
    assert_eq!(app.unlock("틀린 암호입니다").unwrap_err().code, "unlock_wrong");
    assert_eq!(restore_code(&app, &restoring(&file, OF_BACKUP, None)), "restore_locked");
    assert_eq!(app.unlock(PASSWORD).unwrap_err().code, "vault_damaged");
    app.restore_backup(&restoring(&file, OF_BACKUP, None), |_| {}).unwrap();
    assert_eq!(titles(&app), ["연가"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_read_open_nothing_so_a_backup_may_take_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let (app, file) = backed_up(folder.path());
    app.lock();
    drop(app);
    let data = folder.path().join("one");
    fs::write(data.join("keys.json"), "{").unwrap();
    let app = started(&data);
    assert_eq!(app.gate().unwrap_err().code, "keys_damaged");
    app.restore_backup(&restoring(&file, OF_BACKUP, None), |_| {}).unwrap();
    assert_eq!(titles(&app), ["연가"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn restored_data_that_does_not_open_gives_way_to_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let (app, file) = backed_up(folder.path());
    app.vault().unwrap().create_conversation("그 뒤의 대화", 2).unwrap();
    app.lock();
    let data = app.paths().data.clone();
    drop(app);
    let who = String::new();
    let order = Order {
        file: &file,
        password: OF_BACKUP,
        data: &data,
        new_password: NEW_PASSWORD,
        cost: Cost::new(64, 1).unwrap(),
        who: &who,
        now_ms: 1,
    };
    let told: Told = Arc::new(|_| true);
    backup::restore(&order, &told).unwrap().put().unwrap();
    // The disk fails before it is opened.
    let path = data.join(backup::DATABASE);
    let mut bytes = fs::read(&path).unwrap();
    bytes[2000] ^= 1;
    fs::write(&path, bytes).unwrap();
    let app = started(&data);
    assert_eq!(app.unlock(NEW_PASSWORD).unwrap_err().code, "restore_undone");
    app.unlock(PASSWORD).unwrap();
    assert_eq!(titles(&app).len(), 2);
}
