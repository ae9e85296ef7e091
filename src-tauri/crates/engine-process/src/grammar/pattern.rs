//! Regular expressions, as `pattern` has them, into rules for the inside of a JSON string.
//!
//! Known is the part of ECMA-262 that forms need: letters, `.`, classes (`[가-힣]`, `[^0-9]`, and `\d \w \s` with their
//! opposites, digits and word letters being ASCII), groups `( )` and `(?: )`, `|`, `* + ? {n} {n,} {n,m}` (lazy ones take
//! the same texts), escapes, and `^` and `$` at the ends; an expression without them may stand anywhere in the text.
//! Everything else (looking around, references back, names of groups, `\b`, `\p`, flags) is refused. A letter that JSON
//! must escape is written in its short form; control characters that have none are not written.

use super::rule::Rule;

/// The most times that a quantifier may say.
const MOST_TIMES: usize = 1_000;
/// Groups inside each other.
const DEEPEST: usize = 24;
/// Letters in the expression.
const LONGEST: usize = 2_000;

/// Why an expression is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// It says something that is not known.
    Unknown(String),
    /// It is too long, or says too many times.
    TooLarge(String),
}

/// A part of an expression, and how many letters its texts have.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub rule: Rule,
    pub least: usize,
    /// Any number where there is none.
    pub most: Option<usize>,
}

/// One of an expression's choices, and whether a text must begin and end with it.
#[derive(Debug, PartialEq)]
pub struct Choice {
    pub piece: Piece,
    pub at_start: bool,
    pub at_end: bool,
}

/// Reads an expression.
///
/// # Errors
/// What of it is not known.
pub fn read(expression: &str) -> Result<Vec<Choice>, Fault> {
    let letters: Vec<char> = expression.chars().collect();
    if letters.len() > LONGEST {
        return Err(Fault::TooLarge(format!("{} letters", letters.len())));
    }
    let mut reader = Reader { letters, at: 0 };
    let mut choices = Vec::new();
    loop {
        let at_start = reader.takes('^');
        let piece = reader.sequence(0)?;
        choices.push(Choice { piece, at_start, at_end: reader.takes('$') });
        match reader.next() {
            None => return Ok(choices),
            Some('|') => {}
            Some(letter) => return Err(unknown(format!("{letter} at letter {}", reader.at))),
        }
    }
}

fn unknown(what: impl Into<String>) -> Fault {
    Fault::Unknown(what.into())
}

struct Reader {
    letters: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek();
        self.at += usize::from(letter.is_some());
        letter
    }

    fn takes(&mut self, letter: char) -> bool {
        let is_next = self.peek() == Some(letter);
        self.at += usize::from(is_next);
        is_next
    }

    /// Parts behind each other, up to where a choice ends.
    fn sequence(&mut self, depth: usize) -> Result<Piece, Fault> {
        let (mut rules, mut least, mut most) = (Vec::new(), 0_usize, Some(0_usize));
        while let Some(letter) = self.peek().filter(|letter| !matches!(letter, '|' | ')' | '$')) {
            let piece = match letter {
                '(' => self.group(depth)?,
                letter => {
                    self.at += 1;
                    one(&self.class_of(letter)?)?
                }
            };
            let piece = self.quantified(piece)?;
            least = least.saturating_add(piece.least);
            most = most.zip(piece.most).map(|(most, more)| most.saturating_add(more));
            rules.push(piece.rule);
        }
        Ok(Piece { rule: Rule::all(rules), least, most })
    }

    fn group(&mut self, depth: usize) -> Result<Piece, Fault> {
        if depth >= DEEPEST {
            return Err(Fault::TooLarge(format!("groups deeper than {DEEPEST}")));
        }
        self.at += 1;
        if self.takes('?') && !self.takes(':') {
            return Err(unknown("(?"));
        }
        let (mut rules, mut least, mut most) = (Vec::new(), usize::MAX, Some(0_usize));
        loop {
            let piece = self.sequence(depth + 1)?;
            least = least.min(piece.least);
            most = most.zip(piece.most).map(|(most, other)| most.max(other));
            rules.push(piece.rule);
            match self.next() {
                Some('|') => {}
                Some(')') => return Ok(Piece { rule: Rule::any(rules), least, most }),
                Some(letter) => return Err(unknown(format!("{letter} inside a group"))),
                None => return Err(unknown("( without )")),
            }
        }
    }

    /// A part as often as what follows it says.
    fn quantified(&mut self, piece: Piece) -> Result<Piece, Fault> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.at += 1;
                self.counts()?
            }
            _ => return Ok(piece),
        };
        // Past the sign, or the brace behind counts.
        self.at += 1;
        self.takes('?');
        if let Some(letter) = self.peek().filter(|letter| matches!(letter, '*' | '+' | '?' | '{')) {
            return Err(unknown(format!("{letter} behind a quantifier")));
        }
        if let Some(times) = most.or(Some(least)).filter(|times| *times > MOST_TIMES) {
            return Err(Fault::TooLarge(format!("{times} times")));
        }
        if most.is_some_and(|most| most < least) {
            return Err(unknown(format!("{{{least},{}}}", most.unwrap_or(0))));
        }
        if most.is_none() && piece.least == 0 {
            return Err(unknown("a repetition without end of what may be empty"));
        }
        let letters = match (piece.most, most) {
            (Some(0), _) => Some(0),
            (of_one, times) => of_one.zip(times).map(|(of_one, times)| of_one.saturating_mul(times)),
        };
        Ok(Piece { least: piece.least.saturating_mul(least), most: letters, rule: piece.rule.many(least, most) })
    }

    /// The inside of `{n}`, `{n,}` or `{n,m}`, up to the closing brace.
    fn counts(&mut self) -> Result<(usize, Option<usize>), Fault> {
        let least = self.count()?.ok_or_else(|| unknown("{"))?;
        let most = if self.takes(',') { self.count()? } else { Some(least) };
        if self.peek() == Some('}') { Ok((least, most)) } else { Err(unknown("{ without }")) }
    }

    fn count(&mut self) -> Result<Option<usize>, Fault> {
        let mut digits = String::new();
        while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
            digits.push(digit);
            self.at += 1;
        }
        match digits.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) if digits.is_empty() => Ok(None),
            Err(_) => Err(Fault::TooLarge(format!("{digits} times"))),
        }
    }

    /// The letters that a sign outside a class stands for; it has been taken.
    fn class_of(&mut self, letter: char) -> Result<Letters, Fault> {
        match letter {
            '.' => Ok(opposite(&of(&['\n', '\r', '\u{2028}', '\u{2029}']))),
            '[' => self.class(),
            '\\' => self.escaped(),
            '^' | '*' | '+' | '?' | '{' | '}' | ']' => Err(unknown(format!("{letter} at letter {}", self.at))),
            letter => Ok(of(&[letter])),
        }
    }

    /// A class, behind its opening bracket.
    fn class(&mut self) -> Result<Letters, Fault> {
        let is_opposite = self.takes('^');
        let mut letters = Letters::new();
        loop {
            let first = match self.next() {
                None => return Err(unknown("[ without ]")),
                Some(']') => break,
                Some('[') => return Err(unknown("[ inside a class")),
                Some('\\') => self.escaped()?,
                Some(letter) => of(&[letter]),
            };
            let is_range = self.peek() == Some('-') && self.letters.get(self.at + 1).is_some_and(|next| *next != ']');
            if !is_range {
                letters.extend(first);
                continue;
            }
            self.at += 1;
            let last = match self.next() {
                Some('\\') => self.escaped()?,
                Some(letter) if letter != '[' => of(&[letter]),
                _ => return Err(unknown("[ inside a class")),
            };
            match (&*first, &*last) {
                ([(first, same)], [(last, end)]) if first == same && last == end && first <= last => {
                    letters.push((*first, *last))
                }
                _ => return Err(unknown("a range that is none")),
            }
        }
        let letters = sorted(letters);
        Ok(if is_opposite { opposite(&letters) } else { letters })
    }

    /// What stands behind a backslash.
    fn escaped(&mut self) -> Result<Letters, Fault> {
        let digits = || vec![(u32::from('0'), u32::from('9'))];
        let word = || sorted(vec![(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)]);
        let blank = || {
            let other = [0x20, 0xa0, 0x1680, 0x202f, 0x205f, 0x3000, 0xfeff].map(|letter| (letter, letter));
            sorted(other.into_iter().chain([(0x09, 0x0d), (0x2000, 0x200a), (0x2028, 0x2029)]).collect())
        };
        let letter = self.next().ok_or_else(|| unknown("\\ at the end"))?;
        Ok(match letter {
            'd' => digits(),
            'D' => opposite(&digits()),
            'w' => word(),
            'W' => opposite(&word()),
            's' => blank(),
            'S' => opposite(&blank()),
            'n' => of(&['\n']),
            'r' => of(&['\r']),
            't' => of(&['\t']),
            'f' => of(&['\u{c}']),
            'x' => of(&[self.hexadecimal(2)?]),
            'u' => of(&[self.hexadecimal(4)?]),
            letter if letter.is_ascii_punctuation() && letter != '_' => of(&[letter]),
            letter => return Err(unknown(format!("\\{letter}"))),
        })
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<char, Fault> {
        let number = (0..digits).try_fold(0, |number, _| Some(number * 16 + self.next()?.to_digit(16)?));
        number.and_then(char::from_u32).ok_or_else(|| unknown("\\x or \\u without a letter's digits"))
    }
}

/// Letters as ranges of their numbers, ends included.
type Letters = Vec<(u32, u32)>;

fn of(letters: &[char]) -> Letters {
    sorted(letters.iter().map(|letter| (u32::from(*letter), u32::from(*letter))).collect())
}

/// In order, and joined where they touch.
fn sorted(mut letters: Letters) -> Letters {
    letters.sort_unstable();
    let mut joined = Letters::new();
    for (first, last) in letters {
        match joined.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => joined.push((first, last)),
        }
    }
    joined
}

fn opposite(letters: &[(u32, u32)]) -> Letters {
    let (mut others, mut next) = (Letters::new(), 0);
    for (first, last) in letters {
        if next < *first {
            others.push((next, first - 1));
        }
        next = last + 1;
    }
    if next <= u32::from(char::MAX) {
        others.push((next, u32::from(char::MAX)));
    }
    others
}

/// One of some letters, as JSON writes them.
fn one(letters: &[(u32, u32)]) -> Result<Piece, Fault> {
    const ESCAPED: [(char, &str); 7] = [
        ('"', "\\\""),
        ('\\', "\\\\"),
        ('\n', "\\n"),
        ('\r', "\\r"),
        ('\t', "\\t"),
        ('\u{8}', "\\b"),
        ('\u{c}', "\\f"),
    ];
    let holds = |letter: char| letters.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(letter)));
    let escapes = ESCAPED.iter().filter(|(letter, _)| holds(*letter)).map(|(_, written)| Rule::text(*written));
    // Surrogates are no letters.
    let never = [(0, 0x1f), (0x22, 0x22), (0x5c, 0x5c), (0x7f, 0x7f), (0xd800, 0xdfff)];
    let plain = opposite(&sorted(opposite(letters).into_iter().chain(never).collect()));
    let plain: Vec<(char, char)> =
        plain.into_iter().filter_map(|(first, last)| Some((char::from_u32(first)?, char::from_u32(last)?))).collect();
    let plain = match *plain {
        [] => None,
        [(first, last)] if first == last => Some(Rule::text(first)),
        _ => Some(Rule::Class(plain, true)),
    };
    let mut rules: Vec<Rule> = plain.into_iter().chain(escapes).collect();
    let rule = match rules.len() {
        0 => return Err(unknown("a class of no letter that JSON can have")),
        1 => rules.remove(0),
        _ => Rule::Any(rules),
    };
    Ok(Piece { rule, least: 1, most: Some(1) })
}
