//! Text that any file may hold: XML 1.0 forbids most control characters, and a reader leaves out what nobody sees.

use unicode_normalization::UnicodeNormalization;

/// The text on one line, NFC, with single blanks between words only where the writer had more than a blank of layout.
pub fn clean(text: &str) -> String {
    let kept: String = text
        .nfc()
        .filter_map(|character| match character {
            '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' => Some(' '),
            forbidden if is_forbidden(forbidden) => None,
            other => Some(other),
        })
        .collect();
    // What was between two letters that compose is gone now.
    kept.nfc().collect::<String>().trim().to_owned()
}

/// The lines of a text that hold something, each [`clean`].
pub fn lines_of(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
        .map(clean)
        .filter(|line| !line.is_empty())
}

/// Control characters, what XML has no place for, what has no width, and what turns the direction of writing, behind
/// which text can hide. Symbols of a font that the file does not bring mean nothing.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
                | '\u{e0000}'..='\u{10ffff}'
        )
        || u32::from(character) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_no_file_may_hold_is_gone() {
        let table = [
            ("가\u{0}나\u{b}다", "가나 다"),
            (" 두  칸은 쓴 사람의 것 ", "두  칸은 쓴 사람의 것"),
            ("줄\r\n바꿈\t탭\u{a0}칸", "줄  바꿈 탭 칸"),
            ("ㄱ\u{200b}\u{202e}거꾸로\u{feff}", "ㄱ거꾸로"),
            ("\u{1112}\u{1161}\u{11ab}글", "한글"),
            ("\u{fffe}\u{1fffe}\u{f0fc}", ""),
            ("<태그> & \"따옴표\"", "<태그> & \"따옴표\""),
        ];
        for (text, wanted) in table {
            assert_eq!(clean(text), wanted, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_clean_text_stays_as_it_is(text in any::<String>()) {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once.clone());
            prop_assert!(!once.chars().any(is_forbidden));
        }
    }
}
