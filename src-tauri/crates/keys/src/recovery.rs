use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{Error, Key, Result};

/// Crockford's Base32: no I, L, O or U, which are misread.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bytes that are random; two more check them.
const SECRET: usize = 18;
/// Characters in all: 20 bytes, 5 bits each.
const CHARACTERS: usize = 32;

/// A key to print and to lock away: 144 random bits and 16 that find a mistyped one, as eight groups of four
/// characters of Crockford's Base32.
pub struct RecoveryKey(Zeroizing<[u8; SECRET]>);

fn check(secret: &[u8]) -> [u8; 2] {
    let hash = Sha256::digest(secret);
    [hash[0], hash[1]]
}

impl RecoveryKey {
    pub(crate) fn random() -> Result<Self> {
        let mut secret = Zeroizing::new([0; SECRET]);
        getrandom::fill(&mut *secret)?;
        Ok(Self(secret))
    }

    /// Reads what a person typed; case, spaces and hyphens do not count, and O, I and L are the digits they look like.
    ///
    /// # Errors
    /// [`Error::Mistyped`].
    pub fn read(typed: &str) -> Result<Self> {
        let mut bits = Zeroizing::new(Vec::with_capacity(CHARACTERS * 5));
        for character in typed.chars().filter(|character| !character.is_whitespace() && *character != '-') {
            let digit = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                digit => digit,
            };
            let value = DIGITS.iter().position(|known| char::from(*known) == digit).ok_or(Error::Mistyped)?;
            bits.extend((0..5).rev().map(|bit| (value >> bit) & 1 == 1));
        }
        if bits.len() != CHARACTERS * 5 {
            return Err(Error::Mistyped);
        }
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(
            bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect(),
        );
        let (secret, checked) = bytes.split_at(SECRET);
        let mut kept = Zeroizing::new([0; SECRET]);
        kept.copy_from_slice(secret);
        if check(secret) == checked { Ok(Self(kept)) } else { Err(Error::Mistyped) }
    }

    /// The key that wraps the data key.
    pub(crate) fn wrapping(&self) -> Key {
        // 144 random bits are a key as they are: a slow hash would add nothing.
        Key::new(Sha256::digest(self.0.as_slice()).into()).derive("recovery")
    }
}

impl fmt::Display for RecoveryKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new([&self.0[..], &check(&*self.0)].concat());
        let bit = |at: usize| usize::from(bytes[at / 8] >> (7 - at % 8) & 1);
        for place in 0..CHARACTERS {
            if place > 0 && place % 4 == 0 {
                formatter.write_str("-")?;
            }
            let value = (0..5).fold(0, |value, offset| value << 1 | bit(place * 5 + offset));
            write!(formatter, "{}", char::from(DIGITS[value]))?;
        }
        Ok(())
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecoveryKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_key_is_read_as_people_type_it() {
        let key = RecoveryKey::random().unwrap();
        let shown = key.to_string();
        assert_eq!((shown.len(), shown.matches('-').count()), (39, 7));
        let table = [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            format!("  {} ", shown.replace('-', "")),
            shown.replace('0', "O").replace('1', "l"),
        ];
        for typed in table {
            assert_eq!(RecoveryKey::read(&typed).unwrap().0, key.0, "{typed}");
        }
    }

    #[test]
    fn a_mistyped_one_is_told_from_a_wrong_one() {
        let shown = RecoveryKey::random().unwrap().to_string();
        let other = if shown.starts_with('7') { '8' } else { '7' };
        for typed in [
            String::new(),
            shown[1..].to_owned(),
            format!("{other}{}", &shown[1..]),
            format!("{shown}0"),
            "가".repeat(32),
        ] {
            assert!(matches!(RecoveryKey::read(&typed), Err(Error::Mistyped)), "{typed}");
        }
    }
}
