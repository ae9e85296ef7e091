//! The signs of items and points, by the 「행정업무의 운영 및 혁신에 관한 규정 시행규칙」 제2조제1항 and the 행정업무운영
//! 편람.

use crate::document::{Block, DEEPEST_ITEM};

/// The syllables that number items, in their order: behind 하 comes 거.
const SYLLABLES: [char; 28] = [
    '가', '나', '다', '라', '마', '바', '사', '아', '자', '차', '카', '타', '파', '하', '거', '너', '더', '러', '머',
    '버', '서', '어', '저', '처', '커', '터', '퍼', '허',
];

/// An item's sign, such as `1.` or `㉮`, by its level from 1 and its number from 1. What is beyond the signs that there
/// are is counted in digits.
pub fn sign(level: u8, number: usize) -> String {
    let syllable = || SYLLABLES.get(number - 1).map_or_else(|| number.to_string(), char::to_string);
    match (level, number) {
        (_, 0) => String::new(),
        (1, _) => format!("{number}."),
        (2, _) => format!("{}.", syllable()),
        (3, _) => format!("{number})"),
        (4, _) => format!("{})", syllable()),
        (5, _) => format!("({number})"),
        (6, _) => format!("({})", syllable()),
        (7, _) => circled(number).map_or_else(|| format!("({number})"), String::from),
        _ => circled_syllable(number).map_or_else(|| format!("({})", syllable()), String::from),
    }
}

/// A point's sign, by its level from 1.
pub fn point(level: u8) -> char {
    match level {
        0 | 1 => '□',
        2 => '○',
        3 => '-',
        _ => '·',
    }
}

/// ① to ㊿.
fn circled(number: usize) -> Option<char> {
    let number = u32::try_from(number).ok()?;
    let code = match number {
        1..=20 => 0x2460 + number - 1,
        21..=35 => 0x3251 + number - 21,
        36..=50 => 0x32b1 + number - 36,
        _ => return None,
    };
    char::from_u32(code)
}

/// ㉮ to ㉻.
fn circled_syllable(number: usize) -> Option<char> {
    let number = u32::try_from(number).ok().filter(|number| (1..=14).contains(number))?;
    char::from_u32(0x326e + number - 1)
}

/// What stands before an item, by its place among the blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// The level that it has once none is left out and none is without a sign, from 1.
    pub level: u8,
    /// Its sign; none for an item that is alone.
    pub sign: Option<String>,
}

/// The signs of all items, `None` for blocks that are none. A list ends at a heading, a paragraph, a table and a point;
/// an item that is alone in its list has no sign, and what is below it has the signs of its level.
pub fn numbered(blocks: &[Block]) -> Vec<Option<Numbered>> {
    let levels = levels(blocks);
    let mut numbers = [0usize; DEEPEST_ITEM as usize + 1];
    let mut unsigned = [false; DEEPEST_ITEM as usize + 1];
    let mut signs = Vec::with_capacity(blocks.len());
    for (at, level) in levels.iter().enumerate() {
        let Some(level) = *level else {
            numbers = [0; DEEPEST_ITEM as usize + 1];
            unsigned = [false; DEEPEST_ITEM as usize + 1];
            signs.push(None);
            continue;
        };
        let depth = usize::from(level);
        numbers[depth] += 1;
        numbers[depth + 1..].fill(0);
        let alone = numbers[depth] == 1 && !has_next(&levels[at + 1..], level);
        unsigned[depth] = alone;
        unsigned[depth + 1..].fill(false);
        // Below an item without a sign the signs begin where its own would have been.
        let above = unsigned[..depth].iter().filter(|unsigned| **unsigned).count() as u8;
        let level = level - above;
        signs.push(Some(Numbered { level, sign: (!alone).then(|| sign(level, numbers[depth])) }));
    }
    signs
}

/// The levels that items have once none is left out.
fn levels(blocks: &[Block]) -> Vec<Option<u8>> {
    let mut above = Vec::new();
    blocks
        .iter()
        .map(|block| {
            let Block::Item { level, .. } = block else {
                above.clear();
                return None;
            };
            // What was said to be deeper stays deeper, however far.
            while above.last().is_some_and(|last| last >= level) {
                above.pop();
            }
            above.push(*level);
            u8::try_from(above.len()).ok().map(|depth| depth.min(DEEPEST_ITEM))
        })
        .collect()
}

/// Whether an item of this level comes before the list that it would stand in ends.
fn has_next(levels: &[Option<u8>], level: u8) -> bool {
    let rest = levels.iter().map_while(|other| *other).take_while(|other| *other >= level);
    rest.into_iter().any(|other| other == level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(level: u8) -> Block {
        Block::Item { level, text: "글".to_owned() }
    }

    fn signs(blocks: &[Block]) -> String {
        let signs = numbered(blocks).into_iter().map(|item| match item {
            Some(item) => item.sign.unwrap_or_else(|| "·".to_owned()),
            None => "|".to_owned(),
        });
        signs.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_level_has_its_signs() {
        let table = [
            (1, 12, "12."),
            (2, 14, "하."),
            (2, 15, "거."),
            (2, 29, "29."),
            (3, 1, "1)"),
            (4, 2, "나)"),
            (5, 3, "(3)"),
            (6, 4, "(라)"),
            (7, 20, "⑳"),
            (7, 21, "㉑"),
            (7, 50, "㊿"),
            (7, 51, "(51)"),
            (8, 1, "㉮"),
            (8, 14, "㉻"),
            (8, 15, "(거)"),
            (1, 0, ""),
        ];
        for (level, number, wanted) in table {
            assert_eq!(sign(level, number), wanted, "level {level}, number {number}");
        }
    }

    #[test]
    fn items_are_numbered_by_their_place() {
        let paragraph = Block::Paragraph { text: "글".to_owned() };
        let deep: Vec<Block> = (1..=8).flat_map(|level| [item(level), item(level)]).collect();
        let table: [(&[Block], &str); 8] = [
            (&[item(1), item(2), item(2), item(1), item(2), item(2)], "1. 가. 나. 2. 가. 나."),
            // One alone has no sign.
            (&[item(1)], "·"),
            (&[item(1), item(2), item(1)], "1. · 2."),
            (&[item(1), item(2), item(2)], "· 1. 2."),
            (&[item(1), item(2), item(3), item(3), item(1), item(2), item(2)], "1. · 가. 나. 2. 가. 나."),
            // A level that is left out is closed up.
            (&[item(1), item(4), item(4), item(1)], "1. 가. 나. 2."),
            // A list of its own behind a paragraph.
            (&[item(1), item(1), paragraph, item(1), item(1)], "1. 2. | 1. 2."),
            (&deep, "1. 2. 가. 나. 1) 2) 가) 나) (1) (2) (가) (나) ① ② ㉮ ㉯"),
        ];
        for (blocks, wanted) in table {
            assert_eq!(signs(blocks), wanted);
        }
    }
}
