use std::ops::{Range, RangeInclusive};

use super::fold::Folded;
use super::hangul::{self, Syllable};
use crate::forms::forms;

/// Letters that a word must have to be found across a space: 복무규정 in 복무 규정, but not 연가 in 매연 가스.
const ACROSS: usize = 4;

/// What is typed, as it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// All of them have to stand there …
    pub words: Vec<Word>,
    /// … or these numbers, dates and articles in any form, …
    pub forms: Vec<String>,
    /// … and the words that are none of them.
    pub rest: Vec<Word>,
}

/// A word that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The ways in which it may stand in a text, as it is typed first.
    pub shapes: Vec<Vec<Unit>>,
    /// The content words that it is made of, which stand for it where it does not stand there itself.
    pub parts: Vec<Vec<Unit>>,
    /// It may go on.
    pub open: bool,
}

/// The letters that may stand at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    pub ranges: Vec<RangeInclusive<char>>,
    /// The one that was typed; `None` of a consonant that stands for a syllable.
    pub typed: Option<char>,
}

/// Where a word stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Which of the words.
    pub word: usize,
    /// Characters of the text.
    pub range: Range<usize>,
    /// It stands there as it was typed, and not as what it may become.
    pub exact: bool,
    /// A word of the text begins there.
    pub begins: bool,
}

impl Asked {
    /// Reads what is typed. The last word may go on unless a space is behind it; `morphemes` gives the content words
    /// of a text.
    pub fn read(query: &str, morphemes: impl Fn(&str) -> Vec<String>) -> Self {
        let folded = Folded::of(query);
        let letters = folded.letters();
        let typing = letters.last().is_some_and(|letter| !letter.is_whitespace());
        let written: Vec<&[char]> = letters.split(|letter| letter.is_whitespace()).map(trimmed).collect();
        let last = written.len().saturating_sub(1);
        let mut words = Vec::new();
        let mut rest = Vec::new();
        for (index, written) in written.into_iter().enumerate().filter(|(_, written)| !written.is_empty()) {
            let word = Word::read(written, typing && index == last, &morphemes);
            let numeric = written.iter().any(char::is_ascii_digit) || !forms(&text(written)).is_empty();
            if !numeric {
                rest.push(word.clone());
            }
            words.push(word);
        }
        Self { words, forms: forms(&text(letters)), rest }
    }

    /// Where each of the words stands in a text.
    pub fn spots(&self, text: &Folded) -> Vec<Spot> {
        let spots = |(number, word): (usize, &Word)| word.spots(text, number);
        self.words.iter().enumerate().flat_map(spots).collect()
    }

    /// Which of the words are among spots.
    pub fn had(&self, spots: &[Spot]) -> Vec<bool> {
        let mut had = vec![false; self.words.len()];
        for spot in spots {
            had[spot.word] = true;
        }
        had
    }

    /// True where a text has all the numbers, dates and articles that are asked for, in whatever form.
    pub fn has_forms(&self, text: &Folded) -> bool {
        if self.forms.is_empty() {
            return false;
        }
        let found = forms(&self::text(text.letters()));
        self.forms.iter().all(|form| found.contains(form))
            && self.rest.iter().all(|word| !word.spots(text, 0).is_empty())
    }
}

fn text(letters: &[char]) -> String {
    letters.iter().collect()
}

/// Without what stands around a word.
fn trimmed(word: &[char]) -> &[char] {
    let belongs = |letter: &char| letter.is_alphanumeric() || "+#%".contains(*letter);
    let start = word.iter().position(belongs).unwrap_or(word.len());
    let end = word.iter().rposition(belongs).map_or(start, |last| last + 1);
    &word[start..end]
}

impl Word {
    fn read(letters: &[char], open: bool, morphemes: impl Fn(&str) -> Vec<String>) -> Self {
        let (head, tail) = letters.split_at(letters.len().saturating_sub(usize::from(open)));
        let head: Vec<Unit> = head.iter().flat_map(|letter| Unit::written(*letter)).collect();
        let tails = tail.first().map_or_else(|| vec![Vec::new()], |letter| Unit::growing(*letter));
        let shapes = tails.into_iter().map(|tail| head.iter().cloned().chain(tail).collect()).collect();
        Self { shapes, parts: parts(letters, morphemes), open }
    }

    /// Where it stands in a text, one place behind another; else where its parts stand, if all of them do.
    fn spots(&self, text: &Folded, word: usize) -> Vec<Spot> {
        let whole = places(&self.shapes, self.open, text, word);
        if !whole.is_empty() || self.parts.is_empty() {
            return whole;
        }
        let each = self.parts.iter().map(|part| places(std::slice::from_ref(part), false, text, word));
        let each: Option<Vec<Vec<Spot>>> = each.map(|spots| (!spots.is_empty()).then_some(spots)).collect();
        each.unwrap_or_default().into_iter().flatten().map(|spot| Spot { exact: false, ..spot }).collect()
    }
}

/// The content words of a word that is written out; none where it is one itself.
fn parts(letters: &[char], morphemes: impl Fn(&str) -> Vec<String>) -> Vec<Vec<Unit>> {
    let written_out = letters.iter().any(|letter| Syllable::of(*letter).is_some())
        && !letters.iter().any(|letter| ('\u{3131}'..='\u{318e}').contains(letter));
    let whole = text(letters);
    let mut words = if written_out { morphemes(&whole) } else { Vec::new() };
    // What is left of an ending says little beside a word.
    if words.iter().any(|word| word.chars().count() > 1) {
        words.retain(|word| word.chars().count() > 1);
    }
    words.sort_unstable();
    words.dedup();
    words.retain(|word| *word != whole);
    words.iter().map(|word| word.chars().map(Unit::letter).collect()).collect()
}

/// Where one of the shapes stands, one place behind another.
fn places(shapes: &[Vec<Unit>], open: bool, text: &Folded, word: usize) -> Vec<Spot> {
    let letters = text.letters();
    let (mut spots, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let found = shapes.iter().find_map(|shape| stands(shape, open, letters, at));
        match found {
            Some((end, exact)) => {
                let begins = at == 0 || !letters[at - 1].is_alphanumeric();
                spots.push(Spot { word, range: text.characters(at..end), exact, begins });
                at = end;
            }
            None => at += 1,
        }
    }
    spots
}

/// Where a shape that begins at a place ends, and whether it stands there as it was typed.
fn stands(shape: &[Unit], open: bool, letters: &[char], start: usize) -> Option<(usize, bool)> {
    let (mut at, mut exact) = (start, !shape.is_empty());
    for (index, unit) in shape.iter().enumerate() {
        if index > 0 && shape.len() >= ACROSS && letters.get(at).is_some_and(|letter| letter.is_whitespace()) {
            at += 1;
        }
        let letter = *letters.get(at)?;
        if !unit.holds(letter) {
            return None;
        }
        exact &= unit.typed.is_none_or(|typed| typed == letter);
        at += 1;
    }
    // 1 is not in 2021, and pdf not in apdf.
    let same = |one: char, other: char| {
        one.is_ascii_digit() && other.is_ascii_digit() || one.is_ascii_alphabetic() && other.is_ascii_alphabetic()
    };
    let inside = start.checked_sub(1).is_some_and(|before| same(letters[before], letters[start]));
    let goes_on = !open
        && at.checked_sub(1).zip(letters.get(at)).is_some_and(|(last, next)| {
            letters[last].is_ascii_digit() && next.is_ascii_digit()
        });
    (at > start && !inside && !goes_on).then_some((at, exact))
}

impl Unit {
    fn letter(letter: char) -> Self {
        Self { ranges: vec![letter..=letter], typed: Some(letter) }
    }

    /// Any syllable that begins with a consonant, or the consonant itself.
    fn initial(consonant: char) -> Self {
        match hangul::beginning_with(consonant) {
            Some(syllables) => Self { ranges: vec![syllables, consonant..=consonant], typed: None },
            None => Self::letter(consonant),
        }
    }

    /// What a letter stands for that nothing is added to any more.
    fn written(letter: char) -> Vec<Self> {
        match hangul::apart(letter) {
            Some((one, other)) => vec![Self::initial(one), Self::initial(other)],
            None => vec![Self::initial(letter)],
        }
    }

    /// What a letter may become by what is typed next, in the ways that there are: 여 is the beginning of 연, 연 that of
    /// 여느 too, and ㄱ behind 연 that of 연가.
    fn growing(letter: char) -> Vec<Vec<Self>> {
        let Some(syllable) = Syllable::of(letter) else { return vec![Self::written(letter)] };
        let Some(ending) = syllable.ending() else {
            return vec![vec![Self { ranges: vec![syllable.growing()], typed: Some(letter) }]];
        };
        let more = hangul::pairs_from(ending).filter_map(|pair| syllable.ending_in(Some(pair)));
        let ranges = std::iter::once(letter).chain(more).map(|letter| letter..=letter).collect();
        // The last consonant goes on to the next syllable where a vowel follows.
        let (stays, goes) = hangul::apart(ending).map_or((None, ending), |(one, other)| (Some(one), other));
        let before = |before| Self { ranges: vec![before..=before], typed: Some(letter) };
        let carried = syllable.ending_in(stays).map(|stays| vec![before(stays), Self::initial(goes)]);
        std::iter::once(vec![Self { ranges, typed: Some(letter) }]).chain(carried).collect()
    }

    fn holds(&self, letter: char) -> bool {
        self.ranges.iter().any(|range| range.contains(&letter))
    }

    /// The letter, where there is only one.
    pub fn only(&self) -> Option<char> {
        match self.ranges.as_slice() {
            [range] if range.start() == range.end() => Some(*range.start()),
            _ => None,
        }
    }
}
