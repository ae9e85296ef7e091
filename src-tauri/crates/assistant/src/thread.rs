use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
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
    /// Of every passage that was placed, also where no turn came to hold it.
    ids: HashMap<i64, String>,
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

    /// The fence, where there is one: documents were asked.
    pub fn fenced(&self) -> Option<&Fence> {
        self.fence.as_ref()
    }

    /// Splits passages into those that the model has not seen, with their ids, and those that it has.
    pub fn place(&mut self, passages: impl IntoIterator<Item = Passage>) -> (Vec<Evidence>, Vec<Evidence>) {
        let (mut new, mut earlier) = (Vec::new(), Vec::new());
        for passage in passages {
            match self.evidence.iter().find(|(_, held)| held.passage.id == passage.id) {
                Some((_, held)) => earlier.push(held.clone()),
                None => new.push(Evidence { id: self.id_of(passage.id), passage }),
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
    /// them, in an order that repeats only after all. A passage keeps its own: read ahead and then asked about, or
    /// asked about again after a refusal, it stands in the prompt in the same words, which are then in the KV cache.
    fn id_of(&mut self, passage: i64) -> String {
        const LETTERS: &[u8; 20] = b"kmprtwxzbcdfghjnqsvy";
        let slot = self.ids.len() * 37 % 160;
        let issue = || format!("{}{}", LETTERS[slot % 20] as char, 2 + slot / 20);
        self.ids.entry(passage).or_insert_with(issue).clone()
    }
}

/// The most threads that are held: one for each message that a question was asked behind. A thread of 8,192 tokens
/// takes some 50 kB with its passages.
const HELD: usize = 128;

/// A branch of a conversation up to a message, known by what was said on it. Another answer is another branch; where it
/// has the same words, the model was told the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Path(u64);

impl Path {
    /// That of these messages, the first of a conversation first.
    pub fn of(history: &[Message]) -> Self {
        history.iter().fold(Self::default(), |path, message| path.then(message.role, &message.text))
    }

    /// With a message behind it.
    pub fn then(self, role: Role, text: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (self.0, role == Role::User, text).hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The threads of the conversations that were used since the program started, one for each branch.
#[derive(Default)]
pub struct Threads(Mutex<Held>);

#[derive(Default)]
struct Held {
    /// By conversation and branch, the last one used last; a conversation of `None` has no question yet.
    threads: VecDeque<(Option<i64>, Path, Thread)>,
    /// The conversations whose threads are taken.
    taken: HashSet<i64>,
    /// Goes up with each forgetting.
    round: u64,
}

impl Held {
    /// Takes a thread out.
    fn remove(&mut self, conversation: Option<i64>, path: Path) -> Option<Thread> {
        let at = self.threads.iter().position(|(of, end, _)| (*of, *end) == (conversation, path))?;
        self.threads.remove(at).map(|(_, _, thread)| thread)
    }

    /// Holds a thread, in place of one for the same place, and lets go of the one that was used longest ago where there
    /// are too many.
    fn hold(&mut self, conversation: Option<i64>, path: Path, thread: Thread) {
        self.remove(conversation, path);
        self.threads.push_back((conversation, path, thread));
        if self.threads.len() > HELD {
            self.threads.pop_front();
        }
    }
}

impl Threads {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread of a conversation behind `history`, made from it where it is not held, and the round it was taken in.
    /// It is held on as it is, for another answer to what is asked now. One without a history goes on with what was
    /// read ahead for it.
    pub fn take(&self, conversation: i64, history: &[Message]) -> (Thread, u64) {
        let mut held = self.held();
        held.taken.insert(conversation);
        let path = Path::of(history);
        let mut thread = held.remove(Some(conversation), path);
        if thread.is_none() && history.is_empty() {
            thread = held.remove(None, path);
        }
        let thread = thread.unwrap_or_else(|| Thread::from_history(history));
        held.hold(Some(conversation), path, thread.clone());
        (thread, held.round)
    }

    /// Puts a thread back that was taken at `from`, where its conversation has come `to`, unless all were forgotten
    /// since. What is held at `from` keeps fence and ids: another answer is then asked for in the same words, which are
    /// in the KV cache.
    pub fn put(&self, conversation: i64, (from, to): (Path, Path), thread: Thread, round: u64) {
        let mut held = self.held();
        held.taken.remove(&conversation);
        if held.round != round {
            return;
        }
        if let Some(mut before) = held.remove(Some(conversation), from) {
            before.ids.clone_from(&thread.ids);
            before.fence.clone_from(&thread.fence);
            held.hold(Some(conversation), from, before);
        }
        held.hold(Some(conversation), to, thread);
    }

    /// The present round, for [`Threads::with`].
    pub fn round(&self) -> u64 {
        self.held().round
    }

    /// Works on the thread of a conversation behind `history` in its place. `None` where one of it is taken, since it
    /// will come back with more in it, and where all were forgotten since `round`.
    pub fn with<T>(
        &self,
        conversation: Option<i64>,
        history: &[Message],
        round: u64,
        work: impl FnOnce(&mut Thread) -> T,
    ) -> Option<T> {
        let mut held = self.held();
        if held.round != round || conversation.is_some_and(|conversation| held.taken.contains(&conversation)) {
            return None;
        }
        let path = Path::of(history);
        let mut thread = held.remove(conversation, path).unwrap_or_else(|| Thread::from_history(history));
        let done = work(&mut thread);
        held.hold(conversation, path, thread);
        Some(done)
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
    use crate::ask::tests::{answer, question};
    use crate::evidence::tests::passage;

    /// From no message to one exchange.
    fn first(text: &str) -> (Path, Path) {
        let from = Path::default();
        (from, from.then(Role::User, "질문").then(Role::Assistant, text))
    }

    #[test]
    fn a_thread_that_was_forgotten_while_it_was_taken_does_not_come_back() {
        let threads = Threads::default();
        let history = [question("질문"), answer("답변")];
        let held = |threads: &Threads| threads.held().threads.len();
        let (mut thread, round) = threads.take(1, &[]);
        thread.keep("질문".to_owned(), "답변".to_owned(), Vec::new());
        threads.put(1, first("답변"), thread, round);
        let (thread, round) = threads.take(1, &history);
        assert_eq!((thread.turns.len(), held(&threads)), (2, 2));
        threads.forget();
        threads.put(1, (Path::of(&history), Path::default()), thread, round);
        assert_eq!(held(&threads), 0);
    }

    #[test]
    fn a_passage_has_the_same_id_until_a_turn_holds_it() {
        let mut thread = Thread::default();
        let ids = |evidence: &[Evidence]| evidence.iter().map(|held| held.id.clone()).collect::<Vec<_>>();
        let (ahead, _) = thread.place([passage(1, 0, "연가"), passage(1, 1, "병가")]);
        let (again, _) = thread.place([passage(1, 1, "병가"), passage(1, 2, "출장"), passage(1, 0, "연가")]);
        assert_eq!(ids(&ahead), ["k2", "s3"]);
        assert_eq!(ids(&again), ["s3", "j5", "k2"]);
        thread.keep("질문".to_owned(), "답변".to_owned(), ahead);
        let (new, earlier) = thread.place([passage(1, 0, "연가"), passage(1, 2, "출장")]);
        assert_eq!((ids(&new), ids(&earlier)), (vec!["j5".to_owned()], vec!["k2".to_owned()]));
    }

    #[test]
    fn the_first_question_of_a_conversation_goes_on_with_what_was_read_ahead_for_it() {
        let threads = Threads::default();
        let place = |thread: &mut Thread| thread.place([passage(1, 0, "연가")]).0.len();
        assert_eq!(threads.with(None, &[], threads.round(), place), Some(1));
        let (thread, round) = threads.take(7, &[]);
        assert_eq!(thread.ids.len(), 1);
        assert_eq!(threads.with(Some(7), &[], round, place), None, "it is being answered");
        assert_eq!(threads.take(8, &[]).0.ids.len(), 0, "it was of one question only");
        threads.put(7, first("답변"), thread, round);
        let history = [question("질문"), answer("답변")];
        assert_eq!(threads.with(Some(7), &history, round, |thread| thread.ids.len()), Some(1));
        threads.forget();
        assert_eq!(threads.with(Some(7), &[], round, place), None, "it was forgotten meanwhile");
        assert_eq!(threads.with(Some(7), &[], threads.round(), |thread| thread.ids.len()), Some(0));
    }

    #[test]
    fn each_branch_goes_on_with_what_was_told_on_it() {
        let threads = Threads::default();
        let told = |thread: &Thread| thread.turns.iter().map(|turn| turn.content.clone()).collect::<Vec<_>>();
        // Two answers to one question, each of which brought a passage of its own.
        for (ordinal, text) in [(0, "15일"), (1, "열닷새")] {
            let (mut thread, round) = threads.take(1, &[]);
            assert!(thread.turns.is_empty(), "the other answer is told");
            assert_eq!(thread.ids.len(), ordinal as usize, "a passage that is given again would have another id");
            thread.fence(|| Fence::new(ordinal, 1));
            let (new, _) = thread.place([passage(1, ordinal, text)]);
            thread.keep(format!("[자료] {text}"), text.to_owned(), new);
            threads.put(1, first(text), thread, round);
        }
        let fence = |thread: &mut Thread| thread.fence(Fence::off);
        for (ordinal, text) in [(0, "15일"), (1, "열닷새")] {
            let mut thread = threads.take(1, &[question("질문"), answer(text)]).0;
            assert_eq!(told(&thread), [format!("[자료] {text}"), text.to_owned()]);
            let cited: Vec<u32> = thread.citable().map(|held| held.passage.ordinal).collect();
            assert_eq!((cited, fence(&mut thread)), (vec![ordinal], Fence::new(0, 1)));
        }
        // What nobody told here comes from what is kept, without passages.
        let edited = threads.take(1, &[question("다른 질문"), answer("15일")]).0;
        assert_eq!((told(&edited), edited.citable().count()), (vec!["다른 질문".to_owned(), "15일".to_owned()], 0));
        let elsewhere = threads.take(2, &[question("질문"), answer("15일")]).0;
        assert_eq!(elsewhere.citable().count(), 0, "it is another conversation's");
    }

    #[test]
    fn the_threads_used_longest_ago_are_let_go() {
        let threads = Threads::default();
        let mark = |thread: &mut Thread| thread.ids.insert(1, "k2".to_owned());
        let is_held = |conversation| {
            let known = threads.with(Some(conversation), &[], threads.round(), |thread| thread.ids.len());
            known == Some(1)
        };
        threads.with(Some(1), &[], 0, mark);
        threads.with(Some(2), &[], 0, mark);
        threads.with(Some(1), &[], 0, mark);
        for conversation in 0..HELD as i64 - 1 {
            threads.with(Some(100 + conversation), &[], 0, mark);
        }
        assert!(is_held(1));
        assert!(!is_held(2));
    }
}
