//! Documents as files. Every format shows the same words in the same order.

mod docx;
mod hwpx;
mod hwpx_parts;
mod markdown;
mod package;
mod pdf;
mod pdf_font;
mod pdf_layout;

use std::path::Path;

use policy::Grade;
use serde::{Deserialize, Serialize};

use crate::citations;
use crate::clean::clean;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::lines::{Piece, Role, pieces};

/// What the AI Basic Act asks to be said of what a model wrote (제31조, in force since 2026. 1. 22.).
const NOTICE: &str = "이 문서는 생성형 인공지능으로 작성한 초안입니다. 내용을 확인한 뒤 사용하십시오. \
                      (「인공지능 발전과 신뢰 기반 조성 등에 관한 기본법」 제31조)";
/// What stands above the passages that a document names.
const SOURCES: &str = "참고한 자료";

/// A format that a document can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Hancom HWPX (OWPML in a ZIP).
    Hwpx,
    /// Word.
    Docx,
    /// PDF with its font inside.
    Pdf,
    /// Markdown.
    Md,
    /// Plain text.
    Txt,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Hwpx, Self::Docx, Self::Pdf, Self::Md, Self::Txt];

    /// What a file's name ends in, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Hwpx => "hwpx",
            Self::Docx => "docx",
            Self::Pdf => "pdf",
            Self::Md => "md",
            Self::Txt => "txt",
        }
    }

    /// The format that a file's name asks for.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`].
    pub fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let known = Self::ALL.into_iter().find(|format| format.extension() == extension);
        known.ok_or_else(|| Error::UnknownFormat(path.display().to_string()))
    }
}

/// What a file says beside the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// The grade, above everything.
    pub grade: Option<Grade>,
    /// Whether it says that a model wrote it, below everything: the AI Basic Act asks for it.
    pub notice: bool,
    /// Where the passages are from that the marks name, the first being [1]; those that it names are listed
    /// below it. Without any the text is left as it is.
    pub sources: Vec<String>,
}

/// The document as a file.
///
/// # Errors
/// [`Error::NothingToExport`], [`Error::Export`].
pub fn export(document: &Document, format: Format, labels: &Labels) -> Result<Vec<u8>> {
    if document.is_empty() {
        return Err(Error::NothingToExport);
    }
    let pieces = labelled(document, labels);
    match format {
        Format::Hwpx => hwpx::write(&pieces),
        Format::Docx => docx::write(&pieces),
        Format::Pdf => pdf::write(&pieces),
        Format::Md => Ok(markdown::write(&pieces).into_bytes()),
        Format::Txt => Ok(plain(&pieces).into_bytes()),
    }
}

/// The letters that a file of this format shows as an empty box, each once, for the font that it brings lacks them: Hanja
/// and rare signs in a PDF. Other formats leave the font to the program that opens them.
///
/// # Errors
/// [`Error::Export`].
pub fn lacking(document: &Document, format: Format, labels: &Labels) -> Result<Vec<char>> {
    match format {
        Format::Pdf => pdf::lacking(&labelled(document, labels)),
        _ => Ok(Vec::new()),
    }
}

/// The document as plain text, without labels: what a person goes on writing with, and a check of style reads.
pub fn text(document: &Document) -> String {
    plain(&labelled(document, &Labels::default()))
}

fn labelled(document: &Document, labels: &Labels) -> Vec<Piece> {
    let sources: Vec<String> = labels.sources.iter().map(|source| clean(source)).collect();
    let (marked, cited) = match sources.is_empty() {
        true => (document.clone(), Vec::new()),
        false => citations::checked(document, sources.len()),
    };
    let mut all = Vec::new();
    all.extend(labels.grade.map(|grade| Piece::line(Role::Grade, format!("등급: {}", grade.label()))));
    all.extend(pieces(&marked.tidied()));
    if !cited.is_empty() {
        all.push(Piece::line(Role::Notice, SOURCES));
        let named = cited.iter().filter_map(|&number| Some((number, sources.get(number.checked_sub(1)?)?)));
        all.extend(named.map(|(number, source)| Piece::line(Role::Notice, format!("[{number}] {source}"))));
    }
    if labels.notice {
        all.push(Piece::line(Role::Notice, NOTICE));
    }
    all
}

/// The pieces as plain text; tables have a tab between cells.
fn plain(pieces: &[Piece]) -> String {
    let mut out = String::new();
    let mut before: Option<Role> = None;
    for piece in pieces {
        match piece {
            Piece::Line { role, indent, text } => {
                let apart =
                    before.is_some_and(|before| before != Role::Body || *role != Role::Body) && before != Some(*role);
                if apart {
                    out.push('\n');
                }
                out.extend(std::iter::repeat_n(' ', usize::from(*indent)));
                out.push_str(text);
                out.push('\n');
                before = Some(*role);
            }
            Piece::Table(rows) => {
                for row in rows {
                    out.push_str(&row.join("\t"));
                    out.push('\n');
                }
                before = Some(Role::Body);
            }
        }
    }
    out
}
