//! The numbers and bullets of OpenDocument lists.

use std::collections::HashMap;

use super::counted;
use crate::symbols;
use crate::xml::Xml;

/// The list styles of a document, and where its lists stand.
#[derive(Default)]
pub struct Lists {
    styles: HashMap<String, HashMap<usize, Level>>,
    /// The numbering of headings.
    outline: HashMap<usize, Level>,
    headings: Vec<u32>,
    open: Vec<Open>,
    /// Where each style's last list ended, for a list that goes on with it.
    ended: HashMap<String, u32>,
}

#[derive(Clone, Default)]
struct Level {
    bullet: Option<String>,
    format: String,
    before: String,
    after: String,
    start: u32,
    /// How many levels above are shown with the number, itself counted.
    shown: usize,
}

struct Open {
    style: Option<String>,
    count: u32,
}

impl Lists {
    /// Adds the list styles of a part.
    pub fn read(&mut self, text: &str) {
        let mut xml = Xml::new(text);
        while let Some(element) = xml.find_any(&["list-style", "outline-style"]) {
            let name = element.is("list-style").then(|| element.attribute("name").unwrap_or_default());
            let mut levels = HashMap::new();
            while let Some(element) = xml.element() {
                let value = |name| element.attribute(name).unwrap_or_default();
                let level = Level {
                    bullet: element.is("list-level-style-bullet").then(|| symbols::bullet(&value("bullet-char"))),
                    format: value("num-format"),
                    before: value("num-prefix"),
                    after: value("num-suffix"),
                    start: element.number("start-value").unwrap_or(1),
                    shown: element.number("display-levels").unwrap_or(1) as usize,
                };
                if let Some(depth) = element.number("level").filter(|depth| (1..=10).contains(depth)) {
                    levels.insert(depth as usize, level);
                }
                xml.skip();
            }
            match name {
                Some(name) => drop(self.styles.insert(name, levels)),
                None => self.outline = levels,
            }
        }
    }

    /// A list begins; one without a style has that of the list it stands in.
    pub fn enter(&mut self, style: Option<String>, goes_on: bool) {
        let style = style.or_else(|| self.open.last().and_then(|open| open.style.clone()));
        let ended = style.as_ref().filter(|_| goes_on).and_then(|style| self.ended.get(style)).copied();
        self.open.push(Open { style, count: ended.unwrap_or(0) });
        if ended.is_none() {
            let start = self.level(self.open.len()).map_or(1, |level| level.start);
            if let Some(open) = self.open.last_mut() {
                open.count = start.saturating_sub(1);
            }
        }
    }

    pub fn leave(&mut self) {
        if let Some(Open { style: Some(style), count }) = self.open.pop()
            && self.open.is_empty()
        {
            self.ended.insert(style, count);
        }
    }

    /// What stands before the next item.
    pub fn item(&mut self, start: Option<u32>) -> String {
        if let Some(open) = self.open.last_mut() {
            open.count = start.unwrap_or_else(|| open.count.saturating_add(1));
        }
        let counts: Vec<u32> = self.open.iter().map(|open| open.count).collect();
        let level = |depth: usize| self.level(depth);
        label(&counts, level)
    }

    /// What stands before a heading of this level.
    pub fn heading(&mut self, level: u8) -> String {
        let depth = usize::from(level).min(10);
        self.headings.resize(depth, 0);
        if let Some(count) = self.headings.last_mut() {
            *count = count.saturating_add(1);
        }
        label(&self.headings, |depth| self.outline.get(&depth))
    }

    fn level(&self, depth: usize) -> Option<&Level> {
        self.styles.get(self.open.last()?.style.as_ref()?)?.get(&depth)
    }
}

fn label<'a>(counts: &[u32], level: impl Fn(usize) -> Option<&'a Level>) -> String {
    let depth = counts.len();
    let Some(own) = level(depth) else { return String::new() };
    if let Some(bullet) = &own.bullet {
        return bullet.clone();
    }
    if own.format.is_empty() {
        return String::new();
    }
    let first = depth.saturating_sub(own.shown.max(1) - 1).max(1);
    let numbers: Vec<String> = (first..=depth)
        .filter_map(|at| Some(counted(*counts.get(at - 1)?, &level(at)?.format)))
        .filter(|number| !number.is_empty())
        .collect();
    format!("{}{}{}", own.before, numbers.join("."), own.after)
}
