//! Reading the beginning of a prompt before it is asked.

use engine::Turn;
use engine::protocol::Event;
use wire::Failure;

use crate::QUEUE;
use crate::cache::Session;
use crate::template::template_failure;

/// Prompt tokens a decode call: as much is lost where a question comes, and larger ones are hardly faster.
const STEP: usize = 128;
/// The last tokens may be cut otherwise once something stands behind them.
const OPEN: usize = 2;
/// Stands where the last turn goes on. No text has it: it is a character for private use, and the templates of models
/// leave it alone.
pub const MARK: &str = "\u{f8f0}\u{f8f1}\u{f8f0}";

impl Session<'_> {
    /// Reads the beginning of a prompt whose last turn goes on, until something else is asked.
    ///
    /// # Errors
    /// `model_template`, `context_overflow` where it leaves no room for an answer, `engine_decode`.
    pub fn prepare(&mut self, turns: &[Turn]) -> Result<Event, Failure> {
        let mut turns = turns.to_vec();
        if let Some(last) = turns.last_mut() {
            last.content.push_str(MARK);
        }
        let text = self.template.render(&turns).map_err(|error| template_failure(&error))?;
        // A template that leaves the last turn out leaves nothing to be read ahead.
        let Some((beginning, _)) = text.split_once(MARK) else { return Ok(Event::Prepared { done: 0, total: 0 }) };
        let mut tokens = self.tokenize_prompt(beginning);
        tokens.truncate(tokens.len().saturating_sub(OPEN));
        let total = tokens.len() as u32;
        if tokens.is_empty() {
            return Ok(Event::Prepared { done: 0, total });
        }
        self.check_room(tokens.len())?;
        self.keep_prefix(&tokens, true);
        self.prefill_by(STEP, &tokens, |_, _| {}, || QUEUE.is_awaited())?;
        Ok(Event::Prepared { done: self.cached.len() as u32, total })
    }
}
