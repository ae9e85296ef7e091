//! Drafting from the text at hand. That it does not change an answer is shown where numbers are not quantised, in
//! `architectures.rs`.

#[expect(dead_code, reason = "shared with tests that need all of it")]
mod common;

use common::{engine, generate, model};
use engine::{Finish, LoadOptions, Prompt, Sampling, Turn};

const SENTENCE: &str = "The committee meets on the first Monday of every month in the north hall. ";
const TABLE: &str = "| item | price | place |\n|---|---|---|\n| apple | 120 | north hall |\n| pear | 95 | south hall |\n\
                     | plum | 310 | north hall |\n| cherry | 42 | east yard |\n";

fn prompt(text: &str, max_tokens: u32, sampling: Sampling, lookup: bool) -> Prompt {
    Prompt { lookup, ..Prompt::new(vec![Turn::new("user", text)], max_tokens, sampling) }
}

#[tokio::test]
async fn drafts_are_accepted_and_leave_nothing_behind() {
    let Some(model) = model("smollm2-135m-instruct-q4_1.gguf") else { return };
    let engine = engine();
    engine.load(&model, LoadOptions::default(), |_| {}).await.unwrap();
    let copies = [
        format!("Copy this table word for word:\n\n{TABLE}"),
        format!("Repeat exactly, twice:\n\n{TABLE}"),
        format!("Repeat this sentence five times: {SENTENCE}"),
    ];
    let by_chance = Sampling::Random { temperature: 0.8, top_p: 0.95, seed: 7 };
    let mut accepted = 0;
    for (text, sampling) in copies.iter().flat_map(|text| [(text, Sampling::Greedy), (text, by_chance)]) {
        let (_, without) = generate(&engine, prompt(text, 120, sampling, false)).await;
        assert_eq!((without.drafted_tokens, without.accepted_tokens), (0, 0));
        let (_, with) = generate(&engine, prompt(text, 120, sampling, true)).await;
        assert!(with.accepted_tokens <= with.drafted_tokens, "{with:?}");
        accepted += with.accepted_tokens;
        // What was drafted and not said is in no cache.
        let (_, warm) = generate(&engine, prompt(text, 1, sampling, true)).await;
        assert_eq!(warm.cached_tokens, warm.prompt_tokens - 1, "{text}");
    }
    assert!(accepted > 40, "only {accepted} drafted tokens were right");
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
    let (_, without) = generate(&engine, prompt(text, 4_000, Sampling::Greedy, false)).await;
    let (_, with) = generate(&engine, prompt(text, 4_000, Sampling::Greedy, true)).await;
    for usage in [with, without] {
        assert!(usage.finish == Finish::End || usage.prompt_tokens + usage.generated_tokens == 512, "{usage:?}");
    }
}
