//! All that is kept is written to another database while it is in use, and what is damaged is found.

mod sealed;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use documents::{Block, BlockKind, Document, Format, Locator};
use keys::Key;
use rusqlite::Connection;
use rusqlite::types::Value;
use sealed::{connect, folder_holds, key};
use vault::{Anchor, Event, NewMessage, NewPassage, Vault};
use wire::Failure;

const PLANTED: &str = "은하수도서관 열쇠말 7731";

fn other() -> Key {
    Key::new([9; 32])
}

fn put(vault: &Vault, name: &str, paragraphs: u32) -> i64 {
    let id = vault.add_document(name, &Path::new("/자료").join(name), 1, 0).unwrap();
    let block = |paragraph| Block {
        kind: BlockKind::Paragraph,
        text: format!("{PLANTED} {paragraph} ").repeat(8),
        heading_path: vec!["제1조".to_owned()],
        locator: Locator { section: 0, paragraph, page: None },
    };
    let content = Document { blocks: (0..paragraphs).map(block).collect(), ..Document::new(Format::Hwpx) };
    let passage = |index: u32| NewPassage {
        text: content.blocks[index as usize].text.clone(),
        heading_path: vec![],
        section: 0,
        paragraph: index,
        page: None,
        first_block: index,
        last_block: index,
    };
    let passages: Vec<_> = (0..paragraphs).map(passage).collect();
    vault.put_document(id, name, &content, &passages).unwrap();
    id
}

/// Every row of every table; that the rows of a table come in another order tells nothing.
fn rows(connection: &Connection) -> Vec<(String, Vec<String>)> {
    let mut names =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let of = |name: &String| {
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
        let mut rows: Vec<String> =
            statement.query_map([], row).unwrap().map(|row: Result<Vec<Value>, _>| format!("{:?}", row.unwrap())).collect();
        rows.sort();
        rows
    };
    names.iter().map(|name| (name.clone(), of(name))).collect()
}

fn connect_with(path: &Path, key: &Key) -> Connection {
    let connection = Connection::open(path).unwrap();
    let hex: String = key.derive("vault").bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\";")).unwrap();
    connection
}

#[test]
fn a_snapshot_is_the_same_database_under_its_own_key() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("it's.db"), folder.path().join("that's all.db"));
    let vault = Vault::open(&path, &key()).unwrap();
    put(&vault, "규정.hwpx", 300);
    let forgotten = put(&vault, "잊음.hwpx", 3);
    vault.forget_document(forgotten).unwrap();
    let conversation = vault.create_conversation("병가", 1).unwrap().id;
    vault.add_message(conversation, NewMessage::question("며칠입니까?"), 2).unwrap();
    vault.save_draft(None, "아직 보내지 않은 질문").unwrap();
    vault.set_setting("model", Some("작은 모델")).unwrap();
    vault.account(Event { at: 3, who: "kim", action: "unlock", what: "{}" }).unwrap();

    let told = Arc::new(AtomicU64::new(0));
    let heard = told.clone();
    let goes_on = move |done: u64, total: u64| {
        assert!(done <= total);
        heard.fetch_add(1, Ordering::SeqCst);
        true
    };
    assert!(vault.snapshot(&copy, &other(), goes_on).unwrap());
    assert!(told.load(Ordering::SeqCst) > 0, "nothing was told");
    assert_eq!(rows(&connect_with(&copy, &other())), rows(&connect(&path)));
    assert!(!folder_holds(folder.path(), PLANTED), "it is not encrypted");
    assert_eq!(Vault::open(&copy, &key()).unwrap_err().code(), "vault_damaged", "the vault's own key opens it");
    let opened = Vault::open(&copy, &other()).unwrap();
    assert_eq!((opened.identity(), opened.documents().unwrap()), (vault.identity(), vault.documents().unwrap()));
    opened.check().unwrap();
    let next = opened.add_document("새.txt", Path::new("/새.txt"), 1, 0).unwrap();
    assert!(next > forgotten, "an id was used twice");
}

/// Each document has as many blocks as passages, and those are put in one transaction.
#[test]
fn a_snapshot_is_of_one_moment_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(&folder.path().join("vault.db"), &key()).unwrap();
    put(&vault, "처음.hwpx", 200);
    let (writing, ended) = (vault.clone(), Arc::new(AtomicBool::new(false)));
    let end = ended.clone();
    let writer = std::thread::spawn(move || {
        let mut round = 0;
        while !end.load(Ordering::SeqCst) {
            put(&writing, &format!("{round}.hwpx"), 50);
            round += 1;
        }
        round
    });
    for round in 0..5 {
        let copy = folder.path().join(format!("copy-{round}.db"));
        assert!(vault.snapshot(&copy, &other(), |_, _| true).unwrap());
        let copied = Vault::open(&copy, &other()).unwrap();
        copied.check().unwrap();
        for row in copied.documents().unwrap() {
            let (blocks, passages) = (copied.blocks(row.id).unwrap().len(), copied.passages_of(row.id).unwrap().len());
            assert!(blocks == passages && [0, 50, 200].contains(&blocks), "{row:?}: {blocks} {passages}");
        }
    }
    ended.store(true, Ordering::SeqCst);
    assert!(writer.join().unwrap() > 0, "nothing was written meanwhile");
}

#[test]
fn a_snapshot_ends_when_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(&folder.path().join("vault.db"), &key()).unwrap();
    put(&vault, "규정.hwpx", 2000);
    assert!(!vault.snapshot(&folder.path().join("copy.db"), &other(), |_, _| false).unwrap());
    vault.set_setting("model", Some("계속 쓸 수 있다")).unwrap();
}

/// Every page in turn: found by a check, and offered the backup.
#[test]
fn a_damaged_page_is_found_and_the_backup_is_offered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let vault = Vault::open(&path, &key()).unwrap();
    put(&vault, "규정.hwpx", 60);
    vault.create_conversation("병가", 0).unwrap();
    vault.close(Duration::ZERO).unwrap();
    let whole = fs::read(&path).unwrap();
    let (pages, mut at_open, mut copies) = (whole.len() / 4096, 0, 0);
    for page in 0..pages {
        let mut changed = whole.clone();
        changed[page * 4096 + 2000] ^= 1;
        fs::write(&path, &changed).unwrap();
        let found = Vault::open(&path, &key()).and_then(|vault| {
            let read = vault.check();
            let copied = vault.snapshot(&folder.path().join(format!("{page}.db")), &other(), |_, _| true);
            // What a copy does not need is not read for it, such as an index; whatever else is damaged is in no copy.
            copies += usize::from(copied.is_ok());
            read.inspect(|()| panic!("page {page} of {pages} was damaged unseen"))
        });
        at_open += usize::from(Vault::open(&path, &key()).is_err());
        let failure = Failure::from(found.unwrap_err());
        assert_eq!(failure.code, "vault_damaged", "page {page}: {failure:?}");
        assert!(failure.message.contains("백업에서 되살리기"), "{failure:?}");
    }
    println!("{pages} pages; damage found at open: {at_open}, by a check: all the others; copied all the same: {copies}");
    assert!(pages > 20 && at_open > 0 && at_open < pages && copies < pages / 2, "{at_open}, {copies} of {pages}");
}

#[test]
fn a_vault_is_closed_once_nothing_uses_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let vault = Vault::open(&path, &key()).unwrap();
    vault.set_setting("model", Some("가")).unwrap();
    let user = vault.clone();
    assert_eq!(vault.clone().close(Duration::from_millis(50)).unwrap_err().code(), "vault_busy");
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        drop(user);
    });
    vault.close(Duration::from_secs(60)).unwrap();
    thread.join().unwrap();
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, ["vault.db"], "the write-ahead log was not written back");
}

#[test]
fn an_anchor_opens_with_its_data_key_only() {
    let anchor = Anchor { count: 3, head: "ab".to_owned() };
    let sealed = anchor.seal(&key()).unwrap();
    assert_eq!(Anchor::open(&key(), &sealed), Some(anchor));
    assert_eq!(Anchor::open(&other(), &sealed), None);
    assert_eq!(Anchor::open(&key(), &sealed[1..]), None);
}
