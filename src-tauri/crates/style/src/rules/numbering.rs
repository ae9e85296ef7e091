//! Items: `1.` `가.` `1)` `가)` `(1)` `(가)` `①` `㉮`, in order, none alone, each level two spaces further in.

use std::ops::Range;

use crate::document::Document;
use crate::finding::{Mark, Rule};
use crate::scan::is_space;
use crate::text::Text;

/// Syllables that number items, in their order: behind 하 comes 거.
const SYLLABLES: [char; 28] = [
    '가', '나', '다', '라', '마', '바', '사', '아', '자', '차', '카', '타', '파', '하', '거', '너', '더', '러', '머', '버',
    '서', '어', '저', '처', '커', '터', '퍼', '허',
];
const BULLETS: &str = "□■○●◦◎◇◆▪▫▶▷·ㆍ•※*-–—☞➢❍ㅇ";
const FIRSTS: [&str; 8] = ["1.", "가.", "1)", "가)", "(1)", "(가)", "①", "㉮"];

struct Item {
    level: usize,
    /// From 0.
    number: usize,
    /// How many lists it stands in.
    depth: usize,
    indent: usize,
    /// From the line's start to the end of the sign.
    range: Range<usize>,
    sign: Range<usize>,
    /// Spaces between sign and text.
    gap: usize,
}

struct Open {
    level: usize,
    last: usize,
    count: usize,
    first: Range<usize>,
}

pub(crate) fn find(text: &Text, document: &Document) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut items = Vec::new();
    let mut bulleted = false;
    for (at, line) in text.lines.iter().enumerate() {
        if document.is_attachment(at) {
            continue;
        }
        let Some(item) = item(text, line) else {
            bulleted |= text.whole[line.clone()].trim_start().starts_with(|char| BULLETS.contains(char));
            continue;
        };
        // "다." at the head of a line is the tail of a sentence unless a list has come that far.
        let listed = open.iter().any(|each| each.level == item.level);
        if item.level == 1 && item.number > 0 && !listed {
            continue;
        }
        while open.last().is_some_and(|last| last.level > item.level) {
            marks.extend(open.pop().and_then(alone));
        }
        spaced(text, &item, &mut marks);
        place(&item, &mut open, bulleted, document.official, &mut marks);
        bulleted = false;
        items.push(Item { depth: open.len() - 1, ..item });
    }
    while let Some(last) = open.pop() {
        marks.extend(alone(last));
    }
    indented(&items, document.official, &mut marks);
    marks
}

/// Holds an item against the one before it.
fn place(item: &Item, open: &mut Vec<Open>, bulleted: bool, official: bool, marks: &mut Vec<Mark>) {
    let first = item.sign.start..item.sign.end + item.gap;
    let begin = Open { level: item.level, last: item.number, count: 1, first };
    let Some(last) = open.last_mut().filter(|last| last.level == item.level) else {
        let above = open.last().map(|last| last.level);
        let next = above.map_or(0, |level| level + 1);
        if item.level > next && !bulleted && (above.is_some() || official) {
            let upper = above.map_or("첫째 항목은".to_owned(), |level| format!("‘{}’ 아래 항목은", FIRSTS[level]));
            let signs = "1., 가., 1), 가), (1), (가), ①, ㉮";
            let says = format!("{upper} ‘{}’로 나눕니다. 항목은 {signs} 순서입니다.", FIRSTS[next]);
            marks.push(Mark::advice(Rule::ItemLevel, item.sign.clone(), None, says));
        } else if item.number > 0 && above.is_some() && !bulleted {
            marks.push(order(item, 0));
        }
        open.push(begin);
        return;
    };
    if item.number == 0 {
        // A list of its own begins, below another heading.
        let before = std::mem::replace(last, begin);
        marks.extend(alone(before));
        return;
    }
    let expected = last.last + 1;
    if item.number != expected {
        marks.push(order(item, expected));
    }
    last.last = item.number;
    last.count += 1;
}

fn order(item: &Item, expected: usize) -> Mark {
    let right = sign(item.level, expected);
    let says = match &right {
        Some(right) => format!("항목은 오름차순, 가나다순으로 적습니다. 여기에는 ‘{right}’ 차례입니다."),
        None => "항목은 오름차순, 가나다순으로 적습니다.".to_owned(),
    };
    Mark::advice(Rule::ItemOrder, item.sign.clone(), right, says)
}

fn alone(list: Open) -> Option<Mark> {
    let says = "항목이 하나뿐이면 항목 기호를 붙이지 않습니다.";
    (list.count == 1 && list.last == 0).then(|| Mark::advice(Rule::ItemAlone, list.first, String::new(), says))
}

fn spaced(text: &Text, item: &Item, marks: &mut Vec<Mark>) {
    let range = item.sign.start..item.sign.end + item.gap;
    let written = &text.whole[item.sign.clone()];
    // ① often brings its own space.
    if item.level < 6 && item.gap != 1 {
        let says = "항목 기호와 내용 사이는 한 칸(1타) 띄웁니다.";
        marks.push(Mark::mistake(Rule::ItemSpace, range, format!("{written} "), says));
    }
}

/// A letter that moves items in does so evenly. Elsewhere the text may have lost its spaces on the way here: only what
/// differs from most is marked.
fn indented(items: &[Item], official: bool, marks: &mut Vec<Mark>) {
    let deeper: Vec<&Item> = items.iter().filter(|item| item.depth > 0).collect();
    let even = deeper.iter().filter(|item| item.indent == 2 * item.depth).count();
    if !deeper.iter().any(|item| item.indent > 0) || (!official && 2 * even <= deeper.len()) {
        return;
    }
    for item in items {
        let right = 2 * item.depth;
        if item.indent != right {
            let moved = sign(item.level, item.number).map(|sign| " ".repeat(right) + &sign);
            let says = format!("하위 항목은 상위 항목보다 두 칸(2타)씩 들여 씁니다. 이 항목은 {right}칸입니다.");
            marks.push(Mark::advice(Rule::ItemIndent, item.range.clone(), moved, says));
        }
    }
}

fn item(text: &Text, line: &Range<usize>) -> Option<Item> {
    let whole = &text.whole[line.clone()];
    let body = whole.trim_start_matches(' ');
    let indent = whole.len() - body.len();
    let (level, number, length) = marker(body)?;
    let behind = &body[length..];
    let content = behind.trim_start_matches(is_space);
    let gap = behind.len() - content.len();
    let next = content.chars().next()?;
    // 1.2 is a section or a decimal, 3. 1. a date, 가.나. a list in a line.
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    if level == 0 && digits > 0 && (gap == 0 || content[digits..].trim_start().starts_with(['.', '월'])) {
        return None;
    }
    if gap == 0 && level < 6 && (!crate::hangul::is_hangul(next) || marker(content).is_some()) {
        return None;
    }
    let start = line.start + indent;
    let sign = start..start + length;
    Some(Item { level, number, depth: 0, indent, range: line.start..sign.end, sign, gap })
}

/// Level, number from 0 and length of an item's sign.
fn marker(body: &str) -> Option<(usize, usize, usize)> {
    let first = body.chars().next()?;
    if ('①'..='⑳').contains(&first) {
        return Some((6, (first as usize) - ('①' as usize), first.len_utf8()));
    }
    if ('㉮'..='㉻').contains(&first) {
        return Some((7, (first as usize) - ('㉮' as usize), first.len_utf8()));
    }
    let inner = body.strip_prefix('(');
    let opened = usize::from(inner.is_some());
    let inner = inner.unwrap_or(body);
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    let (number, length, syllable) = if digits > 0 {
        let value: usize = inner[..digits].parse().ok().filter(|_| digits <= 2 && !inner.starts_with('0'))?;
        (value - 1, digits, false)
    } else {
        let char = inner.chars().next()?;
        (SYLLABLES.iter().position(|each| *each == char)?, char.len_utf8(), true)
    };
    let level = match (opened, inner[length..].chars().next()?) {
        (0, '.') => 0,
        (0, ')') => 2,
        (1, ')') => 4,
        _ => return None,
    };
    Some((level + usize::from(syllable), number, opened + length + 1))
}

/// The sign of an item.
fn sign(level: usize, number: usize) -> Option<String> {
    let syllable = || SYLLABLES.get(number).map(char::to_string);
    let circled = |first: char, most: usize| {
        (number < most).then(|| char::from_u32(first as u32 + number as u32)).flatten().map(|char| char.to_string())
    };
    Some(match level {
        0 => format!("{}.", number + 1),
        1 => format!("{}.", syllable()?),
        2 => format!("{})", number + 1),
        3 => format!("{})", syllable()?),
        4 => format!("({})", number + 1),
        5 => format!("({})", syllable()?),
        6 => circled('①', 20)?,
        _ => circled('㉮', 14)?,
    })
}
