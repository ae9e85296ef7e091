//! The lexical check of a chat template.

use crate::error::{Error, Result};

/// The longest chat template, in bytes.
pub const MAX_TEMPLATE: usize = 256 << 10;

/// The statements that bring in other templates.
const REACHING: [&str; 4] = ["include", "import", "extends", "from"];

/// Refuses a Jinja chat template that is over [`MAX_TEMPLATE`] bytes or that reaches outside itself: `include`,
/// `import`, `extends`, `from … import`, and names such as `__class__` within `{% %}` and `{{ }}`.
///
/// It reads letters, not meaning: a name that a template puts together when it runs gets past. The renderer has no
/// loader and no such attributes either; this is the second fence.
///
/// # Errors
/// [`Error::TemplateRefused`], which says what was found.
pub fn check_template(template: &str) -> Result<()> {
    let refused = |what: &str| Err(Error::TemplateRefused(what.to_owned()));
    if template.len() > MAX_TEMPLATE {
        return refused("it is too long");
    }
    // Looked for everywhere, in comments and texts too: to tell these from what runs takes a parser, and one that
    // errs in a single place would let a statement by.
    let statements = || template.match_indices("{%").map(|(place, _)| first_word(&template[place + 2..]));
    if let Some(word) = statements().find(|word| REACHING.contains(word)) {
        return refused(word);
    }
    // After a `raw` what is text and what is code is not told apart.
    let spans = if statements().any(|word| word == "raw") { vec![template] } else { code(template) };
    match spans.into_iter().find_map(dunder) {
        Some(name) => refused(name),
        None => Ok(()),
    }
}

/// The word that a statement begins with.
fn first_word(inside: &str) -> &str {
    let inside = inside.strip_prefix(['-', '+']).unwrap_or(inside).trim_start();
    &inside[..inside.find(|letter| !is_word(letter)).unwrap_or(inside.len())]
}

/// A name with two underscores on either side.
fn dunder(code: &str) -> Option<&str> {
    code.split(|letter| !is_word(letter)).find(|word| word.len() > 4 && word.starts_with("__") && word.ends_with("__"))
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// What lies within `{% %}` and `{{ }}`, texts in quotation marks included; one that does not end goes to the end.
fn code(template: &str) -> Vec<&str> {
    let mut spans = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.match_indices('{').map(|(place, _)| place).find(|&place| {
        matches!(rest.as_bytes().get(place + 1), Some(b'{' | b'%' | b'#'))
    }) {
        let inside = &rest[start + 2..];
        let (end, is_code) = match rest.as_bytes()[start + 1] {
            b'#' => (inside.find("#}"), false),
            b'%' => (end(inside, b'%'), true),
            _ => (end(inside, b'}'), true),
        };
        let length = end.unwrap_or(inside.len());
        if is_code {
            spans.push(&inside[..length]);
        }
        rest = inside.get(length + 2..).unwrap_or_default();
    }
    spans
}

/// Where the `%}` or `}}` is that ends a piece of code: outside quotation marks and brackets.
fn end(inside: &str, mark: u8) -> Option<usize> {
    let bytes = inside.as_bytes();
    let (mut quote, mut depth, mut place) = (None, 0_usize, 0);
    while let Some(&byte) = bytes.get(place) {
        match (quote, byte) {
            (Some(_), b'\\') => place += 1,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, _) if depth == 0 && byte == mark && bytes.get(place + 1) == Some(&b'}') => return Some(place),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        place += 1;
    }
    None
}
