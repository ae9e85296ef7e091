//! How many tokens a draft may have, so that it pays.

use super::Match;

/// The longest draft, in tokens.
pub const LONGEST: usize = 15;
/// A draft is made where it is expected to save at least this share of the time.
const WORTH: f64 = 1.05;
/// What a decode of so many tokens costs, in decodes of one, before anything was measured: llama.cpp's kernels for a
/// few rows on two cores. Between them it is interpolated.
const COSTS: [(usize, f64); 6] = [(1, 1.0), (2, 1.37), (4, 2.14), (8, 4.5), (12, 5.8), (16, 6.0)];
/// The part of a cost, and of a share accepted, that one measurement decides.
const NEW: f64 = 0.15;
/// The shares of drafted tokens that are taken to be accepted before any was: by a short match, which pays where a batch
/// costs little more than one token (a GPU's), by a long one, and from a draft model (0.5 to 0.9 in Leviathan, Kalman
/// and Matias 2023, table 3). On two cores short ones slowed free answers by 8 %.
const PRIOR: [f64; 3] = [0.3, 0.85, 0.6];
/// What a draft model takes for a token, in decodes of one by the model that answers, before any was timed.
const DRAFTING: f64 = 0.1;
/// What a draft model may take to read what it has not read, in the same: an answer of some hundred tokens brings that
/// back where drafts pay at all.
const READING: f64 = 16.0;
/// How fast, a token that was not drafted, a share goes back to its prior: text changes, and what did not pay may.
const FORGET: f64 = 0.004;

/// What drafting has cost and brought so far.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Milliseconds of a decode of one token; none was timed yet where it is 0.
    single: f64,
    /// Of a decode of `index` tokens, in decodes of one.
    costs: [f64; LONGEST + 2],
    /// The shares accepted, by [`Match`].
    accepted: [f64; 3],
    /// What a draft model takes for a token, in decodes of one.
    drafting: f64,
}

impl Default for Pace {
    fn default() -> Self {
        let mut costs = [1.0; LONGEST + 2];
        for pair in COSTS.windows(2) {
            let [(from, low), (to, high)] = [pair[0], pair[1]];
            for (tokens, cost) in costs.iter_mut().enumerate().take(to + 1).skip(from) {
                *cost = low + (high - low) * (tokens - from) as f64 / (to - from) as f64;
            }
        }
        Self { single: 0.0, costs, accepted: PRIOR, drafting: DRAFTING }
    }
}

impl Pace {
    /// For the next answer: what text it will be nobody knows, but what a decode costs, and what a draft model is worth,
    /// stay much the same.
    pub fn renewed(&self) -> Self {
        let [short, long, _] = PRIOR;
        let accepted = [short, long, self.accepted[Match::Model as usize]];
        Self { accepted, ..self.clone() }
    }

    /// The tokens to draft after a match, at most `most` and [`LONGEST`]; 0 where none would pay. A draft model drafts
    /// nothing before a decode of one token was timed, which alone says what it costs.
    pub fn length(&self, known: Match, most: usize) -> usize {
        let each = match known {
            Match::Model if self.single > 0.0 => self.drafting,
            Match::Model => return 0,
            Match::Short | Match::Long => 0.0,
        };
        let share = self.accepted[known as usize];
        let gain = |drafted: usize| expected(share, drafted) / (self.costs[drafted + 1] + each * drafted as f64);
        let best = (1..=most.min(LONGEST)).max_by(|one, other| gain(*one).total_cmp(&gain(*other))).unwrap_or(0);
        if best > 0 && gain(best) >= WORTH { best } else { 0 }
    }

    /// A decode of `tokens` tokens took `milliseconds`.
    pub fn timed(&mut self, tokens: usize, milliseconds: f64) {
        if tokens == 1 {
            let new = if self.single > 0.0 { NEW } else { 1.0 };
            self.single += (milliseconds - self.single) * new;
        } else if let Some(cost) = self.costs.get_mut(tokens).filter(|_| self.single > 0.0) {
            *cost += (milliseconds / self.single - *cost) * NEW;
        }
    }

    /// Milliseconds that a draft model may take to read what it has not read.
    pub fn affordable(&self) -> f64 {
        READING * self.single
    }

    /// A draft model took so many milliseconds for `tokens` tokens.
    pub fn drafted(&mut self, tokens: usize, milliseconds: f64) {
        if self.single > 0.0 {
            self.drafting += (milliseconds / self.single / tokens.max(1) as f64 - self.drafting) * NEW;
        }
    }

    /// Of `drafted` tokens the first `accepted` were right.
    pub fn judged(&mut self, known: Match, drafted: usize, accepted: usize) {
        let share = &mut self.accepted[known as usize];
        for right in (0..drafted.min(accepted + 1)).map(|at| at < accepted) {
            *share += (f64::from(u8::from(right)) - *share) * NEW;
        }
        if known == Match::Model {
            // Nothing was looked up.
            self.forget(&[Match::Short, Match::Long]);
        }
    }

    /// A token was written without a draft.
    pub fn plain(&mut self) {
        self.forget(&[Match::Short, Match::Long, Match::Model]);
        self.drafting += (DRAFTING - self.drafting) * FORGET;
    }

    fn forget(&mut self, kinds: &[Match]) {
        for kind in kinds {
            let (share, prior) = (&mut self.accepted[*kind as usize], PRIOR[*kind as usize]);
            *share += (prior - *share) * FORGET;
        }
    }
}

/// The tokens that a verified draft is expected to bring, the one that is certain among them, where each is accepted with
/// the chance `share` (Leviathan, Kalman and Matias 2023, equation 1).
fn expected(share: f64, drafted: usize) -> f64 {
    (0..=drafted).map(|accepted| share.powi(accepted as i32)).sum()
}
