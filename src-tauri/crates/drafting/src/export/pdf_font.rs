//! The font that a PDF brings along: Pretendard GOV, cut down to the letters of the document.

use std::collections::HashMap;
use std::io::Read;

use flate2::read::ZlibDecoder;
use subsetter::GlyphRemapper;
use ttf_parser::Face;

use crate::error::{Error, Result};

/// As the design system of Korean government services (KRDS) hands it out, under the OFL beside it.
const WOFF: &[u8] = include_bytes!("../../fonts/PretendardGOV-Regular.subset.woff");
/// The most that its tables may unpack to.
const MOST_BYTES: usize = 8 << 20;

/// The font, and the letters that were asked of it so far.
pub struct Font {
    bytes: Vec<u8>,
    /// Every letter that it has, with its glyph and its width in thousandths of the size.
    widths: HashMap<char, (u16, f32)>,
    /// The letters' numbers in the PDF.
    numbers: HashMap<char, u16>,
    /// By the letters' numbers, from 1: the letter, its glyph (0 where the font has none) and its width.
    listed: Vec<(char, u16, f32)>,
}

/// What a PDF says of a font.
pub struct Subset {
    /// The font's file with the glyphs that are used.
    pub file: Vec<u8>,
    /// By the letters' numbers, from 1: the letter, its glyph in the file, its width.
    pub letters: Vec<(char, u16, f32)>,
    /// The font's box, in thousandths.
    pub bounds: [f32; 4],
    /// How far it reaches above the line, below it, and how high its capitals are.
    pub heights: [f32; 3],
}

impl Font {
    /// The font of the program.
    ///
    /// # Errors
    /// [`Error::Export`] where it was shipped broken.
    pub fn new() -> Result<Self> {
        let bytes = unpacked(WOFF).ok_or_else(|| Error::Export("the font cannot be unpacked".to_owned()))?;
        let face = face(&bytes)?;
        let scale = 1000.0 / f32::from(face.units_per_em());
        let mut widths = HashMap::new();
        if let Some(cmap) = face.tables().cmap {
            for table in cmap.subtables.into_iter().filter(ttf_parser::cmap::Subtable::is_unicode) {
                table.codepoints(|code| {
                    let glyph = char::from_u32(code).and_then(|letter| Some((letter, table.glyph_index(code)?)));
                    if let Some((letter, glyph)) = glyph {
                        let width = f32::from(face.glyph_hor_advance(glyph).unwrap_or_default()) * scale;
                        widths.insert(letter, (glyph.0, width));
                    }
                });
            }
        }
        Ok(Self { bytes, widths, numbers: HashMap::new(), listed: Vec::new() })
    }

    /// A letter that the font does not have is as wide as Hangul, and drawn as an empty box.
    fn measured(&self, letter: char) -> (u16, f32) {
        self.widths.get(&letter).copied().unwrap_or((0, 1000.0))
    }

    /// Whether the font can draw it.
    pub fn has(&self, letter: char) -> bool {
        self.widths.get(&letter).is_some_and(|(glyph, _)| *glyph != 0)
    }

    /// The width of a letter at this size.
    pub fn width(&self, letter: char, size: f32) -> f32 {
        self.measured(letter).1 * size / 1000.0
    }

    /// The width of a text at this size.
    pub fn length(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.width(letter, size)).sum()
    }

    /// The text as a PDF has it: the numbers of its letters. A document has fewer kinds of letters than there are numbers.
    pub fn encoded(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(2 * text.len());
        for letter in text.chars() {
            let (glyph, width) = self.measured(letter);
            let next = u16::try_from(self.listed.len() + 1).ok();
            let number = match (self.numbers.get(&letter), next) {
                (Some(known), _) => *known,
                (None, Some(next)) => {
                    self.numbers.insert(letter, next);
                    self.listed.push((letter, glyph, width));
                    next
                }
                (None, None) => 0,
            };
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// The font cut down to the letters that were asked of it.
    ///
    /// # Errors
    /// [`Error::Export`].
    pub fn subset(&self) -> Result<Subset> {
        let face = face(&self.bytes)?;
        let mut glyphs = GlyphRemapper::new();
        let letters: Vec<(char, u16, f32)> =
            self.listed.iter().map(|(letter, glyph, width)| (*letter, glyphs.remap(*glyph), *width)).collect();
        let file = subsetter::subset(&self.bytes, 0, &glyphs)
            .map_err(|error| Error::Export(format!("the font cannot be cut: {error}")))?;
        let scale = 1000.0 / f32::from(face.units_per_em());
        let scaled = |value: i16| f32::from(value) * scale;
        let bounds = face.global_bounding_box();
        let ascent = scaled(face.ascender());
        Ok(Subset {
            file,
            letters,
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(scaled),
            heights: [ascent, scaled(face.descender()), face.capital_height().map_or(ascent, scaled)],
        })
    }
}

fn face(bytes: &[u8]) -> Result<Face<'_>> {
    Face::parse(bytes, 0).map_err(|error| Error::Export(format!("the font cannot be read: {error}")))
}

/// The OpenType file inside a WOFF 1.0 file (W3C recommendation of 2012): its tables, each packed by zlib.
fn unpacked(woff: &[u8]) -> Option<Vec<u8>> {
    const HEAD: usize = 44;
    const ENTRY: usize = 20;
    let number = |at: usize| Some(u32::from_be_bytes(woff.get(at..at + 4)?.try_into().ok()?) as usize);
    if woff.get(..4)? != b"wOFF" {
        return None;
    }
    let count = u16::from_be_bytes(woff.get(12..14)?.try_into().ok()?);
    let tables = usize::from(count);
    let mut file = Vec::new();
    file.extend(woff.get(4..8)?);
    file.extend(count.to_be_bytes());
    // How a table is searched for: readers reckon it themselves.
    let exponent = count.checked_ilog2()?;
    let range = 16u16.checked_shl(exponent)?;
    file.extend(range.to_be_bytes());
    file.extend(u16::try_from(exponent).ok()?.to_be_bytes());
    file.extend((16 * count).checked_sub(range)?.to_be_bytes());
    let mut content = Vec::new();
    let begin = 12 + 16 * tables;
    for table in 0..tables {
        let at = HEAD + ENTRY * table;
        let (offset, packed, length) = (number(at + 4)?, number(at + 8)?, number(at + 12)?);
        let bytes = woff.get(offset..offset.checked_add(packed)?)?;
        file.extend(woff.get(at..at + 4)?);
        file.extend(woff.get(at + 16..at + 20)?);
        file.extend(u32::try_from(begin + content.len()).ok()?.to_be_bytes());
        file.extend(u32::try_from(length).ok()?.to_be_bytes());
        if packed == length {
            content.extend(bytes);
        } else {
            let before = content.len();
            ZlibDecoder::new(bytes).take(MOST_BYTES as u64).read_to_end(&mut content).ok()?;
            if content.len() - before != length {
                return None;
            }
        }
        content.resize(content.len().next_multiple_of(4), 0);
        if content.len() > MOST_BYTES {
            return None;
        }
    }
    file.extend(content);
    Some(file)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_what_official_writing_needs() {
        let font = Font::new().unwrap();
        let wanted = "가힣뷁ABCabc0123 .,:;()[]“”‘’「」『』□○-·①②③⑮※→~%";
        let missing: String = wanted.chars().filter(|letter| !font.has(*letter)).collect();
        assert_eq!(missing, "");
        assert!(!font.has('漢'));
        assert!(font.length("가나다", 10.0) > font.length("abc", 10.0));
    }

    #[test]
    fn a_subset_is_small_and_holds_its_letters() {
        let mut font = Font::new().unwrap();
        let codes = font.encoded("가나가漢");
        assert_eq!(codes, [0, 1, 0, 2, 0, 1, 0, 3]);
        let subset = font.subset().unwrap();
        assert!(subset.file.len() < 20_000, "{} bytes", subset.file.len());
        let glyphs: Vec<u16> = subset.letters.iter().map(|(_, glyph, _)| *glyph).collect();
        assert_eq!(glyphs, [1, 2, 0]);
    }

    #[test]
    fn what_is_no_font_is_refused() {
        for cut in [0, 3, 4, 20, 44, 100, 5_000, WOFF.len() - 5_000] {
            assert_eq!(unpacked(&WOFF[..cut]).map(|font| font.len()), None, "{cut} bytes");
        }
        assert!(unpacked(b"wOF2").is_none());
    }
}
