//! Documents of many formats made by code: as many as are wanted, each with a word that no other one has.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use wire::Failure;
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

/// The sample document: its parts but the text are those of real HWPX files.
const SAMPLE: &[u8] = include_bytes!("../../fixtures/복무규정.hwpx");
const SECTION: &str = "Contents/section0.xml";
/// Files in one folder.
const FOLDER: usize = 250;

const SENTENCES: [&str; 12] = [
    "공무원의 연가 일수는 재직기간에 따라 달리 정한다.",
    "소속 기관의 장은 업무에 지장이 없는 범위에서 병가를 허가할 수 있다.",
    "예산의 집행 내역은 분기마다 감사 부서에 제출하여야 한다.",
    "민원 사무의 처리 기간은 접수한 다음 날부터 계산한다.",
    "정보시스템의 접근 권한은 담당자의 직무에 맞게 부여한다.",
    "회의록은 회의가 끝난 날부터 7일 안에 작성하여 공유한다.",
    "출장 여비는 실제로 든 비용을 증명하는 서류에 따라 지급한다.",
    "재난 상황에서는 비상 연락망에 따라 즉시 보고한다.",
    "교육 훈련을 마친 사람은 결과 보고서를 제출하여야 한다.",
    "물품을 구매할 때에는 두 곳 이상에서 견적을 받는다.",
    "개인정보가 담긴 문서는 암호를 걸어 보관한다.",
    "이 지침은 공포한 날부터 시행한다.",
];

/// A sequence of numbers that looks random and is the same for the same seed (SplitMix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}

/// The word that only file `number` holds: in letters, so that no analyzer parts it.
pub fn word(number: usize) -> String {
    let digits = (0..5).rev().map(|place| char::from(b'a' + ((number >> (4 * place)) & 15) as u8));
    ['z', 'q'].into_iter().chain(digits).collect()
}

/// The name of file `number` below the folder, with `/`.
pub fn name(number: usize) -> String {
    const EXTENSIONS: [&str; 10] = ["txt", "txt", "md", "csv", "hwpx", "docx", "xlsx", "eml", "html", "pdf"];
    format!("{:03}/문서 {number:05}.{}", number / FOLDER, EXTENSIONS[number % EXTENSIONS.len()])
}

/// Writes `files` documents below `folder`.
///
/// # Errors
/// `generate_failed`.
pub fn run(files: usize, folder: &Path, seed: u64) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new("generate_failed", "시험 문서를 만들지 못했습니다.", format!("{}: {error}", folder.display()))
    };
    for number in 0..files {
        let path = folder.join(name(number));
        if number % FOLDER == 0 {
            std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(failed)?;
        }
        std::fs::write(path, content(number, seed).map_err(failed)?).map_err(failed)?;
    }
    Ok(())
}

fn content(number: usize, seed: u64) -> std::io::Result<Vec<u8>> {
    let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
    let count = 4 + random.below(24) as usize;
    let mut lines: Vec<String> = (1..=count)
        .map(|article| {
            let sentence = SENTENCES[random.below(SENTENCES.len() as u64) as usize];
            format!("제{article}조 {sentence} 기준 금액은 {}원으로 한다.", random.below(1_000_000))
        })
        .collect();
    let at = random.below(count as u64) as usize;
    lines[at].push_str(&format!(" 관리 번호는 {} 이다.", word(number)));
    Ok(match number % 10 {
        0 => encoding_rs::EUC_KR.encode(&lines.join("\r\n")).0.into_owned(),
        1 => lines.join("\n").into_bytes(),
        2 => format!("# 업무 지침 {number}\n\n{}\n", lines.join("\n\n")).into_bytes(),
        3 => table(&lines).into_bytes(),
        4 => hwpx(&lines)?,
        5 => docx(&lines)?,
        6 => xlsx(&lines)?,
        7 => eml(number, &lines).into_bytes(),
        8 => html(number, &lines).into_bytes(),
        _ => pdf(number, lines.len()).into_bytes(),
    })
}

fn table(lines: &[String]) -> String {
    let rows = lines.iter().zip(1..).map(|(line, row)| format!("{row},\"{line}\"\r\n"));
    std::iter::once("순번,내용\r\n".to_owned()).chain(rows).collect()
}

fn zipped(parts: &[(&str, Vec<u8>)]) -> std::io::Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        // Not the time of day, which would make another file of the same seed.
        writer.start_file(*name, SimpleFileOptions::default().last_modified_time(DateTime::default()))?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// The sample document with other paragraphs.
fn hwpx(lines: &[String]) -> std::io::Result<Vec<u8>> {
    let mut sample = ZipArchive::new(Cursor::new(SAMPLE))?;
    let mut parts = Vec::new();
    for index in 0..sample.len() {
        let mut part = sample.by_index(index)?;
        let name = part.name()?.into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content)?;
        parts.push((name, content));
    }
    for (name, content) in &mut parts {
        if name == SECTION {
            let section = String::from_utf8_lossy(content).into_owned();
            let head = section.find("<hp:p").map_or(section.as_str(), |at| &section[..at]);
            let paragraphs = lines.iter().map(|line| format!("<hp:p><hp:run><hp:t>{line}</hp:t></hp:run></hp:p>"));
            *content = format!("{head}{}</hs:sec>", paragraphs.collect::<String>()).into_bytes();
        }
    }
    let parts: Vec<(&str, Vec<u8>)> = parts.iter().map(|(name, content)| (name.as_str(), content.clone())).collect();
    zipped(&parts)
}

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn relationship(kind: &str, target: &str) -> Vec<u8> {
    format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
    )
    .into_bytes()
}

fn types() -> Vec<u8> {
    b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_vec()
}

fn docx(lines: &[String]) -> std::io::Result<Vec<u8>> {
    let paragraphs = lines.iter().map(|line| format!("<w:p><w:r><w:t>{line}</w:t></w:r></w:p>"));
    let body = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{}</w:body></w:document>",
        paragraphs.collect::<String>()
    );
    zipped(&[
        ("[Content_Types].xml", types()),
        ("_rels/.rels", relationship("officeDocument", "word/document.xml")),
        ("word/document.xml", body.into_bytes()),
    ])
}

fn xlsx(lines: &[String]) -> std::io::Result<Vec<u8>> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rows = lines.iter().zip(1..).map(|(line, row)| {
        format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"inlineStr\"><is><t>{line}</t></is></c></row>")
    });
    let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{}</sheetData></worksheet>", rows.collect::<String>());
    let workbook = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"자료\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    zipped(&[
        ("[Content_Types].xml", types()),
        ("_rels/.rels", relationship("officeDocument", "xl/workbook.xml")),
        ("xl/_rels/workbook.xml.rels", relationship("worksheet", "worksheets/sheet1.xml")),
        ("xl/workbook.xml", workbook.into_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.into_bytes()),
    ])
}

fn eml(number: usize, lines: &[String]) -> String {
    format!(
        "From: sender@naratmal.example\r\nTo: reader@naratmal.example\r\nSubject: Notice {number}\r\n\
         Date: Wed, 25 Nov 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
        lines.join("\r\n")
    )
}

fn html(number: usize, lines: &[String]) -> String {
    let paragraphs = lines.iter().map(|line| format!("<p>{line}</p>\n"));
    format!(
        "<!DOCTYPE html>\n<html lang=\"ko\"><head><meta charset=\"utf-8\"><title>안내 {number}</title></head><body>\n{}</body></html>\n",
        paragraphs.collect::<String>()
    )
}

/// A page in a font that every viewer has, and so without Korean.
fn pdf(number: usize, lines: usize) -> String {
    let shown = (0..lines).map(|line| format!("(Article {line} of notice {number}) Tj 0 -16 Td "));
    let content = format!("BT /F1 11 Tf 72 720 Td {}(Reference {}) Tj ET", shown.collect::<String>(), word(number));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let mut out = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (object, id) in objects.iter().zip(1..) {
        places.push(out.len());
        out.push_str(&format!("{id} 0 obj\n{object}\nendobj\n"));
    }
    let table = out.len();
    out.push_str("xref\n0 6\n0000000000 65535 f \n");
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_file_is_distinct_and_the_same_for_the_same_seed() {
        let folder = tempfile::tempdir().unwrap();
        run(60, folder.path(), 7).unwrap();
        let read = |number: usize| std::fs::read(folder.path().join(name(number))).unwrap();
        assert_eq!((0..60).map(read).collect::<HashSet<_>>().len(), 60);
        for number in 0..10 {
            assert!(read(number) == content(number, 7).unwrap(), "{number}");
        }
        let words: HashSet<String> = (0..70_000).map(word).collect();
        assert_eq!(words.len(), 70_000);
    }
}
