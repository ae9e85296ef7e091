//! Checks Korean official writing by its rules: text in, findings out, without a model.
//!
//! The rules are those of the 「행정업무의 운영 및 혁신에 관한 규정」 (제7조), its 시행규칙 (제2조, 제4조), the
//! 「한글 맞춤법」 with its annex on punctuation, and the words that the 국립국어원 recommends. What those leave open is
//! left alone. Quoted text, titles in brackets, code, addresses of pages and file names are never touched.

mod document;
mod finding;
mod hangul;
mod number;
mod rules;
mod scan;
mod text;
mod verb;

pub use finding::{Finding, Rule, Severity};

use finding::Mark;
use text::Text;

/// How often a text is checked again after mending. One correction may bring out another; more than three in a row
/// have not been seen, and a text that never came to rest would still be given back.
const PASSES: usize = 24;

/// Finds what the rules object to, in the order of the text; ranges lie on borders of characters and never overlap.
///
/// Where two rules object to the same place the mistake goes before the advice, and the other is found once that is
/// mended.
pub fn check(text: &str) -> Vec<Finding> {
    let page = Text::new(text);
    let mut marks = rules::all(&page);
    marks.retain(|mark| mark.changes(text) && !page.is_kept(&mark.range));
    marks.sort_by(|one, other| one.rank().cmp(&other.rank()));
    let mut taken: std::collections::BTreeMap<usize, Mark> = std::collections::BTreeMap::new();
    for mark in marks {
        let before = taken.range(..mark.range.end).next_back();
        if before.is_none_or(|(_, before)| before.range.end <= mark.range.start) {
            taken.insert(mark.range.start, mark);
        }
    }
    finding::found(text, taken.into_values())
}

/// The text with one finding mended; nothing outside its range changes.
///
/// None where the finding has no correction, or where the text no longer says there what was found.
pub fn fix(text: &str, finding: &Finding) -> Option<String> {
    let fix = finding.fix.as_deref()?;
    if text.get(finding.range.clone())? != finding.found {
        return None;
    }
    Some([&text[..finding.range.start], fix, &text[finding.range.end..]].concat())
}

/// The text with every mistake mended that has one right correction. Advice is left to the person.
pub fn fix_all(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..PASSES {
        let mut next = String::with_capacity(text.len());
        let mut done = 0;
        for finding in check(&text) {
            if let (Severity::Mistake, Some(fix)) = (finding.severity, &finding.fix) {
                next.push_str(&text[done..finding.range.start]);
                next.push_str(fix);
                done = finding.range.end;
            }
        }
        if done == 0 {
            break;
        }
        next.push_str(&text[done..]);
        text = next;
    }
    text
}
