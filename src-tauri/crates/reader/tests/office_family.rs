//! Office documents, web pages, mail and archives: what each says beside its plain text, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod made;

use std::time::{Duration, Instant};

use documents::Document;
use made::told::{hits, outline, parse, read, samples, words};

#[test]
fn the_words_of_the_samples_are_read() {
    let Some(folder) = samples() else { return };
    for format in ["docx", "pptx", "xlsx", "xls"] {
        let mut recalls = Vec::new();
        let mut times: Vec<Duration> = Vec::new();
        for entry in std::fs::read_dir(folder.join(format)).unwrap() {
            let path = entry.unwrap().path();
            let Ok(reference) = std::fs::read_to_string(format!("{}.ref.txt", path.display())) else { continue };
            let bytes = std::fs::read(&path).unwrap();
            let begun = Instant::now();
            let document = parse(&bytes, format, None);
            times.push(begun.elapsed());
            // Some references keep how a file escapes a line end; Excel shows the line end.
            let reference = reference.replace("_x000D_", "\r");
            let text = document.as_ref().map(Document::text).unwrap_or_default();
            let (hit, all) = hits(&reference, &text);
            if all == 0 {
                continue;
            }
            if hit < all {
                let (expected, found) = (words(&reference), words(&text));
                let lost: Vec<&String> = expected.iter().filter(|(word, count)| found.get(*word).unwrap_or(&0) < count).map(|(word, _)| word).take(12).collect();
                println!("{}: {hit} of {all}, {:?}, lost {lost:?}", path.display(), document.as_ref().err());
            }
            recalls.push(hit as f64 / all as f64);
        }
        times.sort();
        let mean = recalls.iter().sum::<f64>() / recalls.len() as f64;
        println!("{format}: {} files, recall {mean:.4}, median {:?}", recalls.len(), times[times.len() / 2]);
        assert!(mean >= 0.99, "{format}: {mean}");
    }
}

/// The texts of a document's blocks.
fn texts(bytes: &[u8], extension: &str) -> Vec<String> {
    parse(bytes, extension, None).unwrap().blocks.into_iter().map(|block| block.text).collect()
}

#[test]
fn a_word_document_keeps_what_it_says_beside_its_text() {
    let body = format!(
        "{}{}<w:p><w:r><w:t>예산은 </w:t></w:r><w:del><w:r><w:delText>삭제된 글</w:delText></w:r></w:del>\
         <w:ins><w:r><w:t>증액</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>옮기기 전</w:t></w:r></w:moveFrom>\
         <w:r><w:t>한다</w:t></w:r><w:r><w:footnoteReference w:id=\"2\"/></w:r><w:r><w:commentReference w:id=\"0\"/></w:r></w:p>\
         <w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx></w:drawing></mc:Choice>\
         <mc:Fallback><w:pict><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>\
         <w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>\
         <w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId4\"/><w:footerReference w:type=\"default\" r:id=\"rId5\"/></w:sectPr>",
        made::office::paragraph("<w:pStyle w:val=\"k1\"/>", "추진 배경"),
        made::office::paragraph("<w:outlineLvl w:val=\"1\"/>", "현황"),
        made::office::paragraph("", "글상자 글"),
        made::office::paragraph("", "글상자 글"),
        made::office::paragraph("", "양식 칸"),
    );
    let bytes = made::office::docx(&body, &[
        ("styles", "styles", "<w:style w:type=\"paragraph\" w:styleId=\"k1\"><w:name w:val=\"제목 1\"/></w:style>"),
        ("footnotes", "footnotes", "<w:footnote w:type=\"separator\" w:id=\"0\"><w:p/></w:footnote>\
            <w:footnote w:id=\"2\"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>작년 기준</w:t></w:r></w:p></w:footnote>"),
        ("comments", "comments", "<w:comment w:id=\"0\"><w:p><w:r><w:t>근거 확인</w:t></w:r></w:p></w:comment>\
            <w:comment w:id=\"1\"><w:p><w:r><w:t>남은 메모</w:t></w:r></w:p></w:comment>"),
        ("header", "hdr", "<w:p><w:r><w:t>가온시</w:t></w:r></w:p>"),
        ("footer", "ftr", "<w:p><w:r><w:t>- </w:t></w:r><w:fldSimple><w:r><w:t>3</w:t></w:r></w:fldSimple><w:r><w:t> -</w:t></w:r></w:p>"),
    ]);
    insta::assert_snapshot!(read(&bytes, "docx"));
}

#[test]
fn a_word_list_is_numbered_as_shown() {
    let level = |depth: u8, format: &str, text: &str| {
        format!("<w:lvl w:ilvl=\"{depth}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/></w:lvl>")
    };
    let list = |id: u8, levels: String| {
        format!("<w:abstractNum w:abstractNumId=\"{id}\">{levels}</w:abstractNum>")
    };
    let numbering = format!(
        "{}{}<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num><w:num w:numId=\"2\"><w:abstractNumId w:val=\"1\"/></w:num>",
        list(0, [level(0, "decimal", "%1."), level(1, "ganada", "%2."), level(2, "decimalEnclosedCircle", "%3")].concat()),
        list(1, [level(0, "bullet", "□"), level(1, "bullet", "○"), level(2, "bullet", "\u{f0b7}")].concat()),
    );
    let item = |list: u8, depth: u8| {
        made::office::paragraph(&format!("<w:numPr><w:ilvl w:val=\"{depth}\"/><w:numId w:val=\"{list}\"/></w:numPr>"), "항목")
    };
    let body = [item(1, 0), item(1, 1), item(1, 1), item(1, 2), item(1, 0), item(1, 1), item(2, 0), item(2, 1), item(2, 2)].concat();
    let bytes = made::office::docx(&body, &[("numbering", "numbering", &numbering)]);
    let marks = ["1.", "가.", "나.", "①", "2.", "가.", "□", "○", "•"];
    assert_eq!(texts(&bytes, "docx"), marks.map(|mark| format!("{mark} 항목")));
}

#[test]
fn word_tables_repeat_merged_cells_and_keep_inner_tables() {
    let cell = |properties: &str, content: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>");
    let text = |text: &str| made::office::paragraph("", text);
    let inner = format!("{}<w:tbl><w:tr>{}{}</w:tr></w:tbl>", text("밖"), cell("", &text("안 1")), cell("", &text("안 2")));
    let body = format!(
        "<w:tbl><w:tr>{}{}{}</w:tr><w:tr>{}{}{}</w:tr><w:tr><w:trPr><w:del/></w:trPr>{}</w:tr></w:tbl><w:tbl><w:tr>{}</w:tr></w:tbl>",
        cell("<w:vMerge w:val=\"restart\"/>", &text("연가")),
        cell("", &text("1년")),
        cell("", &text("11일")),
        cell("<w:vMerge/>", "<w:p/>"),
        cell("", &text("2년")),
        cell("", &inner),
        cell("", &text("지운 줄")),
        cell("", &text("제목 틀")),
    );
    insta::assert_snapshot!(read(&made::office::docx(&body, &[]), "docx"));
}

#[test]
fn word_pages_are_those_that_word_drew() {
    let page = "<w:p><w:r><w:lastRenderedPageBreak/><w:t>둘째 쪽</w:t></w:r></w:p>";
    let hard = "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/><w:t>셋째 쪽</w:t></w:r></w:p>";
    let new = "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p><w:p><w:r><w:t>넷째 쪽</w:t></w:r></w:p>";
    let first = made::office::paragraph("", "첫 쪽");
    let document = parse(&made::office::docx(&[&first, page, hard, new].concat(), &[]), "docx", None).unwrap();
    let pages: Vec<Option<u32>> = document.blocks.iter().map(|block| block.locator.page.map(|page| page.number())).collect();
    assert_eq!(pages, [Some(1), Some(2), Some(3), Some(4)]);
    assert_eq!(document.pages, Some(4));
    let document = parse(&made::office::docx(&[&first, new].concat(), &[]), "docx", None).unwrap();
    assert!(document.pages.is_none() && document.blocks.iter().all(|block| block.locator.page.is_none()), "nothing is recorded");
}

#[test]
fn a_damaged_word_document_gives_what_is_left_of_it() {
    let body = [made::office::paragraph("", "남은 글"), "<w:p><w:r><w:t>끊긴".to_owned()].concat();
    insta::assert_snapshot!(read(&made::office::docx(&body, &[]), "docx"), @r#"
    0.0 Paragraph "남은 글" 
    0.1 Paragraph "끊긴" 
    ! 파일이 손상되어 일부를 읽지 못했습니다(word/document.xml). 원본을 다시 받아 추가하십시오.
    partial
    "#);
    assert_eq!(read(&made::zip(&[("word/document.xml", "<w:document><w:bo"), ("[Content_Types].xml", "")]), "docx"), "document_damaged");
}

#[test]
fn a_slide_is_a_page_with_notes_and_remarks() {
    use made::office::{run, shape};
    let table = format!(
        "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc gridSpan=\"2\"><a:txBody><a:p>{}</a:p></a:txBody></a:tc><a:tc hMerge=\"1\"><a:txBody><a:p/></a:txBody></a:tc></a:tr>\
         <a:tr><a:tc><a:txBody><a:p>{}</a:p></a:txBody></a:tc><a:tc><a:txBody><a:p>{}</a:p></a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>",
        run("구분"), run("연가"), run("17일"),
    );
    let bullet = format!("<a:pPr><a:buChar char=\"□\"/></a:pPr>{}", run("대상: 전 직원"));
    let first = format!("<a:pPr><a:buAutoNum type=\"arabicPeriod\"/></a:pPr>{}", run("하나"));
    let second = format!("<a:pPr><a:buAutoNum type=\"arabicPeriod\"/></a:pPr>{}", run("둘"));
    let shapes = format!(
        "{}<p:grpSp><p:nvGrpSpPr/>{}</p:grpSp>{}{table}{}",
        shape("", &[&bullet]), shape("", &[&first, &second]), shape("title", &[&run("추진 계획")]), shape("sldNum", &[&run("1")]),
    );
    let notes = format!("<p:notes xmlns:p=\"p\" xmlns:a=\"a\">{}{}</p:notes>", shape("body", &[&run("천천히 말한다")]), shape("sldNum", &[&run("1")]));
    let remarks = "<p:cmLst xmlns:p=\"p\"><p:cm><p:text>그림 교체</p:text></p:cm></p:cmLst>";
    let chart = "<c:chartSpace xmlns:c=\"c\" xmlns:a=\"a\"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>사용 현황</a:t></a:r></a:p></c:rich></c:tx></c:title>\
                 <c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:f>A1</c:f><c:strCache><c:pt><c:v>연가</c:v></c:pt></c:strCache></c:strRef></c:tx>\
                 <c:cat><c:strRef><c:strCache><c:pt><c:v>1월</c:v></c:pt><c:pt><c:v>2월</c:v></c:pt></c:strCache></c:strRef></c:cat>\
                 <c:val><c:numRef><c:numCache><c:formatCode>General</c:formatCode><c:pt><c:v>3</c:v></c:pt><c:pt><c:v>5</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>";
    let pictured = "<p:graphicFrame><a:graphic><a:graphicData><c:chart xmlns:c=\"c\" r:id=\"rId1\"/></a:graphicData></a:graphic></p:graphicFrame>";
    let bytes = made::office::pptx(&[
        (pictured, &[("chart", "charts/chart1.xml", chart)]),
        (&shapes, &[("notesSlide", "notesSlides/notesSlide1.xml", &notes), ("comments", "comments/comment1.xml", remarks)]),
    ]);
    insta::assert_snapshot!(read(&bytes, "pptx"));
}

#[test]
fn a_sheet_shows_numbers_as_a_person_sees_them_and_what_lies_beside_them() {
    let rows = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"inlineStr\"><is><t>날짜</t></is></c></row>\
                <row r=\"2\"><c r=\"A2\" s=\"2\"><v>1234567</v></c><c r=\"B2\" s=\"1\"><v>0.125</v></c><c r=\"C2\" s=\"3\"><v>45292</v></c></row>";
    let strings = made::office::strings("<si><r><t>예산</t></r><r><t>액</t></r><rPh sb=\"0\" eb=\"1\"><t>읽는 법</t></rPh></si><si><t>비율</t></si>");
    insta::assert_snapshot!(read(&made::office::xlsx(rows, &strings), "xlsx"));
}

#[test]
fn a_damaged_workbook_gives_the_cells_that_are_left() {
    let rows = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"s\"><v>1</v></c></row><row r=\"2\"><c r=\"C2\"><v>17</v></c></row>";
    insta::assert_snapshot!(read(&made::office::xlsx(rows, "<sst><si><t>구분</t></si><si><t>일수</t></si><si><t>끊"), "xlsx"));
}

#[test]
fn an_opendocument_text_keeps_its_structure() {
    let body = "<text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>가</dc:creator></office:change-info>\
         <text:p>지운 글</text:p></text:deletion></text:changed-region></text:tracked-changes>\
         <text:h text:outline-level=\"1\">추진  배경</text:h>\
         <text:p>예산<text:s text:c=\"2\"/>증액<text:tab/>계획<text:line-break/>다음 줄<text:note><text:note-citation>1</text:note-citation>\
         <text:note-body><text:p>작년 기준</text:p></text:note-body></text:note><office:annotation><dc:creator>나</dc:creator><dc:date>2026-01-01</dc:date>\
         <text:p>근거 확인</text:p></office:annotation></text:p>\
         <text:list text:style-name=\"L1\"><text:list-item><text:p>하나</text:p><text:list><text:list-item><text:p>안</text:p></text:list-item></text:list></text:list-item>\
         <text:list-item><text:p>둘</text:p></text:list-item></text:list>\
         <text:p>상자 앞<draw:frame><draw:text-box><text:p>글상자 글</text:p></draw:text-box></draw:frame></text:p>\
         <table:table><table:table-header-rows><table:table-row><table:table-cell table:number-columns-spanned=\"2\"><text:p>구분</text:p></table:table-cell><table:covered-table-cell/></table:table-row></table:table-header-rows>\
         <table:table-row><table:table-cell table:number-rows-spanned=\"2\"><text:p>연가</text:p></table:table-cell><table:table-cell><text:p>11일</text:p></table:table-cell></table:table-row>\
         <table:table-row><table:covered-table-cell/><table:table-cell table:number-columns-repeated=\"2\"><text:p>12일</text:p></table:table-cell></table:table-row></table:table>\
         <text:p><text:soft-page-break/>둘째 쪽</text:p>";
    let document = parse(&made::office::odt(body, "가온시", "<manifest/>"), "odt", None).unwrap();
    insta::assert_snapshot!(outline(&document));
    let endless = "<table:table><table:table-row><table:table-cell><text:p>가</text:p></table:table-cell>\
         <table:table-cell table:number-columns-repeated=\"1000000\"><text:p>나</text:p></table:table-cell></table:table-row></table:table>";
    assert!(read(&made::office::odt(endless, "", "<manifest/>"), "odt").len() < 2000);
    let locked = made::office::odt(body, "", "<manifest><encryption-data/></manifest>");
    assert_eq!(read(&locked, "odt"), "document_locked");
}

#[test]
fn a_web_page_is_read_as_a_browser_shows_it() {
    let page = "<!DOCTYPE html><html><head><title>복무 안내</title><style>p{}</style></head><body><script>var 가;</script>\
         <h1>복무 안내</h1><p>연가는 <b>17</b>일<br>이다.</p><p style=\"display: none\">숨은 글</p><div hidden>숨은 글</div>\
         <ul><li>하나<ul><li>안</li></ul></li><li>둘</li></ul><ol start=\"3\"><li>셋</li><li>넷</li></ol><pre>가  나\n다</pre>\
         <table><caption>표 1</caption><tr><th rowspan=\"2\">구분</th><th colspan=\"2\">일수</th></tr><tr><td>기본</td><td>가산</td></tr>\
         <tr><td>연가</td><td>11</td><td>1</td></tr></table><table><tr><td><h2>틀</h2><table><tr><td>가</td><td>나</td></tr></table></td><td>옆</td></tr></table></body></html>";
    insta::assert_snapshot!(read(page.as_bytes(), "html"));
    let (cp949, _, _) = encoding_rs::EUC_KR.encode("<html><meta charset=euc-kr><body><p>똠방각하</p></body></html>");
    assert_eq!(texts(&cp949, ""), ["똠방각하"], "a page is told by its content");
    let deep = format!("<html>{}깊은 글", "<div>".repeat(50_000));
    assert_eq!(read(deep.as_bytes(), "html"), "document_hostile");
}

/// Base64 in lines, as mail carries it.
fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    text.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned() + "\r\n").collect()
}

fn cp949(text: &str) -> Vec<u8> {
    encoding_rs::EUC_KR.encode(text).0.into_owned()
}

#[test]
fn a_message_is_read_with_what_it_has_attached() {
    let docx = made::docx();
    let message = format!(
        "From: =?ks_c_5601-1987?B?{}?= <a@example.org>\r\nTo: =?UTF-8?Q?=EB=82=98?= <b@example.org>\r\nCc: c@example.org\r\n\
         Subject: =?CP949?B?{}?=\r\nDate: Wed, 25 Nov 2026 10:00:00 +0900\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n\
         --x\r\nContent-Type: text/plain; charset=\"ks_c_5601-1987\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\
         --x\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename*=UTF-8''%EA%B3%84%ED%9A%8D.docx\r\n\r\n{}\
         --x\r\nContent-Type: application/octet-stream; name=\"=?EUC-KR?B?{}?=\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\n{}\
         --x--\r\n",
        base64(&cp949("홍보팀")).trim(),
        base64(&cp949("똠방 회의 안내")).trim(),
        base64(&cp949("□ 회의를 엽니다.\r\n첨부를 보십시오.")),
        base64(&docx),
        base64(&cp949("깨진 파일.pdf")).trim(),
        base64(b"%PDF-1.7 cut"),
    );
    insta::assert_snapshot!(read(message.as_bytes(), "eml"));
}

#[test]
fn a_message_of_an_old_mailer_is_read_in_its_encoding() {
    let head = cp949("From: 가 <a@example.org>\r\nSubject: 회의 안내\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n");
    let body = cp949("<html><body><p>회의를 엽니다.</p><script>1</script></body></html>");
    assert_eq!(texts(&[head, body].concat(), "eml"), ["회의 안내", "보낸 사람: 가 <a@example.org>", "제목: 회의 안내", "회의를 엽니다."]);
    let page = "From: <Saved by Blink>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\r\n\r\n\
        --b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><body><h1>=EA=B0=80</h1></body></html>\r\n\
        --b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n";
    assert_eq!(texts(page.as_bytes(), "mhtml"), ["가"]);
    assert_eq!(texts("From: 가\nTo: 나\n회의 메모".as_bytes(), "txt").len(), 3, "a typed note is no message");
}

#[test]
fn an_archive_gives_each_document_under_its_path() {
    let inner = made::office::archive(&[("안.txt".as_bytes(), "속 글".as_bytes())], None, false);
    let name = cp949("문서/회의록.txt");
    let bytes = made::office::archive(&[
        (&name, "회의 글".as_bytes()),
        ("자료.zip".as_bytes(), &inner),
        ("그림.bin".as_bytes(), &[1, 2, 3]),
        (b"__MACOSX/._a.txt", b"x"),
        ("깨진.docx".as_bytes(), &made::docx()[..400]),
    ], None, false);
    insta::assert_snapshot!(read(&bytes, "zip"));
}

#[test]
fn archives_in_archives_are_followed_three_deep_and_within_one_bound() {
    let nested = |levels: usize| {
        (0..levels).fold("글".as_bytes().to_vec(), |content, level| {
            let name = if level == 0 { "글.txt" } else { "속.zip" };
            made::office::archive(&[(name.as_bytes(), &content)], None, false)
        })
    };
    assert_eq!(texts(&nested(3), "zip"), ["속.zip", "속.zip", "글.txt", "글"]);
    let failure = parse(&nested(4), "zip", None).unwrap_err();
    assert_eq!(failure.code, "document_too_deep");

    // Each archive alone is within its bound; all together are not.
    let bomb = made::office::archive(&[(b"a.bin", &vec![0; 60 * 1024 * 1024])], None, false);
    let names: Vec<String> = (0..8).map(|at| format!("{at}.zip")).collect();
    let mut many: Vec<(&[u8], &[u8])> = names.iter().map(|name| (name.as_bytes(), bomb.as_slice())).collect();
    many.push((b"a.txt", b"a"));
    assert_eq!(read(&made::office::archive(&many, None, false), "zip"), "document_bomb");
}

#[test]
fn what_is_behind_a_password_opens_with_it() {
    let entry: &[(&[u8], &[u8])] = &[("가.txt".as_bytes(), "비밀 글".as_bytes())];
    for (name, bytes) in [
        ("Word", made::office::agile(&made::docx(), "한글1234")),
        ("Excel", made::office::agile(&made::xlsx(), "한글1234")),
        ("ZIP with AES", made::office::archive(entry, Some("한글1234"), true)),
        ("ZIP of old", made::office::archive(entry, Some("한글1234"), false)),
    ] {
        let code = |password| parse(&bytes, "", password).map_err(|failure| failure.code);
        assert_eq!(code(None).unwrap_err(), "document_password", "{name}");
        assert_eq!(code(Some("틀린 암호")).unwrap_err(), "document_password_wrong", "{name}");
        assert!(!code(Some("한글1234")).unwrap().blocks.is_empty(), "{name}");
    }
}

#[test]
fn values_between_signs_are_a_table_whose_every_piece_has_the_header() {
    let rows: String = (1..=120).map(|row| format!("{row},\"연가, {row}일\"\r\n")).collect();
    let bytes = cp949(&format!("복무 현황,\r\n번호,내용\r\n{rows}121,덧붙은,칸\r\n"));
    let document = parse(&bytes, "csv", None).unwrap();
    let tables: Vec<&str> = document.blocks.iter().skip(1).map(|block| block.text.as_str()).collect();
    assert_eq!(document.blocks[0].text, "복무 현황");
    assert_eq!(tables.len(), 3);
    assert!(tables.iter().all(|table| table.starts_with("| 번호 | 내용 |") && table.lines().count() <= 60), "{tables:?}");
    assert!(tables[0].contains("| 1 | 연가, 1일 |") && tables[2].contains("| 121 | 덧붙은 | 칸 |"), "{tables:?}");
    assert_eq!(texts("가\t나\n1\t2\n".as_bytes(), "tsv"), ["| 가 | 나 |\n| --- | --- |\n| 1 | 2 |"]);
}

fn one_of_each() -> Vec<(&'static str, Vec<u8>)> {
    let document = made::docx();
    let mail = format!(
        "From: a@example.org\r\nSubject: =?EUC-KR?B?{}?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n\
         --x\r\nContent-Type: text/html\r\n\r\n<table><tr><td>가</td><td>나</td></tr></table>\r\n\
         --x\r\nContent-Type: application/octet-stream; name=a.docx\r\nContent-Transfer-Encoding: base64\r\n\r\n{}--x--\r\n",
        base64(&cp949("안내")).trim(),
        base64(&document),
    );
    vec![
        ("pptx", made::office::pptx(&[(&made::office::shape("title", &[&made::office::run("가")]), &[])])),
        ("odt", made::office::odt("<text:p>가</text:p>", "나", "<manifest/>")),
        ("eml", mail.into_bytes()),
        ("html", b"<html><ul><li>a</ul><table><tr><td colspan=2>b</table>".to_vec()),
        ("csv", b"a,b\n1,\"2\"\n".to_vec()),
        ("zip", made::office::archive(&[(b"a.docx", &document)], None, false)),
        ("xlsx", made::xlsx()),
    ]
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::with_cases(96) })]
    #[test]
    fn mutated_documents_end_in_blocks_or_a_failure(
        which in 0..7usize,
        cuts in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 1..24),
    ) {
        let (extension, mut bytes) = one_of_each().swap_remove(which);
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        match parse(&bytes, extension, Some("암호")) {
            Ok(document) => proptest::prop_assert!(document.blocks.iter().all(|block| !block.text.trim().is_empty())),
            Err(failure) => proptest::prop_assert!(!failure.detail.contains("panicked"), "{failure}"),
        }
    }
}
