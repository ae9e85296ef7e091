//! Which passages a sentence rests on, if any, and which words of them.

use std::ops::Range;

use library::Claim;

use super::sentences::is_row;
use super::source::{Held, Source};
use super::terms::Terms;

/// A sentence of which less than this part is in a passage does not rest on it.
const SUPPORT: f32 = 0.5;
/// With the model's own mark on it, less is enough: it may have put the passage in other words.
const MARKED_SUPPORT: f32 = 0.3;
/// The part of its words alone that has to be there, whatever numbers are: a third.
const WORDING: f32 = 0.33;
const MARKED_WORDING: f32 = 0.2;
/// What the model's own mark counts between passages that support as much.
const MARK: f32 = 0.1;
/// What a name that a passage does not have counts against it.
const STRANGE_NAME: f32 = 0.15;
/// Two neighbouring spans are quoted where together they say this much more than either.
const BOTH: f32 = 0.15;
/// Spans this close to the best may be meant as well.
const NEAR: f32 = 0.08;
/// The most of them.
const MOST_NEAR: usize = 4;

/// Words of a passage that a sentence may rest on.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The passage's index in the evidence.
    pub passage: usize,
    /// Bytes of its text.
    pub range: Range<usize>,
    score: f32,
}

/// What becomes of a sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict {
    /// For each citation, the words that it may quote: the best first, and those that are nearly as good.
    pub rests: Vec<Vec<Choice>>,
    /// Its numbers, dates or names are in no source of it.
    pub doubt: bool,
}

/// Judges a sentence; `marked` are the passages that the model named, and those that are not `to_the_point` support
/// nothing.
pub fn judge(
    terms: &Terms,
    marked: &[usize],
    to_the_point: &[bool],
    passages: &[Held],
    texts: &[&str],
) -> Verdict {
    if terms.is_empty() {
        return Verdict::default();
    }
    let rated: Vec<Rated<'_>> = passages
        .iter()
        .zip(texts.iter().copied())
        .enumerate()
        .filter(|(index, _)| to_the_point[*index])
        .map(|(index, (held, text))| Rated { index, held, text, marked: marked.contains(&index) })
        .collect();
    let mut choices: Vec<Choice> = rated
        .iter()
        .filter(|rated| terms.new_claims.iter().all(|claim| rated.held.whole.holds(claim)))
        .filter(|rated| rated.supports(terms) && !rated.is_torn(terms))
        .flat_map(|rated| rated.choices(terms))
        .collect();
    if !choices.is_empty() {
        let best = near_best(&mut choices);
        let of_best = best.first().and_then(|best| rated.iter().find(|rated| rated.index == best.passage));
        let strange = of_best.is_some_and(|rated| rated.strange_names(terms) > 0);
        return Verdict { rests: vec![best], doubt: strange };
    }
    match two_sources(terms, &rated) {
        Some((one, other)) => {
            let rests = [one, other].map(|rated| near_best(&mut rated.choices(terms)));
            let known = |name: &String| one.held.whole.has_name(name) || other.held.whole.has_name(name);
            Verdict { rests: rests.into(), doubt: !terms.names.iter().all(known) }
        }
        None => Verdict { rests: Vec::new(), doubt: terms.states() },
    }
}

/// A passage before one sentence.
struct Rated<'a> {
    index: usize,
    held: &'a Held,
    text: &'a str,
    marked: bool,
}

impl Rated<'_> {
    fn strange_names(&self, terms: &Terms) -> usize {
        terms.names.iter().filter(|name| !self.held.whole.has_name(name)).count()
    }

    /// True where two numbers of different kinds stand in a table of the passage, but in no row together: the sentence
    /// has the value of another row.
    fn is_torn(&self, terms: &Terms) -> bool {
        let (rows, prose): (Vec<_>, Vec<_>) = self.held.spans.iter().partition(|(span, _)| span.header.is_some());
        let in_prose =
            |claim: &Claim| self.held.place.holds(claim) || prose.iter().any(|(_, source)| source.holds(claim));
        let tabled: Vec<&Claim> =
            terms.claims().filter(|claim| self.held.whole.holds(claim) && !in_prose(claim)).collect();
        let [one, other] = tabled[..] else { return false };
        let together = rows.iter().any(|(_, source)| source.holds(one) && source.holds(other));
        one.kind() != other.kind() && !together
    }

    fn supports(&self, terms: &Terms) -> bool {
        // Where a name is strange the mark excuses nothing.
        let trusted = self.marked && self.strange_names(terms) == 0;
        let (support, wording) = if trusted { (MARKED_SUPPORT, MARKED_WORDING) } else { (SUPPORT, WORDING) };
        let whole = [&self.held.whole];
        terms.support(&whole) >= support
            && terms.wording(&whole) >= wording
            && terms.new_claims.iter().all(|claim| self.says_near(claim, terms, wording))
    }

    /// True where a number stands among the sentence's words: elsewhere in the passage it is there by chance. A table is
    /// one place, as its caption and its header are of every row.
    fn says_near(&self, claim: &Claim, terms: &Terms, wording: f32) -> bool {
        let Held { place, whole, spans } = self.held;
        let near = |at: usize| {
            let around = &spans[at.saturating_sub(1)..(at + 2).min(spans.len())];
            let mut near: Vec<&Source> = around.iter().map(|(_, source)| source).collect();
            near.push(if spans[at].0.header.is_some() { whole } else { place });
            terms.wording(&near) >= wording
        };
        let mut where_it_stands = (0..spans.len()).filter(|at| spans[*at].1.holds(claim)).peekable();
        // ② below a heading is in no span by itself.
        place.holds(claim) || where_it_stands.peek().is_none() || where_it_stands.any(near)
    }

    /// What may be quoted of it.
    fn choices(&self, terms: &Terms) -> Vec<Choice> {
        let whole = [&self.held.whole];
        let strange = STRANGE_NAME * self.strange_names(terms).min(2) as f32;
        let passage = terms.support(&whole) + terms.coverage(&whole) + if self.marked { MARK } else { 0.0 } - strange;
        let choice = |range: Range<usize>, sources: &[&Source]| Choice {
            passage: self.index,
            range,
            score: passage + terms.closeness(sources),
        };
        let spans = &self.held.spans;
        let mut choices: Vec<Choice> =
            spans.iter().map(|(span, source)| choice(span.range.clone(), &[source])).collect();
        for (at, pair) in spans.windows(2).enumerate() {
            let [(one, first), (other, second)] = pair else { continue };
            let alike = is_row(&self.text[one.range.clone()]) == is_row(&self.text[other.range.clone()]);
            let both = choice(one.range.start..other.range.end, &[first, second]);
            if alike && both.score >= choices[at].score.max(choices[at + 1].score) + BOTH {
                choices.push(both);
            }
        }
        choices
    }
}

/// The best choice, and those near it, best first; of two that say as much, the shorter says it more exactly.
fn near_best(choices: &mut Vec<Choice>) -> Vec<Choice> {
    choices.sort_by(|one, other| {
        other
            .score
            .total_cmp(&one.score)
            .then(one.passage.cmp(&other.passage))
            .then(one.range.len().cmp(&other.range.len()))
    });
    let best = choices.first().map_or(0.0, |best| best.score);
    choices.drain(..).take_while(|choice| choice.score >= best - NEAR).take(MOST_NEAR).collect()
}

/// The two passages that together hold what no one does, each something that the other lacks.
fn two_sources<'a, 'b>(terms: &Terms, rated: &'a [Rated<'b>]) -> Option<(&'a Rated<'b>, &'a Rated<'b>)> {
    let holds = |rated: &Rated<'_>| -> Vec<bool> {
        terms.new_claims.iter().map(|claim| rated.held.whole.holds(claim)).collect()
    };
    let held: Vec<Vec<bool>> = rated.iter().map(holds).collect();
    let mut best: Option<(f32, usize, usize)> = None;
    for one in 0..rated.len() {
        for other in one + 1..rated.len() {
            let each = || held[one].iter().zip(&held[other]);
            let together = each().all(|(one, other)| *one || *other);
            let apart = each().any(|(one, other)| *one && !other) && each().any(|(one, other)| *other && !one);
            if !together || !apart {
                continue;
            }
            let whole = [&rated[one].held.whole, &rated[other].held.whole];
            let worded = whole.iter().all(|source| terms.wording(&[*source]) >= WORDING);
            let support = terms.support(&whole);
            if worded && support >= SUPPORT && best.is_none_or(|(top, ..)| support > top) {
                best = Some((support, one, other));
            }
        }
    }
    best.map(|(_, one, other)| (&rated[one], &rated[other]))
}
