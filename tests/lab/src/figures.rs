//! What several measurements take: shares, quantiles, and the memory of this process.

/// The value that `at` of all values, 0 to 1, do not go past: 0.5 for the median. Between two of them in proportion;
/// NaN, which JSON shows as null, where there are none.
pub fn quantile(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = sorted.len().saturating_sub(1) as f64 * at;
    let value = |index: f64| sorted.get(index as usize).copied().unwrap_or(f64::NAN);
    value(place.floor()) + (value(place.ceil()) - value(place.floor())) * place.fract()
}

/// How many `of` there are in `all`, 0 to 1; NaN, which JSON shows as null, of nothing.
pub fn share(of: usize, all: usize) -> f64 {
    of as f64 / all as f64
}

/// The memory that this process holds now, in bytes, where the system tells.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
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
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_running_process_holds_memory() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 100_000));
    }
}
