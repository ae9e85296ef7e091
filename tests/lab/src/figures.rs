//! What several measurements take: shares, quantiles, ratios, and the memory of a process.

use std::fmt::Display;

use serde::Serialize;
use serde_json::{Value, json};

/// The value that `at` of all values, 0 to 1, do not go past: 0.5 for the median. Between two of them in proportion;
/// NaN, which JSON shows as null, where there are none.
pub fn quantile(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = sorted.len().saturating_sub(1) as f64 * at;
    let value = |index: f64| sorted.get(index as usize).copied().unwrap_or(f64::NAN);
    value(place.floor()) + (value(place.ceil()) - value(place.floor())) * place.fract()
}

/// The median and the value that 95 of a hundred do not go past, each null of nothing.
pub fn percentiles(values: &[f64]) -> Value {
    json!({ "p50": quantile(values, 0.5), "p95": quantile(values, 0.95) })
}

/// How values lie: the middle one, the quartiles around it, and the ends. Shown as the middle one and the ends, with
/// two decimals or as many as the format wants.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// As many are below as above.
    pub median: f64,
    /// A quarter of all are below.
    pub lower_quartile: f64,
    /// A quarter of all are above.
    pub upper_quartile: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl Spread {
    /// Of these; NaN, which JSON shows as null, of none.
    pub fn of(values: &[f64]) -> Self {
        let [min, lower_quartile, median, upper_quartile, max] =
            [0.0, 0.25, 0.5, 0.75, 1.0].map(|at| quantile(values, at));
        Self { median, lower_quartile, upper_quartile, min, max }
    }
}

impl Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        write!(f, "{:.decimals$} ({:.decimals$} to {:.decimals$})", self.median, self.min, self.max)
    }
}

/// Each of `ours` to the one of `theirs` that was measured in its turn: machines are noisy, and what lies next to each
/// other in time has the same noise. What has no partner is left out.
pub fn ratios(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect()
}

/// How many `of` there are in `all`, 0 to 1; NaN, which JSON shows as null, of nothing.
pub fn share(of: usize, all: usize) -> f64 {
    of as f64 / all as f64
}

/// The memory that this process holds now, in bytes, where the system tells.
pub fn resident_bytes() -> Option<u64> {
    resident_bytes_of("self")
}

/// The memory that a process holds now, in bytes, where the system tells and while it runs.
pub fn resident_bytes_of(process: impl Display) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    kilobytes.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_of_the_definitions() {
        let values = [5.0, 1.0, 3.0, 2.0, 4.0];
        assert_eq!([0.0, 0.5, 0.875, 1.0].map(|at| quantile(&values, at)), [1.0, 3.0, 4.5, 5.0]);
        assert!(quantile(&[], 0.5).is_nan());
        assert_eq!(share(1, 4), 0.25);
        assert!(share(0, 0).is_nan());
        assert_eq!(percentiles(&values), json!({ "p50": 3.0, "p95": quantile(&values, 0.95) }));
        assert_eq!(percentiles(&[]), json!({ "p50": null, "p95": null }));
    }

    #[test]
    fn a_spread_is_the_middle_the_quartiles_and_the_ends() {
        let spread = Spread::of(&[5.0, 1.0, 3.0, 2.0, 4.0]);
        let wanted = Spread { median: 3.0, lower_quartile: 2.0, upper_quartile: 4.0, min: 1.0, max: 5.0 };
        assert_eq!(spread, wanted);
        assert_eq!(spread.to_string(), "3.00 (1.00 to 5.00)");
        assert_eq!(format!("{spread:.0}"), "3 (1 to 5)");
        assert_eq!(json!(Spread::of(&[]))["median"], Value::Null);
    }

    #[test]
    fn a_ratio_is_of_two_that_were_measured_in_turn() {
        let table: [(&[f64], &[f64], &[f64]); 3] =
            [(&[2.0, 9.0], &[1.0, 3.0], &[2.0, 3.0]), (&[2.0, 9.0], &[4.0], &[0.5]), (&[], &[1.0], &[])];
        for (ours, theirs, wanted) in table {
            assert_eq!(ratios(ours, theirs), wanted);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_running_process_holds_memory() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 100_000));
        assert!(resident_bytes_of(std::process::id()).is_some_and(|bytes| bytes > 100_000));
        assert_eq!(resident_bytes_of(0), None);
    }
}
