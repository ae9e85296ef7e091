//! Drafting with a second model. The models are tiny, of random weights: what one writes another one does not, but itself.

#[expect(dead_code, reason = "shared with tests that need all of it")]
mod common;
#[path = "../../../../tests/xtask/src/gguf.rs"]
#[expect(dead_code, reason = "set-up writes more than a header needs")]
mod gguf;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::{RECURRENT, children, engine, generate, name, tiny_models};
use engine::{Engine, LoadOptions, Model, Prompt, Sampling, Turn};
use gguf::{Kind, Tensor, Value};

async fn load(engine: &Engine, model: &Path, draft: Option<&Path>) -> Model {
    let options = LoadOptions { draft: draft.map(Path::to_owned), threads: Some(1), ..LoadOptions::default() };
    engine.load(model, options, |_| {}).await.unwrap_or_else(|failure| panic!("{model:?}: {failure}"))
}

async fn loaded(model: &Path, draft: &Path) -> (Engine, Model) {
    let engine = engine();
    let described = load(&engine, model, Some(draft)).await;
    (engine, described)
}

fn codes(model: &Model) -> Vec<&str> {
    model.notices.iter().map(|notice| notice.code.as_str()).collect()
}

/// Few tokens: all of them are read by a draft model, whatever it takes for one.
fn prompt(most: u32, sampling: Sampling, drafts: bool) -> Prompt {
    Prompt { lookup: drafts, ..Prompt::new(vec![Turn::new("user", "Hi")], most, sampling) }
}

#[tokio::test]
async fn a_model_that_drafts_for_itself_is_right() {
    let Some((_folder, files)) = tiny_models() else { return };
    let (mut drafted, mut accepted, mut differing) = (0, 0, Vec::new());
    for model in files.iter().filter(|file| !RECURRENT.contains(&name(file).as_str())) {
        let (engine, described) = loaded(model, model).await;
        assert_eq!(described.draft, Some(format!("tiny {}", name(model))), "{described:?}");
        assert_eq!(codes(&described), [""; 0]);
        // So short that nothing stands there twice: only the model drafts.
        let ask = |drafts| prompt(4, Sampling::Greedy, drafts);
        // From then on the last token of the prompt is read alone each time.
        generate(&engine, ask(false)).await;
        let (plain, without) = generate(&engine, ask(false)).await;
        let (text, with) = generate(&engine, ask(true)).await;
        assert_eq!((without.drafted_tokens, without.draft_model_tokens), (0, 0), "{without:?}");
        assert_eq!(with.draft_model_tokens, with.accepted_tokens, "{}: {with:?}", name(model));
        drafted += with.drafted_tokens;
        accepted += with.draft_model_tokens;
        if text != plain || with.generated_tokens != without.generated_tokens {
            differing.push(format!("{}: {text:?} is not {plain:?}: {with:?}", name(model)));
        }
    }
    assert!(drafted > 10, "only {drafted} tokens were drafted");
    assert!(
        drafted - accepted < 2,
        "random weights leave two tokens near each other now and then: {drafted} {accepted}"
    );
    assert!(differing.len() < 2, "{differing:#?}");
}

#[tokio::test]
async fn what_another_model_drafts_changes_no_answer() {
    let Some((folder, _)) = tiny_models() else { return };
    let file = |name: &str| folder.path().join(format!("{name}.gguf"));
    let by_chance = Sampling::Random { temperature: 0.8, top_p: 0.95, seed: 7 };
    let (mut drafted, mut differing) = (0, Vec::new());
    for (model, draft) in [("llama", "qwen2"), ("qwen3", "llama"), ("gemma2", "gemma3"), ("exaone4", "exaone4-small")] {
        let (engine, described) = loaded(&file(model), &file(draft)).await;
        assert_eq!(described.draft, Some(format!("tiny {draft}")), "{described:?}");
        for sampling in [Sampling::Greedy, by_chance] {
            generate(&engine, prompt(64, sampling, false)).await;
            let (plain, _) = generate(&engine, prompt(64, sampling, false)).await;
            let (text, usage) = generate(&engine, prompt(64, sampling, true)).await;
            drafted += usage.drafted_tokens;
            assert!(usage.draft_model_tokens <= usage.accepted_tokens, "{usage:?}");
            if text != plain {
                differing.push(format!("{model} with {draft}: {text:?} is not {plain:?}: {usage:?}"));
            }
            // What was drafted and not said is in no cache.
            let (_, warm) = generate(&engine, prompt(1, sampling, true)).await;
            assert_eq!(warm.cached_tokens, warm.prompt_tokens - 1, "{model} with {draft}");
        }
    }
    assert!(drafted > 0, "nothing was drafted, so that nothing is shown");
    assert!(differing.len() < 2, "random weights leave two tokens near each other now and then: {differing:#?}");
}

#[tokio::test]
async fn a_model_that_cannot_draft_is_left_out_with_a_reason() {
    let Some((folder, _)) = tiny_models() else { return };
    let file = |name: &str| folder.path().join(format!("{name}.gguf"));
    let [empty, text, large, small] =
        ["empty.gguf", "text.gguf", "large.gguf", "small.gguf"].map(|name| folder.path().join(name));
    std::fs::write(&empty, "GGUF").unwrap();
    std::fs::write(&text, "This is no model.").unwrap();
    header(&large, 512, 1 << 20);
    header(&small, 2, 32);
    let (unfit, unreadable) = ("draft_model_unfit", "draft_model_unreadable");
    let table: [(&str, PathBuf, &str); 9] = [
        ("llama", file("gemma2"), unfit),
        ("gemma3", file("phi3"), unfit),
        ("llama", file("mamba"), unfit),
        ("mamba", file("llama"), unfit),
        ("llama", file("nowhere"), unreadable),
        ("llama", empty, unreadable),
        ("llama", text, unreadable),
        ("llama", small, unreadable),
        ("llama", large, "draft_model_too_large"),
    ];
    for (model, draft, code) in table {
        let (engine, described) = loaded(&file(model), &draft).await;
        assert_eq!(codes(&described), [code], "{model} with {draft:?}: {described:?}");
        let notice = &described.notices[0];
        assert!(notice.message.ends_with("주십시오.") && !notice.detail.is_empty(), "{notice}");
        assert_eq!(described.draft, None);
        let (_, usage) = generate(&engine, prompt(4, Sampling::Greedy, true)).await;
        assert_eq!(usage.draft_model_tokens, 0, "{model} with {draft:?}");
    }
}

/// A file that says how large its model is, and has nothing of it: no vocabulary either.
fn header(path: &Path, layers: u32, embedding: u32) {
    let keys = [
        ("general.architecture", Value::Text("llama")),
        ("llama.context_length", Value::U32(8192)),
        ("llama.embedding_length", Value::U32(embedding)),
        ("llama.feed_forward_length", Value::U32(embedding)),
        ("llama.block_count", Value::U32(layers)),
        ("llama.attention.head_count", Value::U32(1)),
    ];
    let data = [0; 4 * 32];
    let tensor = Tensor { name: "token_embd.weight".into(), kind: Kind::F32, dimensions: vec![32], data: &data };
    gguf::write(&keys, &[tensor], &mut std::fs::File::create(path).unwrap()).unwrap();
}

/// The engine that has this model's file open, whatever else runs beside this test.
fn child_with(model: &Path) -> u32 {
    let has = |child: &u32| {
        let maps = std::fs::read_to_string(format!("/proc/{child}/maps")).unwrap_or_default();
        maps.contains(&*model.to_string_lossy())
    };
    children().into_iter().find(has).unwrap()
}

#[tokio::test]
async fn an_engine_that_crashes_with_a_draft_model_comes_back_without_it() {
    let Some((folder, _)) = tiny_models() else { return };
    let [model, draft, other] = ["llama", "qwen2", "qwen3"].map(|name| folder.path().join(format!("{name}.gguf")));
    let (engine, described) = loaded(&model, &draft).await;
    assert!(described.draft.is_some(), "{described:?}");
    // It has computed, which clears the machine of it but not the draft model.
    generate(&engine, prompt(4, Sampling::Greedy, true)).await;
    let child = child_with(&model).to_string();
    assert!(Command::new("kill").args(["-ILL", &child]).status().unwrap().success());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (_, usage) = generate(&engine, prompt(4, Sampling::Greedy, true)).await;
    assert_eq!(usage.draft_model_tokens, 0, "{usage:?}");
    let back = engine.model().unwrap();
    assert_eq!((codes(&back), &back.draft), (vec!["draft_model_crashed"], &None));
    assert_eq!(back.variant, described.variant, "nothing else was given up");
    let again = load(&engine, &model, Some(&draft)).await;
    assert_eq!(codes(&again), ["draft_model_crashed"], "it is remembered");
    let another = load(&engine, &model, Some(&other)).await;
    assert_eq!((codes(&another).len(), another.draft.is_some()), (0, true), "another one may be tried");
    let none = load(&engine, &model, None).await;
    assert_eq!((codes(&none).len(), none.draft), (0, None));
}
