//! The database of every earlier version opens, and everything that it held is there (invariant 10). How the fixtures
//! are made stands in `schema/fixture.py`.

mod sealed;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::Value;
use sealed::{connect, key};
use vault::{ConversationFilter, Error, VERSION, Vault};

/// The fixtures with the versions of their names: a version may have several.
fn fixtures() -> Vec<(u32, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("schema");
    let version = |path: &Path| {
        let name = path.file_stem()?.to_str()?.strip_prefix("version-")?;
        name.split('-').next()?.parse().ok()
    };
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut found: Vec<_> = files.filter_map(|path| Some((version(&path)?, path))).collect();
    found.sort();
    found
}

/// The rows of each table, as a value a column.
type Rows = BTreeMap<String, Vec<BTreeMap<String, Value>>>;

fn rows(connection: &Connection) -> Rows {
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let of = |name: &String| {
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
        let row = |row: &rusqlite::Row<'_>| columns.iter().map(|name| Ok((name.clone(), row.get(&**name)?))).collect();
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    };
    names.iter().map(|name| (name.clone(), of(name))).collect()
}

/// Columns by name, and indexes: what a program relies on. The words that made a table differ where it was altered.
fn shape(connection: &Connection) -> Vec<(String, String, String)> {
    let mut statement = connection
        .prepare(
            "SELECT s.name, c.name, c.type || ' ' || c.\"notnull\" || ' ' || c.pk FROM sqlite_schema s
             JOIN pragma_table_xinfo(s.name) c WHERE s.type = 'table'
             UNION ALL SELECT name, tbl_name, type FROM sqlite_schema WHERE type = 'index' ORDER BY 1, 2, 3",
        )
        .unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

fn count(connection: &Connection, pragma: &str) -> usize {
    connection.prepare(pragma).unwrap().query_map([], |_| Ok(())).unwrap().count()
}

#[test]
fn every_version_has_its_fixture() {
    let mut versions: Vec<u32> = fixtures().into_iter().map(|(version, _)| version).collect();
    versions.dedup();
    assert_eq!(versions, (1..=VERSION).collect::<Vec<_>>(), "run tests/schema/fixture.py");
    for (version, path) in fixtures() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(&fs::read_to_string(&path).unwrap()).unwrap();
        let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(found, version, "{path:?}");
    }
}

/// Encrypted, as every release since the third version of the schema keeps it, and plain, as those before did.
#[test]
fn a_database_of_every_version_opens_with_all_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("fresh.db");
    drop(Vault::open(&fresh, &key()).unwrap());
    let wanted = shape(&connect(&fresh));
    for ((version, fixture), encrypted) in fixtures().into_iter().flat_map(|one| [(one.clone(), false), (one, true)]) {
        let what = format!("{} {}", fixture.display(), if encrypted { "encrypted" } else { "plain" });
        let path = folder.path().join(format!("{}-{encrypted}.db", fixture.file_stem().unwrap().display()));
        let older = if encrypted { connect(&path) } else { Connection::open(&path).unwrap() };
        older.execute_batch(&fs::read_to_string(&fixture).unwrap()).unwrap();
        let before = rows(&older);
        drop(older);

        let vault = Vault::open(&path, &key()).unwrap();
        let connection = connect(&path);
        assert_eq!(shape(&connection), wanted, "{what}");
        assert_eq!(count(&connection, "PRAGMA foreign_key_check"), 0, "{what}");
        let whole: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(whole, "ok", "{what}");
        let after = rows(&connection);
        for (table, rows) in &before {
            let kept: Vec<BTreeMap<_, _>> = after[table]
                .iter()
                .zip(rows)
                .map(|(row, old)| row.clone().into_iter().filter(|(column, _)| old.contains_key(column)).collect())
                .collect();
            if table == "sqlite_sequence" {
                // Tables that are new add theirs; those that were there never go back.
                assert!(rows.iter().all(|row| after[table].contains(row)), "{what}: {:?}", after[table]);
            } else {
                assert_eq!((after[table].len(), &kept), (rows.len(), rows), "{what}: {table}");
            }
        }
        assert!(before["conversations"].len() >= 2 || version < 4, "{what}: too little is kept");

        // And the program can read all of it.
        for row in vault.documents().unwrap() {
            vault.blocks(row.id).unwrap();
            vault.passages_of(row.id).unwrap();
            vault.document_path(row.id).unwrap();
        }
        let listed = vault.conversations_of(&ConversationFilter::default()).unwrap();
        assert!(!listed.is_empty(), "{what}");
        for row in listed {
            assert!(vault.conversation(row.id).unwrap().messages.len() <= before["messages"].len(), "{what}");
        }
        vault.places().unwrap();
        vault.collections().unwrap();
        vault.folders().unwrap();
        vault.drafts().unwrap();
        let (anchor, faults) = vault.verify_audit(&[]).unwrap();
        let entries = before.get("audit").map_or(0, Vec::len);
        assert_eq!((anchor.count, &faults[..]), (entries as i64, &[][..]), "{what}");
        // It can be written as well.
        vault.add_document("새.txt", Path::new("/새.txt"), 1, 0).unwrap();
        vault.create_conversation("새 대화", 0).unwrap();
    }
}

#[test]
fn a_newer_database_of_any_kind_is_refused_and_left_as_it_is() {
    for encrypted in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.db");
        let newest = fixtures().pop().unwrap().1;
        let newer = if encrypted { connect(&path) } else { Connection::open(&path).unwrap() };
        newer.execute_batch(&fs::read_to_string(newest).unwrap()).unwrap();
        newer.pragma_update(None, "user_version", VERSION + 1).unwrap();
        drop(newer);
        let before = fs::read(&path).unwrap();
        let error = Vault::open(&path, &key()).unwrap_err();
        assert!(matches!(error, Error::Newer { found, known } if (found, known) == (VERSION + 1, VERSION)), "{error}");
        assert!(error.message().contains("최신 판") && error.message().contains("자료는 그대로"), "{error}");
        assert!(fs::read(&path).unwrap() == before, "the file was changed");
    }
}
