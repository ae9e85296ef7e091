//! Which document lies where, and whose content is whose.

use std::path::{Path, PathBuf};

use vault::{Claim, DocumentState, NewDocument, Place, Vault};
use wire::Failure;

fn add(vault: &Vault, path: &str) -> i64 {
    let new = NewDocument { path: path.into(), bytes: 3, folder: Some("/자료".into()) };
    vault.add_documents(&[new], 0).unwrap()[0].id
}

fn at(path: &str, document: i64) -> Place {
    Place { path: path.into(), document, bytes: 3, modified: Some(9) }
}

fn paths(vault: &Vault, document: i64) -> Vec<PathBuf> {
    vault.places_of(document).unwrap().into_iter().map(|place| place.path).collect()
}

#[test]
fn a_content_belongs_to_one_document_of_the_list() {
    let vault = Vault::in_memory().unwrap();
    let [one, two] = ["/자료/가.txt", "/자료/나.txt"].map(|path| add(&vault, path));
    assert_eq!(vault.document(one).unwrap().folder.as_deref(), Some("자료"));
    assert_eq!(vault.document_folder(one).unwrap().as_deref(), Some(Path::new("/자료")));
    assert_eq!(vault.claim_content("a", &at("/자료/가.txt", one)).unwrap(), Claim::Own(Vec::new()));
    assert_eq!(vault.claim_content("a", &at("/자료/나.txt", two)).unwrap(), Claim::Twin(one));
    assert_eq!(vault.document_sha(two).unwrap(), None, "nothing changed");

    // Its file becomes another place of the first one; when that one's content changes, it is nobody's.
    vault.note_place(&at("/자료/나.txt", one)).unwrap();
    vault.forget_document(two).unwrap();
    assert_eq!(paths(&vault, one), [Path::new("/자료/가.txt"), Path::new("/자료/나.txt")]);
    let orphans = vec![PathBuf::from("/자료/나.txt")];
    assert_eq!(vault.claim_content("b", &at("/자료/가.txt", one)).unwrap(), Claim::Own(orphans));
    assert_eq!(paths(&vault, one), [Path::new("/자료/가.txt")]);

    vault.set_state(one, DocumentState::Ready, None).unwrap();
    vault.remove_documents(&[one], 5).unwrap();
    let three = add(&vault, "/자료/다.txt");
    assert_eq!(vault.claim_content("b", &at("/자료/다.txt", three)).unwrap(), Claim::Removed(one));
    assert_eq!(vault.claim_content("a", &at("/자료/라.txt", 99)).unwrap_err().code(), "not_found");
}

#[test]
fn a_moved_document_keeps_its_other_places() {
    let vault = Vault::in_memory().unwrap();
    let id = add(&vault, "/자료/가.txt");
    vault.note_place(&at("/자료/베낌.txt", id)).unwrap();
    vault.move_document(&at("/자료/새 이름.txt", id)).unwrap();
    assert_eq!(vault.document(id).unwrap().name, "새 이름.txt");
    assert_eq!(vault.document_path(id).unwrap(), Path::new("/자료/새 이름.txt"));
    assert_eq!(paths(&vault, id), [Path::new("/자료/베낌.txt"), Path::new("/자료/새 이름.txt")]);
    let known = vault.known(&[Path::new("/자료/가.txt"), Path::new("/자료/베낌.txt"), Path::new("/자료/새 이름.txt")]);
    let main: Vec<Option<bool>> = known.unwrap().into_iter().map(|known| known.map(|known| known.main)).collect();
    assert_eq!(main, [None, Some(false), Some(true)]);
    vault.forget_places(&[Path::new("/자료/베낌.txt")]).unwrap();
    assert_eq!(paths(&vault, id).len(), 1);
}

#[test]
fn a_document_that_fails_is_wholly_out() {
    let vault = Vault::in_memory().unwrap();
    let id = add(&vault, "/자료/가.txt");
    let block = documents::Block {
        kind: documents::BlockKind::Paragraph,
        text: "글".to_owned(),
        heading_path: Vec::new(),
        locator: documents::Locator { section: 0, paragraph: 0, page: None },
    };
    let content =
        documents::Document { blocks: vec![block], ..documents::Document::new(documents::Format::Txt) };
    vault.put_document(id, "a", &content, &[]).unwrap();
    assert_eq!(vault.read_documents().unwrap(), [id]);
    vault.fail_document(id, &Failure::new("document_damaged", "손상", "")).unwrap();
    let row = vault.document(id).unwrap();
    assert_eq!((row.state, row.failure.unwrap().code.as_str()), (DocumentState::Failed, "document_damaged"));
    assert!(vault.read_documents().unwrap().is_empty());
}

#[test]
fn folders_and_walks_are_kept_until_they_are_taken_away() {
    let vault = Vault::in_memory().unwrap();
    for folder in ["/나", "/가", "/나"] {
        vault.set_watched(Path::new(folder), true, 1).unwrap();
        vault.set_walking(Path::new(folder), true).unwrap();
    }
    assert_eq!(vault.watched_folders().unwrap(), [Path::new("/가"), Path::new("/나")]);
    assert_eq!(vault.walks().unwrap(), vault.watched_folders().unwrap());
    vault.set_watched(Path::new("/가"), false, 1).unwrap();
    vault.set_walking(Path::new("/나"), false).unwrap();
    assert_eq!(vault.watched_folders().unwrap(), [Path::new("/나")]);
    assert_eq!(vault.walks().unwrap(), [Path::new("/가")]);
}

#[test]
fn only_documents_in_the_named_states_are_moved() {
    let vault = Vault::in_memory().unwrap();
    let ids = ["/가", "/나", "/다"].map(|path| add(&vault, path));
    vault.set_state(ids[1], DocumentState::Ready, None).unwrap();
    let moved = vault.move_states(&ids, &[DocumentState::Waiting], DocumentState::Indexing).unwrap();
    assert_eq!(moved, [ids[0], ids[2]]);
    assert_eq!(vault.documents_in(DocumentState::Indexing).unwrap(), moved);
    vault.set_state(ids[0], DocumentState::Reading, None).unwrap();
    assert_eq!(vault.cancel_documents(&ids).unwrap(), [ids[0]]);
    let states = ids.map(|id| vault.document(id).unwrap().state);
    assert_eq!(states, [DocumentState::Cancelled, DocumentState::Ready, DocumentState::Indexing]);
    vault.remove_document(ids[0], 1).unwrap();
    assert_eq!(vault.listed_document(ids[0]).unwrap(), None);
    assert_eq!(vault.listed_document(ids[1]).unwrap().map(|row| row.id), Some(ids[1]));
}
