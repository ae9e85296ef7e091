//! A profile with a little of everything, and all that a database holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use documents::{Block, BlockKind, Document, Format, Locator};
use keys::{Cost, Key};
use rusqlite::Connection;
use rusqlite::types::Value;
use vault::{Anchor, Event, NewMessage, NewPassage, Vault};

use crate::{DATABASE, MODELS, Made, Order, Result, Source, Staged, TEMPLATES, Told, make, restore};

pub const PASSWORD: &str = "백업의 암호 하나";
pub const NEW_PASSWORD: &str = "새 컴퓨터의 암호";
pub const PLANTED: &str = "은하수도서관 열쇠말 7731";

pub fn cost() -> Cost {
    Cost::new(64, 1).unwrap()
}

pub fn told() -> Told {
    Arc::new(|_| true)
}

pub fn key() -> Key {
    Key::new([7; 32])
}

/// A data folder in use.
pub struct Profile {
    pub folder: tempfile::TempDir,
    pub vault: Vault,
}

impl Profile {
    /// With so many paragraphs in its document.
    pub fn new(paragraphs: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let vault = Vault::open(&data.join(DATABASE), &key()).unwrap();
        fill(&vault, paragraphs);
        fs::create_dir(data.join(TEMPLATES)).unwrap();
        fs::write(data.join(TEMPLATES).join("나의 서식.toml"), "id = \"mine\"").unwrap();
        fs::write(data.join(TEMPLATES).join("notes.txt"), "no template").unwrap();
        fs::create_dir(data.join(MODELS)).unwrap();
        fs::write(data.join(MODELS).join("large.gguf"), [0; 100]).unwrap();
        fs::write(data.join("keys.json"), "the old keys").unwrap();
        Self { folder, vault }
    }

    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    pub fn back_up(&self, target: &Path) -> Result<Made> {
        self.back_up_told(target, &told())
    }

    pub fn back_up_told(&self, target: &Path, told: &Told) -> Result<Made> {
        let source = Source { vault: &self.vault, data: self.data(), program: "0.1.0", now_ms: 1_000 };
        make(&source, target, PASSWORD, cost(), told)
    }
}

fn fill(vault: &Vault, paragraphs: u32) {
    let id = vault.add_document("규정.hwpx", Path::new("/자료/규정.hwpx"), 10, 1).unwrap();
    let block = |paragraph| Block {
        kind: BlockKind::Paragraph,
        text: format!("{PLANTED} {paragraph} ").repeat(6),
        heading_path: vec!["제1조".to_owned()],
        locator: Locator { section: 0, paragraph, page: None },
    };
    let content = Document { blocks: (0..paragraphs).map(block).collect(), ..Document::new(Format::Hwpx) };
    let passage = |index: u32| NewPassage {
        text: content.blocks[index as usize].text.clone(),
        heading_path: vec!["제1조".to_owned()],
        section: 0,
        paragraph: index,
        page: None,
        first_block: index,
        last_block: index,
    };
    let passages: Vec<_> = (0..paragraphs).map(passage).collect();
    vault.put_document(id, "sum", &content, &passages).unwrap();
    let row = vault.create_conversation("연가", 2).unwrap();
    vault.add_message(row.id, NewMessage::question("연가는 며칠입니까?"), 3).unwrap();
    vault.add_message(row.id, NewMessage::answer("21일입니다."), 4).unwrap();
    vault.save_draft(Some(row.id), "아직 보내지 않은 질문").unwrap();
    let collection = vault.add_collection("인사", 5).unwrap();
    vault.collect(collection, &[id], true).unwrap();
    vault.set_setting("idle_minutes", Some("10")).unwrap();
    vault.set_watched(Path::new("/자료"), true, 6).unwrap();
    for at in 0..5 {
        vault.account(Event { at, who: "kim", action: "unlock", what: "{}" }).unwrap();
    }
}

pub fn connect(path: &Path, key: &Key) -> Connection {
    let connection = Connection::open(path).unwrap();
    let hex: String = key.derive("vault").bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\";")).unwrap();
    connection
}

/// Every row of every table, in some order that tells nothing.
pub fn rows(path: &Path, key: &Key) -> BTreeMap<String, Vec<String>> {
    let connection = connect(path, key);
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(|name| name.unwrap()).collect();
    let of = |name: &String| {
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get::<_, Value>(column)).collect();
        let rows = statement.query_map([], row).unwrap().map(|row: rusqlite::Result<Vec<Value>>| format!("{:?}", row.unwrap()));
        let mut rows: Vec<String> = rows.collect();
        rows.sort();
        rows
    };
    names.iter().map(|name| (name.clone(), of(name))).collect()
}

pub fn restore_to(data: &Path, file: &Path) -> Result<Staged> {
    restore_told(data, file, &told())
}

pub fn restore_told(data: &Path, file: &Path, told: &Told) -> Result<Staged> {
    restore(&order(data, file, PASSWORD, &cost()), told)
}

pub fn order<'a>(data: &'a Path, file: &'a Path, password: &'a str, cost: &Cost) -> Order<'a> {
    Order { file, password, data, new_password: NEW_PASSWORD, cost: cost.clone(), who: "lee", now_ms: 2_000 }
}

/// The data folder opens with the key that its own password gives, holds all of `rows`, and accounts for the restore.
pub fn assert_restored(data: &Path, rows_before: &BTreeMap<String, Vec<String>>) {
    let key = keys::Locked::read(data).unwrap().unwrap().unlock_with_password(NEW_PASSWORD).unwrap();
    let vault = Vault::open(&data.join(DATABASE), &key).unwrap();
    vault.check().unwrap();
    let anchor = Anchor::open(&key, &fs::read(data.join(Anchor::FILE)).unwrap());
    let (_, faults) = vault.verify_audit(&[anchor.as_ref()]).unwrap();
    assert_eq!(faults, vec![]);
    let last = vault.audit_entries(None, 1).unwrap().remove(0);
    assert_eq!((&*last.action, &*last.who, last.at), ("backup_restored", "lee", 2_000));
    drop(vault);
    let mut now = rows(&data.join(DATABASE), &key);
    let added = now.get_mut("audit").map(|audit| audit.retain(|row| !row.contains("backup_restored")));
    assert!(added.is_some());
    assert_eq!(&now, rows_before);
}

/// All files of a folder that are no locks, with what is in them.
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => left.push(path),
                false if path.extension().is_some_and(|ending| ending == "lock") => {}
                false => drop(files.insert(path.clone(), fs::read(&path).unwrap())),
            }
        }
    }
    files
}
