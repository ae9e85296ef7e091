//! PDF by page: pdfium's text where it is text, else the fallback crate's, else what is recognised on the page's
//! picture. What none of them reads is named, and never shown as garbled text.

mod bookmarks;
mod damage;
mod page;

use documents::{Document, Format, Page};
use pdfium_render::prelude::{PdfDocument, PdfiumError, PdfiumInternalError};
use wire::Failure;

use crate::outline::Outline;
use crate::quality::{self, Drawn, Quality};
use crate::{Source, Tools, fault, pages, quietly};

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

/// What is known of each page, all by its index from 0.
#[derive(Default)]
struct Reading {
    texts: Vec<String>,
    /// Whether the file is damaged.
    is_rebuilt: bool,
    /// Pages whose text does not do, with what they draw.
    suspects: Vec<(usize, Quality, Drawn)>,
    /// Pages that the file promises and does not have.
    lost: Vec<usize>,
    /// Pages that the fallback read.
    second: Vec<usize>,
    /// Pages that were recognised.
    recognised: Vec<usize>,
    /// Pages that show what nothing could read.
    unread: Vec<usize>,
    /// Pages of Korean without spaces.
    unspaced: Vec<usize>,
}

pub fn pdf(source: Source<'_>, tools: &mut Tools<'_>) -> Result<Document, Failure> {
    let mut outline = Outline::new(Format::Pdf);
    let (reading, bookmarks) = match &tools.pdfium.0 {
        Some(pdfium) => {
            let load = |bytes| pdfium.load_pdf_from_byte_slice(bytes, source.password);
            let mended;
            let document = match load(source.bytes) {
                Err(PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::FormatError)) => {
                    mended = damage::mended(source.bytes).ok_or_else(|| fault::damaged("no catalog"))?;
                    load(&mended)
                }
                loaded => loaded,
            }
            .map_err(|error| refused(&error, source.password))?;
            let mut reading = by_pdfium(&document, damage::is_rebuilt(source.bytes));
            reading.try_again(source);
            reading.recognise(&document, tools);
            // The library asserts what a file may break.
            (reading, quietly(|| bookmarks::of(&document)).unwrap_or_default())
        }
        None => {
            outline.warn("PDF 구성 요소(pdfium)가 없어 예비 방식으로 읽었습니다. 띄어쓰기나 순서가 원본과 다를 수 있으니 확인하십시오.");
            (without_pdfium(by_extract(source)?), Vec::new())
        }
    };
    let count = reading.texts.len();
    if count == 0 {
        return Err(fault::damaged("no pages"));
    }
    if reading.lost.len() == count {
        return Err(fault::damaged("no page could be loaded"));
    }
    if reading.unread.len() + reading.lost.len() > 0 && reading.texts.iter().all(|text| text.trim().is_empty()) {
        return Err(fault::scanned(count));
    }
    outline.pages(u32::try_from(count).unwrap_or(u32::MAX));
    reading.tell(&mut outline);
    let texts = bookmarks::set_apart(reading.texts, &bookmarks);
    for (index, paragraphs) in pages::paragraphs(&texts).into_iter().enumerate() {
        outline.page(at(index));
        for paragraph in paragraphs {
            match bookmarks::level(&bookmarks, index, &paragraph) {
                Some(level) => outline.heading(level, &paragraph),
                None => outline.paragraph(&paragraph),
            }
        }
    }
    Ok(outline.finish())
}

/// Whether recognition found hardly more than what the page says by itself, which is exact.
fn says_as_much(own: &str, recognised: &str) -> bool {
    quality::marks(recognised) <= 2 * quality::marks(own)
}

fn at(index: usize) -> Page {
    Page::at(u32::try_from(index).unwrap_or(u32::MAX))
}

fn refused(error: &PdfiumError, password: Option<&str>) -> Failure {
    let PdfiumError::PdfiumLibraryInternalError(reason) = error else { return fault::damaged(error) };
    match (reason, password) {
        (PdfiumInternalError::PasswordError, None) => fault::password(error),
        (PdfiumInternalError::PasswordError, Some(_)) => fault::wrong_password(error),
        (PdfiumInternalError::SecurityError, _) => {
            fault::locked("만든 프로그램에서 암호 없이 PDF로 다시 저장하여 추가하십시오.", error)
        }
        _ => fault::damaged(error),
    }
}

fn by_pdfium(document: &PdfDocument<'_>, is_rebuilt: bool) -> Reading {
    let mut reading = Reading { is_rebuilt, ..Reading::default() };
    let pages = document.pages();
    for number in pages.as_range() {
        let index = reading.texts.len();
        let Ok(page) = pages.get(number) else {
            reading.lost.push(index);
            reading.texts.push(String::new());
            continue;
        };
        let text = page::text(&page);
        let quality = quality::of(&text);
        let marks = quality::marks(&text);
        if quality != Quality::Good || marks < quality::FEW {
            let drawn = page::drawn(&page);
            match (quality, drawn.is_blank()) {
                // In a file that was cut, a page without content has lost it.
                (Quality::Empty, true) if is_rebuilt => reading.lost.push(index),
                (Quality::Empty, true) => {}
                // Word processors write spaces on empty pages.
                (Quality::Empty, false) if drawn.cover <= 0.0 && page::is_blank(&page) => {}
                (Quality::Good, _) if !drawn.outweighs(marks) => {}
                _ => reading.suspects.push((index, quality, drawn)),
            }
        }
        reading.texts.push(text);
    }
    reading
}

fn without_pdfium(texts: Vec<String>) -> Reading {
    let mut reading = Reading { texts, ..Reading::default() };
    for (index, text) in reading.texts.iter_mut().enumerate() {
        match quality::of(text) {
            Quality::Good => {}
            Quality::Unspaced => reading.unspaced.push(index),
            Quality::Empty | Quality::Garbled => {
                text.clear();
                reading.unread.push(index);
            }
        }
    }
    reading
}

impl Reading {
    /// Pages that draw text which pdfium cannot name get a second try by the other crate.
    fn try_again(&mut self, source: Source<'_>) {
        let has_text = |quality: Quality, drawn: &Drawn| quality != Quality::Good && drawn.texts > 0;
        if !self.suspects.iter().any(|(_, quality, drawn)| has_text(*quality, drawn)) {
            return;
        }
        let Ok(second) = by_extract(source) else { return };
        if second.len() != self.texts.len() {
            return;
        }
        self.suspects.retain(|&(index, quality, drawn)| {
            let better = has_text(quality, &drawn)
                && quality::of(&second[index]) == Quality::Good
                && !drawn.outweighs(quality::marks(&second[index]));
            if better {
                self.texts[index].clone_from(&second[index]);
                self.second.push(index);
            }
            !better
        });
    }

    /// What is left is recognised on its picture, one page in memory at a time.
    fn recognise(&mut self, document: &PdfDocument<'_>, tools: &mut Tools<'_>) {
        for (index, quality, _) in std::mem::take(&mut self.suspects) {
            let picture = i32::try_from(index).ok().and_then(|number| {
                page::picture(&document.pages().get(number).ok()?).ok()
            });
            if quality == Quality::Empty && picture.as_ref().is_some_and(|picture| picture.is_blank()) {
                continue;
            }
            let found = picture.and_then(|picture| tools.recogniser.recognise(at(index), &picture.pgm()));
            let own = &mut self.texts[index];
            match found {
                // Nothing more stands on the picture behind a title.
                Some(text) if quality == Quality::Good && says_as_much(own, &text) => {}
                Some(text) if quality::is_recognised(&text) => {
                    *own = text;
                    self.recognised.push(index);
                }
                _ => self.give_up(index, quality),
            }
        }
    }

    fn give_up(&mut self, index: usize, quality: Quality) {
        match quality {
            Quality::Unspaced => self.unspaced.push(index),
            // The few characters of a scan's stamp are text; the scan is unread all the same.
            Quality::Good => self.unread.push(index),
            Quality::Empty | Quality::Garbled => {
                self.texts[index].clear();
                self.unread.push(index);
            }
        }
    }

    /// Says what was not read as it stands in the file.
    fn tell(&self, outline: &mut Outline) {
        if !self.lost.is_empty() {
            outline.partial();
            outline.warn(format!(
                "파일이 손상되어 {}쪽을 읽지 못했습니다. 원본을 다시 받아 추가하십시오.",
                pages::numbers(&self.lost)
            ));
        } else if self.is_rebuilt {
            outline.partial();
            outline.warn("파일이 손상되어 남아 있는 내용만 읽었습니다. 빠진 쪽이 있는지 원본과 대조하십시오.");
        }
        for (indices, warning) in [
            (&self.second, "예비 방식으로 읽었습니다. 띄어쓰기나 순서가 원본과 다를 수 있으니 확인하십시오."),
            (&self.recognised, "문자 인식(OCR)으로 읽었습니다. 숫자와 이름은 원본과 대조하십시오."),
            (
                &self.unread,
                "그림이거나 글꼴 정보가 빠져 읽지 못했습니다. 문자 인식(OCR)이 설치되어 있지 않거나 인식하지 못했으니 원본을 확인하십시오.",
            ),
            (&self.unspaced, "띄어쓰기 없이 저장되어 있습니다. 인용할 때 원본과 대조하십시오."),
        ] {
            if !indices.is_empty() {
                outline.warn(format!("{}쪽은 {warning}", pages::numbers(indices)));
            }
        }
        let mut unread: Vec<usize> = self.unread.iter().chain(&self.lost).copied().collect();
        unread.sort_unstable();
        for index in unread {
            outline.unread(at(index));
        }
    }
}

/// pdf-extract panics on some files, as measured: here a panic is an error like any other.
fn by_extract(source: Source<'_>) -> Result<Vec<String>, Failure> {
    let Source { bytes, password, .. } = source;
    let texts = quietly(|| match password {
        Some(password) => pdf_extract::extract_text_from_mem_by_pages_encrypted(bytes, password),
        None => pdf_extract::extract_text_from_mem_by_pages(bytes),
    });
    match (texts, password) {
        (Some(Ok(texts)), _) => Ok(texts),
        (Some(Err(error)), _) => {
            let detail = error.to_string();
            let reason = detail.to_ascii_lowercase();
            match (reason.contains("encrypt") || reason.contains("password"), password) {
                (true, None) => Err(fault::password(detail)),
                (true, Some(_)) => Err(fault::wrong_password(detail)),
                (false, _) => Err(fault::damaged(detail)),
            }
        }
        (None, _) => Err(fault::damaged("pdf-extract panicked")),
    }
}
