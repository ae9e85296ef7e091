use tauri::State;
use vault::Collection;
use wire::Failure;

use crate::app::{App, now_ms};

/// All collections of documents; each command that changes them gives all of them again.
#[tauri::command(async)]
pub fn collections(app: State<'_, App>) -> Result<Vec<Collection>, Failure> {
    Ok(app.vault()?.collections()?)
}

/// Makes a collection with these documents in it.
#[tauri::command(async)]
pub fn add_collection(app: State<'_, App>, name: String, documents: Vec<i64>) -> Result<Vec<Collection>, Failure> {
    let vault = app.vault()?;
    let id = vault.add_collection(&name, now_ms())?;
    vault.collect(id, &documents, true)?;
    Ok(vault.collections()?)
}

/// Calls a collection otherwise.
#[tauri::command(async)]
pub fn rename_collection(app: State<'_, App>, id: i64, name: String) -> Result<Vec<Collection>, Failure> {
    let vault = app.vault()?;
    vault.rename_collection(id, &name)?;
    Ok(vault.collections()?)
}

/// Removes a collection; its documents stay.
#[tauri::command(async)]
pub fn remove_collection(app: State<'_, App>, id: i64) -> Result<Vec<Collection>, Failure> {
    let vault = app.vault()?;
    vault.remove_collection(id)?;
    Ok(vault.collections()?)
}

/// Puts documents into a collection, or takes them out.
#[tauri::command(async)]
pub fn collect(
    app: State<'_, App>,
    id: i64,
    documents: Vec<i64>,
    included: bool,
) -> Result<Vec<Collection>, Failure> {
    let vault = app.vault()?;
    vault.collect(id, &documents, included)?;
    Ok(vault.collections()?)
}
