use std::path::{Path, PathBuf};

use documents::BlockKind;
use library::IngestStatus;
use policy::Grade;
use serde::Serialize;
use serde_json::json;
use tauri::State;
use vault::DocumentRow;
use wire::Failure;

use crate::app::{App, Notice};
use crate::commands::apart;
use crate::session::Session;
use crate::shown::Mark;

/// The sample document, offered at the first start.
const SAMPLE: &[u8] = include_bytes!("../../../tests/fixtures/복무규정.hwpx");
const SAMPLE_NAME: &str = "복무규정.hwpx";

/// All documents, newest last.
#[tauri::command(async)]
pub fn documents(app: State<'_, App>) -> Result<Vec<DocumentRow>, Failure> {
    Ok(app.vault()?.documents()?)
}

/// Queues files and folders; their progress comes by the events `document`, `documents` and `ingest`.
#[tauri::command]
pub async fn add_documents(app: State<'_, App>, paths: Vec<PathBuf>) -> Result<Vec<DocumentRow>, Failure> {
    let session = app.session()?;
    let (_, ingest) = session.opened_library().await?;
    session.trail().account("documents_added", &json!({ "paths": paths }))?;
    ingest.add(paths).await
}

/// Queues the sample document.
#[tauri::command]
pub async fn add_sample(app: State<'_, App>) -> Result<DocumentRow, Failure> {
    let folder = app.paths().data.join("sample");
    let path = folder.join(SAMPLE_NAME);
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, SAMPLE));
    written.map_err(|error| {
        Failure::new("sample_failed", "예시 문서를 저장하지 못했습니다. 디스크 공간과 권한을 확인해 주십시오.", error)
    })?;
    let rows = app.session()?.opened_library().await?.1.add(vec![path]).await?;
    rows.into_iter().next().ok_or_else(|| Failure::new("sample_failed", "예시 문서를 추가하지 못했습니다.", ""))
}

/// Reads a document again that failed or was cancelled.
#[tauri::command]
pub async fn retry_document(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    app.library()?.1.retry(id).await
}

/// Takes a document out of the library; it can be restored.
#[tauri::command]
pub async fn remove_document(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    app.session()?.trail().account("document_removed", &json!({ "document": id }))?;
    app.library()?.1.remove(id).await
}

/// Brings a removed document back.
#[tauri::command]
pub async fn restore_document(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    app.session()?.trail().account("document_restored", &json!({ "document": id }))?;
    app.library()?.1.restore(id).await.map(drop)
}

/// Forgets a document for good: its text, passages, index terms and the words that answers quote of it.
#[tauri::command]
pub async fn forget_document(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    let session = app.session()?;
    let ingest = &session.library()?.1;
    let name = session.vault().document(id)?.name;
    session.trail().account("document_forgotten", &json!({ "document": id, "file": name }))?;
    session.stop();
    let forgotten = ingest.forget(id).await;
    // Also where something is left to overwrite: the model is told nothing of it any more, and nothing that it was told
    // is kept.
    let told = session.forget_told().await;
    forgotten.and(told)
}

/// The person decided a document's grade.
#[tauri::command(async)]
pub fn set_grade(app: State<'_, App>, id: i64, grade: Grade, reason: Option<String>) -> Result<DocumentRow, Failure> {
    let session = app.session()?;
    let reason = reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let current = session.vault().document(id)?.grade;
    if let Some(current) = current {
        session.policy().change_grade(current, grade, reason)?;
    }
    let what = json!({ "document": id, "from": current, "to": grade, "reason": reason });
    session.trail().account("grade_set", &what)?;
    let row = session.vault().set_grade(id, grade, reason)?;
    app.tell(Notice::Document(row.clone()));
    Ok(row)
}

/// How the queue stands.
#[tauri::command(async)]
pub fn ingest_status(app: State<'_, App>) -> Result<IngestStatus, Failure> {
    Ok(app.library()?.1.status())
}

/// Reads nothing new; what is being read is finished.
#[tauri::command(async)]
pub fn pause_ingest(app: State<'_, App>) -> Result<(), Failure> {
    app.library()?.1.pause();
    Ok(())
}

/// Goes on reading.
#[tauri::command(async)]
pub fn resume_ingest(app: State<'_, App>) -> Result<(), Failure> {
    app.library()?.1.resume();
    Ok(())
}

/// Stops what waits and what is being read; gives the number of documents.
#[tauri::command]
pub async fn cancel_ingest(app: State<'_, App>) -> Result<usize, Failure> {
    app.library()?.1.cancel().await
}

/// The person opened or clicked a document that waits: it is read first.
#[tauri::command(async)]
pub fn prioritise_document(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    app.library()?.1.prioritise(id);
    Ok(())
}

/// Reads a document again with its password, which is kept in memory only.
#[tauri::command]
pub async fn unlock_document(app: State<'_, App>, id: i64, password: String) -> Result<(), Failure> {
    app.library()?.1.unlock(id, password).await
}

/// `WatchedFolder` of the window's contract.
#[derive(Debug, Serialize)]
pub struct WatchedFolder {
    path: PathBuf,
    name: String,
}

/// The folders whose documents are kept in step with them.
#[tauri::command(async)]
pub fn watched_folders(app: State<'_, App>) -> Result<Vec<WatchedFolder>, Failure> {
    let named = |path: PathBuf| WatchedFolder {
        name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        path,
    };
    Ok(app.library()?.1.watched_folders()?.into_iter().map(named).collect())
}

/// Accounts for a change of the watched folders, where the agency lets the person make it.
fn change_folders(app: &App, action: &str, path: &Path) -> Result<(), Failure> {
    let session = app.session()?;
    if session.policy().is_locked("folders") {
        return Err(Failure::new(
            "policy_setting_locked",
            "기관의 정책에 따라 지켜볼 폴더를 바꿀 수 없습니다. 바꾸어야 하면 보안 담당자에게 문의하십시오.",
            "",
        ));
    }
    session.trail().account(action, &json!({ "path": path }))
}

/// Keeps a folder's documents in step with it.
#[tauri::command]
pub async fn watch_folder(app: State<'_, App>, path: PathBuf) -> Result<(), Failure> {
    change_folders(&app, "folder_watched", &path)?;
    app.session()?.opened_library().await?.1.watch(path).await
}

/// Leaves a folder's documents as they are.
#[tauri::command]
pub async fn unwatch_folder(app: State<'_, App>, path: PathBuf) -> Result<(), Failure> {
    change_folders(&app, "folder_unwatched", &path)?;
    app.library()?.1.unwatch(path).await
}

/// `Source` of the window's contract: a document as text, with one passage of it marked.
#[derive(Debug, Serialize)]
pub struct Source {
    document: DocumentRow,
    heading_path: Vec<String>,
    page: Option<u32>,
    section: u32,
    blocks: Vec<SourceBlock>,
}

#[derive(Debug, Serialize)]
struct SourceBlock {
    index: u32,
    kind: BlockKind,
    text: String,
    page: Option<u32>,
    section: u32,
    cited: bool,
    personal: Vec<Mark>,
}

/// The document that a passage is from.
#[tauri::command]
pub async fn source(app: State<'_, App>, passage_id: i64) -> Result<Source, Failure> {
    let session = app.session()?;
    apart(move || source_in(&session, passage_id)).await
}

fn source_in(session: &Session, passage_id: i64) -> Result<Source, Failure> {
    let vault = session.vault();
    let passage = vault.passage(passage_id)?;
    session.trail().account("document_opened", &json!({ "document": passage.document_id }))?;
    let blocks = (0..).zip(vault.blocks(passage.document_id)?).map(|(index, block)| {
        let (text, personal) = session.shown().text(&block.text);
        SourceBlock {
            index,
            kind: block.kind,
            page: block.locator.page.map(|page| page.number()),
            section: block.locator.section + 1,
            cited: (passage.first_block..=passage.last_block).contains(&index),
            text,
            personal,
        }
    });
    Ok(Source {
        document: vault.document(passage.document_id)?,
        heading_path: passage.heading_path.iter().map(|heading| session.shown().text(heading).0).collect(),
        page: passage.page.map(|page| page.number()),
        section: passage.section + 1,
        blocks: blocks.collect(),
    })
}
