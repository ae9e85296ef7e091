use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Which request runs, and which are to stop. One instance a process: llama.cpp reads its flag.
pub struct Stops {
    flag: AtomicBool,
    state: Mutex<State>,
}

struct State {
    running: Option<u64>,
    stopped: Option<HashSet<u64>>,
}

impl Stops {
    /// Nothing runs, nothing is to stop.
    pub const fn new() -> Self {
        Self { flag: AtomicBool::new(false), state: Mutex::new(State { running: None, stopped: None }) }
    }

    /// True once the running request is to stop.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    /// Stops a request, whether it runs or still waits.
    pub fn stop(&self, id: u64) {
        let mut state = self.lock();
        if state.running == Some(id) {
            self.flag.store(true, Ordering::Relaxed);
        } else {
            state.stopped.get_or_insert_default().insert(id);
        }
    }

    /// The request `id` begins; one that was stopped while it waited begins stopped.
    pub fn begin(&self, id: u64) {
        let mut state = self.lock();
        state.running = Some(id);
        let stopped = state.stopped.get_or_insert_default().remove(&id);
        self.flag.store(stopped, Ordering::Relaxed);
    }

    /// The running request ended. Stops of earlier requests, which came too late, are forgotten.
    pub fn end(&self) {
        let mut state = self.lock();
        if let (Some(running), Some(stopped)) = (state.running.take(), state.stopped.as_mut()) {
            stopped.retain(|id| *id > running);
        }
        self.flag.store(false, Ordering::Relaxed);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(stops: &Stops) -> bool {
        stops.flag().load(Ordering::Relaxed)
    }

    #[test]
    fn a_stop_reaches_the_request_it_names_and_no_other() {
        let stops = Stops::new();
        stops.begin(1);
        stops.stop(2);
        assert!(!set(&stops));
        stops.stop(1);
        assert!(set(&stops));
        stops.end();
        stops.begin(2);
        assert!(set(&stops), "stopped while it waited");
        stops.end();
        stops.stop(2);
        stops.begin(3);
        assert!(!set(&stops), "a late stop is not taken for the next request");
    }
}
