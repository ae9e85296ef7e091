//! Each format from bytes to blocks, each kind of bad input to its code, and the process around them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod made;

use std::path::{Path, PathBuf};
use std::time::Duration;

use documents::{Document, Reader};
use made::told::{outline, read, samples};
use naratmal_reader::{NoRecogniser, Pdfium, Source, Tools};
use proptest::prelude::*;

fn fixture() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/복무규정.hwpx")).unwrap()
}

fn parse(bytes: &[u8], extension: &str, pdfium: &Pdfium) -> Result<Document, wire::Failure> {
    let source = Source { bytes, extension, password: None };
    naratmal_reader::parse(source, &mut Tools { pdfium, recogniser: &mut NoRecogniser })
}

#[test]
fn bad_input_is_told_by_its_code() {
    let hwpx = fixture();
    for (name, bytes, code) in [
        ("nothing", vec![], "document_empty"),
        ("blank lines", b" \n\n".to_vec(), "document_empty"),
        ("an HWPX cut before its text", hwpx[..60].to_vec(), "document_damaged"),
        ("an HWPX with a password", made::zip(&[
            ("mimetype", "application/hwp+zip"),
            ("META-INF/manifest.xml", "<odf:manifest><odf:encryption-data/></odf:manifest>"),
            ("Contents/section0.xml", "\u{1}\u{2}"),
        ]), "document_password"),
        ("an HWPX whose section breaks off", made::zip(&[
            ("mimetype", "application/hwp+zip"),
            ("Contents/section0.xml", "<hs:sec><hp:p><hp:run>"),
        ]), "document_damaged"),
        ("a bomb", made::zip(&[("word/document.xml", &"0".repeat(80 * 1024 * 1024))]), "document_bomb"),
        ("an archive without a document", made::zip(&[("a.bin", "\u{1}\u{2}\u{3}")]), "document_empty"),
        ("a program", b"\x7fELF\x02\x01\x01\0\0\0\0\0".to_vec(), "document_unknown_type"),
        ("HWPML without text", b"<?xml version=\"1.0\"?><HWPML Version=\"2.8\">".to_vec(), "document_damaged"),
        ("RTF", b"{\\rtf1 a}".to_vec(), "document_unknown_type"),
        ("a cut OLE2", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "document_damaged"),
        ("a cut PDF", b"%PDF-1.7\n1 0 obj".to_vec(), "document_damaged"),
        ("a cut HWP 3", b"HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05".to_vec(), "document_damaged"),
    ] {
        let failure = parse(&bytes, "", &Pdfium::none()).unwrap_err();
        assert_eq!(failure.code, code, "{name}: {failure}");
        assert!(failure.message.ends_with("십시오."), "{name} does not say what to do: {}", failure.message);
    }
}

#[test]
fn the_sample_regulation_keeps_its_structure() {
    let document = parse(&fixture(), "hwpx", &Pdfium::none()).unwrap();
    let article = document.blocks.iter().find(|block| block.text == "제7조(연가)").unwrap();
    assert_eq!(article.heading_path, ["제3장 휴가", "제7조(연가)"]);
    let kinds = |kind| document.blocks.iter().filter(|block| block.kind == kind).count();
    assert_eq!(kinds(documents::BlockKind::Table), 1);
    assert_eq!(kinds(documents::BlockKind::Footnote), 1);
    assert!(document.warnings.is_empty(), "{:?}", document.warnings);
}

#[test]
fn hwpx_keeps_captions_boxes_running_heads_and_merged_cells() {
    let section = made::section(
        "<hp:ctrl><hp:header><hp:subList><hp:p><hp:run><hp:t>가온시</hp:t></hp:run></hp:p></hp:subList></hp:header></hp:ctrl>\
         <hp:t>□ 앞<hp:fwSpace/>뒤 &lt;가&gt;</hp:t>\
         <hp:ctrl><hp:footNote><hp:subList><hp:p><hp:run><hp:t>주석</hp:t></hp:run></hp:p></hp:subList></hp:footNote></hp:ctrl>\
         <hp:tbl><hp:caption><hp:subList><hp:p><hp:run><hp:t>표 1</hp:t></hp:run></hp:p></hp:subList></hp:caption>\
         <hp:tr><hp:tc><hp:subList><hp:p><hp:run><hp:t>구분</hp:t></hp:run></hp:p></hp:subList><hp:cellSpan colSpan=\"2\" rowSpan=\"1\"/></hp:tc></hp:tr>\
         <hp:tr><hp:tc><hp:subList><hp:p><hp:run><hp:t>1</hp:t></hp:run></hp:p></hp:subList></hp:tc>\
         <hp:tc><hp:subList><hp:p><hp:run><hp:t>2</hp:t></hp:run></hp:p></hp:subList></hp:tc></hp:tr></hp:tbl>\
         <hp:rect><hp:drawText><hp:subList><hp:p><hp:run><hp:t>글상자</hp:t></hp:run></hp:p></hp:subList></hp:drawText></hp:rect>",
    );
    insta::assert_snapshot!(read(&made::zip(&[("mimetype", "application/hwp+zip"), ("Contents/section0.xml", &section)]), "hwpx"));
}

#[test]
fn a_docx_gives_headings_and_tables() {
    insta::assert_snapshot!(read(&made::docx(), "docx"));
}

#[test]
fn a_workbook_gives_a_table_a_sheet() {
    insta::assert_snapshot!(read(&made::xlsx(), "xlsx"));
}

#[test]
fn markdown_keeps_its_headings_and_tables() {
    let text = "# 복무 안내\n\n## 연가\n□ 연가는 17일\n이어지는 줄\n\n| 기간 | 일수 |\n|---|---|\n| 1년 | 11일 |\n\n```\n# 아님\n```\n";
    insta::assert_snapshot!(read(text.as_bytes(), "md"));
}

#[test]
fn plain_text_is_told_by_its_numbering() {
    let text = "제1장 총칙\n제1조(목적) 이 규정은 복무를 정한다.\n제2조(정의) 제1조(목적)의 뜻은 다음과 같다.\n1. 근무일\n제2장 휴가\n제3조(연가)\n※ 17일\n";
    let (cp949, _, _) = encoding_rs::EUC_KR.encode(text);
    let snapshot = read(text.as_bytes(), "txt");
    assert_eq!(read(&cp949, "txt"), snapshot, "CP949 reads as UTF-8 does");
    insta::assert_snapshot!(snapshot);
}

// libpdfium is bound once a process, so all that needs it is one test.
#[test]
fn pdf_pages_are_those_of_a_viewer() {
    let pdfium = Pdfium::beside();
    if !pdfium.is_loaded() {
        println!("SKIPPED: libpdfium is missing");
        return;
    }
    let document = parse(&made::pdf(&["First page.", "", "Third page."]), "", &pdfium).unwrap();
    insta::assert_snapshot!(outline(&document));
    assert_eq!(document.pages, Some(3));
    assert_eq!(parse(&made::pdf(&["", ""]), "", &pdfium).unwrap_err().code, "document_empty");
    assert_eq!(parse(b"%PDF-1.7\n1 0 obj", "", &pdfium).unwrap_err().code, "document_damaged");
}

#[test]
fn without_libpdfium_a_pdf_is_read_with_a_warning() {
    let document = parse(&made::pdf(&["First page."]), "", &Pdfium::none()).unwrap();
    assert_eq!(document.blocks[0].locator.page.map(|page| page.number()), Some(1));
    assert!(document.warnings[0].contains("예비 방식"), "{:?}", document.warnings);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn mutated_documents_end_in_blocks_or_a_failure(
        which in 0..4usize,
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24),
        length in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = [fixture(), made::docx(), made::xlsx(), made::pdf(&["First page."])][which].clone();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cut {
            bytes.truncate(length.index(bytes.len()));
        }
        if let Ok(document) = parse(&bytes, "", &Pdfium::none()) {
            for block in &document.blocks {
                prop_assert!(!block.text.trim().is_empty());
            }
        }
    }
}

fn client() -> Reader {
    Reader::new(PathBuf::from(env!("CARGO_BIN_EXE_naratmal-reader")))
}

#[tokio::test]
async fn the_process_reads_a_file_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("가.txt");
    std::fs::write(&path, "제1조(목적) 글").unwrap();
    assert_eq!(client().read(&path).await.unwrap().blocks.len(), 2);

    std::fs::write(&path, b"\0\x01\x02").unwrap();
    assert_eq!(client().read(&path).await.unwrap_err().code, "document_unknown_type");
    assert_eq!(client().read(&folder.path().join("없음.txt")).await.unwrap_err().code, "document_unreadable");
    assert_eq!(client().read(folder.path()).await.unwrap_err().code, "document_unreadable");

    let large = std::fs::File::create(&path).unwrap();
    large.set_len(documents::MAX_BYTES + 1).unwrap();
    assert_eq!(client().read(&path).await.unwrap_err().code, "document_too_large");
}

#[cfg(unix)]
#[tokio::test]
async fn a_process_that_hangs_or_dies_costs_one_document() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("가.txt");
    std::fs::write(&document, "글").unwrap();
    for (body, code) in [("exec sleep 60", "document_timeout"), ("kill -9 $$", "document_crashed"), ("exit 0", "document_crashed")] {
        let program = folder.path().join("reader.sh");
        std::fs::write(&program, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let reader = Reader::new(program).with_allowance(Duration::from_millis(500));
        assert_eq!(reader.read(&document).await.unwrap_err().code, code, "{body}");
    }
    let missing = Reader::new(folder.path().join("none"));
    assert_eq!(missing.read(&document).await.unwrap_err().code, "document_crashed");
}

#[tokio::test]
async fn special_samples_are_read_or_refused_for_the_right_reason() {
    let Some(folder) = samples() else { return };
    for (name, expected) in [
        ("hwpx/0178_password-12345.hwpx", Err("document_password")),
        ("hwpx/0367_HWP5-password-123456.hwpx", Err("document_password")),
        ("hwp3/0365_HWP3-password-123456.hwp", Err("document_locked")),
        ("hwp3/0115_issue_265.hwp", Ok("hwp3")),
        ("hwp/0066_distribution.hwp", Ok("hwp")),
        ("hml/0128_aligns.hml", Ok("hwpml")),
        ("pdf/0776_MEDRPT-2024-PAT-3847_medical_report_scan.pdf", Err("document_scanned")),
    ] {
        match (client().read(&folder.join(name)).await, expected) {
            (Ok(document), Ok(format)) => {
                assert_eq!(format!("{:?}", document.format).to_lowercase(), format, "{name}");
                assert!(!document.text().contains("배포용 문서입니다"), "{name} is the notice, not the text");
            }
            (Err(failure), Err(code)) => assert_eq!(failure.code, code, "{name}"),
            (found, _) => panic!("{name}: {found:?}"),
        }
    }
}
