//! A text as the finder sees it: a character for each of the text's, what people write in many ways folded into one.

use crate::table::{self, Cell};

/// Characters whose places are those of the text's characters.
pub(crate) struct Page {
    chars: Vec<char>,
    cells: Vec<Cell>,
}

/// A piece of personal information, in places of characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub kind: crate::Kind,
    pub start: usize,
    pub end: usize,
    pub confidence: crate::Confidence,
}

impl Hit {
    pub(crate) fn new(kind: crate::Kind, start: usize, end: usize, sure: bool) -> Self {
        let confidence = if sure { crate::Confidence::Sure } else { crate::Confidence::Likely };
        Self { kind, start, end, confidence }
    }
}

/// Full-width forms, hyphens, spaces and line breaks to the plainest of their like.
fn folded(each: char) -> char {
    match each {
        '\0'..='~' if each != '\u{b}' && each != '\u{c}' => each,
        '가'..='힣' => each,
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(each as u32 - 0xfee0) {
            Some(plain) => plain,
            None => each,
        },
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{ad}' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' | '─' | '➖' => '-',
        '∼' | '〜' | '˜' | '〰' => '~',
        'ㆍ' | '・' | '∙' | '•' | '‧' => '·',
        '│' | '┃' | '¦' => '|',
        '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        _ => each,
    }
}

pub(crate) fn is_hangul(each: char) -> bool {
    ('가'..='힣').contains(&each)
}

/// A letter or digit of ASCII, or what joins them into words.
pub(crate) fn is_word(each: char) -> bool {
    each.is_ascii_alphanumeric() || each == '_' || each == '*'
}

impl Page {
    pub(crate) fn new(text: &str) -> Self {
        let mut chars: Vec<char> = Vec::with_capacity(text.len() / 2);
        let mut rest = text.chars().peekable();
        while let Some(each) = rest.next() {
            chars.push(match each {
                // Of a line break of two characters, the second breaks the line.
                '\r' if rest.peek() == Some(&'\n') => ' ',
                '\r' => '\n',
                _ => folded(each),
            });
        }
        let cells = table::cells(&chars);
        Self { chars, cells }
    }

    /// The cells that lie below a head, in order.
    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The character at a place; a line break past the end.
    pub(crate) fn at(&self, place: usize) -> char {
        self.chars.get(place).copied().unwrap_or('\n')
    }

    /// The character before a place; a line break before the start.
    pub(crate) fn before(&self, place: usize) -> char {
        self.back(place, 1)
    }

    /// The character some steps before a place; a line break before the start.
    pub(crate) fn back(&self, place: usize, steps: usize) -> char {
        place.checked_sub(steps).map_or('\n', |before| self.at(before))
    }

    /// Where a word that lies at a place ends.
    pub(crate) fn word(&self, place: usize, word: &str) -> Option<usize> {
        let mut at = place;
        for each in word.chars() {
            if self.at(at) != each {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    /// Where the first of `words` that lies at a place ends.
    pub(crate) fn any(&self, place: usize, words: &[&str]) -> Option<usize> {
        words.iter().find_map(|word| self.word(place, word))
    }

    /// Past spaces, `most` at most.
    pub(crate) fn past_spaces(&self, place: usize, most: usize) -> usize {
        (place..place + most).find(|&at| !matches!(self.at(at), ' ' | '\t')).unwrap_or(place + most)
    }

    /// Past what `of` holds for, `most` characters at most.
    pub(crate) fn past(&self, place: usize, most: usize, of: impl Fn(char) -> bool) -> usize {
        (place..place + most).find(|&at| !of(self.at(at))).unwrap_or(place + most)
    }

    /// The values of the digits in a range.
    pub(crate) fn digits(&self, start: usize, end: usize) -> impl Iterator<Item = u8> + '_ {
        self.chars
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .filter_map(|each| each.to_digit(10).map(|digit| digit as u8))
    }

    /// What is written just before a place; in a table, the head of the column too.
    pub(crate) fn context_before(&self, place: usize, most: usize) -> Context {
        let mut chars = Vec::with_capacity(most);
        let cell = self.cells.get(self.cells.partition_point(|cell| cell.text.end <= place));
        match cell.filter(|cell| cell.text.start <= place) {
            Some(cell) => {
                self.gather(cell.text.start, place, most, &mut chars);
                self.gather(cell.head.start, cell.head.end, most, &mut chars);
                self.gather(0, cell.text.start, most, &mut chars);
            }
            None => self.gather(0, place, most, &mut chars),
        }
        chars.reverse();
        Context { chars }
    }

    /// Adds the characters before `end` that are not spaces, the last first.
    fn gather(&self, start: usize, end: usize, most: usize, into: &mut Vec<char>) {
        let (mut breaks, mut spaced) = (0, false);
        for at in (start..end).rev().take(most * 3) {
            match self.at(at) {
                _ if into.len() >= most => return,
                '\n' if breaks == 2 => return,
                each if matches!(each, '\n' | ' ' | '\t' | '|') => {
                    breaks += usize::from(each == '\n');
                    spaced = true;
                }
                each => {
                    // Between Latin letters a space parts words; Korean is spaced at will.
                    if spaced && each.is_ascii_alphanumeric() && into.last().is_some_and(char::is_ascii_alphanumeric) {
                        into.push(' ');
                    }
                    into.push(each.to_ascii_lowercase());
                    spaced = false;
                }
            }
        }
    }

    /// What is written just after a place, on its line.
    pub(crate) fn context_after(&self, place: usize, most: usize) -> Context {
        let line =
            (place..place + most * 2).map(|at| self.at(at).to_ascii_lowercase()).take_while(|&each| each != '\n');
        Context { chars: line.filter(|each| !matches!(each, ' ' | '\t' | '|')).take(most).collect() }
    }
}

/// What is written near a place, without spaces, in small letters.
pub(crate) struct Context {
    chars: Vec<char>,
}

impl Context {
    /// How many characters lie between the last of any of `words` and the end; a Latin word stands by itself.
    pub(crate) fn distance(&self, words: &[&str]) -> Option<usize> {
        words.iter().filter_map(|word| self.last(word)).min()
    }

    fn last(&self, word: &str) -> Option<usize> {
        let length = word.chars().count();
        let latin = word.starts_with(|each: char| each.is_ascii_alphabetic());
        let parted = |at: usize| !latin || at == 0 || !self.chars[at - 1].is_ascii_alphanumeric();
        (0..(self.chars.len() + 1).saturating_sub(length))
            .rev()
            .find(|&at| parted(at) && word.chars().eq(self.chars[at..at + length].iter().copied()))
            .map(|at| self.chars.len() - at - length)
    }

    pub(crate) fn has(&self, words: &[&str]) -> bool {
        self.distance(words).is_some()
    }
}
