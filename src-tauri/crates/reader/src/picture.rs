//! A page's picture in grey, as the recogniser takes it.

/// The largest picture that is handed out, in pixels: A4 at 480 dots an inch, A2 at 240.
pub const WIDEST: u32 = 4000;
pub const HIGHEST: u32 = 5700;

/// So much darker than the paper is ink.
const INK: u8 = 64;
/// A page of which less than one in so many pixels is ink is blank but for dust.
const DUST: usize = 10_000;

/// 8 bits a pixel, 0 black, rows from the top without padding.
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub grey: Vec<u8>,
}

impl Picture {
    /// As a binary PGM.
    pub fn pgm(&self) -> Vec<u8> {
        let mut out = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        out.extend_from_slice(&self.grey);
        out
    }

    /// Whether nothing stands on it: the back of a sheet that was scanned, too.
    pub fn is_blank(&self) -> bool {
        let mut counts = [0usize; 256];
        for &value in &self.grey {
            counts[usize::from(value)] += 1;
        }
        let mut below = 0;
        let paper = counts.iter().position(|&count| {
            below += count;
            below * 2 > self.grey.len()
        });
        let paper = paper.and_then(|value| u8::try_from(value).ok()).unwrap_or(u8::MAX);
        // White on black is ink as well.
        let ink = self.grey.iter().filter(|&&value| value.abs_diff(paper) >= INK).count();
        ink < self.grey.len() / DUST + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dust_is_not_ink() {
        let blank = |ink: usize, on: u8, paper: u8| {
            let mut grey = vec![paper; 100_000];
            grey[..ink].fill(on);
            Picture { width: 100, height: 1000, grey }.is_blank()
        };
        for (ink, on, paper, expected) in
            [(0, 0, 255, true), (8, 0, 240, true), (40, 0, 240, false), (40, 230, 10, false), (90_000, 225, 240, true)]
        {
            assert_eq!(blank(ink, on, paper), expected, "{ink} pixels of {on} on {paper}");
        }
    }

    #[test]
    fn a_pgm_is_its_header_and_its_rows() {
        let picture = Picture { width: 2, height: 1, grey: vec![0, 255] };
        assert_eq!(picture.pgm(), b"P5\n2 1\n255\n\x00\xff");
    }
}
