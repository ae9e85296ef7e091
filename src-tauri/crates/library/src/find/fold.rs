use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::hangul;

/// A text's letters as they are compared: one form of each (NFKC) in lower case, whatever its width and however its
/// Hangul is composed. Consonants that stand alone stay as a keyboard writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    letters: Vec<char>,
    /// The character of the text that each letter comes from, and last how many there are.
    from: Vec<usize>,
}

impl Folded {
    pub fn of(text: &str) -> Self {
        let most = text.len() / 2;
        let mut folded = Self { letters: Vec::with_capacity(most), from: Vec::with_capacity(most + 1) };
        let mut characters = text.chars().zip(0..).peekable();
        let mut count = 0;
        let mut cluster = String::new();
        while let Some((character, at)) = characters.next() {
            count = at + 1;
            let alone = !characters.peek().is_some_and(|(next, _)| joins(*next));
            match character {
                // What is not seen: a soft hyphen, a place to break, a byte order mark.
                '\u{ad}' | '\u{200b}' | '\u{feff}' => continue,
                '가'..='힣' | '\u{3131}'..='\u{318e}' if alone => folded.push(character, at),
                '\0'..='\x7f' if alone => folded.push(character.to_ascii_lowercase(), at),
                _ => {
                    cluster.clear();
                    cluster.push(character);
                    while let Some((next, place)) = characters.next_if(|(next, _)| joins(*next)) {
                        cluster.push(next);
                        count = place + 1;
                    }
                    for letter in cluster.nfkc().flat_map(char::to_lowercase) {
                        folded.push(hangul::typed(letter), at);
                    }
                }
            }
        }
        folded.from.push(count);
        folded
    }

    fn push(&mut self, letter: char, from: usize) {
        self.letters.push(letter);
        self.from.push(from);
    }

    pub fn letters(&self) -> &[char] {
        &self.letters
    }

    /// The characters of the text that letters come from.
    pub fn characters(&self, letters: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let place = |letter: usize| self.from.get(letter).or(self.from.last()).copied().unwrap_or_default();
        let start = place(letters.start);
        let last = place(letters.end.saturating_sub(1));
        // The letters of one character come from the same place: it ends where the next one begins.
        let behind = self.from.get(letters.end..).unwrap_or_default();
        let end = behind.iter().copied().find(|from| *from > last).unwrap_or(last);
        start..end
    }
}

/// True for what belongs to the character before it: marks, and vowels and finals of Hangul in parts.
fn joins(character: char) -> bool {
    match character {
        '\u{1160}'..='\u{11ff}' => true,
        '\0'..='\u{2ff}' | '가'..='힣' => false,
        _ => is_combining_mark(character),
    }
}
