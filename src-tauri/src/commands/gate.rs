use serde::Serialize;
use serde_json::json;
use tauri::State;
use wire::Failure;

use crate::app::{App, Gate};
use crate::commands::apart;

/// How the data is locked.
#[tauri::command]
pub async fn gate(app: State<'_, App>) -> Result<Gate, Failure> {
    with_app(app, App::gate).await
}

/// Runs work on the program away from the window's thread.
async fn with_app<T: Send + 'static>(
    app: State<'_, App>,
    work: impl FnOnce(&App) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let app = App::clone(&app);
    apart(move || work(&app)).await
}

/// Makes the data key, under a password or, with `null`, in the system's keyring.
#[tauri::command]
pub async fn create_vault(app: State<'_, App>, password: Option<String>) -> Result<(), Failure> {
    with_app(app, move |app| app.create(password.as_deref())).await
}

/// Unlocks with the password.
#[tauri::command]
pub async fn unlock(app: State<'_, App>, password: String) -> Result<(), Failure> {
    with_app(app, move |app| app.unlock(&password)).await
}

/// Unlocks with the recovery key.
#[tauri::command]
pub async fn unlock_with_recovery(app: State<'_, App>, recovery: String) -> Result<(), Failure> {
    with_app(app, move |app| app.unlock_with_recovery(&recovery)).await
}

/// Unlocks with the system's keyring.
#[tauri::command]
pub async fn unlock_with_keyring(app: State<'_, App>) -> Result<(), Failure> {
    with_app(app, |app| app.unlock_with_keyring()).await
}

/// Locks.
#[tauri::command]
pub async fn lock(app: State<'_, App>) -> Result<(), Failure> {
    with_app(app, |app| {
        app.lock();
        Ok(())
    })
    .await
}

/// Gives the data another password.
#[tauri::command]
pub async fn set_password(app: State<'_, App>, current: Option<String>, password: String) -> Result<(), Failure> {
    with_app(app, move |app| app.set_password(current.as_deref(), &password)).await
}

/// Lets the system's keyring open the data, or no longer.
#[tauri::command]
pub async fn set_keyring(app: State<'_, App>, on: bool) -> Result<(), Failure> {
    with_app(app, move |app| app.set_keyring(on)).await
}

/// Makes a recovery key, shown once.
#[tauri::command]
pub async fn make_recovery_key(app: State<'_, App>, current: Option<String>) -> Result<String, Failure> {
    with_app(app, move |app| app.make_recovery_key(current.as_deref())).await
}

/// `LockSettings` of the window's contract.
#[derive(Debug, Serialize)]
pub struct LockSettings {
    idle_minutes: u32,
    on_session_lock: bool,
    locked_by_policy: bool,
}

/// The minutes without a touch after which the window locks, as the person chose them.
const IDLE_MINUTES: &str = "idle_minutes";
/// The longest that a person may choose: a day.
const DAY: u32 = 24 * 60;

/// When the program locks itself: the agency's word, or else the person's.
#[tauri::command(async)]
pub fn lock_settings(app: State<'_, App>) -> Result<LockSettings, Failure> {
    let session = app.session()?;
    let policy = session.policy();
    let locked_by_policy = policy.lock.idle_minutes > 0 || policy.is_locked(IDLE_MINUTES);
    let own = || Ok::<_, Failure>(session.vault().setting(IDLE_MINUTES)?.and_then(|minutes| minutes.parse().ok()));
    Ok(LockSettings {
        idle_minutes: if locked_by_policy { policy.lock.idle_minutes } else { own()?.unwrap_or(0) },
        on_session_lock: cfg!(target_os = "linux") && policy.lock.on_session_lock,
        locked_by_policy,
    })
}

/// The person chose when the window locks; 0 is never.
#[tauri::command(async)]
pub fn set_idle_minutes(app: State<'_, App>, minutes: u32) -> Result<(), Failure> {
    if lock_settings(app.clone())?.locked_by_policy {
        return Err(Failure::new(
            "policy_setting_locked",
            "기관의 정책이 잠금 시간을 정합니다. 바꾸어야 하면 보안 담당자에게 문의하십시오.",
            "",
        ));
    }
    if minutes > DAY {
        return Err(Failure::new("setting_invalid", "잠금 시간은 하루(1440분)까지 정할 수 있습니다.", minutes));
    }
    let session = app.session()?;
    session.trail().account("setting_changed", &json!({ "setting": IDLE_MINUTES, "value": minutes }))?;
    Ok(session.vault().set_setting(IDLE_MINUTES, Some(&minutes.to_string()))?)
}
