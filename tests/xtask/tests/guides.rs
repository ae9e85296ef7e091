//! The guides for people say what the program says: each word of the window and each failure that they quote stands in
//! the sources.

#![allow(clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

const GUIDES: [&str; 2] = ["사용자-안내.md", "관리자-안내.md"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn guide(name: &str) -> String {
    fs::read_to_string(root().join("src-tauri/guide").join(name)).expect("the guide is read")
}

/// The texts of all files below `folder` whose names end so.
fn texts(folder: &str, ending: &str) -> String {
    fn gather(folder: &Path, ending: &str, into: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                gather(&path, ending, into);
            } else if path.to_string_lossy().ends_with(ending) {
                into.push_str(&fs::read_to_string(&path).expect("a source is text"));
            }
        }
    }
    let mut all = String::new();
    gather(&root().join(folder), ending, &mut all);
    all
}

/// Rust sources, with the texts that go over several lines in one.
fn rust() -> String {
    let mut whole = String::new();
    let mut joins = false;
    for line in (texts("src-tauri/src", ".rs") + &texts("src-tauri/crates", ".rs")).lines() {
        let line = if joins { line.trim_start() } else { line };
        joins = line.ends_with('\\');
        whole.push_str(line.strip_suffix('\\').unwrap_or(line));
        if !joins {
            whole.push('\n');
        }
    }
    whole
}

#[test]
fn each_word_of_the_window_that_is_quoted_is_one() {
    let window = texts("ui/src/messages/ko", ".ts") + &texts("src-tauri/crates/drafting/tasks", ".toml") + &rust();
    for name in GUIDES {
        let guide = guide(name);
        let quoted: Vec<&str> = guide.split('‘').skip(1).filter_map(|rest| Some(rest.split_once('’')?.0.trim())).filter(|word| !word.is_empty()).collect();
        assert!(quoted.len() > 5, "{name} quotes nothing");
        let missing: Vec<_> = quoted.iter().filter(|word| !window.contains(**word)).collect();
        assert!(missing.is_empty(), "{name} quotes what no window says: {missing:?}");
    }
}

#[test]
fn each_failure_that_is_named_has_that_code_and_that_message() {
    let sources = rust();
    for name in GUIDES {
        let guide = guide(name);
        // Rows of a message, what to do, and a code.
        let rows: Vec<(&str, &str)> = guide
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.strip_suffix("` |"))
            .filter_map(|row| {
                let (message, rest) = row.split_once(" | ")?;
                Some((message, rest.rsplit_once("| `")?.1))
            })
            .filter(|(message, code)| message.ends_with("오.") || message.ends_with("다.") && code.contains('_'))
            .collect();
        assert!(rows.len() > 10, "{name} names no failures: {rows:?}");
        for (message, code) in rows {
            let at = sources.find(&format!("\"{code}\"")).unwrap_or_else(|| panic!("{name}: no failure has the code {code}"));
            assert!(at > 0 && sources.contains(message), "{name}: no failure says {message:?} ({code})");
        }
    }
}

#[test]
fn each_link_between_the_pages_leads_somewhere() {
    let pages = ["README.md", "ARCHITECTURE.md", "SECURITY.md", ".github/CONTRIBUTING.md", "models/README.md", "src-tauri/guide/사용자-안내.md", "src-tauri/guide/관리자-안내.md"];
    for page in pages {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links.filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let file = link.split('#').next().unwrap_or_default();
            assert!(path.parent().is_some_and(|folder| folder.join(file).exists()), "{page} links to {link}, which is not there");
        }
    }
}
