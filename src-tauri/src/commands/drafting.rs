use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use assistant::Stop;
use drafting::{Document, Draft, Format, Input, Inputs, Labels, Order, Passage, Progress, Task, Tasks};
use library::Facts;
use policy::{Export, Grade, highest};
use serde::Serialize;
use serde_json::json;
use tauri::State;
use tauri::ipc::Channel;
use vault::Vault;
use wire::Failure;

use crate::app::App;
use crate::commands::apart;
use crate::export;
use crate::session::Session;

/// The most passages that are looked for.
const PASSAGES: usize = 12;
/// Whether exported files say that a model wrote them; they do unless the person said otherwise.
const NOTICE_SETTING: &str = "draft_notice";
const OFF: &str = "off";

/// `DraftingTasks` of the window's contract.
#[derive(Debug, Serialize)]
pub struct DraftingTasks {
    tasks: Vec<ShownTask>,
    /// What is wrong with templates of the folder.
    broken: Vec<Failure>,
    folder: PathBuf,
    notice: bool,
}

#[derive(Debug, Serialize)]
struct ShownTask {
    id: String,
    name: String,
    description: String,
    inputs: Vec<Input>,
    own: bool,
}

/// `DraftEvent` of the window's contract.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DraftEvent {
    Searching,
    Prefill {
        done: u32,
        total: u32,
    },
    /// As far as it is written.
    Document {
        document: Document,
    },
    Done {
        document: Document,
        /// As plain text, for a check of style and for the clipboard.
        text: String,
        sources: Vec<String>,
        cited: Vec<usize>,
        cut: bool,
        /// Lines that state a number, date or article which neither the inputs nor the passages hold.
        unfounded: Vec<String>,
        /// That of the documents that it may rest on; none where there were none.
        grade: Option<Grade>,
    },
}

/// The kinds of writing that can be drafted.
#[tauri::command]
pub async fn drafting_tasks(app: State<'_, App>) -> Result<DraftingTasks, Failure> {
    let session = app.session()?;
    let folder = app.paths().data.join(backup::TEMPLATES);
    apart(move || {
        let notice = has_notice(session.vault())?;
        let Tasks { ready, broken } = Tasks::load(Some(&folder));
        let tasks = ready.into_iter().map(shown).collect();
        Ok(DraftingTasks { tasks, broken: broken.into_iter().map(Failure::from).collect(), folder, notice })
    })
    .await
}

/// The person wants exported files to say that a model wrote them, or not, and keeps the choice.
#[tauri::command]
pub async fn set_draft_notice(app: State<'_, App>, notice: bool) -> Result<(), Failure> {
    let session = app.session()?;
    let what = json!({ "setting": NOTICE_SETTING, "on": notice });
    session.trail().account("setting_changed", &what)?;
    Ok(session.vault().set_setting(NOTICE_SETTING, (!notice).then_some(OFF))?)
}

/// Drafts; returns once the draft is written or stopped. Nothing of it is kept.
#[tauri::command]
pub async fn draft(
    app: State<'_, App>,
    task: String,
    inputs: Inputs,
    document_ids: Vec<i64>,
    seed: u32,
    events: Channel<DraftEvent>,
) -> Result<(), Failure> {
    // A window that closed no longer listens.
    let tell = move |event| {
        let _ = events.send(event);
    };
    let session = app.session()?;
    session.refuse_while_trying()?;
    let folder = app.paths().data.join(backup::TEMPLATES);
    let task = apart(move || Ok(Tasks::load(Some(&folder)).find(&task)?.clone())).await?;
    let what = json!({ "name": task.name, "documents": document_ids, "model": session.model() });
    session.trail().account("draft", &what)?;
    let grade = grade_of(session.vault(), &document_ids)?;

    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    // Questions count up, drafts count down.
    let number = u64::MAX - NUMBERS.fetch_add(1, Ordering::Relaxed);
    let stop = Stop::default();
    // Before anything is looked for, so that it can be stopped from its first moment.
    session.begin_answer(number, stop.clone());
    let masked = |document: &Document| document.map(|text| session.shown().text(text).0);
    let drafted = async {
        let passages = match document_ids.is_empty() {
            true => Vec::new(),
            false => {
                tell(DraftEvent::Searching);
                passages(&session, &inputs, &document_ids).await?
            }
        };
        let order = Order { task: &task, inputs: &inputs, passages: &passages, seed };
        let drafted = drafting::draft(session.engine(), &order, &stop, |progress| match progress {
            Progress::Prefill { done, total } => tell(DraftEvent::Prefill { done, total }),
            Progress::Document(document) => tell(DraftEvent::Document { document: masked(&document) }),
        })
        .await?;
        Ok::<_, Failure>((drafted, Facts::of(&order.given())))
    }
    .await;
    session.end_answer(number);
    let (Draft { document, sources, cited, cut, .. }, given) = drafted?;
    let written = drafting::plain(&document, &sources);
    let unfounded = library::unfounded(&written, &given).into_iter().map(|line| session.shown().text(line).0).collect();
    let document = masked(&document);
    let text = drafting::plain(&document, &sources);
    tell(DraftEvent::Done { document, text, sources, cited, cut, unfounded, grade });
    Ok(())
}

/// What is found in the documents for what was filled in.
async fn passages(session: &Session, inputs: &Inputs, documents: &[i64]) -> Result<Vec<Passage>, Failure> {
    let question = inputs.values().map(String::as_str).collect::<Vec<_>>().join("\n");
    let hits = session.opened_library().await?.0.retrieve(&question, Some(documents), PASSAGES).await?;
    Ok(hits.into_iter().map(|hit| Passage { source: hit.passage.file, text: hit.passage.text }).collect())
}

/// Writes a draft as a file, in the format that its name asks for, where the agency lets its grade leave. Gives the letters
/// that the file cannot show.
#[tauri::command]
pub async fn export_draft(
    app: State<'_, App>,
    document: Document,
    path: PathBuf,
    grade: Grade,
    document_ids: Vec<i64>,
    sources: Option<Vec<String>>,
    masked: bool,
) -> Result<String, Failure> {
    let session = app.session()?;
    export::outside(&path, &app.paths().data)?;
    apart(move || write(&session, &document, &path, grade, &document_ids, sources, masked)).await
}

fn write(
    session: &Session,
    document: &Document,
    path: &Path,
    grade: Grade,
    document_ids: &[i64],
    sources: Option<Vec<String>>,
    masked: bool,
) -> Result<String, Failure> {
    let format = Format::of(path)?;
    // It says no less than what it rests on.
    let grade = grade_of(session.vault(), document_ids)?.map_or(grade, |least| grade.max(least));
    let policy = session.policy();
    if !policy.may_export(grade) {
        session.trail().account("export_refused", &json!({ "file": path, "grade": grade }))?;
        let message = format!("기관의 정책에 따라 {} 등급의 문서는 내보낼 수 없습니다.", grade.label());
        return Err(Failure::new("export_forbidden", message, ""));
    }
    let masked = match policy.masking.export {
        Export::Masked => true,
        Export::Plain => false,
        Export::Ask => masked,
    };
    let mask = |text: &str| if masked { personal::mask(text, |_| true).0 } else { text.to_owned() };
    let document = match sources {
        Some(_) => document.map(mask),
        None => drafting::without_marks(document).map(mask),
    };
    let sources = sources.unwrap_or_default().iter().map(|source| mask(source)).collect();
    let labels = Labels { grade: Some(grade), notice: has_notice(session.vault())?, sources };
    let bytes = drafting::export(&document, format, &labels)?;
    let lacking = drafting::lacking(&document, format, &labels)?;
    session.trail().account("draft_exported", &json!({ "file": path, "grade": grade, "masked": masked }))?;
    export::write(path, &bytes)?;
    Ok(lacking.into_iter().collect())
}

/// The highest grade of these documents; one that was not appraised yet counts as the highest.
fn grade_of(vault: &Vault, documents: &[i64]) -> Result<Option<Grade>, Failure> {
    let grades = documents.iter().map(|id| Ok(vault.document(*id)?.grade.unwrap_or(Grade::C)));
    Ok(highest(grades.collect::<Result<Vec<_>, vault::Error>>()?))
}

fn has_notice(vault: &Vault) -> Result<bool, Failure> {
    Ok(vault.setting(NOTICE_SETTING)?.is_none_or(|notice| notice != OFF))
}

fn shown(task: Task) -> ShownTask {
    let Task { id, name, description, inputs, own, .. } = task;
    ShownTask { id, name, description, inputs, own }
}
