use std::path::PathBuf;

use policy::{Export, Grade};
use serde_json::json;
use tauri::State;
use vault::Rating;
use wire::Failure;

use crate::app::{App, now_ms};
use crate::commands::apart;
use crate::export;
use crate::shown::ShownConversation;

/// One conversation with the messages that are shown of it.
#[tauri::command(async)]
pub fn conversation(app: State<'_, App>, id: i64) -> Result<ShownConversation, Failure> {
    let session = app.session()?;
    Ok(session.shown().conversation(session.vault().conversation(id)?))
}

/// Shows the newest branch of a conversation that goes through a message.
#[tauri::command]
pub async fn switch_branch(app: State<'_, App>, message_id: i64) -> Result<ShownConversation, Failure> {
    let session = app.session()?;
    let conversation = session.vault().switch_branch(message_id)?;
    // What was expected there begins with other words now.
    session.read_ahead();
    Ok(session.shown().conversation(session.vault().conversation(conversation)?))
}

/// Keeps what the person thinks of an answer, and why.
#[tauri::command(async)]
pub fn rate_message(
    app: State<'_, App>,
    message_id: i64,
    rating: Rating,
    note: Option<String>,
) -> Result<(), Failure> {
    let note = note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    Ok(app.vault()?.rate_message(message_id, rating, note)?)
}

/// Takes a conversation out of the list; it can be restored.
#[tauri::command(async)]
pub fn remove_conversation(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    let session = app.session()?;
    session.trail().account("conversation_removed", &json!({ "conversation": id }))?;
    Ok(session.vault().remove_conversation(id, now_ms())?)
}

/// Brings a removed conversation back.
#[tauri::command(async)]
pub fn restore_conversation(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    let session = app.session()?;
    session.trail().account("conversation_restored", &json!({ "conversation": id }))?;
    Ok(session.vault().restore_conversation(id)?)
}

/// Forgets a conversation for good, and overwrites what was kept of it.
#[tauri::command]
pub async fn forget_conversation(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    let session = app.session()?;
    session.trail().account("conversation_forgotten", &json!({ "conversation": id }))?;
    session.stop();
    let library = session.opened_library().await?.0.clone();
    let forgotten = apart(move || Ok(library.purge_conversation(id)?)).await;
    // Behind it, so that nothing of it is told anew meanwhile; and also where something is left to overwrite.
    let told = session.forget_told().await;
    forgotten.and(told)
}

/// Writes a conversation as a file, where the agency lets its grade leave.
#[tauri::command]
pub async fn export_conversation(app: State<'_, App>, id: i64, path: PathBuf, masked: bool) -> Result<(), Failure> {
    let session = app.session()?;
    let policy = session.policy();
    let conversation = session.vault().conversation(id)?;
    // What cited nothing has no grade of its own: it is the person's and the model's words.
    let grade = conversation.row.grade.unwrap_or(Grade::O);
    export::outside(&path, &app.paths().data)?;
    if !policy.may_export(grade) {
        let what = json!({ "conversation": id, "grade": grade });
        session.trail().account("export_refused", &what)?;
        return Err(Failure::new(
            "export_forbidden",
            format!("기관의 정책에 따라 {} 등급의 대화는 내보낼 수 없습니다.", grade.label()),
            "",
        ));
    }
    let masked = match policy.masking.export {
        Export::Masked => true,
        Export::Plain => false,
        Export::Ask => masked,
    };
    let what = json!({ "conversation": id, "file": path, "grade": grade, "masked": masked });
    session.trail().account("conversation_exported", &what)?;
    let now = jiff::ZonedDateTime::now().strftime("%Y-%m-%d %H:%M").to_string();
    let text = export::markdown(&conversation, grade, masked, &now, session.trail().who());
    export::write(&path, text.as_bytes())
}
