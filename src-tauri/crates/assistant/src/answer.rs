use std::collections::BTreeSet;
use std::time::Instant;

use engine::protocol::Event;
use engine::{Engine, Finish, Generation, Prompt, Sampling, Turn, Usage};
use library::{Hit, Library};
use tokio::sync::watch;
use vault::{Citation, Message, MessageState};
use wire::Failure;

use crate::citations::{Checked, Evidence, check, is_id};
use crate::prompt;
use crate::thread::{Thread, Threads};

/// The most tokens of an answer.
const ANSWER_TOKENS: u32 = 640;
/// Passages asked of the library for one question.
const HITS: usize = 8;
/// Below this share of the question's content words, by weight, in the best passage, the documents are about
/// something else, and the model is not asked: a small one would answer anyway.
const COVERAGE_TO_ASK: f32 = 0.45;
/// From this share on, a refusal of the model is doubted once.
const COVERAGE_TO_DOUBT: f32 = 0.8;

/// Answers questions; one for the whole program.
#[derive(Clone)]
pub struct Assistant {
    engine: Engine,
    threads: std::sync::Arc<Threads>,
}

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
    /// What was kept of it before this question, oldest first.
    pub history: Vec<Message>,
    /// The question.
    pub text: String,
    /// What it may draw on.
    pub scope: Scope,
    /// For answers by chance: the same seed gives the same answer.
    pub seed: u32,
}

/// What a person sees while waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The documents are being searched.
    Searching,
    /// Prompt tokens processed, of all.
    Prefill {
        /// Done.
        done: u32,
        /// Of.
        total: u32,
    },
    /// The next piece of the answer. Marks are left out until they are checked.
    Token(String),
}

/// A finished answer, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Markdown with marks `[1]`.
    pub text: String,
    /// One for each mark.
    pub citations: Vec<Citation>,
    /// The documents whose words are in what was written: the cited ones, or, where it was stopped before its citations
    /// could be checked, all that the model had before it.
    pub documents: BTreeSet<i64>,
    /// True where the documents hold no answer.
    pub refused: bool,
    /// How it ended.
    pub state: MessageState,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What the generation took, where one ran to its end.
    pub usage: Option<Usage>,
    /// From the question to the first token, in milliseconds.
    pub ttft_ms: Option<f64>,
    /// The share of the question that the best passage covers, 0 to 1 (see [`Hit`]); none in a chat.
    pub coverage: Option<f32>,
}

impl Answer {
    fn ended(text: impl Into<String>, state: MessageState) -> Self {
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
        }
    }

    fn refusal() -> Self {
        Self { refused: true, ..Self::ended(prompt::REFUSAL, MessageState::Complete) }
    }
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

    fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    async fn wait(&self) {
        // The sender lives in self, so the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|stopped| *stopped).await;
    }
}

/// What one generation gave.
struct Draft {
    text: String,
    usage: Usage,
    ttft_ms: Option<f64>,
}

impl Assistant {
    /// An assistant on an engine.
    pub fn new(engine: Engine) -> Self {
        Self { engine, threads: Default::default() }
    }

    /// Forgets what the model was told in every conversation: a document or a conversation of it was forgotten. The next
    /// question in each begins from what is still kept.
    pub fn forget(&self) {
        self.threads.forget();
    }

    /// Answers a question, telling progress on the way. It never fails: an error is an answer in state
    /// [`MessageState::Failed`], without text: what was streamed before it was never checked.
    pub async fn ask(&self, question: Question, stop: &Stop, mut tell: impl FnMut(Progress)) -> Answer {
        let (mut thread, round) = self.threads.take(question.conversation, &question.history);
        let outcome = match &question.scope {
            Scope::Chat => self.chat(&question, &mut thread, stop, &mut tell).await,
            Scope::Documents(library, documents) => {
                self.ask_documents(&question, library, documents, &mut thread, stop, &mut tell).await
            }
        };
        self.threads.put(question.conversation, thread, round);
        outcome.unwrap_or_else(|failure| Answer { failure: Some(failure), ..Answer::ended("", MessageState::Failed) })
    }

    async fn chat(
        &self,
        question: &Question,
        thread: &mut Thread,
        stop: &Stop,
        tell: &mut impl FnMut(Progress),
    ) -> Result<Answer, Failure> {
        let sampling = Sampling::Random { temperature: 0.6, top_p: 0.9, seed: question.seed };
        let turn = question.text.clone();
        let draft = self.generate(prompt::WITHOUT_DOCUMENTS, thread, &turn, sampling, Instant::now(), stop, tell).await?;
        let Some(draft) = draft else { return Ok(Answer::ended("", MessageState::Stopped)) };
        let mut answer = finished(draft.text.trim(), &draft);
        if answer.state == MessageState::Complete {
            thread.keep(turn, draft.text.clone(), Vec::new());
            cut_note(&mut answer, &draft);
        }
        Ok(answer)
    }

    async fn ask_documents(
        &self,
        question: &Question,
        library: &Library,
        documents: &[i64],
        thread: &mut Thread,
        stop: &Stop,
        tell: &mut impl FnMut(Progress),
    ) -> Result<Answer, Failure> {
        let started = Instant::now();
        tell(Progress::Searching);
        let hits = search(question, library, documents).await?;
        let coverage = hits.iter().map(|hit| hit.coverage).fold(0.0, f32::max);
        let words = |text: &str| library.analyzer().morphemes(text);
        let whole = prompt::is_about_the_whole(&words(&question.text));
        if !whole && (hits.is_empty() || coverage < COVERAGE_TO_ASK) {
            return Ok(Answer { coverage: Some(coverage), ..Answer::refusal() });
        }
        let hits = match whole {
            true => library.opening(documents, HITS)?,
            false => hits,
        };
        let hits = prompt::worth_reading(hits);
        let (new, earlier) = thread.place(hits.into_iter().map(|hit| hit.passage));

        for sure in [false, true] {
            let turn = prompt::question_turn(&question.text, &new, &earlier, sure);
            let draft =
                self.generate(prompt::WITH_DOCUMENTS, thread, &turn, Sampling::Greedy, started, stop, tell).await?;
            let Some(draft) = draft else { return Ok(Answer::ended("", MessageState::Stopped)) };
            let refuses = prompt::refuses(&draft.text);
            if refuses && !sure && coverage >= COVERAGE_TO_DOUBT && draft.usage.finish == Finish::End {
                continue;
            }
            let citable: Vec<Evidence> = thread.citable().chain(&new).cloned().collect();
            let checked = check(&draft.text, &question.text, &citable, &words);
            if draft.usage.finish != Finish::Stopped && (refuses || checked.citations.is_empty()) {
                return Ok(Answer { usage: Some(draft.usage), ttft_ms: draft.ttft_ms, coverage: Some(coverage), ..Answer::refusal() });
            }
            let Checked { text, citations } = checked;
            let documents = match draft.usage.finish {
                Finish::Stopped => citable.iter().map(|evidence| evidence.passage.document_id).collect(),
                _ => citations.iter().map(|citation| citation.document_id).collect(),
            };
            let mut answer = Answer { citations, documents, coverage: Some(coverage), ..finished(&text, &draft) };
            if answer.state == MessageState::Complete {
                thread.keep(turn, draft.text.clone(), new);
                cut_note(&mut answer, &draft);
            }
            return Ok(answer);
        }
        Ok(Answer::refusal())
    }

    /// Generates behind the thread, forgetting its oldest exchanges where the context is too short. `None` where it
    /// was stopped before the model was asked.
    #[expect(clippy::too_many_arguments, reason = "each is one thing that only the two callers know")]
    async fn generate(
        &self,
        system: &str,
        thread: &mut Thread,
        turn: &str,
        sampling: Sampling,
        started: Instant,
        stop: &Stop,
        tell: &mut impl FnMut(Progress),
    ) -> Result<Option<Draft>, Failure> {
        loop {
            if stop.is_set() {
                return Ok(None);
            }
            let mut turns = vec![Turn::new("system", system)];
            turns.extend(thread.turns.iter().cloned());
            turns.push(Turn::new("user", turn));
            let generation = self.engine.generate(Prompt { turns, max_tokens: ANSWER_TOKENS, sampling }).await?;
            match stream(generation, started, stop, tell).await {
                Err(failure) if failure.code == "context_overflow" && thread.forget_oldest() => {}
                outcome => return outcome.map(Some),
            }
        }
    }
}

async fn stream(
    mut generation: Generation,
    started: Instant,
    stop: &Stop,
    tell: &mut impl FnMut(Progress),
) -> Result<Draft, Failure> {
    let (mut text, mut ttft_ms, mut shown) = (String::new(), None, MarkFilter::default());
    let mut asked_to_stop = false;
    loop {
        let event = tokio::select! {
            event = generation.next() => event,
            () = stop.wait(), if !asked_to_stop => {
                asked_to_stop = true;
                generation.stop();
                continue;
            }
        };
        match event {
            Some(Event::Prefill { done, total }) => tell(Progress::Prefill { done, total }),
            Some(Event::Token { text: piece }) => {
                ttft_ms.get_or_insert(started.elapsed().as_secs_f64() * 1e3);
                text.push_str(&piece);
                let visible = shown.push(&piece);
                if !visible.is_empty() {
                    tell(Progress::Token(visible));
                }
            }
            Some(Event::Done { usage }) => return Ok(Draft { text, usage, ttft_ms }),
            Some(Event::Failed { failure }) => return Err(failure),
            Some(_) => {}
            None => return Err(Failure::new("engine_crashed", "답변 엔진이 응답하지 않습니다. 다시 물어 주십시오.", "")),
        }
    }
}

async fn search(question: &Question, library: &Library, documents: &[i64]) -> Result<Vec<Hit>, Failure> {
    let (library, documents, text) = (library.clone(), documents.to_vec(), question.text.clone());
    tokio::task::spawn_blocking(move || library.search(&text, Some(&documents), HITS))
        .await
        .map_err(|error| Failure::new("search_failed", "자료를 찾다가 오류가 났습니다. 다시 물어 주십시오.", error))?
        .map_err(Failure::from)
}

fn finished(text: &str, draft: &Draft) -> Answer {
    let state = match draft.usage.finish {
        Finish::Stopped => MessageState::Stopped,
        Finish::End | Finish::Length => MessageState::Complete,
    };
    Answer { usage: Some(draft.usage), ttft_ms: draft.ttft_ms, ..Answer::ended(text, state) }
}

fn cut_note(answer: &mut Answer, draft: &Draft) {
    if draft.usage.finish == Finish::Length {
        answer.text.push_str(prompt::CUT_NOTE);
    }
}

/// Holds marks back from what is streamed: they are shown once they are checked.
#[derive(Default)]
struct MarkFilter(String);

impl MarkFilter {
    /// What can be shown now. Spaces wait as well: a mark takes the space before it along.
    fn push(&mut self, piece: &str) -> String {
        self.0.push_str(piece);
        let mut visible = self.take_visible();
        let held = visible.split_off(visible.trim_end_matches(' ').len());
        self.0.insert_str(0, &held);
        visible
    }

    fn take_visible(&mut self) -> String {
        let mut visible = String::new();
        while let Some(open) = self.0.find('[') {
            let Some(close) = self.0[open..].find(']').map(|close| open + close) else {
                if self.0.len() - open > 12 {
                    // Too long for a mark.
                    visible.extend(self.0.drain(..=open));
                    continue;
                }
                visible.extend(self.0.drain(..open));
                return visible;
            };
            let inside = self.0[open + 1..close].to_owned();
            let mark = inside.split([',', ' ']).filter(|id| !id.is_empty()).all(is_id);
            let bracket: String = self.0.drain(..=close).collect();
            visible.push_str(if mark { bracket[..open].trim_end() } else { &bracket });
        }
        visible.push_str(&std::mem::take(&mut self.0));
        visible
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_held_back_whatever_the_pieces() {
        let table = [
            ("연가는 15일입니다 [k3]. 병가는 60일입니다 [1][m4].", "연가는 15일입니다. 병가는 60일입니다."),
            ("[붙임] 서식을 냅니다.", "[붙임] 서식을 냅니다."),
            ("배열 [가나다라마바사아자차카타파하 끝", "배열 [가나다라마바사아자차카타파하 끝"),
        ];
        for (written, shown) in table {
            for size in 1..5 {
                let mut filter = MarkFilter::default();
                let characters: Vec<char> = written.chars().collect();
                let out: String =
                    characters.chunks(size).map(|piece| filter.push(&piece.iter().collect::<String>())).collect();
                assert_eq!(out, shown, "{written} in pieces of {size}");
            }
        }
    }
}
