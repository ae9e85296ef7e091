//! Lines of pages back into paragraphs: what repeats on each page goes, what was wrapped is joined.

use std::collections::{BTreeMap, HashMap, HashSet};

/// A line's place at a page's edge within which running heads and page numbers stand.
const EDGE: usize = 2;
/// A longer line, in bytes, is text and no running head.
const LONGEST: usize = 400;
/// On so many pages must a line stand to be a running head, and on half of all.
const REPEATS: usize = 3;

/// Page numbers for a person, runs shortened: `1, 3~5`.
pub fn numbers(indices: &[usize]) -> String {
    let mut out = Vec::new();
    let mut at = 0;
    while at < indices.len() {
        let mut end = at;
        while indices.get(end + 1) == Some(&(indices[end] + 1)) {
            end += 1;
        }
        out.push(match end - at {
            0 => (indices[at] + 1).to_string(),
            _ => format!("{}~{}", indices[at] + 1, indices[end] + 1),
        });
        at = end + 1;
    }
    out.join(", ")
}

/// The paragraphs of each page.
pub fn paragraphs(texts: &[String]) -> Vec<Vec<String>> {
    let mut pages: Vec<Vec<&str>> = texts
        .iter()
        .map(|text| text.lines().map(|line| line.trim_end_matches(['\r', '\u{2}'])).collect())
        .collect();
    drop_running(&mut pages);
    pages.iter().map(|lines| joined(lines)).collect()
}

/// Takes out lines that stand at the edge of most pages but for the number of the page; a running head stays where it
/// is first, a page number nowhere.
fn drop_running(pages: &mut [Vec<&str>]) {
    let mut alike: HashMap<String, Vec<Found>> = HashMap::new();
    for (page, lines) in pages.iter().enumerate() {
        for at in edge(lines) {
            let (shape, numbers) = shape(lines[at]);
            alike.entry(shape).or_default().push(Found { page, at, numbers });
        }
    }
    let many = REPEATS.max(pages.len().div_ceil(2));
    // Where running lines stand, and whether they stay.
    let mut running: HashMap<(usize, usize), bool> = HashMap::new();
    for (shape, mut found) in alike {
        let is_page_number = is_page_number(&shape);
        if !is_page_number {
            let followed = follow(&found);
            found.retain(|line| line.numbers.iter().zip(&followed).all(|(&number, told)| told.fits(line.page, number)));
        }
        let on: HashSet<usize> = found.iter().map(|line| line.page).collect();
        if on.len() >= many {
            let first = found.iter().map(|line| (line.page, line.at)).min().filter(|_| !is_page_number);
            running.extend(found.iter().map(|line| ((line.page, line.at), Some((line.page, line.at)) == first)));
        }
    }
    for (page, lines) in pages.iter_mut().enumerate() {
        let mut kept = Vec::with_capacity(lines.len());
        for (at, line) in lines.iter().enumerate() {
            match running.get(&(page, at)) {
                None => kept.push(*line),
                // Empty lines around it: the text does not go on from it.
                Some(true) => kept.extend(["", *line, ""]),
                Some(false) => {}
            }
        }
        *lines = kept;
    }
}

/// A line at a page's edge, and its numbers in their order.
struct Found {
    page: usize,
    at: usize,
    numbers: Vec<u128>,
}

/// Where the first and last full lines of a page stand.
fn edge(lines: &[&str]) -> Vec<usize> {
    let full: Vec<usize> = (0..lines.len()).filter(|&at| !lines[at].trim().is_empty()).collect();
    let mut places: Vec<usize> = full.iter().copied().take(EDGE).collect();
    places.extend(full.iter().copied().rev().take(EDGE).filter(|at| !full[..full.len().min(EDGE)].contains(at)));
    places.retain(|&at| lines[at].len() <= LONGEST);
    places
}

/// What a number of a running head is from page to page. Lines of a list differ in their numbers too, and are no heads.
enum Number {
    /// The same on each page: a year, how many pages there are.
    Same(u128),
    /// The page's own; this is the first page's, which wraps where its pages are counted from later on.
    OfPage(u128),
}

impl Number {
    fn fits(&self, page: usize, number: u128) -> bool {
        match self {
            Self::Same(same) => *same == number,
            Self::OfPage(first) => first.wrapping_add(page as u128) == number,
        }
    }
}

/// How each number of lines that are alike goes on from page to page, as most of them do.
fn follow(found: &[Found]) -> Vec<Number> {
    (0..found.first().map_or(0, |line| line.numbers.len()))
        .map(|at| {
            let (same, still) = commonest(found.iter().map(|line| line.numbers[at]));
            let (first, counted) = commonest(found.iter().map(|line| line.numbers[at].wrapping_sub(line.page as u128)));
            if counted > still { Number::OfPage(first) } else { Number::Same(same) }
        })
        .collect()
}

/// The value that comes most often, of several the highest, and how often; zeros where there is none.
fn commonest(values: impl Iterator<Item = u128>) -> (u128, usize) {
    let mut counts: BTreeMap<u128, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts.into_iter().max_by_key(|&(_, count)| count).unwrap_or_default()
}

/// What stands for a number in a shape: no other sign there is a digit.
const NUMBER: char = '0';

/// A line without spaces and with its numbers made equal, so that `- 3 -` and `- 4 -` are the same, and its numbers.
fn shape(line: &str) -> (String, Vec<u128>) {
    let mut out = String::new();
    let mut numbers: Vec<u128> = Vec::new();
    let mut in_number = false;
    for c in line.chars() {
        let digit = c.to_digit(10);
        match (digit, numbers.last_mut()) {
            (Some(digit), Some(number)) if in_number => *number = number.saturating_mul(10).saturating_add(digit.into()),
            (Some(digit), _) => {
                out.push(NUMBER);
                numbers.push(digit.into());
            }
            (None, _) if c.is_whitespace() => {}
            (None, _) => out.push(c),
        }
        in_number = digit.is_some();
    }
    (out, numbers)
}

fn is_page_number(shape: &str) -> bool {
    let bare: String = shape.chars().filter(|c| !matches!(c, '-' | '–' | '—' | '/' | '[' | ']' | '(' | ')' | '쪽' | '·')).collect();
    ["0", "00", "page0", "page0of0"].iter().any(|known| bare.eq_ignore_ascii_case(known))
}

/// Joins wrapped lines. A line goes on from the one before it unless that one ends a sentence or is short, or this
/// one begins with a mark.
fn joined(lines: &[&str]) -> Vec<String> {
    let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    // A producer that keeps the space at which a line was broken shows where a word was broken.
    let (mut spaced, mut unspaced) = (0usize, 0usize);
    for line in lines.iter().filter(|line| width(line) * 10 >= widest * 7) {
        if line.ends_with(' ') { spaced += 1 } else { unspaced += 1 }
    }
    let keeps_spaces = spaced >= 3 && spaced * 4 >= unspaced;
    let mut out: Vec<String> = Vec::new();
    let mut before: Option<&str> = None;
    for line in lines {
        let text = line.trim();
        if text.is_empty() {
            before = None;
            continue;
        }
        match (before, out.last_mut()) {
            (Some(above), Some(open)) if goes_on(above, text, widest) => {
                let split = keeps_spaces && !above.ends_with(' ') && is_hangul_end(above) && text.starts_with(is_hangul);
                if !split {
                    open.push(' ');
                }
                open.push_str(text);
            }
            _ => out.push(text.to_owned()),
        }
        before = Some(line);
    }
    out
}

fn goes_on(above: &str, text: &str, widest: usize) -> bool {
    let ended = above.trim_end().ends_with(['.', '?', '!', ':', '。', ';', '”', '"']);
    // A line that stops well before the edge was stopped by its writer.
    let full = width(above) * 100 >= widest * 75;
    full && !ended && !begins(text) && !begins_heading(above.trim())
}

/// Hangul is twice as wide as Latin letters.
fn width(line: &str) -> usize {
    line.trim().chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn is_hangul(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

fn is_hangul_end(line: &str) -> bool {
    line.chars().next_back().is_some_and(is_hangul)
}

/// A chapter's line stands alone; an article's goes on.
fn begins_heading(text: &str) -> bool {
    matches!(crate::line::classify(text), crate::line::Line::Heading { .. })
}

/// Whether a line begins something new: a mark, a number, a chapter or an article.
fn begins(text: &str) -> bool {
    if crate::line::classify(text) != crate::line::Line::Text {
        return true;
    }
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let second = chars.next();
    if "□■○●◦◇◆▪▫∙·ㆍ•※▶▷►*-–—○ㅇ❍❑☐☑①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮".contains(first) {
        return !first.is_ascii() || second.is_some_and(|c| c == ' ');
    }
    if first == '<' || first == '[' {
        return true;
    }
    // 1. 1) (1) 가. 가) (가)
    let rest = text.strip_prefix('(').unwrap_or(text);
    let after_digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = rest.len() - after_digits.len();
    if (1..=3).contains(&digits) {
        return after_digits.starts_with(") ") || after_digits.starts_with(". ");
    }
    let after_letter = rest.strip_prefix(|c| "가나다라마바사아자차카타파하".contains(c));
    after_letter.is_some_and(|after| after.starts_with(". ") || after.starts_with(") "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(texts: &[&str]) -> Vec<Vec<String>> {
        paragraphs(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn wrapped_lines_are_joined_and_articles_begin_anew() {
        insta::assert_snapshot!(pages(&["제2장 휴가\r\n제7조(연가) ① 공무원의 연가일수는 재직기간에 따라 다음과\r\n같이 정하며 소속 기관의 장이 승인한다.\r\n② 연가는 반일 단위로 승인할 수 있다. 이 경우 두 번은\r\n하루로 본다.\r\n□ 적용 대상\r\n제8조(병가) 병가는 연 60일까지로 한다.\r\n"])[0].join("\n"), @r"
        제2장 휴가
        제7조(연가) ① 공무원의 연가일수는 재직기간에 따라 다음과 같이 정하며 소속 기관의 장이 승인한다.
        ② 연가는 반일 단위로 승인할 수 있다. 이 경우 두 번은 하루로 본다.
        □ 적용 대상
        제8조(병가) 병가는 연 60일까지로 한다.
        ");
    }

    #[test]
    fn running_heads_stay_once_and_page_numbers_go() {
        let found = pages(&["복무 규정\n가나.\n- 1 -", "복무 규정\n다라.\n- 2 -", "복무 규정\n마바.\n- 3 -", "복무 규정\n사.\n- 4 -"]);
        assert_eq!(found, [vec!["복무 규정", "가나."], vec!["다라."], vec!["마바."], vec!["사."]]);
    }

    #[test]
    fn only_the_pages_own_number_may_differ_in_a_running_head() {
        let page = |head: &str, foot: &str| format!("{head}\n가나.\n다라.\n{foot}");
        let numbered = |foot: fn(usize) -> String| -> Vec<Vec<String>> {
            paragraphs(&(0..5).map(|at| page("2026년 계획", &foot(at))).collect::<Vec<_>>())
        };
        for (foot, kept) in [
            ((|at| format!("예산과 - {} / 5", at + 1)) as fn(usize) -> String, 1),
            (|at| format!("2026. 3. 1. {}쪽", at + 7), 1),
            (|at| format!("{}", at + 1), 0),
            (|at| format!("{}번 안건은 다음에 다룹니다.", at * 3 + 2), 5),
            (|at| format!("{}명이 신청하였습니다.", 100 - at), 5),
            (|at| format!("#{}", at * at), 5),
        ] {
            let found = numbered(foot);
            let texts: Vec<&String> = found.iter().flatten().collect();
            assert_eq!(texts.iter().filter(|text| text.starts_with("2026년 계획")).count(), 1);
            let feet: Vec<String> = (0..5).map(foot).collect();
            assert_eq!(texts.iter().filter(|text| feet.contains(text)).count(), kept, "{texts:?}");
        }
    }

    #[test]
    fn a_line_too_long_for_a_running_head_stays_on_each_page() {
        let long = "가".repeat(LONGEST / "가".len() + 1);
        let found = pages(&[long.as_str(); 4]);
        assert_eq!(found, vec![vec![long]; 4]);
    }

    #[test]
    fn pages_are_named_as_a_viewer_does() {
        for (indices, expected) in [(vec![0], "1"), (vec![1, 2, 4], "2~3, 5"), (vec![0, 2, 3, 4], "1, 3~5"), (vec![], "")] {
            assert_eq!(numbers(&indices), expected);
        }
    }
}
