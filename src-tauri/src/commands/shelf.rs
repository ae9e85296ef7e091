//! The list of conversations: titles, folders, pins, the archive; and the questions that were not sent yet.

use serde_json::json;
use tauri::State;
use vault::{ConversationFilter, ConversationRow, Draft, Folder};
use wire::Failure;

use crate::app::{App, now_ms};

/// Conversations, pinned ones first, each part newest first; without a filter all but those in the archive.
#[tauri::command(async)]
pub fn conversations(
    app: State<'_, App>,
    filter: Option<ConversationFilter>,
) -> Result<Vec<ConversationRow>, Failure> {
    let session = app.session()?;
    let filter = filter.unwrap_or(ConversationFilter { archived: Some(false), ..ConversationFilter::default() });
    let rows = session.vault().conversations_of(&filter)?;
    Ok(rows.into_iter().map(|row| session.shown().row(row)).collect())
}

/// Gives a conversation the title that the person typed.
#[tauri::command(async)]
pub fn rename_conversation(app: State<'_, App>, id: i64, title: String) -> Result<(), Failure> {
    Ok(app.vault()?.rename_conversation(id, &title)?)
}

/// Has the model name a conversation that is called by its first question; gives its row where it has another title
/// now.
#[tauri::command]
pub async fn propose_title(app: State<'_, App>, id: i64) -> Result<Option<ConversationRow>, Failure> {
    let session = app.session()?;
    Ok(match session.propose_title(id).await? {
        true => Some(session.shown().row(session.vault().conversation_row(id)?)),
        false => None,
    })
}

/// Pins a conversation above the others, or takes the pin off.
#[tauri::command(async)]
pub fn pin_conversation(app: State<'_, App>, id: i64, pinned: bool) -> Result<(), Failure> {
    Ok(app.vault()?.pin_conversation(id, pinned.then(now_ms))?)
}

/// Puts a conversation into the archive, or takes it out.
#[tauri::command(async)]
pub fn archive_conversation(app: State<'_, App>, id: i64, archived: bool) -> Result<(), Failure> {
    let session = app.session()?;
    let action = if archived { "conversation_archived" } else { "conversation_unarchived" };
    session.trail().account(action, &json!({ "conversation": id }))?;
    Ok(session.vault().archive_conversation(id, archived.then(now_ms))?)
}

/// Puts a conversation into a folder, or into none.
#[tauri::command(async)]
pub fn move_conversation(app: State<'_, App>, id: i64, folder: Option<i64>) -> Result<(), Failure> {
    Ok(app.vault()?.move_conversation(id, folder)?)
}

/// All folders, in the person's order.
#[tauri::command(async)]
pub fn folders(app: State<'_, App>) -> Result<Vec<Folder>, Failure> {
    let session = app.session()?;
    let shown = |folder: Folder| Folder { name: session.shown().masked(&folder.name), ..folder };
    Ok(session.vault().folders()?.into_iter().map(shown).collect())
}

/// A new folder behind the others.
#[tauri::command(async)]
pub fn create_folder(app: State<'_, App>, name: String) -> Result<Folder, Failure> {
    let session = app.session()?;
    let folder = session.vault().create_folder(folder_name(&name)?)?;
    Ok(Folder { name: session.shown().masked(&folder.name), ..folder })
}

/// Gives a folder another name.
#[tauri::command(async)]
pub fn rename_folder(app: State<'_, App>, id: i64, name: String) -> Result<(), Failure> {
    Ok(app.vault()?.rename_folder(id, folder_name(&name)?)?)
}

/// Puts a folder at a place among all, from 0.
#[tauri::command(async)]
pub fn move_folder(app: State<'_, App>, id: i64, place: usize) -> Result<(), Failure> {
    Ok(app.vault()?.move_folder(id, place)?)
}

/// Removes a folder; its conversations stay, in no folder.
#[tauri::command(async)]
pub fn remove_folder(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    Ok(app.vault()?.remove_folder(id)?)
}

/// The questions that were not sent yet. They are not masked: the person goes on writing them.
#[tauri::command(async)]
pub fn drafts(app: State<'_, App>) -> Result<Vec<Draft>, Failure> {
    Ok(app.vault()?.drafts()?)
}

/// Keeps a question that was not sent yet; an empty text takes it away. It is on the disk when this returns.
#[tauri::command]
pub async fn save_draft(app: State<'_, App>, conversation_id: Option<i64>, text: String) -> Result<(), Failure> {
    let vault = app.vault()?;
    super::apart(move || Ok(vault.save_draft(conversation_id, &text)?)).await
}

/// A folder's name as it is kept.
fn folder_name(name: &str) -> Result<&str, Failure> {
    const LONGEST: usize = 60;
    let name = name.trim();
    match name.chars().count() {
        0 => Err(Failure::new("folder_name_empty", "폴더 이름을 입력해 주십시오.", "")),
        1..=LONGEST => Ok(name),
        _ => Err(Failure::new("folder_name_long", "폴더 이름은 60자까지 쓸 수 있습니다. 짧게 고쳐 주십시오.", "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_a_name_that_can_be_read() {
        let (longest, longer) = ("가".repeat(60), "가".repeat(61));
        let table: [(&str, Result<&str, &str>); 4] = [
            (" 복무\n", Ok("복무")),
            (longest.as_str(), Ok(longest.as_str())),
            (" \t", Err("folder_name_empty")),
            (longer.as_str(), Err("folder_name_long")),
        ];
        for (name, wanted) in table {
            let kept = folder_name(name).map_err(|failure| failure.code);
            assert_eq!(kept.as_ref().map_err(String::as_str), wanted.as_ref().map_err(|code| *code), "{name}");
        }
    }
}
