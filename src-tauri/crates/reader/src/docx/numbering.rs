//! List numbers as Word shows them: 1. 가. ①, and the bullets of a list.

use std::collections::{HashMap, HashSet};

use super::styles::small;
use crate::symbols;
use crate::xml::Xml;

const LEVELS: usize = 9;

/// The lists of a document, and how far each has counted.
#[derive(Default)]
pub struct Numbering {
    lists: HashMap<u32, List>,
    /// What a paragraph names, and the list behind it.
    uses: HashMap<u32, Use>,
    counted: HashMap<u32, [Option<u32>; LEVELS]>,
    restarted: HashSet<(u32, usize)>,
}

#[derive(Default)]
struct List {
    levels: HashMap<usize, Level>,
    /// A list may be another's, by the name of a style.
    link: Option<String>,
    named: Option<String>,
}

#[derive(Clone, Default)]
struct Level {
    start: Option<u32>,
    format: String,
    text: String,
    style: Option<String>,
    /// Numbers of the levels above are shown in digits.
    digits: bool,
    joined: bool,
}

#[derive(Default)]
struct Use {
    list: u32,
    starts: HashMap<usize, u32>,
    levels: HashMap<usize, Level>,
}

impl Numbering {
    pub fn read(text: &str) -> Self {
        let mut numbering = Self::default();
        let mut xml = Xml::new(text);
        let Some(_) = xml.find("numbering") else { return numbering };
        while let Some(element) = xml.element() {
            match element.name() {
                "abstractNum" => {
                    let id = element.number("abstractNumId").unwrap_or_default();
                    numbering.lists.insert(id, list(&mut xml));
                }
                "num" => {
                    let id = element.number("numId").unwrap_or_default();
                    numbering.uses.insert(id, used(&mut xml));
                }
                _ => xml.skip(),
            }
        }
        numbering
    }

    /// Counts a paragraph and gives what stands before it; `None` where it has no number.
    pub fn label(&mut self, id: u32, depth: Option<u8>, style: Option<&str>) -> Option<String> {
        let used = self.uses.get(&id)?;
        let list = linked(&self.lists, used.list)?;
        let by_style = || {
            let own = |(depth, level): (&usize, &Level)| (level.style.as_deref() == style).then_some(*depth);
            style.and_then(|_| list.levels.iter().find_map(own))
        };
        let depth = depth.map(usize::from).or_else(by_style).unwrap_or(0).min(LEVELS - 1);
        let level = |depth: usize| used.levels.get(&depth).or_else(|| list.levels.get(&depth));
        let own = level(depth)?.clone();
        let begin = |depth: usize| level(depth).and_then(|level| level.start).unwrap_or(1);
        let counted = self.counted.entry(used.list).or_default();
        if used.starts.contains_key(&depth) && self.restarted.insert((id, depth)) {
            counted[depth] = None;
        }
        let start = used.starts.get(&depth).copied().unwrap_or_else(|| begin(depth));
        counted[depth] = Some(counted[depth].map_or(start, |count| count.saturating_add(1)));
        counted[depth + 1..].fill(None);
        let mut label = String::new();
        if own.format == "bullet" {
            label = symbols::bullet(&own.text);
        } else {
            let mut text = own.text.chars();
            while let Some(character) = text.next() {
                let digit = text.clone().next().and_then(|next| next.to_digit(10)).filter(|_| character == '%');
                let Some(at) = digit.and_then(|digit| (digit as usize).checked_sub(1)) else {
                    label.push(character);
                    continue;
                };
                text.next();
                let count = *counted[at].get_or_insert_with(|| begin(at));
                let format = level(at).map_or("decimal", |level| level.format.as_str());
                label.push_str(&number(count, if own.digits { "decimal" } else { format }));
            }
        }
        if label.trim().is_empty() {
            return None;
        }
        if !own.joined {
            label.push(' ');
        }
        Some(label)
    }
}

fn linked(lists: &HashMap<u32, List>, id: u32) -> Option<&List> {
    let list = lists.get(&id)?;
    match &list.link {
        Some(name) => lists.values().find(|other| other.named.as_ref() == Some(name)).or(Some(list)),
        None => Some(list),
    }
}

fn list(xml: &mut Xml<'_>) -> List {
    let mut list = List::default();
    while let Some(element) = xml.element() {
        match element.name() {
            "lvl" => {
                let depth = element.number("ilvl").unwrap_or_default() as usize;
                list.levels.insert(depth, level(xml));
                continue;
            }
            "numStyleLink" => list.link = element.attribute("val"),
            "styleLink" => list.named = element.attribute("val"),
            _ => {}
        }
        xml.skip();
    }
    list
}

fn level(xml: &mut Xml<'_>) -> Level {
    let mut level = Level { format: "decimal".to_owned(), ..Level::default() };
    while let Some(element) = xml.element() {
        match element.name() {
            "start" => level.start = element.number("val"),
            "numFmt" => level.format = element.attribute("val").unwrap_or_default(),
            "lvlText" => level.text = element.attribute("val").unwrap_or_default(),
            "pStyle" => level.style = element.attribute("val"),
            "isLgl" => level.digits = element.on(),
            "suff" => level.joined = element.attribute("val").as_deref() == Some("nothing"),
            _ => {}
        }
        xml.skip();
    }
    level
}

fn used(xml: &mut Xml<'_>) -> Use {
    let mut used = Use::default();
    while let Some(element) = xml.element() {
        match element.name() {
            "abstractNumId" => used.list = element.number("val").unwrap_or_default(),
            "lvlOverride" => {
                let depth = small(element.number("ilvl")).unwrap_or_default() as usize;
                while let Some(element) = xml.element() {
                    match element.name() {
                        "startOverride" => {
                            used.starts.insert(depth, element.number("val").unwrap_or(1));
                            xml.skip();
                        }
                        "lvl" => drop(used.levels.insert(depth, level(xml))),
                        _ => xml.skip(),
                    }
                }
                continue;
            }
            _ => {}
        }
        xml.skip();
    }
    used
}

/// A number in the way that a list counts.
pub fn number(count: u32, format: &str) -> String {
    let from = |first: char, last: char| {
        let (first, last) = (u32::from(first), u32::from(last));
        count.checked_sub(1).map(|at| first + at).filter(|&code| code <= last).and_then(char::from_u32)
    };
    let of = |signs: &str| count.checked_sub(1).and_then(|at| signs.chars().nth(at as usize));
    let one = match format {
        "none" => return String::new(),
        "decimalZero" => return format!("{count:02}"),
        "upperLetter" => return letters(count, b'A'),
        "lowerLetter" => return letters(count, b'a'),
        "upperRoman" => return roman(count),
        "lowerRoman" => return roman(count).to_lowercase(),
        "koreanCounting" | "koreanDigital" => return korean(count, "일이삼사오육칠팔구", "십백천"),
        "koreanDigital2" | "ideographDigital" | "japaneseCounting" | "chineseCounting" | "chineseCountingThousand"
        | "taiwaneseCounting" | "japaneseDigitalTenThousand" => return korean(count, "一二三四五六七八九", "十百千"),
        "decimalFullWidth" => {
            return count.to_string().chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect();
        }
        "ganada" => of("가나다라마바사아자차카타파하"),
        "chosung" => of("ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => from('①', '⑳'),
        "decimalEnclosedParen" => from('⑴', '⒇'),
        "decimalEnclosedFullstop" => from('⒈', '⒛'),
        _ => None,
    };
    one.map_or_else(|| count.to_string(), String::from)
}

/// a … z, aa … zz, as Word goes on.
fn letters(count: u32, first: u8) -> String {
    let Some(at) = count.checked_sub(1) else { return String::new() };
    let letter = char::from(first + u8::try_from(at % 26).unwrap_or_default());
    std::iter::repeat_n(letter, (at / 26 + 1).min(10) as usize).collect()
}

fn roman(count: u32) -> String {
    let mut rest = count.min(4999);
    let mut out = String::new();
    for (value, sign) in [
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
        (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ] {
        while rest >= value {
            out.push_str(sign);
            rest -= value;
        }
    }
    out
}

/// 십이, 이십, 백삼: a one before a unit is not said.
fn korean(count: u32, digits: &str, units: &str) -> String {
    if !(1..10_000).contains(&count) {
        return count.to_string();
    }
    let mut out = String::new();
    for place in (0..4u32).rev() {
        let digit = count / 10u32.pow(place) % 10;
        if digit > 1 || (digit == 1 && place == 0) {
            out.extend(digits.chars().nth(digit as usize - 1));
        }
        if digit > 0 && place > 0 {
            out.extend(units.chars().nth(place as usize - 1));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_list_counts() {
        for (count, format, expected) in [
            (3, "decimal", "3"),
            (3, "decimalZero", "03"),
            (14, "ganada", "하"),
            (15, "ganada", "15"),
            (2, "chosung", "ㄴ"),
            (20, "decimalEnclosedCircle", "⑳"),
            (21, "decimalEnclosedCircle", "21"),
            (4, "upperRoman", "IV"),
            (28, "lowerLetter", "bb"),
            (12, "koreanCounting", "십이"),
            (120, "koreanDigital", "백이십"),
            (0, "ganada", "0"),
            (7, "unheard of", "7"),
        ] {
            assert_eq!(number(count, format), expected, "{count} {format}");
        }
    }

    #[test]
    fn levels_count_within_the_level_above_and_restart_where_told() {
        let level = |depth: u8, format: &str, text: &str| {
            format!("<w:lvl w:ilvl=\"{depth}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/></w:lvl>")
        };
        let mut numbering = Numbering::read(&format!(
            "<w:numbering><w:abstractNum w:abstractNumId=\"4\">{}{}{}</w:abstractNum>\
             <w:num w:numId=\"1\"><w:abstractNumId w:val=\"4\"/></w:num>\
             <w:num w:numId=\"2\"><w:abstractNumId w:val=\"4\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num>\
             </w:numbering>",
            level(0, "decimal", "%1."),
            level(1, "ganada", "%2."),
            level(2, "bullet", "\u{f0a7}"),
        ));
        let mut seen = Vec::new();
        for (id, depth) in [(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1), (2, 0), (2, 0), (9, 0)] {
            seen.push(numbering.label(id, Some(depth), None).unwrap_or_default());
        }
        assert_eq!(seen, ["1. ", "가. ", "나. ", "▪ ", "2. ", "가. ", "1. ", "2. ", ""]);
    }
}
