//! Dates: `2026. 3. 1.`, in words and signs of other forms, with the day of the week behind them.

use crate::finding::{Mark, Rule};
use crate::hangul;
use crate::scan::{Cursor, TILDES, is_space};
use crate::text::Text;

const SAYS: &str = "날짜는 연·월·일 글자와 앞자리 0을 빼고 마침표를 찍어 ‘2026. 3. 1.’처럼 적습니다.";
const WEEKDAYS: [char; 7] = ['일', '월', '화', '수', '목', '금', '토'];

/// What may follow a date at once, besides particles.
const BEHIND: [&str; 12] =
    ["자", "이후", "이전", "현재", "기준", "시행", "개정", "까지", "부터", "경", "한", "생"];

/// Words before a number that make it a version.
const VERSIONS: [&str; 7] = ["버전", "판", "version", "ver", "ver.", "release", "v"];

#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// `2026. 3. 1.`
    Dots,
    /// `2026년 3월 1일`
    Words,
    /// `2026-03-01`, `2026/3/1`
    Dashes,
}

struct Date {
    form: Form,
    year: u32,
    month: u32,
    day: u32,
    end: usize,
}

pub(crate) fn find(text: &Text) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut done = 0;
    for at in text.numbers() {
        if at < done {
            continue;
        }
        if let Some(end) = whole(text, at, &mut marks) {
            done = end;
        } else if let Some(end) = alone(text, at, &mut marks) {
            done = end;
        }
    }
    marks
}

/// A date with its year, and what a span behind it goes on with; the place behind it.
fn whole(text: &Text, at: usize, marks: &mut Vec<Mark>) -> Option<usize> {
    let (start, date) = dated(text, at)?;
    let found = &text.whole[start..date.end];
    if date.day > days(date.year, date.month) {
        // 2026. 2. 30. is a slip, but 2.30 in another form may be no date at all.
        if date.form != Form::Dashes && found.contains(is_space) {
            let says = format!("{}년 {}월에는 {}일이 없습니다.", date.year, date.month, date.day);
            marks.push(Mark::mistake(Rule::DateImpossible, start..date.end, None, says));
        }
        return Some(date.end);
    }
    let right = format!("{}. {}. {}.", date.year, date.month, date.day);
    let end = write(text, start, date.end, right, Some((date.year, date.month, date.day)), marks);
    let mut cursor = Cursor::new(text.whole, end);
    cursor.spaces();
    let tilde = cursor.eat_any(&TILDES).is_some();
    if !tilde && !cursor.eat("부터") {
        return Some(end);
    }
    cursor.spaces();
    let Some((form, month, day, end)) = month_and_day(text, cursor.at) else { return Some(end) };
    if !tilde && form != Form::Words {
        return Some(end);
    }
    // A span may run into the next year.
    let year = if (month, day) < (date.month, date.day) { date.year + 1 } else { date.year };
    Some(write(text, cursor.at, end, format!("{month}. {day}."), Some((year, month, day)), marks))
}

/// A month and a day without a year. With its day of the week it is sure to be a date.
fn alone(text: &Text, at: usize, marks: &mut Vec<Mark>) -> Option<usize> {
    if !text.starts_word(at) || matches!(text.before(at), Some('.' | '-' | '/' | ',' | ':' | '\'' | '’')) {
        return None;
    }
    let before = text.whole[..at].trim_end_matches(is_space);
    if before.ends_with(['년', '.', '-', '/']) && before.len() < at {
        return None;
    }
    let slashed = || {
        let mut cursor = Cursor::new(text.whole, at);
        let month = cursor.number(2)?;
        let day = (cursor.eat("/") || cursor.eat(".")).then(|| cursor.number(2)).flatten()?;
        Some((Form::Dots, month, day, cursor.at))
    };
    let (form, month, day, end) = month_and_day(text, at)
        .filter(|each| each.0 == Form::Words || weekday(text, each.3).is_some())
        .or_else(|| slashed().filter(|each| weekday(text, each.3).is_some()))?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let right = format!("{month}. {day}.");
    if form == Form::Words && weekday(text, end).is_none() {
        let says = "문서에 쓰는 날짜는 월·일 글자를 빼고 마침표를 찍어 적습니다. 이어지는 글에서는 그대로 두어도 됩니다.";
        marks.push(Mark::advice(Rule::Date, at..end, right, says));
        return Some(end);
    }
    Some(write(text, at, end, right, None, marks))
}

/// Marks a date that is not in form, and a day of the week that is not its own; the place behind both.
fn write(
    text: &Text,
    start: usize,
    end: usize,
    right: String,
    on: Option<(u32, u32, u32)>,
    marks: &mut Vec<Mark>,
) -> usize {
    let Some((open, letter)) = weekday(text, end) else {
        marks.push(Mark::mistake(Rule::Date, start..end, right, SAYS));
        return end;
    };
    marks.push(Mark::mistake(Rule::Date, start..open, right, SAYS));
    let place = open + 1;
    if let Some((year, month, day)) = on {
        let own = WEEKDAYS[weekday_of(year, month, day)];
        if own != letter {
            let says = format!("{year}년 {month}월 {day}일은 {own}요일입니다. 날짜와 요일 가운데 틀린 쪽을 바로잡습니다.");
            marks.push(Mark::advice(Rule::Weekday, place..place + letter.len_utf8(), own.to_string(), says));
        }
    }
    place + letter.len_utf8()
}

/// The place of the bracket, and the letter in it, of "(일)" or "(일요일)" behind a date.
fn weekday(text: &Text, at: usize) -> Option<(usize, char)> {
    let mut cursor = Cursor::new(text.whole, at);
    cursor.spaces();
    let open = cursor.at;
    if !cursor.eat("(") {
        return None;
    }
    let letter = cursor.peek().filter(|char| WEEKDAYS.contains(char))?;
    cursor.at += letter.len_utf8();
    cursor.eat("요일");
    let closed = cursor.eat(")") || cursor.eat(",") || TILDES.iter().any(|tilde| cursor.eat(tilde));
    closed.then_some((open, letter))
}

fn dated(text: &Text, at: usize) -> Option<(usize, Date)> {
    let mut cursor = Cursor::new(text.whole, at);
    let digits = cursor.rest().bytes().take_while(u8::is_ascii_digit).count();
    let quote = text.before(at).filter(|before| matches!(before, '\'' | '’' | '‘' | '`'));
    let start = at - quote.map_or(0, char::len_utf8);
    if !text.starts_word(start) || matches!(text.before(start), Some('.' | '-' | '/' | ':' | '#' | '=' | ',' | '&')) {
        return None;
    }
    let written = cursor.number(4)?;
    let (year, short) = match (digits, quote) {
        (4, None) => (written, false),
        (2, Some(_)) => (if written < 50 { 2000 + written } else { 1900 + written }, false),
        (2, None) => (2000 + written, true),
        _ => return None,
    };
    if !(1900..=2100).contains(&year) {
        return None;
    }
    let words = text.whole[..start].trim_end_matches(is_space);
    let letters: Vec<char> = words.chars().rev().take(8).take_while(|char| !is_space(*char) && *char != '\n').collect();
    let word: String = letters.into_iter().rev().collect::<String>().to_lowercase();
    if VERSIONS.contains(&word.trim_start_matches('(')) || word.ends_with("버전") {
        return None;
    }
    let date = parts(text, cursor, year)?;
    // 26. 3. 1. may as well be the number of a section: only its own day of the week makes it a date.
    let own = || weekday(text, date.end).is_some_and(|day| day.1 == WEEKDAYS[weekday_of(year, date.month, date.day)]);
    let sure = !short || (date.form == Form::Dots && date.day <= days(year, date.month) && own());
    sure.then_some((start, date))
}

/// What follows the year, in one of the forms.
fn parts(text: &Text, after_year: Cursor, year: u32) -> Option<Date> {
    let mut cursor = after_year;
    cursor.spaces();
    if cursor.eat(".") || cursor.eat("년") {
        cursor.spaces();
        let (form, month, day, end) = month_and_day(text, cursor.at)?;
        let dotted = text.whole[..cursor.at].trim_end_matches(is_space).ends_with('.');
        return (dotted == (form == Form::Dots)).then_some(Date { form, year, month, day, end });
    }
    let mut cursor = after_year;
    let sign = cursor.eat_any(&["-", "/"])?;
    let month = cursor.number(2)?;
    let day = cursor.eat(sign).then(|| cursor.number(2)).flatten()?;
    let ordered = (1..=12).contains(&month) && (1..=31).contains(&day);
    (ordered && closes(text, cursor.at, false)).then_some(Date { form: Form::Dashes, year, month, day, end: cursor.at })
}

/// `3. 1.` or `3월 1일`, with the place behind it.
fn month_and_day(text: &Text, at: usize) -> Option<(Form, u32, u32, usize)> {
    let mut cursor = Cursor::new(text.whole, at);
    let month = cursor.number(2).filter(|month| (1..=12).contains(month))?;
    cursor.spaces();
    let form = if cursor.eat(".") {
        Form::Dots
    } else if cursor.eat("월") {
        Form::Words
    } else {
        return None;
    };
    cursor.spaces();
    let day = cursor.number(2).filter(|day| (1..=31).contains(day))?;
    let dotted = match form {
        Form::Words => {
            if !cursor.eat("일") {
                return None;
            }
            let closes = closes(text, cursor.at, false);
            // The full stop of a sentence is the date's own as well.
            (closes && cursor.eat(".")) || closes
        }
        _ => {
            let dotted = cursor.eat(".");
            closes(text, cursor.at, dotted) && (dotted || !matches!(text.after(cursor.at), Some('%' | '％' | '℃' | '㎡')))
        }
    };
    dotted.then_some((form, month, day, cursor.at))
}

/// That a date may end here.
fn closes(text: &Text, at: usize, dotted: bool) -> bool {
    let rest = &text.whole[at..];
    let Some(next) = rest.chars().next() else { return true };
    let second = rest[next.len_utf8()..].chars().next();
    match next {
        '0'..='9' | '_' | '@' => false,
        '-' | '/' | ':' | '.' | ',' => !second.is_some_and(|second| second.is_ascii_alphanumeric()),
        _ if hangul::is_hangul(next) => {
            dotted || hangul::particles(rest).is_some() || BEHIND.iter().any(|word| rest.starts_with(word))
        }
        _ => !next.is_alphanumeric(),
    }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// 0 for Sunday, by Sakamoto's method.
fn weekday_of(year: u32, month: u32, day: u32) -> usize {
    const SHIFTS: [u32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let year = if month < 3 { year - 1 } else { year };
    ((year + year / 4 - year / 100 + year / 400 + SHIFTS[(month as usize + 11) % 12] + day) % 7) as usize
}
