//! A document goes in as a whole or not at all, whatever stops it (invariant 5).

mod sealed;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use documents::{Block, BlockKind, Document, Format, Locator};
use sealed::{connect, key};
use vault::{DocumentState, NewPassage, Vault};

/// The child that [`a_killed_process_leaves_documents_wholly_in_or_wholly_out`] kills writes to the database there.
const CHILD: &str = "NARATMAL_TEST_VAULT";

fn document(words: &str, blocks: u32) -> Document {
    let block = |paragraph| Block {
        kind: BlockKind::Paragraph,
        text: format!("{words} {paragraph}"),
        heading_path: vec!["제1조".to_owned()],
        locator: Locator { section: 0, paragraph, page: None },
    };
    Document { blocks: (0..blocks).map(block).collect(), ..Document::new(Format::Hwpx) }
}

fn passages(document: &Document) -> Vec<NewPassage> {
    (0..)
        .zip(&document.blocks)
        .map(|(index, block)| NewPassage {
            text: block.text.clone(),
            heading_path: block.heading_path.clone(),
            section: 0,
            paragraph: index,
            page: None,
            first_block: index,
            last_block: index,
        })
        .collect()
}

fn put(vault: &Vault, id: i64, document: &Document) -> vault::Result<usize> {
    vault.put_document(id, "hash", document, &passages(document)).map(|kept| kept.len())
}

#[test]
fn a_document_that_is_not_there_takes_nothing() {
    let vault = Vault::in_memory().unwrap();
    assert_eq!(put(&vault, 7, &document("가", 3)).unwrap_err().code(), "not_found");
    assert_eq!(vault.put_passages(7, &[]).unwrap_err().code(), "not_found");
    assert!(vault.blocks(7).unwrap().is_empty());
    assert!(vault.passage_ids().unwrap().is_empty());
}

/// The table whose third row is refused, by a trigger that a second connection made.
#[test]
fn a_put_that_fails_midway_changes_nothing() {
    for table in ["blocks", "passages"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.db");
        let vault = Vault::open(&path, &key()).unwrap();
        let id = vault.add_document("가.hwpx", Path::new("/가.hwpx"), 1, 0).unwrap();
        let old = document("옛", 2);
        put(&vault, id, &old).unwrap();
        vault.set_state(id, DocumentState::Ready, None).unwrap();
        let before = (vault.document(id).unwrap(), vault.blocks(id).unwrap(), vault.passages_of(id).unwrap());
        connect(&path)
            .execute_batch(&format!(
                "CREATE TRIGGER stop BEFORE INSERT ON {table} WHEN NEW.ordinal = 2
                 BEGIN SELECT RAISE(ABORT, 'stopped'); END"
            ))
            .unwrap();

        let new = document("새", 5);
        assert_eq!(put(&vault, id, &new).unwrap_err().code(), "vault_failed", "{table}");
        if table == "passages" {
            vault.put_passages(id, &passages(&new)).unwrap_err();
        }
        let after = (vault.document(id).unwrap(), vault.blocks(id).unwrap(), vault.passages_of(id).unwrap());
        assert_eq!(after, before, "{table}");

        connect(&path).execute_batch("DROP TRIGGER stop").unwrap();
        assert_eq!(put(&vault, id, &new).unwrap(), 5, "{table}");
        assert_eq!(vault.blocks(id).unwrap(), new.blocks, "{table}");
        let ids = vault.passage_ids().unwrap();
        assert!(before.2.iter().all(|passage| !ids.contains(&passage.id)), "an id was used twice");
    }
}

/// Not a test by itself: puts documents until it is killed.
#[test]
fn child_puts_documents() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let vault = Vault::open(Path::new(&path), &key()).unwrap();
    for round in 0.. {
        let content = document(&format!("{round}번째 "), 400);
        let id = vault.add_document("나.hwpx", Path::new("/나.hwpx"), 1, round).unwrap();
        put(&vault, id, &content).unwrap();
    }
}

#[test]
fn a_killed_process_leaves_documents_wholly_in_or_wholly_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    drop(Vault::open(&path, &key()).unwrap());
    let mut whole = 0;
    // Later where the machine is busy, so that something was put at all.
    for (round, milliseconds) in (0..).zip((60..5000).step_by(37)) {
        if round >= 5 && whole > 0 {
            break;
        }
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_puts_documents"])
            .env(CHILD, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();

        let vault = Vault::open(&path, &key()).unwrap();
        for row in vault.documents().unwrap() {
            let (blocks, passages) = (vault.blocks(row.id).unwrap(), vault.passages_of(row.id).unwrap());
            let wanted = match row.state {
                DocumentState::Waiting => 0,
                DocumentState::Indexing => 400,
                other => panic!("{other:?}"),
            };
            assert_eq!((blocks.len(), passages.len()), (wanted, wanted), "{row:?}");
            assert!(blocks.iter().zip(&passages).all(|(block, passage)| block.text == passage.text));
            whole += usize::from(wanted > 0);
        }
        let waiting = vault.documents().unwrap().into_iter().filter(|row| row.state == DocumentState::Waiting);
        assert_eq!(vault.unread().unwrap(), waiting.collect::<Vec<_>>());
    }
    assert!(whole > 0, "the child never put a document");
}
