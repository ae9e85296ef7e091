use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::merge_policy::{MergeCandidate, MergePolicy};
use wire::Failure;

use super::*;
use crate::Question;
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
    let index = Index::open(folder.path(), analyzer.clone(), "1".to_owned(), Storage::Sealed(&key)).unwrap();
    // One segment, of which one document goes.
    index.add([Entry { passage: 9, document: 2, title: "", body: "zqxplanted" }]).unwrap();
    add(&index, 1).unwrap();
    index.commit().unwrap();
    index.remove_document(2).unwrap();
    index.commit().unwrap();
    assert!(index.search(&Question::new(&analyzer, "zqxplanted"), None, 9).unwrap().is_empty());
    assert!(holds(&index, "zqxplanted"), "this test cannot see what is kept");
    let before = segments(folder.path());
    index.forget_removed().unwrap();
    assert!(!holds(&index, "zqxplanted"));
    assert!(before.is_disjoint(&segments(folder.path())), "the old segment's files are still there");
    assert_eq!(index.passages().unwrap(), HashSet::from([1]));
    assert_eq!(index.search(&Question::new(&analyzer, "병가"), None, 9).unwrap().len(), 1);
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
    let index = Index::open(folder.path(), analyzer.clone(), "1".to_owned(), Storage::Sealed(&key)).unwrap();
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
    let index = Index::open(&path, analyzer.clone(), "1".to_owned(), Storage::Sealed(&Key::new([9; 32]))).unwrap();
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
    assert_eq!(index.search(&Question::new(&analyzer, "병가"), None, 9).unwrap().len(), if cfg!(unix) { 3 } else { 2 });
}

#[test]
fn what_is_written_otherwise_than_it_is_asked_for_is_found_first() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let key = Key::new([9; 32]);
    let index = Index::open(folder.path(), analyzer.clone(), "1".to_owned(), Storage::Sealed(&key)).unwrap();
    // (asked, written): beside each stands one that shares every word but the one in question.
    let table = [
        ("1,000만원을 넘는 계약", "10,000,000원을 넘는 계약", "20,000,000원을 넘는 계약"),
        ("천만원 이하 수의 계약", "1,000만원 이하 수의 계약", "2,000만원 이하 수의 계약"),
        ("2026-03-01 시행하는 규칙", "2026. 3. 1. 시행하는 규칙", "2025. 9. 2. 시행하는 규칙"),
        ("2026년 3월 1일자 공고", "2026-03-01자 공고", "2026-04-07자 공고"),
        ("제7조제2항의 벌칙", "7조 2항의 벌칙", "8조 3항의 벌칙"),
        ("연도별 예산서", "年度別 豫算書", "月別 決算書"),
        ("법률 고문 위촉", "法律 顧問 위촉", "會計 顧問 위촉"),
        ("디지털 콘텐츠 공모", "디지탈 컨텐츠 공모", "아날로그 음반 공모"),
        ("워크숍 경비 정산", "워크샵 경비 정산", "체육대회 경비 정산"),
        ("출장여비지급기준", "출장 여비 지급 기준", "교육 경비 배정 계획"),
        ("복무 규정 개정안", "복무규정개정안", "보수규정개정안"),
        ("ＡＩ 행정 도입", "AI행정 도입", "OCR행정 도입"),
        ("\u{1112}\u{1172}\u{1100}\u{1161} 신청서", "휴가신청서", "휴직신청서"),
        ("당직을 서다가 다친 공무원", "당직에서 다친 공무원들께", "출장에서 다친 공무원들께"),
    ];
    let passages = table.iter().flat_map(|(_, written, beside)| [*written, *beside]);
    index.add((0..).zip(passages).map(|(passage, body)| Entry { passage, document: passage, title: "", body })).unwrap();
    index.commit().unwrap();
    for ((question, written, _), passage) in table.iter().zip((0..).step_by(2)) {
        let found = index.search(&Question::new(&analyzer, question), None, 9).unwrap();
        assert_eq!(found.first().map(|found| found.passage), Some(passage), "{question} does not find {written}: {found:?}");
    }
}

#[test]
fn what_the_rarest_words_find_is_ranked_by_all_words() {
    let Some(analyzer) = analyzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let key = Key::new([9; 32]);
    let index = Index::open(folder.path(), analyzer.clone(), "1".to_owned(), Storage::Sealed(&key)).unwrap();
    let subjects = ["당직", "출장", "연가", "병가", "포상", "징계", "전보", "휴직", "승진", "채용"];
    for (number, subject) in (0..).zip(subjects.iter().cycle().take(400)) {
        // Two segments or more, so that every one is ranked on its own and all together.
        let body = format!("{subject} 업무 처리 규정 {number}번 항목 {}", "업무 ".repeat(number as usize % 7));
        index.add([Entry { passage: number, document: number % 20, title: "규정", body: &body }]).unwrap();
        if number == 200 {
            index.commit().unwrap();
        }
    }
    index.commit().unwrap();
    for question in ["당직 업무 처리 규정", "연가 규정 12번 항목", "승진 업무는 어떻게 처리합니까?", "업무 규정"] {
        let question = Question::new(&analyzer, question);
        for scope in [None, Some([3, 4, 8].as_slice())] {
            let all = index.search_reading(u64::MAX, &question, scope, 400).unwrap();
            for postings in [0, 50, 500] {
                let some = index.search_reading(postings, &question, scope, 400).unwrap();
                assert_eq!(some[0].passage, all[0].passage, "{question:?}");
                for found in some {
                    let same = all.iter().find(|other| other.passage == found.passage).unwrap();
                    assert!((same.score - found.score).abs() < 1e-4 * same.score, "{found:?} {same:?}");
                    assert_eq!(same.coverage, found.coverage);
                }
            }
        }
    }
}
