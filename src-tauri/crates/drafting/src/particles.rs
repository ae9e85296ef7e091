//! Korean particles, which follow the sound of the word before them.

const FIRST_SYLLABLE: u32 = '가' as u32;
/// Final consonants of a syllable, none among them.
const FINALS: u32 = 28;

/// `word` with the particle that it takes: `closed` behind a final consonant (은, 이, 을, 과), `open` behind a vowel
/// (는, 가, 를, 와), and both, as official writing has it, behind what has no sound that is known.
pub fn with_particle(word: &str, closed: &str, open: &str) -> String {
    let spoken = word.trim_end().trim_end_matches(|letter: char| !letter.is_alphanumeric());
    match spoken.chars().next_back().and_then(is_closed) {
        Some(true) => format!("{word}{closed}"),
        Some(false) => format!("{word}{open}"),
        None => format!("{word}{closed}({open})"),
    }
}

/// Whether a letter is read with a consonant at its end. `None` where its sound is not known.
fn is_closed(letter: char) -> Option<bool> {
    match letter {
        '가'..='힣' => Some(!(u32::from(letter) - FIRST_SYLLABLE).is_multiple_of(FINALS)),
        // 영, 일, 삼, 육, 칠, 팔.
        '0' | '1' | '3' | '6' | '7' | '8' => Some(true),
        '2' | '4' | '5' | '9' => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_particle_follows_the_sound_of_its_word() {
        let table = [
            ("교통정책과장", "교통정책과장은"),
            ("홍보 담당자", "홍보 담당자는"),
            ("예산과 추진 일정", "예산과 추진 일정은"),
            ("제3호", "제3호는"),
            ("2026", "2026은"),
            ("보고서(안)", "보고서(안)은"),
            ("‘가온시’", "‘가온시’는"),
            ("KTX", "KTX은(는)"),
            ("", "은(는)"),
        ];
        for (word, wanted) in table {
            assert_eq!(with_particle(word, "은", "는"), wanted);
        }
    }
}
