use tauri::State;
use wire::Failure;

use crate::app::{App, Gate};

/// How the data is locked.
#[tauri::command]
pub async fn gate(app: State<'_, App>) -> Result<Gate, Failure> {
    apart(app, App::gate).await
}

/// Runs work that takes a password's or a keyring's time, away from the window's thread.
async fn apart<T: Send + 'static>(
    app: State<'_, App>,
    work: impl FnOnce(&App) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let app = App::clone(&app);
    tokio::task::spawn_blocking(move || work(&app))
        .await
        .map_err(|error| Failure::new("gate_failed", "잠금을 다루지 못했습니다. 다시 시도하십시오.", error))?
}

/// Makes the data key, under a password or, with `null`, in the system's keyring.
#[tauri::command]
pub async fn create_vault(app: State<'_, App>, password: Option<String>) -> Result<(), Failure> {
    apart(app, move |app| app.create(password.as_deref())).await
}

/// Unlocks with the password.
#[tauri::command]
pub async fn unlock(app: State<'_, App>, password: String) -> Result<(), Failure> {
    apart(app, move |app| app.unlock(&password)).await
}

/// Unlocks with the recovery key.
#[tauri::command]
pub async fn unlock_with_recovery(app: State<'_, App>, recovery: String) -> Result<(), Failure> {
    apart(app, move |app| app.unlock_with_recovery(&recovery)).await
}

/// Unlocks with the system's keyring.
#[tauri::command]
pub async fn unlock_with_keyring(app: State<'_, App>) -> Result<(), Failure> {
    apart(app, |app| app.unlock_with_keyring()).await
}

/// Locks.
#[tauri::command]
pub fn lock(app: State<'_, App>) {
    app.lock();
}

/// Gives the data another password.
#[tauri::command]
pub async fn set_password(app: State<'_, App>, password: String) -> Result<(), Failure> {
    apart(app, move |app| app.set_password(&password)).await
}

/// Makes a recovery key, shown once.
#[tauri::command]
pub async fn make_recovery_key(app: State<'_, App>) -> Result<String, Failure> {
    apart(app, |app| app.make_recovery_key()).await
}
