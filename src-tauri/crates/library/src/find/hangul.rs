//! Hangul as it is typed: syllables in parts, and what a consonant by itself stands for.
//!
//! By Unicode's arithmetic (The Unicode Standard, 3.12): a syllable is 가 + (initial * 21 + vowel) * 28 + final.

use std::ops::RangeInclusive;

const FIRST: u32 = '가' as u32;
const VOWELS: u32 = 21;
const FINALS: u32 = 28;

/// The consonants that begin a syllable, in Unicode's order, as a keyboard writes them alone.
const INITIALS: [char; 19] =
    ['ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ'];
/// Those that end one; the first ending is none.
const ENDINGS: [char; 27] = [
    'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ', 'ㅁ', 'ㅂ', 'ㅄ', 'ㅅ', 'ㅆ',
    'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
];
/// What an input method makes of two consonants that are typed one after the other.
const CLUSTERS: [(char, char, char); 11] = [
    ('ㄳ', 'ㄱ', 'ㅅ'),
    ('ㄵ', 'ㄴ', 'ㅈ'),
    ('ㄶ', 'ㄴ', 'ㅎ'),
    ('ㄺ', 'ㄹ', 'ㄱ'),
    ('ㄻ', 'ㄹ', 'ㅁ'),
    ('ㄼ', 'ㄹ', 'ㅂ'),
    ('ㄽ', 'ㄹ', 'ㅅ'),
    ('ㄾ', 'ㄹ', 'ㅌ'),
    ('ㄿ', 'ㄹ', 'ㅍ'),
    ('ㅀ', 'ㄹ', 'ㅎ'),
    ('ㅄ', 'ㅂ', 'ㅅ'),
];

/// A syllable in parts; the final is 0 where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syllable {
    initial: u32,
    vowel: u32,
    ending: u32,
}

impl Syllable {
    pub fn of(letter: char) -> Option<Self> {
        let number = ('가'..='힣').contains(&letter).then(|| letter as u32 - FIRST)?;
        let (ending, both) = (number % FINALS, number / FINALS);
        Some(Self { initial: both / VOWELS, vowel: both % VOWELS, ending })
    }

    fn letter(self) -> char {
        // In range for every syllable that there is.
        char::from_u32(FIRST + (self.initial * VOWELS + self.vowel) * FINALS + self.ending).unwrap_or('가')
    }

    /// The consonant, or two, that it ends with.
    pub fn ending(self) -> Option<char> {
        self.ending.checked_sub(1).and_then(|index| ENDINGS.get(index as usize)).copied()
    }

    /// With another ending.
    pub fn ending_in(self, consonant: Option<char>) -> Option<char> {
        let ending = match consonant {
            None => 0,
            Some(consonant) => ENDINGS.iter().position(|ending| *ending == consonant)? as u32 + 1,
        };
        Some(Self { ending, ..self }.letter())
    }

    /// All that it may become by what is typed next, of one without an ending: 여 to 옇, and 고 to 굏, since 과 begins
    /// as 고.
    pub fn growing(self) -> RangeInclusive<char> {
        // ㅗ ㅘ ㅙ ㅚ, ㅜ ㅝ ㅞ ㅟ and ㅡ ㅢ.
        let last = match self.vowel {
            8 => 11,
            13 => 16,
            18 => 19,
            vowel => vowel,
        };
        self.letter()..=Self { vowel: last, ending: FINALS - 1, ..self }.letter()
    }
}

/// The syllables that begin with a consonant; of a pair of consonants, and of what is none, there are none.
pub fn beginning_with(consonant: char) -> Option<RangeInclusive<char>> {
    let initial = INITIALS.iter().position(|initial| *initial == consonant)? as u32;
    let first = Syllable { initial, vowel: 0, ending: 0 };
    Some(first.letter()..=Syllable { vowel: VOWELS - 1, ending: FINALS - 1, ..first }.letter())
}

/// The two consonants that an input method has put together.
pub fn apart(cluster: char) -> Option<(char, char)> {
    CLUSTERS.iter().find(|(both, ..)| *both == cluster).map(|(_, one, other)| (*one, *other))
}

/// The pairs that begin with a consonant.
pub fn pairs_from(consonant: char) -> impl Iterator<Item = char> {
    CLUSTERS.iter().filter(move |(_, one, _)| *one == consonant).map(|(both, ..)| *both)
}

/// A consonant that Unicode has as the beginning of a syllable without one (U+1100), as a keyboard writes it.
pub fn typed(letter: char) -> char {
    let index = (letter as u32).checked_sub(0x1100).and_then(|index| INITIALS.get(index as usize));
    index.copied().unwrap_or(letter)
}
