//! Plain text in any encoding that Korean offices use, and Markdown.

use documents::{Document, Format};
use encoding_rs::{EUC_KR, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use wire::Failure;

use crate::outline::Outline;

/// How much of a file is looked at to tell text from binary.
const SAMPLE: usize = 64 * 1024;

/// Whether the bytes can be text: no control characters but those of layout.
pub fn is_text(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if utf16(bytes).is_some() {
        return true;
    }
    let odd = sample.iter().filter(|&&byte| byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c | 0x1a | 0x1b)).count();
    if odd > sample.len() / 200 || sample.contains(&0) {
        return false;
    }
    // Random bytes survive the rule above now and then, but no decoder.
    let (text, _) = decode(sample);
    let broken = text.chars().filter(|&c| c == '\u{fffd}').count();
    broken <= 1 + text.chars().count() / 50
}

/// UTF-16 by its mark, or by the zero bytes of its ASCII characters.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.starts_with(&[0xFF, 0xFE]) {
        return Some(UTF_16LE);
    }
    if bytes.starts_with(&[0xFE, 0xFF]) {
        return Some(UTF_16BE);
    }
    let sample = &bytes[..bytes.len().min(SAMPLE) & !1];
    let layout = |unit: [u8; 2]| matches!(unit, [b'\n' | b'\r' | b' ' | b'\t', 0]);
    let (mut little, mut big) = (0, 0);
    for unit in sample.chunks_exact(2) {
        little += usize::from(layout([unit[0], unit[1]]));
        big += usize::from(layout([unit[1], unit[0]]));
    }
    let enough = 1 + sample.len() / 200;
    let found = match (little >= enough, big >= enough) {
        (true, false) => UTF_16LE,
        (false, true) => UTF_16BE,
        _ => return None,
    };
    (!found.decode_without_bom_handling(sample).1).then_some(found)
}

/// The text, and whether some of it could not be decoded.
pub fn decode(bytes: &[u8]) -> (String, bool) {
    if let Some(encoding) = utf16(bytes) {
        let (text, _, broken) = encoding.decode(bytes);
        return (text.into_owned(), broken);
    }
    let (text, broken) = UTF_8.decode_with_bom_removal(bytes);
    // A file cut in the middle of a character is still UTF-8.
    if !broken || std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none()) {
        return (text.into_owned(), broken && bytes.len() < SAMPLE);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(Some(b"kr"), chardetng::Utf8Detection::Deny);
    // Korean first: on short text the detector mistakes CP949 for its neighbours.
    let (text, broken) = EUC_KR.decode_without_bom_handling(bytes);
    if !broken || guess == EUC_KR {
        return (text.into_owned(), broken);
    }
    let (text, broken) = guess.decode_without_bom_handling(bytes);
    (text.into_owned(), broken)
}

fn start(bytes: &[u8], format: Format) -> (Outline, String) {
    let mut outline = Outline::new(format);
    let (text, broken) = decode(bytes);
    if broken {
        outline.warn("알아볼 수 없는 글자가 있습니다. UTF-8로 저장하여 다시 추가하십시오.");
    }
    (outline, text)
}

pub fn plain(bytes: &[u8]) -> Result<Document, Failure> {
    let (mut outline, text) = start(bytes, Format::Txt);
    for line in text.lines() {
        outline.paragraph(line);
    }
    Ok(outline.finish())
}

pub fn markdown(bytes: &[u8]) -> Result<Document, Failure> {
    let (mut outline, text) = start(bytes, Format::Md);
    let mut table = String::new();
    let mut open = String::new();
    let mut fenced = false;
    for line in text.lines() {
        let line = line.trim_end();
        let bare = line.trim_start();
        let rowed = !fenced && bare.starts_with('|');
        let level = bare.chars().take_while(|&c| c == '#').count();
        let headed = !fenced && (1..=6).contains(&level) && bare[level..].starts_with(' ');
        let fence = bare.starts_with("```") || bare.starts_with("~~~");
        if !rowed && !table.is_empty() {
            outline.table(&std::mem::take(&mut table));
        }
        // A line that begins an item, a heading or a table ends the paragraph before it.
        let item = !fenced && bare.starts_with(['-', '*', '+', '>', '□', '○', '※', '·']) || begins_numbered(bare);
        if (bare.is_empty() || rowed || headed || item || fence) && !fenced && !open.is_empty() {
            outline.paragraph(&std::mem::take(&mut open));
        }
        if fence {
            fenced = !fenced;
        } else if rowed {
            table.push_str(bare);
            table.push('\n');
        } else if headed {
            outline.heading(u8::try_from(level).unwrap_or(6), bare[level..].trim_end_matches('#'));
        } else if let Some((label, note)) = footnote(bare) {
            outline.footnote(label, note);
        } else if !bare.is_empty() {
            open.push_str(line);
            open.push('\n');
        }
    }
    outline.table(&table);
    outline.paragraph(&open);
    Ok(outline.finish())
}

/// `[^1]: text`
fn footnote(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("[^")?.split_once("]:")
}

fn begins_numbered(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < line.len() && rest.starts_with(['.', ')'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_text_is_read_in_each_of_its_encodings() {
        let text = "□ 복무 규정\r\n  ○ 연가 17일, 똠방각하 펲시콜라\r\n";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (name, bytes) in [
            ("UTF-8", text.as_bytes().to_vec()),
            ("UTF-8 with mark", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
            ("CP949", EUC_KR.encode(text).0.into_owned()),
            ("UTF-16LE with mark", [&[0xFF, 0xFE], utf16.as_slice()].concat()),
            ("UTF-16LE", utf16),
            ("UTF-16BE with mark", [&[0xFE, 0xFF], big.as_slice()].concat()),
            ("UTF-16BE", big),
        ] {
            assert!(is_text(&bytes), "{name}");
            assert_eq!(decode(&bytes), (text.to_owned(), false), "{name}");
        }
    }

    #[test]
    fn binary_is_not_text() {
        let noise: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(!is_text(&noise));
        assert!(!is_text(b"\x7fELF\x02\x01\x01\0\0\0"));
    }
}
