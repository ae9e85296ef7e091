//! Nothing that is kept can be read without the key, and nothing that was deleted with it.

mod sealed;

use std::fs;

use documents::{Block, BlockKind, Document, Format, Locator};
use rusqlite::Connection;
use sealed::{connect, decrypted, folder_holds, holds, key};
use vault::{Citation, NewMessage, NewPassage, Vault};

const PLANTED: &str = "은하수도서관 열쇠말 7731";
/// Stands for a vector's code, which is derived from the text and says much of it.
const VECTOR: &str = "은하수도서관의 부호 4419";

fn document() -> (Document, Vec<NewPassage>) {
    let text = format!("{PLANTED}은 이 문서에만 있습니다. ").repeat(200);
    let block = Block {
        kind: BlockKind::Paragraph,
        text: text.clone(),
        heading_path: vec![PLANTED.to_owned()],
        locator: Locator { section: 0, paragraph: 0, page: None },
    };
    let passage = NewPassage {
        text,
        heading_path: vec![PLANTED.to_owned()],
        section: 0,
        paragraph: 0,
        page: None,
        first_block: 0,
        last_block: 0,
    };
    (Document { blocks: vec![block], ..Document::new(Format::Hwpx) }, vec![passage])
}

fn citation(document_id: i64, passage_id: i64) -> Citation {
    Citation {
        mark: 1,
        passage_id,
        document_id,
        file: "규정.hwpx".to_owned(),
        page: None,
        section: 1,
        heading_path: vec![PLANTED.to_owned()],
        quote: format!("{PLANTED}은 이 문서에만 있습니다."),
    }
}

#[test]
fn no_file_shows_what_is_kept_and_another_key_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let vault = Vault::open(&path, &key()).unwrap();
    let id = vault.add_document("규정.hwpx", &folder.path().join("규정.hwpx"), 1, 0).unwrap();
    let (document, passages) = document();
    vault.put_document(id, "hash", &document, &passages).unwrap();
    vault.set_setting("planted", Some(PLANTED)).unwrap();
    let passage = vault.passages_of(id).unwrap()[0].id;
    vault.put_vectors("e5", &[(passage, VECTOR.as_bytes().to_vec())]).unwrap();
    assert!(!folder_holds(folder.path(), PLANTED) && !folder_holds(folder.path(), VECTOR), "while it is open");
    assert!(holds(&decrypted(&path), PLANTED), "this test cannot see what is kept");
    drop(vault);
    assert!(!folder_holds(folder.path(), PLANTED), "once it is closed");
    let other = Vault::open(&path, &keys::Key::new([8; 32])).unwrap_err();
    assert_eq!(other.code(), "vault_damaged");
    assert!(Connection::open(&path).unwrap().prepare("SELECT * FROM documents").is_err());
    assert_eq!(Vault::open(&path, &key()).unwrap().passages_of(id).unwrap().len(), 1);
}

#[test]
fn a_page_that_was_changed_is_told_and_never_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let (document, passages) = document();
    let id = {
        let vault = Vault::open(&path, &key()).unwrap();
        let id = vault.add_document("규정.hwpx", &folder.path().join("규정.hwpx"), 1, 0).unwrap();
        vault.put_document(id, "hash", &document, &passages).unwrap();
        id
    };
    let whole = fs::read(&path).unwrap();
    for page in 0..whole.len() / 4096 {
        let mut changed = whole.clone();
        changed[page * 4096 + 2000] ^= 1;
        fs::write(&path, &changed).unwrap();
        let read = Vault::open(&path, &key()).and_then(|vault| {
            Ok((vault.blocks(id)?, vault.passages_of(id)?, vault.conversations()?))
        });
        if let Ok((blocks, kept, ..)) = read {
            assert!(blocks == document.blocks && kept.len() == passages.len(), "page {page}");
        }
    }
}

#[test]
fn what_is_forgotten_is_on_no_page_not_even_a_free_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let vault = Vault::open(&path, &key()).unwrap();
    let kept = vault.add_document("남는.hwpx", &folder.path().join("남는.hwpx"), 1, 0).unwrap();
    let id = vault.add_document("규정.hwpx", &folder.path().join("규정.hwpx"), 1, 0).unwrap();
    let (document, passages) = document();
    let passage = vault.put_document(id, "hash", &document, &passages).unwrap()[0].id;
    vault.put_vectors("e5", &[(passage, VECTOR.repeat(20).into_bytes())]).unwrap();
    let (of_document, whole) = (vault.create_conversation("답", 0).unwrap(), vault.create_conversation(PLANTED, 0).unwrap());
    let answer = NewMessage { citations: vec![citation(id, passage)], ..NewMessage::answer("그렇습니다. [1]") };
    vault.add_message(of_document.id, answer, 1).unwrap();
    vault.add_message(whole.id, NewMessage::question(PLANTED), 1).unwrap();
    vault.add_message_under(whole.id, None, NewMessage::question(format!("다시: {PLANTED}")), 1).unwrap();
    vault.save_draft(Some(whole.id), PLANTED).unwrap();
    assert!(holds(&decrypted(&path), PLANTED) && holds(&decrypted(&path), VECTOR));

    vault.forget_document(id).unwrap();
    vault.forget_conversation(whole.id).unwrap();
    vault.leave_no_trace().unwrap();
    assert!(!holds(&decrypted(&path), PLANTED) && !holds(&decrypted(&path), VECTOR));
    let answer = &vault.conversation(of_document.id).unwrap().messages[0];
    assert_eq!((answer.text.as_str(), answer.citations[0].quote.as_str()), ("그렇습니다. [1]", ""));
    assert_eq!(vault.documents().unwrap()[0].id, kept);
    drop(vault);
    assert!(!holds(&decrypted(&path), PLANTED));
    connect(&path).query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap();
}

#[test]
fn a_plain_database_is_encrypted_once_and_its_file_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    {
        let vault = Vault::open_plain(&path).unwrap();
        vault.set_setting("planted", Some(PLANTED)).unwrap();
        assert!(folder_holds(folder.path(), PLANTED));
    }
    let identity = Vault::open_plain(&path).unwrap().identity().to_owned();
    let vault = Vault::open(&path, &key()).unwrap();
    assert_eq!((vault.identity(), vault.setting("planted").unwrap().as_deref()), (identity.as_str(), Some(PLANTED)));
    assert!(!folder_holds(folder.path(), PLANTED));
    drop(vault);
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, ["vault.db"]);
}

/// What a kill leaves at each step of the encrypting; the next start finishes it.
#[test]
fn a_plain_database_survives_a_kill_at_any_step() {
    type Leave<'a> = &'a dyn Fn(&std::path::Path);
    let before_the_swap = |path: &std::path::Path| fs::write(path.with_extension("db.sealed"), "half").unwrap();
    let amid_the_swap = |path: &std::path::Path| {
        fs::rename(path, path.with_extension("db.old")).unwrap();
        fs::write(path.with_extension("db.sealed"), "whole, not yet in place").unwrap();
    };
    let table: [(&str, Leave<'_>); 2] = [("before the swap", &before_the_swap), ("amid the swap", &amid_the_swap)];
    for (when, leave) in table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.db");
        Vault::open_plain(&path).unwrap().set_setting("planted", Some(PLANTED)).unwrap();
        leave(&path);
        let vault = Vault::open(&path, &key()).unwrap();
        assert_eq!(vault.setting("planted").unwrap().as_deref(), Some(PLANTED), "{when}");
        assert!(!folder_holds(folder.path(), PLANTED), "{when}");
    }
}
