//! Puts one verb in the place of another, in the same form.
//!
//! What is replaced is a verb on 하다, 되다 or (어)지다, whose forms are regular. What comes in its place is given by its
//! stem and by the form that it has before 서, 야 and the past: "높이" and "높여", "받" and "받아".

use crate::hangul::{BIEUP, MIEUM, NIEUN, RIEUL, RIEUL_MIEUM, SSANG_SIOT, final_of, with_final};

/// Endings that follow every stem as they are.
const PLAIN: [char; 11] = ['고', '는', '기', '지', '도', '게', '거', '자', '겠', '던', '되'];

/// Endings that want 으 behind a consonant.
const LINKED: [char; 8] = ['며', '면', '므', '니', '려', '시', '십', '오'];

/// Before these a stem on ㄹ loses it.
const DROPPING: [char; 5] = ['는', '니', '시', '십', '오'];

/// The verb that comes in.
pub(crate) struct Verb<'a> {
    pub stem: &'a str,
    pub joined: &'a str,
}

impl Verb<'_> {
    /// The form that this verb has where `rest`, which starts with 하, 되 or 지 in some form, stands behind a word; with
    /// the number of bytes of `rest` that it takes the place of. None where that is no form of a verb.
    pub fn like(&self, light: char, rest: &str) -> Option<(String, usize)> {
        let (joined, past): (&[&str], &[&str]) = match light {
            '하' => (&["하여", "해"], &["하였", "했"]),
            '되' => (&["되어", "돼"], &["되었", "됐"]),
            _ => (&["지어", "져"], &["지었", "졌"]),
        };
        let taken = |forms: &[&str]| forms.iter().find(|form| rest.starts_with(**form)).map(|form| form.len());
        if let Some(length) = taken(past) {
            return Some((with_final(self.joined, SSANG_SIOT), length));
        }
        if let Some(length) = taken(joined) {
            return Some((self.joined.to_owned(), length));
        }
        let mut chars = rest.chars();
        let first = chars.next()?;
        let next = chars.next();
        let length = first.len_utf8();
        if first == light {
            let next = next?;
            let linked = LINKED.contains(&next);
            if !linked && !PLAIN.contains(&next) {
                return None;
            }
            return Some((self.before(next, linked), length));
        }
        if final_of(first).is_none_or(|last| with_final(&first.to_string(), 0) != light.to_string() || last == 0) {
            return None;
        }
        let (form, whole) = match final_of(first)? {
            NIEUN if next == Some('다') => (self.closed(NIEUN, "는"), true),
            NIEUN => (self.closed(NIEUN, "은"), false),
            RIEUL => (self.closed(RIEUL, "을"), false),
            MIEUM => (self.closed(MIEUM, "음"), false),
            BIEUP if matches!(next, Some('니' | '시')) => (self.closed(BIEUP, "습"), true),
            _ => return None,
        };
        // 한국 and 할머니 are words of their own: behind a whole form nothing but what is known goes on.
        let goes_on = next.is_some_and(crate::hangul::is_hangul) && crate::hangul::particles(&rest[length..]).is_none();
        (whole || !goes_on || matches!(next, Some('지' | '데' | '수'))).then_some((form, length))
    }

    fn stem_final(&self) -> u32 {
        self.stem.chars().next_back().and_then(final_of).unwrap_or(0)
    }

    fn before(&self, ending: char, linked: bool) -> String {
        match self.stem_final() {
            RIEUL if DROPPING.contains(&ending) => with_final(self.stem, 0),
            0 | RIEUL => self.stem.to_owned(),
            _ if linked => format!("{}으", self.stem),
            _ => self.stem.to_owned(),
        }
    }

    fn closed(&self, last: u32, behind_consonant: &str) -> String {
        match (self.stem_final(), last) {
            (0, _) => with_final(self.stem, last),
            (RIEUL, MIEUM) => with_final(self.stem, RIEUL_MIEUM),
            (RIEUL, _) => with_final(self.stem, last),
            _ => format!("{}{behind_consonant}", self.stem),
        }
    }
}
