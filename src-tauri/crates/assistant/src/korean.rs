//! Korean words in sentences that the program writes.

/// `word` with the form of a particle that fits its last syllable: `closed` behind a consonant, `open` behind a vowel.
pub fn with(word: &str, closed: &str, open: &str) -> String {
    format!("{word}{}", if is_closed(word) { closed } else { open })
}

/// True where the last syllable, as it is spoken, ends in a consonant.
fn is_closed(word: &str) -> bool {
    match word.chars().last() {
        Some(syllable @ '가'..='힣') => (syllable as u32 - '가' as u32) % 28 != 0,
        // 영, 일, 삼, 육, 칠, 팔.
        Some(digit) => "013678".contains(digit),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_particle_fits_the_word_before_it() {
        let table = [("병가", "병가는"), ("출장", "출장은"), ("3", "3은"), ("5", "5는"), ("", "는")];
        for (word, wanted) in table {
            assert_eq!(with(word, "은", "는"), wanted);
        }
    }
}
