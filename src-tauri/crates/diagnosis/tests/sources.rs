//! Every event of the program is one that the log can keep: a sentence without gaps, and fields that are codes or numbers.
//! What the log leaves out is lost to whoever looks for a fault, so it is not to be written in the first place.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// Numbers and truth values by these names.
const COUNTED: [&str; 9] = ["document", "row", "page", "passage", "line", "ended", "system", "documents", "seconds"];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

/// What stands between the brackets of each `tracing::error!(…)` and its like.
fn events(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for level in ["error", "warn", "info", "debug", "trace"] {
        let call = format!("tracing::{level}!(");
        for (at, _) in source.match_indices(&call) {
            let inside = &source[at + call.len()..];
            let mut depth = 1;
            let mut quoted = false;
            let end = inside.char_indices().find(|(_, letter)| {
                match letter {
                    '"' => quoted = !quoted,
                    '(' if !quoted => depth += 1,
                    ')' if !quoted => depth -= 1,
                    _ => {}
                }
                depth == 0
            });
            found.push(&inside[..end.unwrap().0]);
        }
    }
    found
}

/// Why the log would leave out something of the event; `None` where it keeps all.
fn flaw(event: &str) -> Option<String> {
    let Some((fields, sentence)) = event.trim().trim_end_matches(',').strip_suffix('"').and_then(|rest| rest.rsplit_once('"')) else {
        return Some("no sentence stands at its end".to_owned());
    };
    if sentence.contains(['{', '\\']) || !sentence.is_ascii() || sentence.is_empty() {
        return Some(format!("the sentence {sentence:?} has gaps, or is not of letters that are kept"));
    }
    fields.split(',').map(str::trim).filter(|field| !field.is_empty()).find_map(|field| {
        let (name, value) = field.split_once('=').map_or((field, field), |(name, value)| (name.trim(), value.trim()));
        let kept = match name {
            "code" => value.ends_with(".code") || value.ends_with(".code()"),
            "kind" => value.starts_with('?') && value.ends_with(".kind()") || value.starts_with("kind("),
            "place" => value == "place",
            name => COUNTED.contains(&name),
        };
        (!kept).then(|| format!("the field {field:?} may hold a text"))
    })
}

#[test]
fn every_event_is_of_codes_and_numbers() {
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    sources(&root.join("src"), &mut files);
    sources(&root.join("crates"), &mut files);
    // The log's own tests plant what it is to leave out.
    files.retain(|file| !file.components().any(|part| part.as_os_str() == "tests"));
    let mut number = 0;
    let mut flaws = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for event in events(&text) {
            number += 1;
            flaws.extend(flaw(event).map(|flaw| format!("{}: {flaw}", file.display())));
        }
    }
    assert!(number > 30, "the events were not found: {number}");
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

#[test]
fn an_event_that_may_hold_a_text_is_found() {
    let table = [
        (r#"code = failure.code, document, "a document failed""#, true),
        (r#"code = Error::from(error).code(), "x""#, true),
        (r#"kind = ?error.kind(), page = page.number(), "x""#, true),
        (r#""x""#, true),
        (r#"%failure, "x""#, false),
        (r#"?error, "x""#, false),
        (r#"code = failure.detail, "x""#, false),
        (r#"detail = failure.detail, "x""#, false),
        (r#"folder = %folder.display(), "x""#, false),
        (r#""of {name}""#, false),
        (r#"error"#, false),
    ];
    for (event, fine) in table {
        assert_eq!(flaw(event).is_none(), fine, "{event}: {:?}", flaw(event));
    }
    assert_eq!(events(r#"tracing::warn!(a = f(1), ")"); tracing::error!("b")"#).len(), 2);
}
