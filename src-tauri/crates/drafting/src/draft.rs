//! From a task, its inputs and passages to a draft.

use assistant::{Fence, Stop, plain};
use engine::protocol::Event;
use engine::{Engine, Finish, Grammar, Prompt, Sampling, Turn, Usage};
use serde_json::{Value, json};
use wire::Failure;

use crate::document::Document;
use crate::echo::without_echoes;
use crate::error::{Error, Result};
use crate::task::{Inputs, Task};
use crate::template::Part;
use crate::{answer, citations};

/// The most characters of passages that a prompt holds beside the inputs.
const PASSAGES: usize = 4_500;
/// A document is shown anew once its answer has grown by so many bytes.
const STEP: usize = 48;

/// A piece of a document that a draft may rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Where it is from, as the person knows it.
    pub source: String,
    /// Its text.
    pub text: String,
}

/// What is to be drafted.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The kind of writing.
    pub task: &'a Task,
    /// What the person filled in.
    pub inputs: &'a Inputs,
    /// What it may rest on, the best first.
    pub passages: &'a [Passage],
    /// 0 for the likeliest draft; any other number for another one.
    pub seed: u32,
}

impl Order<'_> {
    /// All that a draft has its facts from: what was filled in, and the passages.
    pub fn given(&self) -> String {
        let passages = self.passages.iter().map(|passage| &passage.text);
        self.inputs.values().chain(passages).map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// What happens while a draft is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Tokens of the prompt that were read, of all.
    Prefill {
        /// Done.
        done: u32,
        /// Of.
        total: u32,
    },
    /// The document as far as it is written.
    Document(Document),
}

/// A draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The document, with its marks.
    pub document: Document,
    /// Where the passages are from that it may name, the first being [1].
    pub sources: Vec<String>,
    /// The numbers of those that it names, in order.
    pub cited: Vec<usize>,
    /// True where it breaks off: it was stopped, or grew too long.
    pub cut: bool,
    /// What it took.
    pub usage: Usage,
}

/// The passages that have room in a prompt: the first ones, whole.
fn fitting(passages: &[Passage]) -> &[Passage] {
    let mut length = 0;
    let fit = passages.iter().take_while(|passage| {
        length += passage.source.chars().count() + passage.text.chars().count();
        length <= PASSAGES
    });
    &passages[..fit.count()]
}

/// What the templates get.
fn values(inputs: &Inputs, passages: &str, answer: Value) -> Value {
    let mut values: serde_json::Map<String, Value> =
        inputs.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    values.insert("passages".to_owned(), json!(passages));
    values.insert("answer".to_owned(), answer);
    Value::Object(values)
}

/// The prompt of an order.
///
/// # Errors
/// [`Error::InputMissing`] and its like, [`Error::Rendering`].
pub fn prompt(order: &Order<'_>) -> Result<Prompt> {
    let inputs: Inputs = order
        .task
        .checked(order.inputs, !order.passages.is_empty())?
        .into_iter()
        .map(|(name, value)| (name, plain(&value)))
        .collect();
    let passages = fenced(fitting(order.passages), order.seed);
    let values = values(&inputs, &passages, Value::Null);
    let rendered = |part| order.task.templates.text(part, &values).map_err(|error| rendering(order.task, &error));
    let turns =
        vec![Turn::new("system", rendered(Part::System)?.trim()), Turn::new("user", rendered(Part::User)?.trim())];
    let sampling = match order.seed {
        0 => Sampling::Greedy,
        seed => Sampling::Random { temperature: 0.7, top_p: 0.9, seed },
    };
    let mut prompt = Prompt::new(turns, order.task.max_tokens, sampling);
    prompt.grammar = order.task.schema.clone().map(Grammar::JsonSchema);
    Ok(prompt)
}

/// The passages with their numbers, inside a fence that no document can end.
fn fenced(passages: &[Passage], seed: u32) -> String {
    if passages.is_empty() {
        return String::new();
    }
    let fence = Fence::new(seed, 0);
    let numbered = passages.iter().enumerate().map(|(at, passage)| {
        format!("[{}] {}\n{}\n\n", at + 1, fence.data(&passage.source), fence.data(&passage.text).trim())
    });
    fence.around(&numbered.collect::<String>())
}

/// Stands for what a person filled in: no text holds it.
const GAP: char = '\u{e000}';

/// What the model is told of a task, in pieces between what was filled in.
fn instructions(task: &Task, inputs: &Inputs) -> Result<Vec<String>> {
    let gaps = inputs.iter().map(|(name, value)| {
        let value = if value.is_empty() { String::new() } else { GAP.to_string() };
        (name.clone(), value)
    });
    let values = values(&gaps.collect(), "", Value::Null);
    let rendered = |part| task.templates.text(part, &values).map_err(|error| rendering(task, &error));
    let told = rendered(Part::System)? + "\n" + &rendered(Part::User)?;
    Ok(told.split(GAP).map(str::to_owned).collect())
}

fn rendering(task: &Task, error: &minijinja::Error) -> Error {
    Error::Rendering { task: task.id.clone(), reason: format!("{error:#}") }
}

/// The document of an answer, whose marks are checked, and the numbers of the passages that it names.
///
/// # Errors
/// [`Error::Rendering`].
fn document(order: &Order<'_>, answer: Value) -> Result<(Document, Vec<usize>)> {
    let inputs = order.task.checked(order.inputs, !order.passages.is_empty())?;
    let answer = without_echoes(answer, &instructions(order.task, &inputs)?);
    let values = values(&inputs, "", answer);
    let made = order.task.templates.document(&values).map_err(|error| rendering(order.task, &error))?;
    // Without passages a mark is of the person's own text.
    Ok(match fitting(order.passages).len() {
        0 => (made, Vec::new()),
        passages => citations::checked(&made, passages),
    })
}

/// The document of an answer that is whole.
///
/// # Errors
/// [`Error::Answer`], [`Error::Rendering`], and those of the inputs.
pub fn from_answer(order: &Order<'_>, text: &str) -> Result<(Document, Vec<usize>)> {
    document(order, answer::whole(text, order.task.schema.is_some())?)
}

/// Drafts with the engine's model; `tell` is told of its progress. What was written until it was stopped is kept.
///
/// # Errors
/// Those of [`prompt`], the engine's, `draft_answer` where nothing that was written makes a document.
pub async fn draft(
    engine: &Engine,
    order: &Order<'_>,
    stop: &Stop,
    mut tell: impl FnMut(Progress),
) -> std::result::Result<Draft, Failure> {
    let formed = order.task.schema.is_some();
    let mut generation = engine.generate(prompt(order)?).await?;
    let (mut text, mut shown, mut stopping) = (String::new(), 0, false);
    loop {
        let event = tokio::select! {
            event = generation.next() => event,
            () = stop.wait(), if !stopping => {
                stopping = true;
                generation.stop();
                continue;
            }
        };
        match event {
            Some(Event::Prefill { done, total }) => tell(Progress::Prefill { done, total }),
            Some(Event::Token { text: piece }) => {
                text.push_str(&piece);
                if text.len() >= shown + STEP {
                    shown = text.len();
                    // What cannot be shown yet can be later.
                    let begun = answer::begun(&text, formed).map(|answer| document(order, answer));
                    if let Some(Ok((document, _))) = begun {
                        tell(Progress::Document(document));
                    }
                }
            }
            Some(Event::Done { usage }) => return finished(order, &text, usage).map_err(Failure::from),
            Some(Event::Failed { failure }) => return Err(failure),
            Some(_) => {}
            None => {
                let message = "답변 엔진이 응답하지 않습니다. 다시 작성해 주십시오.";
                return Err(Failure::new("engine_crashed", message, "the generation ended without its last event"));
            }
        }
    }
}

fn finished(order: &Order<'_>, text: &str, usage: Usage) -> Result<Draft> {
    let cut = usage.finish != Finish::End;
    let (document, cited) = match (from_answer(order, text), cut) {
        (Ok(made), _) => made,
        (Err(error), true) => {
            let begun = answer::begun(text, order.task.schema.is_some()).ok_or(error)?;
            document(order, begun)?
        }
        (Err(error), false) => return Err(error),
    };
    if document.is_empty() {
        return Err(Error::Answer("nothing was written".to_owned()));
    }
    let sources = fitting(order.passages).iter().map(|passage| passage.source.clone()).collect();
    Ok(Draft { document, sources, cited, cut, usage })
}
