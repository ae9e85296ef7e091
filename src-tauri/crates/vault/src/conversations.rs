use documents::Page;
use policy::Grade;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use wire::Failure;

use crate::grades::{cite, unquote_forgotten};
use crate::rows::from_word;
use crate::{Basis, Error, Figures, Result, Vault, from_json, json};

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }

    pub(crate) fn named(name: &str) -> Result<Self> {
        match name {
            "user" => Ok(Self::User),
            "assistant" => Ok(Self::Assistant),
            _ => Err(Error::content(format!("a message by {name}"))),
        }
    }
}

/// How a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    /// Whole.
    Complete,
    /// The person stopped it.
    Stopped,
    /// An error ended it; see its failure.
    Failed,
}

impl MessageState {
    fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    fn named(name: &str) -> Result<Self> {
        match name {
            "complete" => Ok(Self::Complete),
            "stopped" => Ok(Self::Stopped),
            "failed" => Ok(Self::Failed),
            _ => Err(Error::content(format!("a message in state {name}"))),
        }
    }
}

/// Where a sentence of an answer comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The number in the answer's text: `[1]`.
    pub mark: u32,
    /// The passage it stands on.
    pub passage_id: i64,
    /// The passage's document.
    pub document_id: i64,
    /// The document's file name.
    pub file: String,
    /// The page, where the format has pages.
    pub page: Option<Page>,
    /// The section, **from 1**, as the person reads it (a passage's own counts from 0).
    pub section: u32,
    /// The headings above the passage, outermost first.
    pub heading_path: Vec<String>,
    /// The words of the passage, verbatim.
    pub quote: String,
}

/// A message that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its row.
    pub id: i64,
    /// Who wrote it.
    pub role: Role,
    /// Markdown; an assistant's holds marks like `[1]`.
    pub text: String,
    /// One for each mark.
    pub citations: Vec<Citation>,
    /// How it ended.
    pub state: MessageState,
    /// True where the documents hold no answer.
    pub refused: bool,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What the model was given to answer from; `None` in a chat, for a question, and of an older program.
    pub basis: Option<Basis>,
    /// What it took; `None` where the model wrote nothing, for a question, and of an older program.
    pub figures: Option<Figures>,
}

/// A message that is not kept yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Who wrote it.
    pub role: Role,
    /// Markdown.
    pub text: String,
    /// One for each mark.
    pub citations: Vec<Citation>,
    /// How it ended.
    pub state: MessageState,
    /// True where the documents hold no answer.
    pub refused: bool,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What the model was given to answer from; `None` in a chat, for a question, and of an older program.
    pub basis: Option<Basis>,
    /// What it took; `None` where the model wrote nothing, for a question, and of an older program.
    pub figures: Option<Figures>,
}

impl NewMessage {
    /// A question of the person.
    pub fn question(text: impl Into<String>) -> Self {
        Self {
            role: Role::User,
            ..Self::answer(text)
        }
    }

    /// A whole answer without citations; set the other fields as needed.
    pub fn answer(text: impl Into<String>) -> Self {
        Self {
            role: Role::Assistant,
            text: text.into(),
            citations: Vec::new(),
            state: MessageState::Complete,
            refused: false,
            failure: None,
            basis: None,
            figures: None,
        }
    }
}

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationRow {
    /// Its row.
    pub id: i64,
    /// As the person reads it.
    pub title: String,
    /// Milliseconds since 1970.
    pub updated_at: i64,
    /// The highest grade of what it cited; `None` where it cited nothing.
    pub grade: Option<Grade>,
}

/// A conversation with its messages, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its row in the list.
    #[serde(flatten)]
    pub row: ConversationRow,
    /// Oldest first.
    pub messages: Vec<Message>,
}

const CONVERSATION: &str = "SELECT c.id, c.title, c.updated_at, c.grade_kept,
     (SELECT group_concat(DISTINCT coalesce(d.grade, 'C')) FROM cited JOIN documents d ON d.id = cited.document_id
      WHERE cited.conversation_id = c.id) FROM conversations c";

fn row_of(row: &Row<'_>) -> Result<ConversationRow> {
    let grades = [row.get::<_, Option<String>>(3)?, row.get(4)?];
    let grades = grades.iter().flatten().flat_map(|grades| grades.split(','));
    let grades: Vec<Grade> = grades.map(|grade| from_word(grade.to_owned())).collect::<Result<_>>()?;
    Ok(ConversationRow {
        id: row.get(0)?,
        title: row.get(1)?,
        updated_at: row.get(2)?,
        grade: policy::highest(grades),
    })
}

fn message_of(row: &Row<'_>) -> Result<Message> {
    Ok(Message {
        id: row.get(0)?,
        role: Role::named(&row.get::<_, String>(1)?)?,
        text: row.get(2)?,
        citations: from_json(&row.get::<_, String>(3)?)?,
        state: MessageState::named(&row.get::<_, String>(4)?)?,
        refused: row.get(5)?,
        failure: row
            .get::<_, Option<String>>(6)?
            .as_deref()
            .map(from_json)
            .transpose()?,
        basis: row.get::<_, Option<String>>(7)?.as_deref().map(from_json).transpose()?,
        figures: row.get::<_, Option<String>>(8)?.as_deref().map(from_json).transpose()?,
    })
}

fn row(connection: &Connection, id: i64) -> Result<ConversationRow> {
    connection
        .prepare_cached(&format!("{CONVERSATION} WHERE c.id = ?1"))?
        .query_and_then([id], row_of)?
        .next()
        .unwrap_or(Err(Error::Missing { what: "conversation", id }))
}

fn found(changed: usize, what: &'static str, id: i64) -> Result<()> {
    if changed == 0 {
        Err(Error::Missing { what, id })
    } else {
        Ok(())
    }
}

fn touch(connection: &Connection, conversation: i64, now_ms: i64) -> Result<()> {
    found(
        connection.execute(
            "UPDATE conversations SET updated_at = ?2 WHERE id = ?1",
            params![conversation, now_ms],
        )?,
        "conversation",
        conversation,
    )
}

/// Takes the words that answers quote of a document out of them, inside the caller's transaction: the mark stays, so
/// that the answer still says that it stood on something.
pub(crate) fn unquote(connection: &Connection, document: i64) -> Result<()> {
    let quoting: Vec<(i64, String)> = connection
        .prepare_cached(
            "SELECT m.id, m.citations FROM messages m, json_each(m.citations) c
             WHERE json_extract(c.value, '$.document_id') = ?1 GROUP BY m.id",
        )?
        .query_map([document], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (message, citations) in quoting {
        let mut citations: Vec<Citation> = from_json(&citations)?;
        citations.iter_mut().filter(|citation| citation.document_id == document).for_each(|citation| {
            citation.quote.clear();
            citation.heading_path.clear();
        });
        connection
            .prepare_cached("UPDATE messages SET citations = ?2 WHERE id = ?1")?
            .execute(params![message, json(&citations)?])?;
    }
    Ok(())
}

impl Vault {
    /// A new, empty conversation.
    ///
    /// # Errors
    /// The database's.
    pub fn create_conversation(&self, title: &str, now_ms: i64) -> Result<ConversationRow> {
        self.with(|connection| {
            connection.execute(
                "INSERT INTO conversations (title, created_at, updated_at) VALUES (?1, ?2, ?2)",
                params![title, now_ms],
            )?;
            Ok(ConversationRow {
                id: connection.last_insert_rowid(),
                title: title.to_owned(),
                updated_at: now_ms,
                grade: None,
            })
        })
    }

    /// The conversations that were not removed, latest first.
    ///
    /// # Errors
    /// The database's.
    pub fn conversations(&self) -> Result<Vec<ConversationRow>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "{CONVERSATION} WHERE c.removed_at IS NULL ORDER BY c.updated_at DESC, c.id DESC"
                ))?
                .query_and_then([], row_of)?
                .collect()
        })
    }

    /// A conversation's row in the list, also a removed one's.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn conversation_row(&self, id: i64) -> Result<ConversationRow> {
        self.with(|connection| row(connection, id))
    }

    /// A conversation with its messages, also a removed one.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn conversation(&self, id: i64) -> Result<Conversation> {
        self.with(|connection| {
            let row = row(connection, id)?;
            let messages = connection
                .prepare_cached(
                    "SELECT id, role, text, citations, state, refused, failure, basis, figures FROM messages
                     WHERE conversation_id = ?1 ORDER BY id",
                )?
                .query_and_then([id], message_of)?
                .collect::<Result<_>>()?;
            Ok(Conversation { row, messages })
        })
    }

    /// Gives a conversation another title; its place in the list stays.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn rename_conversation(&self, id: i64, title: &str) -> Result<()> {
        self.with(|connection| {
            found(
                connection.execute(
                    "UPDATE conversations SET title = ?2 WHERE id = ?1",
                    params![id, title],
                )?,
                "conversation",
                id,
            )
        })
    }

    /// Takes a conversation off the list; [`Vault::restore_conversation`] brings it back.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn remove_conversation(&self, id: i64, now_ms: i64) -> Result<()> {
        self.with(|connection| {
            found(
                connection.execute(
                    "UPDATE conversations SET removed_at = ?2 WHERE id = ?1",
                    params![id, now_ms],
                )?,
                "conversation",
                id,
            )
        })
    }

    /// Brings a removed conversation back.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn restore_conversation(&self, id: i64) -> Result<()> {
        self.with(|connection| {
            found(
                connection.execute(
                    "UPDATE conversations SET removed_at = NULL WHERE id = ?1",
                    [id],
                )?,
                "conversation",
                id,
            )
        })
    }

    /// Forgets a conversation for good, with its messages.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn forget_conversation(&self, id: i64) -> Result<()> {
        self.with(|connection| {
            found(connection.execute("DELETE FROM conversations WHERE id = ?1", [id])?, "conversation", id)
        })
    }

    /// Adds a message at the end of a conversation, which moves to the top of the list. Of a document that is forgotten
    /// by now it keeps no words.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is no such conversation.
    pub fn add_message(
        &self,
        conversation: i64,
        mut message: NewMessage,
        now_ms: i64,
    ) -> Result<Message> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            unquote_forgotten(&transaction, &mut message.citations)?;
            touch(&transaction, conversation, now_ms)?;
            transaction.execute(
                "INSERT INTO messages
                     (conversation_id, role, text, citations, state, refused, failure, basis, figures, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    conversation,
                    message.role.name(),
                    message.text,
                    json(&message.citations)?,
                    message.state.name(),
                    message.refused,
                    message.failure.as_ref().map(json).transpose()?,
                    message.basis.as_ref().map(json).transpose()?,
                    message.figures.as_ref().map(json).transpose()?,
                    now_ms,
                ],
            )?;
            let id = transaction.last_insert_rowid();
            cite(&transaction, conversation, message.citations.iter().map(|citation| citation.document_id))?;
            transaction.commit()?;
            let NewMessage { role, text, citations, state, refused, failure, basis, figures } = message;
            Ok(Message { id, role, text, citations, state, refused, failure, basis, figures })
        })
    }

    /// Writes a message again, whole, under the same id.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn finish_message(&self, message: &Message, now_ms: i64) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let conversation = transaction
                .query_row("SELECT conversation_id FROM messages WHERE id = ?1", [message.id], |row| row.get(0))
                .optional()?
                .ok_or(Error::Missing { what: "message", id: message.id })?;
            transaction.execute(
                "UPDATE messages SET role = ?2, text = ?3, citations = ?4, state = ?5, refused = ?6, failure = ?7,
                 basis = ?8, figures = ?9 WHERE id = ?1",
                params![
                    message.id,
                    message.role.name(),
                    message.text,
                    json(&message.citations)?,
                    message.state.name(),
                    message.refused,
                    message.failure.as_ref().map(json).transpose()?,
                    message.basis.as_ref().map(json).transpose()?,
                    message.figures.as_ref().map(json).transpose()?,
                ],
            )?;
            cite(&transaction, conversation, message.citations.iter().map(|citation| citation.document_id))?;
            touch(&transaction, conversation, now_ms)?;
            transaction.commit()?;
            Ok(())
        })
    }
}
