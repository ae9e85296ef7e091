use serde_json::json;
use tauri::State;
use tauri::ipc::Response;
use wire::Failure;

use crate::app::App;
use crate::commands::apart;
use crate::original;

/// Shows a document's own file in the person's program for it.
#[tauri::command]
pub async fn open_original(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    let session = app.session()?;
    apart(move || {
        let row = session.vault().document(id)?;
        let path = original::file_of(session.vault(), id)?;
        original::check(&path, row.format)?;
        session.trail().account("original_opened", &json!({ "document": id, "file": row.name }))?;
        original::open(&path)
    })
    .await
}

/// The bytes of a PDF that was read already, for the page to draw.
#[tauri::command]
pub async fn document_bytes(app: State<'_, App>, id: i64) -> Result<Response, Failure> {
    let session = app.session()?;
    apart(move || {
        let row = session.vault().document(id)?;
        original::check_pages(&row, session.policy())?;
        session.trail().account("pages_opened", &json!({ "document": id, "file": row.name }))?;
        let path = original::file_of(session.vault(), id)?;
        Ok(Response::new(original::bytes(&path, session.vault().document_sha(id)?.as_deref())?))
    })
    .await
}
