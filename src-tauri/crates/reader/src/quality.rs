//! Whether a page's text is text: fonts without a map, wrong maps and wrong encodings leave characters that look
//! like a success and would be searched and cited as one.

use encoding_rs::{EUC_KR, WINDOWS_1252};
use unicode_normalization::UnicodeNormalization;

/// What a page's text is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// No characters at all.
    Empty,
    /// Text.
    Good,
    /// Korean without a single space: searchable, but something better is tried first.
    Unspaced,
    /// Not text; never to be shown as such.
    Garbled,
}

/// What a page draws, whatever its text says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Drawn {
    /// Pieces of text.
    pub texts: usize,
    /// Shapes that are more than a rule or a box: letters drawn as outlines, charts.
    pub shapes: usize,
    /// The share of the page's area that pictures have.
    pub cover: f32,
    /// Shadings, annotations and what else may show something.
    pub others: usize,
}

impl Drawn {
    /// Nothing, or rules and boxes only.
    pub fn is_blank(&self) -> bool {
        self.texts == 0 && self.shapes == 0 && self.others == 0 && self.cover <= 0.0
    }

    /// Whether a page with so many characters shows far more than them: a scan with a stamped number, letters that
    /// are outlines.
    pub fn outweighs(&self, marks: usize) -> bool {
        marks < FEW && (self.cover >= COVERED || self.shapes >= OUTLINES)
    }
}

/// Fewer characters than this may be a stamp on a scan rather than a page's text.
pub const FEW: usize = 60;
/// A picture of this share of the page is the page.
const COVERED: f32 = 0.6;
/// So many shapes are letters.
const OUTLINES: usize = 300;

/// Percentages that no sample of real text came near; see the tests.
const ODD: usize = 15;
const MISREAD: usize = 10;
const RARE_SYLLABLES: usize = 4;
const COMMON_SYLLABLES: usize = 15;
const LONE_JAMO: usize = 20;
const STRANGE_SCRIPTS: usize = 15;
const WORDS: usize = 30;

/// The hundred syllables that make up 68 % of Korean text; of fifty syllables in a row at least 28 % are of these.
const COMMON: &str = "다의이단하기에는을가수로문름한지자서누정를개니고어시사은용있리도학과여인트요입번체본으표상대성제스아\
    일구명글할주보째부전해세동나적바화조장그림설형라관교반평분계식경력습터년선위우공호와내만울미파실방드";
/// What leads to a page number, underlines a blank or draws a table: neither letters nor noise.
const LEADERS: &str = ".·…‥⋯-_=─━│┃┌┐└┘├┤┬┴┼~*,()[]<>○●□■◦▪▫◇◆☐☑√∨|/:※→";

/// What a page's text is worth.
pub fn of(text: &str) -> Quality {
    let text: String = text.nfc().collect();
    let marks = marks(&text);
    if marks == 0 {
        return Quality::Empty;
    }
    let over = |count: usize, percent: usize| count * 100 > marks * percent;
    let odd = text.chars().filter(|&c| is_odd(c)).count();
    if over(odd, ODD)
        || over(misread(&text), MISREAD)
        || has_wrong_syllables(&text)
        || over(lone_jamo(&text), LONE_JAMO)
        || is_babel(&text, marks)
        || is_noise(&text)
    {
        return Quality::Garbled;
    }
    if is_unspaced(&text) { Quality::Unspaced } else { Quality::Good }
}

/// Whether recognised text says something: pictures without text give a few stray signs.
pub fn is_recognised(text: &str) -> bool {
    let marks = marks(text);
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    letters >= 2 && letters * 100 >= marks * 40 && !has_wrong_syllables(text)
}

/// Characters other than space.
pub fn marks(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Characters that a font without a map leaves: replacements, private use, controls, noncharacters.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fff9}'..='\u{ffff}' | '\u{f0000}'..)
        // pdfium's mark of a broken word is U+0002.
        || (c.is_control() && c != '\u{2}' && !c.is_whitespace())
}

fn is_hangul(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// Characters that are Korean bytes read as Western ones: `ÇÑ±Û` of EUC-KR, `í•œê¸€` of UTF-8.
fn misread(text: &str) -> usize {
    let mut count = 0;
    // Western text has its accents one by one among plain letters, so only runs are looked at.
    for run in text.split(|c: char| c.is_ascii() || c.is_whitespace()).filter(|run| run.len() > 2) {
        let (bytes, _, unmapped) = WINDOWS_1252.encode(run);
        if unmapped {
            continue;
        }
        let mut at = 0;
        while at < bytes.len() {
            match (bytes[at], bytes.get(at + 1), bytes.get(at + 2)) {
                (0xEA..=0xED, Some(0x80..=0xBF), Some(0x80..=0xBF)) => {
                    count += 3;
                    at += 3;
                }
                // Two of the same are middle dots that lead to a page number.
                (lead @ 0xB0..=0xC8, Some(&trail @ 0xA1..=0xFE), _) if lead != trail => {
                    count += 2;
                    at += 2;
                }
                _ => at += 1,
            }
        }
    }
    count
}

/// Wrong maps give syllables that Korean hardly has, or has but not in this measure.
fn has_wrong_syllables(text: &str) -> bool {
    let (mut all, mut rare, mut common) = (0usize, 0usize, 0usize);
    for c in text.chars().filter(|&c| is_hangul(c)) {
        all += 1;
        if COMMON.contains(c) {
            common += 1;
        } else {
            rare += usize::from(!is_in_use(c));
        }
    }
    (rare >= 3 && rare * 100 > all * RARE_SYLLABLES) || (all >= 50 && common * 100 < all * COMMON_SYLLABLES)
}

/// Whether KS X 1001 has the syllable: its 2,350 are those in use. Windows' code page holds the others elsewhere.
fn is_in_use(syllable: char) -> bool {
    let mut utf8 = [0; 4];
    let (bytes, _, _) = EUC_KR.encode(syllable.encode_utf8(&mut utf8));
    matches!(*bytes, [0xB0..=0xC8, 0xA1..=0xFE])
}

/// Letters of syllables that stand alone; ㅇ and ㄱ at a line's start are marks of a list.
fn lone_jamo(text: &str) -> usize {
    text.lines()
        .flat_map(|line| line.trim_start().chars().skip(1))
        .filter(|c| {
            matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{a960}'..='\u{a97f}')
                || ('\u{d7b0}'..='\u{d7ff}').contains(c)
        })
        .count()
}

/// Glyph numbers taken for characters run through many scripts; a notice for foreigners has a few.
fn is_babel(text: &str, marks: usize) -> bool {
    let mut blocks = Vec::new();
    let mut count = 0;
    for c in text.chars().filter(|&c| is_strange(c)) {
        count += 1;
        let block = u32::from(c) >> 7;
        if !blocks.contains(&block) {
            blocks.push(block);
        }
    }
    count * 100 > marks * STRANGE_SCRIPTS && blocks.len() >= 4
}

/// Beyond Latin, punctuation, symbols, kana, ideographs and Hangul.
fn is_strange(c: char) -> bool {
    matches!(c, '\u{180}'..='\u{2ff}' | '\u{370}'..='\u{10ff}' | '\u{1200}'..='\u{1dff}' | '\u{2c00}'..='\u{2dff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{a000}'..='\u{a95f}' | '\u{a980}'..='\u{abff}' | '\u{fb00}'..='\u{fdff}')
}

/// Punctuation where letters should be.
fn is_noise(text: &str) -> bool {
    let (mut all, mut letters) = (0usize, 0usize);
    for c in text.chars().filter(|&c| !c.is_whitespace() && !LEADERS.contains(c)) {
        all += 1;
        letters += usize::from(c.is_alphanumeric());
    }
    all >= 40 && letters * 100 < all * WORDS
}

/// Korean in whole lines without a space. Cells of tables and names are short and do not count.
fn is_unspaced(text: &str) -> bool {
    let (mut syllables, mut spaces) = (0usize, 0usize);
    for line in text.lines() {
        let line = line.trim();
        let hangul = line.chars().filter(|&c| is_hangul(c)).count();
        if hangul >= 25 {
            syllables += hangul;
            spaces += line.chars().filter(|c| c.is_whitespace()).count();
        }
    }
    syllables >= 120 && spaces * 60 < syllables
}

#[cfg(test)]
mod tests {
    use super::*;

    const KOREAN: &str = "제7조(연가) 공무원의 연가일수는 재직기간에 따라 다음과 같이 정하며 소속 기관의 장이 승인한다. 연가는 반일 단위로 \
                          승인할 수 있고, 이 경우 두 번은 하루로 본다. 연가를 다 쓰지 못한 때에는 보상비를 지급한다.";

    fn as_western(bytes: &[u8]) -> String {
        WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
    }

    #[test]
    fn text_is_told_from_what_only_looks_like_it() {
        let euc = EUC_KR.encode(KOREAN).0.into_owned();
        let shifted = |by: u32| -> String {
            let other = |c| char::from_u32(u32::from(c) + by).unwrap_or(c);
            KOREAN.chars().map(|c| if is_hangul(c) { other(c) } else { c }).collect()
        };
        let glyphs: String = (40..4000).step_by(37).filter_map(char::from_u32).collect();
        let decomposed: String = KOREAN.nfd().collect();
        let jamo = "ㅈㅔㄱㅗㅇㅁㅜㅇㅝㄴㅇㅢ ㅇㅕㄴㄱㅏ";
        for (name, text, expected) in [
            ("nothing", " \r\n\u{c}", Quality::Empty),
            ("Korean", KOREAN, Quality::Good),
            ("Korean in single letters, as a Mac writes it", &decomposed, Quality::Good),
            ("a heading", "복무 규정", Quality::Good),
            ("a rare name", "뷁 씨", Quality::Good),
            ("official marks", "□ 추진 배경\n ㅇ 연가 사용\n ㅇ 병가 사용\n - 붙임 참조", Quality::Good),
            ("bullets of a symbol font", "\u{f0b7} 연가는 반일 단위로 승인한다.\n\u{f0b7} 병가는 연 60일로 한다.", Quality::Good),
            ("a table of contents", "제1장 총칙 ················· 3\n제2장 휴가 ················· 5", Quality::Good),
            ("an empty form", "성명 (          ) □ 남 □ 여   서명 ____________________________________", Quality::Good),
            ("a table of figures", "구분 2024 2025\n1,234 △56.7% 89\n￦12,000 3.4% 5", Quality::Good),
            ("names", "강감찬 을지문덕 김유신 최영 이순신 권율 곽재우 양만춘 계백 관창 정몽주 길재 이색 최무선 장영실 황희 맹사성 성삼문 박팽년", Quality::Good),
            ("French", "L'été dernier, l'élève a été reçu à l'école où son père était maître.", Quality::Good),
            ("German", "Größere Flüsse schließen häufig an Straßen an; § 5 gilt für ±3 °C.", Quality::Good),
            ("Vietnamese", "Người lao động nước ngoài được bảo vệ theo pháp luật về lao động.", Quality::Good),
            ("Thai", "แรงงานต่างชาติได้รับความคุ้มครองตามกฎหมายแรงงาน", Quality::Good),
            ("Russian", "Иностранные работники защищены законом о труде.", Quality::Good),
            ("Chinese", "外國勞工受到勞動法的保護。外国人労働者は労働法により保護されます。", Quality::Good),
            ("EUC-KR read as Western", &as_western(&euc), Quality::Garbled),
            ("UTF-8 read as Western", &as_western(KOREAN.as_bytes()), Quality::Garbled),
            ("UTF-8 read as EUC-KR", &EUC_KR.decode_without_bom_handling(KOREAN.as_bytes()).0, Quality::Garbled),
            ("a font's map off by some", &shifted(11), Quality::Garbled),
            ("a font's map off by a vowel", &shifted(28), Quality::Garbled),
            ("glyph numbers", &glyphs, Quality::Garbled),
            ("private use", "\u{e0ac}\u{e1f0} \u{e200}\u{e201} 가", Quality::Garbled),
            ("replacements", "\u{fffd}\u{fffd}\u{fffd} 1", Quality::Garbled),
            ("English glyph numbers with controls for spaces", "7KLV\u{3}LV\u{3}D\u{3}WHVW\u{3}SDJH", Quality::Garbled),
            ("letters of syllables", jamo, Quality::Garbled),
            ("punctuation", "!\"#$ %&'+ ;@!\" #$%& '+;@ !\"#$ %&'+ ;@!\" #$%& '+;@ !\"#$ %&'+", Quality::Garbled),
            ("Korean without a space", &KOREAN.replace(' ', "").repeat(2), Quality::Unspaced),
            ("cells without a space", &"연가일수 승인권자 비고\n".repeat(40), Quality::Good),
        ] {
            assert_eq!(of(text), expected, "{name}: {text}");
        }
    }

    #[test]
    fn syllables_of_wrong_but_common_glyphs_are_not_korean() {
        // Every 23rd of the syllables in use: each is a real one, together they are none.
        let used: Vec<char> = ('가'..='힣').filter(|&c| is_in_use(c)).step_by(23).collect();
        let text: String = used.chunks(4).map(|word| word.iter().collect::<String>() + " ").collect();
        assert_eq!(of(&text), Quality::Garbled, "{text}");
    }

    #[test]
    fn recognised_text_has_letters() {
        for text in ["", "| ~ . '", "—", "1"] {
            assert!(!is_recognised(text), "{text}");
        }
        for text in ["제7조 연가", "Page 1", "17"] {
            assert!(is_recognised(text), "{text}");
        }
    }

    #[test]
    fn a_page_that_shows_far_more_than_its_text_is_told() {
        let scan = Drawn { cover: 1.0, ..Drawn::default() };
        let chart = Drawn { texts: 40, shapes: 60, ..Drawn::default() };
        let outlines = Drawn { texts: 1, shapes: 900, ..Drawn::default() };
        assert_eq!([scan.outweighs(0), scan.outweighs(5), scan.outweighs(800)], [true, true, false]);
        assert_eq!([chart.outweighs(50), outlines.outweighs(4), outlines.outweighs(1000)], [false, true, false]);
        assert!(Drawn::default().is_blank() && !scan.is_blank());
    }
}
