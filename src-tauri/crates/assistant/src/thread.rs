use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::Turn;
use vault::{Message, MessageState, Passage, Role};

use crate::citations::{Evidence, take_marks};
use crate::fence::Fence;
use crate::{prompt, standalone};

/// What the model has been told in one conversation, as it was told, and the passages in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thread {
    /// User and assistant in turn; the system turn is not among them.
    pub turns: Vec<Turn>,
    /// With the index in `turns` of the turn that holds it.
    evidence: Vec<(usize, Evidence)>,
    issued: usize,
    /// What was last asked, in words that stand alone.
    pub asked: Option<String>,
    fence: Option<Fence>,
}

impl Thread {
    /// A thread from what was kept: questions and answers, without the passages. Refused, stopped and failed
    /// exchanges are left out, since a model repeats what it sees.
    pub fn from_history(history: &[Message]) -> Self {
        let turns = history
            .windows(2)
            .filter(|pair| pair[0].role == Role::User && pair[1].role == Role::Assistant)
            .filter(|pair| pair[1].state == MessageState::Complete && !pair[1].refused)
            .flat_map(|pair| [
                Turn::new("user", &pair[0].text),
                Turn::new("assistant", take_marks(prompt::without_notes(&pair[1].text), &[]).0),
            ])
            .collect();
        let questions = history.iter().filter(|message| message.role == Role::User);
        let asked = standalone::last_of(questions.map(|message| message.text.as_str()));
        Self { turns, asked, ..Self::default() }
    }

    /// The fence of its documents, made once.
    pub fn fence(&mut self, make: impl FnOnce() -> Fence) -> Fence {
        self.fence.get_or_insert_with(make).clone()
    }

    /// Splits passages into those that the model has not seen, with new ids, and those that it has.
    pub fn place(&mut self, passages: impl IntoIterator<Item = Passage>) -> (Vec<Evidence>, Vec<Evidence>) {
        let (mut new, mut earlier) = (Vec::new(), Vec::new());
        for passage in passages {
            match self.evidence.iter().find(|(_, held)| held.passage.id == passage.id) {
                Some((_, held)) => earlier.push(held.clone()),
                None => new.push(Evidence { id: self.next_id(), passage }),
            }
        }
        (new, earlier)
    }

    /// Keeps an exchange, and the passages that its question brought.
    pub fn keep(&mut self, question: String, answer: String, new: Vec<Evidence>) {
        let at = self.turns.len();
        self.turns.push(Turn::new("user", question));
        self.turns.push(Turn::new("assistant", answer));
        self.evidence.extend(new.into_iter().map(|evidence| (at, evidence)));
    }

    /// Everything that an answer may cite now.
    pub fn citable(&self) -> impl Iterator<Item = &Evidence> {
        self.evidence.iter().map(|(_, evidence)| evidence)
    }

    /// Forgets the oldest exchange with its passages. False where there is none.
    pub fn forget_oldest(&mut self) -> bool {
        if self.turns.len() < 2 {
            return false;
        }
        self.turns.drain(..2);
        self.evidence.retain_mut(|(at, _)| {
            let keeps = *at >= 2;
            *at = at.saturating_sub(2);
            keeps
        });
        true
    }

    /// A letter and a digit that say nothing about rank, so that a model which makes one up is found out: 160 of
    /// them, in an order that repeats only after all.
    fn next_id(&mut self) -> String {
        const LETTERS: &[u8; 20] = b"kmprtwxzbcdfghjnqsvy";
        let slot = self.issued * 37 % 160;
        self.issued += 1;
        format!("{}{}", LETTERS[slot % 20] as char, 2 + slot / 20)
    }
}

/// The threads of the conversations that were used since the program started.
#[derive(Default)]
pub struct Threads(Mutex<Held>);

#[derive(Default)]
struct Held {
    threads: HashMap<i64, Thread>,
    /// Goes up with each forgetting.
    round: u64,
}

impl Threads {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread of a conversation, made from its history where it is not held, and the round it was taken in.
    pub fn take(&self, conversation: i64, history: &[Message]) -> (Thread, u64) {
        let mut held = self.held();
        let thread = held.threads.remove(&conversation);
        (thread.unwrap_or_else(|| Thread::from_history(history)), held.round)
    }

    /// Puts a thread back, unless all were forgotten since it was taken.
    pub fn put(&self, conversation: i64, thread: Thread, round: u64) {
        let mut held = self.held();
        if held.round == round {
            held.threads.insert(conversation, thread);
        }
    }

    /// Forgets all threads, also those that are taken.
    pub fn forget(&self) {
        let mut held = self.held();
        held.threads.clear();
        held.round += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_was_forgotten_while_it_was_taken_does_not_come_back() {
        let threads = Threads::default();
        let told = |threads: &Threads| threads.take(1, &[]).0.turns.len();
        let (mut thread, round) = threads.take(1, &[]);
        thread.keep("질문".to_owned(), "답변".to_owned(), Vec::new());
        threads.put(1, thread.clone(), round);
        let (thread, round) = threads.take(1, &[]);
        assert_eq!(thread.turns.len(), 2);
        threads.forget();
        threads.put(1, thread, round);
        assert_eq!(told(&threads), 0);
    }
}
