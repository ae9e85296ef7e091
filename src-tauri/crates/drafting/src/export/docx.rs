//! Word: the least that a package may have, with styles that Word knows by name.

use std::fmt::Write;

use super::package::{DECLARATION, escaped, zipped};
use crate::error::Result;
use crate::lines::{Piece, Role};

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
const DOCUMENT_RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// A4 with the margins of official writing, in twentieths of a point.
const SECTION: &str = r#"<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>"#;
/// The width between the margins.
const WIDTH: usize = 9638;
/// A letter of half a width at 12 points.
const HALF: u32 = 120;
/// The most columns that Word lays out.
const COLUMNS: usize = 63;

pub fn write(pieces: &[Piece]) -> Result<Vec<u8>> {
    let mut body = String::new();
    for piece in pieces {
        match piece {
            Piece::Line { role, indent, text } => body.push_str(&paragraph(*role, *indent, text)),
            Piece::Table(rows) => table(rows, &mut body),
        }
    }
    let document =
        format!("{DECLARATION}<w:document xmlns:w=\"{NAMESPACE}\"><w:body>{body}{SECTION}</w:body></w:document>");
    let styles = format!("{DECLARATION}{}", styles());
    let types = format!("{DECLARATION}{TYPES}");
    let relations = format!("{DECLARATION}{RELATIONS}");
    let document_relations = format!("{DECLARATION}{DOCUMENT_RELATIONS}");
    let parts: [(&str, &str); 5] = [
        ("[Content_Types].xml", &types),
        ("_rels/.rels", &relations),
        ("word/document.xml", &document),
        ("word/_rels/document.xml.rels", &document_relations),
        ("word/styles.xml", &styles),
    ];
    zipped(&parts, &[])
}

fn paragraph(role: Role, indent: u8, text: &str) -> String {
    let style = match role {
        Role::Title => "Title".to_owned(),
        Role::Heading(level) => format!("Heading{level}"),
        Role::Body => "Normal".to_owned(),
        Role::Grade => "Grade".to_owned(),
        Role::Notice => "Notice".to_owned(),
    };
    let indent = match u32::from(indent) * HALF {
        0 => String::new(),
        left => format!("<w:ind w:left=\"{left}\"/>"),
    };
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{indent}</w:pPr>{}</w:p>", run(text))
}

fn run(text: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(text))
}

fn table(rows: &[Vec<String>], body: &mut String) {
    let columns = rows.first().map_or(1, Vec::len).clamp(1, COLUMNS);
    let width = WIDTH / columns;
    let line = |side: &str| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>");
    let borders: String = ["top", "left", "bottom", "right", "insideH", "insideV"].into_iter().map(line).collect();
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        body,
        "<w:tbl><w:tblPr><w:tblW w:w=\"{WIDTH}\" w:type=\"dxa\"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid>{}</w:tblGrid>",
        format!("<w:gridCol w:w=\"{width}\"/>").repeat(columns)
    );
    for (at, row) in rows.iter().enumerate() {
        body.push_str("<w:tr>");
        if at == 0 {
            body.push_str("<w:trPr><w:tblHeader/></w:trPr>");
        }
        for cell in row {
            let text = if cell.is_empty() { String::new() } else { run(cell) };
            let align = if at == 0 { "<w:jc w:val=\"center\"/>" } else { "" };
            let _ = write!(
                body,
                "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr><w:p><w:pPr>{align}</w:pPr>{text}</w:p></w:tc>"
            );
        }
        body.push_str("</w:tr>");
    }
    // Word wants a paragraph between two tables, and behind the last.
    body.push_str("</w:tbl><w:p/>");
}

fn styles() -> String {
    let font = |size: u32, more: &str| {
        format!(
            "<w:rPr><w:rFonts w:ascii=\"맑은 고딕\" w:hAnsi=\"맑은 고딕\" w:eastAsia=\"맑은 고딕\"/>{more}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr>"
        )
    };
    let style = |id: &str, name: &str, layout: &str, run: String| {
        let usual = if id == "Normal" { " w:default=\"1\"" } else { "" };
        let above = if id == "Normal" { "" } else { "<w:basedOn w:val=\"Normal\"/>" };
        format!(
            "<w:style w:type=\"paragraph\"{usual} w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>{above}<w:qFormat/><w:pPr>{layout}</w:pPr>{run}</w:style>"
        )
    };
    let bold = "<w:b/>";
    let all = [
        style("Normal", "Normal", "<w:spacing w:after=\"80\" w:line=\"360\" w:lineRule=\"auto\"/>", font(24, "")),
        style(
            "Title",
            "Title",
            "<w:spacing w:before=\"240\" w:after=\"240\"/><w:jc w:val=\"center\"/>",
            font(36, bold),
        ),
        style(
            "Heading1",
            "heading 1",
            "<w:keepNext/><w:spacing w:before=\"240\"/><w:outlineLvl w:val=\"0\"/>",
            font(30, bold),
        ),
        style(
            "Heading2",
            "heading 2",
            "<w:keepNext/><w:spacing w:before=\"200\"/><w:outlineLvl w:val=\"1\"/>",
            font(26, bold),
        ),
        style(
            "Heading3",
            "heading 3",
            "<w:keepNext/><w:spacing w:before=\"160\"/><w:outlineLvl w:val=\"2\"/>",
            font(24, bold),
        ),
        style("Grade", "Grade", "<w:jc w:val=\"right\"/>", font(22, bold)),
        style("Notice", "Notice", "<w:spacing w:before=\"80\"/>", font(18, "<w:color w:val=\"555555\"/>")),
    ];
    format!("<w:styles xmlns:w=\"{NAMESPACE}\">{}</w:styles>", all.concat())
}
