use std::path::PathBuf;

use documents::BlockKind;
use library::IngestStatus;
use serde::Serialize;
use serde_json::json;
use tauri::State;
use vault::DocumentRow;
use wire::Failure;

use crate::app::App;

/// The sample document, offered at the first start.
const SAMPLE: &[u8] = include_bytes!("../../../tests/fixtures/복무규정.hwpx");
const SAMPLE_NAME: &str = "복무규정.hwpx";

/// All documents, newest last.
#[tauri::command]
pub fn documents(app: State<'_, App>) -> Result<Vec<DocumentRow>, Failure> {
    Ok(app.vault()?.documents()?)
}

/// Queues files and folders; their progress comes by the events `document`, `documents` and `ingest`.
#[tauri::command]
pub async fn add_documents(app: State<'_, App>, paths: Vec<PathBuf>) -> Result<Vec<DocumentRow>, Failure> {
    let session = app.session()?;
    session.trail().account("documents_added", &json!({ "paths": paths }))?;
    session.library()?.1.add(paths).await
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
    let rows = app.library()?.1.add(vec![path]).await?;
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
    app.library()?.1.restore(id).await.map(drop)
}

/// How the queue stands.
#[tauri::command]
pub fn ingest_status(app: State<'_, App>) -> Result<IngestStatus, Failure> {
    Ok(app.library()?.1.status())
}

/// Reads nothing new; what is being read is finished.
#[tauri::command]
pub fn pause_ingest(app: State<'_, App>) -> Result<(), Failure> {
    app.library()?.1.pause();
    Ok(())
}

/// Goes on reading.
#[tauri::command]
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
#[tauri::command]
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
#[tauri::command]
pub fn watched_folders(app: State<'_, App>) -> Result<Vec<WatchedFolder>, Failure> {
    let named = |path: PathBuf| WatchedFolder {
        name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        path,
    };
    Ok(app.library()?.1.watched_folders()?.into_iter().map(named).collect())
}

/// Keeps a folder's documents in step with it.
#[tauri::command]
pub async fn watch_folder(app: State<'_, App>, path: PathBuf) -> Result<(), Failure> {
    app.library()?.1.watch(path).await
}

/// Leaves a folder's documents as they are.
#[tauri::command]
pub async fn unwatch_folder(app: State<'_, App>, path: PathBuf) -> Result<(), Failure> {
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
}

/// The document that a passage is from.
#[tauri::command]
pub fn source(app: State<'_, App>, passage_id: i64) -> Result<Source, Failure> {
    let vault = app.vault()?;
    let passage = vault.passage(passage_id)?;
    let blocks = (0..).zip(vault.blocks(passage.document_id)?).map(|(index, block)| SourceBlock {
        index,
        kind: block.kind,
        page: block.locator.page.map(|page| page.number()),
        section: block.locator.section + 1,
        cited: (passage.first_block..=passage.last_block).contains(&index),
        text: block.text,
    });
    Ok(Source {
        document: vault.document(passage.document_id)?,
        heading_path: passage.heading_path,
        page: passage.page.map(|page| page.number()),
        section: passage.section + 1,
        blocks: blocks.collect(),
    })
}
