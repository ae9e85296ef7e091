//! PDF: what is text, what is recognised, what is named as unread.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod made;
#[allow(dead_code, reason = "other tests use the rest")]
mod says;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Instant;

use documents::{Document, Page};
use encoding_rs::EUC_KR;
use made::told::{hits, samples, words};
use naratmal_reader::{NoRecogniser, Pdfium, Recogniser, Source, Tools};
use says::Says;
use wire::Failure;

// libpdfium is bound once a process.
static PDFIUM: LazyLock<Pdfium> = LazyLock::new(Pdfium::beside);

fn has_pdfium() -> bool {
    if !PDFIUM.is_loaded() {
        println!("SKIPPED: libpdfium is missing");
    }
    PDFIUM.is_loaded()
}

fn parse(bytes: &[u8], password: Option<&str>, recogniser: &mut dyn Recogniser) -> Result<Document, Failure> {
    naratmal_reader::parse(Source { bytes, extension: "", password }, &mut Tools { pdfium: &PDFIUM, recogniser })
}

fn unread(document: &Document) -> Vec<u32> {
    document.unread_pages.iter().map(|page| page.number()).collect()
}

const SENTENCE: &str = "공무원은 연가를 반일 단위로 사용할 수 있다. 제7조";

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Glyph numbers as a font's own encoding has them: not letters.
fn glyphs() -> Vec<u8> {
    (0..60u16).flat_map(|at| (40 + at * 37).to_be_bytes()).collect()
}

/// A picture over the whole page, as object 3: 2 by 2 pixels, black and white.
const SCAN: &str = "<< /Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8 \
                    /Filter /ASCIIHexDecode /Length 9 >>\nstream\n00FFFF00>\nendstream";
const DRAW_SCAN: &str = "q 595 0 0 842 0 0 cm /I1 Do Q ";

#[test]
fn korean_fonts_that_are_not_embedded_give_hangul() {
    if !has_pdfium() {
        return;
    }
    for (encoding, codes) in [
        ("UniKS-UCS2-H", utf16(SENTENCE)),
        ("UniKS-UTF16-H", utf16(SENTENCE)),
        ("KSCms-UHC-H", EUC_KR.encode(SENTENCE).0.into_owned()),
        ("KSCms-UHC-HW-H", EUC_KR.encode(SENTENCE).0.into_owned()),
        ("KSC-EUC-H", EUC_KR.encode(SENTENCE).0.into_owned()),
    ] {
        let font = made::korean_font(encoding, "Korea1");
        let bytes = made::pdf_of("", &font, "/Font << /F1 3 0 R >>", &[("", &made::shown(&codes, 72, 720))]);
        let document = parse(&bytes, None, &mut NoRecogniser).unwrap();
        assert_eq!((document.text().as_str(), document.warnings.as_slice()), (SENTENCE, [].as_slice()), "{encoding}");
    }
}

#[test]
fn turned_and_shifted_pages_lose_nothing() {
    if !has_pdfium() {
        return;
    }
    let font = made::korean_font("UniKS-UCS2-H", "Korea1");
    let codes = utf16(SENTENCE);
    for (attributes, x, y) in [
        ("/Rotate 90", 72, 800),
        ("/Rotate 270", 72, 800),
        ("/MediaBox [0 2000 595 2842]", 72, 2720),
        ("/CropBox [0 421 595 842]", 72, 720),
        ("/MediaBox [0 0 1191 842]", 700, 720),
    ] {
        let bytes = made::pdf_of("", &font, "/Font << /F1 3 0 R >>", &[(attributes, &made::shown(&codes, x, y))]);
        assert_eq!(parse(&bytes, None, &mut NoRecogniser).unwrap().text(), SENTENCE, "{attributes}");
    }
}

#[test]
fn garbled_pages_are_recognised_or_named_and_never_shown() {
    if !has_pdfium() {
        return;
    }
    let font = made::korean_font("Identity-H", "Identity");
    let garbled = made::shown(&glyphs(), 72, 720);
    let bytes = made::pdf_of("", &font, "/Font << /F1 3 0 R >>", &[("", &garbled), ("", "")]);

    let failure = parse(&bytes, None, &mut NoRecogniser).unwrap_err();
    assert_eq!(failure.code, "document_scanned");
    assert!(failure.message.contains("문자 인식(OCR)") && failure.message.ends_with("십시오."), "{}", failure.message);

    let mut says = Says::new(Some("제7조(연가) 연가는 17일로 한다."));
    let document = parse(&bytes, None, &mut says).unwrap();
    assert_eq!(says.pages(), [1], "the blank page is not shown");
    assert_eq!(says.size(0), (1653, 2339), "A4 at 200 dots an inch");
    assert_eq!(document.text(), "제7조(연가)\n\n연가는 17일로 한다.");
    assert_eq!(document.warnings, ["1쪽은 문자 인식(OCR)으로 읽었습니다. 숫자와 이름은 원본과 대조하십시오."]);
    assert_eq!(unread(&document), [0u32; 0]);

    let noise = parse(&bytes, None, &mut Says::new(Some("| ~ . —"))).unwrap_err();
    assert_eq!(noise.code, "document_scanned", "recognised noise is not text either");
}

#[test]
fn a_document_of_all_kinds_of_pages_says_what_became_of_each() {
    if !has_pdfium() {
        return;
    }
    let mut shared = vec![SCAN.to_owned()];
    shared.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned());
    shared.push(
        "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /I1 3 0 R >> >> \
         /Length 31 >>\nstream\nq 595 0 0 842 0 0 cm /I1 Do Q  \nendstream".to_owned(),
    );
    let resources = "/XObject << /I1 3 0 R /X1 5 0 R >> /Font << /F1 4 0 R >>";
    let text = "BT /F1 12 Tf 72 720 Td (The leave of public officials is seventeen days for each year.) Tj ET ";
    let stamped = format!("{DRAW_SCAN}BT /F1 9 Tf 280 20 Td (Received 7) Tj ET");
    let rules = "0 0 m 500 0 l S 10 10 100 100 re S 20 20 m 20 500 l S";
    let logo = format!("q 60 0 0 60 72 760 cm /I1 Do Q {text}");
    let pages = [
        ("", text),
        ("", DRAW_SCAN),
        ("", ""),
        ("", &stamped),
        ("", rules),
        ("", "/X1 Do"),
        ("", "BT /F1 12 Tf 72 720 Td (   ) Tj ET"),
        ("", &logo),
    ];
    let bytes = made::pdf_of("", &shared, resources, &pages);

    let mut none = Says::new(None);
    let document = parse(&bytes, None, &mut none).unwrap();
    assert_eq!(none.pages(), [2, 4, 6]);
    assert_eq!(unread(&document), [2, 4, 6]);
    insta::assert_snapshot!(document.warnings.join("\n"));
    assert!(document.text().contains("Received 7"), "what a scan is stamped with is text");

    let mut says = Says::new(Some("공무원의 연가는 재직기간에 따라 열일곱 날로 한다"));
    let recognised = parse(&bytes, None, &mut says).unwrap();
    assert_eq!(unread(&recognised), [0u32; 0]);
    assert!(recognised.warnings[0].starts_with("2, 4, 6쪽은 문자 인식(OCR)으로"), "{:?}", recognised.warnings);
    let places: Vec<u32> = recognised.blocks.iter().filter_map(|block| block.locator.page).map(Page::number).collect();
    assert_eq!(places, [1, 2, 4, 6, 8]);

    // A picture behind a title, with nothing more to read on it.
    let same = parse(&bytes, None, &mut Says::new(Some("Received 7"))).unwrap();
    assert!(same.warnings[0].starts_with("2, 6쪽은 문자 인식(OCR)으로"), "{:?}", same.warnings);
}

#[test]
fn a_large_page_is_shown_within_bounds() {
    if !has_pdfium() {
        return;
    }
    for (width, height, turned, expected) in [
        (5950, 8400, "", (4000, 5647)),
        (200, 14400, "", (79, 5700)),
        (72, 144, "", (200, 400)),
        (72, 144, "/Rotate 90", (400, 200)),
    ] {
        let attributes = format!("/MediaBox [0 0 {width} {height}] {turned}");
        let draw = format!("q {width} 0 0 {height} 0 0 cm /I1 Do Q");
        let bytes = made::pdf_of("", &[SCAN.to_owned()], "/XObject << /I1 3 0 R >>", &[(&attributes, &draw)]);
        let mut says = Says::new(Some("연가"));
        assert_eq!(parse(&bytes, None, &mut says).unwrap().text(), "연가");
        assert_eq!(says.size(0), expected, "{attributes}");
    }
}

#[test]
fn a_password_opens_what_it_fits() {
    if !has_pdfium() {
        return;
    }
    for name in ["password-rc4.pdf", "password-aes256.pdf"] {
        let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap();
        for (password, expected) in [
            (None, Err("document_password")),
            (Some("틀림"), Err("document_password_wrong")),
            (Some(""), Err("document_password_wrong")),
            (Some("naratmal"), Ok("Opened.")),
        ] {
            let found = parse(&bytes, password, &mut NoRecogniser);
            match (found, expected) {
                (Ok(document), Ok(text)) => assert_eq!(document.text(), text, "{name}"),
                (Err(failure), Err(code)) => assert_eq!(failure.code, code, "{name} {password:?}"),
                (found, _) => panic!("{name} {password:?}: {found:?}"),
            }
        }
    }
}

#[test]
fn a_cut_file_keeps_what_is_left_and_says_so() {
    if !has_pdfium() {
        return;
    }
    let texts: Vec<String> = ('a'..='l').map(|kind| format!("Leave of kind {kind} is granted on request.")).collect();
    let whole = made::pdf(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let document = parse(&whole, None, &mut NoRecogniser).unwrap();
    assert!(!document.partial && document.warnings.is_empty());
    let mut saved = 0;
    for cut in (whole.len() / 10..whole.len() - 30).step_by(whole.len() / 20) {
        match parse(&whole[..cut], None, &mut NoRecogniser) {
            Ok(document) => {
                saved += 1;
                assert!(document.partial, "cut at {cut}");
                assert!(document.warnings[0].contains("손상"), "cut at {cut}: {:?}", document.warnings);
                let last = document.blocks.last().unwrap();
                let page = last.locator.page.unwrap().number();
                assert_eq!(last.text, texts[page as usize - 1], "pages keep their numbers");
                let lost: Vec<u32> = (page + 1..=document.pages.unwrap()).collect();
                assert_eq!(unread(&document), lost, "cut at {cut}");
            }
            Err(failure) => assert_eq!(failure.code, "document_damaged", "cut at {cut}"),
        }
    }
    assert!(saved > 10, "{saved} of 18 cut files were saved");
}

#[test]
fn bookmarks_are_headings_where_they_stand_on_their_page() {
    if !has_pdfium() {
        return;
    }
    let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned();
    let item = |title: &str, page: u32, rest: &str| {
        format!("<< /Title ({title}) /Parent 4 0 R /Dest [{page} 0 R /Fit] {rest} >>")
    };
    let shared = [
        font,
        "<< /Type /Outlines /First 5 0 R /Last 7 0 R /Count 3 >>".to_owned(),
        item("Leave of officials", 8, "/Next 7 0 R /First 6 0 R /Last 6 0 R /Count 1"),
        item("Annual leave", 8, ""),
        item("Not on the page", 10, "/Prev 5 0 R"),
    ];
    let line = |y: u32, text: &str| format!("BT /F1 12 Tf 72 {y} Td ({text}) Tj ET ");
    let first = [
        line(720, "Leave of officials"),
        line(700, "It is granted."),
        line(680, "Annual  leave"),
        line(660, "It is seventeen days."),
    ]
    .concat();
    let second = line(720, "Annual leave on another page is text");
    let bytes = made::pdf_of("/Outlines 4 0 R", &shared, "/Font << /F1 3 0 R >>", &[("", &first), ("", &second)]);
    let document = parse(&bytes, None, &mut NoRecogniser).unwrap();
    let blocks: Vec<String> = document
        .blocks
        .iter()
        .map(|block| format!("{:?} {} < {}", block.kind, block.text, block.heading_path.join(" > ")))
        .collect();
    insta::assert_snapshot!(blocks.join("\n"));
}

#[test]
fn without_libpdfium_a_garbled_page_is_left_out() {
    let garbled = "\\251\\251\\260\\241\\261\\317\\260\\241\\261\\317\\260\\241";
    let bytes = made::pdf(&["The leave of public officials is seventeen days.", "", garbled]);
    let source = Source { bytes: &bytes, extension: "", password: None };
    let mut tools = Tools { pdfium: &Pdfium::none(), recogniser: &mut NoRecogniser };
    let document = naratmal_reader::parse(source, &mut tools).unwrap();
    assert_eq!(document.text(), "The leave of public officials is seventeen days.");
    assert_eq!(unread(&document), [2, 3]);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    files.sort();
    files
}

/// The share of the reference's words that were found.
fn recall(reference: &str, found: &str) -> f64 {
    let (hit, all) = hits(reference, found);
    hit as f64 / all.max(1) as f64
}

#[test]
fn samples_are_read_whole_and_no_page_of_them_is_taken_for_garbled() {
    let Some(folder) = samples().map(|folder| folder.join("pdf")) else { return };
    if !has_pdfium() {
        return;
    }
    for path in files(&folder) {
        let bytes = std::fs::read(&path).unwrap();
        let reference = std::fs::read_to_string(format!("{}.ref.txt", path.display())).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let started = Instant::now();
        let found = parse(&bytes, None, &mut NoRecogniser);
        let took = started.elapsed();
        match found {
            Ok(document) => {
                let recall = recall(&reference, &document.text());
                println!("{name}: {recall:.4}, {:?} pages, {took:?}", document.pages);
                assert!(document.unread_pages.is_empty() && !document.partial, "{name}: {:?}", document.warnings);
                // A running head stands once in what is read, and on each page of the reference.
                let least = if document.pages > Some(40) { 0.96 } else { 0.995 };
                assert!(recall >= least, "{name}: {recall}");
            }
            Err(failure) => {
                println!("{name}: {} {took:?}", failure.code);
                assert!(words(&reference).is_empty(), "{name}: {failure}");
                // Of the two without text one is a scan, one an empty table.
                assert!(["document_scanned", "document_empty"].contains(&failure.code.as_str()), "{name}: {failure}");
            }
        }
    }
}

/// tesseract, as the program's own recogniser calls it.
struct Tesseract;

impl Recogniser for Tesseract {
    fn recognise(&mut self, _page: Page, picture: &[u8]) -> Option<String> {
        let mut child = Command::new("tesseract")
            .args(["stdin", "stdout", "-l", "kor+eng", "--oem", "1", "--psm", "4", "--dpi", "200"])
            // Its threads wait for each other more than they work.
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(picture).ok()?;
        let output = child.wait_with_output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

#[test]
fn a_scanned_sample_is_recognised() {
    let Some(folder) = samples().map(|folder| folder.join("pdf")) else { return };
    if !has_pdfium() {
        return;
    }
    let languages = Command::new("tesseract").arg("--list-langs").output();
    if !languages.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("kor")) {
        println!("SKIPPED: tesseract with kor is missing");
        return;
    }
    let bytes = std::fs::read(folder.join("0776_MEDRPT-2024-PAT-3847_medical_report_scan.pdf")).unwrap();
    let document = parse(&bytes, None, &mut Tesseract).unwrap();
    assert_eq!((document.pages, unread(&document)), (Some(3), vec![]));
    assert_eq!(document.warnings, ["1~3쪽은 문자 인식(OCR)으로 읽었습니다. 숫자와 이름은 원본과 대조하십시오."]);
    let text = document.text();
    for line in ["COMPREHENSIVE MEDICAL REPORT", "Oxygen Saturation", "No known drug allergies"] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}
