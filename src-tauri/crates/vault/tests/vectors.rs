//! Vectors are of a passage's text as it is now, of one model, and nowhere else.

mod sealed;

use std::collections::BTreeMap;
use std::path::Path;

use documents::{Block, BlockKind, Document, Format, Locator};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sealed::{connect, key};
use vault::{DocumentState, NewPassage, Vault};
use wire::Failure;

fn passages(texts: usize) -> Vec<NewPassage> {
    (0..)
        .take(texts)
        .map(|index| NewPassage {
            text: format!("{index}번째 글입니다."),
            heading_path: Vec::new(),
            section: 0,
            paragraph: index,
            page: None,
            first_block: 0,
            last_block: 0,
        })
        .collect()
}

fn content() -> Document {
    let block = Block {
        kind: BlockKind::Paragraph,
        text: "글입니다.".to_owned(),
        heading_path: Vec::new(),
        locator: Locator { section: 0, paragraph: 0, page: None },
    };
    Document { blocks: vec![block], ..Document::new(Format::Hwpx) }
}

/// A new document with so many passages; gives its id and theirs.
fn add(vault: &Vault, texts: usize) -> (i64, Vec<i64>) {
    let id = vault.add_document("가.hwpx", Path::new("/가.hwpx"), 1, 0).unwrap();
    let kept = vault.put_document(id, "hash", &content(), &passages(texts)).unwrap();
    (id, kept.into_iter().map(|passage| passage.id).collect())
}

fn put(vault: &Vault, model: &str, passages: &[i64]) {
    let vectors: Vec<_> = passages.iter().map(|passage| (*passage, code(model, *passage))).collect();
    vault.put_vectors(model, &vectors).unwrap();
}

fn code(model: &str, passage: i64) -> Vec<u8> {
    [model.as_bytes(), &passage.to_le_bytes()].concat()
}

fn unembedded(vault: &Vault, model: &str, limit: usize) -> Vec<i64> {
    vault.unembedded(model, limit).unwrap().into_iter().map(|passage| passage.id).collect()
}

fn vectors(vault: &Vault, model: &str) -> Vec<(i64, i64, Vec<u8>)> {
    let mut all = Vec::new();
    vault.vectors(model, &mut |passage, document, code| all.push((passage, document, code.to_vec()))).unwrap();
    all
}

#[test]
fn the_document_added_last_is_embedded_first_and_in_reading_order() {
    let vault = Vault::in_memory().unwrap();
    let ((_, old), (_, new)) = (add(&vault, 3), add(&vault, 2));
    assert_eq!(unembedded(&vault, "e5", 4), [&new[..], &old[..2]].concat());
    assert_eq!(unembedded(&vault, "e5", 0), [0_i64; 0]);
    put(&vault, "e5", &[new[0], old[1]]);
    assert_eq!(unembedded(&vault, "e5", 9), [new[1], old[0], old[2]]);
    put(&vault, "e5", &[new[1], old[0], old[2]]);
    assert_eq!(unembedded(&vault, "e5", 9), [0_i64; 0]);
    assert_eq!(unembedded(&vault, "another", 9).len(), 5, "another model has its own vectors");
}

#[test]
fn a_passage_that_is_gone_meanwhile_gets_no_vector() {
    let vault = Vault::in_memory().unwrap();
    let (document, old) = add(&vault, 2);
    let new: Vec<i64> =
        vault.put_passages(document, &passages(2)).unwrap().into_iter().map(|passage| passage.id).collect();
    put(&vault, "e5", &[old[0], new[0], old[1]]);
    assert_eq!(vectors(&vault, "e5"), [(new[0], document, code("e5", new[0]))]);
    assert_eq!(vault.vector_counts("e5").unwrap(), (1, 2));
}

#[test]
fn a_removed_document_has_its_vectors_again_once_it_is_restored() {
    let vault = Vault::in_memory().unwrap();
    let ((document, texts), (_, others)) = (add(&vault, 2), add(&vault, 1));
    put(&vault, "e5", &[texts[0], texts[1], others[0]]);
    vault.remove_document(document, 1).unwrap();
    assert_eq!((vectors(&vault, "e5").len(), vault.vector_counts("e5").unwrap()), (1, (1, 1)));
    let again = |vault: &Vault| {
        let mut again = Vec::new();
        vault.vectors_of("e5", document, &mut |passage, of, code| again.push((passage, of, code.to_vec()))).unwrap();
        again
    };
    assert_eq!(again(&vault), []);
    vault.restore_document(document).unwrap();
    assert_eq!(again(&vault), [0, 1].map(|index| (texts[index], document, code("e5", texts[index]))));
    assert_eq!(vault.vector_counts("e5").unwrap(), (3, 3));
}

/// What takes a document's text away.
#[test]
fn no_vector_outlives_the_text_it_was_made_of() {
    type Take<'a> = &'a dyn Fn(&Vault, i64);
    let table: [(&str, Take<'_>); 5] = [
        ("it is read again", &|vault, id| {
            vault.put_document(id, "hash", &content(), &passages(1)).unwrap();
        }),
        ("it is cut anew", &|vault, id| {
            vault.put_passages(id, &passages(3)).unwrap();
        }),
        ("it failed", &|vault, id| {
            let failure = Failure { code: "x".to_owned(), message: "글".to_owned(), detail: String::new() };
            vault.fail_document(id, &failure).unwrap();
        }),
        ("it was cancelled", &|vault, id| {
            vault.set_state(id, DocumentState::Waiting, None).unwrap();
            assert_eq!(vault.cancel_documents(&[id]).unwrap(), [id]);
        }),
        ("it is forgotten", &|vault, id| vault.forget_document(id).unwrap()),
    ];
    for (when, take) in table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.db");
        let vault = Vault::open(&path, &key()).unwrap();
        let ((document, texts), (_, others)) = (add(&vault, 2), add(&vault, 1));
        put(&vault, "e5", &[texts[0], texts[1], others[0]]);
        take(&vault, document);
        let kept: Vec<i64> = connect(&path)
            .prepare("SELECT passage_id FROM vectors")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(kept, others, "{when}");
        let left: Vec<i64> =
            vault.passages_of(document).unwrap().into_iter().map(|passage| passage.id).collect();
        assert_eq!(unembedded(&vault, "e5", 9), left, "{when}: the new text needs vectors");
    }
}

#[test]
fn the_vectors_of_other_models_are_forgotten_however_many_they_are() {
    let vault = Vault::in_memory().unwrap();
    let ((_, many), (_, few)) = (add(&vault, 10_000), add(&vault, 2));
    put(&vault, "old", &many);
    put(&vault, "new", &few);
    assert_eq!(vault.vector_counts("old").unwrap(), (10_000, 10_002));
    vault.forget_vectors_of_other_models("new").unwrap();
    vault.forget_vectors_of_other_models("new").unwrap();
    assert_eq!(vault.vector_counts("old").unwrap(), (0, 10_002));
    assert_eq!(vectors(&vault, "new").len(), 2);
    assert_eq!(unembedded(&vault, "old", 20_000).len(), 10_002);
}

/// What happens to a vault; an index picks a document or passage of those that there are.
#[derive(Debug, Clone)]
enum Step {
    Add(usize),
    Put(bool, Vec<Index>),
    CutAnew(Index, usize),
    Remove(Index),
    Restore(Index),
    Forget(Index),
    ForgetOthers(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_usize..4).prop_map(Step::Add),
        6 => (any::<bool>(), vec(any::<Index>(), 0..8)).prop_map(|(model, passages)| Step::Put(model, passages)),
        1 => (any::<Index>(), 0_usize..4).prop_map(|(document, texts)| Step::CutAnew(document, texts)),
        1 => any::<Index>().prop_map(Step::Remove),
        1 => any::<Index>().prop_map(Step::Restore),
        1 => any::<Index>().prop_map(Step::Forget),
        1 => any::<bool>().prop_map(Step::ForgetOthers),
    ]
}

#[derive(Default)]
struct Kept {
    removed: bool,
    /// In reading order, each with the model of its vector.
    passages: Vec<(i64, Option<&'static str>)>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_keeps_what_a_map_keeps(steps in vec(step(), 0..40)) {
        let name = |model: bool| if model { "e5" } else { "bge" };
        let without = |passages: Vec<i64>| passages.into_iter().map(|passage| (passage, None)).collect();
        let vault = Vault::in_memory().unwrap();
        let mut model: BTreeMap<i64, Kept> = BTreeMap::new();
        for step in steps {
            let documents: Vec<i64> = model.keys().copied().collect();
            let pick = |index: Index| documents.get(index.index(documents.len().max(1))).copied();
            match step {
                Step::Add(texts) => {
                    let (document, passages) = add(&vault, texts);
                    model.insert(document, Kept { removed: false, passages: without(passages) });
                }
                Step::Put(of, picked) => {
                    let mut all: Vec<_> = model.values_mut().flat_map(|kept| &mut kept.passages).collect();
                    if all.is_empty() {
                        continue;
                    }
                    let mut passages = Vec::new();
                    for index in picked {
                        let index = index.index(all.len());
                        all[index].1 = Some(name(of));
                        passages.push(all[index].0);
                    }
                    put(&vault, name(of), &passages);
                }
                Step::CutAnew(index, texts) => {
                    let Some(document) = pick(index) else { continue };
                    let passages = vault.put_passages(document, &passages(texts)).unwrap();
                    model.entry(document).or_default().passages =
                        without(passages.into_iter().map(|passage| passage.id).collect());
                }
                Step::Remove(index) => {
                    let Some(document) = pick(index) else { continue };
                    vault.remove_document(document, 1).unwrap();
                    model.entry(document).or_default().removed = true;
                }
                Step::Restore(index) => {
                    let Some(document) = pick(index) else { continue };
                    vault.restore_document(document).unwrap();
                    model.entry(document).or_default().removed = false;
                }
                Step::Forget(index) => {
                    let Some(document) = pick(index) else { continue };
                    vault.forget_document(document).unwrap();
                    model.remove(&document);
                }
                Step::ForgetOthers(of) => {
                    vault.forget_vectors_of_other_models(name(of)).unwrap();
                    for (_, vector) in model.values_mut().flat_map(|kept| &mut kept.passages) {
                        *vector = vector.filter(|vector| *vector == name(of));
                    }
                }
            }
            for name in ["e5", "bge"] {
                let listed = || model.iter().filter(|(_, kept)| !kept.removed);
                let lacking: Vec<i64> = listed()
                    .rev()
                    .flat_map(|(_, kept)| kept.passages.iter().filter(|(_, vector)| *vector != Some(name)))
                    .map(|(passage, _)| *passage)
                    .collect();
                prop_assert_eq!(&unembedded(&vault, name, 1000), &lacking);
                let mut wanted = Vec::new();
                let mut total = 0;
                for (document, kept) in listed() {
                    total += kept.passages.len() as u64;
                    let with = kept.passages.iter().filter(|(_, vector)| *vector == Some(name));
                    wanted.extend(with.map(|(passage, _)| (*passage, *document, code(name, *passage))));
                }
                prop_assert_eq!(vault.vector_counts(name).unwrap(), (wanted.len() as u64, total));
                prop_assert_eq!(vectors(&vault, name), wanted);
            }
        }
    }
}
