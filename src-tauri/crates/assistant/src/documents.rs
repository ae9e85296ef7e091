//! A question about documents: made to stand alone, sent its way, answered from what was found.

use std::collections::BTreeSet;

use engine::{Finish, Sampling};
use library::Library;
use vault::{Basis, Message, MessageState, Passage};
use wire::Failure;

use crate::answer::{ANSWER_TOKENS, Answer, Assistant, Call, by_chance};
use crate::ask::{Progress, Question};
use crate::citations::{Checked, Evidence, check};
use crate::evidence::{EVIDENCE_TOKENS, WHOLE_TOKENS, characters, hits_without_commands, passages_without_commands};
use crate::evidence::{tokens_of, worth_reading};
use crate::fence::Fence;
use crate::prompt::{self, Given, Manner};
use crate::standalone::{Restated, accept, beside, restate};
use crate::stream::Run;
use crate::thread::Thread;
use crate::way::{self, Way};

/// Passages asked of the library for one question.
const HITS: usize = 8;
/// Below this share of the question's content words, by weight, in the best passage, the documents are about
/// something else, and the model is not asked: a small one would answer anyway.
pub const COVERAGE_TO_ASK: f32 = 0.45;
/// From this share on, a refusal of the model is doubted once.
const COVERAGE_TO_DOUBT: f32 = 0.8;
/// The most tokens of a question that the model restates.
const RESTATED_TOKENS: u32 = 64;
/// Characters of the last answer that a restated question may take words from.
const SAID: usize = 200;

/// A question on its way through documents.
pub struct Task<'a, T> {
    /// Has the engine.
    pub assistant: &'a Assistant,
    /// As it was asked.
    pub question: &'a Question,
    /// Where the documents are.
    pub library: &'a Library,
    /// Those that it may draw on.
    pub documents: &'a [i64],
    /// Around all that is theirs.
    pub fence: Fence,
    /// What the model was told before.
    pub thread: &'a mut Thread,
    /// Its stop and its progress.
    pub run: Run<'a, T>,
}

/// What an answer is to be drawn from.
pub struct Source {
    /// In the order in which they are given.
    pub passages: Vec<Passage>,
    /// The rows of those that the answer likely stands in, the likeliest first.
    pub likely: Vec<i64>,
    /// As the person is told it.
    pub basis: Basis,
    /// The commands that were left out of the passages.
    pub commands: usize,
    /// See [`Answer::coverage`].
    pub coverage: Option<f32>,
}

/// Cuts text into content words.
pub fn words_of(library: &Library) -> impl Fn(&str) -> Vec<String> {
    move |text| library.analyzer().morphemes(text)
}

/// Runs what waits for the disk, and for the analyzer, on a thread of its own.
pub async fn apart<R: Send + 'static>(
    library: &Library,
    work: impl FnOnce(&Library) -> library::Result<R> + Send + 'static,
) -> Result<R, Failure> {
    let library = library.clone();
    tokio::task::spawn_blocking(move || work(&library))
        .await
        .map_err(|error| Failure::new("search_failed", "자료를 찾다가 오류가 났습니다. 다시 물어 주십시오.", error))?
        .map_err(Failure::from)
}

impl<T: FnMut(Progress)> Task<'_, T> {
    /// Answers it.
    ///
    /// # Errors
    /// The library's and the engine's.
    pub async fn answer(mut self) -> Result<Answer, Failure> {
        let asked = self.standalone().await;
        self.thread.asked = Some(asked.clone());
        if asked != self.question.text.trim() {
            (self.run.tell)(Progress::Rewritten(asked.clone()));
        }
        (self.run.tell)(Progress::Searching);
        let way = way::of(&asked, &words_of(self.library));
        match way {
            Way::Search => self.search(&asked).await,
            Way::Read { subject } => self.read(&asked, subject).await,
            Way::Count { subject, unit } => self.count(&asked, subject, unit).await,
        }
    }

    async fn standalone(&mut self) -> String {
        let text = self.question.text.trim();
        let Some(previous) = self.thread.asked.clone() else { return text.to_owned() };
        match restate(text, &previous) {
            Restated::Alone => text.to_owned(),
            Restated::As(words) => words,
            Restated::Unclear => self.restated(&previous).await.unwrap_or_else(|| beside(text, &previous)),
        }
    }

    /// The question in the model's words, where they can be trusted. It is asked behind the thread, whose turns are in
    /// the KV cache and stay there; a failure is met again by the question itself.
    async fn restated(&mut self, previous: &str) -> Option<String> {
        let turn = prompt::restate_turn(&self.question.text, previous);
        let mut thread = self.thread.clone();
        let draft = self.aside(&turn, RESTATED_TOKENS, &mut thread).await.ok()??;
        let answer = self.thread.turns.last().map_or("", |turn| turn.content.as_str());
        let said: String = answer.chars().take(SAID).collect();
        accept(&draft, &self.question.text, &format!("{previous}\n{said}"), &words_of(self.library))
    }

    /// What the model says to a turn that the person does not see. `None` where it was stopped.
    ///
    /// # Errors
    /// The engine's.
    pub async fn aside(&mut self, turn: &str, max_tokens: u32, thread: &mut Thread) -> Result<Option<String>, Failure> {
        let system = prompt::with_documents(&self.fence);
        let mut run = Run { started: self.run.started, stop: self.run.stop, tell: &mut |_: Progress| {} };
        let call = Call { system, turn, passages: Some(&[]), max_tokens, sampling: Sampling::Greedy };
        let draft = self.assistant.generate(call, thread, &mut run).await?;
        Ok(draft.filter(|draft| draft.usage.finish != Finish::Stopped).map(|draft| draft.text))
    }

    /// From the passages that were found, or from all documents where they are short.
    async fn search(&mut self, asked: &str) -> Result<Answer, Failure> {
        let hits = self.library.retrieve(asked, Some(self.documents), HITS).await?;
        let coverage = hits.iter().map(|hit| hit.coverage).fold(0.0, f32::max);
        let mut refusal = Answer { coverage: Some(coverage), ..Answer::refusal() };
        if hits.is_empty() || coverage < COVERAGE_TO_ASK {
            return Ok(refusal);
        }
        let (hits, commands) = if self.fence.is_on() { hits_without_commands(hits) } else { (hits, 0) };
        let passages = worth_reading(hits);
        if passages.is_empty() {
            refusal.text.push_str(prompt::COMMANDS_NOTE);
            return Ok(refusal);
        }
        let likely: Vec<i64> = passages.iter().map(|passage| passage.id).collect();
        if let Some((whole, commands)) = whole(self.library, self.documents, self.fence.is_on()).await? {
            let basis = whole_basis(&whole);
            let source = Source { passages: whole, likely: likely.clone(), basis, commands, coverage: Some(coverage) };
            match self.answer_from(asked, source, Manner::Sentences).await {
                // A model with a short context, or with shorter tokens than those that the budget was made for.
                Err(failure) if failure.code == "context_overflow" => {}
                outcome => return outcome,
            }
        }
        let basis = passages_basis(&passages, EVIDENCE_TOKENS);
        let source = Source { passages, likely, basis, commands, coverage: Some(coverage) };
        self.answer_from(asked, source, Manner::Sentences).await
    }

    /// The likeliest answer, or, where that was given already, one by chance.
    pub fn sampling(&self) -> Sampling {
        if self.question.another { by_chance(self.question.seed) } else { Sampling::Greedy }
    }

    /// Passages without the commands in them, where there is a defence against them.
    pub fn clean(&self, passages: Vec<Passage>) -> (Vec<Passage>, usize) {
        clean(passages, self.fence.is_on())
    }

    /// The model's answer from a source, checked against it.
    ///
    /// # Errors
    /// The engine's.
    pub async fn answer_from(&mut self, asked: &str, source: Source, manner: Manner) -> Result<Answer, Failure> {
        let Source { passages, likely, basis, commands, coverage } = source;
        let (new, mut earlier) = self.thread.place(passages);
        earlier.retain(|evidence| likely.contains(&evidence.passage.id));
        let given = Given { new, earlier };
        let all = || given.new.iter().chain(&given.earlier);
        let best = likely.first().and_then(|best| all().find(|evidence| evidence.passage.id == *best));
        let example = best.or(all().next()).map_or("k3", |evidence| evidence.id.as_str()).to_owned();
        let question = self.question.text.trim();
        let standalone = (asked != question).then_some(asked);
        let note = if commands > 0 && !given.new.is_empty() { prompt::COMMANDS_NOTE } else { "" };
        let mut refusal = Answer { coverage, basis: Some(basis), ..Answer::refusal() };
        refusal.text.push_str(note);

        // What is given whole was read ahead as it stands, or is read once for all questions.
        let may_join = matches!(basis, Basis::Passages { .. });
        let mut tries = Tries::new(manner, may_join);
        while let Some((manner, joins)) = tries.next() {
            let turn = prompt::question_turn(question, standalone, &given, &example, manner, &self.fence);
            let system = prompt::with_documents(&self.fence);
            let passages = match (may_join, joins) {
                (true, true) => Some(&*turn.passages),
                (true, false) => None,
                (false, _) => Some(&[][..]),
            };
            let sampling = self.sampling();
            let call = Call { system, turn: &turn.text, passages, max_tokens: ANSWER_TOKENS, sampling };
            let Some(draft) = self.assistant.generate(call, self.thread, &mut self.run).await? else {
                return Ok(Answer::ended("", MessageState::Stopped));
            };
            let refuses = prompt::refuses(&draft.text);
            let ended = draft.usage.finish == Finish::End;
            let doubted = coverage.is_some_and(|coverage| coverage >= COVERAGE_TO_DOUBT);
            if refuses && ended && tries.go_on(draft.usage.joined_tokens > 0, doubted) {
                continue;
            }
            let citable: Vec<Evidence> = self.thread.citable().chain(&given.new).cloned().collect();
            // A summary or a table draws on all.
            let about = if manner == Manner::Form { Vec::new() } else { self.library.about(asked) };
            let Checked { text, citations } = check(&draft.text, asked, &about, &citable, self.library).await;
            if citations.is_empty() && ended && tries.go_on(draft.usage.joined_tokens > 0, false) {
                continue;
            }
            if draft.usage.finish != Finish::Stopped && (refuses || citations.is_empty()) {
                return Ok(Answer { usage: Some(draft.usage), ttft_ms: draft.ttft_ms, ..refusal });
            }
            let documents: BTreeSet<i64> = match draft.usage.finish {
                Finish::Stopped => citable.iter().map(|evidence| evidence.passage.document_id).collect(),
                _ => citations.iter().map(|citation| citation.document_id).collect(),
            };
            let drafted = Answer::drafted(&text, &draft);
            let mut answer = Answer { citations, documents, coverage, basis: Some(basis), ..drafted };
            if answer.state == MessageState::Complete {
                answer.text.push_str(note);
                self.thread.keep(turn.text, draft.text, given.new);
            }
            return Ok(answer);
        }
        Ok(refusal)
    }
}

/// How an answer is asked for until there is one: at first from joined passages where that may be, then from passages
/// that are read, and, where the documents most likely hold an answer, with that said.
struct Tries {
    next: Option<(Manner, bool)>,
    now: (Manner, bool),
}

impl Tries {
    fn new(manner: Manner, joins: bool) -> Self {
        let first = (manner, joins);
        Self { next: Some(first), now: first }
    }

    /// The manner, and whether passages may be joined.
    fn next(&mut self) -> Option<(Manner, bool)> {
        self.now = self.next.take()?;
        Some(self.now)
    }

    /// True where a try that brought no answer is to be followed by another: it was `joined`, or its refusal is
    /// `doubted`.
    fn go_on(&mut self, joined: bool, doubted: bool) -> bool {
        let (manner, _) = self.now;
        self.next = match manner {
            manner if joined => Some((manner, false)),
            Manner::Sentences if doubted => Some((Manner::Sure, false)),
            _ => None,
        };
        self.next.is_some()
    }
}

/// The passages that the next question may be about, the likeliest first, where the documents are not given whole: those
/// that the conversation's answers cite, the newest first, and all of documents that have no more than `most` tokens.
///
/// # Errors
/// The library's.
pub async fn expected_passages(
    library: &Library,
    documents: &[i64],
    history: &[Message],
    most: u32,
) -> Result<Vec<Passage>, Failure> {
    let mut seen = BTreeSet::new();
    let cited = history.iter().rev().flat_map(|message| message.citations.iter().map(|citation| citation.passage_id));
    let cited: Vec<i64> = cited.filter(|passage| seen.insert(*passage)).collect();
    let documents = documents.to_vec();
    apart(library, move |library| {
        let mut passages = library.passages(&cited)?;
        passages.retain(|passage| documents.contains(&passage.document_id));
        let within = library.passages_within(&documents, characters(most))?.unwrap_or_default();
        passages.extend(within.into_iter().filter(|passage| !seen.contains(&passage.id)));
        Ok(passages)
    })
    .await
}

/// All passages of `documents`, where they are few enough to be given whole, and the commands left out of them.
///
/// # Errors
/// The library's.
pub async fn whole(
    library: &Library,
    documents: &[i64],
    fenced: bool,
) -> Result<Option<(Vec<Passage>, usize)>, Failure> {
    let documents = documents.to_vec();
    let whole = apart(library, move |library| library.passages_within(&documents, characters(WHOLE_TOKENS))).await?;
    Ok(whole.map(|passages| clean(passages, fenced)).filter(|(passages, _)| !passages.is_empty()))
}

fn clean(passages: Vec<Passage>, fenced: bool) -> (Vec<Passage>, usize) {
    if fenced { passages_without_commands(passages) } else { (passages, 0) }
}

/// The basis of an answer from these passages, of a budget in tokens.
pub fn passages_basis(passages: &[Passage], budget: u32) -> Basis {
    Basis::Passages { passages: passages.len() as u32, tokens: tokens_of(passages), budget }
}

/// The basis of an answer from documents of which these are all passages.
pub fn whole_basis(passages: &[Passage]) -> Basis {
    Basis::Whole { documents: documents_of(passages).len() as u32, tokens: tokens_of(passages) }
}

/// The documents of passages.
pub fn documents_of(passages: &[Passage]) -> BTreeSet<i64> {
    passages.iter().map(|passage| passage.document_id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_not_found_is_looked_for_again_where_that_may_help() {
        use Manner::{Form, Sentences, Sure};
        type Tried = (Manner, bool);
        // What each try was: joined, doubted.
        let table: [(&str, Tried, &[(bool, bool)], &[Tried]); 6] = [
            ("joined, then read, then doubted", (Sentences, true), &[(true, true), (false, true), (false, true)], &[(Sentences, true), (Sentences, false), (Sure, false)]),
            ("joined, then read", (Sentences, true), &[(true, false), (false, false)], &[(Sentences, true), (Sentences, false)]),
            ("nothing was joined", (Sentences, true), &[(false, false)], &[(Sentences, true)]),
            ("doubted", (Sentences, false), &[(false, true), (false, true)], &[(Sentences, false), (Sure, false)]),
            ("a form", (Form, true), &[(true, true), (false, true)], &[(Form, true), (Form, false)]),
            ("sure", (Sure, false), &[(false, true)], &[(Sure, false)]),
        ];
        for (name, (manner, joins), outcomes, wanted) in table {
            let mut tries = Tries::new(manner, joins);
            let mut tried = Vec::new();
            for (joined, doubted) in outcomes {
                tried.extend(tries.next());
                tries.go_on(*joined, *doubted);
            }
            assert_eq!(tries.next(), None, "{name}");
            assert_eq!(tried, wanted, "{name}");
        }
    }
}
