//! Files made to hurt, and the sound ones that they are made of.

use std::io::{Cursor, Read, Write};

use crate::{hwp, made};

/// A sound file of each format that code can make in a few lines.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures/복무규정.hwpx");
    let text = "제1장 총칙\n제1조(목적) 이 규정은 복무를 정한다.\n□ 연가 17일\n";
    vec![
        ("hwpx", std::fs::read(fixture).unwrap()),
        ("hwp", hwp::document(hwp::COMPRESSED, &[hwp::plain(0, text)])),
        ("hml", hwpml(&"<P><TEXT><CHAR>연가 17일</CHAR></TEXT></P>".repeat(9)).into_bytes()),
        ("docx", made::docx()),
        ("xlsx", made::xlsx()),
        ("odt", odt(&"<text:h text:outline-level=\"1\">휴가</text:h><text:p>연가 17일</text:p>".repeat(9))),
        ("pdf", made::pdf(&["First page.", "Second page."])),
        ("html", format!("<html><body><h1>휴가</h1>{}</body></html>", "<p>연가 17일</p>".repeat(9)).into_bytes()),
        ("eml", mail(&format!("\r\n{text}")).into_bytes()),
        ("csv", "구분,일수\n연가,17\n병가,60\n".repeat(9).into_bytes()),
        ("txt", encoding_rs::EUC_KR.encode(text).0.into_owned()),
        ("md", "# 휴가\n\n| 가 | 나 |\n|---|---|\n| 1 | 2 |\n\n- 연가 17일\n".repeat(9).into_bytes()),
        ("zip", made::zip(&[("가.txt", text), ("나/다.md", "# 휴가\n\n연가 17일\n")])),
    ]
}

fn hwpml(body: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><HWPML Version=\"2.8\"><HEAD/><BODY><SECTION Id=\"0\">{body}</SECTION></BODY></HWPML>")
}

fn odt(body: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\"><office:body><office:text>{body}</office:text></office:body>\
         </office:document-content>"
    );
    made::zip(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &content)])
}

fn mail(rest: &str) -> String {
    format!("From: a@example.org\r\nTo: b@example.org\r\nSubject: test\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n{rest}")
}

/// Zeros, packed once: a thousandth of their size.
pub struct Zeros {
    archive: Vec<u8>,
    packed: Vec<u8>,
    size: u32,
}

impl Zeros {
    pub fn new(size: u32) -> Self {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("zeros", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::copy(&mut std::io::repeat(0).take(u64::from(size)), &mut writer).unwrap();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::copy(&mut std::io::repeat(b' ').take(u64::from(size)), &mut zlib).unwrap();
        Self { archive: writer.finish().unwrap().into_inner(), packed: zlib.finish().unwrap(), size }
    }

    /// An archive whose last named part, and `parts - 1` others, are zeros; dishonest ones declare a small size.
    pub fn archive(&self, extension: &str, names: &[&str], parts: usize, honest: bool) -> Vec<u8> {
        let mut zeros = zip::ZipArchive::new(Cursor::new(&self.archive)).unwrap();
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let (bomb, others) = names.split_last().unwrap();
        if extension == "odt" {
            writer.start_file("mimetype", zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(b"application/vnd.oasis.opendocument.text").unwrap();
        }
        for name in others {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(b"application/hwp+zip").unwrap();
        }
        for part in 0..parts {
            let name = if part == 0 { (*bomb).to_owned() } else { format!("{part}-{bomb}") };
            writer.raw_copy_file_rename(zeros.by_index(0).unwrap(), name).unwrap();
        }
        let mut bytes = writer.finish().unwrap().into_inner();
        if !honest {
            self.understate(&mut bytes);
        }
        bytes
    }

    /// Writes a small size wherever a header declares the true one.
    fn understate(&self, bytes: &mut [u8]) {
        for (signature, offset) in [(*b"PK\x03\x04", 22), (*b"PK\x01\x02", 24)] {
            for at in 0..bytes.len().saturating_sub(offset + 4) {
                if bytes[at..at + 4] == signature && bytes[at + offset..at + offset + 4] == self.size.to_le_bytes() {
                    bytes[at + offset..at + offset + 4].copy_from_slice(&1000u32.to_le_bytes());
                }
            }
        }
    }

    /// A page whose content is packed blanks, `parts` times.
    pub fn pdf(&self, parts: usize) -> Vec<u8> {
        let contents: Vec<String> = (0..parts).map(|part| format!("{} 0 R", 4 + part)).collect();
        let mut bytes = format!(
            "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n\
             3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [{}] >>\nendobj\n",
            contents.join(" ")
        )
        .into_bytes();
        for part in 0..parts {
            bytes.extend(format!("{} 0 obj\n<< /Filter /FlateDecode /Length {} >>\nstream\n", 4 + part, self.packed.len()).bytes());
            bytes.extend(&self.packed);
            bytes.extend(b"\nendstream\nendobj\n");
        }
        bytes.extend(b"trailer\n<< /Root 1 0 R >>\n%%EOF\n");
        bytes
    }
}

/// For each format, a file of a nesting depth.
pub fn nests() -> Vec<(&'static str, fn(usize) -> Vec<u8>)> {
    vec![
        ("hwpx", |depth| {
            let section = made::section(&wrapped("<hp:tbl><hp:tr><hp:tc><hp:subList><hp:p><hp:run>", "<hp:t>글</hp:t>", "</hp:run></hp:p></hp:subList></hp:tc></hp:tr></hp:tbl>", depth));
            made::zip(&[("mimetype", "application/hwp+zip"), ("Contents/section0.xml", &section)])
        }),
        ("hml", |depth| {
            hwpml(&wrapped("<P><TEXT><TABLE><ROW><CELL><PARALIST>", "<P><TEXT><CHAR>글</CHAR></TEXT></P>", "</PARALIST></CELL></ROW></TABLE></TEXT></P>", depth)).into_bytes()
        }),
        ("docx", |depth| {
            made::docx_of(&wrapped("<w:tbl><w:tr><w:tc>", "<w:p><w:r><w:t>글</w:t></w:r></w:p>", "</w:tc></w:tr></w:tbl>", depth))
        }),
        ("odt", |depth| odt(&wrapped("<text:section>", "<text:p>글</text:p>", "</text:section>", depth))),
        ("odt", |depth| odt(&wrapped("<table:table><table:table-row><table:table-cell>", "<text:p>글</text:p>", "</table:table-cell></table:table-row></table:table>", depth))),
        ("html", |depth| wrapped("<div>", "<p>글</p>", "</div>", depth).into_bytes()),
        ("html", |depth| wrapped("<table><tr><td>", "글", "</td></tr></table>", depth).into_bytes()),
        ("html", |depth| "<b>".repeat(depth).into_bytes()),
        ("md", |depth| format!("{} 글", "> ".repeat(depth)).into_bytes()),
        ("eml", |depth| {
            let mut message = "Content-Type: multipart/mixed; boundary=b0\r\n\r\n".to_owned();
            for part in 0..depth.min(20_000) {
                message.push_str(&format!("--b{part}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", part + 1));
            }
            message.push_str("글\r\n");
            format!("From: a@example.org\r\nSubject: test\r\nMIME-Version: 1.0\r\n{message}").into_bytes()
        }),
        ("eml", |depth| {
            let inner = "Content-Type: message/rfc822\r\n\r\n".repeat(depth);
            format!("From: a@example.org\r\nSubject: test\r\nMIME-Version: 1.0\r\n{inner}글").into_bytes()
        }),
        ("zip", |depth| {
            let mut bytes = "글".as_bytes().to_vec();
            for level in 0..depth.min(64) {
                let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
                let name = if level == 0 { "글.txt" } else { "안.zip" };
                writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
                writer.write_all(&bytes).unwrap();
                bytes = writer.finish().unwrap().into_inner();
            }
            bytes
        }),
        ("pdf", |depth| {
            let nested = wrapped("[", "1", "]", depth);
            format!("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /A {nested} >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [2 0 R] /Count 9 >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n").into_bytes()
        }),
    ]
}

fn wrapped(open: &str, inside: &str, close: &str, depth: usize) -> String {
    format!("{}{inside}{}", open.repeat(depth), close.repeat(depth))
}
