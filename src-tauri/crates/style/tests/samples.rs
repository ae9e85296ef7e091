//! How often the rules object to the texts of real documents. Prints; run with `--nocapture` to read them by eye.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use style::{Rule, check, fix_all};

fn references() -> Vec<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/samples");
    let samples = std::env::var_os("SAMPLES").map_or_else(beside, PathBuf::from);
    let Ok(folders) = std::fs::read_dir(samples) else { return Vec::new() };
    let mut files: Vec<PathBuf> = folders
        .flatten()
        .filter_map(|folder| std::fs::read_dir(folder.path()).ok())
        .flat_map(|files| files.flatten().map(|file| file.path()))
        .filter(|path| path.to_string_lossy().ends_with(".ref.txt"))
        .collect();
    files.sort();
    files
}

/// Korean enough to be held to Korean rules.
fn is_korean(text: &str) -> bool {
    let hangul = text.chars().filter(|char| ('가'..='힣').contains(char)).count();
    hangul * 4 > text.chars().count()
}

#[test]
fn real_documents_are_seldom_objected_to() {
    let files = references();
    if files.is_empty() {
        println!("SKIPPED: ../shared/samples is missing");
        return;
    }
    let (mut characters, mut counts, mut seen) = (0, BTreeMap::<Rule, usize>::new(), std::collections::HashSet::new());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        if !is_korean(&text) || !seen.insert(text.clone()) {
            continue;
        }
        characters += text.chars().count();
        let mended = fix_all(&text);
        assert_eq!(fix_all(&mended), mended, "{}", path.display());
        for finding in check(&text) {
            *counts.entry(finding.rule).or_default() += 1;
            let around = |from: usize, to: usize| text.get(from..to).unwrap_or_default().replace('\n', "⏎");
            let start = (finding.range.start.saturating_sub(30)..).find(|at| text.is_char_boundary(*at)).unwrap();
            let end = (finding.range.end + 30).min(text.len());
            let end = (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            println!(
                "{:?}\t{:?}\t{}[{}]{}\t→ {:?}",
                finding.rule,
                finding.severity,
                around(start, finding.range.start),
                finding.found.replace('\n', "⏎"),
                around(finding.range.end, end),
                finding.fix
            );
        }
    }
    println!("{} texts, {characters} characters", seen.len());
    for (rule, count) in &counts {
        println!("{rule:?}\t{count}\t{:.2} per 1,000", *count as f64 * 1000.0 / characters as f64);
    }
    let all: usize = counts.values().sum();
    assert!(all * 1000 < characters * 8, "{all} findings in {characters} characters");
}
