//! A task: what it asks for, what it says to the model, and how an answer becomes a document.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::clean::{clean, lines_of};
use crate::error::{Error, Result};
use crate::template::{Part, TAKEN, Templates};

/// The most characters of all inputs together: a model of 8,192 tokens reads them, and has room for passages and the
/// answer.
pub const MOST_CHARACTERS: usize = 6_000;
/// The most tokens that a template may ask for.
const MOST_TOKENS: u32 = 4_096;

/// A kind of writing, ready to be drafted.
#[derive(Debug, Clone)]
pub struct Task {
    /// Stable, in snake case.
    pub id: String,
    /// Its Korean name.
    pub name: String,
    /// A sentence that says what it is for.
    pub description: String,
    /// What it asks for, in order.
    pub inputs: Vec<Input>,
    /// The JSON Schema of the answer; none where the model writes free text.
    pub schema: Option<String>,
    /// The most tokens of an answer.
    pub max_tokens: u32,
    /// True for one of a person's own.
    pub own: bool,
    pub(crate) templates: Templates,
}

/// What a task asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Its name in the templates.
    pub name: String,
    /// What the person calls it.
    pub label: String,
    /// What may stand in it.
    pub kind: Kind,
    /// Whether there is no draft without it.
    #[serde(default)]
    pub required: bool,
    /// Whether there is no draft without it where there are no passages either.
    #[serde(default)]
    pub without_passages: bool,
    /// What it may look like.
    #[serde(default)]
    pub example: String,
    /// The choices of a [`Kind::Choice`]; the first is taken where none is said.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// What may stand in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One line.
    Line,
    /// Text of any length.
    Text,
    /// A date: `2026. 3. 1.` or `2026-03-01`.
    Date,
    /// One of the choices.
    Choice,
    /// A whole number.
    Number,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Text => "text",
            Self::Date => "date",
            Self::Choice => "choice",
            Self::Number => "number",
        }
    }
}

/// What a person filled in, by the inputs' names.
pub type Inputs = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Spanned<String>,
    name: String,
    description: String,
    #[serde(default)]
    inputs: Vec<Spanned<Input>>,
    answer: Answer,
    prompt: Prompt,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    max_tokens: Spanned<u32>,
    schema: Option<Spanned<String>>,
    document: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Prompt {
    system: Spanned<String>,
    user: Spanned<String>,
}

impl Task {
    /// Reads a template; `file` is where it is from.
    ///
    /// # Errors
    /// [`Error::Template`] with the line.
    pub fn read(text: &str, file: &Path, own: bool) -> Result<Self> {
        let wrong = |line: usize, reason: String| Error::Template { file: file.to_owned(), line, reason };
        let at = |place: usize| line_of(text, place);
        let parsed: File = toml::from_str(text).map_err(|error| {
            wrong(at(error.span().map_or(0, |span| span.start)), error.message().trim().replace('\n', ", "))
        })?;
        let line = |span: std::ops::Range<usize>| at(span.start);
        if !is_name(parsed.id.get_ref()) {
            return Err(wrong(line(parsed.id.span()), "id는 영문 소문자와 숫자, 밑줄로 적습니다".to_owned()));
        }
        let mut names = HashSet::new();
        for input in &parsed.inputs {
            if let Some(reason) = fault(input.get_ref()) {
                return Err(wrong(line(input.span()), reason));
            }
            if !names.insert(input.get_ref().name.as_str()) {
                return Err(wrong(line(input.span()), format!("{} 항목이 두 번 있습니다", input.get_ref().name)));
            }
        }
        let max_tokens = *parsed.answer.max_tokens.get_ref();
        if !(1..=MOST_TOKENS).contains(&max_tokens) {
            let reason = format!("max_tokens는 1부터 {MOST_TOKENS}까지입니다");
            return Err(wrong(line(parsed.answer.max_tokens.span()), reason));
        }
        // What stands inside a text of several lines has its line there.
        let inside = |value: &Spanned<String>, inner: usize| first_line(text, value.span().start) + inner.max(1) - 1;
        let schema = parsed.answer.schema;
        if let Some(schema) = &schema {
            serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(schema.get_ref())
                .map_err(|error| wrong(inside(schema, error.line()), format!("JSON 스키마: {error}")))?;
        }
        let parts = [
            (Part::System, &parsed.prompt.system),
            (Part::User, &parsed.prompt.user),
            (Part::Document, &parsed.answer.document),
        ];
        let mut templates = Templates::new();
        for (part, source) in parts {
            templates.add(part, source.get_ref()).map_err(|error| {
                let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
                wrong(inside(source, error.line().unwrap_or(1)), reason)
            })?;
        }
        Ok(Self {
            id: parsed.id.into_inner(),
            name: parsed.name,
            description: parsed.description,
            inputs: parsed.inputs.into_iter().map(Spanned::into_inner).collect(),
            schema: schema.map(Spanned::into_inner),
            max_tokens,
            own,
            templates,
        })
    }

    /// The inputs as the templates get them: trimmed, every one of the task's there, dates as official writing has them.
    ///
    /// # Errors
    /// [`Error::InputMissing`], [`Error::InputInvalid`], [`Error::InputUnknown`], [`Error::InputsTooLong`].
    pub fn checked(&self, given: &Inputs, with_passages: bool) -> Result<Inputs> {
        if let Some(unknown) = given.keys().find(|name| !self.inputs.iter().any(|input| &input.name == *name)) {
            return Err(Error::InputUnknown(unknown.clone()));
        }
        let mut checked = Inputs::new();
        for input in &self.inputs {
            let value = given.get(&input.name).map_or("", |value| value.trim());
            // What is left of it is looked at, so that nothing passes for something.
            let value = if clean(value).is_empty() { "" } else { value };
            let value = match (value, input.kind) {
                ("", _) if input.required || input.without_passages && !with_passages => {
                    return Err(Error::InputMissing { name: input.name.clone(), label: input.label.clone() });
                }
                ("", Kind::Choice) => input.choices.first().cloned().unwrap_or_default(),
                ("", _) => String::new(),
                (value, _) => input.value(value)?,
            };
            checked.insert(input.name.clone(), value);
        }
        let found = checked.values().map(|value| value.chars().count()).sum();
        if found > MOST_CHARACTERS {
            return Err(Error::InputsTooLong { found, most: MOST_CHARACTERS });
        }
        Ok(checked)
    }
}

impl Input {
    fn value(&self, value: &str) -> Result<String> {
        let read = match self.kind {
            Kind::Text => Some(lines_of(value).collect::<Vec<_>>().join("\n")),
            Kind::Line => Some(clean(value).split_whitespace().collect::<Vec<_>>().join(" ")),
            Kind::Choice => self.choices.iter().find(|choice| *choice == value).cloned(),
            Kind::Number => {
                let digits: String = value.chars().filter(|character| *character != ',').collect();
                digits.parse::<i64>().ok().map(|number| number.to_string())
            }
            Kind::Date => date(value),
        };
        read.ok_or_else(|| Error::InputInvalid {
            name: self.name.clone(),
            label: self.label.clone(),
            kind: self.kind.word(),
            wanted: match self.kind {
                Kind::Choice => format!("{} 가운데 하나를 골라 주십시오.", self.choices.join(", ")),
                Kind::Number => "숫자로 적어 주십시오.".to_owned(),
                _ => "‘2026. 3. 1.’처럼 날짜를 적어 주십시오.".to_owned(),
            },
        })
    }
}

/// A date as official writing has it; none where the calendar does not have it.
fn date(value: &str) -> Option<String> {
    let numbers: Vec<u32> = value
        .split(|character: char| !character.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [year, month, day] = numbers[..] else { return None };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    ((1..=9999).contains(&year) && (1..=days).contains(&day)).then(|| format!("{year}. {month}. {day}."))
}

fn fault(input: &Input) -> Option<String> {
    if !is_name(&input.name) {
        return Some("name은 영문 소문자와 숫자, 밑줄로 적습니다".to_owned());
    }
    if TAKEN.contains(&input.name.as_str()) {
        return Some(format!("{}은(는) 항목의 이름으로 쓸 수 없습니다", input.name));
    }
    if input.label.trim().is_empty() {
        return Some("label이 비어 있습니다".to_owned());
    }
    match (input.kind, input.choices.is_empty()) {
        (Kind::Choice, true) => Some("choice 항목에는 choices가 있어야 합니다".to_owned()),
        (Kind::Choice, false) | (_, true) => None,
        (_, false) => Some("choices는 choice 항목에만 적습니다".to_owned()),
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && text.len() <= 40
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn line_of(text: &str, place: usize) -> usize {
    1 + text.bytes().take(place).filter(|&byte| byte == b'\n').count()
}

/// The line on which the content of a value begins: behind `"""` it is the next one.
fn first_line(text: &str, place: usize) -> usize {
    let value = text.get(place..).unwrap_or_default();
    let opened = value.strip_prefix("\"\"\"").or_else(|| value.strip_prefix("'''"));
    let broken = opened.is_some_and(|inside| inside.starts_with('\n') || inside.starts_with("\r\n"));
    line_of(text, place) + usize::from(broken)
}
