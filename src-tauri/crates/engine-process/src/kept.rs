//! What was read once and may be asked about again: states of the KV cache by the tokens that they are of, the last used
//! in memory, and the longest-lived, sealed, on the disk.

mod disk;
mod sealed;

use std::io;
use std::sync::Arc;

use engine::Keep;

use disk::Disk;

/// A state of a sequence of the KV cache, as llama.cpp wrote it, and the tokens that it is of.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// From position 0 on.
    pub tokens: Arc<[i32]>,
    /// llama.cpp's bytes: some hundred megabytes, which are moved and never copied.
    pub state: Arc<Vec<u8>>,
}

impl Snapshot {
    fn bytes(&self) -> u64 {
        (self.state.len() + size_of_val(&*self.tokens)) as u64
    }
}

/// Whether a state can be cut behind any of its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Attention keeps every token's own part.
    Anywhere,
    /// Some layers look back so many tokens only, and llama.cpp leaves out of a state what lies before that: a longer
    /// state has no part of what a token inside it would look at.
    Within(usize),
    /// Recurrent memory has all of it in one: of use only where what is wanted goes on behind it.
    Nowhere,
}

impl Cut {
    /// How many tokens of a state of `held` are of use for `wanted`.
    fn useful(self, held: &[i32], wanted: &[i32]) -> usize {
        let shared = shared(held, wanted);
        let can_be_cut = match self {
            Self::Anywhere => true,
            Self::Within(window) => held.len() <= window,
            Self::Nowhere => false,
        };
        if can_be_cut || shared == held.len() { shared } else { 0 }
    }
}

/// How many tokens two sequences share from the start.
pub fn shared(one: &[i32], other: &[i32]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// Snapshots of one model.
pub struct Kept {
    cut: Cut,
    memory: Memory,
    disk: Option<Disk>,
}

impl Kept {
    /// What is kept of the model that `identity` names, which is all that its states' layout hangs on. A folder that
    /// cannot be read or written is done without.
    pub fn open(keep: Option<&Keep>, identity: [u8; 32], cut: Cut) -> Self {
        let disk = keep.and_then(|keep| match Disk::open(keep, identity) {
            Ok(disk) => Some(disk),
            Err(error) => {
                tracing::error!(kind = ?error.kind(), "what was read is kept in memory only");
                None
            }
        });
        Self { cut, memory: Memory::new(keep.map_or(0, |keep| keep.memory_bytes)), disk }
    }

    /// True where [`Kept::put`] keeps anything.
    pub fn is_on(&self) -> bool {
        self.memory.budget > 0
    }

    /// True where a state of `tokens` is worth writing to the disk: much of it is not there.
    pub fn is_new_to_disk(&self, tokens: &[i32]) -> bool {
        self.disk.as_ref().is_some_and(|disk| disk.lacks(tokens))
    }

    /// True where a state of just these tokens is on the disk, or there is no disk.
    pub fn is_on_disk(&self, tokens: &[i32]) -> bool {
        self.disk.as_ref().is_none_or(|disk| disk.useful(tokens, self.cut) == tokens.len())
    }

    /// True where [`Kept::get`] would find them; nothing is read for it.
    pub fn holds(&self, tokens: &[i32]) -> bool {
        self.memory.held.iter().any(|held| *held.tokens == *tokens) || self.disk.is_some() && self.is_on_disk(tokens)
    }

    /// The snapshot of just these tokens.
    pub fn get(&mut self, tokens: &[i32]) -> Option<Snapshot> {
        self.best(tokens, tokens.len()).map(|(snapshot, _)| snapshot).filter(|snapshot| *snapshot.tokens == *tokens)
    }

    /// Keeps a snapshot in memory.
    pub fn put(&mut self, snapshot: Snapshot) {
        self.memory.put(snapshot, self.cut);
    }

    /// Keeps a snapshot on the disk, in the background.
    pub fn write(&self, snapshot: Snapshot) {
        if let Some(disk) = &self.disk {
            disk.write(snapshot, self.cut);
        }
    }

    /// The snapshot that begins with the most of `wanted`, where that is at least `worth` tokens, with their number.
    pub fn best(&mut self, wanted: &[i32], worth: usize) -> Option<(Snapshot, usize)> {
        let on_disk = self.disk.as_ref().map_or(0, |disk| disk.useful(wanted, self.cut));
        let in_memory = self.memory.best(wanted, worth.max(on_disk), self.cut);
        if in_memory.is_some() || on_disk < worth.max(1) {
            return in_memory;
        }
        let read = self.disk.as_ref()?.read(wanted, worth, self.cut);
        read.or_else(|| self.memory.best(wanted, worth, self.cut))
    }

    /// Forgets everything, in memory and on the disk.
    ///
    /// # Errors
    /// The folder's.
    pub fn forget(&mut self) -> io::Result<()> {
        self.memory.held.clear();
        self.disk.as_ref().map_or(Ok(()), Disk::forget)
    }
}

/// Snapshots within a budget of bytes, the least recently used first.
struct Memory {
    budget: u64,
    held: Vec<Snapshot>,
}

impl Memory {
    fn new(budget: u64) -> Self {
        Self { budget, held: Vec::new() }
    }

    fn put(&mut self, snapshot: Snapshot, cut: Cut) {
        if snapshot.bytes() > self.budget {
            return;
        }
        // A longer one serves wherever it can be cut, so the shorter one only takes room.
        let serves = |one: &Snapshot, other: &Snapshot| cut.useful(&one.tokens, &other.tokens) == other.tokens.len();
        if let Some(at) = self.held.iter().position(|held| serves(held, &snapshot)) {
            let used = self.held.remove(at);
            self.held.push(used);
            return;
        }
        self.held.retain(|held| !serves(&snapshot, held));
        self.held.push(snapshot);
        let mut bytes: u64 = self.held.iter().map(Snapshot::bytes).sum();
        while bytes > self.budget {
            bytes -= self.held.remove(0).bytes();
        }
    }

    fn best(&mut self, wanted: &[i32], worth: usize, cut: Cut) -> Option<(Snapshot, usize)> {
        let useful = |held: &Snapshot| cut.useful(&held.tokens, wanted);
        let (at, tokens) =
            self.held.iter().map(useful).enumerate().max_by_key(|(_, tokens)| *tokens).filter(|(_, tokens)| *tokens >= worth.max(1))?;
        let used = self.held.remove(at);
        self.held.push(used.clone());
        Some((used, tokens))
    }
}

#[cfg(test)]
mod tests;
