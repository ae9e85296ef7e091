//! How many threads compute.

use std::collections::HashSet;

/// Cores, not hardware threads, that this process may use: two threads on one core wait for the same memory.
pub fn physical_cores() -> u32 {
    // The standard library counts affinity and control groups' quotas in.
    let usable = std::thread::available_parallelism().map_or(1, |count| count.get() as u32);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let siblings: HashSet<String> = allowed(&status)
        .into_iter()
        .filter_map(|cpu| {
            std::fs::read_to_string(format!("/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")).ok()
        })
        .collect();
    match siblings.len() as u32 {
        0 => usable,
        cores => usable.min(cores),
    }
}

/// Threads of a model that everything else comes before: one core stays free where there are enough.
pub fn background_threads() -> u32 {
    match physical_cores() {
        cores @ ..=2 => cores,
        cores => cores - 1,
    }
}

/// The hardware threads that `/proc/self/status` allows: `0-3,8`.
fn allowed(status: &str) -> Vec<u32> {
    /// More than any machine has: a range is walked.
    const MOST: u32 = 1 << 14;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some(first.parse::<u32>().ok()?..=last.parse::<u32>().ok()?.min(MOST))
    };
    list.trim().split(',').filter_map(range).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_list_is_read_and_nonsense_is_no_processor() {
        let table: [(&str, &[u32]); 6] = [
            ("Name:\tx\nCpus_allowed_list:\t0-1\nMems_allowed:\t1\n", &[0, 1]),
            ("Cpus_allowed_list:\t0-2,5,7-8", &[0, 1, 2, 5, 7, 8]),
            ("Cpus_allowed_list:\t3", &[3]),
            ("Cpus_allowed_list:\t", &[]),
            ("Cpus_allowed_list:\t5-x,9-4", &[]),
            ("", &[]),
        ];
        for (status, wanted) in table {
            assert_eq!(allowed(status), wanted, "{status:?}");
        }
    }

    #[test]
    fn there_is_always_somebody_to_compute() {
        assert!(physical_cores() >= 1);
        assert!((1..=physical_cores()).contains(&background_threads()));
    }
}
