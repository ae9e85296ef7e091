//! The model's answer as JSON, whole or as far as it has been written.

use serde_json::Value;

use crate::clean::lines_of;
use crate::error::{Error, Result};

/// The answer as the templates get it.
///
/// # Errors
/// [`Error::Answer`] where there is a schema, and the text is no JSON by it.
pub fn whole(text: &str, formed: bool) -> Result<Value> {
    match formed {
        false => Ok(Value::String(kept(text))),
        true => serde_json::from_str(text.trim()).map(tidied).map_err(|error| Error::Answer(error.to_string())),
    }
}

/// As [`whole`], of an answer that goes on: what is open is closed. `None` where nothing can be read of it yet.
pub fn begun(text: &str, formed: bool) -> Option<Value> {
    match formed {
        false => Some(Value::String(kept(text))),
        true => closed(text).map(tidied),
    }
}

/// Every text of it without what no document holds.
fn tidied(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(kept(&text)),
        Value::Array(values) => values.into_iter().map(tidied).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, tidied(value))).collect(),
        other => other,
    }
}

fn kept(text: &str) -> String {
    lines_of(text).collect::<Vec<_>>().join("\n")
}

/// JSON that breaks off, closed where it breaks off or else behind the last value that is whole.
fn closed(text: &str) -> Option<Value> {
    let mut open: Vec<char> = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    // Where the text can be cut so that what is open closes.
    let mut cut = None;
    for (at, character) in text.char_indices() {
        if quoted {
            match (escaped, character) {
                (true, _) => escaped = false,
                (false, '\\') => escaped = true,
                (false, '"') => quoted = false,
                _ => {}
            }
            continue;
        }
        match character {
            '"' => quoted = true,
            '{' | '[' => {
                open.push(if character == '{' { '}' } else { ']' });
                cut = Some((at + 1, open.clone()));
            }
            '}' | ']' => drop(open.pop()),
            ',' => cut = Some((at, open.clone())),
            _ => {}
        }
    }
    let mut whole = text.to_owned();
    if escaped {
        whole.pop();
    }
    if quoted {
        whole.push('"');
    }
    let close = |mut text: String, open: &[char]| {
        text.extend(open.iter().rev());
        serde_json::from_str(&text).ok()
    };
    close(whole, &open).or_else(|| cut.and_then(|(at, open)| close(text.get(..at)?.to_owned(), &open)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_that_goes_on_is_read_as_far_as_it_is() {
        let table = [
            ("", None),
            ("{", Some(json!({}))),
            (r#"{"ti"#, Some(json!({}))),
            (r#"{"title""#, Some(json!({}))),
            (r#"{"title":"#, Some(json!({}))),
            (r#"{"title": "계획"#, Some(json!({ "title": "계획" }))),
            (r#"{"title": "계획\"#, Some(json!({ "title": "계획" }))),
            (r#"{"title": "계획", "ite"#, Some(json!({ "title": "계획" }))),
            (r#"{"items": ["하나", "두"#, Some(json!({ "items": ["하나", "두"] }))),
            (r#"{"items": ["하나", {"a": tr"#, Some(json!({ "items": ["하나", {}] }))),
            (r#"{"a": "{[\"", "b": 1}"#, Some(json!({ "a": "{[\"", "b": 1 }))),
        ];
        for (text, wanted) in table {
            assert_eq!(closed(text), wanted, "{text}");
        }
    }

    #[test]
    fn an_answer_by_a_schema_is_json_or_none() {
        assert!(matches!(whole("{\"a\": ", true), Err(Error::Answer(_))));
        assert_eq!(whole("{\"a\": \"글\\u0001\\n\\n둘\"}", true), Ok(json!({ "a": "글\n둘" })));
        assert_eq!(whole("{\"a\": ", false), Ok(json!("{\"a\":")));
    }

    proptest! {
        #[test]
        fn nothing_that_a_model_writes_panics(text in any::<String>(), cut in 0usize..200) {
            let _ = begun(&text, true);
            let json = json!({ "글": [text, { "a": 1 }] }).to_string();
            let end = (0..=cut.min(json.len())).rev().find(|&at| json.is_char_boundary(at)).unwrap_or_default();
            let _ = begun(&json[..end], true);
        }
    }
}
