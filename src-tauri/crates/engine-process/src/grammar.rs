//! What a generated text must be, as llama.cpp's samplers want it: GBNF (llama.cpp, grammars/README.md).

mod choices;
mod flaws;
mod json;
mod members;
mod numbers;
mod pattern;
mod rule;
mod schema;
mod strings;
#[cfg(test)]
mod tests;

use engine::Grammar;
use wire::Failure;

/// Bytes of a grammar that somebody else wrote.
const MOST_BYTES: usize = 200_000;

/// The GBNF of a grammar; its root rule is called `root`.
///
/// # Errors
/// `grammar_schema` for what is no JSON Schema, or says something that would not be kept to; `grammar_too_large`.
pub fn gbnf(grammar: &Grammar) -> Result<String, Failure> {
    match grammar {
        Grammar::Gbnf(text) if text.len() > MOST_BYTES => Err(too_large(format!("{} bytes", text.len()))),
        Grammar::Gbnf(text) => Ok(text.clone()),
        Grammar::JsonSchema(text) => schema::compile(text).map(|rules| rules.to_string()),
    }
}

/// The failure of a grammar that llama.cpp cannot read.
pub fn invalid(detail: impl std::fmt::Display) -> Failure {
    Failure::new(
        "grammar_invalid",
        "정해진 형식의 문법이 잘못되어 답변을 만들 수 없습니다. 형식을 고친 뒤 다시 요청해 주십시오.",
        detail,
    )
}

/// The failure of a schema that asks for what a grammar cannot keep to; `at` is a JSON pointer to it.
fn refused(at: &str, what: impl std::fmt::Display) -> Failure {
    Failure::new(
        "grammar_schema",
        "정해진 형식(JSON Schema)에 지킬 수 없는 조건이 있어 답변을 만들지 않았습니다. 형식을 고친 뒤 다시 요청해 주십시오.",
        format!("#{at}: {what}"),
    )
}

/// The failure of a grammar that would take llama.cpp too long.
fn too_large(detail: String) -> Failure {
    Failure::new(
        "grammar_too_large",
        "정해진 형식이 너무 커서 지킬 수 없습니다. 항목 수나 글자 수의 한도를 줄인 뒤 다시 요청해 주십시오.",
        detail,
    )
}
