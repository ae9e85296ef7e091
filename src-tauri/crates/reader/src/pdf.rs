//! PDF by page through pdfium, with pdf-extract for what pdfium is not there for or finds nothing on.

use documents::{Document, Format, Page};
use pdfium_render::prelude::{
    PdfPageObjectType, PdfPageObjectsCommon, PdfiumError, PdfiumInternalError,
};
use wire::Failure;

use crate::outline::Outline;
use crate::{fault, pages, quietly};

/// libpdfium, where it lies beside the program.
pub struct Pdfium(Option<pdfium_render::prelude::Pdfium>);

impl Pdfium {
    /// Loads the library that is shipped beside this executable; reading goes on without it.
    pub fn beside() -> Self {
        let name = pdfium_render::prelude::Pdfium::pdfium_platform_library_name();
        let bindings = wire::beside(&name.to_string_lossy())
            .ok()
            .and_then(|path| pdfium_render::prelude::Pdfium::bind_to_library(path).ok());
        Self(bindings.map(pdfium_render::prelude::Pdfium::new))
    }

    /// No library: everything is read by the fallback.
    pub fn none() -> Self {
        Self(None)
    }

    /// Whether the library was found.
    pub fn is_loaded(&self) -> bool {
        self.0.is_some()
    }
}

pub fn pdf(bytes: &[u8], pdfium: &Pdfium) -> Result<Document, Failure> {
    let mut outline = Outline::new(Format::Pdf);
    let texts = match &pdfium.0 {
        Some(pdfium) => by_pdfium(bytes, pdfium, &mut outline)?,
        None => {
            outline.warn("PDF 구성 요소(pdfium)가 없어 예비 방식으로 읽었습니다. 띄어쓰기나 순서가 원본과 다를 수 있으니 확인하십시오.");
            by_extract(bytes)?
        }
    };
    let count = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    outline.pages(count);
    let (empty, garbled) = pages::unreadable(&texts);
    if texts.is_empty() {
        return Err(fault::damaged("no pages"));
    }
    if empty.len() == texts.len() {
        return Err(fault::scanned(count));
    }
    if !empty.is_empty() {
        outline.warn(format!(
            "{}쪽에는 읽을 글자가 없습니다(그림이나 스캔한 쪽일 수 있습니다). 원본을 확인하십시오.",
            pages::numbers(&empty)
        ));
    }
    if !garbled.is_empty() {
        outline.warn(format!(
            "{}쪽은 글꼴 정보가 빠져 글자가 깨져 있습니다. 원본 문서를 추가하십시오.",
            pages::numbers(&garbled)
        ));
    }
    for (index, paragraphs) in pages::paragraphs(&texts).into_iter().enumerate() {
        outline.page(Page::at(u32::try_from(index).unwrap_or(u32::MAX)));
        for paragraph in paragraphs {
            outline.paragraph(&paragraph);
        }
    }
    Ok(outline.finish())
}

fn by_pdfium(
    bytes: &[u8],
    pdfium: &pdfium_render::prelude::Pdfium,
    outline: &mut Outline,
) -> Result<Vec<String>, Failure> {
    let document = pdfium.load_pdf_from_byte_slice(bytes, None).map_err(|error| match error {
        PdfiumError::PdfiumLibraryInternalError(
            PdfiumInternalError::PasswordError | PdfiumInternalError::SecurityError,
        ) => fault::password(error),
        error => fault::damaged(error),
    })?;
    let mut texts = Vec::new();
    let mut missed = Vec::new();
    let mut failed = Vec::new();
    for (index, page) in document.pages().iter().enumerate() {
        let text = match page.text() {
            Ok(text) => text.all(),
            Err(_) => {
                failed.push(index);
                String::new()
            }
        };
        // A page of pictures is left alone; one that draws text which pdfium cannot name gets a second try.
        if text.trim().is_empty()
            && page.objects().iter().any(|object| object.object_type() == PdfPageObjectType::Text)
        {
            missed.push(index);
        }
        texts.push(text);
    }
    if texts.len() < usize::try_from(document.pages().len()).unwrap_or(0) {
        outline.warn("뒤쪽 일부를 읽지 못했습니다. 원본을 확인하십시오.");
    }
    missed.extend(&failed);
    if !missed.is_empty()
        && let Ok(second) = by_extract(bytes)
        && second.len() == texts.len()
    {
        missed.retain(|&index| !second[index].trim().is_empty());
        for &index in &missed {
            texts[index].clone_from(&second[index]);
        }
        if !missed.is_empty() {
            outline.warn(format!(
                "{}쪽은 예비 방식으로 읽었습니다. 띄어쓰기나 순서가 원본과 다를 수 있으니 확인하십시오.",
                pages::numbers(&missed)
            ));
        }
    }
    Ok(texts)
}

/// pdf-extract panics on some files, as measured: here a panic is an error like any other.
fn by_extract(bytes: &[u8]) -> Result<Vec<String>, Failure> {
    match quietly(|| pdf_extract::extract_text_from_mem_by_pages(bytes)) {
        Some(Ok(texts)) => Ok(texts),
        Some(Err(error)) => {
            let detail = error.to_string();
            let encrypted = detail.to_ascii_lowercase();
            if encrypted.contains("encrypt") || encrypted.contains("password") {
                Err(fault::password(detail))
            } else {
                Err(fault::damaged(detail))
            }
        }
        None => Err(fault::damaged("pdf-extract panicked")),
    }
}
