//! Office documents, web pages, mail and archives: what each says beside its plain text, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod made;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use documents::Document;
use naratmal_reader::{NoRecogniser, Pdfium, Source, Tools};
use unicode_normalization::UnicodeNormalization;

fn parse(bytes: &[u8], extension: &str, password: Option<&str>) -> Result<Document, wire::Failure> {
    let source = Source { bytes, extension, password };
    naratmal_reader::parse(source, &mut Tools { pdfium: &Pdfium::none(), recogniser: &mut NoRecogniser })
}

/// The folder of samples beside the checkout, where there is one.
fn samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/samples");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: ../shared is missing");
    None
}

/// How often each word stands in a text.
fn words(text: &str) -> HashMap<String, usize> {
    let text: String = text.nfc().collect();
    let mut words = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
        *words.entry(word.to_owned()).or_default() += 1;
    }
    words
}

#[test]
fn the_words_of_the_samples_are_read() {
    let Some(folder) = samples() else { return };
    for format in ["docx", "pptx", "xlsx", "xls"] {
        let mut recalls = Vec::new();
        let mut times: Vec<Duration> = Vec::new();
        for entry in std::fs::read_dir(folder.join(format)).unwrap() {
            let path = entry.unwrap().path();
            let Ok(reference) = std::fs::read_to_string(format!("{}.ref.txt", path.display())) else { continue };
            let bytes = std::fs::read(&path).unwrap();
            let begun = Instant::now();
            let document = parse(&bytes, format, None);
            times.push(begun.elapsed());
            let expected = words(&reference);
            let all: usize = expected.values().sum();
            let text = document.as_ref().map(Document::text).unwrap_or_default();
            let found = words(&text);
            let hit: usize = expected.iter().map(|(word, &count)| count.min(*found.get(word).unwrap_or(&0))).sum();
            if all == 0 {
                continue;
            }
            if hit < all {
                let lost: Vec<&String> = expected.iter().filter(|(word, count)| found.get(*word).unwrap_or(&0) < count).map(|(word, _)| word).take(12).collect();
                println!("{}: {hit} of {all}, {:?}, lost {lost:?}", path.display(), document.as_ref().err());
            }
            recalls.push(hit as f64 / all as f64);
        }
        times.sort();
        let mean = recalls.iter().sum::<f64>() / recalls.len() as f64;
        println!("{format}: {} files, recall {mean:.4}, median {:?}", recalls.len(), times[times.len() / 2]);
        assert!(mean >= 0.99, "{format}: {mean}");
    }
}
