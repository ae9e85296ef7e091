use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::Query;
use crate::figures::percentiles;

/// In the order they are printed.
pub const FIGURES: [&str; 6] = ["recall@1", "recall@5", "recall@10", "recall@20", "mrr@10", "ndcg@10"];

/// The places of the positive passages in the rankings of all queries.
#[derive(Default)]
pub struct Ranking {
    ranks: Vec<Ranks>,
    ms: Vec<f64>,
}

/// Ranks of the positive passages that were found, from 0, and how many there are.
type Ranks = (Vec<usize>, usize);

impl Ranking {
    /// One query's ranking, best first, and how long it took.
    pub fn add(&mut self, query: &Query, rows: &[i64], took: Duration) {
        let hits = rows.iter().enumerate().filter(|(_, row)| query.positives.contains(row));
        self.ranks.push((hits.map(|(rank, _)| rank).collect(), query.positives.len()));
        self.ms.push(took.as_secs_f64() * 1e3);
    }

    /// Recall@k is the share of queries with a positive passage among the first k; nDCG is binary.
    pub fn figures(&self) -> Value {
        json!({
            "recall@1": recall(&self.ranks, 1),
            "recall@5": recall(&self.ranks, 5),
            "recall@10": recall(&self.ranks, 10),
            "recall@20": recall(&self.ranks, 20),
            "mrr@10": mean(&self.ranks, reciprocal),
            "ndcg@10": mean(&self.ranks, |(hits, positives)| ndcg(hits, *positives, 10)),
            "query_ms": percentiles(&self.ms),
        })
    }

    /// MRR@10 of each kind of query, where there are several.
    pub fn by_kind(&self, queries: &[Query]) -> Value {
        let mut kinds: BTreeMap<&str, Vec<Ranks>> = BTreeMap::new();
        for (query, ranks) in queries.iter().zip(&self.ranks) {
            let kind = query.id.split('-').next().unwrap_or_default();
            let named = kind.chars().all(|letter| letter.is_ascii_alphabetic());
            kinds.entry(if named { kind } else { "" }).or_default().push(ranks.clone());
        }
        let kinds = kinds.into_iter().map(|(kind, ranks)| (kind.to_owned(), json!(mean(&ranks, reciprocal))));
        Value::Object(kinds.collect())
    }
}

fn mean(ranks: &[Ranks], figure: impl Fn(&Ranks) -> f64) -> f64 {
    ranks.iter().map(figure).sum::<f64>() / ranks.len().max(1) as f64
}

fn reciprocal((hits, _): &Ranks) -> f64 {
    hits.first().filter(|rank| **rank < 10).map_or(0.0, |rank| 1.0 / (*rank as f64 + 1.0))
}

fn recall(ranks: &[Ranks], k: usize) -> f64 {
    mean(ranks, |(hits, _)| if hits.first().is_some_and(|rank| *rank < k) { 1.0 } else { 0.0 })
}

fn ndcg(hits: &[usize], positives: usize, k: usize) -> f64 {
    let gain = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
    let ideal: f64 = (0..positives.min(k)).map(gain).sum();
    let found: f64 = hits.iter().filter(|rank| **rank < k).map(|rank| gain(*rank)).sum();
    if ideal > 0.0 { found / ideal } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_definitions() {
        let ranks = vec![(vec![0], 1), (vec![2], 1), (vec![], 1), (vec![15], 1)];
        assert_eq!(recall(&ranks, 1), 0.25);
        assert_eq!(recall(&ranks, 20), 0.75);
        assert_eq!(mean(&ranks, reciprocal), (1.0 + 1.0 / 3.0) / 4.0);
        assert_eq!(ndcg(&[0], 1, 10), 1.0);
        assert_eq!(ndcg(&[2], 1, 10), 0.5);
        assert_eq!(ndcg(&[10], 1, 10), 0.0);
    }
}
