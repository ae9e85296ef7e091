//! The window's commands; `ui/src/lib/contract.ts` is their other side.

pub mod chat;
pub mod engine;
pub mod gate;
pub mod library;

use tauri::State;

use wire::Failure;

use crate::app::App;
use crate::session::Status;

/// How engine and library stand.
#[tauri::command]
pub fn status(app: State<'_, App>) -> Result<Status, Failure> {
    app.status()
}
