//! What is wrong with a grammar although each rule of it is right.

use super::rule::{Rule, Rules};

/// A named rule, by its number, that no text can be written under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Whatever is begun under it can never end.
    Endless(usize),
    /// It comes to itself before anything was written; llama.cpp refuses such grammars.
    Circular(usize),
}

/// The flaws of a grammar, in the order of its rules.
pub fn flaws(rules: &Rules) -> Vec<Flaw> {
    let ends = settled(rules, |rule, known| can_be(rule, known, &|_| true));
    let empty = settled(rules, |rule, known| can_be(rule, known, &str::is_empty));
    let endless = ends.iter().enumerate().filter(|(_, ends)| !**ends).map(|(number, _)| Flaw::Endless(number));
    let first: Vec<Vec<usize>> = rules.0.iter().map(|rule| begins(rule, &empty).0).collect();
    let circular = (0..rules.0.len()).filter(|number| comes_back(&first, *number)).map(Flaw::Circular);
    endless.chain(circular).collect()
}

/// What holds of each rule, where it holds only because it holds of others: from none on, until nothing changes.
fn settled(rules: &Rules, holds: impl Fn(&Rule, &[bool]) -> bool) -> Vec<bool> {
    let mut known = vec![false; rules.0.len()];
    loop {
        let next: Vec<bool> = rules.0.iter().map(|rule| holds(rule, &known)).collect();
        if next == known {
            return known;
        }
        known = next;
    }
}

/// Whether a rule can be written with texts that are `fine`.
fn can_be(rule: &Rule, known: &[bool], fine: &impl Fn(&str) -> bool) -> bool {
    match rule {
        Rule::Text(text) => fine(text),
        Rule::Class(..) => fine("?"),
        Rule::All(rules) => rules.iter().all(|rule| can_be(rule, known, fine)),
        Rule::Any(rules) => rules.iter().any(|rule| can_be(rule, known, fine)),
        Rule::Times(rule, least, _) => *least == 0 || can_be(rule, known, fine),
        Rule::Named(number) => known.get(*number).copied().unwrap_or(false),
    }
}

/// The named rules that a rule may begin with, and whether it may be empty.
fn begins(rule: &Rule, empty: &[bool]) -> (Vec<usize>, bool) {
    match rule {
        Rule::Text(text) => (Vec::new(), text.is_empty()),
        Rule::Class(..) => (Vec::new(), false),
        Rule::All(rules) => {
            let mut first = Vec::new();
            for rule in rules {
                let (begins, may_be_empty) = begins(rule, empty);
                first.extend(begins);
                if !may_be_empty {
                    return (first, false);
                }
            }
            (first, true)
        }
        Rule::Any(rules) => rules.iter().fold((Vec::new(), false), |(mut first, may_be_empty), rule| {
            let (begins, one) = begins(rule, empty);
            first.extend(begins);
            (first, may_be_empty || one)
        }),
        Rule::Times(rule, least, _) => {
            let (first, may_be_empty) = begins(rule, empty);
            (first, may_be_empty || *least == 0)
        }
        Rule::Named(number) => (vec![*number], empty.get(*number).copied().unwrap_or(false)),
    }
}

/// Whether a rule is among those that it may begin with, however many steps away.
fn comes_back(first: &[Vec<usize>], from: usize) -> bool {
    let mut seen = vec![false; first.len()];
    let mut open = first.get(from).cloned().unwrap_or_default();
    while let Some(number) = open.pop() {
        if number == from {
            return true;
        }
        if let Some(seen) = seen.get_mut(number).filter(|seen| !**seen) {
            *seen = true;
            open.extend(first.get(number).into_iter().flatten());
        }
    }
    false
}
