//! Documents made by code, as small as each format allows.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![allow(dead_code, reason = "each test file makes the documents that it needs")]

pub mod office;
pub mod told;

use std::io::{Cursor, Write};

pub fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A section of one paragraph with one run.
pub fn section(run: &str) -> String {
    format!("<?xml version=\"1.0\"?><hs:sec xmlns:hs=\"s\" xmlns:hp=\"p\"><hp:p><hp:run>{run}</hp:run></hp:p></hs:sec>")
}

pub const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
pub const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn relationship(kind: &str, target: &str) -> String {
    format!("<Relationships xmlns=\"{RELATIONSHIPS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>")
}

pub fn docx() -> Vec<u8> {
    let cell = |text: &str, merge: &str| {
        format!("<w:tc><w:tcPr>{merge}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>")
    };
    docx_of(&format!(
        "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>추진 계획</w:t></w:r></w:p>\
         <w:p><w:r><w:t>□ 대상: 전 직원</w:t></w:r></w:p>\
         <w:tbl><w:tr>{}</w:tr><w:tr>{}{}</w:tr></w:tbl>",
        cell("구분", "<w:gridSpan w:val=\"2\"/>"),
        cell("연가", ""),
        cell("17일", "")
    ))
}

/// A document with this body.
pub fn docx_of(body: &str) -> Vec<u8> {
    let body = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    let styles = "<w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:style w:type=\"paragraph\" \
                  w:styleId=\"Heading1\"><w:name w:val=\"heading 1\"/><w:pPr><w:outlineLvl w:val=\"0\"/></w:pPr></w:style></w:styles>";
    zip(&[
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        ("_rels/.rels", &relationship("officeDocument", "word/document.xml")),
        ("word/_rels/document.xml.rels", &relationship("styles", "styles.xml")),
        ("word/document.xml", &body),
        ("word/styles.xml", styles),
    ])
}

pub fn xlsx() -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let text = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<worksheet xmlns=\"{main}\"><sheetData><row r=\"1\">{}{}</row><row r=\"2\">{}<c r=\"B2\"><v>17</v></c></row>\
         <row r=\"3\"><c r=\"B3\"><v>2.5</v></c></row><row r=\"5\">{}</row></sheetData>\
         <mergeCells count=\"1\"><mergeCell ref=\"A2:A3\"/></mergeCells></worksheet>",
        text("A1", "구분"),
        text("B1", "일수"),
        text("A2", "연가"),
        text("A5", "비고")
    );
    let workbook = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"휴가\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    zip(&[
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        ("_rels/.rels", &relationship("officeDocument", "xl/workbook.xml")),
        ("xl/_rels/workbook.xml.rels", &relationship("worksheet", "worksheets/sheet1.xml")),
        ("xl/workbook.xml", &workbook),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

/// A page for each text, in a font that every viewer has.
pub fn pdf(pages: &[&str]) -> Vec<u8> {
    let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned();
    let contents: Vec<String> = pages
        .iter()
        .map(|text| if text.is_empty() { String::new() } else { format!("BT /F1 12 Tf 72 720 Td ({text}) Tj ET") })
        .collect();
    let pages: Vec<(&str, &str)> = contents.iter().map(|content| ("", content.as_str())).collect();
    pdf_of("", &[font], "/Font << /F1 3 0 R >>", &pages)
}

/// A PDF whose pages are given by their attributes and content; `shared` are objects from number 3 on, `resources`
/// names them for all pages.
pub fn pdf_of(catalog: &str, shared: &[String], resources: &str, pages: &[(&str, &str)]) -> Vec<u8> {
    let first = 3 + shared.len();
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", first + 2 * page)).collect();
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
    ];
    objects.extend_from_slice(shared);
    for (index, (attributes, content)) in pages.iter().enumerate() {
        let size = if attributes.contains("MediaBox") { "" } else { "/MediaBox [0 0 595 842]" };
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R {size} {attributes} /Resources << {resources} >> /Contents {} 0 R >>",
            first + 1 + 2 * index
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    let mut out = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    out.into_bytes()
}

/// Objects 3 to 5 of a PDF: a Korean font that is not embedded, as old office programs wrote it.
pub fn korean_font(encoding: &str, ordering: &str) -> [String; 3] {
    [
        format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /HYSMyeongJo-Medium /Encoding /{encoding} \
             /DescendantFonts [4 0 R] >>"
        ),
        format!(
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HYSMyeongJo-Medium /DW 1000 /FontDescriptor 5 0 R \
             /CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 0 >> >>"
        ),
        "<< /Type /FontDescriptor /FontName /HYSMyeongJo-Medium /Flags 6 /FontBBox [0 -148 1001 880] /ItalicAngle 0 \
         /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
            .to_owned(),
    ]
}

/// What draws these codes in font F1 at a place.
pub fn shown(codes: &[u8], x: u32, y: u32) -> String {
    let hex: String = codes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("BT /F1 12 Tf {x} {y} Td <{hex}> Tj ET ")
}

/// A TIFF in grey with a page for each size, uncompressed, all white but for the upper half.
pub fn tiff(sizes: &[(u32, u32)]) -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    for (index, &(width, height)) in sizes.iter().enumerate() {
        let entries = 9u16;
        let pixels = out.len() as u32 + 2 + 12 * u32::from(entries) + 4;
        let next = if index + 1 == sizes.len() { 0 } else { pixels + width * height };
        out.extend(entries.to_le_bytes());
        for (tag, value) in [
            (256u16, width), (257, height), (258, 8), (259, 1), (262, 1), (273, pixels), (277, 1), (278, height),
            (279, width * height),
        ] {
            out.extend(tag.to_le_bytes());
            out.extend(4u16.to_le_bytes());
            out.extend(1u32.to_le_bytes());
            out.extend(value.to_le_bytes());
        }
        out.extend(next.to_le_bytes());
        out.extend((0..width * height).map(|at| if at < width * height / 2 { 0 } else { 255 }));
    }
    out
}
