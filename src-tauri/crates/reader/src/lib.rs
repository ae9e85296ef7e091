//! The parsers: a file's bytes in, a [`Document`] out. Runs in a process of its own, `naratmal-reader`.

mod archive;
mod compound;
mod delimited;
mod docx;
mod drawing;
mod embedded;
pub mod fault;
mod flow;
mod html;
mod hwp;
mod hwp3;
mod hwp_section;
mod hwpml;
mod hwpx;
mod image;
mod line;
mod mail;
mod odt;
mod outline;
mod owpml;
mod owpml_styles;
mod package;
mod pages;
mod parts;
mod pdf;
mod picture;
mod pptx;
mod protected;
mod quality;
mod recognise;
mod sandbox;
mod sheet;
mod symbols;
mod table;
mod text;
mod unlock;
mod xml;
mod zipped;

use std::panic::{AssertUnwindSafe, catch_unwind};

use documents::{Document, Format, Page};
use wire::Failure;

use embedded::Nest;
pub use pdf::Pdfium;
pub use sandbox::enter_sandbox;

/// A file as it arrived.
#[derive(Debug, Clone, Copy, Default)]
pub struct Source<'a> {
    /// Its content.
    pub bytes: &'a [u8],
    /// Its name's extension, without the dot: a hint only where the content leaves a choice (Markdown or plain text).
    pub extension: &'a str,
    /// The password that the person typed, if any.
    pub password: Option<&'a str>,
}

/// What parsers need beside the bytes.
pub struct Tools<'a> {
    /// libpdfium, where it was found.
    pub pdfium: &'a Pdfium,
    /// Reads pictures of text.
    pub recogniser: &'a mut dyn Recogniser,
}

/// Reads a picture of text. The reader itself starts nothing: its client does, with the picture.
pub trait Recogniser {
    /// The text of a page's picture, lines in reading order; `None` where it cannot be read or no recogniser is
    /// installed. `picture` is a binary PGM (`P5`, 8 bits a pixel) and `page` the number that the person sees.
    fn recognise(&mut self, page: Page, picture: &[u8]) -> Option<String>;
}

/// A recogniser that is not installed.
pub struct NoRecogniser;

impl Recogniser for NoRecogniser {
    fn recognise(&mut self, _page: Page, _picture: &[u8]) -> Option<String> {
        None
    }
}

/// Reads a document.
///
/// # Errors
/// A [`Failure`] whose code says why: `document_unknown_type`, `document_password`, `document_password_wrong`,
/// `document_damaged`, `document_bomb`, `document_empty`, `document_scanned`.
pub fn parse(source: Source<'_>, tools: &mut Tools<'_>) -> Result<Document, Failure> {
    parse_within(source, tools, &mut Nest::default())
}

/// Reads a document that may lie in others.
pub(crate) fn parse_within(source: Source<'_>, tools: &mut Tools<'_>, nest: &mut Nest) -> Result<Document, Failure> {
    let parsed = quietly(|| {
        let opened = protected::package(source.bytes, source.password)?;
        let (bytes, whole) = zipped::mended(opened.as_deref().unwrap_or(source.bytes));
        let bytes = bytes.as_ref();
        let source = Source { bytes, ..source };
        let format = recognise::format(bytes, source.extension, nest)?;
        let mut document = match format {
            Format::Hwp => hwp::hwp(bytes),
            Format::Hwp3 => hwp3::hwp3(bytes),
            Format::Hwpx => hwpx::hwpx(bytes, source.password),
            Format::Hwpml => hwpml::hwpml(bytes),
            Format::Pdf => pdf::pdf(source, tools),
            Format::Docx => docx::docx(bytes),
            Format::Pptx => pptx::pptx(bytes),
            Format::Image => image::image(bytes, tools),
            Format::Xlsx => sheet::xlsx(bytes),
            Format::Xls => sheet::xls(bytes),
            Format::Odt => odt::odt(bytes),
            Format::Html => html::html(bytes),
            Format::Eml => mail::message(source, tools, nest),
            Format::Csv => delimited::csv(bytes),
            Format::Zip => archive::zip(source, tools, nest),
            Format::Txt => text::plain(bytes),
            Format::Md => text::markdown(bytes),
        }?;
        if !whole {
            document.partial = true;
            document.warnings.push(fault::CUT.to_owned());
        }
        match document.blocks.is_empty() {
            true if document.partial => Err(fault::damaged("no text is left")),
            true => Err(fault::empty(&document.warnings)),
            false => Ok(document),
        }
    });
    parsed.unwrap_or_else(|| Err(fault::damaged("the parser panicked")))
}

/// Runs a parser that may panic; its message would go to a standard error that nobody reads.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
