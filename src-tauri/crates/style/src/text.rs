//! A text, its lines, and what in it is not ours to change.

use std::ops::Range;

use crate::scan::is_space;

/// Opening and closing signs of what is quoted from elsewhere.
const QUOTES: [(char, char); 9] = [
    ('“', '”'),
    ('‘', '’'),
    ('「', '」'),
    ('『', '』'),
    ('《', '》'),
    ('〈', '〉'),
    ('<', '>'),
    ('"', '"'),
    ('`', '`'),
];

/// The longest quotation, in characters. An opening sign that is closed further away was none.
const LONGEST: usize = 300;

const FILES: [&str; 14] = [
    ".hwp", ".pdf", ".doc", ".xls", ".ppt", ".zip", ".jpg", ".png", ".txt", ".csv", ".json", ".xml", ".htm", ".toml",
];

pub(crate) struct Text<'a> {
    pub whole: &'a str,
    /// Without their line ends.
    pub lines: Vec<Range<usize>>,
    kept: Vec<Range<usize>>,
}

impl<'a> Text<'a> {
    pub fn new(whole: &'a str) -> Self {
        let mut at = 0;
        let mut lines = Vec::new();
        for line in whole.split('\n') {
            lines.push(at..at + line.trim_end_matches('\r').len());
            at += line.len() + 1;
        }
        let mut kept = fences(whole, &lines);
        for line in &lines {
            quotes(whole, line, &mut kept);
            tokens(whole, line, &mut kept);
        }
        kept.sort_by_key(|range| range.start);
        // Those that lie in one another become one, so that a look-up needs the last before a place only.
        let mut merged: Vec<Range<usize>> = Vec::new();
        for range in kept {
            match merged.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Self { whole, lines, kept: merged }
    }

    /// That a range reaches into what is kept as it is.
    pub fn is_kept(&self, range: &Range<usize>) -> bool {
        let next = self.kept.partition_point(|kept| kept.end <= range.start);
        self.kept.get(next).is_some_and(|kept| kept.start < range.end)
    }

    pub fn before(&self, at: usize) -> Option<char> {
        self.whole[..at].chars().next_back()
    }

    pub fn after(&self, at: usize) -> Option<char> {
        self.whole[at..].chars().next()
    }

    /// That a word may begin here.
    pub fn starts_word(&self, at: usize) -> bool {
        self.before(at).is_none_or(|before| !before.is_alphanumeric() && before != '_')
    }

    /// The places of a sign.
    pub fn places(&self, sign: char) -> impl Iterator<Item = usize> + '_ {
        self.whole.match_indices(sign).map(|(at, _)| at)
    }

    /// The places where a run of digits begins.
    pub fn numbers(&self) -> impl Iterator<Item = usize> + '_ {
        let bytes = self.whole.as_bytes();
        let digit = move |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        (0..bytes.len()).filter(move |at| digit(*at) && (*at == 0 || !digit(*at - 1)))
    }
}

fn fences(whole: &str, lines: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut kept = Vec::new();
    let mut open = None;
    for line in lines {
        if whole[line.clone()].trim_start().starts_with("```") {
            match open.take() {
                None => open = Some(line.start),
                Some(start) => kept.push(start..line.end),
            }
        }
    }
    kept.extend(open.map(|start| start..whole.len()));
    kept
}

fn quotes(whole: &str, line: &Range<usize>, kept: &mut Vec<Range<usize>>) {
    let mut at = line.start;
    while let Some(char) = whole[at..line.end].chars().next() {
        let next = at + char.len_utf8();
        let straight = char == '\'' && whole[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        let closing = if straight { Some('\'') } else { QUOTES.iter().find(|pair| pair.0 == char).map(|pair| pair.1) };
        let end = closing.and_then(|closing| {
            let inside = whole[next..line.end].char_indices().take(LONGEST);
            let (length, _) = inside.into_iter().find(|(_, char)| *char == closing)?;
            (length > 0).then_some(next + length + closing.len_utf8())
        });
        // '26. 3. 1. and ‘26. 3. 1. are years, and x < 3 is no quotation.
        let year = matches!(char, '\'' | '‘') && whole[next..line.end].starts_with(|char: char| char.is_ascii_digit());
        let less = char == '<' && whole[next..line.end].starts_with(is_space);
        match end {
            Some(end) if !year && !less => {
                kept.push(at..end);
                at = end;
            }
            _ => at = next,
        }
    }
}

/// Addresses of pages and people, and names of files.
fn tokens(whole: &str, line: &Range<usize>, kept: &mut Vec<Range<usize>>) {
    let mut at = line.start;
    for token in whole[line.clone()].split(is_space) {
        let start = at;
        at += token.len() + whole[at + token.len()..].chars().next().map_or(0, char::len_utf8);
        let lower = token.to_ascii_lowercase();
        if lower.contains("://") || lower.contains("www.") || (token.contains('@') && token.contains('.')) {
            // Hangul behind an address is a particle or the next word, but a path may hold it as well: all is kept.
            kept.push(start..start + token.len());
        } else if let Some(end) = FILES.iter().filter_map(|file| lower.rfind(file).map(|on| on + file.len())).max() {
            kept.push(start..start + end);
        }
    }
}
