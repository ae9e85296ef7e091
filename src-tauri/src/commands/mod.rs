//! The window's commands; `ui/src/lib/contract.ts` is their other side.

pub mod chat;
pub mod engine;
pub mod library;

use tauri::State;

use crate::app::{App, Status};

/// How engine and library stand.
#[tauri::command]
pub fn status(app: State<'_, App>) -> Status {
    app.status()
}
