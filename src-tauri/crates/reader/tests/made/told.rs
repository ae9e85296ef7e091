//! Documents as a test tells them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use documents::Document;
use naratmal_reader::{NoRecogniser, Pdfium, Source, Tools};
use unicode_normalization::UnicodeNormalization;
use wire::Failure;

/// Reads without libpdfium and without recognition.
pub fn parse(bytes: &[u8], extension: &str, password: Option<&str>) -> Result<Document, Failure> {
    let source = Source { bytes, extension, password };
    naratmal_reader::parse(source, &mut Tools { pdfium: &Pdfium::none(), recogniser: &mut NoRecogniser })
}

/// A document as one line a block.
pub fn outline(document: &Document) -> String {
    let mut out = String::new();
    for block in &document.blocks {
        let page = block.locator.page.map(|page| format!(" p{}", page.number())).unwrap_or_default();
        let place = format!("{}.{}{page}", block.locator.section, block.locator.paragraph);
        out.push_str(&format!("{place} {:?} {:?} {}\n", block.kind, block.text, block.heading_path.join(" > ")));
    }
    for warning in &document.warnings {
        out.push_str(&format!("! {warning}\n"));
    }
    if document.partial {
        out.push_str("partial\n");
    }
    out
}

/// What was read, as [`outline`], or the code of why nothing was.
pub fn read(bytes: &[u8], extension: &str) -> String {
    parse(bytes, extension, None).map_or_else(|failure| failure.code, |document| outline(&document))
}

/// How often each word stands in a text.
pub fn words(text: &str) -> HashMap<String, usize> {
    let text: String = text.nfc().collect();
    let mut words = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
        *words.entry(word.to_owned()).or_default() += 1;
    }
    words
}

/// How many of a reference's words, each as often as it stands there, were found, and how many there are.
pub fn hits(reference: &str, found: &str) -> (usize, usize) {
    let (wanted, found) = (words(reference), words(found));
    let hits = wanted.iter().map(|(word, &count)| count.min(*found.get(word).unwrap_or(&0))).sum();
    (hits, wanted.values().sum())
}

/// The folder of samples beside the checkout, where there is one.
pub fn samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/samples");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: ../shared is missing");
    None
}
