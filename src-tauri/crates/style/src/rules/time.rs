//! Times of day: `15:20`, in the 24 hours, alone or as a span.

use crate::finding::{Mark, Rule};
use crate::hangul;
use crate::scan::{Cursor, TILDES};
use crate::text::Text;

const SAYS: &str = "시각은 24시각제에 따라 숫자로 적고 시와 분 사이에 쌍점을 찍어 ‘15:20’처럼 적습니다.";
const UNCLEAR: &str = "오전인지 오후인지 분명하지 않습니다. 시각은 24시각제에 따라 ‘15:20’처럼 적습니다.";

/// What may follow a time at once, besides particles.
const BEHIND: [&str; 8] = ["경", "쯤", "께", "이후", "이전", "정각", "전", "현재"];

#[derive(Clone, Copy, PartialEq)]
enum Half {
    Morning,
    Afternoon,
}

#[derive(Clone, Copy)]
struct Clock {
    half: Option<Half>,
    hour: u32,
    minute: Option<u32>,
    /// Written with 시 or with AM and PM, not as `15:20`.
    worded: bool,
    end: usize,
}

impl Clock {
    /// The hour of the day, where that is sure.
    fn hour_of_day(self) -> Option<u32> {
        match self.half {
            None => (self.hour >= 13 || !self.worded).then_some(self.hour),
            Some(Half::Morning) if self.hour < 12 => Some(self.hour),
            // 오전 12시 is midnight to some and noon to others.
            Some(Half::Morning) => None,
            Some(Half::Afternoon) if self.hour < 12 => Some(self.hour + 12),
            Some(Half::Afternoon) => Some(self.hour),
        }
    }

    fn written(self, hour: u32) -> String {
        format!("{hour:02}:{:02}", self.minute.unwrap_or(0))
    }
}

pub(crate) fn find(text: &Text) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut done = 0;
    for number in text.numbers() {
        let start = start_of(text, number);
        if start < done || !text.starts_word(start) || matches!(text.before(start), Some('.' | ':' | '-' | '/' | ',')) {
            continue;
        }
        let Some(first) = clock(text, start) else { continue };
        let mut cursor = Cursor::new(text.whole, first.end);
        cursor.spaces();
        let tilde = cursor.eat_any(&TILDES).is_some();
        cursor.spaces();
        let second = tilde.then(|| clock(text, cursor.at)).flatten();
        done = second.map_or(first.end, |second| second.end);
        match second {
            Some(second) => marks.extend(span(text, start, first, second)),
            None => marks.extend(single(start, first)),
        }
    }
    marks
}

fn single(start: usize, clock: Clock) -> Option<Mark> {
    let range = start..clock.end;
    if !clock.worded {
        return None;
    }
    match clock.hour_of_day() {
        Some(hour) => Some(Mark::mistake(Rule::Time, range, clock.written(hour), SAYS)),
        None if clock.half.is_some() => Some(Mark::advice(Rule::Time, range, None, UNCLEAR)),
        None if clock.minute.is_some() => {
            Some(Mark::advice(Rule::Time, range, clock.written(clock.hour), SAYS))
        }
        // "9시" alone is told in a running text; whether it is in the morning nobody knows.
        None => None,
    }
}

fn span(text: &Text, start: usize, first: Clock, second: Clock) -> Option<Mark> {
    if !first.worded && !second.worded {
        return None;
    }
    let range = start..second.end;
    let hours = match (first.half, second.half) {
        // 오후 1시~3시: the half holds for both where the hours go on.
        (Some(half), None) if second.worded && second.hour < 13 => {
            let later = match half {
                Half::Morning => Some(second.hour),
                Half::Afternoon => (second.hour < 12).then_some(second.hour + 12),
            };
            first.hour_of_day().zip(later).filter(|(one, other)| one < other)
        }
        // 9시~18시: the second is told in 24 hours, and so is the first.
        (None, None) if second.hour >= 13 => Some((first.hour, second.hour)),
        _ => first.hour_of_day().zip(second.hour_of_day()),
    };
    let between = &text.whole[first.end..];
    let between = &between[..between.find(|char: char| char.is_alphanumeric()).unwrap_or(0)];
    match hours {
        Some((one, other)) => {
            let right = [&first.written(one), between, &second.written(other)].concat();
            Some(Mark::mistake(Rule::Time, range, right, SAYS))
        }
        None => Some(Mark::advice(Rule::Time, range, None, UNCLEAR)),
    }
}

/// Where a time begins whose hour begins here: at 오전, 오후, AM or PM before it.
fn start_of(text: &Text, number: usize) -> usize {
    let before = text.whole[..number].trim_end_matches(' ');
    if number - before.len() > 1 {
        return number;
    }
    let half = ["오전", "오후", "AM", "PM", "am", "pm"].iter().find(|half| before.ends_with(**half));
    half.map_or(number, |half| before.len() - half.len())
}

fn clock(text: &Text, at: usize) -> Option<Clock> {
    let mut cursor = Cursor::new(text.whole, at);
    let half = match cursor.eat_any(&["오전", "오후", "AM", "PM", "am", "pm"]) {
        Some("오전" | "AM" | "am") => Some(Half::Morning),
        Some(_) => Some(Half::Afternoon),
        None => None,
    };
    cursor.spaces();
    let hour = cursor.number(2)?;
    if cursor.eat(":") {
        return colon(text, cursor, half, hour);
    }
    if !cursor.eat("시") || hour > 24 {
        return None;
    }
    let mut end = cursor.at;
    let mut minute = None;
    cursor.spaces();
    let mut minutes = cursor;
    if let Some(value) = minutes.number(2).filter(|value| *value < 60)
        && minutes.eat("분")
    {
        minute = Some(value);
        end = minutes.at;
    } else if cursor.eat("반") && closes(text, cursor.at) {
        minute = Some(30);
        end = cursor.at;
    }
    // "24시" is as often the hours that a shop is open.
    if hour == 24 && half.is_none() {
        return None;
    }
    closes(text, end).then_some(Clock { half, hour, minute, worded: true, end })
}

/// `3:20`, `3:20 PM`; what stands behind the colon.
fn colon(text: &Text, mut cursor: Cursor, half: Option<Half>, hour: u32) -> Option<Clock> {
    let two = cursor.rest().bytes().take_while(u8::is_ascii_digit).count() == 2;
    let minute = cursor.number(2).filter(|minute| two && *minute < 60 && hour <= 24)?;
    let mut end = cursor.at;
    cursor.spaces();
    let mut behind = None;
    if half.is_none() {
        behind = match cursor.eat_any(&["a.m.", "p.m.", "AM", "PM", "am", "pm"]) {
            Some("a.m." | "AM" | "am") => Some(Half::Morning),
            Some(_) => Some(Half::Afternoon),
            None => None,
        };
        let latin = text.after(cursor.at).is_some_and(|next| next.is_ascii_alphanumeric());
        if behind.is_some() && !latin {
            end = cursor.at;
        } else {
            behind = None;
        }
    }
    if text.after(end).is_some_and(|next| next == ':' || next.is_ascii_alphanumeric()) {
        return None;
    }
    let half = half.or(behind);
    Some(Clock { half, hour, minute: Some(minute), worded: half.is_some(), end })
}

fn closes(text: &Text, at: usize) -> bool {
    let rest = &text.whole[at..];
    hangul::particles(rest).is_some_and(|run| run != "간") || BEHIND.iter().any(|word| rest.starts_with(word))
}
