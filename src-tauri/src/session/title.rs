//! The title that the model proposes for a conversation, while nothing is asked.

use assistant::Stop;
use wire::Failure;

use super::{EngineState, Session};
use crate::app::lock;

impl Session {
    /// Has the model name a conversation that is called by its first question; what the person typed stays. A question
    /// that is asked meanwhile goes first, and the conversation keeps the name it has. True where it has another one.
    ///
    /// # Errors
    /// The vault's.
    pub async fn propose_title(&self, conversation: i64) -> Result<bool, Failure> {
        let vault = self.vault();
        if !vault.is_called_by_question(conversation)? || lock(&self.0.status).engine.state != EngineState::Ready {
            return Ok(false);
        }
        let history = vault.conversation(conversation)?.messages;
        let stop = Stop::default();
        // Before it is looked whether anything is asked: what begins behind that look stops this.
        if let Some(other) = lock(&self.0.titling).replace(stop.clone()) {
            other.stop();
        }
        if !lock(&self.0.running).is_empty() {
            return Ok(false);
        }
        let title = match self.0.assistant.propose_title(conversation, &history, &stop).await {
            Ok(title) => title,
            Err(failure) => {
                // The next question meets what went wrong, and tells it.
                tracing::debug!(code = failure.code, "no title was proposed");
                None
            }
        };
        let named = match title {
            Some(title) => vault.propose_title(conversation, &title)?,
            None => false,
        };
        // What was being read ahead gave way to it.
        self.read_ahead();
        Ok(named)
    }

    /// A question comes, or all is to stop: no title is waited for.
    pub(super) fn leave_title(&self) {
        if let Some(title) = lock(&self.0.titling).take() {
            title.stop();
        }
    }
}
