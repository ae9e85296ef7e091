//! What is generated under a grammar keeps to it.

#[expect(dead_code, reason = "shared with tests that need all of it")]
mod common;

use common::{engine, generate, model};
use engine::protocol::Event;
use engine::{Engine, Finish, Grammar, LoadOptions, Prompt, Sampling, Turn};
use serde_json::Value;

const SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "name": { "type": "string", "maxLength": 12 },
        "kind": { "enum": ["fruit", "채소"] },
        "count": { "type": "integer", "minimum": 1, "maximum": 20 },
        "days": { "type": "array", "items": { "type": "string", "format": "date" }, "minItems": 1, "maxItems": 2 },
        "code": { "type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$" },
        "note": { "type": ["string", "null"], "maxLength": 20 },
        "fresh": { "type": "boolean" }
    },
    "required": ["name", "kind", "count", "days", "code", "note", "fresh"]
}"#;

async fn loaded() -> Option<Engine> {
    let engine = engine();
    engine.load(&model("smollm2-135m-instruct-q4_1.gguf")?, LoadOptions::default(), |_| {}).await.unwrap();
    Some(engine)
}

fn prompt(text: &str, sampling: Sampling, grammar: Grammar) -> Prompt {
    Prompt { grammar: Some(grammar), ..Prompt::new(vec![Turn::new("user", text)], 240, sampling) }
}

async fn failure(engine: &Engine, prompt: Prompt) -> String {
    let mut generation = engine.generate(prompt).await.unwrap();
    let mut last = None;
    while let Some(event) = generation.next().await {
        last = Some(event);
    }
    match last {
        Some(Event::Failed { failure }) => failure.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn json_keeps_to_its_schema_however_tokens_are_chosen() {
    let Some(engine) = loaded().await else { return };
    let by_chance = (1..=8).map(|seed| Sampling::Random { temperature: 1.5, top_p: 1.0, seed });
    for sampling in [Sampling::Greedy].into_iter().chain(by_chance) {
        let wanted = prompt("Describe an apple as JSON.", sampling, Grammar::JsonSchema(SCHEMA.to_owned()));
        let (text, usage) = generate(&engine, wanted).await;
        assert_eq!(usage.finish, Finish::End, "{text}");
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(value["name"].as_str().unwrap().chars().count() <= 12, "{text}");
        assert!(["fruit", "채소"].contains(&value["kind"].as_str().unwrap()), "{text}");
        assert!((1..=20).contains(&value["count"].as_i64().unwrap()), "{text}");
        let days = value["days"].as_array().unwrap();
        assert!((1..=2).contains(&days.len()) && days.iter().all(|day| day.as_str().unwrap().len() == 10), "{text}");
        let code: Vec<char> = value["code"].as_str().unwrap().chars().collect();
        assert!(code.len() == 6 && code[..2].iter().all(char::is_ascii_uppercase) && code[2] == '-', "{text}");
        assert!(code[3..].iter().all(char::is_ascii_digit), "{text}");
        let note = &value["note"];
        assert!(note.is_null() || note.as_str().unwrap().chars().count() <= 20, "{text}");
        assert!(value["fresh"].is_boolean() && value.as_object().unwrap().len() == 7, "{text}");
    }
}

#[tokio::test]
async fn a_text_that_the_length_cuts_is_the_beginning_of_one() {
    let Some(engine) = loaded().await else { return };
    let wanted = prompt("Describe an apple as JSON.", Sampling::Greedy, Grammar::JsonSchema(SCHEMA.to_owned()));
    let (text, usage) = generate(&engine, Prompt { max_tokens: 5, ..wanted }).await;
    assert_eq!((usage.finish, usage.generated_tokens), (Finish::Length, 5));
    assert!(text.starts_with("{\"") && serde_json::from_str::<Value>(&text).is_err(), "{text}");
}

#[tokio::test]
async fn a_text_keeps_to_a_grammar_in_llama_cpps_own_notation() {
    let Some(engine) = loaded().await else { return };
    let answer = |gbnf: &str| prompt("Is the sky blue?", Sampling::Greedy, Grammar::Gbnf(gbnf.to_owned()));
    let (text, usage) = generate(&engine, answer("root ::= (\"예\" | \"아니요\") \".\"")).await;
    assert!(["예.", "아니요."].contains(&text.as_str()) && usage.finish == Finish::End, "{text}");
    assert_eq!(usage.drafted_tokens, 0);
}

#[tokio::test]
async fn what_is_no_grammar_is_refused_and_the_next_question_is_answered() {
    let Some(engine) = loaded().await else { return };
    let (plain, _) = generate(&engine, Prompt::new(vec![Turn::new("user", "Say hello.")], 8, Sampling::Greedy)).await;
    let table = [
        (Grammar::Gbnf("root ::= (".to_owned()), "grammar_invalid"),
        (Grammar::Gbnf("other ::= \"a\"".to_owned()), "grammar_invalid"),
        (Grammar::Gbnf("root ::= root \"a\"".to_owned()), "grammar_invalid"),
        (Grammar::JsonSchema("{\"type\": \"string\", \"pattern\": \"(?=a)\"}".to_owned()), "grammar_schema"),
        (Grammar::JsonSchema("{\"$ref\": \"#\"}".to_owned()), "grammar_schema"),
        (Grammar::JsonSchema("{\"type\": \"array\", \"maxItems\": 99999}".to_owned()), "grammar_too_large"),
    ];
    for (grammar, code) in table {
        assert_eq!(failure(&engine, prompt("Say hello.", Sampling::Greedy, grammar)).await, code);
        let again = Prompt::new(vec![Turn::new("user", "Say hello.")], 8, Sampling::Greedy);
        assert_eq!(generate(&engine, again).await.0, plain);
    }
}
