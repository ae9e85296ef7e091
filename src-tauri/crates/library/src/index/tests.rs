use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::merge_policy::{MergeCandidate, MergePolicy};
use wire::Failure;

use super::*;
use crate::analyzer::tests::analyzer;

fn add(index: &Index, passage: i64) -> Result<()> {
    index.add([Entry { passage, document: 1, title: "규정", body: "병가는 연 60일로 한다." }])
}

/// True where a segment's dictionary holds the word, of a passage that is found or not.
fn holds(index: &Index, word: &str) -> bool {
    let term = Term::from_field_text(index.fields.text, word);
    index.reader.searcher().segment_readers().iter().any(|segment| {
        segment.inverted_index(index.fields.text).unwrap().get_term_info(&term).unwrap().is_some()
    })
}

/// The segments whose files are in the folder.
fn segments(folder: &Path) -> HashSet<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| Some(name.split_once('.')?.0.to_owned())).filter(|stem| stem.len() == 32).collect()
}

#[test]
fn of_what_was_forgotten_no_word_is_in_any_file() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let key = Key::new([9; 32]);
    let index = Index::open(folder.path(), analyzer, "1".to_owned(), Storage::Sealed(&key)).unwrap();
    // One segment, of which one document goes.
    index.add([Entry { passage: 9, document: 2, title: "", body: "zqxplanted" }]).unwrap();
    add(&index, 1).unwrap();
    index.commit().unwrap();
    index.remove_document(2).unwrap();
    index.commit().unwrap();
    assert!(index.search("zqxplanted", None, 9).unwrap().is_empty());
    assert!(holds(&index, "zqxplanted"), "this test cannot see what is kept");
    let before = segments(folder.path());
    index.forget_removed().unwrap();
    assert!(!holds(&index, "zqxplanted"));
    assert!(before.is_disjoint(&segments(folder.path())), "the old segment's files are still there");
    assert_eq!(index.passages().unwrap(), HashSet::from([1]));
    assert_eq!(index.search("병가", None, 9).unwrap().len(), 1);
}

/// Merges whatever there is, whenever there is something.
#[derive(Debug)]
struct Eager;

impl MergePolicy for Eager {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let ids: Vec<_> = segments.iter().map(SegmentMeta::id).collect();
        if ids.len() > 1 { vec![MergeCandidate(ids)] } else { Vec::new() }
    }
}

#[test]
fn what_is_removed_while_tantivy_merges_on_its_own_is_forgotten_as_well() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let key = Key::new([9; 32]);
    let index = Index::open(folder.path(), analyzer, "1".to_owned(), Storage::Sealed(&key)).unwrap();
    index.take_terms();
    let body: String = (0..400).map(|number| format!("단어{number} ")).collect();
    let mut kept = HashSet::new();
    for round in 0..20_i64 {
        index.writer.lock().unwrap().as_ref().unwrap().set_merge_policy(Box::new(Eager));
        let planted = format!("zqxplanted{round}");
        let passages = |part: i64| 300 * round + 100 * part..300 * round + 100 * (part + 1);
        for part in 0..2 {
            index.add(passages(part).map(|passage| Entry { passage, document: part, title: "", body: &body })).unwrap();
            index.commit().unwrap();
            kept.extend(passages(part));
        }
        let body = format!("{planted} {body}");
        index.add(passages(2).map(|passage| Entry { passage, document: 2, title: "", body: &body })).unwrap();
        // Begins a merge of what is to be removed.
        index.commit().unwrap();
        index.remove_document(2).unwrap();
        if round % 2 == 0 {
            index.commit().unwrap();
        }
        index.forget_removed().unwrap();
        assert!(!holds(&index, &planted), "round {round}");
        assert_eq!(index.passages().unwrap(), kept, "round {round}");
        let live = index.index.searchable_segment_ids().unwrap();
        let live: HashSet<_> = live.iter().map(SegmentId::uuid_string).collect();
        assert_eq!(segments(folder.path()), live, "round {round}: a merge's files were left behind");
    }
}

#[test]
fn an_index_that_is_plain_or_has_another_key_is_begun_anew() {
    let Some(analyzer) = analyzer() else { return };
    let (folder, key) = (tempfile::tempdir().unwrap(), Key::new([9; 32]));
    let path = folder.path().join("index");
    let open = |storage| Index::open(&path, analyzer.clone(), "1".to_owned(), storage).unwrap();
    for before in [Storage::Plain, Storage::Sealed(&Key::new([8; 32]))] {
        let index = open(before);
        add(&index, 1).unwrap();
        index.commit().unwrap();
        drop(index);
        let index = open(Storage::Sealed(&key));
        assert!(index.passages().unwrap().is_empty(), "{before:?}");
        add(&index, 2).unwrap();
        index.commit().unwrap();
        drop(index);
        assert_eq!(open(Storage::Sealed(&key)).passages().unwrap(), HashSet::from([2]));
    }
}

#[test]
fn a_failed_write_is_rolled_back_and_the_next_one_works() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let index = Index::open(&path, analyzer, "1".to_owned(), Storage::Sealed(&Key::new([9; 32]))).unwrap();
    add(&index, 1).unwrap();
    index.commit().unwrap();

    add(&index, 2).unwrap();
    let full = || TantivyError::from(std::io::Error::from(std::io::ErrorKind::StorageFull));
    let error = index.write::<()>(|_| Err(full())).unwrap_err();
    assert_eq!(Failure::from(error).code, "disk_full");
    add(&index, 3).unwrap();
    index.commit().unwrap();
    assert_eq!(index.passages().unwrap(), HashSet::from([1, 3]));

    // Nothing can be written while the folder is elsewhere, and the writer cannot be rolled back either.
    if cfg!(unix) {
        let away = folder.path().join("away");
        std::fs::rename(&path, &away).unwrap();
        add(&index, 4).unwrap();
        assert_eq!(Failure::from(index.commit().unwrap_err()).code, "index_failed");
        std::fs::rename(&away, &path).unwrap();
        add(&index, 5).unwrap();
        index.commit().unwrap();
        assert_eq!(index.passages().unwrap(), HashSet::from([1, 3, 5]));
    }
    assert_eq!(index.search("병가", None, 9).unwrap().len(), if cfg!(unix) { 3 } else { 2 });
}
