//! The names in a text: proper nouns, Latin words and what stands in quotation marks.

use library::normalise;

use super::Words;
use super::source::flat;

/// Longer than this, what is quoted is no term but a sentence.
const LONGEST_TERM: usize = 40;

/// The names in a text, each once, as [`flat`] has them.
pub fn names(text: &str, proper: Words<'_>) -> Vec<String> {
    let text = normalise(text).replace("<br>", " ");
    let mut names: Vec<String> = proper(&text);
    names.extend(latin(&text).map(str::to_owned));
    names.extend(quoted(&text).map(flat));
    names.sort_unstable();
    names.dedup();
    names
}

/// Words that begin with a Latin letter: `pdf`, `h100`, `covid-19`, an address.
fn latin(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.@&".contains(letter))
        .map(|word| word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()))
        .filter(|word| word.len() > 1 && word.starts_with(|letter: char| letter.is_ascii_alphabetic()))
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    const MARKS: [(char, char); 8] =
        [('‘', '’'), ('“', '”'), ('「', '」'), ('『', '』'), ('《', '》'), ('〈', '〉'), ('"', '"'), ('\'', '\'')];
    MARKS.into_iter().flat_map(move |(open, close)| between(text, open, close))
}

fn between(text: &str, open: char, close: char) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find(open)? + open.len_utf8()..];
            // '26 is a year.
            if rest.starts_with(|letter: char| letter.is_ascii_digit()) && open == '\'' {
                continue;
            }
            let (term, behind) = rest.split_at(rest.find(close)?);
            rest = &behind[close.len_utf8()..];
            let term = term.trim_matches(|letter: char| !letter.is_alphanumeric());
            if !term.is_empty() && term.chars().count() <= LONGEST_TERM {
                return Some(term);
            }
        }
    })
}
