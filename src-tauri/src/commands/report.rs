use std::path::PathBuf;
use std::sync::Mutex;

use serde_json::json;
use tauri::State;
use wire::Failure;

use crate::app::{App, lock};
use crate::commands::apart;
use crate::{export, report};

/// The report that the person was shown last: it is what is saved, and nothing that the page says.
#[derive(Default)]
pub struct Shown(Mutex<Option<String>>);

/// Makes the report of a problem, for the person to read.
#[tauri::command]
pub async fn problem_report(app: State<'_, App>, shown: State<'_, Shown>) -> Result<String, Failure> {
    let app = App::clone(&app);
    let text = apart(move || Ok(report::of(&app)?.to_string())).await?;
    *lock(&shown.0) = Some(text.clone());
    Ok(text)
}

/// Writes the report that was shown last.
#[tauri::command]
pub async fn save_problem_report(app: State<'_, App>, shown: State<'_, Shown>, path: PathBuf) -> Result<(), Failure> {
    let session = app.session()?;
    let text = lock(&shown.0).clone().ok_or_else(|| {
        Failure::new("report_none", "저장할 문제 보고서가 없습니다. 보고서를 다시 만들어 주십시오.", "")
    })?;
    export::outside(&path, &app.paths().data)?;
    apart(move || {
        session.trail().account("report_saved", &json!({ "file": path }))?;
        export::write(&path, text.as_bytes())
    })
    .await
}
