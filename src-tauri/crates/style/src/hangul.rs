//! Syllables, and the particles that agree with the word before them.

/// Numbers of final consonants in a syllable block.
pub(crate) const NIEUN: u32 = 4;
pub(crate) const RIEUL: u32 = 8;
pub(crate) const RIEUL_MIEUM: u32 = 10;
pub(crate) const MIEUM: u32 = 16;
pub(crate) const BIEUP: u32 = 17;
pub(crate) const SSANG_SIOT: u32 = 20;

/// A composed syllable.
pub(crate) fn is_hangul(char: char) -> bool {
    ('가'..='힣').contains(&char)
}

/// The number of a syllable's final consonant, 0 where it has none.
pub(crate) fn final_of(char: char) -> Option<u32> {
    is_hangul(char).then(|| (u32::from(char) - 0xAC00) % 28)
}

/// A word whose last syllable has another final consonant.
pub(crate) fn with_final(word: &str, last: u32) -> String {
    let mut chars: Vec<char> = word.chars().collect();
    if let Some(char) = chars.last_mut()
        && let Some(old) = final_of(*char)
        && let Some(new) = char::from_u32(u32::from(*char) - old + last)
    {
        *char = new;
    }
    chars.into_iter().collect()
}

fn last_final(word: &str) -> u32 {
    word.chars().rev().find_map(final_of).unwrap_or(0)
}

/// Behind a consonant, and behind a vowel.
const PAIRS: [(&str, &str); 11] = [
    ("으로써", "로써"),
    ("으로서", "로서"),
    ("으로", "로"),
    ("이라", "라"),
    ("이란", "란"),
    ("이나", "나"),
    ("이며", "며"),
    ("은", "는"),
    ("이", "가"),
    ("을", "를"),
    ("과", "와"),
];

/// Forms of 이다, and particles that agree with nothing. `이` of 이다 is no subject's 이.
const OTHERS: [&str; 36] = [
    "입니다", "이다", "이고", "이므로", "이지만", "이었", "이기", "이든", "임을", "임", "인", "의", "에서", "에게", "에",
    "도", "만", "까지", "부터", "보다", "마다", "별로", "별", "등", "들", "처럼", "뿐", "조차", "대로", "끼리", "간",
    "이면", "이자", "였", "한테", "께",
];

const TAILS: [&str; 19] = [
    "", "은", "는", "도", "만", "의", "을", "를", "이", "가", "에", "과", "와", "으로", "로", "부터", "까지", "고", "에서",
];

/// The particles at the start of `rest`, up to where the word ends; empty where a word ends at once, and none where
/// what follows belongs to the word.
pub(crate) fn particles(rest: &str) -> Option<&str> {
    let run = &rest[..rest.find(|char| !is_hangul(char)).unwrap_or(rest.len())];
    if run.is_empty() {
        let closed = rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_');
        return closed.then_some(run);
    }
    let heads = PAIRS.iter().flat_map(|(one, other)| [*one, *other]).chain(OTHERS);
    let known = |head: &str| run.strip_prefix(head).is_some_and(|tail| TAILS.contains(&tail));
    heads.into_iter().any(known).then_some(run)
}

/// The particles as they are written behind another word.
pub(crate) fn agreed(word: &str, particles: &str) -> String {
    let last = last_final(word);
    if OTHERS.iter().any(|other| other.len() > "이".len() && particles.starts_with(other)) {
        return particles.to_owned();
    }
    for (consonant, vowel) in PAIRS {
        for form in [consonant, vowel] {
            if let Some(tail) = particles.strip_prefix(form) {
                let open = last == 0 || (last == RIEUL && consonant.starts_with("으로"));
                return [if open { vowel } else { consonant }, tail].concat();
            }
        }
    }
    particles.to_owned()
}

/// A quoted word with 은 or 는, for messages.
pub(crate) fn topic(word: &str) -> String {
    format!("‘{word}’{}", agreed(word, "은"))
}

/// A quoted word with 으로 or 로, for messages.
pub(crate) fn toward(word: &str) -> String {
    format!("‘{word}’{}", agreed(word, "으로"))
}
