//! Bytes of tokens into text.

/// Collects bytes into whole characters: one Hangul syllable may come in three tokens.
#[derive(Default)]
pub struct Utf8(Vec<u8>);

impl Utf8 {
    /// The whole characters that `bytes` ends.
    pub fn push(&mut self, bytes: &[u8]) -> Option<String> {
        self.0.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.0) {
            Ok(_) => self.0.len(),
            // Bytes that can never become a character are not waited for.
            Err(error) => error.error_len().map_or(error.valid_up_to(), |bad| error.valid_up_to() + bad),
        };
        let text = String::from_utf8_lossy(&self.0[..whole]).into_owned();
        self.0.drain(..whole);
        (!text.is_empty()).then_some(text)
    }

    /// What is left, with marks for what is no character.
    pub fn finish(self) -> Option<String> {
        (!self.0.is_empty()).then(|| String::from_utf8_lossy(&self.0).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_any_pieces_come_out_as_whole_characters() {
        let text = "연가는 17일, a漢😀";
        for size in 1..6 {
            let mut utf8 = Utf8::default();
            let mut out = String::new();
            for piece in text.as_bytes().chunks(size) {
                out.extend(utf8.push(piece));
            }
            out.extend(utf8.finish());
            assert_eq!(out, text, "pieces of {size}");
        }
    }

    #[test]
    fn a_broken_byte_does_not_hold_the_rest_back() {
        let mut utf8 = Utf8::default();
        assert_eq!(utf8.push(b"\xff"), Some("\u{fffd}".into()));
        assert_eq!(utf8.push("가".as_bytes()), Some("가".into()));
    }
}
