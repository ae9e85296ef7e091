//! The templates of a task: what is said to the model, and what becomes of its answer.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use serde_json::Value as Json;

use crate::document::{Block, Document};
use crate::particles::with_particle;

/// What a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the model is told first.
    System,
    /// What it is asked.
    User,
    /// How its answer becomes a document.
    Document,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Document => "document",
        }
    }
}

/// What every task says of the writing; templates have it as `rules`.
const RULES: &str = "\
- 주어진 내용에 있는 사실만 씁니다. 모르는 이름, 날짜, 금액, 전화번호는 지어내지 않고 ○○으로 둡니다.
- 날짜는 2026. 3. 1., 시각은 14:00, 금액은 금113,560원(금일십일만삼천오백육십원)처럼 씁니다.
- 쌍점은 앞말에 붙이고 뒤는 띄웁니다. 쉬운 우리말을 쓰고, 번역 투와 외래어를 피합니다.
- 항목 기호(1., 가., □, ○, -)는 쓰지 않습니다. 프로그램이 붙입니다.";
/// What a task says of passages; templates have it as `citing`.
const CITING: &str =
    "자료의 내용을 쓴 문장 끝에는 그 자료의 번호를 [1]처럼 붙입니다. 자료에 없는 내용에는 번호를 붙이지 않습니다.";

/// The three templates, compiled.
#[derive(Debug, Clone)]
pub struct Templates(Environment<'static>);

/// What no input may be named: templates know it as something else.
pub const TAKEN: [&str; 18] = [
    "answer",
    "passages",
    "rules",
    "citing",
    "title",
    "heading",
    "paragraph",
    "particle",
    "item",
    "point",
    "table",
    "rows_of",
    "attached",
    "end",
    "notice",
    "range",
    "dict",
    "namespace",
];
/// Begins a line that is a block as JSON. No input holds it: it is a control character.
const MARK: char = '\u{1}';
/// The title, which is none of the blocks, among them.
const TITLE: &str = "title";

impl Templates {
    pub fn new() -> Self {
        let mut environment = Environment::new();
        // The syntax that is set is a valid one; the default would only leave more blank lines.
        if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
            environment.set_syntax(syntax);
        }
        // An answer that is still being written lacks what comes later.
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.add_global("rules", RULES);
        environment.add_global("citing", CITING);
        environment
            .add_function("title", |text: Value| marked(&serde_json::json!({ "kind": TITLE, "text": said(&text) })));
        environment
            .add_function("heading", |level: u8, text: Value| block(Block::Heading { level, text: said(&text) }));
        environment.add_function("particle", |word: Value, closed: String, open: String| {
            with_particle(&said(&word), &closed, &open)
        });
        environment.add_function("paragraph", |text: Value| block(Block::Paragraph { text: said(&text) }));
        environment.add_function("item", |level: u8, text: Value| block(Block::Item { level, text: said(&text) }));
        environment.add_function("point", |level: u8, text: Value| block(Block::Point { level, text: said(&text) }));
        environment.add_function("table", |header: Value, rows: Value| {
            let rows = list(&rows)?.iter().map(texts).collect::<Result<_, Error>>()?;
            block(Block::Table { header: texts(&header)?, rows })
        });
        environment.add_function("rows_of", |header: Value, rows: Value, members: Vec<String>| {
            let cells = |row: &Value| -> Result<Vec<String>, Error> {
                members.iter().map(|name| row.get_attr(name).map(|value| said(&value))).collect()
            };
            let rows = list(&rows)?.iter().map(cells).collect::<Result<_, Error>>()?;
            block(Block::Table { header: texts(&header)?, rows })
        });
        environment.add_function("attached", |names: Value| {
            let names = texts(&names)?.iter().flat_map(|text| text.lines()).map(str::to_owned).collect();
            block(Block::Attachments { names })
        });
        environment.add_function("end", || block(Block::End));
        environment.add_function("notice", |text: Value| block(Block::Notice { text: said(&text) }));
        Self(environment)
    }

    /// Compiles a template.
    pub fn add(&mut self, part: Part, source: &str) -> Result<(), Error> {
        self.0.add_template_owned(part.name(), source.to_owned())
    }

    /// The text of a template with these values.
    pub fn text(&self, part: Part, values: &Json) -> Result<String, Error> {
        self.0.get_template(part.name())?.render(Value::from(Serde(values)))
    }

    /// The document that the template makes of these values: its blocks, and a paragraph for each line of text that it
    /// writes beside them.
    pub fn document(&self, values: &Json) -> Result<Document, Error> {
        let mut document = Document::default();
        for line in self.text(Part::Document, values)?.lines() {
            let Some(json) = line.trim_start().strip_prefix(MARK) else {
                document.blocks.push(Block::Paragraph { text: line.to_owned() });
                continue;
            };
            let unreadable = |error| Error::new(ErrorKind::BadSerialization, "a block").with_source(error);
            let value: Json = serde_json::from_str(json).map_err(unreadable)?;
            match value.get("kind").and_then(Json::as_str) {
                Some(TITLE) => {
                    document.title = value.get("text").and_then(Json::as_str).unwrap_or_default().to_owned();
                }
                _ => document.blocks.push(serde_json::from_value(value).map_err(unreadable)?),
            }
        }
        Ok(document.tidied())
    }
}

fn block(block: Block) -> Result<String, Error> {
    let unwritable = |error| Error::new(ErrorKind::BadSerialization, "a block").with_source(error);
    marked(&serde_json::to_value(block).map_err(unwritable)?)
}

/// A block on a line of its own, whatever stands before and behind the call.
fn marked(json: &Json) -> Result<String, Error> {
    Ok(format!("\n{MARK}{json}\n"))
}

/// A value as text; nothing of what there is not.
fn said(value: &Value) -> String {
    if value.is_undefined() || value.is_none() { String::new() } else { value.to_string() }
}

fn list(value: &Value) -> Result<Vec<Value>, Error> {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => Ok(Vec::new()),
        // It would be taken apart into letters.
        ValueKind::String => Ok(vec![value.clone()]),
        _ => Ok(value.try_iter()?.collect()),
    }
}

fn texts(value: &Value) -> Result<Vec<String>, Error> {
    Ok(list(value)?.iter().map(said).collect())
}
