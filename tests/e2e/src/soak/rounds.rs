//! What is done in a round, through the window as far as a person would.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::made::Made;
use crate::{PASSWORD, PATIENCE, Result, Window, answers};

/// The document that stays in every round.
const SAMPLE: &str = "복무규정.hwpx";
/// What it is asked.
const QUESTIONS: [&str; 3] =
    ["출장을 마치면 언제까지 보고해야 합니까?", "병가는 며칠까지 쓸 수 있습니까?", "저축한 연가는 언제까지 쓸 수 있습니까?"];
/// A word of it.
const SEARCHED: &str = "병가";
/// The part of a small model's file name: any model that is not the one in use will do where there is none.
const SMALL: &str = "135m";
/// The embedding model yields to everything else: beside other work it takes this long at most.
const AT_REST: Duration = Duration::from_secs(600);
/// How often to look; what is waited for is the state.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The models that are switched between.
#[derive(Debug)]
pub struct Models {
    chat: String,
    other: Option<String>,
    embedding: Option<String>,
}

impl Models {
    /// Those in use, and another one of the models folder.
    ///
    /// # Errors
    /// The driver's, and where no model is loaded.
    pub async fn find(window: &Window<'_>) -> Result<Self> {
        rest(window).await?;
        let status = window.invoke("status", json!({})).await?;
        let chat = status["engine"]["model"]["path"].as_str().ok_or("no model is loaded")?.to_owned();
        let embedding = status["embedding"]["model"].as_str().map(ToOwned::to_owned);
        let page = window.invoke("models", json!({})).await?;
        let all = page["models"].as_array().ok_or("no list of models")?;
        let converses = |model: &&Value| ["chat", "test"].contains(&model["role"].as_str().unwrap_or_default());
        let fit = all.iter().filter(|model| converses(model) && model["failure"].is_null());
        let mut others: Vec<&str> = fit.filter_map(|model| model["path"].as_str()).filter(|path| *path != chat).collect();
        others.sort_by_key(|path| !path.contains(SMALL));
        Ok(Self { chat, other: others.first().map(|path| (*path).to_owned()), embedding })
    }

    /// The embedding model's file name.
    pub fn embedding_file(&self) -> Option<&str> {
        self.embedding.as_deref().and_then(|path| path.rsplit('/').next())
    }
}

/// Waits until nothing is read, loaded or embedded.
///
/// # Errors
/// After ten minutes, with the status then.
pub async fn rest(window: &Window<'_>) -> Result<()> {
    until(window, "rest", AT_REST, async || {
        let status = window.invoke("status", json!({})).await?;
        if status["library"]["state"] != "ready" {
            return Ok(Some(status.to_string()));
        }
        let ingest = window.invoke("ingest_status", json!({})).await?;
        let embedding = &status["embedding"];
        let embedded = embedding["state"] == "none" || embedding["state"] == "ready" && embedding["embedded"] == embedding["total"];
        let done = status["engine"]["state"] == "ready" && embedded && ingest["state"] == "idle";
        Ok(if done { None } else { Some(format!("{status} {ingest}")) })
    })
    .await
}

/// Waits until `look` gives `None`; what it gave last stands in the error.
async fn until(
    window: &Window<'_>,
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<String>>,
) -> Result<()> {
    let begun = Instant::now();
    loop {
        let Some(state) = look().await? else { return Ok(()) };
        if begun.elapsed() > patience {
            window.say(&state);
            return Err(format!("no {what} after {patience:?}: {state}").into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Drops the round's documents on the window and waits until all are read, or known to be broken.
///
/// # Errors
/// After two minutes, or where another one fails than the broken one.
pub async fn add(window: &Window<'_>, made: &Made) -> Result<()> {
    window.drop_files(&made.paths).await?;
    until(window, "end of reading", PATIENCE, async || {
        let documents = documents(window).await?;
        let unread = |row: &&Value| !["ready", "failed"].contains(&row["state"].as_str().unwrap_or_default());
        let waiting = documents.iter().filter(unread).count();
        let all = documents.len() > made.paths.len();
        Ok(if all && waiting == 0 { None } else { Some(format!("{} documents, {waiting} unread", documents.len())) })
    })
    .await?;
    let documents = documents(window).await?;
    let failed: Vec<&Value> = documents.iter().filter(|row| row["state"] == "failed").collect();
    let wanted = made.paths.len() - made.readable;
    if failed.len() == wanted { Ok(()) } else { Err(format!("{wanted} should have failed: {failed:?}").into()) }
}

async fn documents(window: &Window<'_>) -> Result<Vec<Value>> {
    let documents = window.invoke("documents", json!({})).await?;
    documents.as_array().cloned().ok_or_else(|| "no list of documents".into())
}

/// Two conversations: a question about the round's documents whose answer is stopped, and one of the sample's that is
/// answered, with a second one behind it.
///
/// # Errors
/// As [`Window::wait`].
pub async fn ask(window: &Window<'_>, question: &str, round: usize) -> Result<()> {
    window.click("[data-testid=new-conversation]").await?;
    window.type_question(question).await?;
    window.wait("[data-phase=prefill], [data-phase=answering]").await?;
    window.click("[data-testid=stop]").await?;
    window.wait(&answers("stopped")).await?;
    window.click("[data-testid=new-conversation]").await?;
    window.gone(&answers("stopped")).await?;
    window.ask(QUESTIONS[round % QUESTIONS.len()], "complete").await?;
    // It is answered without the model.
    window.ask("화성 탐사선의 발사 비용은 얼마입니까?", "complete").await?;
    Ok(())
}

/// Finds a word everywhere.
///
/// # Errors
/// As [`Window::wait`].
pub async fn search(window: &Window<'_>) -> Result<()> {
    window.press("Ctrl+k").await?;
    window.wait("[data-testid=find-query]").await?;
    window.fill("[data-testid=find-query]", SEARCHED).await?;
    window.wait("[data-testid=find-option]").await?;
    window.press("Escape").await?;
    window.gone("[data-testid=find-query]").await
}

/// Another model answers, and the embedding model is put away; then both are as they were.
///
/// # Errors
/// As [`Window::wait`], and the command's code.
pub async fn switch_models(window: &Window<'_>, models: &Models) -> Result<()> {
    if let Some(other) = &models.other {
        call(window, "choose_model", json!({ "path": other })).await?;
        window.click("[data-testid=new-conversation]").await?;
        window.gone(&answers("complete")).await?;
        window.type_question(QUESTIONS[0]).await?;
        // A model as small as this may go on for long.
        window.wait(&format!("[data-phase=answering], {}", answers("complete"))).await?;
        if let Some(stop) = window.all("[data-testid=stop]").await?.pop() {
            // It may have ended between the look and the click.
            let _ = stop.click().await;
        }
        window.wait(&format!("{}, {}", answers("complete"), answers("stopped"))).await?;
        call(window, "choose_model", json!({ "path": models.chat })).await?;
    }
    if let Some(embedding) = &models.embedding {
        call(window, "choose_embedding_model", json!({ "path": null })).await?;
        call(window, "choose_embedding_model", json!({ "path": embedding })).await?;
    }
    rest(window).await
}

/// Calls a command that may take longer than the driver lets a script.
async fn call(window: &Window<'_>, command: &str, arguments: Value) -> Result<()> {
    let begin = "window.soaked = null; window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]) \
                 .then(() => (window.soaked = 'done'), (failure) => (window.soaked = failure.code ?? String(failure)))";
    window.script(begin, vec![json!(command), arguments]).await?;
    until(window, command, PATIENCE, async || {
        match window.script("return window.soaked", Vec::new()).await?.as_str() {
            None => Ok(Some("it goes on".to_owned())),
            Some("done") => Ok(None),
            Some(code) => Err(format!("{command}: {code}").into()),
        }
    })
    .await
}

/// Locks the window and unlocks it.
///
/// # Errors
/// As [`Window::wait`].
pub async fn lock(window: &Window<'_>) -> Result<()> {
    window.lock().await?;
    window.unlock(PASSWORD).await?;
    window.wait("[data-testid=question]").await?;
    rest(window).await
}

/// Deletes all conversations for good, each from its menu.
///
/// # Errors
/// As [`Window::wait`].
pub async fn delete_conversations(window: &Window<'_>) -> Result<()> {
    const ROW: &str = "[data-testid=conversation-row]";
    loop {
        let before = window.all(ROW).await?.len();
        if before == 0 {
            break;
        }
        window.push(&format!("{ROW} [data-testid=more]")).await?;
        window.push("[data-testid=forget-conversation]").await?;
        window.push("[data-testid=confirm-ok]").await?;
        until(window, "row fewer", PATIENCE, async || {
            let rows = window.all(ROW).await?.len();
            Ok(if rows < before { None } else { Some(format!("{rows} of {before} conversations")) })
        })
        .await?;
    }
    let left = window.invoke("conversations", json!({ "filter": null })).await?;
    if left == json!([]) { Ok(()) } else { Err(format!("conversations that are left: {left}").into()) }
}

/// Deletes for good all documents but the sample.
///
/// # Errors
/// The command's code.
pub async fn delete_documents(window: &Window<'_>) -> Result<()> {
    for row in documents(window).await? {
        if row["name"] != SAMPLE {
            window.invoke("forget_document", json!({ "id": row["id"] })).await?;
        }
    }
    // The page did none of that itself: it is told, as where many documents change.
    window.script("window.__TAURI_INTERNALS__.invoke('plugin:event|emit', { event: 'documents', payload: null })", Vec::new()).await?;
    let left = documents(window).await?;
    if left.len() == 1 { Ok(()) } else { Err(format!("documents that are left: {left:?}").into()) }
}

/// Behind a round that failed: what it left is deleted, and the page is loaded anew.
///
/// # Errors
/// As [`Window::wait`], and the command's code.
pub async fn begin_anew(window: &Window<'_>) -> Result<()> {
    let conversations = window.invoke("conversations", json!({ "filter": null })).await?;
    for row in conversations.as_array().into_iter().flatten() {
        window.invoke("forget_conversation", json!({ "id": row["id"] })).await?;
    }
    delete_documents(window).await?;
    window.script("setTimeout(() => location.reload(), 0)", Vec::new()).await?;
    window.wait("[data-testid=question]").await?;
    rest(window).await
}
