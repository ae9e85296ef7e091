use std::path::PathBuf;

use tauri::State;
use wire::Failure;

use crate::app::App;

/// Loads the GGUF that the person picked, and keeps the choice.
#[tauri::command]
pub async fn choose_model(app: State<'_, App>, path: PathBuf) -> Result<(), Failure> {
    app.session()?.choose_model(&path).await
}

/// The person wants quick answers, from passages that were read alone, or not, and keeps the choice.
#[tauri::command]
pub async fn set_quick_answers(app: State<'_, App>, quick: bool) -> Result<(), Failure> {
    app.session()?.set_quick_answers(quick)
}

/// Drafts with the GGUF that the person picked, or without any, and keeps the choice.
#[tauri::command]
pub async fn choose_draft_model(app: State<'_, App>, path: Option<PathBuf>) -> Result<(), Failure> {
    app.session()?.choose_draft_model(path.as_deref()).await
}

/// Tries again to load the model.
#[tauri::command]
pub async fn retry_engine(app: State<'_, App>) -> Result<(), Failure> {
    app.session()?.load_model().await;
    Ok(())
}

/// Searches by meaning with the GGUF that the person picked, or by words only, and keeps the choice.
#[tauri::command]
pub async fn choose_embedding_model(app: State<'_, App>, path: Option<PathBuf>) -> Result<(), Failure> {
    app.session()?.choose_embedding_model(path.as_deref()).await
}
