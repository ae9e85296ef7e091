use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use engine::{Engine, Finish, Joining, Prompt, Sampling, Turn, Usage};
use vault::{Basis, Citation, MessageState, Role};
use wire::Failure;

use crate::ask::{Expected, Progress, Question, Scope, Stop};
use crate::documents::{Task, expected_passages, whole};
use crate::evidence::passages_without_commands;
use crate::fence::{Fence, plain};
use crate::prompt;
use crate::stream::{Draft, Run, stream};
use crate::thread::{Path, Thread, Threads};

/// The most tokens of an answer.
pub const ANSWER_TOKENS: u32 = 640;

/// Tokens of every passage but the first that are read again where they are joined.
const HEADS: u32 = 16;
/// Further ones, as whole passages.
const REPAIR: u32 = 0;
/// Documents that have no more tokens together are read alone, passage by passage: five minutes on two cores, and what
/// the engine has room for.
const ALONE: u32 = 24_000;

/// Answers questions; one for the whole program.
#[derive(Clone)]
pub struct Assistant {
    engine: Engine,
    pub(crate) threads: Arc<Threads>,
    pub(crate) fenced: bool,
    quick: Arc<AtomicBool>,
}

/// A finished answer, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Markdown with marks `[1]`.
    pub text: String,
    /// One for each mark.
    pub citations: Vec<Citation>,
    /// The documents whose words are in what was written: the cited ones, or, where it was stopped before its citations
    /// could be checked or draws on notes of all that was read, all that the model had before it.
    pub documents: BTreeSet<i64>,
    /// True where the documents hold no answer.
    pub refused: bool,
    /// How it ended.
    pub state: MessageState,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What the last generation took, where it ran to its end.
    pub usage: Option<Usage>,
    /// From the question to the first token of the answer, in milliseconds.
    pub ttft_ms: Option<f64>,
    /// The share of the question that the best passage covers, 0 to 1 (see [`library::Hit`]); none in a chat, and of a
    /// question about documents as a whole.
    pub coverage: Option<f32>,
    /// What the model was given; none in a chat, and where it was not asked.
    pub basis: Option<Basis>,
}

impl Answer {
    pub(crate) fn ended(text: impl Into<String>, state: MessageState) -> Self {
        Self {
            text: text.into(),
            citations: Vec::new(),
            documents: BTreeSet::new(),
            refused: false,
            state,
            failure: None,
            usage: None,
            ttft_ms: None,
            coverage: None,
            basis: None,
        }
    }

    pub(crate) fn refusal() -> Self {
        Self { refused: true, ..Self::ended(prompt::REFUSAL, MessageState::Complete) }
    }

    /// An answer of what was generated, in these words.
    pub(crate) fn drafted(text: &str, draft: &Draft) -> Self {
        let state = match draft.usage.finish {
            Finish::Stopped => MessageState::Stopped,
            Finish::End | Finish::Length => MessageState::Complete,
        };
        let mut answer = Self { usage: Some(draft.usage), ttft_ms: draft.ttft_ms, ..Self::ended(text, state) };
        if draft.usage.finish == Finish::Length {
            answer.text.push_str(prompt::CUT_NOTE);
        }
        answer
    }
}

/// What the model is asked for, behind the turns of a thread.
pub struct Call<'a> {
    /// The system turn.
    pub system: &'a str,
    /// The newest user turn.
    pub turn: &'a str,
    /// Passages in it that may be joined where quick answers are wanted; `None` where all is to be read in any case. See
    /// [`Assistant::set_quick`].
    pub passages: Option<&'a [Range<usize>]>,
    /// The most tokens.
    pub max_tokens: u32,
    /// How they are chosen.
    pub sampling: Sampling,
}

/// Tokens chosen by chance, from the likeliest.
pub fn by_chance(seed: u32) -> Sampling {
    Sampling::Random { temperature: 0.6, top_p: 0.9, seed }
}

impl Assistant {
    /// An assistant on an engine.
    pub fn new(engine: Engine) -> Self {
        Self { engine, threads: Default::default(), fenced: true, quick: Default::default() }
    }

    /// The same without the defence against commands in documents, for measuring what it is worth. The program never
    /// asks for it.
    #[must_use]
    pub fn without_fence(self) -> Self {
        Self { fenced: false, ..self }
    }

    /// Whether passages are joined that were read alone, instead of being read behind each other: the first word comes
    /// at once, and now and then an answer is missed that reading would have found (`lab eval joining`).
    pub fn set_quick(&self, quick: bool) {
        self.quick.store(quick, Ordering::Relaxed);
    }

    /// Has the model read alone what the next question may bring, while nothing else is asked: see
    /// [`Assistant::set_quick`]. True where all of it is kept.
    ///
    /// # Errors
    /// The library's and the engine's.
    pub async fn read_alone(&self, expected: &Expected) -> Result<bool, Failure> {
        let Scope::Documents(library, documents) = &expected.scope else { return Ok(true) };
        if !self.quick.load(Ordering::Relaxed) || whole(library, documents, self.fenced).await?.is_some() {
            return Ok(true);
        }
        let passages = expected_passages(library, documents, &expected.history, ALONE).await?;
        // What a passage reads like hangs on the fence being there, and not on its word.
        let fence = self.fence(0, 0);
        let passages = if self.fenced { passages_without_commands(passages).0 } else { passages };
        let texts = passages.iter().map(|passage| prompt::alone(passage, &fence)).collect();
        self.engine.read_alone(vec![Turn::new("system", prompt::with_documents(&fence))], texts).await
    }

    /// Forgets what the model was told in every conversation, and what the engine kept of it: a document or a
    /// conversation was forgotten. The next question in each begins from what is still kept in the vault.
    ///
    /// # Errors
    /// The engine's, where it may still hold something.
    pub async fn forget(&self) -> Result<(), Failure> {
        self.threads.forget();
        self.engine.forget().await
    }

    /// Has the model read what a question will begin with, as far as that is known before it is asked and while
    /// nothing else is: the system turn, the thread, and the documents where they are given whole. True where it was
    /// read to its end.
    ///
    /// # Errors
    /// The library's and the engine's; the question itself meets them again.
    pub async fn prepare(&self, expected: Expected) -> Result<bool, Failure> {
        let Expected { conversation, history, scope, seed } = expected;
        let round = self.threads.round();
        let given = match &scope {
            Scope::Chat => None,
            Scope::Documents(library, documents) => whole(library, documents, self.fenced).await?,
        };
        let turns = self.threads.with(conversation, &history, round, |thread| match scope {
            Scope::Chat => self.turns(prompt::WITHOUT_DOCUMENTS, thread, ""),
            Scope::Documents(..) => {
                let fence = thread.fence(|| self.fence(seed, conversation.unwrap_or_default()));
                let new = given.map(|(passages, _)| thread.place(passages).0);
                let beginning = new.map_or_else(String::new, |new| prompt::beginning(&new, &fence).text);
                self.turns(prompt::with_documents(&fence), thread, &beginning)
            }
        });
        match turns {
            Some(turns) => self.engine.prepare(turns).await,
            None => Ok(false),
        }
    }

    /// Answers a question, telling progress on the way. It never fails: an error is an answer in state
    /// [`MessageState::Failed`], without text: what was streamed before it was never checked.
    pub async fn ask(&self, question: Question, stop: &Stop, mut tell: impl FnMut(Progress)) -> Answer {
        let (mut thread, round) = self.threads.take(question.conversation, &question.history);
        let mut run = Run { started: Instant::now(), stop, tell: &mut tell };
        let outcome = match &question.scope {
            Scope::Chat => self.chat(&question, &mut thread, &mut run).await,
            Scope::Documents(library, documents) => {
                let fence = thread.fence(|| self.fence(question.seed, question.conversation));
                let (assistant, question, thread) = (self, &question, &mut thread);
                Task { assistant, question, library, documents, fence, thread, run }.answer().await
            }
        };
        let answer = outcome
            .unwrap_or_else(|failure| Answer { failure: Some(failure), ..Answer::ended("", MessageState::Failed) });
        let from = Path::of(&question.history);
        let to = from.then(Role::User, &question.text).then(Role::Assistant, &answer.text);
        self.threads.put(question.conversation, (from, to), thread, round);
        answer
    }

    pub(crate) fn fence(&self, seed: u32, conversation: i64) -> Fence {
        if self.fenced { Fence::new(seed, conversation) } else { Fence::off() }
    }

    async fn chat(
        &self,
        question: &Question,
        thread: &mut Thread,
        run: &mut Run<'_, impl FnMut(Progress)>,
    ) -> Result<Answer, Failure> {
        thread.asked = Some(question.text.clone());
        let sampling = by_chance(question.seed);
        let call =
            Call { system: prompt::WITHOUT_DOCUMENTS, turn: &question.text, passages: Some(&[]), max_tokens: ANSWER_TOKENS, sampling };
        let Some(draft) = self.generate(call, thread, run).await? else {
            return Ok(Answer::ended("", MessageState::Stopped));
        };
        let answer = Answer::drafted(draft.text.trim(), &draft);
        if answer.state == MessageState::Complete {
            thread.keep(question.text.clone(), draft.text, Vec::new());
        }
        Ok(answer)
    }

    /// Generates behind the thread, forgetting its oldest exchanges where the context is too short. `None` where it
    /// was stopped before it began.
    pub(crate) async fn generate(
        &self,
        call: Call<'_>,
        thread: &mut Thread,
        run: &mut Run<'_, impl FnMut(Progress)>,
    ) -> Result<Option<Draft>, Failure> {
        loop {
            if run.stop.is_set() {
                return Ok(None);
            }
            let turns = self.turns(call.system, thread, call.turn);
            let joining = self.joining(&call, &turns);
            let prompt = Prompt { joining, ..Prompt::new(turns, call.max_tokens, call.sampling) };
            let generation = self.engine.generate(prompt).await?;
            match stream(generation, run).await {
                Err(failure) if failure.code == "context_overflow" && thread.forget_oldest() => {}
                outcome => return outcome.map(Some),
            }
        }
    }

    /// How the passages of a call are joined; `None` where the person wants them read, or where they do not stand in what
    /// the model is told as they stood in the call.
    fn joining(&self, call: &Call<'_>, turns: &[Turn]) -> Option<Joining> {
        let (told, passages) = (turns.last()?, call.passages?);
        let stand = passages.iter().all(|at| told.content.get(at.clone()) == call.turn.get(at.clone()));
        // Also without passages: what was joined for an earlier question is then gone on with.
        let joins = self.quick.load(Ordering::Relaxed) && stand;
        joins.then(|| Joining { passages: passages.to_vec(), heads: HEADS, repair: REPAIR })
    }

    /// All that the model is told: the system turn, the thread, and the user's newest turn or what of it is known.
    fn turns(&self, system: &str, thread: &Thread, turn: &str) -> Vec<Turn> {
        let mut turns = vec![Turn::new("system", system)];
        turns.extend(thread.turns.iter().map(|turn| self.told(&turn.role, &turn.content)));
        turns.push(self.told("user", turn));
        turns
    }

    /// A turn as the model is told it: nobody's words become marks of its chat template.
    fn told(&self, role: &str, text: &str) -> Turn {
        Turn::new(role, if self.fenced { plain(text) } else { text.to_owned() })
    }
}
