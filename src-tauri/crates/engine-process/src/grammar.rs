//! What a generated text must be, as llama.cpp's samplers want it: GBNF (llama.cpp, grammars/README.md).

mod json;
mod numbers;
mod rule;
mod schema;
#[cfg(test)]
mod tests;

use engine::Grammar;
use wire::Failure;

/// The GBNF of a grammar; its root rule is called `root`.
///
/// # Errors
/// `grammar_schema` for what is no JSON Schema, or says something that would not be kept to; `grammar_too_large`.
pub fn gbnf(grammar: &Grammar) -> Result<String, Failure> {
    match grammar {
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
