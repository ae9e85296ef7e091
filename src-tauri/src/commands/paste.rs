use std::path::PathBuf;

use serde_json::json;
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt as _;
use vault::DocumentRow;
use wire::Failure;

use crate::app::App;
use crate::commands::apart;
use crate::export;
use crate::pasted::{self, Pasted};

/// The paths of the files in the clipboard, for `add_documents`; none where the system does not tell them.
#[tauri::command]
pub async fn clipboard_files(handle: AppHandle) -> Result<Vec<PathBuf>, Failure> {
    #[cfg(target_os = "linux")]
    {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new("clipboard_failed", "클립보드를 읽지 못했습니다. 파일을 창에 끌어다 놓으십시오.", error)
        };
        let (tell, told) = tokio::sync::oneshot::channel();
        // Who asked may be gone by then.
        let ask = move || pasted::files(move |paths| drop(tell.send(paths)));
        handle.run_on_main_thread(ask).map_err(|error| failed(&error))?;
        told.await.map_err(|error| failed(&error))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = handle;
        Ok(Vec::new())
    }
}

/// Saves pasted bytes where the person chooses, and queues that file; nothing where the person thinks better of it.
#[tauri::command]
pub async fn add_pasted(
    app: State<'_, App>,
    handle: AppHandle,
    request: Request<'_>,
) -> Result<Vec<DocumentRow>, Failure> {
    let session = app.session()?;
    let ingest = session.opened_library().await?.1.clone();
    let sent = match request.body() {
        InvokeBody::Raw(bytes) => bytes.clone(),
        // Where the page cannot send bytes as they are, they come as numbers.
        InvokeBody::Json(numbers) => serde_json::from_value(numbers.clone()).unwrap_or_default(),
    };
    let data = app.paths().data.clone();
    let saved = apart(move || {
        let pasted = Pasted::parse(&sent)?;
        let dialog = handle.dialog().file().set_title("붙여 넣은 자료를 저장할 곳").set_file_name(pasted.name);
        let Some(chosen) = dialog.add_filter("문서", &pasted::EXTENSIONS).blocking_save_file() else { return Ok(None) };
        let path = pasted.place(chosen.into_path().map_err(export::failed)?)?;
        export::outside(&path, &data)?;
        session.trail().account("documents_added", &json!({ "paths": [path] }))?;
        export::write(&path, pasted.bytes)?;
        Ok(Some(path))
    })
    .await?;
    match saved {
        Some(path) => ingest.add(vec![path]).await,
        None => Ok(Vec::new()),
    }
}
