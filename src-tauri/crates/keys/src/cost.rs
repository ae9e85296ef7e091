use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

use crate::hex::{bytes_of, hex};
use crate::{Error, Key, Result};

/// What Argon2id costs (RFC 9106; second recommended option: 64 MiB, 3 passes), with its salt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

impl Cost {
    /// With a new salt; `memory_kib` in KiB. Tests take a low one.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)?;
        Ok(Self { memory_kib, passes, lanes: 1, salt: hex(&salt) })
    }

    /// What whoever guesses a person's password is to pay for each guess, with a new salt.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn of_a_person() -> Result<Self> {
        Self::new(64 << 10, 3)
    }

    /// The wrapping key of a password. However a person's input method composes Hangul, it is the same password.
    pub(crate) fn wrapping(&self, password: &str) -> Result<Key> {
        // A planted file may not take the machine's memory or its day.
        if self.memory_kib > 1 << 20 || self.passes > 20 || self.lanes > 4 {
            return Err(Error::Damaged("the cost of the password's hash is absurd".to_owned()));
        }
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(damaged)?;
        let mut memory = vec![Block::new(); params.block_count()];
        self.wrapping_in(password, params, &mut memory)
    }

    /// The same, in this memory, which is wiped: from what is in it the key is computed without the password.
    fn wrapping_in(&self, password: &str, params: Params, memory: &mut [Block]) -> Result<Key> {
        let password = Zeroizing::new(password.nfkc().collect::<String>());
        let mut bytes = Zeroizing::new([0; 32]);
        let done = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
            password.as_bytes(),
            &bytes_of(&self.salt)?,
            &mut *bytes,
            &mut *memory,
        );
        memory.iter_mut().for_each(Zeroize::zeroize);
        done.map_err(damaged)?;
        Ok(Key::new(*bytes))
    }

    /// What is sealed under the wrapping key is bound to this.
    pub(crate) fn context(&self) -> String {
        format!("password {} {} {} {}", self.memory_kib, self.passes, self.lanes, self.salt)
    }
}

fn damaged(error: argon2::Error) -> Error {
    Error::Damaged(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_a_password_is_wiped_and_gives_the_algorithms_own_hash() {
        let cost = Cost::new(64, 2).unwrap();
        let params = Params::new(64, 2, 1, Some(32)).unwrap();
        let mut memory = vec![Block::new(); params.block_count()];
        let key = cost.wrapping_in("나의 암호입니다", params.clone(), &mut memory).unwrap();
        assert!(memory.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));

        let mut expected = [0; 32];
        let salt = bytes_of(&cost.salt).unwrap();
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon.hash_password_into("나의 암호입니다".as_bytes(), &salt, &mut expected).unwrap();
        assert_eq!(key.bytes(), &expected);
    }
}
