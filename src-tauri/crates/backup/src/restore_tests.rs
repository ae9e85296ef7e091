//! A backup comes back whole, or what was there stays.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::make::{Content, write};
use crate::manifest::Entry;
use crate::sample::{
    NEW_PASSWORD, PASSWORD, Profile, assert_restored, connect, cost, key, order, restore_to, restore_told, rows, told, tree,
};
use crate::{keep, settle, take_back};

struct Backup {
    folder: tempfile::TempDir,
    rows: BTreeMap<String, Vec<String>>,
}

impl Backup {
    fn of(profile: &Profile) -> Self {
        let folder = tempfile::tempdir().unwrap();
        profile.back_up(&folder.path().join("b")).unwrap();
        Self { folder, rows: rows(&profile.data().join(DATABASE), &key()) }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("b")
    }
}

#[test]
fn a_backup_is_restored_on_a_fresh_profile() {
    let backup = Backup::of(&Profile::new(200));
    let fresh = tempfile::tempdir().unwrap();
    let data = fresh.path().join("naratmal");
    let restored = restore_to(&data, &backup.file()).unwrap().put().unwrap();
    assert_ne!(restored.bytes(), key().bytes());
    assert_restored(&data, &backup.rows);
    assert_eq!(fs::read_to_string(data.join(TEMPLATES).join("나의 서식.toml")).unwrap(), "id = \"mine\"");
    keep(&data).unwrap();
    let names: Vec<_> = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name == "restore"), "{names:?}");
    assert_restored(&data, &backup.rows);
}

#[test]
fn the_backups_key_opens_nothing_that_is_restored() {
    let backup = Backup::of(&Profile::new(3));
    let fresh = tempfile::tempdir().unwrap();
    let staged = restore_to(fresh.path(), &backup.file()).unwrap();
    let head = Head::read(&mut File::open(backup.file()).unwrap()).unwrap();
    let of_backup = data_key(&head.unlock(PASSWORD).unwrap());
    staged.put().unwrap();
    assert_eq!(Vault::open(&fresh.path().join(DATABASE), &of_backup).unwrap_err().code(), "vault_damaged");
}

#[test]
fn the_old_data_stays_until_the_new_was_opened_and_comes_back_where_it_cannot_be() {
    let backup = Backup::of(&Profile::new(20));
    let there = Profile::new(1);
    let Profile { folder, vault } = there;
    vault.close(CLOSING).unwrap();
    let before = tree(folder.path());
    restore_to(folder.path(), &backup.file()).unwrap().put().unwrap();
    assert_restored(folder.path(), &backup.rows);
    assert!(take_back(folder.path()).unwrap());
    assert_eq!(tree(folder.path()), before);
    assert!(!take_back(folder.path()).unwrap());
    restore_to(folder.path(), &backup.file()).unwrap().put().unwrap();
    keep(folder.path()).unwrap();
    assert!(!take_back(folder.path()).unwrap());
    assert_restored(folder.path(), &backup.rows);
}

/// What is there before, and after each of many restores that fail.
struct There(tempfile::TempDir, BTreeMap<PathBuf, Vec<u8>>);

impl There {
    fn new() -> Self {
        let Profile { folder, vault } = Profile::new(1);
        vault.close(CLOSING).unwrap();
        let before = tree(folder.path());
        Self(folder, before)
    }

    fn fails(&self, file: &Path, password: &str) -> &'static str {
        let failed = restore(&order(self.0.path(), file, password, &cost()), &told());
        let code = failed.err().expect("it was restored").code();
        assert_eq!(tree(self.0.path()), self.1);
        code
    }
}

#[test]
fn what_cannot_be_restored_says_why_and_changes_nothing() {
    let backup = Backup::of(&Profile::new(20));
    let there = There::new();
    let whole = fs::read(backup.file()).unwrap();
    let file = backup.folder.path().join("other");
    let changed = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    let mut longer = whole.clone();
    longer.push(0);
    let head = Head::read(&mut &whole[..]).unwrap().bytes.len();
    let table = [
        ("no backup", b"%PDF-1.7".to_vec(), "backup_not_one"),
        ("empty", vec![], "backup_not_one"),
        ("copied as text", whole.iter().copied().filter(|byte| *byte != b'\r').collect(), "backup_not_one"),
        ("a later version", changed(16, 2), "backup_newer"),
        ("version 0", changed(16, 0), "backup_damaged"),
        ("cut in its head", whole[..head - 1].to_vec(), "backup_damaged"),
        ("cut at its head", whole[..head].to_vec(), "backup_damaged"),
        ("cut at a chunk", whole[..head + 65_536 + 16].to_vec(), "backup_damaged"),
        ("cut at its end", whole[..whole.len() - 1].to_vec(), "backup_damaged"),
        ("longer", longer, "backup_damaged"),
        ("changed in the middle", changed(whole.len() / 2, whole[whole.len() / 2] ^ 1), "backup_damaged"),
    ];
    for (what, bytes, wanted) in table {
        fs::write(&file, bytes).unwrap();
        assert_eq!(there.fails(&file, PASSWORD), wanted, "{what}");
    }
    assert_eq!(there.fails(&backup.file(), "다른 암호입니다"), "backup_wrong_password");
    assert_eq!(there.fails(&backup.folder.path().join("none"), PASSWORD), "backup_unreadable");
    let file = backup.file();
    let short = Order { new_password: "짧다", ..order(there.0.path(), &file, PASSWORD, &cost()) };
    assert_eq!(restore(&short, &told()).err().unwrap().code(), "password_short");
}

/// A backup of any files, as whoever knows a password can write one.
fn packed(file: &Path, schema: u32, entries: &[(&str, &[u8])]) {
    let key = Key::random().unwrap();
    pack(file, &key, schema, entries);
}

fn pack(file: &Path, key: &Key, schema: u32, entries: &[(&str, &[u8])]) {
    let head = Head::new(key, PASSWORD, cost()).unwrap();
    let files: Vec<_> = entries
        .iter()
        .map(|(name, bytes)| (Entry { name: (*name).to_owned(), bytes: bytes.len() as u64 }, Content::Bytes(bytes.to_vec())))
        .collect();
    let entries = files.iter().map(|(entry, _)| entry.clone()).collect();
    let manifest = Manifest { program: "9.9.9".to_owned(), schema, made_at: 0, entries, models: vec![] };
    write(File::create(file).unwrap(), &head, key, &manifest, &files, &told()).unwrap();
}

#[test]
fn a_backup_of_what_no_program_writes_puts_no_file_anywhere() {
    let there = There::new();
    let file = there.0.path().parent().unwrap().join(format!("{}.hostile", std::process::id()));
    let name = |name: &'static str| vec![(DATABASE, &b"x"[..]), (name, &b"x"[..])];
    let table = [
        ("a later schema", vault::VERSION + 1, vec![(DATABASE, &b"x"[..])], "backup_newer"),
        ("no database", vault::VERSION, vec![("templates/a.toml", &b"x"[..])], "backup_damaged"),
        ("nothing", vault::VERSION, vec![], "backup_damaged"),
        ("an empty database", vault::VERSION, vec![(DATABASE, &b""[..])], "backup_damaged"),
        ("no SQLite", vault::VERSION, vec![(DATABASE, &b"SQLite format 3\0"[..])], "backup_damaged"),
        ("the keys", vault::VERSION, name("keys.json"), "backup_damaged"),
        ("upwards", vault::VERSION, name("templates/../keys.toml"), "backup_damaged"),
        ("elsewhere", vault::VERSION, name("/tmp/a.toml"), "backup_damaged"),
        ("absolute below", vault::VERSION, name("templates//tmp/a.toml"), "backup_damaged"),
        ("backwards", vault::VERSION, name("templates/..\\a.toml"), "backup_damaged"),
        ("a stream", vault::VERSION, name("templates/a:b.toml"), "backup_damaged"),
        ("hidden", vault::VERSION, name("templates/.a.toml"), "backup_damaged"),
        ("twice", vault::VERSION, [name("templates/a.toml"), name("templates/a.toml")[1..].to_vec()].concat(), "backup_damaged"),
    ];
    for (what, schema, entries, wanted) in table {
        packed(&file, schema, &entries);
        assert_eq!(there.fails(&file, PASSWORD), wanted, "{what}");
    }
    fs::remove_file(file).unwrap();
}

/// The databases of earlier versions, which the vault keeps as fixtures.
#[test]
fn a_backup_of_every_earlier_schema_is_restored_and_brought_up_to_date() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vault/tests/schema");
    let mut files: Vec<_> = fs::read_dir(schemas).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "sql"));
    assert!(files.len() >= 5, "{files:?}");
    for sql in files {
        let folder = tempfile::tempdir().unwrap();
        let (database, file, data) = (folder.path().join("old.db"), folder.path().join("b"), folder.path().join("data"));
        let backup = Key::random().unwrap();
        connect(&database, &data_key(&backup)).execute_batch(&fs::read_to_string(&sql).unwrap()).unwrap();
        let version: u32 =
            connect(&database, &data_key(&backup)).query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        pack(&file, &backup, version, &[(DATABASE, &fs::read(&database).unwrap())]);
        let key = restore_to(&data, &file).unwrap().put().unwrap();
        let vault = Vault::open(&data.join(DATABASE), &key).unwrap();
        assert!(!vault.conversations().unwrap().is_empty(), "{}", sql.display());
        let now = connect(&data.join(DATABASE), &key);
        let version: u32 = now.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(version, vault::VERSION);
        count_is_kept(&connect(&database, &data_key(&backup)), &now);
    }
}

fn count_is_kept(before: &Connection, now: &Connection) {
    for table in ["documents", "passages", "messages", "conversations"] {
        let count = |connection: &Connection| -> i64 {
            connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
        };
        assert_eq!(count(before), count(now), "{table}");
    }
}

#[test]
fn a_restore_that_is_stopped_anywhere_changes_nothing() {
    let backup = Backup::of(&Profile::new(600));
    let there = There::new();
    let mut tries = 0;
    for stop in 0.. {
        let asked = Arc::new(AtomicUsize::new(0));
        let stopping: Told = Arc::new(move |_| asked.fetch_add(1, Ordering::SeqCst) < stop);
        match restore_told(there.0.path(), &backup.file(), &stopping) {
            Err(error) => assert_eq!(error.code(), "backup_stopped"),
            // What is whole and not put changes nothing either.
            Ok(staged) => {
                drop(staged);
                assert_eq!(tree(there.0.path()), there.1);
                break;
            }
        }
        tries += 1;
        assert_eq!(tree(there.0.path()), there.1);
    }
    println!("stops in a restore: {tries} tries, 0 losses");
    assert!(tries >= 4, "{tries}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any cut and any changed byte, anywhere in the file.
    #[test]
    fn no_damage_is_restored(at in any::<prop::sample::Index>(), flip in 1_u8.., cuts in any::<bool>()) {
        thread_local! {
            static BACKUP: (Backup, There) = (Backup::of(&Profile::new(2)), There::new());
        }
        BACKUP.with(|(backup, there)| {
            let mut bytes = fs::read(backup.file()).unwrap();
            let at = at.index(bytes.len());
            match cuts {
                true => bytes.truncate(at),
                false => bytes[at] ^= flip,
            }
            let file = backup.folder.path().join("damaged");
            fs::write(&file, bytes).unwrap();
            let code = there.fails(&file, PASSWORD);
            assert!(["backup_not_one", "backup_newer", "backup_damaged", "backup_wrong_password"].contains(&code), "{code}");
        });
    }
}

#[test]
fn the_new_password_opens_it_and_the_next_start_has_nothing_to_settle() {
    let backup = Backup::of(&Profile::new(2));
    let fresh = tempfile::tempdir().unwrap();
    let key = restore_to(fresh.path(), &backup.file()).unwrap().put().unwrap();
    settle(fresh.path()).unwrap();
    let locked = keys::Locked::read(fresh.path()).unwrap().unwrap();
    assert_eq!(locked.unlock_with_password(NEW_PASSWORD).unwrap().bytes(), key.bytes());
    assert_eq!(locked.unlock_with_password(PASSWORD).unwrap_err().code(), "unlock_wrong");
    assert_eq!((locked.ways().recovery, locked.ways().keyring), (false, false));
}
