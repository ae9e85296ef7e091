use std::path::Path;

use ::documents::{Block, BlockKind, Document, Locator};
use proptest::prelude::*;
use vault::NewMessage;

use super::cut::Marked;
use super::fold::Folded;
use super::words::{Asked, Spot};
use super::*;
use crate::analyzer::tests::analyzer;
use crate::{Library, Storage};

/// What is typed, without an analyzer.
fn asked(query: &str) -> Asked {
    Asked::read(query, |_| Vec::new())
}

fn spots(query: &str, text: &str) -> Vec<Spot> {
    asked(query).spots(&Folded::of(text))
}

/// The pieces of a text that are marked.
fn marked(marked: &Marked) -> Vec<String> {
    let letters: Vec<char> = marked.text.chars().collect();
    marked.marks.iter().map(|mark| letters[mark.clone()].iter().collect()).collect()
}

fn shown(marked: &Marked) -> String {
    marked.text.chars().skip(marked.shown.start).take(marked.shown.len()).collect()
}

/// The pieces of a text that are found.
fn found(query: &str, text: &str) -> Vec<String> {
    marked(&Marked::whole(text, &spots(query, text)))
}

#[test]
fn what_is_typed_is_found_letter_by_letter() {
    let table: [(&str, &str, &[&str]); 13] = [
        ("연가", "연가는 15일이다. 연가를 쓴다.", &["연가", "연가"]),
        ("규정", "지방공무원복무규정", &["규정"]),
        ("ｐｄｆ", "파일.PDF", &["PDF"]),
        ("PDF", "ｐｄｆ 파일", &["ｐｄｆ"]),
        ("연가 일수", "연가의 일수", &["연가", "일수"]),
        ("‘연가’,", "연가", &["연가"]),
        ("복무규정", "지방공무원 복무 규정", &["복무 규정"]),
        ("연가", "매연 가스", &[]),
        ("1 ", "2021년 1월 10일", &["1"]),
        ("1", "2021년 1월 10일", &["1", "1"]),
        ("df", "pdf", &[]),
        ("병가", "연가", &[]),
        ("제7조(연가)", "제7조(연가)에", &["제7조(연가"]),
    ];
    for (query, text, wanted) in table {
        assert_eq!(found(query, text), wanted, "{query} in {text}");
    }
}

#[test]
fn consonants_stand_for_syllables() {
    let table: [(&str, &str, &[&str]); 13] = [
        ("ㅂㅁㄱㅈ", "지방공무원 복무규정.hwpx", &["복무규정"]),
        ("ㅂㅁㄱㅈ", "지방공무원 복무 규정", &["복무 규정"]),
        ("ㅂㅁ ㄱㅈ", "복무규정", &["복무규정"]),
        ("ㅂㅁ규정", "복무규정", &["복무규정"]),
        ("복ㅁㄱ정", "복무규정", &["복무규정"]),
        // Two consonants that an input method put together.
        ("ㄳ", "감사", &["감사"]),
        ("ㅇㄳ", "연감사", &["연감사"]),
        ("ㅄㄱ", "부산길", &["부산길"]),
        // Doubled ones are of their own.
        ("ㄲ", "까치와 가지", &["까"]),
        ("ㄱ", "까치와 가지", &["가"]),
        ("ㅆㄹㄱ", "쓰레기", &["쓰레기"]),
        ("ㄱ", "ㄱ. 목적", &["ㄱ"]),
        ("ㅂㅁ", "처분 명령", &[]),
    ];
    for (query, text, wanted) in table {
        assert_eq!(found(query, text), wanted, "{query} in {text}");
    }
}

/// Every state that a two-set keyboard passes through.
#[test]
fn what_is_being_typed_is_found_at_every_key() {
    let table: [(&str, &[&str]); 5] = [
        ("연가", &["ㅇ", "여", "연", "연ㄱ", "연가"]),
        ("휴가나", &["ㅎ", "휴", "휴ㄱ", "휴가", "휴간", "휴가나"]),
        ("과장", &["ㄱ", "고", "과", "과ㅈ", "과자", "과장"]),
        ("값이", &["ㄱ", "가", "갑", "값", "값ㅇ", "값이"]),
        ("갈비", &["ㄱ", "가", "갈", "갋", "갈비"]),
    ];
    for (text, typed) in table {
        for query in typed {
            let spots = spots(query, text);
            assert!(spots.iter().any(|spot| spot.range.start == 0), "{query} in {text}: {spots:?}");
            let exact = text.starts_with(query) || "ㅇㅎㄱ".contains(query);
            assert_eq!(spots[0].exact, exact || query.ends_with(['ㄱ', 'ㅈ', 'ㅇ']), "{query} in {text}");
        }
    }
}

#[test]
fn only_the_last_word_may_go_on() {
    let table: [(&str, &str, bool); 6] = [
        ("여", "연가", true),
        ("여 ", "연가", false),
        ("여 일수", "연가 일수", false),
        ("연가 이", "연가 일수", true),
        ("가", "간", true),
        ("간", "강", false),
    ];
    for (query, text, wanted) in table {
        let asked = asked(query);
        let had = asked.had(&asked.spots(&Folded::of(text)));
        assert_eq!(had.iter().all(|had| *had), wanted, "{query} in {text}");
    }
}

#[test]
fn decomposed_hangul_is_found_and_marked_whole() {
    use unicode_normalization::UnicodeNormalization;
    let name: String = "복무규정 각.hwpx".nfd().collect();
    for query in ["복무규정", "ㅂㅁㄱㅈ", "복무규저", &"복무규정".nfd().collect::<String>()] {
        let found = found(query, &name);
        assert_eq!(found.len(), 1, "{query}");
        assert_eq!(found[0].nfc().collect::<String>(), "복무규정", "{query}");
    }
}

#[test]
fn a_snippet_is_where_the_words_stand_together_and_cut_between_words() {
    let filler = "가나다라마바사 ".repeat(30);
    let text = format!("연가 {filler}일수와 연가의 일수는 {filler}연가");
    let snippet = Marked::cut(&text, &spots("연가 일수 ", &text));
    assert_eq!(marked(&snippet), ["일수", "연가", "일수"]);
    let piece = shown(&snippet);
    assert!((80..=120).contains(&piece.chars().count()), "{piece}");
    assert!(piece.split(' ').all(|word| text.split(' ').any(|other| other == word)), "{piece}");
    // Where nothing stands in the text it is shown from its beginning, a run without spaces too.
    let table = [("", ""), ("짧은 글", "짧은 글"), (&*"가".repeat(300), &*"가".repeat(120))];
    for (text, wanted) in table {
        assert_eq!(shown(&Marked::cut(text, &[])), wanted);
    }
}

proptest! {
    #[test]
    fn marks_lie_in_the_piece_and_hold_what_is_asked_for(
        text in "([연여가감각일수ㄱㄳ😀éA1 \u{301}\n]|[ \u{1100}-\u{1112}][\u{1161}-\u{1163}]?){0,200}",
        query in "[연여가감ㄱㄳA1 ]{1,6}",
    ) {
        let asked = asked(&query);
        let spots = asked.spots(&Folded::of(&text));
        for cut in [Marked::cut(&text, &spots), Marked::whole(&text, &spots)] {
            let count = text.chars().count();
            prop_assert!(cut.shown.start <= cut.shown.end && cut.shown.end <= count);
            let mut done = cut.shown.start;
            for mark in &cut.marks {
                prop_assert!(done <= mark.start && mark.start < mark.end && mark.end <= cut.shown.end);
                done = mark.end;
            }
        }
        for spot in &spots {
            let piece: String = text.chars().skip(spot.range.start).take(spot.range.len()).collect();
            let again = asked.spots(&Folded::of(&piece));
            prop_assert!(again.iter().any(|other| other.word == spot.word), "{piece:?} is not {query:?}");
        }
        prop_assert_eq!(Marked::cut(&text, &spots).marks.is_empty(), spots.is_empty());
    }

    #[test]
    fn anything_may_be_typed(query in "\\PC{0,40}", text in "\\PC{0,200}") {
        Marked::cut(&text, &spots(&query, &text));
    }
}

// Documents and conversations

struct Shelf {
    vault: Vault,
    library: Library,
    _folder: tempfile::TempDir,
}

fn shelf() -> Option<Shelf> {
    let analyzer = analyzer()?;
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::in_memory().unwrap();
    let key = keys::Key::new([7; 32]);
    let library = Library::open(vault.clone(), folder.path(), analyzer, Storage::Sealed(&key)).unwrap();
    Some(Shelf { vault, library, _folder: folder })
}

impl Shelf {
    /// A document of one paragraph under each heading: `heading: text`, a line each.
    fn put(&self, name: &str, format: Format, added_at: i64, lines: &str) -> i64 {
        let id = self.vault.add_document(name, Path::new(&format!("/{name}")), 1, added_at).unwrap();
        let block = |(paragraph, line): (u32, &str)| {
            let (heading, text) = line.split_once(": ").unwrap();
            let locator = Locator { section: 0, paragraph, page: Page::new(paragraph + 1) };
            Block { kind: BlockKind::Paragraph, text: text.to_owned(), heading_path: vec![heading.to_owned()], locator }
        };
        let content = Document { blocks: (0..).zip(lines.lines()).map(block).collect(), ..Document::new(format) };
        self.library.put(id, name, &content).unwrap();
        id
    }

    fn find(&self, query: &str) -> Found {
        self.find_among(query, Filters::default())
    }

    fn find_among(&self, query: &str, filters: Filters) -> Found {
        let kinds = vec![Kind::Documents, Kind::Conversations];
        self.library.find(&Find { query: query.to_owned(), kinds, filters, limit: 20, offset: 0 }).unwrap()
    }

    fn names(&self, query: &str) -> Vec<String> {
        self.find(query).documents.rows.into_iter().map(|found| found.document.name).collect()
    }
}

const RULES: &str = "제15조(연가 일수): 공무원의 연가 일수는 재직기간에 따라 15일로 한다.
제18조(병가): 병가는 연 60일의 범위에서 허가한다.
제20조(예산): 여비는 2026년 3월 1일부터 1,000만원까지 지급한다.";

#[test]
fn documents_are_found_by_name_headings_and_text() {
    let Some(shelf) = shelf() else { return };
    shelf.put("지방공무원 복무규정.hwpx", Format::Hwpx, 10, RULES);
    shelf.put("출장 지침.pdf", Format::Pdf, 20, "목적: 출장은 복무 규정에 따른다.\n감사: 감사 결과는 MP3 3개로 남긴다.");
    let both = ["지방공무원 복무규정.hwpx", "출장 지침.pdf"];
    let table: [(&str, &[&str]); 22] = [
        ("복무규정", &both),
        ("ㅂㅁㄱㅈ", &both[..1]),
        ("ㅂㅁ ㄱㅈ", &both),
        ("ㅂㅁ규정", &both[..1]),
        ("병가", &both[..1]),
        ("ㅂㄱ", &both[..1]),
        ("연ㄱ", &both[..1]),
        ("여ㅂ", &both[..1]),
        ("여", &both[..1]),
        ("병가를", &both[..1]),
        ("병가 60일", &both[..1]),
        ("hwpx", &both[..1]),
        ("복무규정 병가", &both[..1]),
        ("병가 출장", &[]),
        ("ㄳ", &["출장 지침.pdf"]),
        ("천만원", &both[..1]),
        ("여비 2026-03-01", &both[..1]),
        ("20조", &both[..1]),
        ("mp3", &["출장 지침.pdf"]),
        ("mp", &["출장 지침.pdf"]),
        ("쓰레기", &[]),
        ("?!", &[]),
    ];
    for (query, wanted) in table {
        let mut names = shelf.names(query);
        names.sort();
        assert_eq!(names, wanted, "{query}");
    }
    // A name that is asked for comes first.
    assert_eq!(shelf.names("출장"), ["출장 지침.pdf"]);
    assert_eq!(shelf.names("복무규정 "), both);
}

#[test]
fn what_is_found_is_shown_where_it_stands() {
    let Some(shelf) = shelf() else { return };
    shelf.put("복무규정.hwpx", Format::Hwpx, 10, RULES);
    let found = shelf.find("병가는 60").documents.rows.remove(0);
    assert!(marked(&found.name).is_empty());
    assert_eq!(found.snippets.len(), 1);
    let snippet = &found.snippets[0];
    assert_eq!((found.passage, snippet.page), (Some(snippet.passage), Page::new(2)));
    assert_eq!(marked(&snippet.text), ["병가는", "60"]);
    assert_eq!(snippet.heading_path[0].text, "제18조(병가)");
    // The particle is not marked where the word stands with another.
    let found = shelf.find("병가를 ").documents.rows.remove(0);
    assert_eq!(marked(&found.snippets[0].text), ["병가"]);
    assert_eq!(marked(&found.snippets[0].heading_path[0]), ["병가"]);
    // By its name only: it opens at its beginning.
    let found = shelf.find("hwpx").documents.rows.remove(0);
    assert_eq!((marked(&found.name), found.snippets.len()), (vec!["hwpx".to_owned()], 0));
    assert_eq!(found.passage, Some(shelf.vault.passages_of(found.document.id).unwrap()[0].id));
    // In another form there is nothing to mark.
    let found = shelf.find("천만원").documents.rows.remove(0);
    assert!(found.snippets[0].text.text.contains("1,000만원"));
}

#[test]
fn filters_leave_what_they_name() {
    let Some(shelf) = shelf() else { return };
    let rules = shelf.put("연가 규정.hwpx", Format::Hwpx, 10, RULES);
    let guide = shelf.put("연가 지침.pdf", Format::Pdf, 20, RULES);
    let unread = shelf.vault.add_document("연가 목록.xlsx", Path::new("/연가 목록.xlsx"), 1, 30).unwrap();
    shelf.vault.set_grade(rules, Grade::C, None).unwrap();
    shelf.vault.set_grade(guide, Grade::O, Some("공개된 지침입니다")).unwrap();
    let any = Filters::default;
    let table: [(Filters, &[i64]); 9] = [
        (any(), &[rules, guide, unread]),
        (Filters { formats: vec![Format::Pdf, Format::Docx], ..any() }, &[guide]),
        (Filters { grades: vec![Grade::C], ..any() }, &[rules]),
        (Filters { grades: vec![Grade::C, Grade::O], ..any() }, &[rules, guide]),
        (Filters { added_from: Some(20), ..any() }, &[guide, unread]),
        (Filters { added_to: Some(20), ..any() }, &[rules]),
        (Filters { folders: vec![None], ..any() }, &[rules, guide, unread]),
        (Filters { folders: vec![Some("없는 폴더".to_owned())], ..any() }, &[]),
        (Filters { formats: vec![Format::Pdf], grades: vec![Grade::C], ..any() }, &[]),
    ];
    for (filters, wanted) in table {
        let found = shelf.find_among("연가", filters.clone()).documents;
        let mut ids: Vec<i64> = found.rows.iter().map(|found| found.document.id).collect();
        ids.sort_unstable();
        assert_eq!((ids.as_slice(), found.total, found.more), (wanted, wanted.len(), false), "{filters:?}");
    }
    shelf.library.remove(&[rules, unread], 40).unwrap();
    assert_eq!(shelf.names("연가"), ["연가 지침.pdf"], "what was removed is not found");
}

#[test]
fn one_documents_name_does_not_keep_others_from_being_found() {
    let Some(shelf) = shelf() else { return };
    let lines: Vec<String> = (1..=300).map(|number| format!("제{number}조: 여비를 {number}번 정한다.")).collect();
    shelf.put("복무규정.hwpx", Format::Hwpx, 10, &lines.join("\n"));
    shelf.put("지침.pdf", Format::Pdf, 10, "목적: 다른 모든 것은 나중에 정하되 복무규정에 따라서 정한다.");
    let found = shelf.find("복무규정").documents;
    assert_eq!((found.total, found.more), (2, false));
    assert_eq!(shelf.find("여비").documents.rows[0].snippets.len(), 3, "no more than three places of a document");
}

#[test]
fn results_come_by_pages() {
    let Some(shelf) = shelf() else { return };
    for number in 0..5 {
        shelf.put(&format!("연가 {number}.txt"), Format::Txt, number, RULES);
    }
    let page = |offset| {
        let (kinds, filters) = (vec![Kind::Documents], Filters::default());
        let find = Find { query: "연가".to_owned(), kinds, filters, limit: 2, offset };
        let found = shelf.library.find(&find).unwrap().documents;
        assert_eq!(found.total, 5);
        found.rows.into_iter().map(|found| found.document.name).collect::<Vec<_>>()
    };
    assert_eq!([page(0), page(2), page(4)].concat(), ["연가 4.txt", "연가 3.txt", "연가 2.txt", "연가 1.txt", "연가 0.txt"]);
    assert!(page(6).is_empty());
}

#[test]
fn conversations_are_found_by_title_and_messages() {
    let Some(shelf) = shelf() else { return };
    let vault = &shelf.vault;
    let talk = |title: &str, at: i64, messages: &[&str]| {
        let id = vault.create_conversation(title, at).unwrap().id;
        for (number, text) in messages.iter().enumerate() {
            let message = if number % 2 == 0 { NewMessage::question(*text) } else { NewMessage::answer(*text) };
            vault.add_message(id, message, at).unwrap();
        }
        id
    };
    let leave = talk("연가 일수", 10, &["연가는 며칠입니까?", "**15일**입니다. [1]"]);
    let sick = talk("질문", 20, &["병가는 ＰＤＦ 어디에 있습니까?", "연가와 함께 제18조에 있습니다."]);
    let gone = talk("연가", 30, &["연가"]);
    vault.remove_conversation(gone, 40).unwrap();
    let table: [(&str, &[i64]); 10] = [
        ("연가", &[leave, sick]),
        ("연가 15일", &[leave]),
        ("병가 18조", &[sick]),
        ("병가 15일", &[]),
        ("ㅇㄱ ㅇㅅ", &[leave, sick]),
        ("ㅂㄱ", &[sick]),
        ("pdf", &[sick]),
        ("며ㅊ", &[leave]),
        ("연가를", &[leave, sick]),
        ("출장", &[]),
    ];
    for (query, wanted) in table {
        let found = shelf.find(query).conversations;
        let ids: Vec<i64> = found.rows.iter().map(|found| found.row.id).collect();
        assert_eq!((ids.as_slice(), found.total, found.more), (wanted, wanted.len(), false), "{query}");
    }
    let found = shelf.find("연가 며칠").conversations.rows.remove(0);
    assert_eq!(marked(&found.title), ["연가"]);
    assert_eq!(found.messages.len(), 1);
    assert_eq!((found.messages[0].role, marked(&found.messages[0].text)), (Role::User, vec!["연가".into(), "며칠".into()]));
    // Of equally good ones the latest comes first; grades and times are asked of conversations too.
    assert_eq!(shelf.find("있습").conversations.rows[0].row.id, sick);
    let any = Filters::default;
    let table = [
        (Filters { added_from: Some(15), ..any() }, 1),
        (Filters { added_to: Some(15), ..any() }, 1),
        (Filters { grades: vec![Grade::S], ..any() }, 0),
        (Filters { formats: vec![Format::Pdf], ..any() }, 2),
    ];
    for (filters, wanted) in table {
        assert_eq!(shelf.find_among("연가", filters.clone()).conversations.total, wanted, "{filters:?}");
    }
}

#[test]
fn of_many_messages_the_latest_are_read_and_that_is_told() {
    let Some(shelf) = shelf() else { return };
    let old = shelf.vault.create_conversation("오래된 대화", 10).unwrap().id;
    shelf.vault.add_message(old, NewMessage::question("무궁화"), 10).unwrap();
    let new = shelf.vault.create_conversation("새 대화", 20).unwrap().id;
    for _ in 0..5000 {
        shelf.vault.add_message(new, NewMessage::question("진달래"), 20).unwrap();
    }
    let found = |query| {
        let found = shelf.find(query).conversations;
        (found.total, found.more)
    };
    assert_eq!([found("진달래"), found("무궁화"), found("오래된")], [(1, true), (0, true), (1, true)]);
}
