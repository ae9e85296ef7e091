//! Which document is read next. It holds ids and lengths, never contents.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, oneshot};

use super::progress::{IngestState, IngestStatus, Progress};

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The person opened or clicked it; the last one first.
    Clicked,
    /// Added by itself.
    Single,
    /// Of a folder, or looked at again.
    Folder,
}

/// Why a document that is being read is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The person cancelled.
    Cancel,
    /// It is off the list; if it comes back it waits again.
    Remove,
}

/// A document to read now.
pub struct Job {
    pub document: i64,
    /// Resolves when it is to be left.
    pub stop: oneshot::Receiver<Stop>,
}

#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    /// Something may be there to take.
    woken: Notify,
}

#[derive(Default)]
struct State {
    order: BTreeMap<Key, i64>,
    waiting: HashMap<i64, (Key, u64)>,
    running: HashMap<i64, Running>,
    /// Read, on the way into the index; with their lengths.
    indexing: HashMap<i64, u64>,
    paused: bool,
    walks: usize,
    /// Counts what was put in.
    turn: i64,
    progress: Progress,
}

type Key = (Rank, i64);

struct Running {
    bytes: u64,
    /// Taken by a stop.
    stop: Option<oneshot::Sender<Stop>>,
    /// Put in again while it was being read or stopped: it is read once more.
    again: Option<(Rank, u64)>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts documents in, with their lengths. One that waits already keeps its turn unless `rank` is better; one that is
    /// being read is read once more.
    pub fn put(&self, documents: impl IntoIterator<Item = (i64, u64)>, rank: Rank, now: Instant) {
        self.enter_all(documents, rank, true, now);
    }

    /// As [`Queue::put`], but being read is enough: for documents that waited when they were looked at.
    pub fn keep(&self, documents: impl IntoIterator<Item = (i64, u64)>, rank: Rank, now: Instant) {
        self.enter_all(documents, rank, false, now);
    }

    fn enter_all(
        &self,
        documents: impl IntoIterator<Item = (i64, u64)>,
        rank: Rank,
        once_more: bool,
        now: Instant,
    ) {
        let mut state = self.lock();
        for (document, bytes) in documents {
            state.put(document, bytes, rank, once_more, now);
        }
        drop(state);
        self.woken.notify_one();
    }

    /// The person wants this one first. False where it does not wait.
    pub fn prioritise(&self, document: i64) -> bool {
        let mut state = self.lock();
        let Some((key, bytes)) = state.waiting.get(&document).copied() else { return false };
        state.order.remove(&key);
        state.insert(document, bytes, Rank::Clicked);
        true
    }

    /// The next document, when there is one.
    pub async fn take(&self) -> Job {
        loop {
            let woken = self.woken.notified();
            if let Some(job) = self.lock().take() {
                // There may be more than one to take, and more than one that takes.
                self.woken.notify_one();
                return job;
            }
            woken.await;
        }
    }

    /// A document was read and goes to the index.
    pub fn index(&self, document: i64) {
        let mut state = self.lock();
        if let Some(running) = state.running.remove(&document) {
            state.indexing.insert(document, running.bytes);
            if let Some((rank, bytes)) = running.again {
                state.enter(document, bytes, rank);
            }
        }
        drop(state);
        self.woken.notify_one();
    }

    /// A document is done: it is in the index, or failed, or there was nothing to do.
    pub fn finish(&self, document: i64, pages: u64, failed: bool, now: Instant) {
        let mut state = self.lock();
        if let Some(bytes) = state.indexing.remove(&document) {
            state.progress.finish(bytes, pages, failed, now);
        } else if let Some(running) = state.running.remove(&document) {
            state.progress.finish(running.bytes, pages, failed, now);
            if let Some((rank, bytes)) = running.again {
                state.enter(document, bytes, rank);
            }
        }
        drop(state);
        self.woken.notify_one();
    }

    /// A document that was being read was stopped.
    pub fn leave(&self, document: i64) {
        let mut state = self.lock();
        if let Some(running) = state.running.remove(&document) {
            state.progress.leave(running.bytes);
            if let Some((rank, bytes)) = running.again {
                state.enter(document, bytes, rank);
            }
        }
        drop(state);
        self.woken.notify_one();
    }

    /// Takes everything out, and stops what is being read; gives the documents.
    pub fn clear(&self) -> Vec<i64> {
        let mut state = self.lock();
        let mut documents: Vec<i64> = std::mem::take(&mut state.order).into_values().collect();
        for (_, (_, bytes)) in std::mem::take(&mut state.waiting) {
            state.progress.leave(bytes);
        }
        for (document, running) in &mut state.running {
            running.stop(Stop::Cancel);
            documents.push(*document);
        }
        state.paused = false;
        documents
    }

    /// Takes one document out, or stops its being read.
    pub fn remove(&self, document: i64) {
        let mut state = self.lock();
        if let Some((key, bytes)) = state.waiting.remove(&document) {
            state.order.remove(&key);
            state.progress.leave(bytes);
        }
        if let Some(running) = state.running.get_mut(&document) {
            running.stop(Stop::Remove);
        }
    }

    /// Takes nothing new from now on, or goes on.
    pub fn pause(&self, paused: bool, now: Instant) {
        let mut state = self.lock();
        if state.paused && !paused {
            state.progress.start(now);
        }
        state.paused = paused;
        drop(state);
        self.woken.notify_one();
    }

    /// A folder's walk begins, or ended.
    pub fn walk(&self, begins: bool, now: Instant) {
        let mut state = self.lock();
        if begins {
            state.begin(now);
            state.walks += 1;
        } else {
            state.walks -= 1;
        }
    }

    /// True where nothing waits to be read and nothing is being read, or nothing is taken.
    pub fn is_at_rest(&self) -> bool {
        let state = self.lock();
        state.running.is_empty() && (state.order.is_empty() || state.paused)
    }

    pub fn status(&self, now: Instant) -> IngestStatus {
        let State { paused, walks, progress, .. } = &*self.lock();
        let walking = *walks > 0;
        let busy = walking || progress.files_done < progress.files_total;
        let state = match (busy, paused) {
            (false, _) => IngestState::Idle,
            (true, true) => IngestState::Paused,
            (true, false) => IngestState::Running,
        };
        let told = state == IngestState::Running && !walking;
        IngestStatus {
            state,
            files_done: progress.files_done,
            files_total: progress.files_total,
            pages_done: progress.pages_done,
            failed: progress.failed,
            remaining_seconds: told.then(|| progress.remaining(now)).flatten(),
            walking,
        }
    }
}

impl Running {
    fn stop(&mut self, why: Stop) {
        self.again = None;
        if let Some(stop) = self.stop.take() {
            // Whoever reads it may be done already.
            let _ = stop.send(why);
        }
    }
}

impl State {
    /// A batch begins where the last one is done.
    fn begin(&mut self, now: Instant) {
        if self.walks == 0 && self.progress.files_done == self.progress.files_total {
            self.progress = Progress::default();
            self.progress.start(now);
        }
    }

    fn put(&mut self, document: i64, bytes: u64, rank: Rank, once_more: bool, now: Instant) {
        if let Some((key, _)) = self.waiting.get(&document).copied() {
            if rank < key.0 {
                self.order.remove(&key);
                self.insert(document, bytes, rank);
            }
        } else if let Some(running) = self.running.get_mut(&document) {
            // One that is being stopped is not being read any more.
            if once_more || running.stop.is_none() {
                running.again = Some((rank, bytes));
            }
        } else {
            self.begin(now);
            self.enter(document, bytes, rank);
        }
    }

    fn enter(&mut self, document: i64, bytes: u64, rank: Rank) {
        self.progress.join(bytes);
        self.insert(document, bytes, rank);
    }

    fn insert(&mut self, document: i64, bytes: u64, rank: Rank) {
        self.turn += 1;
        let turn = if rank == Rank::Clicked { -self.turn } else { self.turn };
        self.order.insert((rank, turn), document);
        self.waiting.insert(document, ((rank, turn), bytes));
    }

    fn take(&mut self) -> Option<Job> {
        if self.paused {
            return None;
        }
        // One that is on its way into the index is not read at the same time.
        let (key, document) =
            self.order.iter().find(|(_, document)| !self.indexing.contains_key(*document)).map(|(k, d)| (*k, *d))?;
        self.order.remove(&key);
        let bytes = self.waiting.remove(&document).map_or(0, |(_, bytes)| bytes);
        let (stop, stopped) = oneshot::channel();
        self.running.insert(document, Running { bytes, stop: Some(stop), again: None });
        Some(Job { document, stop: stopped })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(queue: &Queue) -> Vec<i64> {
        std::iter::from_fn(|| queue.lock().take()).map(|job| job.document).collect()
    }

    #[test]
    fn the_clicked_come_first_then_single_files_then_those_of_folders() {
        let (queue, now) = (Queue::default(), Instant::now());
        queue.put([(1, 1), (2, 1), (3, 1)], Rank::Folder, now);
        queue.put([(4, 1), (5, 1)], Rank::Single, now);
        queue.put([(2, 1)], Rank::Single, now);
        queue.put([(4, 1)], Rank::Folder, now);
        assert!(queue.prioritise(3) && queue.prioritise(5) && !queue.prioritise(9));
        assert_eq!(queue.status(now).files_total, 5);
        assert_eq!(taken(&queue), [5, 3, 4, 2, 1]);
    }

    #[test]
    fn a_batch_lasts_until_the_queue_is_empty() {
        let (queue, now) = (Queue::default(), Instant::now());
        let counts = || {
            let status = queue.status(now);
            (status.state, status.files_done, status.files_total, status.pages_done, status.failed)
        };
        queue.walk(true, now);
        assert!(queue.status(now).walking);
        assert_eq!(counts(), (IngestState::Running, 0, 0, 0, 0));
        queue.put([(1, 1), (2, 1)], Rank::Folder, now);
        queue.walk(false, now);
        assert_eq!(taken(&queue), [1, 2]);
        assert!(!queue.is_at_rest());
        queue.index(1);
        queue.finish(2, 0, true, now);
        assert!(queue.is_at_rest());
        assert_eq!(counts(), (IngestState::Running, 1, 2, 0, 1));
        queue.finish(1, 3, false, now);
        assert_eq!(counts(), (IngestState::Idle, 2, 2, 3, 1));
        queue.put([(3, 1)], Rank::Folder, now);
        assert_eq!(counts(), (IngestState::Running, 0, 1, 0, 0));
    }

    #[test]
    fn a_document_that_changes_while_it_is_read_is_read_once_more_after_it_is_indexed() {
        let (queue, now) = (Queue::default(), Instant::now());
        queue.put([(1, 1)], Rank::Folder, now);
        assert_eq!(taken(&queue), [1]);
        queue.put([(1, 2)], Rank::Folder, now);
        assert_eq!(taken(&queue), [0; 0]);
        queue.index(1);
        assert_eq!(taken(&queue), [0; 0], "on its way into the index");
        queue.finish(1, 0, false, now);
        assert_eq!(taken(&queue), [1]);
        queue.finish(1, 0, false, now);
        assert_eq!(queue.status(now).state, IngestState::Idle);
    }

    #[test]
    fn one_that_only_has_to_be_there_is_not_read_again_while_it_is_being_read() {
        let (queue, now) = (Queue::default(), Instant::now());
        queue.keep([(1, 1)], Rank::Single, now);
        assert_eq!(taken(&queue), [1]);
        queue.keep([(1, 1)], Rank::Single, now);
        queue.finish(1, 0, false, now);
        assert_eq!(taken(&queue), [0; 0]);
        assert_eq!(queue.status(now).files_total, 1);
    }

    #[test]
    fn one_that_comes_back_while_it_is_being_stopped_waits_again() {
        let (queue, now) = (Queue::default(), Instant::now());
        queue.put([(1, 1)], Rank::Single, now);
        assert_eq!(taken(&queue), [1]);
        queue.remove(1);
        queue.keep([(1, 1)], Rank::Single, now);
        assert_eq!(taken(&queue), [0; 0], "it is not left yet");
        queue.leave(1);
        assert_eq!(taken(&queue), [1]);
    }

    #[test]
    fn paused_it_takes_nothing_and_cleared_it_holds_nothing() {
        let (queue, now) = (Queue::default(), Instant::now());
        queue.put([(1, 1), (2, 1), (3, 1)], Rank::Folder, now);
        let mut job = queue.lock().take().unwrap();
        queue.pause(true, now);
        assert_eq!(taken(&queue), [0; 0]);
        assert_eq!(queue.status(now).state, IngestState::Paused);
        queue.pause(false, now);
        queue.remove(2);
        let mut all = queue.clear();
        all.sort_unstable();
        assert_eq!(all, [1, 3]);
        assert_eq!(job.stop.try_recv().unwrap(), Stop::Cancel);
        queue.leave(1);
        assert_eq!((queue.status(now).state, queue.status(now).files_total), (IngestState::Idle, 0));
        assert!(queue.is_at_rest());
    }

    #[test]
    fn removing_stops_the_reading() {
        let (queue, now) = (Queue::default(), Instant::now());
        queue.put([(1, 1)], Rank::Folder, now);
        let mut job = queue.lock().take().unwrap();
        queue.remove(1);
        assert_eq!(job.stop.try_recv().unwrap(), Stop::Remove);
    }
}
