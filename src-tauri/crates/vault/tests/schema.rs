//! The migrations: a fresh database, an older one, a newer one, and a file that is none (invariant 10).

mod sealed;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sealed::{connect, key};
use vault::{DocumentState, NewMessage, Rating, VERSION, Vault};
use wire::Failure;

fn version(path: &Path) -> u32 {
    let connection = connect(path);
    connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_fresh_database_is_of_this_version_and_keeps_its_identity() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made").join("on the way").join("vault.db");
    let identity = Vault::open(&path, &key()).unwrap().identity().to_owned();
    assert_eq!(version(&path), VERSION);
    assert_eq!(Vault::open(&path, &key()).unwrap().identity(), identity);
    assert_ne!(Vault::in_memory().unwrap().identity(), identity);
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    fs::write(&path, "").unwrap();
    Vault::open(&path, &key()).unwrap();
    assert_eq!(version(&path), VERSION);
}

#[test]
fn what_was_kept_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    {
        let vault = Vault::open(&path, &key()).unwrap();
        vault.set_setting("model", Some("작은 모델")).unwrap();
        vault.set_note("chunker", "1").unwrap();
    }
    let vault = Vault::open(&path, &key()).unwrap();
    assert_eq!(vault.setting("model").unwrap().as_deref(), Some("작은 모델"));
    assert_eq!(vault.note("chunker").unwrap().as_deref(), Some("1"));
    vault.set_setting("model", None).unwrap();
    assert_eq!(vault.setting("model").unwrap(), None);
}

#[test]
fn a_database_of_version_1_keeps_everything_and_gets_places() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let older = Connection::open(&path).unwrap();
    older.execute_batch(include_str!("schema/version-1.sql")).unwrap();
    drop(older);

    let vault = Vault::open(&path, &key()).unwrap();
    assert_eq!(version(&path), VERSION);
    let names: Vec<(i64, String)> = vault.documents().unwrap().into_iter().map(|row| (row.id, row.name)).collect();
    let wanted = [(1, "규정.hwpx"), (2, "없음.pdf"), (4, "옛판.txt"), (5, "새판.txt")];
    assert_eq!(names, wanted.map(|(id, name)| (id, name.to_owned())));
    let row = vault.document(1).unwrap();
    assert_eq!((row.pages, row.state, &row.warnings[..]), (Some(3), DocumentState::Ready, &["그림 1개".to_owned()][..]));
    assert_eq!((&row.unread_pages[..], row.partial, &row.folder), (&[][..], false, &None));
    assert_eq!(vault.document(2).unwrap().failure.unwrap().code, "document_missing");
    assert_eq!(vault.blocks(1).unwrap().len(), 1);
    assert_eq!(vault.passages_of(1).unwrap()[0].id, 11);
    assert_eq!(vault.setting("model_path").unwrap().as_deref(), Some("/모델.gguf"));
    let messages = vault.conversation(1).unwrap().messages;
    assert_eq!((messages.len(), messages[0].basis, &messages[0].figures), (1, None, &None));
    assert_eq!((row.grade, row.grade_reasons, row.graded_by_person, row.personal), (None, vec![], false, vec![]));
    assert_eq!(vault.unappraised().unwrap(), vault.read_documents().unwrap());
    assert_eq!(vault.unembedded("e5", 9).unwrap(), vault.passages_after(0, 9).unwrap());

    let places: Vec<(i64, Option<i64>)> =
        vault.places().unwrap().into_iter().map(|place| (place.document, place.modified)).collect();
    assert_eq!(places, [(5, None), (1, None), (2, None), (3, None)], "one document a path, that of the list");
    let new = vault.add_document("새.txt", Path::new("/새.txt"), 1, 0).unwrap();
    assert_eq!(new, 10, "an id was used twice");
    vault.set_state(new, DocumentState::Cancelled, None).unwrap();

    let connection = connect(&path);
    let broken = connection.prepare("PRAGMA foreign_key_check").unwrap().query_map([], |_| Ok(())).unwrap().count();
    assert_eq!(broken, 0);
    vault.forget_document(1).unwrap();
    assert!(vault.passages_of(1).unwrap().is_empty() && vault.blocks(1).unwrap().is_empty(), "the references are lost");
}

#[test]
fn the_messages_of_version_7_become_one_branch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let older = Connection::open(&path).unwrap();
    older.execute_batch(include_str!("schema/version-7.sql")).unwrap();
    drop(older);

    let vault = Vault::open(&path, &key()).unwrap();
    type Shown = (i64, Option<i64>, Vec<i64>);
    let shown = |id| -> Vec<Shown> {
        let messages = vault.conversation(id).unwrap().messages;
        messages.into_iter().map(|message| (message.id, message.parent, message.siblings)).collect()
    };
    assert_eq!(shown(1), [(1, None, vec![1]), (4, Some(1), vec![4]), (7, Some(4), vec![7])]);
    assert_eq!(shown(2), [(3, None, vec![3])], "also of one that was removed");
    assert!(shown(3).is_empty());
    let row = vault.conversation_row(1).unwrap();
    assert_eq!((row.folder, row.pinned_at, row.archived_at), (None, None, None));
    assert!(!vault.propose_title(1, "병가 일수").unwrap(), "the person may have typed the title");
    assert!(vault.folders().unwrap().is_empty() && vault.drafts().unwrap().is_empty());

    let answer = vault.add_message(1, NewMessage::answer("과장입니다."), 10).unwrap();
    assert_eq!((answer.id, answer.parent), (8, Some(7)));
    vault.rate_message(4, Rating::Good, None).unwrap();
    let connection = connect(&path);
    let broken = connection.prepare("PRAGMA foreign_key_check").unwrap().query_map([], |_| Ok(())).unwrap().count();
    assert_eq!(broken, 0);
}

/// What a file is made to be, the code of the failure, and what the message tells the person to do.
#[test]
fn a_file_that_cannot_be_opened_is_refused_and_left_untouched() {
    let newer = |path: &Path| {
        drop(Vault::open(path, &key()).unwrap());
        let connection = connect(path);
        connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
    };
    let text = |path: &Path| fs::write(path, "자료함이 아닌 글입니다. ".repeat(1000)).unwrap();
    let short = |path: &Path| fs::write(path, "짧은 글").unwrap();
    let headless = |path: &Path| {
        drop(Vault::open(path, &key()).unwrap());
        let mut bytes = fs::read(path).unwrap();
        bytes[..16].fill(0x5a);
        fs::write(path, bytes).unwrap();
    };
    type Make<'a> = &'a dyn Fn(&Path);
    let table: [(&str, Make<'_>, &str, &str); 4] = [
        ("of a later program", &newer, "vault_newer", "최신 판"),
        ("a long text", &text, "vault_damaged", "백업"),
        ("a short text", &short, "vault_damaged", "백업"),
        ("without its head", &headless, "vault_damaged", "백업"),
    ];
    for (what, make, code, says) in table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.db");
        make(&path);
        let before = files(folder.path());
        let failure = Failure::from(Vault::open(&path, &key()).unwrap_err());
        assert_eq!(failure.code, code, "{what}: {failure:?}");
        assert!(failure.message.contains(says), "{what}: {failure:?}");
        assert!(files(folder.path()) == before, "{what}: the files were changed");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = Vault::open(&folder.path().join("file").join("vault.db"), &key()).unwrap_err();
    assert_eq!(error.code(), "vault_unwritable", "{error}");
}
