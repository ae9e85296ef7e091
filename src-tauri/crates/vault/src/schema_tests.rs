//! A migration that fails leaves the older program's database as it was, wherever it fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::Connection;
use rusqlite::hooks::{AuthContext, Authorization};
use rusqlite::types::Value;

use super::*;

/// The databases of earlier versions; see `tests/schema/fixture.py`.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("schema");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sql"))
        .collect();
    files.sort();
    files
}

/// All that a database holds: its version, its tables' words and their rows.
#[derive(Debug, PartialEq)]
struct Content(u32, Vec<(String, Option<String>, Vec<Vec<Value>>)>);

fn content(path: &Path) -> Content {
    let connection = Connection::open(path).unwrap();
    let whole: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
    let mut names = connection.prepare("SELECT name, type, sql FROM sqlite_schema ORDER BY type, name").unwrap();
    let named = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let things: Vec<(String, String, Option<String>)> =
        names.query_map([], named).unwrap().collect::<rusqlite::Result<_>>().unwrap();
    let rows = |name: &str| {
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
        statement.query_map([], row).unwrap().collect::<rusqlite::Result<_>>().unwrap()
    };
    let things = things.into_iter().map(|(name, kind, sql)| {
        let rows = if kind == "table" { rows(&name) } else { Vec::new() };
        (name, sql, rows)
    });
    Content(version(&connection).unwrap(), things.collect())
}

/// A database of the fixture in a file of its own, as the program of its time left it.
fn laid_out(fixture: &Path, path: &Path) {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.execute_batch(&fs::read_to_string(fixture).unwrap()).unwrap();
}

/// Where a fault is put.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// Where the statements are read: there are some to each.
    Statement(usize),
    /// Amid a statement, so many instructions of SQLite's machine after the first.
    Instruction(usize),
}

/// Migrates with a fault, which may lie behind the end; gives how often a fault could have been put so far.
fn migrate_with(path: &Path, fault: Fault) -> (Result<()>, usize) {
    let mut connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    // No power cut is tried here, and waiting for the disk thousands of times is what would take its time.
    connection.pragma_update(None, "synchronous", "OFF").unwrap();
    let met = Arc::new(AtomicUsize::new(0));
    let counted = met.clone();
    let is_it = move |wanted: usize| counted.fetch_add(1, Ordering::SeqCst) == wanted;
    match fault {
        Fault::Statement(wanted) => connection
            .authorizer(Some(move |_: AuthContext<'_>| match is_it(wanted) {
                true => Authorization::Deny,
                false => Authorization::Allow,
            }))
            .unwrap(),
        Fault::Instruction(wanted) => connection.progress_handler(1, Some(move || is_it(wanted))).unwrap(),
    }
    (migrate(&mut connection), met.load(Ordering::SeqCst))
}

const NEVER: usize = usize::MAX;
/// Faults amid statements that are tried of each fixture.
const TRIES: usize = 60;

#[test]
fn a_migration_that_fails_leaves_the_database_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (mut failed, mut migrated) = (0, 0);
    for fixture in fixtures() {
        let (old, path) = (folder.path().join("old.db"), folder.path().join("new.db"));
        for path in [&old, &path] {
            let _ = fs::remove_file(path);
        }
        laid_out(&fixture, &old);
        let before = content(&old);
        if before.0 == VERSION {
            continue;
        }
        let mut attempt = |fault| {
            fs::copy(&old, &path).unwrap();
            let (done, places) = migrate_with(&path, fault);
            let after = content(&path);
            match done {
                Ok(()) => {
                    assert_eq!(after.0, VERSION, "{fixture:?} {fault:?}");
                    migrated += 1;
                }
                Err(_) => {
                    assert!(after == before, "{fixture:?} {fault:?}: {after:?}");
                    failed += 1;
                }
            }
            places
        };
        let statements = attempt(Fault::Statement(NEVER));
        assert!(statements > 10, "{fixture:?}");
        for place in 0..statements {
            attempt(Fault::Statement(place));
        }
        let instructions = attempt(Fault::Instruction(NEVER));
        assert!(instructions > TRIES, "{fixture:?}");
        for share in 0..TRIES {
            attempt(Fault::Instruction(instructions * share / TRIES));
        }
    }
    println!("migrations that failed: {failed}, that went through: {migrated}");
    assert!(failed > 1000, "{failed}");
}
