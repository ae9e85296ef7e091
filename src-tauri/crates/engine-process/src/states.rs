//! The KV cache's state to and from what is kept.

use std::time::UNIX_EPOCH;

use llama_cpp_2::context::session::LlamaStateSeqFlags;
use llama_cpp_2::token::LlamaToken;
use sha2::{Digest, Sha256};

use crate::cache::Session;
use crate::kept::Snapshot;
use crate::loading::Loaded;

/// The sequence that is worked on.
const SEQUENCE: i32 = 0;

/// Tokens as what is kept names them.
pub fn numbers(tokens: &[LlamaToken]) -> Vec<i32> {
    tokens.iter().map(|token| token.0).collect()
}

/// What a state's layout and meaning hang on: the model's file, how its KV cache is kept, and of `what` it is.
pub fn identity(loaded: &Loaded, what: &str) -> [u8; 32] {
    let model = &loaded.description;
    let metadata = std::fs::metadata(&model.path).ok();
    let modified = metadata.as_ref().and_then(|metadata| metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    let mut hash = Sha256::new();
    // The layout is llama.cpp's own and may change with it.
    let words = [env!("CARGO_PKG_VERSION"), "llama-cpp-sys-2 0.1.161", &model.name, &loaded.layout(), what];
    let path = model.path.to_string_lossy();
    for word in words.into_iter().chain([&*path]) {
        hash.update((word.len() as u64).to_le_bytes());
        hash.update(word);
    }
    hash.update(metadata.map_or(0, |metadata| metadata.len()).to_le_bytes());
    hash.update(modified.map_or(0, |time| time.as_nanos()).to_le_bytes());
    hash.finalize().into()
}

impl Session<'_> {
    /// The state of a sequence, as it is, under these tokens.
    pub fn snapshot_of(&self, sequence: i32, tokens: &[LlamaToken]) -> Option<Snapshot> {
        let flags = LlamaStateSeqFlags::empty();
        let mut state = vec![0; self.context.state_seq_get_size_ext(sequence, flags)];
        // SAFETY: the buffer has the size that llama.cpp asked for, and nothing is decoded between the two calls.
        let written = unsafe { self.context.state_seq_get_data_ext(state.as_mut_ptr(), sequence, flags) };
        let whole = written == state.len() && !state.is_empty();
        whole.then(|| Snapshot { tokens: numbers(tokens).into(), state: state.into() })
    }

    /// What the cache holds; none where some of it hangs on passages that were joined, since it would pass for exact.
    fn snapshot(&self) -> Option<Snapshot> {
        (self.exact == self.cached.len()).then(|| self.snapshot_of(SEQUENCE, &self.cached)).flatten()
    }

    /// Keeps what the cache holds in memory, and on the disk where much of it is not there yet: questions may have come one
    /// after another, with no rest to write in.
    pub fn set_aside(&mut self) {
        if let Some(snapshot) = self.snapshot() {
            if self.kept.is_new_to_disk(&snapshot.tokens) {
                self.kept.write(snapshot.clone());
            }
            self.kept.put(snapshot);
        }
    }

    /// Puts a state into a sequence that is empty. False where llama.cpp refuses it.
    pub fn put_into(&mut self, sequence: i32, snapshot: &Snapshot) -> bool {
        // SAFETY: the bytes are llama.cpp's own: they were in this process's memory all the time, or a seal under the
        // person's key vouches for them and for the model that they are of.
        unsafe { self.context.state_seq_set_data_ext(&snapshot.state, sequence, LlamaStateSeqFlags::empty()) }
    }

    /// Puts a snapshot in place of what the cache holds. False where llama.cpp refuses it, or it lacks more than the
    /// model's sliding windows are known to leave out: the cache is then empty.
    pub fn bring_back(&mut self, snapshot: &Snapshot) -> bool {
        self.clear();
        let taken =
            self.put_into(SEQUENCE, snapshot) && (!self.can_be_cut() || self.sees_back(snapshot.tokens.len()));
        if taken {
            self.cached = snapshot.tokens.iter().map(|token| LlamaToken::new(*token)).collect();
            self.exact = self.cached.len();
        } else {
            self.clear();
        }
        taken
    }

    /// Keeps what the cache holds on the disk, where much of it is not there yet.
    pub fn keep_on_disk(&mut self) {
        if self.kept.is_new_to_disk(&numbers(&self.cached))
            && let Some(snapshot) = self.snapshot()
        {
            self.kept.write(snapshot);
        }
    }
}
