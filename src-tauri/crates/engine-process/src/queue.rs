use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use engine::protocol::Request;

/// The requests that wait, the one that runs, and whether that is to stop. One instance a process: llama.cpp reads its
/// flag.
pub struct Queue {
    flag: AtomicBool,
    state: Mutex<State>,
    arrived: Condvar,
}

struct State {
    running: Option<u64>,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    request: Request,
    stopped: bool,
}

impl Waiting {
    fn is_patient(&self) -> bool {
        matches!(self.request, Request::Embed { urgent: false, .. })
    }
}

impl Queue {
    /// Nothing runs, nothing waits.
    pub const fn new() -> Self {
        let state = State { running: None, waiting: VecDeque::new() };
        Self { flag: AtomicBool::new(false), state: Mutex::new(state), arrived: Condvar::new() }
    }

    /// True once the running request is to stop.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    /// True once the running request is to stop.
    pub fn is_stopped(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// A request came. A stop acts at once, on what runs or on what waits; an urgent request goes before the passages
    /// that wait, but never before a load; all else is taken in the order in which it came.
    pub fn push(&self, request: Request) {
        let mut state = self.lock();
        match request {
            Request::Stop { id } if state.running == Some(id) => self.flag.store(true, Ordering::Relaxed),
            Request::Stop { id } => {
                if let Some(waiting) = state.waiting.iter_mut().find(|waiting| waiting.request.id() == id) {
                    waiting.stopped = true;
                }
            }
            request => {
                let urgent = matches!(request, Request::Embed { urgent: true, .. });
                let patient = state.waiting.iter().rev().take_while(|waiting| urgent && waiting.is_patient()).count();
                let place = state.waiting.len() - patient;
                state.waiting.insert(place, Waiting { request, stopped: false });
                self.arrived.notify_one();
            }
        }
    }

    /// Waits for the next request, which runs from now on; one that was stopped while it waited begins stopped.
    pub fn next(&self) -> Request {
        let mut state = self.lock();
        state.running = None;
        loop {
            if let Some(Waiting { request, stopped }) = state.waiting.pop_front() {
                state.running = Some(request.id());
                self.flag.store(stopped, Ordering::Relaxed);
                return request;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embed(id: u64, urgent: bool) -> Request {
        Request::Embed { id, prefix: String::new(), texts: Vec::new(), urgent }
    }

    fn load(id: u64) -> Request {
        Request::Load { id, path: "model.gguf".into(), options: Default::default() }
    }

    fn count(id: u64) -> Request {
        Request::Count { id, texts: Vec::new() }
    }

    #[test]
    fn a_stop_reaches_the_request_it_names_and_no_other() {
        let queue = Queue::new();
        for id in 1..=4 {
            queue.push(count(id));
        }
        assert_eq!(queue.next().id(), 1);
        queue.push(Request::Stop { id: 2 });
        assert!(!queue.is_stopped());
        queue.push(Request::Stop { id: 1 });
        assert!(queue.is_stopped());
        assert_eq!(queue.next().id(), 2);
        assert!(queue.is_stopped(), "stopped while it waited");
        assert_eq!(queue.next().id(), 3);
        assert!(!queue.is_stopped());
        queue.push(Request::Stop { id: 2 });
        assert_eq!(queue.next().id(), 4);
        assert!(!queue.is_stopped(), "a late stop is not taken for another request");
    }

    #[test]
    fn a_question_is_taken_before_waiting_passages_and_nothing_else_changes_places() {
        let table: [(&str, Vec<Request>, &[u64]); 4] = [
            ("before passages", vec![embed(1, false), embed(2, false), embed(3, true)], &[3, 1, 2]),
            ("questions among themselves", vec![embed(1, false), embed(2, true), embed(3, true)], &[2, 3, 1]),
            ("never before a load", vec![embed(1, false), load(2), embed(3, false), embed(4, true)], &[1, 2, 4, 3]),
            ("all else in order", vec![count(1), embed(2, false), count(3), embed(4, false)], &[1, 2, 3, 4]),
        ];
        for (name, requests, wanted) in table {
            let queue = Queue::new();
            requests.into_iter().for_each(|request| queue.push(request));
            let taken: Vec<u64> = wanted.iter().map(|_| queue.next().id()).collect();
            assert_eq!(taken, wanted, "{name}");
        }
    }

    #[test]
    fn a_stop_of_what_was_overtaken_is_not_forgotten() {
        let queue = Queue::new();
        queue.push(embed(1, false));
        queue.push(embed(2, true));
        queue.push(Request::Stop { id: 1 });
        assert_eq!(queue.next().id(), 2);
        assert_eq!(queue.next().id(), 1);
        assert!(queue.is_stopped());
    }
}
