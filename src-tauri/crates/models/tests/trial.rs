//! A test of a model, and two answers beside each other, by the engine that lies beside where the workspace is built.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use engine::{Engine, Prompt, Sampling, Turn};
use models::{Step, answer, try_model};

/// The engine and a small model that set-up brings; without them the tests say so and pass.
fn prepared() -> Option<(Engine, PathBuf)> {
    let folders = directories::ProjectDirs::from("kr", "naratmal", "naratmal")?;
    let model = folders.data_dir().join("models").join("smollm2-135m-instruct-q4_1.gguf");
    let engine = wire::beside(&format!("naratmal-engine{}", std::env::consts::EXE_SUFFIX));
    match engine {
        Ok(engine) if model.is_file() => Some((Engine::new(engine), model)),
        _ => {
            println!("SKIPPED: the engine or {} is missing; run `cargo xtask setup`", model.display());
            None
        }
    }
}

#[tokio::test]
async fn a_model_is_timed_and_asked_every_question_on_one_line() {
    let Some((engine, model)) = prepared() else { return };
    let mut steps = Vec::new();
    let trial = try_model(&engine, &model, || 7, |step| steps.push(step)).await.unwrap();
    assert!(trial.prompt_tokens_per_s > 0.0 && trial.generate_tokens_per_s > 0.0, "{trial:?}");
    assert_eq!((trial.asked, trial.questions, trial.at_ms), (12, 12, 7));

    let answers: Vec<_> = steps.iter().filter_map(|step| match step {
        Step::Answered { answer, right } => Some((answer, *right)),
        _ => None,
    }).collect();
    assert_eq!(answers.len(), 12);
    assert!(answers.iter().all(|(answer, _)| !answer.contains('\n')), "{answers:?}");
    assert_eq!(answers.iter().filter(|(_, right)| *right).count(), trial.right as usize);
    assert!(matches!(steps.first(), Some(Step::Loading { .. })), "{:?}", steps.first());
    let asked = steps.iter().filter_map(|step| match step {
        Step::Asking { number, .. } => Some(*number),
        _ => None,
    });
    assert!(asked.eq(1..=12));
}

#[tokio::test]
async fn an_answer_comes_in_pieces_with_its_figures_and_an_engine_that_was_unloaded_has_none() {
    let Some((engine, model)) = prepared() else { return };
    let mut text = String::new();
    let answered = answer(&engine, &model, "What is the capital of France?", |step| {
        if let Step::Token { text: piece } = step {
            text.push_str(&piece);
        }
    });
    let answered = answered.await.unwrap();
    assert_eq!(answered.text, text.trim());
    assert!(answered.tokens > 0 && answered.generate_tokens_per_s > 0.0 && answered.first_ms > 0.0, "{answered:?}");

    engine.unload().await;
    assert_eq!(engine.model(), None);
    let prompt = Prompt::new(vec![Turn::new("user", "?")], 4, Sampling::Greedy);
    assert_eq!(engine.count(vec!["?".to_owned()]).await.unwrap_err().code, "model_none");
    let mut generation = engine.generate(prompt).await.unwrap();
    assert!(format!("{:?}", generation.next().await).contains("model_none"));
}
