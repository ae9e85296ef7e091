//! HWP, HWPX and HWPML: what an editor can put into a document, and what is left of one that is damaged.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "made/hwp.rs"]
mod hwp;
mod made;


use documents::Document;
use made::told::samples;
use hwp::{Run, control, counted, heading, list, paragraph, plain, record};
use proptest::prelude::*;

fn parse(bytes: &[u8], password: Option<&str>) -> Result<Document, wire::Failure> {
    made::told::parse(bytes, "", password)
}

fn outline(bytes: &[u8]) -> String {
    made::told::read(bytes, "")
}

fn hwpx(run: &str) -> Vec<u8> {
    made::zip(&[("mimetype", "application/hwp+zip"), ("Contents/section0.xml", &made::section(run))])
}

/// A list of one paragraph, as it stands in everything that holds text.
fn sub_list(text: &str) -> String {
    format!("<hp:subList><hp:p><hp:run><hp:t>{text}</hp:t></hp:run></hp:p></hp:subList>")
}

fn cell(column: u16, row: u16, columns: u16, rows: u16, text: &str) -> Vec<u8> {
    [list(2, Some([column, row, columns, rows])), plain(2, text)].concat()
}

/// A section with everything that can be anchored in a text.
fn everything() -> Vec<u8> {
    let note = control(1, b"fn  ", &[0; 12], &[list(2, None), plain(2, " 주석의 글")]);
    let table = control(1, b"tbl ", &[0; 42], &[
        list(2, None),
        plain(2, "표의 제목"),
        record(77, 2, &[0; 20]),
        cell(0, 0, 2, 1, "구분"),
        cell(0, 1, 1, 1, "연가"),
        cell(1, 1, 1, 1, "17일"),
    ]);
    let frame = control(1, b"tbl ", &[0; 42], &[record(77, 2, &[0; 20]), cell(0, 0, 1, 1, "틀 안의 글")]);
    // A box in a box.
    let shape = control(1, b"gso ", &[0; 42], &[
        record(76, 2, &[0; 8]),
        record(76, 3, &[0; 8]),
        list(4, None),
        plain(4, "글상자의 글"),
    ]);
    let mut script = vec![0; 4];
    script.extend(counted("x over y"));
    let equation = control(1, b"eqed", &[0; 42], &[record(88, 2, &script)]);
    let hidden = control(1, b"tcmt", &[], &[list(2, None), plain(2, "숨은 설명")]);
    let running = control(1, b"head", &[0; 8], &[list(2, None), plain(2, "가온시")]);
    let number = control(1, b"atno", &[4, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0], &[]);
    let ruby = control(1, b"tdut", &[counted("본말"), counted("덧말")].concat(), &[]);
    let mut field = vec![0; 5];
    field.extend(counted("MEMO/65535/1"));
    field.extend(7u32.to_le_bytes());
    field.extend(41u32.to_le_bytes());
    let memo = control(1, b"%unk", &field, &[]);
    let memos = [record(93, 1, &41u32.to_le_bytes()), list(1, None), plain(1, "다시 볼 것")].concat();
    [
        paragraph(
            0,
            &[Run::Anchor(16), Run::Text("□ 앞말\u{1F642}"), Run::Anchor(17), Run::Text("은 뒤")],
            &[running, note].concat(),
        ),
        paragraph(0, &[Run::Anchor(11)], &table),
        paragraph(
            0,
            &[Run::Text("표 "), Run::Anchor(18), Run::Text(" 앞"), Run::Anchor(11), Run::Text("뒤")],
            &[number, frame].concat(),
        ),
        paragraph(0, &[Run::Anchor(11), Run::Anchor(11), Run::Anchor(15)], &[shape, equation, hidden].concat()),
        paragraph(0, &[Run::Anchor(23), Run::Text("은 "), Run::Anchor(3), Run::Text("고칠 말")], &[ruby, memo].concat()),
        plain(0, "마지막"),
        paragraph(0, &[], &memos),
    ]
    .concat()
}

#[test]
fn hwp_keeps_all_that_is_anchored_in_a_text() {
    let document = hwp::document(hwp::COMPRESSED, &[everything()]);
    insta::assert_snapshot!(outline(&document));
}

#[test]
fn a_distribution_document_reads_as_the_document_it_was() {
    for compressed in [0, hwp::COMPRESSED] {
        let open = hwp::document(compressed, &[everything(), plain(0, "둘째 구역")]);
        let sealed = hwp::document(compressed | hwp::DISTRIBUTION, &[everything(), plain(0, "둘째 구역")]);
        assert_eq!(outline(&sealed), outline(&open));
    }
}

#[test]
fn hwp_numbers_headings_as_the_editor_shows_them() {
    // The section's definition stands in its first paragraph and names the numbering of the outline.
    let mut definition = vec![0; 14];
    definition.extend(1u16.to_le_bytes());
    let first = paragraph(0, &[Run::Anchor(2)], &control(1, b"secd", &definition, &[]));
    let section = [first, heading("총칙"), plain(0, "1. 목적"), heading("휴가"), plain(0, "가. 연가")].concat();
    insta::assert_snapshot!(outline(&hwp::document(0, &[section])), @r#"
    0.0 Heading "제1장 총칙" 제1장 총칙
    0.1 Paragraph "1. 목적" 제1장 총칙
    0.2 Heading "제2장 휴가" 제2장 휴가
    0.3 Paragraph "가. 연가" 제2장 휴가
    "#);
}

#[test]
fn text_that_a_tracked_change_deleted_is_left_out() {
    let range = |start: u32, end: u32, kind: u32| [start, end, kind << 24 | 1].map(u32::to_le_bytes).concat();
    let ranges = record(70, 1, &[range(0, 2, 0x10), range(3, 5, 0x11)].concat());
    let binary = hwp::document(0, &[paragraph(0, &[Run::Text("새글 옛글 그대로")], &ranges)]);
    let package = hwpx(
        "<hp:t><hp:insertBegin Id=\"1\" TcId=\"1\"/>새글<hp:insertEnd Id=\"1\" TcId=\"1\"/> \
         <hp:deleteBegin Id=\"2\" TcId=\"2\"/>옛<hp:tab/></hp:t><hp:t>글<hp:deleteEnd Id=\"2\" TcId=\"2\"/> 그대로</hp:t>",
    );
    let plain_xml = "<HWPML><BODY><SECTION><P><TEXT><CHAR>새글 <DELETEBEGIN/>옛글<DELETEEND/> 그대로</CHAR></TEXT></P>\
    </SECTION></BODY></HWPML>";
    for bytes in [binary, package, plain_xml.as_bytes().to_vec()] {
        let document = parse(&bytes, None).unwrap();
        assert_eq!(document.blocks.len(), 1);
        assert_eq!(document.blocks[0].text.split_whitespace().collect::<Vec<_>>(), ["새글", "그대로"]);
        assert_eq!(document.warnings, ["변경 내용 추적에서 삭제된 글은 읽지 않았습니다."]);
    }
}

#[test]
fn hwpx_keeps_anchors_memos_and_numbers_of_captions() {
    let run = [
        "<hp:t>앞말</hp:t><hp:ctrl><hp:footNote>",
        &sub_list("주석의 글"),
        "</hp:footNote></hp:ctrl><hp:t>은 뒤</hp:t><hp:ctrl><hp:fieldBegin type=\"MEMO\"><hp:parameters>\
        <hp:stringParam>MEMO</hp:stringParam>\
         </hp:parameters>",
        &sub_list("다시 볼 것"),
        "</hp:fieldBegin></hp:ctrl><hp:t> 고칠 말</hp:t><hp:ctrl><hp:fieldEnd/></hp:ctrl><hp:ctrl><hp:hiddenComment>",
        &sub_list("숨은 설명"),
        "</hp:hiddenComment></hp:ctrl><hp:tbl><hp:caption><hp:subList><hp:p><hp:run><hp:t>표 </hp:t><hp:ctrl>\
         <hp:autoNum num=\"3\" numType=\"TABLE\"/></hp:ctrl><hp:t> 일수</hp:t></hp:run></hp:p></hp:subList>\
         </hp:caption><hp:tr><hp:tc>",
        &sub_list("연가</hp:t><hp:ctrl><hp:endNote><hp:subList><hp:p><hp:run><hp:t>미주</hp:t></hp:run></hp:p>\
        </hp:subList></hp:endNote></hp:ctrl><hp:t>"),
        "</hp:tc><hp:tc>",
        &sub_list("17일"),
        "</hp:tc></hp:tr></hp:tbl><hp:dutmal><hp:mainText>본말</hp:mainText><hp:subText>덧말</hp:subText></hp:dutmal>\
         <hp:equation><hp:script>x over y</hp:script></hp:equation><hp:textart text=\"글맵시\"/>",
    ]
    .concat();
    insta::assert_snapshot!(outline(&hwpx(&run)));
}

const HWPML: &str = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><HWPML Version=\"2.9\"><HEAD><MAPPINGTABLE>\
    <PARASHAPELIST>\
    <PARASHAPE Id=\"0\" HeadingType=\"None\"/><PARASHAPE Id=\"1\" HeadingType=\"Outline\" Level=\"0\"/>\
    <PARASHAPE Id=\"2\" HeadingType=\"Number\" Heading=\"1\" Level=\"1\"/></PARASHAPELIST><NUMBERINGLIST>\
    <NUMBERING Id=\"1\">\
    <PARAHEAD Level=\"1\" NumFormat=\"Digit\" Start=\"1\">제^1장</PARAHEAD>\
    <PARAHEAD Level=\"2\" NumFormat=\"HangulSyllable\">^2.</PARAHEAD>\
    </NUMBERING></NUMBERINGLIST></MAPPINGTABLE></HEAD><BODY><SECTION>\
    <P ParaShape=\"1\"><TEXT><SECDEF OutlineShape=\"1\"/><HEADER><PARALIST><P><TEXT><CHAR>가온시</CHAR></TEXT></P>\
    </PARALIST></HEADER>\
    <CHAR>총칙</CHAR></TEXT></P>\
    <P ParaShape=\"2\"><TEXT><CHAR>연가<FWSPACE/>&lt;17일&gt;<TAB/>끝<LINEBREAK/>다음 줄</CHAR><FOOTNOTE><PARALIST><P><TEXT>\
    <CHAR>주석</CHAR></TEXT></P></PARALIST></FOOTNOTE></TEXT></P>\
    <P ParaShape=\"0\"><TEXT><TABLE><ROW><CELL ColSpan=\"2\" RowSpan=\"1\"><PARALIST><P><TEXT><CHAR>구분</CHAR>\
    </TEXT></P></PARALIST></CELL></ROW>\
    <ROW><CELL><PARALIST><P><TEXT><CHAR>연가</CHAR></TEXT></P></PARALIST></CELL><CELL><PARALIST><P><TEXT>\
    <CHAR>17일</CHAR></TEXT></P></PARALIST></CELL></ROW></TABLE>\
    <RECTANGLE><DRAWINGOBJECT><DRAWTEXT><PARALIST><P><TEXT><CHAR>글상자</CHAR></TEXT></P></PARALIST></DRAWTEXT>\
    </DRAWINGOBJECT></RECTANGLE></TEXT></P>\
    </SECTION><SECTION><P><TEXT><CHAR>둘째 구역</CHAR></TEXT></P></SECTION></BODY><TAIL><BINDATASTORAGE>\
    <BINDATA>AAAA</BINDATA></BINDATASTORAGE></TAIL></HWPML>";

#[test]
fn hwpml_reads_as_hwpx_does_in_every_encoding() {
    let snapshot = outline(HWPML.as_bytes());
    let wide = |mark: &[u16]| [mark, &HWPML.encode_utf16().collect::<Vec<_>>()].concat();
    let little = |units: Vec<u16>| units.into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big = |units: Vec<u16>| units.into_iter().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    for bytes in [
        format!("\u{feff}{HWPML}").into_bytes(),
        little(wide(&[0xfeff])),
        big(wide(&[0xfeff])),
        little(wide(&[])),
    ] {
        assert_eq!(outline(&bytes), snapshot);
    }
    insta::assert_snapshot!(snapshot);
}

#[test]
fn what_is_left_of_a_damaged_file_is_read_and_said_to_be_a_part() {
    // Hardly compressible, so that the sections are longer than a sector.
    let long = |seed: u32| {
        let mut word = seed;
        let mut words = String::new();
        for _ in 0..4000 {
            word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            words.push_str(&format!("낱말{} ", word >> 12));
        }
        words
    };
    let texts = [plain(0, "첫째 구역의 글"), [plain(0, "둘째 구역의 글"), plain(0, &long(1)), plain(0, &long(2))].concat()];
    let binary = hwp::document(hwp::COMPRESSED, &texts);
    let sections = ["첫째 구역의 글".to_owned(), format!("둘째 구역의 글 {}", long(1))];
    let sections = sections.map(|text| made::section(&format!("<hp:t>{text}</hp:t>")));
    let package = made::zip(&[
        ("mimetype", "application/hwp+zip"),
        ("Contents/section0.xml", &sections[0]),
        ("Contents/section1.xml", &sections[1]),
    ]);
    let mut spoilt = binary.clone();
    let at = spoilt.len() * 3 / 4;
    spoilt[at..at + 64].fill(0xFF);
    let xml = HWPML.as_bytes();
    let mut rotten = package.clone();
    let at = rotten.len() / 2;
    rotten[at..at + 64].fill(0xFF);
    for (name, bytes, kept) in [
        ("a cut HWP", &binary[..binary.len() * 3 / 4], "둘째 구역의 글"),
        ("an HWP with a spoilt section", &spoilt, "첫째 구역의 글"),
        ("a cut HWPX", &package[..package.len() / 2], "둘째 구역의 글"),
        ("an HWPX with a spoilt section", &rotten, "첫째 구역의 글"),
        ("a cut HWPML", &xml[..xml.len() - 180], "글상자"),
    ] {
        let document = parse(bytes, None).unwrap();
        assert!(document.partial, "{name}");
        assert!(!document.warnings.is_empty() && document.warnings.iter().all(|said| said.ends_with("십시오.")), "{name}");
        assert!(document.text().contains(kept), "{name}");
    }
    for (name, bytes) in [("an HWP without text", &binary[..600]), ("HWPML without text", &xml[..300])] {
        assert_eq!(parse(bytes, None).unwrap_err().code, "document_damaged", "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]
    #[test]
    fn mutated_documents_end_in_blocks_or_a_failure(
        which in 0..4usize,
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24),
        length in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = match which {
            0 => hwp::document(0, &[everything()]),
            1 => hwp::document(hwp::COMPRESSED | hwp::DISTRIBUTION, &[everything()]),
            2 => HWPML.as_bytes().to_vec(),
            _ => hwpx(&format!("<hp:tbl><hp:tr><hp:tc>{}</hp:tc></hp:tr></hp:tbl>", sub_list("글"))),
        };
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cut {
            bytes.truncate(length.index(bytes.len()));
        }
        match parse(&bytes, Some("1")) {
            Ok(document) => prop_assert!(document.blocks.iter().all(|block| !block.text.trim().is_empty())),
            Err(failure) => prop_assert!(!failure.detail.contains("panicked"), "{failure}"),
        }
    }
}

#[test]
fn an_hwp_password_is_not_asked_for_since_it_cannot_be_used() {
    let document = hwp::document(hwp::PASSWORD, &[plain(0, "글")]);
    for password in [None, Some("123456")] {
        assert_eq!(parse(&document, password).unwrap_err().code, "document_locked");
    }
}

#[test]
fn an_hwpx_opens_with_its_password_only() {
    let Some(folder) = samples() else { return };
    for (name, password) in [("0178_password-12345.hwpx", "12345"), ("0367_HWP5-password-123456.hwpx", "123456")] {
        let bytes = std::fs::read(folder.join("hwpx").join(name)).unwrap();
        assert_eq!(parse(&bytes, None).unwrap_err().code, "document_password", "{name}");
        assert_eq!(parse(&bytes, Some("1")).unwrap_err().code, "document_password_wrong", "{name}");
        assert!(!parse(&bytes, Some(password)).unwrap().blocks.is_empty(), "{name}");
    }
}

#[test]
fn nothing_that_stands_in_the_samples_is_lost() {
    let Some(folder) = samples() else { return };
    let words = |text: &str| {
        let mut words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
        words.retain(|word| !word.is_empty());
        words.sort();
        words.dedup();
        words
    };
    for entry in std::fs::read_dir(folder.join("hwp")).unwrap() {
        let path = entry.unwrap().path();
        let Ok(wanted) = std::fs::read_to_string(format!("{}.ref.txt", path.display())) else { continue };
        let text = parse(&std::fs::read(&path).unwrap(), None).map(|document| document.text()).unwrap_or_default();
        let found = words(&text);
        let mut missing = words(&wanted);
        missing.retain(|word| found.binary_search(word).is_err());
        assert!(missing.len() * 50 <= found.len().max(50), "{}: {missing:?}", path.display());
    }
}
