use std::collections::HashMap;

use vault::Citation;

use super::judge::{Choice, Verdict, judge};
use super::marks::{DOUBT, take_marks, with_marks};
use super::sentences::{is_row, is_rule, sentences};
use super::source::Held;
use super::terms::{Asked, Terms};
use super::{Checked, Doubtful, Evidence, Reading, citation};

/// The most spans of an answer that are left to be told apart.
const MOST_DOUBTFUL: usize = 24;
/// A document that covers so much less of the question than the best is about something beside it: what it says may be
/// true, and is no answer.
const BESIDE: f32 = 0.2;

/// An answer whose sentences are judged, but for those that may rest on several spans alike.
pub struct Plan<'a> {
    evidence: &'a [Evidence],
    pieces: Vec<Piece>,
}

struct Piece {
    /// Without marks, with the white space behind it.
    sentence: String,
    verdict: Verdict,
}

impl<'a> Plan<'a> {
    /// Judges an answer to `question`, which is `about` these words, each with its weight. Where there is none, every
    /// document is as near to it as the others.
    pub fn new(
        answer: &str,
        question: &str,
        about: &[(String, f32)],
        evidence: &'a [Evidence],
        reading: Reading<'_>,
    ) -> Self {
        let asked = Asked::of(question, reading.words);
        let passages: Vec<Held> = evidence.iter().map(|evidence| Held::of(&evidence.passage, reading.words)).collect();
        let texts: Vec<&str> = evidence.iter().map(|evidence| evidence.passage.text.as_str()).collect();
        let to_the_point = to_the_point(about, evidence, &passages);
        let mut room = MOST_DOUBTFUL;
        let judged = |(sentence, marked, is_prose): (String, Vec<usize>, bool)| {
            let mut verdict = match is_prose {
                true => judge(&Terms::of(&sentence, &asked, reading), &marked, &to_the_point, &passages, &texts),
                false => Verdict::default(),
            };
            for choices in verdict.rests.iter_mut().filter(|choices| choices.len() > 1) {
                match room.checked_sub(choices.len()) {
                    Some(left) => room = left,
                    None => choices.truncate(1),
                }
            }
            Piece { sentence, verdict }
        };
        Self { evidence, pieces: marked_sentences(answer, evidence).into_iter().map(judged).collect() }
    }

    /// The sentences that may rest on several spans alike.
    pub fn doubtful(&self) -> Vec<Doubtful<'_>> {
        let undecided =
            self.pieces.iter().flat_map(|piece| piece.verdict.rests.iter().map(move |choices| (piece, choices)));
        undecided
            .filter(|(_, choices)| choices.len() > 1)
            .map(|(piece, choices)| Doubtful {
                sentence: piece.sentence.trim(),
                spans: choices.iter().map(|choice| self.span(choice)).collect(),
            })
            .collect()
    }

    fn span(&self, choice: &Choice) -> String {
        let passage = &self.evidence[choice.passage].passage;
        format!("{}\n{}", passage.heading_path.join(" > "), &passage.text[choice.range.clone()]).trim_start().to_owned()
    }

    /// The answer with its citations. `similarities` are of [`Plan::doubtful`]'s sentences to each of their spans, the
    /// higher the nearer; where they are missing, letters alone decide.
    pub fn decide(&self, similarities: &[Vec<f32>]) -> Checked {
        let mut similarities = similarities.iter();
        let mut checked = Checked { text: String::new(), citations: Vec::new() };
        for Piece { sentence, verdict } in &self.pieces {
            let mut marks: Vec<String> = Vec::new();
            for choices in &verdict.rests {
                let near = if choices.len() > 1 { similarities.next() } else { None };
                let Some(choice) = nearest(choices, near) else { continue };
                let mark = format!(" [{}]", self.cite(choice, &mut checked.citations));
                if !marks.contains(&mark) {
                    marks.push(mark);
                }
            }
            if verdict.doubt {
                marks.push(format!(" {DOUBT}"));
            }
            checked.text.push_str(&with_marks(sentence, &marks.concat()));
        }
        checked.text = checked.text.trim().to_owned();
        checked
    }

    /// The mark of a citation, which is new or the same as an earlier one.
    fn cite(&self, choice: &Choice, citations: &mut Vec<Citation>) -> u32 {
        let passage = &self.evidence[choice.passage].passage;
        let quote = &passage.text[choice.range.clone()];
        if let Some(same) = citations.iter().find(|held| held.passage_id == passage.id && held.quote == quote) {
            return same.mark;
        }
        let mark = citations.len() as u32 + 1;
        citations.push(citation(mark, passage, quote));
        mark
    }
}

/// For each passage whether its document, as far as it is in evidence, covers about as much of the question as any.
fn to_the_point(about: &[(String, f32)], evidence: &[Evidence], passages: &[Held]) -> Vec<bool> {
    let total: f32 = about.iter().map(|(_, weight)| weight).sum();
    let mut held: HashMap<i64, Vec<bool>> = HashMap::new();
    for (Evidence { passage, .. }, source) in evidence.iter().zip(passages) {
        let held = held.entry(passage.document_id).or_insert_with(|| vec![false; about.len()]);
        held.iter_mut().zip(about).for_each(|(held, (word, _))| *held |= source.whole.has_word(word));
    }
    let share = |held: &Vec<bool>| -> f32 {
        let covered: f32 = held.iter().zip(about).filter(|(held, _)| **held).map(|(_, (_, weight))| weight).sum();
        covered / total.max(f32::MIN_POSITIVE)
    };
    let covered: HashMap<i64, f32> = held.iter().map(|(document, held)| (*document, share(held))).collect();
    let best = covered.values().copied().fold(0.0, f32::max);
    evidence.iter().map(|evidence| covered[&evidence.passage.document_id] >= best - BESIDE).collect()
}

fn nearest<'a>(choices: &'a [Choice], similarities: Option<&Vec<f32>>) -> Option<&'a Choice> {
    let similarities = similarities.filter(|similarities| similarities.len() == choices.len());
    let told = similarities.and_then(|similarities| {
        choices.iter().zip(similarities).max_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(choice, _)| choice)
    });
    told.or(choices.first())
}

/// The sentences of an answer with the passages that the model named for each, and whether it is prose or a row that
/// can be cited: code, a table's header and its rule are not, nor is the bare name of a file, which answers nothing. Marks on a line of their own belong to what is above.
fn marked_sentences(answer: &str, evidence: &[Evidence]) -> Vec<(String, Vec<usize>, bool)> {
    let pieces = sentences(answer);
    let mut marked: Vec<(String, Vec<usize>, bool)> = Vec::new();
    let mut in_code = false;
    for (at, piece) in pieces.iter().enumerate() {
        let fence = piece.trim_start().starts_with("```");
        let heads = is_row(piece) && pieces.get(at + 1).is_some_and(|next| is_rule(next));
        if in_code || fence || heads || is_rule(piece) {
            marked.push(((*piece).to_owned(), Vec::new(), false));
            in_code ^= fence;
            continue;
        }
        let (sentence, ids) = take_marks(piece, evidence);
        if sentence.trim().is_empty()
            && let Some((above, known, _)) = marked.last_mut()
        {
            above.push_str(&sentence);
            known.extend(ids);
            continue;
        }
        let names_a_file = evidence.iter().any(|evidence| sentence.trim() == evidence.passage.file);
        marked.push((sentence, ids, !names_a_file));
    }
    marked
}
