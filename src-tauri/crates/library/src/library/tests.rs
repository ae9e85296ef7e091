use super::*;
use crate::analyzer::tests::analyzer;
use documents::{Block, BlockKind, Format, Locator};

fn key() -> keys::Key {
    keys::Key::new([7; 32])
}

fn open_library(vault: Vault, folder: &Path, analyzer: Analyzer) -> Result<Library> {
    Library::open(vault, folder, analyzer, Storage::Sealed(&key()))
}

fn document(text: &str) -> Document {
    let block = |(paragraph, text): (u32, &str)| Block {
        kind: BlockKind::Paragraph,
        text: text.to_owned(),
        heading_path: vec![format!("제{paragraph}조")],
        locator: Locator { section: 0, paragraph, page: None },
    };
    Document { blocks: (0..).zip(text.lines()).map(block).collect(), ..Document::new(Format::Txt) }
}

const RULES: &str = "연가 일수는 재직기간에 따라 15일로 한다.\n병가는 연 60일의 범위에서 허가한다.\n출장 보고는 5일 안에 한다.";

#[test]
fn what_is_put_is_found_after_a_restart_and_after_the_index_is_lost() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (database, index) = (folder.path().join("v.db"), folder.path().join("index"));
    let id = {
        let vault = Vault::open(&database, &key()).unwrap();
        let library = open_library(vault.clone(), &index, analyzer.clone()).unwrap();
        let id = vault.add_document("규정.txt", Path::new("/규정.txt"), 1, 0).unwrap();
        assert_eq!(library.put(id, "hash", &document(RULES)).unwrap().state, DocumentState::Ready);
        id
    };
    for lost in ["nothing", "the index", "a file of the index"] {
        match lost {
            "the index" => std::fs::remove_dir_all(&index).unwrap(),
            "a file of the index" => std::fs::write(index.join("meta.json"), "{").unwrap(),
            _ => {}
        }
        let library = open_library(Vault::open(&database, &key()).unwrap(), &index, analyzer.clone()).unwrap();
        let hits = library.search("병가는 며칠까지 허가합니까?", None, Some(&[id]), 3).unwrap();
        assert!(hits[0].passage.text.contains("60일"), "{lost} lost: {hits:?}");
        assert!(hits[0].coverage > 0.9, "{hits:?}");
    }
}

#[test]
fn a_question_about_something_else_is_hardly_covered() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::in_memory().unwrap();
    let library = open_library(vault.clone(), folder.path(), analyzer).unwrap();
    let id = vault.add_document("규정.txt", Path::new("/규정.txt"), 1, 0).unwrap();
    library.put(id, "hash", &document(RULES)).unwrap();
    let best = |question: &str| {
        library.search(question, None, Some(&[id]), 3).unwrap().first().map_or(0.0, |hit| hit.coverage)
    };
    assert!(best("구내식당의 주차 요금은 얼마입니까?") < 0.3);
    assert!(best("출장 보고는 언제까지 합니까?") > 0.8);
}

#[test]
fn an_index_with_damaged_files_is_begun_anew() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (vault, index) = (Vault::in_memory().unwrap(), folder.path().join("index"));
    let id = vault.add_document("규정.txt", Path::new("/규정.txt"), 1, 0).unwrap();
    open_library(vault.clone(), &index, analyzer.clone()).unwrap().put(id, "hash", &document(RULES)).unwrap();
    let damage: [fn(&mut Vec<u8>); 3] =
        [|bytes| bytes.clear(), |bytes| bytes.truncate(bytes.len() / 2), |bytes| bytes.fill(0xff)];
    for damage in damage {
        for entry in std::fs::read_dir(&index).unwrap() {
            let path = entry.unwrap().path();
            if !path.extension().is_some_and(|extension| extension == "json" || extension == "lock") {
                let mut bytes = std::fs::read(&path).unwrap();
                damage(&mut bytes);
                std::fs::write(&path, bytes).unwrap();
            }
        }
        let library = open_library(vault.clone(), &index, analyzer.clone()).unwrap();
        assert_eq!(library.search("병가", None, None, 3).unwrap().len(), 1);
    }
}

#[test]
fn another_chunker_s_passages_are_cut_anew() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::in_memory().unwrap();
    let ids = ["가", "나", "다"].map(|name| {
        let id = vault.add_document(name, Path::new(name), 1, 0).unwrap();
        let whole = document(RULES);
        let wrong = NewPassage { text: "딴것".to_owned(), ..chunk::passages(&whole).remove(0) };
        let cut = if name == "나" { chunk::passages(&whole) } else { vec![wrong] };
        vault.put_document(id, name, &whole, &cut).unwrap();
        id
    });
    vault.remove_document(ids[2], 1).unwrap();
    let before = vault.passages_of(ids[1]).unwrap();
    let library = open_library(vault.clone(), folder.path(), analyzer.clone()).unwrap();
    assert!(library.search("딴것", None, None, 3).unwrap().is_empty());
    for id in ids {
        let texts: Vec<String> = vault.passages_of(id).unwrap().into_iter().map(|passage| passage.text).collect();
        assert_eq!(texts, RULES.lines().collect::<Vec<_>>());
    }
    assert_eq!(vault.passages_of(ids[1]).unwrap(), before, "what comes out the same keeps its ids");
    assert_eq!(vault.note(CHUNKER).unwrap().as_deref(), Some(CHUNKER_VERSION));
    assert_eq!(library.search("병가", None, None, 9).unwrap().len(), 2);
}

#[test]
fn a_document_that_is_removed_while_it_is_read_is_not_found_until_it_is_restored() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::in_memory().unwrap();
    let library = open_library(vault.clone(), folder.path(), analyzer).unwrap();
    let id = vault.add_document("규정.txt", Path::new("/규정.txt"), 1, 0).unwrap();
    library.remove(&[id], 1).unwrap();
    library.put(id, "hash", &document(RULES)).unwrap();
    assert!(library.search("병가", None, None, 3).unwrap().is_empty());
    assert_eq!(library.restore(id).unwrap().state, DocumentState::Ready);
    assert_eq!(library.search("병가", None, None, 3).unwrap().len(), 1);
}

/// Nothing can be written to the index while its folder is elsewhere.
#[cfg(unix)]
#[test]
fn what_the_index_could_not_write_is_made_good_with_its_next_commit() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (vault, index) = (Vault::in_memory().unwrap(), folder.path().join("index"));
    let library = open_library(vault.clone(), &index, analyzer).unwrap();
    let [kept, removed, put] = ["가.txt", "나.txt", "다.txt"]
        .map(|name| vault.add_document(name, &Path::new("/").join(name), 1, 0).unwrap());
    library.put(kept, "1", &document("병가는 연 60일로 한다.")).unwrap();
    library.put(removed, "2", &document("병가는 연 61일로 한다.")).unwrap();
    let away = folder.path().join("away");
    std::fs::rename(&index, &away).unwrap();
    library.remove(&[removed], 1).unwrap();
    library.put(put, "3", &document("병가는 연 62일로 한다.")).unwrap_err();
    std::fs::rename(&away, &index).unwrap();

    let found = || -> Vec<i64> {
        library.search("병가", None, None, 9).unwrap().iter().map(|hit| hit.passage.document_id).collect()
    };
    assert_eq!(found(), [kept], "a removed document is found, or one that is not ready");
    assert_eq!(vault.document(put).unwrap().state, DocumentState::Indexing);
    assert_eq!(library.commit(&[put]).unwrap(), [put]);
    let mut both = found();
    both.sort_unstable();
    assert_eq!(both, [kept, put]);
    let wanted: HashSet<i64> = vault.passage_ids().unwrap().into_iter().collect();
    assert_eq!(library.0.index.passages().unwrap(), wanted);
}

#[test]
fn what_was_put_and_not_committed_is_ready_after_a_restart_without_being_read_again() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::in_memory().unwrap();
    let id = vault.add_document("규정.txt", Path::new("/규정.txt"), 1, 0).unwrap();
    {
        let library = open_library(vault.clone(), folder.path(), analyzer.clone()).unwrap();
        let read = Read { document: id, sha256: "hash".to_owned(), content: document(RULES) };
        library.put_all(&[read]).unwrap();
        assert_eq!(vault.document(id).unwrap().state, DocumentState::Indexing);
        assert!(library.search("병가", None, None, 3).unwrap().is_empty());
    }
    let library = open_library(vault.clone(), folder.path(), analyzer).unwrap();
    assert_eq!(vault.document(id).unwrap().state, DocumentState::Ready);
    assert_eq!(library.search("병가", None, None, 3).unwrap().len(), 1);
}

#[test]
fn a_document_is_found_by_the_name_that_its_file_has_now_and_a_failed_one_not_at_all() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::in_memory().unwrap();
    let library = open_library(vault.clone(), folder.path(), analyzer).unwrap();
    let id = vault.add_document("규정.txt", Path::new("/규정.txt"), 1, 0).unwrap();
    library.put(id, "hash", &document(RULES)).unwrap();
    let place = vault::Place { path: "/당직근무.txt".into(), document: id, bytes: 1, modified: None };
    assert_eq!(library.relocate(&place).unwrap().name, "당직근무.txt");
    assert_eq!(library.search("당직근무", None, None, 9).unwrap()[0].passage.file, "당직근무.txt");
    library.fail(id, &Failure::new("document_damaged", "", "")).unwrap();
    assert!(library.search("당직근무", None, None, 9).unwrap().is_empty());
    library.commit(&[]).unwrap();
    assert!(library.0.index.passages().unwrap().is_empty());
}

#[test]
fn a_removed_document_is_not_found_until_it_is_restored() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::in_memory().unwrap();
    let library = open_library(vault.clone(), folder.path(), analyzer).unwrap();
    let id = vault.add_document("규정.txt", Path::new("/규정.txt"), 1, 0).unwrap();
    library.put(id, "hash", &document(RULES)).unwrap();
    library.remove(&[id], 1).unwrap();
    assert!(library.search("병가", None, None, 3).unwrap().is_empty());
    library.restore(id).unwrap();
    assert_eq!(library.search("병가", None, None, 3).unwrap().len(), 1);
}

/// The index cannot be written while its folder is elsewhere.
#[cfg(unix)]
#[test]
fn a_purge_that_cannot_write_the_index_does_the_database_s_part_and_is_finished_later() {
    let Some(analyzer) = analyzer() else { return };
    for later in ["the same call", "a call without documents", "the next start"] {
        let folder = tempfile::tempdir().unwrap();
        let (database, index) = (folder.path().join("v.db"), folder.path().join("index"));
        let vault = Vault::open(&database, &key()).unwrap();
        let mut library = open_library(vault.clone(), &index, analyzer.clone()).unwrap();
        let [kept, gone] = ["가.txt", "나.txt"]
            .map(|name| vault.add_document(name, &Path::new("/").join(name), 1, 0).unwrap());
        let read = |row: i64, text: &str| Read { document: row, sha256: row.to_string(), content: document(text) };
        library.put_all(&[read(kept, "병가는 연 60일로 한다."), read(gone, "병가는 zqxplanted 한다.")]).unwrap();
        library.commit(&[kept, gone]).unwrap();
        let segments = || -> HashSet<String> {
            let names = std::fs::read_dir(&index).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.ends_with(".term")).collect()
        };
        let before = segments();
        assert_eq!(before.len(), 1);

        let away = folder.path().join("away");
        std::fs::rename(&index, &away).unwrap();
        let failed = library.purge(&[gone]).unwrap_err();
        std::fs::rename(&away, &index).unwrap();
        assert!(matches!(vault.document(gone), Err(vault::Error::Missing { .. })), "{later}");
        let log = std::fs::metadata(folder.path().join("v.db-wal")).map_or(0, |log| log.len());
        assert_eq!(log, 0, "{later}: the log was left as it was");
        assert_eq!(Failure::from(failed).code, "purge_unfinished", "{later}");
        assert!(library.search("zqxplanted", None, None, 9).unwrap().is_empty(), "{later}");
        assert_eq!(segments(), before, "{later}: this test would see nothing");

        match later {
            "the same call" => library.purge(&[gone]).unwrap(),
            "a call without documents" => library.purge(&[]).unwrap(),
            _ => {
                drop(library);
                library = open_library(vault.clone(), &index, analyzer.clone()).unwrap();
            }
        }
        assert!(before.is_disjoint(&segments()), "{later}: the segment that holds it is still there");
        assert_eq!(library.search("병가", None, None, 9).unwrap().len(), 1, "{later}");
    }
}
