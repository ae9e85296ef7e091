use std::fmt;
use std::sync::Arc;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroize;

/// A secret of 256 bits. Its memory is locked against swapping where the system allows it, and wiped with the last
/// clone; it never shows in a debug print.
#[derive(Clone)]
pub struct Key(Arc<Secret>);

struct Secret(Box<[u8; 32]>);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Key {
    /// The key with these bytes, which are wiped.
    pub fn new(mut bytes: [u8; 32]) -> Self {
        // Locked before the secret is in it.
        let mut place = Box::new([0; 32]);
        lock_memory(&*place);
        place.copy_from_slice(&bytes);
        bytes.zeroize();
        Self(Arc::new(Secret(place)))
    }

    /// A new key from the system's generator.
    ///
    /// # Errors
    /// The system's, where it has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        let key = Self::new(bytes);
        bytes.zeroize();
        Ok(key)
    }

    /// The key for one purpose, by HKDF-SHA256 (RFC 5869): from it neither this key nor another purpose's is found.
    pub fn derive(&self, purpose: &str) -> Self {
        let mut bytes = [0; 32];
        // 32 bytes are one block of the hash; only more than 255 of them are refused.
        let expanded = Hkdf::<Sha256>::from_prk(&*self.0.0).map(|prk| prk.expand(purpose.as_bytes(), &mut bytes));
        debug_assert!(matches!(expanded, Ok(Ok(()))));
        let key = Self::new(bytes);
        bytes.zeroize();
        key
    }

    /// The bytes, for the cipher that takes them.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(…)")
    }
}

/// A limit on locked memory that is too low leaves the page unlocked: the key is then only wiped. It is never unlocked
/// again: locks are of whole pages, and another key may lie on the same one.
#[cfg(unix)]
fn lock_memory(bytes: &[u8]) {
    // SAFETY: the range is a live allocation; locking changes nothing in it.
    unsafe { libc::mlock(bytes.as_ptr().cast(), bytes.len()) };
}

#[cfg(not(unix))]
fn lock_memory(_: &[u8]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_has_its_own_key_and_none_shows_itself() {
        let key = Key::new([7; 32]);
        assert_eq!(key.derive("vault").bytes(), key.derive("vault").bytes());
        assert_ne!(key.derive("vault").bytes(), key.derive("index").bytes());
        assert_ne!(key.derive("vault").bytes(), key.bytes());
        assert_eq!(format!("{key:?}"), "Key(…)");
        assert_ne!(Key::random().unwrap().bytes(), Key::random().unwrap().bytes());
    }
}
