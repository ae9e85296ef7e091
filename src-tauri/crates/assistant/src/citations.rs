//! From what the model wrote to what the person may trust: marks are checked, sentences are held against the
//! passages, and what no passage supports loses its citation.
//!
//! A small model forgets its marks, or copies the wrong one. So a mark is a hint, and the text decides: a sentence
//! is cited to the passage that shares most of its content words and *all* of its numbers.

use std::collections::HashSet;

use vault::{Citation, Passage};

/// A sentence that shares less than this part of its content words with a passage does not rest on it.
const SUPPORT: f32 = 0.5;
/// With the model's own mark on it, less is enough: it may have put the passage in other words.
const MARKED_SUPPORT: f32 = 0.3;

/// A passage as it stood in the prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Opaque id in the prompt, such as `k3`.
    pub id: String,
    /// The passage.
    pub passage: Passage,
}

/// A checked answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// With marks `[1]`, `[2]` … in order of first use.
    pub text: String,
    /// One for each mark.
    pub citations: Vec<Citation>,
}

/// Cuts text into content words; `library::Analyzer::morphemes` in the program.
pub type Words<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// Checks `answer` against `evidence`. `question` says which words of a sentence are only the question's echo:
/// they support nothing by themselves.
pub fn check(answer: &str, question: &str, evidence: &[Evidence], words: Words<'_>) -> Checked {
    let echo = Terms::of(question, words);
    let passages: Vec<Terms> = evidence.iter().map(|evidence| Terms::of(&context(&evidence.passage), words)).collect();
    let mut checked = Checked { text: String::new(), citations: Vec::new() };
    for piece in sentences(answer) {
        let (sentence, ids) = take_marks(piece, evidence);
        checked.text.push_str(sentence.trim_end());
        let terms = Terms::of(&sentence, words);
        if let Some(best) = best_passage(&terms, &echo, &passages, &ids) {
            let mark = mark_of(&mut checked.citations, &sentence, &evidence[best].passage, words);
            checked.text.push_str(&format!(" [{mark}]"));
        }
        let trailing = &sentence[sentence.trim_end().len()..];
        checked.text.push_str(trailing);
    }
    checked.text = checked.text.trim().to_owned();
    checked
}

/// The words of a passage that a sentence may rest on: its place counts, as "제7조" may be named nowhere else.
fn context(passage: &Passage) -> String {
    format!("{}\n{}", passage.heading_path.join("\n"), passage.text)
}

#[derive(Default)]
struct Terms {
    words: HashSet<String>,
    numbers: HashSet<String>,
}

impl Terms {
    fn of(text: &str, words: Words<'_>) -> Self {
        Self { words: words(text).into_iter().collect(), numbers: numbers(text) }
    }
}

/// The index of the passage that a sentence rests on, if any.
fn best_passage(terms: &Terms, echo: &Terms, passages: &[Terms], marked: &[usize]) -> Option<usize> {
    let new: HashSet<&String> = terms.words.iter().filter(|word| !echo.words.contains(*word)).collect();
    let mut best: Option<(f32, usize)> = None;
    for (index, passage) in passages.iter().enumerate() {
        // "1년에" of the question may be "연" in the passage; a number that the answer brings may not be made up.
        let mut brought = terms.numbers.difference(&echo.numbers);
        if !brought.all(|number| passage.numbers.contains(number)) || terms.words.is_empty() {
            continue;
        }
        // What the answer adds to the question decides; an answer that adds no word is weighed by all of them.
        let share = |of: &mut dyn Iterator<Item = &String>, total: usize| {
            of.filter(|word| passage.words.contains(*word)).count() as f32 / total.max(1) as f32
        };
        let all = share(&mut terms.words.iter(), terms.words.len());
        let support = if new.is_empty() { all } else { share(&mut new.iter().copied(), new.len()).min(1.0) };
        let needed = if marked.contains(&index) { MARKED_SUPPORT } else { SUPPORT };
        let score = support + all + if marked.contains(&index) { 0.1 } else { 0.0 };
        if support >= needed && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, index));
        }
    }
    best.map(|(_, index)| index)
}

fn mark_of(citations: &mut Vec<Citation>, sentence: &str, passage: &Passage, words: Words<'_>) -> u32 {
    let quote = quote(sentence, passage, words);
    if let Some(same) = citations.iter().find(|held| held.passage_id == passage.id && held.quote == quote) {
        return same.mark;
    }
    let mark = citations.len() as u32 + 1;
    citations.push(Citation {
        mark,
        passage_id: passage.id,
        document_id: passage.document_id,
        file: passage.file.clone(),
        page: passage.page,
        section: passage.section + 1,
        heading_path: passage.heading_path.clone(),
        quote,
    });
    mark
}

/// The sentence or table row of the passage that shares most with `sentence`, verbatim; numbers weigh double.
fn quote(sentence: &str, passage: &Passage, words: Words<'_>) -> String {
    let wanted = Terms::of(sentence, words);
    let score = |candidate: &str| {
        let terms = Terms::of(candidate, words);
        let shared = wanted.words.intersection(&terms.words).count() + 2 * wanted.numbers.intersection(&terms.numbers).count();
        // Of two that share as much, the shorter says it more exactly.
        (shared, std::cmp::Reverse(candidate.len()))
    };
    sentences(&passage.text)
        .into_iter()
        .map(str::trim)
        .filter(|candidate| !candidate.is_empty())
        .max_by_key(|candidate| score(candidate))
        .unwrap_or(&passage.text)
        .to_owned()
}

/// Takes the marks out of a sentence: the text without them, and the indices of the known ones. A bracket that
/// names no id of the prompt but has the form of one is dropped as well (it fails closed).
pub fn take_marks(sentence: &str, evidence: &[Evidence]) -> (String, Vec<usize>) {
    let mut text = String::new();
    let mut known = Vec::new();
    let mut rest = sentence;
    while let Some(open) = rest.find('[') {
        let (before, bracket) = rest.split_at(open);
        text.push_str(before);
        let Some(close) = bracket.find(']') else {
            rest = bracket;
            break;
        };
        let inside = &bracket[1..close];
        let ids: Vec<&str> = inside.split([',', ' ']).filter(|id| !id.is_empty()).collect();
        if !ids.is_empty() && ids.iter().all(|id| is_id(id)) {
            known.extend(ids.iter().filter_map(|id| evidence.iter().position(|evidence| evidence.id == **id)));
            let kept = text.trim_end().len();
            text.truncate(kept);
        } else {
            text.push_str(&bracket[..=close]);
        }
        rest = &bracket[close + 1..];
    }
    text.push_str(rest);
    (text, known)
}

/// The form of an id in the prompt, or of the bare number that a model writes out of habit.
pub fn is_id(text: &str) -> bool {
    let mut letters = text.chars();
    let first = letters.next();
    let rest = letters.as_str();
    let digits = !rest.is_empty() && rest.len() < 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    matches!(first, Some('a'..='z')) && digits
        || text.len() < 3 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Pieces of `text` that end with a sentence's end or a line's, each with what separates it from the next. Marks
/// behind a full stop belong to the sentence before it.
pub fn sentences(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'\n' => Some(at + 1),
            b'.' | b'!' | b'?' => {
                let mut next = at + 1;
                while let Some(skipped) = mark_at(&text[next..]) {
                    next += skipped;
                }
                let ended = next >= bytes.len() || bytes[next].is_ascii_whitespace();
                // "2026. 3. 1." and "1. 목적" are no sentences.
                let number = at > 0 && bytes[at - 1].is_ascii_digit();
                (ended && !number).then_some(next)
            }
            _ => None,
        };
        match end {
            Some(mut next) => {
                while next < bytes.len() && bytes[next].is_ascii_whitespace() {
                    next += 1;
                }
                pieces.push(&text[start..next]);
                (start, at) = (next, next);
            }
            None => at += 1,
        }
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// The length of a mark such as ` [k3]` at the start of `text`.
fn mark_at(text: &str) -> Option<usize> {
    let spaces = text.len() - text.trim_start_matches(' ').len();
    let inside = text[spaces..].strip_prefix('[')?;
    let close = inside.find(']')?;
    is_id(&inside[..close]).then_some(spaces + close + 2)
}

/// The numbers in `text`, without thousands separators: "1,000" and "1000" are one.
pub fn numbers(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut number = String::new();
    let characters: Vec<char> = text.chars().collect();
    for (index, character) in characters.iter().enumerate() {
        let next_is_digit = characters.get(index + 1).is_some_and(char::is_ascii_digit);
        match character {
            digit if digit.is_ascii_digit() => number.push(*digit),
            ',' if !number.is_empty() && next_is_digit => {}
            '.' if !number.is_empty() && next_is_digit => number.push('.'),
            _ if !number.is_empty() => {
                found.insert(std::mem::take(&mut number));
            }
            _ => {}
        }
    }
    if !number.is_empty() {
        found.insert(number);
    }
    found
}


#[cfg(test)]
mod tests;
