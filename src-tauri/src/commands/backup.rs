use std::path::PathBuf;

use backup::Progress;
use tauri::State;
use tauri::ipc::Channel;
use wire::Failure;

use crate::app::{App, BackupStatus, BackupSummary, Restoring};
use crate::commands::apart;

/// When the last backup was made.
#[tauri::command(async)]
pub fn backup_status(app: State<'_, App>) -> Result<BackupStatus, Failure> {
    app.backup_status()
}

/// Writes everything as one encrypted file; gives its length in bytes.
#[tauri::command]
pub async fn make_backup(
    app: State<'_, App>,
    path: PathBuf,
    current: Option<String>,
    password: String,
    events: Channel<Progress>,
) -> Result<u64, Failure> {
    let app = App::clone(&app);
    apart(move || app.make_backup(&path, current.as_deref(), &password, told(events))).await
}

/// What a backup says of itself.
#[tauri::command]
pub async fn inspect_backup(app: State<'_, App>, path: PathBuf, password: String) -> Result<BackupSummary, Failure> {
    let app = App::clone(&app);
    apart(move || app.inspect_backup(&path, &password)).await
}

/// Puts a backup in the place of all that is kept, and opens it.
#[tauri::command]
pub async fn restore_backup(
    app: State<'_, App>,
    path: PathBuf,
    password: String,
    new_password: String,
    current: Option<String>,
    events: Channel<Progress>,
) -> Result<(), Failure> {
    let app = App::clone(&app);
    let restoring = Restoring { file: path, password, new_password, current };
    apart(move || app.restore_backup(&restoring, told(events))).await
}

/// Ends the backup or the restore that runs.
#[tauri::command]
pub fn stop_backup(app: State<'_, App>) -> Result<(), Failure> {
    app.stop_backup();
    Ok(())
}

fn told(events: Channel<Progress>) -> impl Fn(Progress) + Send + Sync + 'static {
    // A window that is closing hears nothing more.
    move |progress| drop(events.send(progress))
}
