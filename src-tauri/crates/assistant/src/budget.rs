//! How the model's context will be shared out when the next question is asked.

use serde::Serialize;
use vault::Passage;
use wire::Failure;

use crate::answer::{ANSWER_TOKENS, Assistant};
use crate::ask::{Expected, Scope};
use crate::documents::whole;
use crate::evidence::{EVIDENCE_TOKENS, TOKENS_PER_CHARACTER, tokens, tokens_of};
use crate::fence::Fence;
use crate::prompt;
use crate::thread::Thread;

/// Parts of the context, in tokens, estimated. The question's own are to be added.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Budget {
    /// What the model is told in any case, and what was said before with the passages in it.
    pub history: u32,
    /// What the documents add: all of them where they are given whole, else the most that is found in them.
    pub evidence: u32,
    /// The most that is answered.
    pub answer: u32,
    /// By which a question's tokens are estimated.
    pub tokens_per_character: f64,
}

impl Assistant {
    /// The budget of a question that is likely to come. `None` while its conversation is answered, or where all was
    /// forgotten meanwhile.
    ///
    /// # Errors
    /// The library's.
    pub async fn budget(&self, expected: &Expected) -> Result<Option<Budget>, Failure> {
        let Expected { conversation, history, scope, .. } = expected;
        let round = self.threads.round();
        let given = match scope {
            Scope::Chat => Given::Nothing,
            Scope::Documents(library, documents) => match whole(library, documents, self.fenced).await? {
                Some((passages, _)) => Given::Whole(passages),
                None => Given::Found,
            },
        };
        let fence = self.fence(0, 0);
        Ok(self.threads.with(*conversation, history, round, |thread| Budget::of(thread, &given, &fence)))
    }
}

/// What a question brings of its documents.
enum Given {
    Nothing,
    Whole(Vec<Passage>),
    Found,
}

impl Budget {
    fn of(thread: &Thread, given: &Given, fence: &Fence) -> Self {
        let (system, evidence) = match given {
            Given::Nothing => (prompt::WITHOUT_DOCUMENTS, 0),
            Given::Found => (prompt::with_documents(fence), EVIDENCE_TOKENS),
            Given::Whole(passages) => {
                let told = |passage: &&Passage| thread.citable().any(|held| held.passage.id == passage.id);
                let new = passages.iter().filter(|passage| !told(passage));
                (prompt::with_documents(fence), tokens_of(new))
            }
        };
        let said: u32 = thread.turns.iter().map(|turn| tokens(&turn.content)).sum();
        Self { history: tokens(system) + said, evidence, answer: ANSWER_TOKENS, tokens_per_character: TOKENS_PER_CHARACTER }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::citations::Evidence;
    use crate::evidence::tests::passage;

    #[test]
    fn what_the_model_was_told_already_is_counted_once() {
        let passages = || [1, 2].map(|ordinal| passage(1, ordinal, &"가".repeat(160))).to_vec();
        let whole = Given::Whole(passages());
        let of = |thread: &Thread, given: &Given| Budget::of(thread, given, &Fence::off());
        let mut thread = Thread::default();
        let table = [(&Given::Nothing, 0), (&Given::Found, EVIDENCE_TOKENS), (&whole, 200)];
        for (given, wanted) in table {
            assert_eq!(of(&thread, given).evidence, wanted);
        }
        let before = of(&thread, &whole);
        let evidence = passages().into_iter().take(1).map(|passage| Evidence { id: "k2".to_owned(), passage });
        thread.keep("가".repeat(320), "나".repeat(16), evidence.collect());
        let later = of(&thread, &whole);
        assert_eq!(later.evidence, 100);
        assert_eq!(later.history - before.history, 210);
        assert_eq!(later.answer, ANSWER_TOKENS);
    }
}
