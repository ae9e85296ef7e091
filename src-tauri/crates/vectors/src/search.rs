use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::block::{BLOCK, signs};
use crate::{Error, Vectors};

/// Up to so many vectors all are compared in full: 2 ms on two cores.
const WHOLE: usize = 50_000;
/// Of more vectors, so many for each one asked for are compared in full, and at least [`LEAST`].
const EACH: usize = 40;
const LEAST: usize = 400;
/// From so many vectors on, starting threads pays.
const PARALLEL: usize = 20_000;
/// A thread's share of the work comes in about so many portions.
const PORTIONS: usize = 8;

/// Vectors that lie side by side in a block.
struct Piece {
    block: usize,
    places: Range<usize>,
}

#[derive(Clone, Copy)]
struct Found {
    score: f32,
    passage: i64,
    block: usize,
    place: usize,
}

impl Found {
    /// The better first; of equals the smaller passage, so that the order never hangs on where vectors lie.
    fn order(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.passage.cmp(&other.passage))
    }
}

/// The `limit` best of what was found; a little more until [`Best::cut`].
struct Best {
    limit: usize,
    found: Vec<Found>,
    /// What has a lower score cannot be among the best.
    bar: f32,
}

impl Best {
    fn new(limit: usize) -> Self {
        Self { limit, found: Vec::new(), bar: f32::NEG_INFINITY }
    }

    fn add(&mut self, found: Found) {
        self.found.push(found);
        if self.found.len() == self.limit.saturating_mul(2) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if let Some(last) = self.limit.checked_sub(1).filter(|last| *last < self.found.len()) {
            let (_, worst, _) = self.found.select_nth_unstable_by(last, Found::order);
            self.bar = worst.score;
            self.found.truncate(self.limit);
        }
    }
}

impl Vectors {
    /// The `k` passages with the largest cosine to `query`, a unit vector, best first; where `scope` is given, of
    /// these documents only. Of equals the smaller passage comes first: the same set gives the same answer. A query
    /// that holds what is no number finds nothing.
    ///
    /// # Errors
    /// [`Error::Dimensions`].
    pub fn search(&self, query: &[f32], k: usize, scope: Option<&HashSet<i64>>) -> Result<Vec<(i64, f32)>, Error> {
        if query.len() != self.dims() {
            return Err(Error::Dimensions { found: query.len(), wanted: self.dims() });
        }
        let mut pieces = self.pieces(scope);
        let keep = k.saturating_mul(EACH).max(LEAST);
        if rows(&pieces) > WHOLE.max(keep) {
            pieces = self.alike(query, keep, &pieces);
        }
        let best = self.best(&pieces, k, |piece, out| {
            let block = &self.blocks[piece.block];
            let Range { start, end } = piece.places;
            self.kernel.products(query, &block.steps[start * query.len()..end * query.len()], out);
            out.iter_mut().zip(&block.scales[start..end]).for_each(|(product, scale)| *product *= scale);
        });
        Ok(best.into_iter().map(|found| (found.passage, found.score)).collect())
    }

    /// The cosine of each of `passages` to `query`, a unit vector; `None` of those that are not in the set.
    ///
    /// # Errors
    /// [`Error::Dimensions`].
    pub fn cosines(&self, query: &[f32], passages: &[i64]) -> Result<Vec<Option<f32>>, Error> {
        if query.len() != self.dims() {
            return Err(Error::Dimensions { found: query.len(), wanted: self.dims() });
        }
        let cosine = |passage: &i64| {
            let (block, place) = self.place(*passage)?;
            let block = &self.blocks[block];
            let mut product = [0.0];
            self.kernel.products(query, &block.steps[place * query.len()..(place + 1) * query.len()], &mut product);
            Some(product[0] * block.scales[place])
        };
        Ok(passages.iter().map(cosine).collect())
    }

    /// The `keep` vectors whose signs differ least from those of `query`, each a piece of its own.
    fn alike(&self, query: &[f32], keep: usize, pieces: &[Piece]) -> Vec<Piece> {
        let query = signs(query.iter().map(|value| *value > 0.0));
        let mut alike = self.best(pieces, keep, |piece, out| {
            let Range { start, end } = piece.places;
            let signs = &self.blocks[piece.block].signs[start * query.len()..end * query.len()];
            self.kernel.likeness(&query, signs, out);
        });
        // In the order of memory.
        alike.sort_unstable_by_key(|found| (found.block, found.place));
        alike.into_iter().map(|Found { block, place, .. }| Piece { block, places: place..place + 1 }).collect()
    }

    fn pieces(&self, scope: Option<&HashSet<i64>>) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for (index, block) in self.blocks.iter().enumerate() {
            let Some(scope) = scope else {
                pieces.push(Piece { block: index, places: 0..block.passages.len() });
                continue;
            };
            let mut end = 0;
            for of_document in block.documents.chunk_by(|one, next| one == next) {
                let start = end;
                end += of_document.len();
                if !scope.contains(&of_document[0]) {
                    continue;
                }
                match pieces.last_mut() {
                    Some(last) if last.block == index && last.places.end == start => last.places.end = end,
                    _ => pieces.push(Piece { block: index, places: start..end }),
                }
            }
        }
        pieces
    }

    /// The `limit` vectors to which `score` gives most, best first. It is called with as many places as a piece has.
    fn best(&self, pieces: &[Piece], limit: usize, score: impl Fn(&Piece, &mut [f32]) + Sync) -> Vec<Found> {
        // Whoever is done takes the next portion, so that a thread that has to wait holds nobody up.
        let portion = pieces.len().div_ceil(self.threads * PORTIONS).max(1);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut best = Best::new(limit);
            let mut scores = [0.0; BLOCK];
            let portions = std::iter::from_fn(|| pieces.chunks(portion).nth(next.fetch_add(1, Relaxed)));
            for piece in portions.flatten() {
                let scores = &mut scores[..piece.places.len()];
                score(piece, scores);
                for (place, score) in piece.places.clone().zip(scores) {
                    // No number is not found at all.
                    if *score >= best.bar {
                        let passage = self.blocks[piece.block].passages[place];
                        best.add(Found { score: *score, passage, block: piece.block, place });
                    }
                }
            }
            best.cut();
            best.found
        };
        let threads = if rows(pieces) < PARALLEL { 1 } else { self.threads.min(pieces.len() / portion) };
        let mut found = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut found = work();
            for other in others {
                found.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            found
        });
        found.sort_unstable_by(Found::order);
        found.truncate(limit);
        found
    }
}

fn rows(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.places.len()).sum()
}
