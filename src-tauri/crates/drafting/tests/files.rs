//! What is exported comes back: through the program's own reader, and for HWPX through another one.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::sync::LazyLock;

use documents::{BlockKind, Document as Read};
use drafting::{Block, Document, Format, Labels, export, lacking, text, without_marks};
use naratmal_reader::{NoRecogniser, Pdfium, Source, Tools};
use policy::Grade;
use proptest::prelude::*;

// libpdfium is bound once a process.
static PDFIUM: LazyLock<Pdfium> = LazyLock::new(Pdfium::beside);

fn read(bytes: &[u8], format: Format) -> Read {
    let source = Source { bytes, extension: format.extension(), password: None };
    naratmal_reader::parse(source, &mut Tools { pdfium: &PDFIUM, recogniser: &mut NoRecogniser }).unwrap()
}

/// The letters of a document that was read, in their order; tables as Markdown without its rules.
fn letters(read: &Read) -> String {
    let text = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let blocks = read.blocks.iter().map(|block| match block.kind {
        BlockKind::Table => {
            let rows = block.text.lines().filter(|line| !line.trim_matches(['|', '-', ' ']).is_empty());
            rows.map(|row| text(&row.replace("\\|", "|").replace(" | ", "\u{1}").replace("| ", "").replace(" |", "")))
                .collect()
        }
        _ => text(&block.text),
    });
    blocks.collect::<String>().replace('\u{1}', "")
}

/// The same of what was written.
fn written(document: &Document, labels: &Labels) -> String {
    let plain = String::from_utf8(export(document, Format::Txt, labels).unwrap()).unwrap();
    plain.chars().filter(|letter| !letter.is_whitespace()).collect()
}

fn texts(row: &[&str]) -> Vec<String> {
    row.iter().map(|cell| (*cell).to_owned()).collect()
}

/// A letter of an office with all that one may have.
fn letter() -> Document {
    let item = |level, text: &str| Block::Item { level, text: text.to_owned() };
    let paragraph = |text: &str| Block::Paragraph { text: text.to_owned() };
    Document {
        title: "교육 참석자 추천 요청".to_owned(),
        blocks: vec![
            paragraph("수신  각 읍면동장"),
            paragraph("제목  민원 응대 교육 참석자 추천 요청"),
            Block::Heading { level: 1, text: "개요".to_owned() },
            item(1, "관련: 민원처리과-123(2026. 3. 2.)"),
            item(1, "교육을 다음과 같이 하고자 합니다 [1]."),
            item(2, "일시: 2026. 4. 15.(수) 14:00"),
            item(2, "장소: 시청 <대강당> & \"별관\""),
            Block::Point { level: 1, text: "참고".to_owned() },
            Block::Point { level: 4, text: "가장 작은 점".to_owned() },
            Block::Table {
                header: texts(&["읍면동", "인원", "비고"]),
                rows: vec![texts(&["가온동", "2명", ""]), texts(&["나래동", "3명", "a|b"])],
            },
            paragraph("끝으로 한 줄"),
            Block::Attachments { names: texts(&["추천서 1부.", "안내문 1부."]) },
            Block::End,
        ],
    }
}

fn labels() -> Labels {
    Labels { grade: Some(Grade::S), notice: true, sources: texts(&["교육계획.hwpx", "지난해 결과.pdf"]) }
}

#[test]
fn a_letter_as_text() {
    let plain = String::from_utf8(export(&letter(), Format::Txt, &labels()).unwrap()).unwrap();
    insta::assert_snapshot!(plain);
    let markdown = String::from_utf8(export(&letter(), Format::Md, &labels()).unwrap()).unwrap();
    insta::assert_snapshot!(markdown);
}

#[test]
fn every_format_that_is_a_package_comes_back_with_the_same_text() {
    for format in [Format::Hwpx, Format::Docx] {
        let read = read(&export(&letter(), format, &labels()).unwrap(), format);
        assert_eq!(letters(&read), written(&letter(), &labels()), "{format:?}");
        let tables: Vec<&str> = read
            .blocks
            .iter()
            .filter(|block| block.kind == BlockKind::Table)
            .map(|block| block.text.as_str())
            .collect();
        let table = "| 읍면동 | 인원 | 비고 |\n| --- | --- | --- |\n| 가온동 | 2명 |  |\n| 나래동 | 3명 | a\\|b |";
        assert_eq!(tables, [table], "{format:?}");
        assert_eq!((read.partial, read.warnings.as_slice()), (false, [].as_slice()), "{format:?}");
    }
}

#[test]
fn a_pdf_comes_back_with_the_same_text() {
    if !PDFIUM.is_loaded() {
        println!("SKIPPED: libpdfium is missing");
        return;
    }
    let mut long = letter();
    long.blocks.extend((0..120).map(|at| Block::Paragraph {
        text: format!("{at}번째 줄은 다음 쪽으로 넘어가게 길게 씁니다."),
    }));
    long.blocks.push(Block::Paragraph { text: "없는 글자 漢도 글로는 남습니다.".to_owned() });
    let read = read(&export(&long, Format::Pdf, &labels()).unwrap(), Format::Pdf);
    let sorted = |text: String| {
        let mut letters: Vec<char> = text.chars().filter(|letter| *letter != '|').collect();
        letters.sort_unstable();
        letters.into_iter().collect::<String>()
    };
    assert_eq!(sorted(letters(&read)), sorted(written(&long, &labels())));
    assert!(read.pages.is_some_and(|pages| pages > 2), "{:?}", read.pages);
    assert_eq!(read.unread_pages, []);
    assert_eq!(lacking(&long, Format::Pdf, &labels()), Ok(vec!['漢']));
    assert_eq!(lacking(&long, Format::Hwpx, &labels()), Ok(vec![]));
}

#[test]
fn another_reader_finds_the_text_of_a_hwpx() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("공문.hwpx");
    std::fs::write(&file, export(&letter(), Format::Hwpx, &labels()).unwrap()).unwrap();
    let found = unhwp::parse_file(&file).unwrap().plain_text();
    for wanted in
        ["등급: S(민감)", "1. 관련: 민원처리과-123(2026. 3. 2.)", "가. 일시: 2026. 4. 15.(수) 14:00", "나래동"]
    {
        assert!(found.contains(wanted), "{wanted} is not in {found}");
    }
}

#[test]
fn labels_are_in_every_file_and_marks_only_with_their_sources() {
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Pdf || PDFIUM.is_loaded()) {
        let with = letters(&read(&export(&letter(), format, &labels()).unwrap(), format)).replace('\\', "");
        for wanted in ["등급:S(민감)", "[1]", "교육계획.hwpx", "생성형인공지능"] {
            assert!(with.contains(wanted), "{format:?}: {wanted} is not in {with}");
        }
        assert!(!with.contains("지난해결과"), "{format:?}");
        let without = letters(&read(&export(&without_marks(&letter()), format, &Labels::default()).unwrap(), format))
            .replace('\\', "");
        for unwanted in ["등급:", "[1]", "교육계획.hwpx", "생성형인공지능"] {
            assert!(!without.contains(unwanted), "{format:?}: {unwanted}");
        }
    }
}

#[test]
fn a_letter_keeps_to_the_rules_of_its_checker() {
    let mut letter = letter();
    letter.title = String::new();
    letter.blocks.retain(|block| !matches!(block, Block::Heading { .. } | Block::Table { .. } | Block::Point { .. }));
    let rules: Vec<(style::Rule, String)> =
        style::check(&text(&without_marks(&letter))).into_iter().map(|finding| (finding.rule, finding.found)).collect();
    assert_eq!(rules, []);
}

#[test]
fn nothing_is_no_file() {
    let empty =
        Document { title: " ".to_owned(), blocks: vec![Block::End, Block::Paragraph { text: "\u{0}".to_owned() }] };
    for format in Format::ALL {
        assert_eq!(export(&empty, format, &labels()).unwrap_err().code(), "draft_empty");
    }
}

/// Texts that people and models write, and what no file may hold.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[가-힣 0-9.,()<>&\"'|]{0,30}",
        1 => any::<String>(),
        1 => "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}-\u{202f}\u{fff0}-\u{ffff}가나]{0,12}",
    ]
}

fn any_block() -> impl Strategy<Value = Block> {
    prop_oneof![
        (any::<u8>(), any_text()).prop_map(|(level, text)| Block::Heading { level, text }),
        any_text().prop_map(|text| Block::Paragraph { text }),
        (0u8..12, any_text()).prop_map(|(level, text)| Block::Item { level, text }),
        (any::<u8>(), any_text()).prop_map(|(level, text)| Block::Point { level, text }),
        (prop::collection::vec(any_text(), 0..4), prop::collection::vec(prop::collection::vec(any_text(), 0..5), 0..4))
            .prop_map(|(header, rows)| Block::Table { header, rows }),
        prop::collection::vec(any_text(), 0..4).prop_map(|names| Block::Attachments { names }),
        Just(Block::End),
        any_text().prop_map(|text| Block::Notice { text }),
    ]
}

fn any_document() -> impl Strategy<Value = Document> {
    (any_text(), prop::collection::vec(any_block(), 0..12)).prop_map(|(title, blocks)| Document { title, blocks })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_document_comes_back_with_the_same_text(document in any_document(), sources in prop::collection::vec(any_text(), 0..3)) {
        let labels = Labels { grade: Some(Grade::O), notice: true, sources };
        if document.is_empty() {
            prop_assert!(export(&document, Format::Hwpx, &labels).is_err());
            return Ok(());
        }
        for format in [Format::Hwpx, Format::Docx] {
            let read = read(&export(&document, format, &labels).unwrap(), format);
            // Where a cell ends cannot be seen in plain text, nor what of a rule is text.
            let bare = |text: String| text.replace(['|', '-', '\\'], "");
            prop_assert_eq!(bare(letters(&read)), bare(written(&document, &labels)), "{:?}", format);
        }
    }

    #[test]
    fn any_document_is_a_file_of_every_format(document in any_document()) {
        for format in Format::ALL {
            prop_assert_eq!(export(&document, format, &labels()).is_err(), document.is_empty());
        }
        let _ = text(&document);
    }
}
