//! One ranking of two: by words, and by meaning.
//!
//! Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) was measured to hurt on Korean questions: a small
//! embedding model's ranks are worth less than a good analyzer's. A weighted sum of normalised scores helps ("convex
//! combination": Bruch, Gai and Ingber, "An analysis of fusion functions for hybrid retrieval", ACM TOIS 2023), the more
//! so where the weight follows how much of the question the words explain.

use std::collections::HashMap;

use crate::Match;

/// Passages of each ranking that are looked at.
pub const CANDIDATES: usize = 100;
/// What meaning weighs where the words of the best passage cover the whole question …
const SURE: f32 = 0.25;
/// … and where they cover nothing of it.
const UNSURE: f32 = 0.7;

/// Passages by words and by meaning (with their cosines) in one ranking, best first, with scores from 0 to 1. By words
/// alone it is that ranking.
pub fn fuse(lexical: &[Match], near: &[(i64, f32)]) -> Vec<(i64, f32)> {
    let covered = lexical.iter().map(|found| found.coverage).fold(0.0, f32::max);
    let meaning = if near.is_empty() { 0.0 } else { UNSURE + (SURE - UNSURE) * covered };
    let best = lexical.iter().map(|found| found.score).fold(f32::MIN_POSITIVE, f32::max);
    let (low, high) = near.iter().fold((f32::MAX, f32::MIN), |(low, high), (_, cosine)| (low.min(*cosine), high.max(*cosine)));
    let mut scores: HashMap<i64, f32> = HashMap::with_capacity(lexical.len() + near.len());
    for found in lexical {
        *scores.entry(found.passage).or_default() += (1.0 - meaning) * found.score / best;
    }
    for (passage, cosine) in near {
        *scores.entry(*passage).or_default() += meaning * (cosine - low) / (high - low).max(f32::EPSILON);
    }
    let mut ranked: Vec<(i64, f32)> = scores.into_iter().collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(passage: i64, score: f32, coverage: f32) -> Match {
        Match { passage, score, coverage }
    }

    fn order(lexical: &[Match], near: &[(i64, f32)]) -> Vec<i64> {
        fuse(lexical, near).into_iter().map(|(passage, _)| passage).collect()
    }

    #[test]
    fn without_meaning_the_words_rank_and_without_words_the_meaning() {
        assert_eq!(order(&[found(1, 9.0, 1.0), found(2, 8.0, 0.9)], &[]), [1, 2]);
        assert_eq!(order(&[], &[(2, 0.91), (1, 0.88), (3, 0.80)]), [2, 1, 3]);
        assert!(order(&[], &[]).is_empty());
    }

    #[test]
    fn what_words_explain_they_decide_and_what_they_do_not_meaning_decides() {
        let near = [(2, 0.90), (1, 0.85), (3, 0.80)];
        assert_eq!(order(&[found(1, 9.0, 1.0), found(2, 6.0, 0.6)], &near)[0], 1);
        assert_eq!(order(&[found(1, 9.0, 0.1), found(2, 8.0, 0.1)], &near)[0], 2);
    }

    #[test]
    fn equals_come_in_the_order_of_their_rows() {
        assert_eq!(order(&[found(2, 1.0, 1.0), found(1, 1.0, 1.0)], &[]), [1, 2]);
    }
}
