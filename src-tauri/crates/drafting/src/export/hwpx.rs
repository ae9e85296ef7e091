//! Hancom HWPX (KS X 6101, OWPML): the parts that differ from document to document.

use std::fmt::Write;

use super::hwpx_parts::{
    self, BODY_CHAR, CELL_CHAR, CELL_PARA, GRADE_CHAR, GRADE_PARA, HEADER_CELL_CHAR, HEADER_CELL_PARA, HEADING_CHARS,
    HEADING_PARA, NAMESPACES, NOTICE_CHAR, NOTICE_PARA, TITLE_CHAR, TITLE_PARA,
};
use super::package::{DECLARATION, escaped, zipped};
use crate::error::Result;
use crate::lines::{Piece, Role};

/// The width between the margins, in hundredths of a point.
const WIDTH: usize = 48_190;
/// A row of one line.
const ROW: usize = 2_000;
/// The most characters of the preview that a file manager shows.
const PREVIEW: usize = 500;
/// Frames, by their ids in the header.
const PLAIN_FRAME: u32 = 3;
const HEADER_FRAME: u32 = 4;

pub fn write(pieces: &[Piece]) -> Result<Vec<u8>> {
    let mut section = Section::default();
    for piece in pieces {
        section.piece(piece);
    }
    let title = pieces.iter().find_map(|piece| match piece {
        Piece::Line { role: Role::Title, text, .. } => Some(text.as_str()),
        _ => None,
    });
    let section = format!("{DECLARATION}<hs:sec {NAMESPACES}>{}</hs:sec>", section.xml);
    let header = format!("{DECLARATION}{}", hwpx_parts::header());
    let package = format!("{DECLARATION}{}", hwpx_parts::package(&escaped(title.unwrap_or_default())));
    let preview: String = super::plain(pieces).chars().take(PREVIEW).collect();
    let [version, container, manifest, settings] =
        [hwpx_parts::VERSION, hwpx_parts::CONTAINER, hwpx_parts::MANIFEST, hwpx_parts::SETTINGS]
            .map(|part| format!("{DECLARATION}{part}"));
    let parts: [(&str, &str); 9] = [
        // Programs tell the format by this part, which is the first and not compressed.
        ("mimetype", "application/hwp+zip"),
        ("version.xml", &version),
        ("Contents/header.xml", &header),
        ("Contents/section0.xml", &section),
        ("Preview/PrvText.txt", &preview),
        ("settings.xml", &settings),
        ("META-INF/container.xml", &container),
        ("Contents/content.hpf", &package),
        ("META-INF/manifest.xml", &manifest),
    ];
    zipped(&parts, &["mimetype", "version.xml"])
}

/// The one section of a document.
#[derive(Default)]
struct Section {
    xml: String,
    /// Paragraphs and tables so far: each has a number of its own.
    count: usize,
}

impl Section {
    fn piece(&mut self, piece: &Piece) {
        // What the section's pages are like stands in its first paragraph.
        let begin = if self.count == 0 { hwpx_parts::SECTION } else { "" };
        match piece {
            Piece::Line { role, indent, text } => {
                let (para, char) = looks(*role, *indent);
                let text = format!("{begin}{}", run(char, text));
                let paragraph = self.paragraph(para, &text);
                self.xml.push_str(&paragraph);
            }
            Piece::Table(rows) => {
                let table = self.table(rows);
                let inside = format!("{begin}<hp:run charPrIDRef=\"{BODY_CHAR}\">{table}<hp:t/></hp:run>");
                let paragraph = self.paragraph(0, &inside);
                self.xml.push_str(&paragraph);
            }
        }
    }

    fn paragraph(&mut self, para: u32, inside: &str) -> String {
        self.count += 1;
        let id = self.count;
        format!(
            "<hp:p id=\"{id}\" paraPrIDRef=\"{para}\" styleIDRef=\"0\" pageBreak=\"0\" columnBreak=\"0\" merged=\"0\">{inside}</hp:p>"
        )
    }

    fn table(&mut self, rows: &[Vec<String>]) -> String {
        let columns = rows.first().map_or(1, Vec::len).max(1);
        let width = WIDTH / columns;
        self.count += 1;
        let id = self.count;
        let mut xml = format!(
            "<hp:tbl id=\"{id}\" zOrder=\"0\" numberingType=\"TABLE\" textWrap=\"TOP_AND_BOTTOM\" textFlow=\"BOTH_SIDES\" lock=\"0\" \
             dropcapstyle=\"None\" pageBreak=\"CELL\" repeatHeader=\"1\" rowCnt=\"{}\" colCnt=\"{columns}\" cellSpacing=\"0\" \
             borderFillIDRef=\"{PLAIN_FRAME}\" noAdjust=\"0\"><hp:sz width=\"{}\" widthRelTo=\"ABSOLUTE\" height=\"{}\" \
             heightRelTo=\"ABSOLUTE\" protect=\"0\"/><hp:pos treatAsChar=\"1\" affectLSpacing=\"0\" flowWithText=\"1\" \
             allowOverlap=\"0\" holdAnchorAndSO=\"0\" vertRelTo=\"PARA\" horzRelTo=\"PARA\" vertAlign=\"TOP\" horzAlign=\"LEFT\" \
             vertOffset=\"0\" horzOffset=\"0\"/><hp:outMargin left=\"0\" right=\"0\" top=\"141\" bottom=\"141\"/>\
             <hp:inMargin left=\"510\" right=\"510\" top=\"141\" bottom=\"141\"/>",
            rows.len(),
            width * columns,
            ROW * rows.len(),
        );
        for (down, row) in rows.iter().enumerate() {
            xml.push_str("<hp:tr>");
            for (across, cell) in row.iter().enumerate() {
                let head = down == 0;
                let (para, char, frame) = match head {
                    true => (HEADER_CELL_PARA, HEADER_CELL_CHAR, HEADER_FRAME),
                    false => (CELL_PARA, CELL_CHAR, PLAIN_FRAME),
                };
                let inside = self.paragraph(para, &run(char, cell));
                // Writing to a String cannot fail.
                let _ = write!(
                    xml,
                    "<hp:tc name=\"\" header=\"{}\" hasMargin=\"0\" protect=\"0\" editable=\"0\" dirty=\"0\" borderFillIDRef=\"{frame}\">\
                     <hp:subList id=\"\" textDirection=\"HORIZONTAL\" lineWrap=\"BREAK\" vertAlign=\"CENTER\" linkListIDRef=\"0\" \
                     linkListNextIDRef=\"0\" textWidth=\"0\" textHeight=\"0\" hasTextRef=\"0\" hasNumRef=\"0\">{inside}</hp:subList>\
                     <hp:cellAddr colAddr=\"{across}\" rowAddr=\"{down}\"/><hp:cellSpan colSpan=\"1\" rowSpan=\"1\"/>\
                     <hp:cellSz width=\"{width}\" height=\"{ROW}\"/>\
                     <hp:cellMargin left=\"510\" right=\"510\" top=\"141\" bottom=\"141\"/></hp:tc>",
                    u8::from(head),
                );
            }
            xml.push_str("</hp:tr>");
        }
        xml.push_str("</hp:tbl>");
        xml
    }
}

fn run(char: u32, text: &str) -> String {
    let text = if text.is_empty() { "<hp:t/>".to_owned() } else { format!("<hp:t>{}</hp:t>", escaped(text)) };
    format!("<hp:run charPrIDRef=\"{char}\">{text}</hp:run>")
}

/// The shapes of paragraph and letters, by their ids in the header.
fn looks(role: Role, indent: u8) -> (u32, u32) {
    match role {
        Role::Title => (TITLE_PARA, TITLE_CHAR),
        Role::Heading(level) => (HEADING_PARA, HEADING_CHARS[usize::from(level.clamp(1, 3)) - 1]),
        Role::Body => (hwpx_parts::body_para(indent), BODY_CHAR),
        Role::Grade => (GRADE_PARA, GRADE_CHAR),
        Role::Notice => (NOTICE_PARA, NOTICE_CHAR),
    }
}
