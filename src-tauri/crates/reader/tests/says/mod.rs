//! A recogniser whose answer is known.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use documents::Page;
use naratmal_reader::Recogniser;

/// Says the same of every picture and keeps what it was shown.
pub struct Says {
    pub text: Option<&'static str>,
    pub shown: Vec<(u32, Vec<u8>)>,
}

impl Recogniser for Says {
    fn recognise(&mut self, page: Page, picture: &[u8]) -> Option<String> {
        self.shown.push((page.number(), picture.to_vec()));
        self.text.map(str::to_owned)
    }
}

impl Says {
    pub fn new(text: Option<&'static str>) -> Self {
        Self { text, shown: Vec::new() }
    }

    pub fn pages(&self) -> Vec<u32> {
        self.shown.iter().map(|(page, _)| *page).collect()
    }

    /// Width and height of a picture that was shown, by its PGM header.
    pub fn size(&self, at: usize) -> (usize, usize) {
        let picture = &self.shown[at].1;
        let header = String::from_utf8_lossy(&picture[..picture.len().min(32)]).into_owned();
        let mut words = header.split_ascii_whitespace();
        assert_eq!(words.next(), Some("P5"));
        let (width, height) = (words.next().unwrap().parse().unwrap(), words.next().unwrap().parse().unwrap());
        assert_eq!(picture.len(), format!("P5\n{width} {height}\n255\n").len() + width * height);
        (width, height)
    }
}
