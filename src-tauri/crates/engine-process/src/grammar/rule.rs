//! Grammars as data, written down as GBNF.

use std::fmt::{Display, Formatter, Result, Write};

/// Times that a rule is repeated in one go; llama.cpp refuses more than 2,000 and writes each one out, so that longer
/// texts are made of parts.
pub const PART: usize = 64;

/// What a text may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// These letters.
    Text(String),
    /// One letter of a class, as GBNF writes it between brackets, and whether it is one of those.
    Class(Vec<(char, char)>, bool),
    /// One behind the other.
    All(Vec<Rule>),
    /// Any of these.
    Any(Vec<Rule>),
    /// So many times, at least and at most.
    Times(Box<Rule>, usize, Option<usize>),
    /// The named rule, by its number.
    Named(usize),
}

impl Rule {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A letter of these ranges.
    pub fn class(ranges: &[(char, char)]) -> Self {
        Self::Class(ranges.to_vec(), true)
    }

    pub fn all(rules: impl IntoIterator<Item = Rule>) -> Self {
        let flat = rules.into_iter().flat_map(|rule| match rule {
            Self::All(inner) => inner,
            rule => vec![rule],
        });
        Self::All(flat.collect())
    }

    pub fn any(rules: impl IntoIterator<Item = Rule>) -> Self {
        Self::Any(rules.into_iter().collect())
    }

    pub fn optional(self) -> Self {
        Self::Times(Box::new(self), 0, Some(1))
    }

    pub fn many(self, least: usize, most: Option<usize>) -> Self {
        Self::Times(Box::new(self), least, most)
    }

    /// So many times, in parts that llama.cpp repeats. The rule is written out up to six times: a long one needs a
    /// name.
    pub fn repeated(self, least: usize, most: Option<usize>) -> Self {
        let part = || self.clone().many(PART, Some(PART));
        let exactly = |number: usize| {
            let whole = (number >= PART).then(|| part().many(number / PART, Some(number / PART)));
            let rest = (number % PART > 0).then(|| self.clone().many(number % PART, Some(number % PART)));
            whole.into_iter().chain(rest)
        };
        let up_to = |number: usize| match (number / PART, number % PART) {
            (0, 0) => Self::all([]),
            (0, rest) => self.clone().many(0, Some(rest)),
            // Fewer whole parts and any rest, or all of them and what is left.
            (parts, rest) => Self::any([
                Self::all([part().many(0, Some(parts - 1)), self.clone().many(0, Some(PART - 1))]),
                Self::all([part().many(parts, Some(parts)), self.clone().many(0, Some(rest))]),
            ]),
        };
        match most {
            Some(0) => Self::all([]),
            None if least < PART => self.many(least, None),
            None => Self::all(exactly(least).chain([self.clone().many(0, None)])),
            Some(most) if most < PART => self.many(least, Some(most)),
            Some(most) => Self::all(exactly(least).chain([up_to(most.saturating_sub(least))])),
        }
    }
}

/// Named rules, the first of them the root.
#[derive(Debug, Clone, Default)]
pub struct Rules(pub Vec<Rule>);

impl Display for Rules {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (number, rule) in self.0.iter().enumerate() {
            write!(f, "{} ::= {rule}\n", name(number))?;
        }
        Ok(())
    }
}

fn name(number: usize) -> String {
    if number == 0 { "root".to_owned() } else { format!("r{number}") }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Text(text) => quoted(f, text),
            Self::Class(ranges, is_in) => {
                f.write_str(if *is_in { "[" } else { "[^" })?;
                for (first, last) in ranges {
                    in_class(f, *first)?;
                    if first != last {
                        f.write_char('-')?;
                        in_class(f, *last)?;
                    }
                }
                f.write_char(']')
            }
            Self::All(rules) if rules.is_empty() => f.write_str("\"\""),
            Self::All(rules) => separated(f, rules, " "),
            Self::Any(rules) => {
                f.write_char('(')?;
                separated(f, rules, " | ")?;
                f.write_char(')')
            }
            Self::Times(rule, least, most) => {
                let alone = matches!(**rule, Self::Text(_) | Self::Class(..) | Self::Any(_) | Self::Named(_));
                if alone { write!(f, "{rule}") } else { write!(f, "({rule})") }?;
                match (least, most) {
                    (0, Some(1)) => f.write_char('?'),
                    (0, None) => f.write_char('*'),
                    (1, None) => f.write_char('+'),
                    (least, Some(most)) if least == most => write!(f, "{{{least}}}"),
                    (least, Some(most)) => write!(f, "{{{least},{most}}}"),
                    (least, None) => write!(f, "{{{least},}}"),
                }
            }
            Self::Named(number) => f.write_str(&name(*number)),
        }
    }
}

fn separated(f: &mut Formatter<'_>, rules: &[Rule], between: &str) -> Result {
    for (at, rule) in rules.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        write!(f, "{rule}")?;
    }
    Ok(())
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> Result {
    f.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            letter if letter.is_ascii_control() => write!(f, "\\x{:02X}", letter as u32)?,
            letter => f.write_char(letter)?,
        }
    }
    f.write_char('"')
}

fn in_class(f: &mut Formatter<'_>, letter: char) -> Result {
    match letter {
        ']' | '[' | '\\' | '-' | '^' | '"' => write!(f, "\\x{:02X}", letter as u32),
        letter if letter.is_ascii_control() => write!(f, "\\x{:02X}", letter as u32),
        letter if letter.is_ascii() || letter.is_alphanumeric() => f.write_char(letter),
        // Blanks, marks and what nobody has assigned cannot be read where they stand.
        letter if letter <= '\u{ffff}' => write!(f, "\\u{:04X}", letter as u32),
        letter => write!(f, "\\U{:08X}", letter as u32),
    }
}
