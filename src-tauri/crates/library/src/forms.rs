//! Numbers, dates and articles in one form each, so that a question finds them however the document writes them.
//!
//! A form is a term of its own beside the words: `#10000000` for 1,000만원 and 천만원, `@2026-3-1` for 2026. 3. 1. and
//! 2026년 3월 1일, `§7:2` for 제7조제2항 and 7조 2항. Its first letter is in no word, so that it meets only its like.

/// The forms in a text that was normalised, in text order.
pub fn forms(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let begins = at == 0 || !joins(letters[at - 1], letters[at]);
        let read = || article(&letters, at).or_else(|| date(&letters, at)).or_else(|| amount(&letters, at));
        match begins.then(read).flatten() {
            Some((end, terms)) => {
                found.extend(terms);
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

pub(crate) type Read = Option<(usize, Vec<String>)>;

/// True where no form begins between two letters: inside a number, or a Hangul number inside a word.
fn joins(before: char, letter: char) -> bool {
    match letter {
        '0'..='9' => before.is_ascii_digit() || matches!(before, ',' | '.'),
        _ => before.is_alphanumeric(),
    }
}

pub(crate) fn spaces(letters: &[char], mut at: usize) -> usize {
    while letters.get(at) == Some(&' ') {
        at += 1;
    }
    at
}

/// Digits at `at`, at most `most`, with the place behind them.
pub(crate) fn digits(letters: &[char], at: usize, most: usize) -> Option<(u64, usize)> {
    let run = letters[at.min(letters.len())..].iter().take_while(|letter| letter.is_ascii_digit()).count();
    if run == 0 || run > most {
        return None;
    }
    let figures = letters[at..at + run].iter().filter_map(|letter| letter.to_digit(10));
    let value = figures.fold(0, |value, figure| value * 10 + u64::from(figure));
    Some((value, at + run))
}

/// `제7조`, `7조의2`, `제7조제2항`, `제7조 제2항`.
pub(crate) fn article(letters: &[char], at: usize) -> Read {
    let numbered = |at: usize, unit: char| {
        let marked = letters.get(at) == Some(&'제');
        let (number, end) = digits(letters, if marked { spaces(letters, at + 1) } else { at }, 4)?;
        let end = spaces(letters, end);
        (letters.get(end) == Some(&unit)).then_some((number, end + 1))
    };
    let (number, mut end) = numbered(at, '조')?;
    let mut article = format!("§{number}");
    if letters.get(end) == Some(&'의')
        && let Some((branch, behind)) = digits(letters, end + 1, 3)
    {
        article = format!("{article}-{branch}");
        end = behind;
    } else if letters[at] != '제' && is_money(letters, end) {
        return None;
    }
    let mut terms = vec![article.clone()];
    if let Some((paragraph, behind)) = numbered(spaces(letters, end), '항') {
        terms.push(format!("{article}:{paragraph}"));
        end = behind;
    }
    Some((end, terms))
}

/// True where what stands behind `7조` makes it an amount: `7조원`, `7조 2천억`.
fn is_money(letters: &[char], at: usize) -> bool {
    let at = spaces(letters, at);
    let behind = grouped(letters, at).map_or(at, |(_, end)| end);
    letters.get(behind).is_some_and(|letter| *letter == '원' || small(Some(letter)).or(large(*letter)).is_some())
}

/// `2026. 3. 1.`, `2026년 3월 1일`, `2026-03-01`, `2026/3/1`, and a year with its month.
fn date(letters: &[char], at: usize) -> Read {
    let (year, end) = digits(letters, at, 4)?;
    let (end, Day { month, day }) = behind_year(letters, year, end)?;
    let short = format!("@{year}-{month}");
    let whole = day.map(|day| format!("{short}-{day}"));
    Some((end, [short].into_iter().chain(whole).collect()))
}

/// A month of a year, and the day where it is told.
pub(crate) struct Day {
    pub month: u64,
    pub day: Option<u64>,
}

/// What stands behind a year that ends at `end`: `. 3. 1.`, `년 3월`.
pub(crate) fn behind_year(letters: &[char], year: u64, end: usize) -> Option<(usize, Day)> {
    if !(1900..2100).contains(&year) {
        return None;
    }
    let mark = *letters.get(end)?;
    let behind_month = match mark {
        '년' => '월',
        '.' | '-' | '/' => mark,
        _ => return None,
    };
    let (month, end) = digits(letters, spaces(letters, end + 1), 2)?;
    if !(1..=12).contains(&month) || letters.get(end) != Some(&behind_month) {
        // 2026.3 may be anything.
        return None;
    }
    let day = digits(letters, spaces(letters, end + 1), 2).filter(|(day, _)| (1..=31).contains(day));
    match day {
        Some((day, behind)) if mark != '년' || letters.get(behind) == Some(&'일') => {
            Some((behind, Day { month, day: Some(day) }))
        }
        // A month by itself: of 2026-03 only with its day it is sure.
        _ if mark == '년' || mark == '.' => Some((end + 1, Day { month, day: None })),
        _ => None,
    }
}

/// A number of a thousand or more, in digits, with Hangul units, or in Hangul before a unit of money: its value.
fn amount(letters: &[char], at: usize) -> Read {
    let (mut total, mut part, mut place, mut figures) = (0_u64, 0_u64, at, false);
    loop {
        let here = if part + total > 0 { spaces(letters, place) } else { place };
        let Some(letter) = letters.get(here) else { break };
        if letter.is_ascii_digit() {
            let Some((number, end)) = grouped(letters, here) else { return None };
            let (scale, end) = small(letters.get(end)).map_or((1, end), |scale| (scale, end + 1));
            figures = true;
            part = part.checked_add(number.checked_mul(scale)?)?;
            place = end;
        } else if let Some(number) = numeral(*letter).filter(|_| !figures) {
            let scale = small(letters.get(here + 1));
            part = part.checked_add(number.checked_mul(scale.unwrap_or(1))?)?;
            place = here + 1 + usize::from(scale.is_some());
        } else if let Some(scale) = small(Some(letter)).filter(|_| !figures) {
            part = part.checked_add(scale)?;
            place = here + 1;
        } else if let Some(scale) = large(*letter) {
            if part == 0 {
                break;
            }
            total = total.checked_add(part.checked_mul(scale)?)?;
            part = 0;
            place = here + 1;
        } else {
            break;
        }
    }
    let value = total.checked_add(part)?;
    // 이천 is a town and 만 a bay: in Hangul alone it is a number only before money.
    let money = letters.get(spaces(letters, place)) == Some(&'원');
    let sure = value >= 1000 && (figures || money);
    sure.then(|| (place, vec![format!("#{value}")]))
}

/// Digits with commas between groups of three.
pub(crate) fn grouped(letters: &[char], at: usize) -> Option<(u64, usize)> {
    let (mut value, mut end) = digits(letters, at, 15)?;
    while letters.get(end) == Some(&',')
        && let Some((group, behind)) = digits(letters, end + 1, 3).filter(|(_, behind)| behind - end == 4)
    {
        value = value.checked_mul(1000)?.checked_add(group)?;
        end = behind;
    }
    Some((value, end))
}

pub(crate) fn numeral(letter: char) -> Option<u64> {
    "일이삼사오육칠팔구".chars().zip(1..).find(|(numeral, _)| *numeral == letter).map(|(_, value)| value)
}

pub(crate) fn small(letter: Option<&char>) -> Option<u64> {
    match letter? {
        '십' => Some(10),
        '백' => Some(100),
        '천' => Some(1000),
        _ => None,
    }
}

pub(crate) fn large(letter: char) -> Option<u64> {
    match letter {
        '만' => Some(10_000),
        '억' => Some(100_000_000),
        '조' => Some(1_000_000_000_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_in_many_ways_has_one_form() {
        let table: [(&[&str], &[&str]); 7] = [
            (
                &["1,000만원", "1000만 원", "천만원", "천만 원", "10,000,000원", "10000000원", "일천만원"],
                &["#10000000"],
            ),
            (&["1억 2,000만원", "1억2천만원", "120,000,000원"], &["#120000000"]),
            (&["3천 명", "3,000명", "3000명"], &["#3000"]),
            (&["2026. 3. 1.", "2026년 3월 1일", "2026-03-01", "2026/3/1", "2026.3.1"], &["@2026-3", "@2026-3-1"]),
            (&["2026년 3월", "2026. 3."], &["@2026-3"]),
            (&["제7조제2항", "제7조 제2항", "7조 2항", "제 7 조 제 2 항"], &["§7", "§7:2"]),
            (&["제7조의2", "7조의2에 따라"], &["§7-2"]),
        ];
        for (written, wanted) in table {
            for text in written {
                assert_eq!(forms(text), wanted, "{text}");
                assert_eq!(forms(&format!("금액과 날짜는 {text}")), wanted, "in a sentence: {text}");
            }
        }
    }

    #[test]
    fn what_is_none_has_no_form() {
        let table = [
            "이천시", "만세", "천안시 조치원", "3.14", "7호선", "제7회", "백두산", "사오정", "2026", "12-34", "조", "일천", "99",
        ];
        for text in table {
            let found: Vec<String> = forms(text).into_iter().filter(|form| form != "#2026").collect();
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }

    #[test]
    fn seven_trillion_won_is_no_article() {
        assert_eq!(forms("7조원"), ["#7000000000000"]);
        assert_eq!(forms("예산 7조 2천억 원"), ["#7200000000000"]);
        assert_eq!(forms("제7조 2천만원"), ["§7", "#20000000"]);
    }

    proptest! {
        #[test]
        fn any_text_has_forms_in_time(text in "[0-9,. 년월일조항제의만억천백십원가-라/-]{0,200}") {
            forms(&text);
        }
    }
}
