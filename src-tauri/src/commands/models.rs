use std::path::PathBuf;

use models::{Answered, Step, Trial};
use serde::Serialize;
use tauri::State;
use tauri::ipc::Channel;
use wire::Failure;

use crate::app::App;
use crate::session::ModelsPage;

/// The longest question that two models are compared on, in characters.
const LONGEST: usize = 2_000;

/// `Copied` of the window's contract: how much of a file was read.
#[derive(Debug, Clone, Serialize)]
pub struct Copied {
    done: u64,
    total: u64,
}

/// `CompareEvent` of the window's contract.
#[derive(Debug, Clone, Serialize)]
pub struct CompareEvent {
    /// Which of the models, from 0.
    place: usize,
    #[serde(flatten)]
    step: Step,
}

/// The models in the models folder and those that are known by name.
#[tauri::command]
pub async fn models(app: State<'_, App>) -> Result<ModelsPage, Failure> {
    app.session()?.models_page().await
}

/// Copies a model, or all models of a bundle, into the models folder.
#[tauri::command]
pub async fn add_model(app: State<'_, App>, path: PathBuf, events: Channel<Copied>) -> Result<(), Failure> {
    app.session()?.add_model(path, told(events)).await
}

/// Takes the sum of a model's file and holds it against the lists.
#[tauri::command]
pub async fn check_model(app: State<'_, App>, path: PathBuf, events: Channel<Copied>) -> Result<(), Failure> {
    app.session()?.check_model(path, told(events)).await
}

/// Ends the reading of a file that is added or checked.
#[tauri::command]
pub fn stop_adding_model(app: State<'_, App>) -> Result<(), Failure> {
    app.session()?.stop_reading_model();
    Ok(())
}

/// Removes a model from the models folder for good.
#[tauri::command]
pub async fn remove_model(app: State<'_, App>, path: PathBuf) -> Result<(), Failure> {
    app.session()?.remove_model(path).await
}

/// Measures a model's speed and asks it short questions, two minutes at most.
#[tauri::command]
pub async fn test_model(app: State<'_, App>, path: PathBuf, events: Channel<Step>) -> Result<Trial, Failure> {
    // A window that is closing hears nothing more.
    app.session()?.test_model(&path, |step| drop(events.send(step))).await
}

/// Asks two models the same question, one after the other.
#[tauri::command]
pub async fn compare_models(
    app: State<'_, App>,
    paths: [PathBuf; 2],
    question: String,
    events: Channel<CompareEvent>,
) -> Result<Vec<Answered>, Failure> {
    let question = worded(&question)?;
    let told = |place, step| drop(events.send(CompareEvent { place, step }));
    app.session()?.compare_models(&paths, question, told).await
}

/// Ends the test or the comparison that runs.
#[tauri::command]
pub fn stop_model_test(app: State<'_, App>) -> Result<(), Failure> {
    app.session()?.stop_test();
    Ok(())
}

fn told(events: Channel<Copied>) -> impl Fn(u64, u64) + Send + 'static {
    // A window that is closing hears nothing more.
    move |done, total| drop(events.send(Copied { done, total }))
}

/// A question's words.
fn worded(question: &str) -> Result<&str, Failure> {
    let question = question.trim();
    match question.chars().count() {
        0 => Err(Failure::new("question_empty", "질문을 입력해 주십시오.", "")),
        1..=LONGEST => Ok(question),
        letters => Err(Failure::new(
            "question_too_long",
            "질문이 깁니다. 2,000자를 넘지 않게 줄여 주십시오.",
            format!("{letters} letters"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_compared_on_a_question_that_is_one() {
        let long = "가".repeat(LONGEST + 1);
        let table = [(" 연가는? \n", Ok("연가는?")), (" \n", Err("question_empty")), (&long, Err("question_too_long"))];
        for (question, wanted) in table {
            assert_eq!(worded(question).map_err(|failure| failure.code), wanted.map_err(str::to_owned));
        }
    }

    #[test]
    fn a_step_is_told_with_the_model_that_it_is_about() {
        let event = CompareEvent { place: 1, step: Step::Token { text: "가".to_owned() } };
        assert_eq!(serde_json::to_string(&event).unwrap(), r#"{"place":1,"type":"token","text":"가"}"#);
    }
}
