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
    running: Option<Running>,
    waiting: VecDeque<Waiting>,
}

struct Running {
    id: u64,
    /// Ends as soon as anything else comes.
    gives_way: bool,
}

struct Waiting {
    request: Request,
    stopped: bool,
}

/// True where `new` is taken before `waiting`, which came first.
fn overtakes(new: &Request, waiting: &Request) -> bool {
    matches!(
        (new, waiting),
        (Request::Embed { urgent: true, .. }, Request::Embed { urgent: false, .. })
            | (Request::Generate { .. } | Request::Count { .. }, Request::Prepare { .. } | Request::ReadAlone { .. })
            | (Request::Prepare { .. }, Request::ReadAlone { .. })
    )
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

    /// True where something waits for the running request to end.
    pub fn is_awaited(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// A request came. A stop acts at once, on what runs or on what waits; an urgent request goes before the passages
    /// that wait, and a question before what is only read ahead, but never before a load; all else is taken in the order
    /// in which it came. What is being read ahead is stopped by whatever comes.
    pub fn push(&self, request: Request) {
        let mut state = self.lock();
        match request {
            Request::Stop { id } if state.running.as_ref().is_some_and(|running| running.id == id) => self.flag.store(true, Ordering::Relaxed),
            Request::Stop { id } => {
                if let Some(waiting) = state.waiting.iter_mut().find(|waiting| waiting.request.id() == id) {
                    waiting.stopped = true;
                }
            }
            request => {
                let overtaken = state.waiting.iter().rev().take_while(|held| overtakes(&request, &held.request)).count();
                let place = state.waiting.len() - overtaken;
                if state.running.as_ref().is_some_and(|running| running.gives_way) {
                    // The flag is set anew for the next request, which this stop is not for.
                    self.flag.store(true, Ordering::Relaxed);
                }
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
                let gives_way = matches!(request, Request::Prepare { .. } | Request::ReadAlone { .. });
                state.running = Some(Running { id: request.id(), gives_way });
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

    fn prepare(id: u64) -> Request {
        Request::Prepare { id, turns: Vec::new() }
    }

    fn generate(id: u64) -> Request {
        Request::Generate { id, prompt: engine::Prompt::new(Vec::new(), 1, engine::Sampling::Greedy) }
    }

    #[test]
    fn what_is_read_ahead_gives_way_to_whatever_comes_and_only_that_is_stopped() {
        for coming in [generate(2), count(2), load(2), prepare(2), Request::Forget { id: 2 }] {
            let queue = Queue::new();
            queue.push(prepare(1));
            assert_eq!(queue.next().id(), 1);
            assert!(!queue.is_stopped() && !queue.is_awaited());
            queue.push(coming);
            assert!(queue.is_stopped() && queue.is_awaited());
            assert_eq!(queue.next().id(), 2);
            assert!(!queue.is_stopped() && !queue.is_awaited(), "the stop was the other's");
        }
        let queue = Queue::new();
        queue.push(generate(1));
        assert_eq!(queue.next().id(), 1);
        queue.push(generate(2));
        assert!(!queue.is_stopped(), "a question that runs is not stopped by the next");
    }

    #[test]
    fn a_question_is_taken_before_waiting_passages_and_nothing_else_changes_places() {
        let table: [(&str, Vec<Request>, &[u64]); 7] = [
            ("a question before what is read ahead", vec![prepare(1), prepare(2), generate(3)], &[3, 1, 2]),
            ("not before a load", vec![load(1), prepare(2), generate(3)], &[1, 3, 2]),
            ("nothing is kept after it was to be forgotten", vec![prepare(1), Request::Forget { id: 2 }, prepare(3)], &[1, 2, 3]),
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
