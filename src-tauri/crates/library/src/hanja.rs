//! Hanja in its Hangul reading, so that 年度別 is found by 연도별 and the other way round.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The Hanja of KS X 1001, a line a reading: the reading, then the letters that are read so. Of a letter with several
/// readings the commonest stands here; the compatibility letters of the others are the same letters after NFKC.
const READINGS: &str = include_str!("hanja.txt");

static TABLE: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let lines = READINGS.lines().filter_map(|line| {
        let mut letters = line.chars();
        Some((letters.next()?, letters))
    });
    lines.flat_map(|(reading, letters)| letters.map(move |letter| (letter, reading))).collect()
});

/// The words of a normalised text that hold Hanja, in Hangul, with spaces between them; `None` where there are none.
///
/// By the initial sound rule (한글 맞춤법 제10항 to 제12항) a word does not begin with ㄹ, nor with ㄴ before ㅣ and the
/// vowels that begin with it; by 제11항 렬 and 률 are 열 and 율 behind a vowel or ㄴ.
pub fn read(text: &str) -> Option<String> {
    let has_hanja = |text: &str| text.chars().any(|letter| TABLE.contains_key(&letter));
    if !has_hanja(text) {
        return None;
    }
    let words: Vec<String> = text.split_whitespace().filter(|word| has_hanja(word)).map(read_word).collect();
    Some(words.join(" "))
}

fn read_word(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let mut spoken = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = spoken.chars().last().filter(|before| is_syllable(*before));
        let next = letters.get(at + 1).and_then(|next| TABLE.get(next));
        spoken.push(match (TABLE.get(letter), before) {
            (None, _) => *letter,
            // As in 부당 and 부정.
            (Some('불'), _) if *letter == '不' && next.is_some_and(|next| matches!(parts(*next).0, 3 | 12)) => '부',
            (Some('렬'), Some(before)) if is_open(before) => '열',
            (Some('률'), Some(before)) if is_open(before) => '율',
            (Some(reading), Some(_)) => *reading,
            (Some(reading), None) => initial(*reading),
        });
    }
    spoken
}

fn is_syllable(letter: char) -> bool {
    ('가'..='힣').contains(&letter)
}

/// Place among the 19 initial consonants, the 21 vowels and the 28 finals (Unicode, section 3.12).
fn parts(syllable: char) -> (u32, u32, u32) {
    let index = syllable as u32 - '가' as u32;
    (index / 588, index % 588 / 28, index % 28)
}

/// Ends in a vowel or in ㄴ.
fn is_open(syllable: char) -> bool {
    matches!(parts(syllable).2, 0 | 4)
}

/// A syllable as a word begins with it.
fn initial(syllable: char) -> char {
    const N: u32 = 2;
    const R: u32 = 5;
    const SILENT: u32 = 11;
    let (lead, vowel, last) = parts(syllable);
    // ㅑ ㅒ ㅕ ㅖ ㅛ ㅠ ㅣ.
    let palatal = matches!(vowel, 2 | 3 | 6 | 7 | 12 | 17 | 20);
    let lead = match lead {
        N | R if palatal => SILENT,
        R => N,
        lead => lead,
    };
    char::from_u32('가' as u32 + lead * 588 + vowel * 28 + last).unwrap_or(syllable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_hanja_are_read_by_the_rules_of_spelling() {
        let table = [
            ("年度別 豫算", "연도별 예산"),
            ("兩者의 勞動", "양자의 노동"),
            ("男女 比率", "남녀 비율"),
            ("法律과 規律", "법률과 규율"),
            ("系列社", "계열사"),
            ("不當한 不正, 不可", "부당한 부정, 불가"),
            ("金額은 4月", "금액은 4월"),
            ("제3章 老人福祉法", "제3장 노인복지법"),
        ];
        for (text, reading) in table {
            assert_eq!(read(text).unwrap(), reading);
        }
        assert_eq!(read("연도별 예산 abc 12"), None);
    }

    #[test]
    fn every_line_of_the_table_is_one_reading_with_letters_that_stand_nowhere_else() {
        let mut seen = std::collections::HashSet::new();
        for line in READINGS.lines() {
            let mut letters = line.chars();
            assert!(letters.next().is_some_and(is_syllable), "{line}");
            assert!(letters.clone().next().is_some(), "{line}");
            for letter in letters {
                assert!(('\u{4e00}'..='\u{9fff}').contains(&letter) && seen.insert(letter), "{letter}");
            }
        }
        assert_eq!(seen.len(), 4620);
    }
}
