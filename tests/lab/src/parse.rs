use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Instant;

use documents::Reader;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;
use wire::Failure;

use crate::{folder, places};

/// `lab parse`.
pub async fn run(file: Option<&Path>, check: Option<&Path>, password: Option<&str>, json: bool) -> Result<(), Failure> {
    let reader = places::reader()?;
    match (file, check) {
        (Some(file), _) => {
            let report = report(&reader, file, password).await;
            if json {
                println!("{report}");
            } else if let Some(message) = report["error"]["message"].as_str() {
                println!("{message} ({})", report["error"]["code"].as_str().unwrap_or_default());
            } else {
                println!("{}", report["text"].as_str().unwrap_or_default());
            }
        }
        (None, Some(folder)) => {
            let report = check_folder(&reader, folder).await?;
            if json {
                println!("{report}");
            } else {
                println!("{:<6}{:>6}{:>6}{:>13}{:>12}{:>16}", "format", "files", "read", "recall_mean", "recall_min", "seconds_median");
                for (format, figures) in report["formats"].as_object().into_iter().flatten() {
                    println!(
                        "{format:<6}{:>6}{:>6}{:>13.4}{:>12.4}{:>16.3}",
                        figures["files"].as_u64().unwrap_or_default(),
                        figures["read"].as_u64().unwrap_or_default(),
                        figures["recall_mean"].as_f64().unwrap_or_default(),
                        figures["recall_min"].as_f64().unwrap_or_default(),
                        figures["seconds_median"].as_f64().unwrap_or_default()
                    );
                }
            }
        }
        (None, None) => {}
    }
    Ok(())
}

async fn report(reader: &Reader, file: &Path, password: Option<&str>) -> Value {
    match reader.read_with(file, password).await {
        Ok(document) => {
            let blocks: Vec<Value> = document
                .blocks
                .iter()
                .map(|block| {
                    json!({
                        "kind": block.kind,
                        "text": block.text,
                        "page": block.locator.page,
                        "section": block.locator.section,
                        "paragraph": block.locator.paragraph,
                        "heading_path": block.heading_path,
                    })
                })
                .collect();
            json!({
                "format": document.format,
                "pages": document.pages,
                "text": document.text(),
                "blocks": blocks,
                "warnings": document.warnings,
                "unread_pages": document.unread_pages,
                "partial": document.partial,
                "error": null,
            })
        }
        Err(failure) => json!({
            "format": null, "pages": null, "text": "", "blocks": [], "warnings": [], "unread_pages": [], "partial": false,
            "error": { "code": failure.code, "message": failure.message, "detail": failure.detail },
        }),
    }
}

#[derive(Default)]
struct Figures {
    read: usize,
    recalls: Vec<f64>,
    seconds: Vec<f64>,
    misses: Vec<Value>,
}

/// The figures of every document below `folder` that has a reference text beside it, by file extension.
async fn check_folder(reader: &Reader, folder: &Path) -> Result<Value, Failure> {
    let mut formats: BTreeMap<String, Figures> = BTreeMap::new();
    for file in folder::files(folder)? {
        let Some(reference) = folder::reference(&file) else { continue };
        let wanted = std::fs::read_to_string(&reference).map_err(|error| {
            Failure::new("folder_unreadable", "폴더를 읽지 못했습니다.", format!("{}: {error}", reference.display()))
        })?;
        let format = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let figures = formats.entry(format).or_default();
        let started = Instant::now();
        let outcome = reader.read(&file).await;
        figures.seconds.push(started.elapsed().as_secs_f64());
        let recall = match &outcome {
            Ok(document) => {
                figures.read += 1;
                recall(&wanted, &document.text())
            }
            // Found to hold no text, which is right where the reference holds none.
            Err(failure) if failure.code == "document_empty" => {
                figures.read += 1;
                recall(&wanted, "")
            }
            Err(_) => 0.0,
        };
        if recall < 0.95 {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            figures.misses.push(json!({ "file": name, "recall": recall, "code": outcome.err().map(|failure| failure.code) }));
        }
        figures.recalls.push(recall);
    }
    let formats: serde_json::Map<String, Value> = formats
        .into_iter()
        .map(|(format, mut figures)| {
            figures.seconds.sort_by(f64::total_cmp);
            let files = figures.recalls.len();
            let report = json!({
                "files": files,
                "read": figures.read,
                "recall_mean": figures.recalls.iter().sum::<f64>() / files as f64,
                "recall_min": figures.recalls.iter().copied().fold(1.0, f64::min),
                "seconds_median": figures.seconds[files / 2],
                "below_95": figures.misses,
            });
            (format, report)
        })
        .collect();
    Ok(json!({ "formats": formats }))
}

/// The share of the reference's word tokens (NFC, runs of `\w`, as a multiset) that were found; 1 for no token.
fn recall(reference: &str, found: &str) -> f64 {
    let mut held = tokens(found);
    let wanted = tokens(reference);
    let total: usize = wanted.values().sum();
    let hits: usize = wanted
        .into_iter()
        .map(|(token, count)| held.remove(&token).map_or(0, |held| held.min(count)))
        .sum();
    if total == 0 { 1.0 } else { hits as f64 / total as f64 }
}

fn tokens(text: &str) -> HashMap<String, usize> {
    let text: String = text.nfc().collect();
    let mut tokens = HashMap::new();
    for token in text.split(|character: char| !(character.is_alphanumeric() || character == '_')) {
        if !token.is_empty() {
            *tokens.entry(token.to_owned()).or_default() += 1;
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::recall;

    #[test]
    fn recall_counts_tokens_as_a_multiset() {
        let table = [
            ("가 나 나", "나 가", 2.0 / 3.0),
            ("가", "가 나 다", 1.0),
            ("", "무엇이든", 1.0),
            ("가", "", 0.0),
            ("\u{1100}\u{1161}", "가", 1.0),
        ];
        for (reference, found, wanted) in table {
            assert!((recall(reference, found) - wanted).abs() < 1e-9, "{reference} in {found}");
        }
    }
}
