//! A place in a text that moves on over what it recognises.

/// Where a rule reads.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Moves over a piece of text where it stands here.
    pub fn eat(&mut self, piece: &str) -> bool {
        let there = self.rest().starts_with(piece);
        if there {
            self.at += piece.len();
        }
        there
    }

    /// Moves over the first of several that stands here.
    pub fn eat_any<'p>(&mut self, pieces: &[&'p str]) -> Option<&'p str> {
        pieces.iter().copied().find(|piece| self.eat(piece))
    }

    /// Moves over spaces of a line, and says how many.
    pub fn spaces(&mut self) -> usize {
        let count = self.rest().chars().take_while(|char| is_space(*char)).count();
        self.at += self.rest().chars().take(count).map(char::len_utf8).sum::<usize>();
        count
    }

    /// Moves over a whole number of at most so many digits.
    pub fn number(&mut self, most: usize) -> Option<u32> {
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 || length > most {
            return None;
        }
        let value = self.rest()[..length].parse().ok()?;
        self.at += length;
        Some(value)
    }
}

/// A space within a line.
pub(crate) fn is_space(char: char) -> bool {
    matches!(char, ' ' | '\u{a0}' | '\u{3000}' | '\t')
}

/// The signs that stand between the ends of a span.
pub(crate) const TILDES: [&str; 4] = ["~", "∼", "～", "〜"];
