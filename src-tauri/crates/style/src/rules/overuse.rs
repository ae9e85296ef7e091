//! Turns of phrase that weigh a sentence down when they come again.

use crate::finding::{Mark, Rule};
use crate::text::Text;

const RULE: Rule = Rule::Translationese;

/// Each with what is wrong with a second one.
const TURNS: [(&[&str], &str); 2] = [
    (
        &["을 통해", "를 통해", "을 통하여", "를 통하여", "을 통한", "를 통한"],
        "한 문장에 ‘~을 통해’가 거듭됩니다. ‘~으로’, ‘~해서’로 바꾸어 봅니다.",
    ),
    (
        &["에 대해", "에 대하여", "에 대한", "에 관해", "에 관하여", "에 관한"],
        "한 문장에 ‘~에 대하여’가 거듭됩니다. ‘~을’, ‘~의’로 바꾸거나 줄여 봅니다.",
    ),
];

pub(crate) fn find(text: &Text) -> Vec<Mark> {
    let mut marks = Vec::new();
    for line in &text.lines {
        let mut start = line.start;
        for sentence in text.whole[line.clone()].split_inclusive(['.', '?', '!']) {
            for (forms, says) in TURNS.iter().copied() {
                let mut places: Vec<(usize, usize)> = forms
                    .iter()
                    .flat_map(|form| sentence.match_indices(form).map(|(at, form)| (start + at, form.len())))
                    .filter(|(at, length)| !text.is_kept(&(*at..at + length)))
                    .collect();
                places.sort_unstable();
                let again = places.iter().skip(1);
                let mark = |(at, length): &(usize, usize)| Mark::advice(RULE, *at..at + length, None, says);
                marks.extend(again.map(mark));
            }
            start += sentence.len();
        }
    }
    marks
}
