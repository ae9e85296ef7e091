//! How far the queue is, and how long it will take.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::Serialize;

/// What the queue does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IngestState {
    /// Nothing is left to read.
    Idle,
    /// Files are read.
    Running,
    /// The person paused it; what was being read is finished.
    Paused,
}

/// How the queue stands. Its counts are of the present batch: of everything since it was last empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IngestStatus {
    /// What it does.
    pub state: IngestState,
    /// Files that are ready, failed, or turned out to be unchanged.
    pub files_done: u64,
    /// Files of the batch, as far as they are known.
    pub files_total: u64,
    /// Pages that were read, of formats that have pages.
    pub pages_done: u64,
    /// Files that failed.
    pub failed: u64,
    /// Seconds until the batch is done; `None` where it cannot be told.
    pub remaining_seconds: Option<u64>,
    /// True while a folder is walked: the batch may grow.
    pub walking: bool,
}

/// How far back the speed is measured.
const WINDOW: Duration = Duration::from_secs(30);
/// Too little to tell a speed from.
const FIRST: Duration = Duration::from_secs(3);

/// The counts of a batch, and its speed. Times are passed in.
#[derive(Debug, Default)]
pub struct Progress {
    pub files_done: u64,
    pub files_total: u64,
    pub pages_done: u64,
    pub failed: u64,
    bytes_done: u64,
    bytes_total: u64,
    /// Bytes done by then, oldest first; the first is where the window begins.
    samples: VecDeque<(Instant, u64)>,
}

impl Progress {
    /// A file of `bytes` joins the batch.
    pub fn join(&mut self, bytes: u64) {
        self.files_total += 1;
        self.bytes_total += bytes;
    }

    /// A file leaves the batch, unread.
    pub fn leave(&mut self, bytes: u64) {
        self.files_total -= 1;
        self.bytes_total -= bytes;
    }

    /// A file is done.
    pub fn finish(&mut self, bytes: u64, pages: u64, failed: bool, now: Instant) {
        self.files_done += 1;
        self.bytes_done += bytes;
        self.pages_done += pages;
        self.failed += u64::from(failed);
        self.samples.push_back((now, self.bytes_done));
        while self.samples.get(1).is_some_and(|(at, _)| now.saturating_duration_since(*at) > WINDOW) {
            self.samples.pop_front();
        }
    }

    /// The speed is measured from now on: reading begins, or goes on after a pause.
    pub fn start(&mut self, now: Instant) {
        self.samples = VecDeque::from([(now, self.bytes_done)]);
    }

    /// Seconds that the rest takes at the speed of the last 30; `None` in the first 3, and where nothing was done.
    pub fn remaining(&self, now: Instant) -> Option<u64> {
        let (since, before) = self.samples.front()?;
        let span = now.saturating_duration_since(*since);
        let done = self.bytes_done - before;
        if span < FIRST || done == 0 {
            return None;
        }
        let rest = self.bytes_total.saturating_sub(self.bytes_done);
        Some((rest as f64 * span.as_secs_f64() / done as f64).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_told_from_the_speed_of_the_last_30_seconds() {
        let begun = Instant::now();
        let at = |seconds: f64| begun + Duration::from_secs_f64(seconds);
        let mut progress = Progress::default();
        assert_eq!(progress.remaining(at(9.0)), None, "nothing was begun");
        for _ in 0..100 {
            progress.join(1000);
        }
        progress.start(begun);
        progress.finish(1000, 2, false, at(1.0));
        assert_eq!(progress.remaining(at(2.9)), None, "in the first 3 seconds");
        progress.finish(1000, 0, true, at(4.0));
        assert_eq!(progress.remaining(at(4.0)), Some(196));
        assert_eq!(progress.remaining(at(8.0)), Some(392), "it slowed down");
        assert_eq!((progress.files_done, progress.pages_done, progress.failed), (2, 2, 1));
        // Ten times as fast: after the window the slow start no longer counts.
        for tenth in 0..=350 {
            if tenth % 5 == 0 {
                progress.finish(1000, 0, false, at(10.0 + f64::from(tenth) / 10.0));
            }
        }
        let left = progress.remaining(at(45.0)).unwrap();
        assert!((13..=15).contains(&left), "{left}");
        progress.start(at(100.0));
        assert_eq!(progress.remaining(at(102.0)), None, "a pause begins it anew");
        while progress.files_done < 100 {
            progress.finish(1000, 0, false, at(104.0));
        }
        assert_eq!(progress.remaining(at(104.0)), Some(0));
    }
}
