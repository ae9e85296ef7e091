//! Standing back while the person types: the window gets the time that a thread less would leave it.
//!
//! llama-cpp-2 0.1.160 changes no context's threads once it is open, and a model is opened for whole answers. So all of
//! them rest together, for the share of time that one of them would have computed: every 20 ms for a moment, between two
//! nodes of the compute graph, in the reading of a prompt as in the writing of an answer.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// So long after a key more are expected. The window tells of keys every half a second while they come.
const EXPECTED: Duration = Duration::from_millis(1_500);
/// What is computed in one go meanwhile.
const WORK: Duration = Duration::from_millis(20);

/// Whether the person types, and when there was last a rest. One instance a process: llama.cpp's callback asks it.
pub struct Typing {
    begun: OnceLock<Instant>,
    /// Microseconds from `begun` to when the last key was told of, and one more; 0 for never.
    typed: AtomicU64,
    /// Microseconds from `begun` to the end of the last rest.
    rested: AtomicU64,
    threads: AtomicU32,
}

impl Typing {
    /// Nobody types.
    pub const fn new() -> Self {
        Self { begun: OnceLock::new(), typed: AtomicU64::new(0), rested: AtomicU64::new(0), threads: AtomicU32::new(1) }
    }

    /// Threads that compute from now on.
    pub fn set_threads(&self, threads: u32) {
        self.threads.store(threads, Ordering::Relaxed);
    }

    /// A key was pressed.
    pub fn typed(&self) {
        self.typed.store(self.now() + 1, Ordering::Relaxed);
    }

    /// Rests where it is time to. Asked by one thread, on which the others wait.
    pub fn rest(&self) {
        if self.typed.load(Ordering::Relaxed) == 0 {
            return;
        }
        if let Some(rest) = self.due(self.now()) {
            std::thread::sleep(rest);
            self.rested.store(self.now(), Ordering::Relaxed);
        }
    }

    /// How long to rest now; none while there is nothing to stand back for, or there was a rest just now.
    fn due(&self, now: u64) -> Option<Duration> {
        let typed = self.typed.load(Ordering::Relaxed);
        if typed == 0 || now.saturating_sub(typed) > micros(EXPECTED) {
            return None;
        }
        let worked = now.saturating_sub(self.rested.load(Ordering::Relaxed));
        (worked >= micros(WORK)).then(|| self.share())
    }

    /// What one of the threads would compute of [`WORK`]; a thread that is alone gives half of its time.
    fn share(&self) -> Duration {
        WORK / self.threads.load(Ordering::Relaxed).saturating_sub(1).max(1)
    }

    fn now(&self) -> u64 {
        micros(self.begun.get_or_init(Instant::now).elapsed())
    }
}

fn micros(duration: Duration) -> u64 {
    duration.as_micros() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    #[test]
    fn the_rest_is_a_threads_share() {
        for (threads, wanted) in [(1, 20_000), (2, 20_000), (3, 10_000), (5, 5_000), (9, 2_500)] {
            let typing = Typing::new();
            typing.set_threads(threads);
            assert_eq!(typing.share(), Duration::from_micros(wanted), "{threads} threads");
        }
    }

    #[test]
    fn there_is_a_rest_every_twenty_milliseconds_as_long_as_keys_come() {
        let typing = Typing::new();
        typing.set_threads(2);
        assert_eq!(typing.due(5_000 * MS), None, "nobody typed");
        typing.typed.store(5_000 * MS, Ordering::Relaxed);
        let rest = Some(Duration::from_millis(20));
        assert_eq!(typing.due(5_001 * MS), rest, "the last rest is long ago");
        typing.rested.store(5_021 * MS, Ordering::Relaxed);
        for (at, wanted) in [(5_022, None), (5_040, None), (5_041, rest), (6_499, rest), (6_501, None)] {
            assert_eq!(typing.due(at * MS), wanted, "at {at} ms");
        }
    }

    #[test]
    fn a_rest_takes_time_and_only_while_somebody_types() {
        let typing = Typing::new();
        typing.set_threads(2);
        std::thread::sleep(WORK);
        typing.rest();
        assert_eq!(typing.rested.load(Ordering::Relaxed), 0, "nobody typed");
        typing.typed();
        std::thread::sleep(WORK);
        let before = typing.now();
        typing.rest();
        assert!(typing.rested.load(Ordering::Relaxed) >= before + micros(WORK));
    }
}
