//! Drafting from the text at hand changes how fast an answer comes, and not the answer.

#[expect(dead_code, reason = "shared with tests that need all of it")]
mod common;

use common::{engine, generate, model};
use engine::{LoadOptions, Prompt, Sampling, Turn};

const SENTENCE: &str = "The committee meets on the first Monday of every month in the north hall. ";
const TABLE: &str = "| item | price | place |\n|---|---|---|\n| apple | 120 | north hall |\n| pear | 95 | south hall |\n\
                     | plum | 310 | north hall |\n| cherry | 42 | east yard |\n";

fn prompt(text: &str, max_tokens: u32, sampling: Sampling, lookup: bool) -> Prompt {
    Prompt { lookup, ..Prompt::new(vec![Turn::new("user", text)], max_tokens, sampling) }
}

#[tokio::test]
async fn an_answer_is_the_same_with_drafts_and_without() {
    let Some(model) = model("smollm2-135m-instruct-q4_1.gguf") else { return };
    let engine = engine();
    engine.load(&model, LoadOptions::default(), |_| {}).await.unwrap();
    // Measures how many tokens at once change nothing: until then nothing is drafted.
    assert!(engine.prepare(vec![Turn::new("user", SENTENCE.repeat(2))]).await.unwrap());
    let copies = [
        format!("Copy this table word for word:\n\n{TABLE}"),
        format!("Repeat exactly, twice:\n\n{TABLE}"),
        format!("Repeat this sentence five times: {SENTENCE}"),
    ];
    let free = ["Tell me a story about a river.", "What is the capital of France?", "Why is the sky blue?", "List five fruits."];
    let by_chance = Sampling::Random { temperature: 0.8, top_p: 0.95, seed: 7 };
    let mut accepted = 0;
    for (text, sampling) in copies
        .iter()
        .map(String::as_str)
        .chain(free)
        .flat_map(|text| [(text, Sampling::Greedy), (text, by_chance)])
    {
        // A prompt that was read whole and one whose last token is read alone differ in their last digits as well.
        generate(&engine, prompt(text, 1, sampling, false)).await;
        let (plain, without) = generate(&engine, prompt(text, 120, sampling, false)).await;
        let (drafted, with) = generate(&engine, prompt(text, 120, sampling, true)).await;
        assert_eq!(drafted, plain, "{text} {sampling:?}");
        assert_eq!((with.generated_tokens, with.finish), (without.generated_tokens, without.finish), "{text}");
        assert_eq!((without.drafted_tokens, without.accepted_tokens), (0, 0));
        assert!(with.accepted_tokens <= with.drafted_tokens, "{with:?}");
        accepted += with.accepted_tokens;
        // What was drafted and not said is in no cache.
        let (again, warm) = generate(&engine, prompt(text, 120, sampling, true)).await;
        assert_eq!((again, warm.cached_tokens), (plain, warm.prompt_tokens - 1), "{text}");
    }
    assert!(accepted > 100, "only {accepted} drafted tokens were right");
}

#[tokio::test]
async fn a_draft_stops_where_the_answer_has_to() {
    let Some(model) = model("smollm2-135m-instruct-q4_1.gguf") else { return };
    let engine = engine();
    engine.load(&model, LoadOptions { context_tokens: Some(512), ..LoadOptions::default() }, |_| {}).await.unwrap();
    let text = "Repeat this word many times: ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha";
    for most in [1, 2, 7, 40] {
        let (_, usage) = generate(&engine, prompt(text, most, Sampling::Greedy, true)).await;
        assert!(usage.generated_tokens <= most, "{usage:?}");
    }
    // As far as the context goes.
    let (plain, without) = generate(&engine, prompt(text, 4_000, Sampling::Greedy, false)).await;
    let (drafted, with) = generate(&engine, prompt(text, 4_000, Sampling::Greedy, true)).await;
    assert_eq!((drafted, with.generated_tokens), (plain, without.generated_tokens));
}
