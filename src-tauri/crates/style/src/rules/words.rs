//! Words and turns of phrase that have a better one, from the tables in `words/`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::finding::{Mark, Rule, Severity};
use crate::hangul::{agreed, is_hangul, particles, topic, toward};
use crate::text::Text;
use crate::verb::Verb;

const TABLES: [(Rule, &str); 4] = [
    (Rule::HardWord, include_str!("../words/hard.toml")),
    (Rule::Loanword, include_str!("../words/loan.toml")),
    (Rule::Translationese, include_str!("../words/translated.toml")),
    (Rule::Redundant, include_str!("../words/redundant.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    word: Vec<Entry>,
    #[serde(default)]
    verb: Vec<VerbEntry>,
}

/// How a word is used, which says what may follow it.
#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Use {
    /// Particles, which then agree with the new word.
    Noun,
    /// Nothing: an adverb, or what stands before a noun.
    Bare,
    /// Particles, or a form of 하다, 되다 or 시키다.
    Action,
    /// A form of 하다 or 되다 only.
    Doing,
    /// Anything.
    Open,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    from: Vec<String>,
    /// The first is put in; without any there is nothing to put in, and `says` tells what to do.
    #[serde(default)]
    to: Vec<String>,
    r#use: Use,
    /// That it is right wherever the word stands.
    #[serde(default)]
    sure: bool,
    /// That it is written to the word before it.
    #[serde(default)]
    joined: bool,
    /// What follows and makes it another word.
    #[serde(default)]
    except: Vec<String>,
    says: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerbEntry {
    /// The stem, which ends in 하, 되 or 지.
    from: Vec<String>,
    /// The stem that comes in, and its form before 서 and the past.
    to: String,
    with: String,
    #[serde(default)]
    sure: bool,
    #[serde(default)]
    joined: bool,
}

enum Kind {
    Word(Entry),
    Verb(VerbEntry),
}

struct Lexicon {
    entries: Vec<(Rule, Kind)>,
    /// What is looked for, by its first character, the longest first: the words themselves, verbs without 하.
    starts: HashMap<char, Vec<(String, usize)>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut entries = Vec::new();
    for (rule, table) in TABLES {
        // A test reads every table, so that none is lost here unseen.
        let table: Table = toml::from_str(table).unwrap_or(Table { word: Vec::new(), verb: Vec::new() });
        entries.extend(table.word.into_iter().map(|entry| (rule, Kind::Word(entry))));
        entries.extend(table.verb.into_iter().map(|entry| (rule, Kind::Verb(entry))));
    }
    let mut starts: HashMap<char, Vec<(String, usize)>> = HashMap::new();
    for (at, (_, kind)) in entries.iter().enumerate() {
        let (from, tail) = match kind {
            Kind::Word(entry) => (&entry.from, 0),
            Kind::Verb(entry) => (&entry.from, '하'.len_utf8()),
        };
        for word in from {
            let word = word[..word.len() - tail].to_owned();
            if let Some(first) = word.chars().next() {
                starts.entry(first).or_default().push((word, at));
            }
        }
    }
    for words in starts.values_mut() {
        words.sort_by(|one, other| other.0.len().cmp(&one.0.len()).then(one.1.cmp(&other.1)));
    }
    Lexicon { entries, starts }
});

pub(crate) fn find(text: &Text) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut done = 0;
    for (at, char) in text.whole.char_indices() {
        if at < done {
            continue;
        }
        let Some(words) = LEXICON.starts.get(&char) else { continue };
        for (word, entry) in words {
            if !text.whole[at..].starts_with(word.as_str()) {
                continue;
            }
            let (rule, kind) = &LEXICON.entries[*entry];
            let mark = match kind {
                Kind::Word(entry) => replaced(text, at, word, entry, *rule),
                Kind::Verb(entry) => conjugated(text, at, word, entry, *rule),
            };
            if let Some(mark) = mark {
                done = mark.range.end;
                marks.push(mark);
                break;
            }
        }
    }
    marks
}

fn replaced(text: &Text, at: usize, word: &str, entry: &Entry, rule: Rule) -> Option<Mark> {
    let end = at + word.len();
    let rest = &text.whole[end..];
    if !begins(text, at, entry.joined) || entry.except.iter().any(|except| rest.starts_with(except.as_str())) {
        return None;
    }
    let tail = particles(rest);
    let closed = tail == Some("");
    let fits = match entry.r#use {
        Use::Noun => tail.is_some(),
        Use::Bare => closed,
        Use::Action => tail.is_some() || is_done(rest),
        Use::Doing => is_done(rest),
        Use::Open => true,
    };
    // A word in brackets behind its Korean one explains that, and one with brackets behind it is explained.
    let glossed = rule == Rule::Loanword && (is_gloss(text, at, end) || rest.starts_with('('));
    if !fits || glossed {
        return None;
    }
    let Some(right) = entry.to.first() else {
        let says = entry.says.clone().unwrap_or_else(|| says(rule, word, &[]));
        return Some(mark(rule, entry.sure, at..end, None, says));
    };
    let tail = tail.filter(|_| !is_done(rest) && entry.r#use != Use::Open).unwrap_or_default();
    let turned = agreed(right, tail);
    let says = entry.says.clone().unwrap_or_else(|| says(rule, word, &entry.to));
    Some(if turned == tail {
        mark(rule, entry.sure, at..end, Some(right.clone()), says)
    } else {
        mark(rule, entry.sure, at..end + tail.len(), Some([right.as_str(), &turned].concat()), says)
    })
}

fn conjugated(text: &Text, at: usize, word: &str, entry: &VerbEntry, rule: Rule) -> Option<Mark> {
    if !begins(text, at, entry.joined) {
        return None;
    }
    let light = entry.from.first()?.chars().next_back()?;
    let verb = Verb { stem: &entry.to, joined: &entry.with };
    let (form, length) = verb.like(light, &text.whole[at + word.len()..])?;
    let says = says(rule, &format!("{word}{light}다"), &[format!("{}다", entry.to)]);
    Some(mark(rule, entry.sure, at..at + word.len() + length, Some(form), says))
}

fn mark(rule: Rule, sure: bool, range: std::ops::Range<usize>, fix: Option<String>, says: String) -> Mark {
    let severity = if sure { Severity::Mistake } else { Severity::Advice };
    Mark { severity, ..Mark::mistake(rule, range, fix, says) }
}

fn says(rule: Rule, word: &str, to: &[String]) -> String {
    let what = match rule {
        Rule::HardWord => "어려운 한자어이거나 일본어 투입니다",
        Rule::Loanword => "외래어이거나 외국어입니다",
        Rule::Redundant => "같은 뜻이 겹친 말입니다",
        _ => "번역 투이거나 피동이 겹친 표현입니다",
    };
    let better = match to {
        [] => String::new(),
        [one] => format!(" {} 바꾸어 씁니다.", toward(one)),
        [others @ .., last] => {
            let others: Vec<String> = others.iter().map(|word| format!("‘{word}’")).collect();
            format!(" 뜻에 따라 {}, {} 바꾸어 씁니다.", others.join(", "), toward(last))
        }
    };
    format!("{} {what}.{better}", topic(word))
}

fn begins(text: &Text, at: usize, joined: bool) -> bool {
    joined || text.starts_word(at)
}

/// A form of 하다, 되다 or 시키다 stands here.
fn is_done(rest: &str) -> bool {
    let first = rest.chars().next().unwrap_or(' ');
    let light = "하한할함합해했되된될됨됩돼됐".contains(first) || rest.starts_with("시키") || rest.starts_with("시켰");
    // 하 with nothing behind it, and 해 as a year, are words of their own.
    light && (first != '하' || rest[first.len_utf8()..].starts_with(is_hangul))
}

/// "업무협약(MOU)": a word in brackets of its own behind a word.
fn is_gloss(text: &Text, at: usize, end: usize) -> bool {
    let Some(before) = text.whole[..at].strip_suffix(['(', ',', ' ']) else { return false };
    let head = before.trim_end_matches([' ', '(']);
    text.before(at) == Some('(') && head.ends_with(is_hangul) && text.whole[end..].starts_with([')', ','])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_table_is_read_and_no_word_stands_twice() {
        let mut seen = std::collections::HashSet::new();
        for (rule, table) in TABLES {
            let table: Table = toml::from_str(table).unwrap();
            assert!(!table.word.is_empty(), "{rule:?}");
            for entry in table.word {
                assert!(!entry.to.is_empty() || entry.says.is_some(), "{:?} says nothing", entry.from);
                for word in entry.from {
                    assert!(!entry.to.contains(&word), "{word} for itself");
                    assert!(seen.insert(word.clone()), "{word} twice");
                }
            }
            for entry in table.verb {
                for word in entry.from {
                    assert!(word.ends_with(['하', '되', '지']), "{word}");
                    assert!(seen.insert(word.clone()), "{word} twice");
                }
            }
        }
        println!("{} words", seen.len());
        assert!(seen.len() > 350);
    }

    /// What is put in is not itself objected to, so that mending comes to an end.
    #[test]
    fn no_correction_is_a_mistake() {
        for (_, kind) in &LEXICON.entries {
            let to = match kind {
                Kind::Word(entry) => entry.to.clone(),
                Kind::Verb(entry) => vec![format!("{}다", entry.to), format!("{}서", entry.with)],
            };
            for word in to {
                let found = find(&Text::new(&word));
                assert!(found.is_empty(), "{word}: {found:?}");
            }
        }
    }
}
