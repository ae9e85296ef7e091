//! Days of a year and times of a day.

use super::number::{bounded, native};
use crate::forms::{digits, spaces};

/// `3월 1일`, `3. 1.`
pub fn month_and_day(letters: &[char], at: usize) -> Option<(u64, u64, usize)> {
    let (month, end) = digits(letters, at, 2)?;
    let behind_day = match letters.get(end)? {
        '월' => '일',
        '.' => '.',
        _ => return None,
    };
    let (day, end) = digits(letters, spaces(letters, end + 1), 2)?;
    let valid = (1..=12).contains(&month) && (1..=31).contains(&day) && letters.get(end) == Some(&behind_day);
    // 1.2.3 is no day.
    let goes_on = behind_day == '.' && letters.get(end + 1).is_some_and(char::is_ascii_digit);
    (valid && !goes_on).then_some((month, day, end + 1))
}

/// A time of the day as it is written.
pub struct Clock {
    pub hour: u64,
    pub minute: u64,
    /// Written as 14:00.
    pub figures: bool,
    pub end: usize,
}

/// `14:00`, `2시 30분`, `두 시 반`.
pub fn clock(letters: &[char], at: usize) -> Option<Clock> {
    let in_figures = digits(letters, at, 2);
    if let Some((hour, end)) = in_figures
        && letters.get(end) == Some(&':')
    {
        let (minute, behind) = digits(letters, end + 1, 2)?;
        let valid = hour <= 24 && minute < 60 && behind - end == 3;
        return valid.then_some(Clock { hour, minute, figures: true, end: behind });
    }
    let (hour, end) = in_figures.or_else(|| native(letters, at).filter(|(hour, _)| *hour <= 12))?;
    let end = spaces(letters, end);
    let behind = letters.get(end + 1);
    let whole_word = bounded(letters, end + 1) || behind.is_some_and(char::is_ascii_digit);
    if letters.get(end) != Some(&'시') || behind == Some(&'간') || hour > 24 || !whole_word {
        return None;
    }
    let next = spaces(letters, end + 1);
    let (minute, end) = match digits(letters, next, 2) {
        Some((minute, behind)) if letters.get(behind) == Some(&'분') => (minute, behind + 1),
        _ if letters.get(next) == Some(&'반') && bounded(letters, next + 1) => (30, next + 1),
        _ => (0, end + 1),
    };
    Some(Clock { hour, minute, figures: false, end })
}
