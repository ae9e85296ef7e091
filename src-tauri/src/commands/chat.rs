use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use assistant::{Answer, Progress, Question, Scope, Stop};
use serde::Serialize;
use serde_json::json;
use tauri::State;
use tauri::ipc::Channel;
use vault::{Conversation, ConversationRow, Message, NewMessage, Role};
use wire::Failure;

use crate::app::{App, now_ms};

/// `AskEvent` of the window's contract.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AskEvent {
    Started { conversation_id: i64, question: Message },
    Searching,
    Prefill { done: u32, total: u32 },
    Token { text: String },
    Done { message: Message },
}

impl From<Progress> for AskEvent {
    fn from(progress: Progress) -> Self {
        match progress {
            Progress::Searching => Self::Searching,
            Progress::Prefill { done, total } => Self::Prefill { done, total },
            Progress::Token(text) => Self::Token { text },
        }
    }
}

/// All conversations, newest first.
#[tauri::command]
pub fn conversations(app: State<'_, App>) -> Result<Vec<ConversationRow>, Failure> {
    Ok(app.vault()?.conversations()?)
}

/// One conversation with its messages.
#[tauri::command]
pub fn conversation(app: State<'_, App>, id: i64) -> Result<Conversation, Failure> {
    Ok(app.vault()?.conversation(id)?)
}

/// Renames a conversation.
#[tauri::command]
pub fn rename_conversation(app: State<'_, App>, id: i64, title: String) -> Result<(), Failure> {
    Ok(app.vault()?.rename_conversation(id, &title)?)
}

/// Takes a conversation out of the list; it can be restored.
#[tauri::command]
pub fn remove_conversation(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    let session = app.session()?;
    session.trail().account("conversation_removed", &json!({ "conversation": id }))?;
    Ok(session.vault().remove_conversation(id, now_ms())?)
}

/// Brings a removed conversation back.
#[tauri::command]
pub fn restore_conversation(app: State<'_, App>, id: i64) -> Result<(), Failure> {
    Ok(app.vault()?.restore_conversation(id)?)
}

/// Stops the answer that is being written.
#[tauri::command]
pub fn stop(app: State<'_, App>) {
    if let Ok(session) = app.session() {
        session.stop();
    }
}

/// Answers a question; returns once the answer is saved.
#[tauri::command]
pub async fn ask(
    app: State<'_, App>,
    conversation_id: Option<i64>,
    question: String,
    document_ids: Vec<i64>,
    events: Channel<AskEvent>,
) -> Result<(), Failure> {
    ask_in(&app, conversation_id, &question, document_ids, |event| {
        // A window that closed no longer listens; the answer is saved all the same.
        let _ = events.send(event);
    })
    .await
}

/// As [`ask`], without a window.
///
/// # Errors
/// Where the question could not be saved or the library is not open; a failed answer is no error but a message.
pub async fn ask_in(
    app: &App,
    conversation_id: Option<i64>,
    text: &str,
    documents: Vec<i64>,
    mut tell: impl FnMut(AskEvent),
) -> Result<(), Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::new("question_empty", "질문을 입력해 주십시오.", ""));
    }
    // The session that the question began in: locked meanwhile, its answer is stopped and goes where it belongs.
    let session = app.session()?;
    let vault = session.vault();
    let documents_asked = documents.len();
    let scope = match documents.is_empty() {
        true => Scope::Chat,
        false => Scope::Documents(session.library()?.0.clone(), documents),
    };
    let (conversation, history) = match conversation_id {
        Some(id) => (id, vault.conversation(id)?.messages),
        None => (vault.create_conversation(&title(text), now_ms())?.id, Vec::new()),
    };
    let question = vault.add_message(conversation, NewMessage::question(text), now_ms())?;
    let asked = json!({ "conversation": conversation, "documents": documents_asked });
    session.trail().account("question", &asked)?;
    tell(AskEvent::Started { conversation_id: conversation, question });

    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
    let stop = Stop::default();
    session.begin_answer(number, stop.clone());
    let question = Question { conversation, history, text: text.to_owned(), scope, seed: now_ms() as u32 };
    let answer = session.assistant().ask(question, &stop, |progress| tell(progress.into())).await;
    session.end_answer(number);

    let message = vault.add_message(conversation, new_message(answer), now_ms())?;
    let cited: BTreeSet<i64> = message.citations.iter().map(|citation| citation.document_id).collect();
    let answered = json!({ "conversation": conversation, "message": message.id, "documents": cited });
    session.trail().account("answer", &answered)?;
    tell(AskEvent::Done { message });
    Ok(())
}

fn new_message(answer: Answer) -> NewMessage {
    NewMessage {
        role: Role::Assistant,
        text: answer.text,
        citations: answer.citations,
        state: answer.state,
        refused: answer.refused,
        failure: answer.failure,
    }
}

/// A conversation is called by its first question until the person renames it.
fn title(question: &str) -> String {
    const LONGEST: usize = 40;
    let line = question.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", line[..cut].trim_end()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_called_by_its_first_question() {
        let long = "가".repeat(60);
        let table = [
            ("연가는 며칠입니까?", "연가는 며칠입니까?".to_owned()),
            ("첫 줄\n둘째 줄", "첫 줄".to_owned()),
            (long.as_str(), format!("{}…", "가".repeat(40))),
        ];
        for (question, wanted) in table {
            assert_eq!(title(question), wanted);
        }
    }
}
