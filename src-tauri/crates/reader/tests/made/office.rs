//! Office documents with what they hold beside their text.

use std::io::{Cursor, Write as _};

use super::{OFFICE, RELATIONSHIPS, zip};

/// A part's relations: id, kind and target of each.
pub fn relations(all: &[(&str, &str, &str)]) -> String {
    let one = |(id, kind, target): &(&str, &str, &str)| {
        format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
    };
    format!("<Relationships xmlns=\"{RELATIONSHIPS}\">{}</Relationships>", all.iter().map(one).collect::<String>())
}

const WORD: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
                    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
                    xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" xmlns:wps=\"wps\" xmlns:v=\"v\"";

/// A Word document with this body and these further parts of `word/`: kind, name and content (its root element's).
pub fn docx(body: &str, further: &[(&str, &str, &str)]) -> Vec<u8> {
    let names: Vec<(String, &str, String)> = further
        .iter()
        .enumerate()
        .map(|(at, (kind, root, _))| (format!("rId{}", at + 1), *kind, format!("{root}{at}.xml")))
        .collect();
    let links: Vec<(&str, &str, &str)> = names.iter().map(|(id, kind, name)| (id.as_str(), *kind, name.as_str())).collect();
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), relations(&[("rId1", "officeDocument", "word/document.xml")])),
        ("word/_rels/document.xml.rels".to_owned(), relations(&links)),
        ("word/document.xml".to_owned(), format!("<w:document {WORD}><w:body>{body}</w:body></w:document>")),
    ];
    for ((_, root, content), (_, _, name)) in further.iter().zip(&names) {
        parts.push((format!("word/{name}"), format!("<w:{root} {WORD}>{content}</w:{root}>")));
    }
    zipped(&parts)
}

pub fn zipped(parts: &[(String, String)]) -> Vec<u8> {
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
    zip(&parts)
}

/// A paragraph of Word with these properties.
pub fn paragraph(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A presentation of these slides: each its shapes, and further parts by kind, path and content.
pub fn pptx(slides: &[(&str, &[(&str, &str, &str)])]) -> Vec<u8> {
    let ids: String = (1..=slides.len()).rev().map(|at| format!("<p:sldId id=\"{}\" r:id=\"rId{at}\"/>", 255 + at)).collect();
    let names: Vec<(String, String)> = (1..=slides.len()).map(|at| (format!("rId{at}"), format!("slides/slide{at}.xml"))).collect();
    let links: Vec<(&str, &str, &str)> = names.iter().map(|(id, name)| (id.as_str(), "slide", name.as_str())).collect();
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), relations(&[("rId1", "officeDocument", "ppt/presentation.xml")])),
        ("ppt/_rels/presentation.xml.rels".to_owned(), relations(&links)),
        ("ppt/presentation.xml".to_owned(), format!("<p:presentation xmlns:p=\"p\" xmlns:r=\"r\"><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>")),
    ];
    for (at, (shapes, further)) in slides.iter().enumerate() {
        let slide = format!("<p:sld xmlns:p=\"p\" xmlns:a=\"a\" xmlns:r=\"r\"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>");
        parts.push((format!("ppt/slides/slide{}.xml", at + 1), slide));
        let links: Vec<(String, &str, String)> =
            further.iter().enumerate().map(|(n, (kind, name, _))| (format!("rId{}", n + 1), *kind, format!("../{name}"))).collect();
        let links: Vec<(&str, &str, &str)> = links.iter().map(|(id, kind, name)| (id.as_str(), *kind, name.as_str())).collect();
        parts.push((format!("ppt/slides/_rels/slide{}.xml.rels", at + 1), relations(&links)));
        parts.extend(further.iter().map(|(_, name, content)| (format!("ppt/{name}"), (*content).to_owned())));
    }
    zipped(&parts)
}

/// A shape of a slide with one paragraph each.
pub fn shape(place: &str, paragraphs: &[&str]) -> String {
    let place = if place.is_empty() { String::new() } else { format!("<p:ph type=\"{place}\"/>") };
    let text: String = paragraphs.iter().map(|text| format!("<a:p>{text}</a:p>")).collect();
    format!("<p:sp><p:nvSpPr><p:cNvPr id=\"1\" name=\"상자\"/><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:txBody>{text}</p:txBody></p:sp>")
}

/// A run of a slide's paragraph.
pub fn run(text: &str) -> String {
    format!("<a:r><a:t>{text}</a:t></a:r>")
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A workbook of one sheet with number formats 0.0%, #,##0"원" and a date, a remark and a text box.
pub fn xlsx(rows: &str, strings: &str) -> Vec<u8> {
    let styles = format!(
        "<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"0.0%\"/>\
         <numFmt numFmtId=\"165\" formatCode=\"#,##0&quot;원&quot;\"/></numFmts><cellXfs count=\"4\"><xf numFmtId=\"0\"/>\
         <xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
    );
    zipped(&[
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), relations(&[("rId1", "officeDocument", "xl/workbook.xml")])),
        ("xl/_rels/workbook.xml.rels".to_owned(), relations(&[
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "styles", "styles.xml"),
            ("rId3", "sharedStrings", "sharedStrings.xml"),
        ])),
        ("xl/workbook.xml".to_owned(), format!(
            "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"예산\" sheetId=\"1\" state=\"hidden\" r:id=\"rId1\"/></sheets></workbook>"
        )),
        ("xl/styles.xml".to_owned(), styles),
        ("xl/sharedStrings.xml".to_owned(), strings.to_owned()),
        ("xl/worksheets/sheet1.xml".to_owned(), format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>")),
        ("xl/worksheets/_rels/sheet1.xml.rels".to_owned(), relations(&[
            ("rId1", "comments", "../comments1.xml"),
            ("rId2", "drawing", "../drawings/drawing1.xml"),
        ])),
        ("xl/comments1.xml".to_owned(), format!(
            "<comments xmlns=\"{MAIN}\"><commentList><comment ref=\"B2\"><text><r><t>추경 </t></r><r><t>반영</t></r></text></comment></commentList></comments>"
        )),
        ("xl/drawings/drawing1.xml".to_owned(),
            "<xdr:wsDr xmlns:xdr=\"x\" xmlns:a=\"a\"><xdr:sp><xdr:txBody><a:p><a:r><a:t>단위: 천원</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>".to_owned()),
    ])
}

/// A string table of a workbook.
pub fn strings(items: &str) -> String {
    format!("<sst xmlns=\"{MAIN}\">{items}</sst>")
}

/// An OpenDocument text with this body, running head and manifest.
pub fn odt(body: &str, header: &str, manifest: &str) -> Vec<u8> {
    let names = "xmlns:office=\"o\" xmlns:text=\"t\" xmlns:table=\"b\" xmlns:style=\"s\" xmlns:draw=\"d\" xmlns:dc=\"c\"";
    let lists = "<text:list-style style:name=\"L1\"><text:list-level-style-number text:level=\"1\" style:num-format=\"1\" style:num-suffix=\".\"/>\
                 <text:list-level-style-bullet text:level=\"2\" text:bullet-char=\"○\"/></text:list-style>";
    zipped(&[
        ("mimetype".to_owned(), "application/vnd.oasis.opendocument.text".to_owned()),
        ("META-INF/manifest.xml".to_owned(), manifest.to_owned()),
        ("styles.xml".to_owned(), format!(
            "<office:document-styles {names}><office:master-styles><style:master-page><style:header><text:p>{header}</text:p></style:header>\
             <style:footer><text:p>- <text:page-number>3</text:page-number> -</text:p></style:footer></style:master-page></office:master-styles></office:document-styles>"
        )),
        ("content.xml".to_owned(), format!(
            "<office:document-content {names}><office:automatic-styles>{lists}</office:automatic-styles>\
             <office:body><office:text>{body}</office:text></office:body></office:document-content>"
        )),
    ])
}

/// An archive with these entries, names as raw bytes, each behind the password where there is one.
pub fn archive(entries: &[(&[u8], &[u8])], password: Option<&str>, aes: bool) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut raw = Vec::new();
    for (at, (name, content)) in entries.iter().enumerate() {
        // The writer takes text only: a place of the same length is filled in afterwards.
        let place = if std::str::from_utf8(name).is_ok() {
            String::from_utf8(name.to_vec()).unwrap()
        } else {
            format!("{at:~<width$}", width = name.len())
        };
        raw.push((place.clone(), *name));
        let options = zip::write::SimpleFileOptions::default();
        let options = match password {
            Some(password) if aes => options.with_aes_encryption(zip::AesMode::Aes256, password),
            Some(password) => zip::unstable::write::FileOptionsExt::with_deprecated_encryption(options, password.as_bytes()).unwrap(),
            None => options,
        };
        writer.start_file(place, options).unwrap();
        writer.write_all(content).unwrap();
    }
    let mut bytes = writer.finish().unwrap().into_inner();
    for (place, name) in raw {
        if place.as_bytes() != name {
            let found: Vec<usize> =
                (0..bytes.len() - name.len()).filter(|&at| bytes[at..].starts_with(place.as_bytes())).collect();
            found.into_iter().for_each(|at| bytes[at..at + name.len()].copy_from_slice(name));
        }
    }
    bytes
}

/// A file behind a password, as Office 2010 and later write it.
pub fn agile(content: &[u8], password: &str) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut writer = ms_offcrypto_writer::Ecma376AgileWriter::create(&mut rand::rng(), password, &mut file).unwrap();
    writer.write_all(content).unwrap();
    writer.into_inner().unwrap();
    file.into_inner()
}
