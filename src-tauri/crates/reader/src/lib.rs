//! The parsers: a file's bytes in, a [`Document`] out. Runs in a process of its own, `naratmal-reader`.

pub mod fault;
mod hwp;
mod hwp3;
mod hwpx;
mod line;
mod office;
mod outline;
mod pages;
mod pdf;
mod recognise;
mod sheet;
mod table;
mod text;
mod zipped;

use std::panic::{AssertUnwindSafe, catch_unwind};

use documents::{Document, Format};
use wire::Failure;

pub use pdf::Pdfium;

/// Reads a document from its bytes; `extension` is a hint only where the content leaves a choice (Markdown or
/// plain text).
///
/// # Errors
/// A [`Failure`] whose code says why: `document_unknown_type`, `document_password`, `document_damaged`,
/// `document_bomb`, `document_empty`, `document_scanned`.
pub fn parse(bytes: &[u8], extension: &str, pdfium: &Pdfium) -> Result<Document, Failure> {
    let parsed = quietly(|| {
        let format = recognise::format(bytes, extension)?;
        let document = match format {
            Format::Hwp => hwp::hwp(bytes),
            Format::Hwp3 => hwp3::hwp3(bytes),
            Format::Hwpx => hwpx::hwpx(bytes),
            Format::Pdf => pdf::pdf(bytes, pdfium),
            Format::Docx | Format::Pptx => office::office(bytes, format),
            Format::Xlsx | Format::Xls => sheet::workbook(bytes, format),
            Format::Txt => text::plain(bytes),
            Format::Md => text::markdown(bytes),
        }?;
        if document.blocks.is_empty() { Err(fault::empty(&document.warnings)) } else { Ok(document) }
    });
    parsed.unwrap_or_else(|| Err(fault::damaged("the parser panicked")))
}

/// Runs a parser that may panic; its message would go to a standard error that nobody reads.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
