//! The window's commands; `ui/src/lib/contract.ts` is their other side.
//!
//! All but those that only say stop run away from the window's thread, also where they are plain functions
//! (`command(async)`): what waits for the vault must not hold up a key that is being typed.

pub mod backup;
pub mod chat;
pub mod collections;
pub mod conversations;
pub mod drafting;
pub mod engine;
pub mod find;
pub mod gate;
pub mod library;
pub mod models;
pub mod originals;
pub mod paste;
pub mod report;
pub mod shelf;
pub mod style;
pub mod trail;

use tauri::State;

use wire::Failure;

use crate::app::App;
use crate::session::Status;

/// How engine and library stand.
#[tauri::command(async)]
pub fn status(app: State<'_, App>) -> Result<Status, Failure> {
    app.status()
}

/// Runs work that takes a password's, a keyring's or a disk's time, away from the window's thread.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::new("command_failed", "작업을 마치지 못했습니다. 다시 시도해 주십시오.", error))?
        .inspect_err(|failure| tracing::warn!(code = failure.code, "a command failed"))
}
