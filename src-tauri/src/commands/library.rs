use std::path::PathBuf;

use documents::BlockKind;
use serde::Serialize;
use tauri::State;
use vault::DocumentRow;
use wire::Failure;

use crate::app::{App, now_ms};

/// The sample document, offered at the first start.
const SAMPLE: &[u8] = include_bytes!("../../../tests/fixtures/복무규정.hwpx");
const SAMPLE_NAME: &str = "복무규정.hwpx";

/// All documents, newest last.
#[tauri::command]
pub fn documents(app: State<'_, App>) -> Result<Vec<DocumentRow>, Failure> {
    Ok(app.vault()?.documents()?)
}

/// Queues files and folders; their progress comes by the `document` event.
#[tauri::command]
pub async fn add_documents(app: State<'_, App>, paths: Vec<PathBuf>) -> Result<Vec<DocumentRow>, Failure> {
    app.library()?.1.add(paths).await
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

/// Reads a failed document again.
#[tauri::command]
pub async fn retry_document(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    app.library()?.1.retry(id).await
}

/// Takes a document out of the library; it can be restored.
#[tauri::command]
pub async fn remove_document(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    Ok(app.library()?.0.remove(id, now_ms())?)
}

/// Brings a removed document back.
#[tauri::command]
pub async fn restore_document(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    Ok(app.library()?.0.restore(id).map(|_| ())?)
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
