use library::Library;
use tokio::sync::watch;
use vault::Message;

/// What a question may draw on.
#[derive(Clone)]
pub enum Scope {
    /// Nothing: an ordinary chat.
    Chat,
    /// These documents of the library, by row id.
    Documents(Library, Vec<i64>),
}

/// A question in its conversation.
#[derive(Clone)]
pub struct Question {
    /// The conversation's row id.
    pub conversation: i64,
    /// What was kept of it before this question on its branch, oldest first. What the model is told follows it: an
    /// edited question has the history of its first wording, and one that is answered again the history it had.
    pub history: Vec<Message>,
    /// The question.
    pub text: String,
    /// What it may draw on.
    pub scope: Scope,
    /// For answers by chance: the same seed gives the same answer.
    pub seed: u32,
    /// True where there is an answer already and another one is wanted: one from documents is then chosen by chance as
    /// well, where it would else be the same again.
    pub another: bool,
}

/// A question that is likely to come, and of which only this is known.
#[derive(Clone)]
pub struct Expected {
    /// The conversation's row id; `None` for one that has no question yet.
    pub conversation: Option<i64>,
    /// What was kept of it on the branch that is shown, oldest first.
    pub history: Vec<Message>,
    /// What the question may draw on.
    pub scope: Scope,
    /// As [`Question::seed`].
    pub seed: u32,
}

/// What a person sees while waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The question stands alone only in these words, by which the documents are searched.
    Rewritten(String),
    /// The documents are being searched.
    Searching,
    /// Documents are being read from beginning to end: parts read, of all.
    Reading {
        /// Done.
        done: u32,
        /// Of.
        total: u32,
    },
    /// Prompt tokens processed, of all.
    Prefill {
        /// Done.
        done: u32,
        /// Of.
        total: u32,
    },
    /// The next piece of what the model thinks before it answers. It is no part of the answer, and nobody checks it.
    Thought(String),
    /// The next piece of the answer. Marks are left out until they are checked.
    Token(String),
}

/// Stops one answer, from anywhere.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// Ends the answer now; what was streamed is kept.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// True once it was stopped.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it is stopped.
    pub async fn wait(&self) {
        // The sender lives in self, so the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|stopped| *stopped).await;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use vault::{MessageState, Rating, Role};

    use super::*;

    /// A message as it is kept.
    pub fn message(role: Role, text: &str) -> Message {
        Message {
            id: 1,
            role,
            text: text.to_owned(),
            citations: Vec::new(),
            state: MessageState::Complete,
            refused: false,
            failure: None,
            basis: None,
            figures: None,
            parent: None,
            siblings: vec![1],
            rating: Rating::None,
            rating_note: None,
        }
    }

    /// A question.
    pub fn question(text: &str) -> Message {
        message(Role::User, text)
    }

    /// An answer.
    pub fn answer(text: &str) -> Message {
        message(Role::Assistant, text)
    }
}
