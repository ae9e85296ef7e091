use std::sync::atomic::{AtomicU64, Ordering};

use assistant::{Answer, Budget, Progress, Question, Scope, Stop};
use engine::Model;
use policy::{Kept, gguf};
use serde::Serialize;
use serde_json::{Value, json};
use tauri::State;
use tauri::ipc::Channel;
use vault::{Branch, Figures, Message, NewMessage, Role, Vault};
use wire::Failure;

use crate::app::{App, now_ms, seed};
use crate::session::Session;
use crate::shown::ShownMessage;

/// `AskEvent` of the window's contract.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AskEvent {
    Started { conversation_id: i64, question: ShownMessage },
    Rewritten { question: String },
    Searching,
    Reading { done: u32, total: u32 },
    Prefill { done: u32, total: u32 },
    Thought { text: String },
    Token { text: String },
    Done { message: ShownMessage },
}

/// Stops the answer that is being written.
#[tauri::command]
pub fn stop(app: State<'_, App>) {
    if let Ok(session) = app.session() {
        session.stop();
    }
}

/// The person types while something is computed: the engine stands back for the keys.
#[tauri::command]
pub fn typing(app: State<'_, App>) {
    if let Ok(session) = app.session() {
        session.typing();
    }
}

/// The window shows this conversation and asks these documents: what its next question begins with is read while
/// nothing else is asked. Returns at once, with how that question will share out the context.
#[tauri::command]
pub async fn expect_question(
    app: State<'_, App>,
    conversation_id: Option<i64>,
    document_ids: Vec<i64>,
) -> Result<Option<Budget>, Failure> {
    let session = app.session()?;
    session.expect_question(conversation_id, document_ids.clone());
    session.budget(conversation_id, document_ids).await
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
    ask_in(&app, Asked::Next(conversation_id, &question), document_ids, to(&events)).await
}

/// Answers an edited question, which stands beside the first wording; returns once the answer is saved.
#[tauri::command]
pub async fn edit_and_resend(
    app: State<'_, App>,
    message_id: i64,
    question: String,
    document_ids: Vec<i64>,
    events: Channel<AskEvent>,
) -> Result<(), Failure> {
    ask_in(&app, Asked::Edited(message_id, &question), document_ids, to(&events)).await
}

/// Answers a question again, beside the answers that it has; returns once the answer is saved. The message is the
/// question or one of its answers.
#[tauri::command]
pub async fn regenerate(
    app: State<'_, App>,
    message_id: i64,
    document_ids: Vec<i64>,
    events: Channel<AskEvent>,
) -> Result<(), Failure> {
    ask_in(&app, Asked::Again(message_id), document_ids, to(&events)).await
}

fn to(events: &Channel<AskEvent>) -> impl FnMut(AskEvent) {
    // A window that closed no longer listens; the answer is saved all the same.
    move |event| {
        let _ = events.send(event);
    }
}

/// What is asked, and where in a conversation.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// A question behind what is shown of a conversation, or the first of a new one.
    Next(Option<i64>, &'a str),
    /// Another wording of a question, which is known by its row.
    Edited(i64, &'a str),
    /// Another answer: to this question, or to the question of this answer.
    Again(i64),
}

/// A question that is kept, and what stands before it on its branch.
struct Begun {
    conversation: i64,
    history: Vec<Message>,
    question: Message,
}

/// Keeps what is asked, and accounts for it.
fn keep_question(session: &Session, asked: Asked<'_>, documents: usize) -> Result<Begun, Failure> {
    let vault = session.vault();
    let (conversation, history, text) = match asked {
        Asked::Next(Some(id), text) => (id, vault.conversation(id)?.messages, text),
        Asked::Next(None, text) => (vault.create_conversation(&title(text), now_ms())?.id, Vec::new(), text),
        Asked::Edited(message, text) => {
            let Begun { conversation, history, .. } = question_of(vault, message)?;
            (conversation, history, text)
        }
        Asked::Again(message) => {
            let begun = question_of(vault, message)?;
            let entry = json!({
                "conversation": begun.conversation, "question": begun.question.id, "documents": documents,
            });
            session.trail().account("answer_again", &entry)?;
            return Ok(begun);
        }
    };
    let mut entry = json!({ "conversation": conversation, "documents": documents });
    keep(&mut entry, text, session.policy().audit.questions);
    session.trail().account("question", &entry)?;
    let parent = history.last().map(|message| message.id);
    let question = vault.add_message_under(conversation, parent, NewMessage::question(text), now_ms())?;
    if let Asked::Next(into, _) = asked {
        // It is what the draft became.
        vault.save_draft(into, "")?;
    }
    Ok(Begun { conversation, history, question })
}

/// The question that a message is or answers.
fn question_of(vault: &Vault, message: i64) -> Result<Begun, Failure> {
    let Branch { conversation, messages: mut history } = vault.branch_to(message)?;
    if history.last().is_some_and(|last| last.role == Role::Assistant) {
        history.pop();
    }
    match history.pop_if(|last| last.role == Role::User) {
        Some(question) => Ok(Begun { conversation, history, question }),
        None => Err(vault::Error::Missing { what: "question", id: message }.into()),
    }
}

/// As [`ask`], [`edit_and_resend`] and [`regenerate`], without a window.
///
/// # Errors
/// Where the question could not be saved or the library is not open; a failed answer is no error but a message.
pub async fn ask_in(
    app: &App,
    asked: Asked<'_>,
    documents: Vec<i64>,
    mut tell: impl FnMut(AskEvent),
) -> Result<(), Failure> {
    let asked = match asked {
        Asked::Next(into, text) => Asked::Next(into, worded(text)?),
        Asked::Edited(message, text) => Asked::Edited(message, worded(text)?),
        Asked::Again(message) => Asked::Again(message),
    };
    // The session that the question began in: locked meanwhile, its answer is stopped and goes where it belongs.
    let session = app.session()?;
    session.refuse_while_trying()?;
    let vault = session.vault();
    let documents_asked = documents.len();
    let scope = match documents.is_empty() {
        true => Scope::Chat,
        false => Scope::Documents(session.opened_library().await?.0.clone(), documents),
    };
    let another = matches!(asked, Asked::Again(_));
    let Begun { conversation, history, question } = keep_question(&session, asked, documents_asked)?;
    let (parent, text) = (question.id, question.text.clone());
    tell(AskEvent::Started { conversation_id: conversation, question: session.shown().message(question) });

    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
    let stop = Stop::default();
    session.begin_answer(number, stop.clone());
    let question = Question { conversation, history, text, scope, seed: seed(), another };
    let (mut thoughts, mut stream) = (session.shown().stream(), session.shown().stream());
    let told = |progress| match progress {
        Progress::Rewritten(question) => tell(AskEvent::Rewritten { question: session.shown().text(&question).0 }),
        Progress::Searching => tell(AskEvent::Searching),
        Progress::Reading { done, total } => tell(AskEvent::Reading { done, total }),
        Progress::Prefill { done, total } => tell(AskEvent::Prefill { done, total }),
        Progress::Thought(text) => {
            let text = thoughts.push(&text);
            if !text.is_empty() {
                tell(AskEvent::Thought { text });
            }
        }
        Progress::Token(text) => {
            // It has thought to the end.
            let rest = thoughts.rest();
            if !rest.is_empty() {
                tell(AskEvent::Thought { text: rest });
            }
            let text = stream.push(&text);
            if !text.is_empty() {
                tell(AskEvent::Token { text });
            }
        }
    };
    let answer = session.assistant().ask(question, &stop, told).await;
    session.end_answer(number);

    let mut answered = json!({ "conversation": conversation, "documents": answer.documents, "model": session.model() });
    keep(&mut answered, &answer.text, session.policy().audit.answers);
    let figures = figures(&answer, session.model_now());
    // An answer is kept with the grade of what it was made of, or not at all.
    let kept = vault
        .note_cited(conversation, &answer.documents)
        .and_then(|()| vault.add_message_under(conversation, Some(parent), new_message(answer, figures), now_ms()));
    // What was shown is accounted for, also where it could not be kept.
    answered["message"] = kept.as_ref().map_or(Value::Null, |message| message.id.into());
    answered["grade"] = json!(vault.conversation_row(conversation).ok().and_then(|row| row.grade));
    session.trail().account("answer", &answered)?;
    tell(AskEvent::Done { message: session.shown().message(kept?) });
    Ok(())
}

/// A question's words.
fn worded(text: &str) -> Result<&str, Failure> {
    match text.trim() {
        "" => Err(Failure::new("question_empty", "질문을 입력해 주십시오.", "")),
        text => Ok(text),
    }
}

/// Adds as much of a text to an entry of the trail as the agency wants kept.
fn keep(entry: &mut Value, text: &str, kept: Kept) {
    match kept {
        Kept::Nothing => {}
        Kept::Hash => entry["text_sha256"] = gguf::sha256(text.as_bytes()).unwrap_or_default().into(),
        Kept::Text => entry["text"] = text.into(),
    }
}

fn new_message(answer: Answer, figures: Option<Figures>) -> NewMessage {
    NewMessage {
        role: Role::Assistant,
        text: answer.text,
        citations: answer.citations,
        state: answer.state,
        refused: answer.refused,
        failure: answer.failure,
        basis: answer.basis,
        figures,
    }
}

/// What an answer took of this model; `None` where it wrote nothing.
fn figures(answer: &Answer, model: Option<Model>) -> Option<Figures> {
    let (usage, first_ms, model) = (answer.usage?, answer.ttft_ms?, model?);
    Some(Figures {
        first_ms: first_ms.round() as u32,
        prefill_ms: usage.prefill_ms.round() as u32,
        generate_ms: usage.generate_ms.round() as u32,
        prompt_tokens: usage.prompt_tokens,
        cached_tokens: usage.prompt_tokens.saturating_sub(usage.read_tokens),
        restored_tokens: usage.restored_tokens,
        joined_tokens: usage.joined_tokens,
        generated_tokens: usage.generated_tokens,
        accepted_tokens: usage.accepted_tokens,
        draft_model_tokens: usage.draft_model_tokens,
        context_tokens: model.context_tokens,
        device: model.device,
    })
}

/// A conversation is called by its first question until the model or the person renames it.
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
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_trail_keeps_of_a_text_what_the_agency_wants() {
        let table = [
            (Kept::Nothing, r#"{"conversation":1}"#),
            (Kept::Text, r#"{"conversation":1,"text":"가"}"#),
            (
                Kept::Hash,
                // printf 가 | sha256sum
                r#"{"conversation":1,"text_sha256":"64ee5293d31bc58b72d76ae9a86a902e90442428e29f24f4ecb257ba841cdd36"}"#,
            ),
        ];
        for (kept, wanted) in table {
            let mut entry = json!({ "conversation": 1 });
            keep(&mut entry, "가", kept);
            assert_eq!(entry.to_string(), wanted);
        }
    }

    #[test]
    fn an_answer_has_figures_where_the_model_wrote_something() {
        let usage = engine::Usage {
            finish: engine::Finish::End,
            prompt_tokens: 1700,
            cached_tokens: 1200,
            restored_tokens: 800,
            joined_tokens: 300,
            read_tokens: 200,
            generated_tokens: 134,
            prefill_ms: 899.6,
            generate_ms: 4620.0,
            drafted_tokens: 40,
            accepted_tokens: 30,
            draft_model_tokens: 12,
        };
        let answer = |ttft_ms| Answer {
            text: "연가는 15일입니다.".to_owned(),
            citations: Vec::new(),
            documents: std::collections::BTreeSet::new(),
            refused: false,
            state: vault::MessageState::Complete,
            failure: None,
            usage: Some(usage),
            ttft_ms,
            coverage: None,
            basis: None,
        };
        let model = Model {
            name: "모델".to_owned(),
            path: PathBuf::from("/model.gguf"),
            context_tokens: 8192,
            device: "CPU".to_owned(),
            threads: 4,
            dimensions: 1536,
            variant: "haswell".to_owned(),
            layers: 29,
            gpu_layers: 0,
            kv_type: "q8_0".to_owned(),
            memory_bytes: 1 << 30,
            draft: None,
            notices: Vec::new(),
        };
        let told = figures(&answer(Some(1234.5)), Some(model.clone())).unwrap();
        assert_eq!((told.first_ms, told.prefill_ms, told.generate_ms), (1235, 900, 4620));
        assert_eq!((told.prompt_tokens, told.cached_tokens), (1700, 1500));
        assert_eq!((told.restored_tokens, told.joined_tokens), (800, 300));
        assert_eq!((told.generated_tokens, told.context_tokens), (134, 8192));
        assert_eq!((told.accepted_tokens, told.draft_model_tokens), (30, 12));
        assert_eq!(told.device, "CPU");
        assert_eq!(figures(&answer(None), Some(model)), None, "it was stopped before a word came");
        assert_eq!(figures(&answer(Some(1.0)), None), None);
    }

    #[test]
    fn another_answer_is_given_to_the_question_of_an_answer_behind_what_stood_before_it() {
        let vault = Vault::in_memory().unwrap();
        let id = vault.create_conversation("연가", 0).unwrap().id;
        let said = ["연가는?", "15일", "병가는?", "60일", "출장은?"];
        let add = |(at, text): (usize, &str)| {
            let message = if at % 2 == 0 { NewMessage::question(text) } else { NewMessage::answer(text) };
            vault.add_message(id, message, 1).unwrap().id
        };
        let ids: Vec<i64> = said.into_iter().enumerate().map(add).collect();
        // A message, the question that it is or answers, and how many messages stand before that.
        let table = [(0, "연가는?", 0), (1, "연가는?", 0), (2, "병가는?", 2), (3, "병가는?", 2), (4, "출장은?", 4)];
        for (at, wanted, before) in table {
            let Begun { conversation, history, question } = question_of(&vault, ids[at]).unwrap();
            assert_eq!((conversation, question.text.as_str()), (id, wanted));
            assert_eq!(history.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), said[..before]);
        }
        assert_eq!(question_of(&vault, 99).err().map(|failure| failure.code), Some("not_found".to_owned()));
        let alone = vault.add_message_under(id, None, NewMessage::answer("아무도 묻지 않은 답"), 2).unwrap().id;
        assert_eq!(question_of(&vault, alone).err().map(|failure| failure.code), Some("not_found".to_owned()));
    }

    #[test]
    fn a_question_has_words() {
        for (text, wanted) in [(" 연가는?\n", Ok("연가는?")), (" \n", Err("question_empty"))] {
            assert_eq!(worded(text).map_err(|failure| failure.code), wanted.map_err(str::to_owned));
        }
    }

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
