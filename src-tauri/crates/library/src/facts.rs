//! What a text states that one digit can make wrong: numbers with their units, dates, times, fractions and articles.
//!
//! Two texts are held against each other in one form, however each writes it: `#10000000원` for 1,000만원 and
//! 10,000,000원, `@3-1` for 3월 1일 and 3. 1., `&14:0` for 오후 2시 and 14:00, `§7:2` for 제7조제2항.

mod moment;
mod number;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use crate::analyzer::normalise;
use crate::forms::{Day, article, behind_year, digits, spaces};
use moment::{Clock, clock, month_and_day};
use number::{days, figures, native, scale, sino, starts, unit, unit_by_letters, unit_near, written};

/// The numbers, dates, times and articles of a text.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    claims: Vec<Claim>,
    held: HashSet<String>,
    rest: String,
}

/// A number, date, time or article that a text states, in the forms of which a source has to hold one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim(Vec<String>);

impl Claim {
    /// What it tells: a unit (`일`, `원`; `~` where there is none), or the sign of a date, time, code or article.
    pub fn kind(&self) -> &str {
        let form = self.0.first().map_or("", String::as_str);
        match form.strip_prefix('#') {
            Some(number) => number.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.'),
            None => form.split(|letter: char| letter.is_ascii_digit()).next().unwrap_or_default(),
        }
    }
}

impl Facts {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let letters: Vec<char> = normalise(&text.chars().map(kept).collect::<String>()).chars().collect();
        let scale = scale(&letters);
        let mut scan = Scan { letters, scale, facts: Self::default(), year: None, article: None };
        let mut at = 0;
        while let Some(letter) = scan.letters.get(at).copied() {
            match scan.read(at) {
                Some(end) => {
                    scan.facts.rest.push('0');
                    at = end;
                }
                None => {
                    scan.facts.rest.push(letter);
                    at += 1;
                }
            }
        }
        scan.facts
    }

    /// What the text states, each once, in text order. Numbers of a list ("1. 목적") and counts of what is listed
    /// ("세 가지") state nothing.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// True where the text holds what another one states, however it writes it. A number without a unit, as a table's
    /// cell has it, holds it with any.
    pub fn hold(&self, claim: &Claim) -> bool {
        claim.0.iter().any(|form| self.held.contains(form))
    }

    /// The text without what it states: each number, date, time and article is a `0`.
    pub fn rest(&self) -> &str {
        &self.rest
    }
}

/// The lines of a text that state what `sources` does not hold, trimmed and each once: whoever wrote them made it up, or took
/// it from elsewhere.
pub fn unfounded<'text>(text: &'text str, sources: &Facts) -> Vec<&'text str> {
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim) {
        if !lines.contains(&line) && Facts::of(line).claims().iter().any(|claim| !sources.hold(claim)) {
            lines.push(line);
        }
    }
    lines
}

/// ① to ⑳ become these, of which no text has any: Unicode keeps them from being characters.
const CIRCLED: u32 = 0xfdd0;

/// Normalising would make ①연가 of 1연가.
fn kept(letter: char) -> char {
    let circled = matches!(letter, '①'..='⑳').then(|| char::from_u32(CIRCLED + letter as u32 - '①' as u32));
    circled.flatten().unwrap_or(letter)
}

struct Scan {
    letters: Vec<char>,
    facts: Facts,
    /// The last year that was told: 2026. 3. 1. ~ 3. 31.
    year: Option<u64>,
    /// The article that the line belongs to: ② below 제7조 is 제7조제2항.
    article: Option<String>,
    /// What the numbers without a unit are counted in: (단위: 천원).
    scale: Option<(u64, &'static str)>,
}

impl Scan {
    /// Reads what begins at `at`; gives the place behind it.
    fn read(&mut self, at: usize) -> Option<usize> {
        self.paragraph(at).or_else(|| self.list_number(at)).or_else(|| {
            if !self.begins(at) {
                return None;
            }
            self.periods(at);
            self.date(at)
                .or_else(|| self.month_and_day(at))
                .or_else(|| self.code(at))
                .or_else(|| self.fraction(at))
                .or_else(|| self.article(at))
                .or_else(|| self.time(at))
                .or_else(|| self.number(at))
                .or_else(|| self.number_in_words(at))
        })
    }

    fn is(&self, at: usize, letter: char) -> bool {
        self.letters.get(at) == Some(&letter)
    }

    fn begins_line(&self, at: usize) -> bool {
        let line = self.letters[..at].rsplit(|letter| *letter == '\n').next().unwrap_or_default();
        line.iter().all(|letter| " *-#>(".contains(*letter))
    }

    /// False inside a number, in a word, and behind Latin letters: H100, COVID-19.
    fn begins(&self, at: usize) -> bool {
        let before = |back: usize| at.checked_sub(back).and_then(|at| self.letters.get(at));
        let Some(last) = before(1) else { return true };
        if !self.letters[at].is_ascii_digit() {
            return !last.is_alphanumeric();
        }
        match last {
            ',' | '.' => !before(2).is_some_and(char::is_ascii_digit),
            '-' => !before(2).is_some_and(char::is_ascii_alphabetic),
            _ => !last.is_ascii_alphanumeric(),
        }
    }

    fn give(&mut self, form: String) {
        self.facts.held.insert(form);
    }

    fn claim(&mut self, forms: Vec<String>) {
        if !self.facts.claims.iter().any(|claim| claim.0 == forms) {
            self.facts.claims.push(Claim(forms));
        }
    }

    /// Takes a number: `~` stands for any unit or none.
    fn take(&mut self, value: &str, unit: Option<&str>) {
        self.give(format!("#{value}~"));
        match unit {
            Some(unit) => self.give(format!("#{value}{unit}")),
            None => self.give(format!("#{value}")),
        }
    }

    fn state(&mut self, value: &str, unit: Option<&str>) {
        match unit {
            // "다음 3가지" counts what is listed.
            Some("가지") => self.give(format!("#{value}개")),
            Some(unit) => self.claim(vec![format!("#{value}{unit}"), format!("#{value}")]),
            None => self.claim(vec![format!("#{value}~")]),
        }
    }

    /// ② of the article above it.
    fn paragraph(&mut self, at: usize) -> Option<usize> {
        let number = (self.letters[at] as u32).checked_sub(CIRCLED).filter(|number| *number < 20)? + 1;
        self.give(format!("#{number}항"));
        if let Some(article) = self.article.clone() {
            self.give(format!("{article}:{number}"));
        }
        Some(at + 1)
    }

    /// `1. 목적`, `2) 범위`: in a law the first is 제1호.
    fn list_number(&mut self, at: usize) -> Option<usize> {
        let (number, end) = digits(&self.letters, at, 2)?;
        let marked = matches!(self.letters.get(end), Some('.' | ')'));
        let goes_on = self.letters.get(end + 1).is_some_and(char::is_ascii_digit);
        if !marked || goes_on || !self.begins_line(at) || month_and_day(&self.letters, at).is_some() {
            return None;
        }
        self.give(format!("#{number}호"));
        Some(end + 1)
    }

    /// "연 60일" is 60 days in a year, "1년에 60일".
    fn periods(&mut self, at: usize) {
        const WORDS: [(&str, &str); 9] = [
            ("연간", "년"),
            ("매년", "년"),
            ("해마다", "년"),
            ("매월", "월"),
            ("매달", "월"),
            ("매주", "주"),
            ("주당", "주"),
            ("매일", "일"),
            ("일일", "일"),
        ];
        const LETTERS: [(char, &str); 3] = [('연', "년"), ('월', "월"), ('주', "주")];
        let word = WORDS.iter().find(|(word, _)| starts(&self.letters, at, word)).map(|(_, unit)| *unit);
        let apart = self.letters.get(at + 1).is_some_and(|letter| *letter == ' ' || letter.is_ascii_digit());
        let letter = LETTERS.iter().find(|(letter, _)| apart && self.is(at, *letter)).map(|(_, unit)| *unit);
        if let Some(unit) = word.or(letter) {
            self.take("1", Some(unit));
        }
    }

    /// `2026. 3. 1.`, `2026년 3월`, `'26. 3. 1.`
    fn date(&mut self, at: usize) -> Option<usize> {
        let short = matches!(self.letters.get(at), Some('\'' | '‘' | '’'));
        let (year, behind) = match short {
            true => digits(&self.letters, at + 1, 2)
                .filter(|(_, end)| end - at == 3)
                .map(|(year, end)| (2000 + year, end))?,
            false => digits(&self.letters, at, 4)?,
        };
        let Some((end, Day { month, day })) = behind_year(&self.letters, year, behind) else {
            let year_alone = short && self.is(behind, '년');
            return year_alone.then(|| self.year(year)).map(|()| behind + 1);
        };
        self.year = Some(year);
        self.take(&year.to_string(), Some("년"));
        self.give_month(month);
        match day {
            Some(day) => {
                self.give_day(month, day);
                self.claim(vec![format!("@{year}-{month}-{day}")]);
            }
            None => self.claim(vec![format!("@{year}-{month}")]),
        }
        Some(end)
    }

    fn year(&mut self, year: u64) {
        self.year = Some(year);
        self.take(&year.to_string(), Some("년"));
        self.state(&year.to_string(), Some("년"));
    }

    fn give_month(&mut self, month: u64) {
        self.take(&month.to_string(), Some("월"));
        if let Some(year) = self.year {
            self.give(format!("@{year}-{month}"));
        }
    }

    fn give_day(&mut self, month: u64, day: u64) {
        self.take(&day.to_string(), Some("일"));
        self.give(format!("@{month}-{day}"));
        if let Some(year) = self.year {
            self.give(format!("@{year}-{month}-{day}"));
        }
    }

    fn month_and_day(&mut self, at: usize) -> Option<usize> {
        let (month, day, end) = month_and_day(&self.letters, at)?;
        self.give_month(month);
        self.give_day(month, day);
        self.claim(vec![format!("@{month}-{day}")]);
        Some(end)
    }

    /// `044-205-1234`, `192.168.0.1`: several numbers that are one.
    fn code(&mut self, at: usize) -> Option<usize> {
        if !self.letters[at].is_ascii_digit() {
            return None;
        }
        let (mut end, mut parts, mut code) = (at, 0, String::from("="));
        loop {
            let run = self.letters[end..].iter().take_while(|letter| letter.is_ascii_digit()).count();
            code.extend(&self.letters[end..end + run]);
            end += run;
            parts += usize::from(run > 0);
            let more = self.letters.get(end + 1).is_some_and(char::is_ascii_digit);
            if run == 0 || !more || !matches!(self.letters[end], '-' | '.') {
                break;
            }
            end += 1;
        }
        let phone = parts == 2 && self.is(at, '0') && !self.is(at + 1, '-') && self.letters[at..end].contains(&'-');
        (parts > 2 || phone).then(|| {
            self.give(code.clone());
            self.claim(vec![code]);
            end
        })
    }

    /// `2/3`, `3분의 2`; hundredths are percent.
    fn fraction(&mut self, at: usize) -> Option<usize> {
        let (first, behind) = digits(&self.letters, at, 4)?;
        let words = spaces(&self.letters, behind);
        let (above, below, end) = if starts(&self.letters, words, "분의") {
            let (above, end) = digits(&self.letters, spaces(&self.letters, words + 2), 4)?;
            (above, first, end)
        } else if self.is(behind, '/') {
            let (below, end) = digits(&self.letters, behind + 1, 4)?;
            // 3/15 may be a day.
            if (1..=12).contains(&first) && (1..=31).contains(&below) {
                self.give(format!("@{first}-{below}"));
            }
            (first, below, end)
        } else {
            return None;
        };
        let mut forms = vec![format!("#{above}/{below}")];
        if below == 100 {
            forms.push(format!("#{above}%"));
        }
        forms.iter().for_each(|form| self.give(form.clone()));
        self.claim(forms);
        Some(end)
    }

    fn article(&mut self, at: usize) -> Option<usize> {
        let (end, forms) = article(&self.letters, at)?;
        if self.begins_line(at) {
            self.article = forms.first().cloned();
        }
        for form in &forms {
            if let Some((_, paragraph)) = form.split_once(':') {
                self.give(format!("#{paragraph}항"));
            }
            self.give(form.clone());
        }
        self.claim(vec![forms.last()?.clone()]);
        Some(end)
    }

    /// `14:00`, `14시 30분`, `오후 2시 반`, `두 시`.
    fn time(&mut self, at: usize) -> Option<usize> {
        const HALVES: [(&str, bool); 7] = [
            ("오전", false),
            ("새벽", false),
            ("아침", false),
            ("오후", true),
            ("낮", true),
            ("저녁", true),
            ("밤", true),
        ];
        let half = HALVES.iter().find(|(word, _)| starts(&self.letters, at, word));
        let from = half.map_or(at, |(word, _)| spaces(&self.letters, at + word.chars().count()));
        let Clock { hour, minute, figures, end } = clock(&self.letters, from)?;
        let hour = match half {
            Some((_, true)) if hour < 12 => hour + 12,
            Some((_, false)) if hour == 12 => 0,
            _ => hour,
        };
        self.claim(vec![format!("&{hour}:{minute}")]);
        self.give(format!("&{hour}:{minute}"));
        if hour > 12 {
            self.give(format!("&{}:{minute}", hour - 12));
        } else if half.is_none() && !figures {
            // Which half of the day it is, the reader knows.
            self.give(format!("&{}:{minute}", hour + 12));
        }
        Some(end)
    }

    /// A number in figures with its unit.
    fn number(&mut self, at: usize) -> Option<usize> {
        let (value, end) = figures(&self.letters, at)?;
        // 3만여 명
        let about = self.is(end, '여') && unit_near(&self.letters, end + 1).is_some();
        let end = end + usize::from(about);
        let found = unit(&self.letters, end).or_else(|| unit_near(&self.letters, end));
        let text = written(value);
        match found {
            Some((unit, behind)) => {
                let year = digits(&self.letters, at, 4).map(|(year, _)| year);
                self.year = year.filter(|year| unit == "년" && (1900..2100).contains(year)).or(self.year);
                self.take(&text, Some(unit));
                self.state(&text, Some(unit));
                Some(behind)
            }
            None => {
                let unit = unit_by_letters(&self.letters, end);
                self.take(&text, unit.as_deref());
                if let Some((scale, unit)) = self.scale
                    && let Some(scaled) = value.checked_mul(u128::from(scale))
                {
                    self.give(format!("#{}{unit}", written(scaled)));
                }
                self.state(&text, unit.as_deref());
                Some(end)
            }
        }
    }

    /// `십칠 일`, `천만원`, `두 명`, `사흘`: only with their units, as their letters are in many words.
    fn number_in_words(&mut self, at: usize) -> Option<usize> {
        let near = |end: usize| unit_near(&self.letters, end);
        let large = sino(&self.letters, at)
            .and_then(|(value, end)| near(end).map(|(unit, behind)| (value, unit, behind, true)));
        let counted = || {
            let (value, end) = native(&self.letters, at)?;
            let (unit, behind) = near(end)?;
            let counts = ["명", "개", "가지", "회", "월", "주", "시간", "세"].contains(&unit);
            // "한 번" and "두 개" are said lightly; a term or a number of people is not.
            let states = value > 1 && ["명", "월", "주", "시간", "세"].contains(&unit);
            counts.then_some((value, unit, behind, states))
        };
        let found = large.or_else(counted).or_else(|| {
            let (value, end) = days(&self.letters, at)?;
            Some((value, "일", end, value > 1))
        });
        let (value, unit, end, states) = found?;
        self.take(&value.to_string(), Some(unit));
        if states {
            self.state(&value.to_string(), Some(unit));
        }
        Some(end)
    }
}
