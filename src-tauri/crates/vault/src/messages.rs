//! What was said in a conversation, and what the person thinks of it.

use documents::Page;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use wire::Failure;

use crate::branches::{Tree, conversation_of, head, show};
use crate::conversations::{found, touch};
use crate::grades::{cite, unquote_forgotten};
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

/// What the person thinks of an answer; on the wire and in the column -1, 0 or 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "i8", try_from = "i8")]
pub enum Rating {
    /// It was of no use.
    Bad,
    /// The person did not say.
    #[default]
    None,
    /// It was of use.
    Good,
}

impl From<Rating> for i8 {
    fn from(rating: Rating) -> Self {
        match rating {
            Rating::Bad => -1,
            Rating::None => 0,
            Rating::Good => 1,
        }
    }
}

impl TryFrom<i8> for Rating {
    type Error = String;

    fn try_from(number: i8) -> std::result::Result<Self, String> {
        match number {
            -1 => Ok(Self::Bad),
            0 => Ok(Self::None),
            1 => Ok(Self::Good),
            _ => Err(format!("a rating of {number}")),
        }
    }
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
    /// The message that it answers or goes on from; `None` for the first.
    pub parent: Option<i64>,
    /// It and the others under its parent, oldest first: the answers to one question, the wordings of one question.
    pub siblings: Vec<i64>,
    /// What the person thinks of it.
    pub rating: Rating,
    /// Why, in the person's words.
    pub rating_note: Option<String>,
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

/// The columns that [`message_of`] reads.
pub(crate) const MESSAGE: &str =
    "id, role, text, citations, state, refused, failure, basis, figures, parent, rating, rating_note";

pub(crate) fn message_of(row: &Row<'_>, tree: &Tree) -> Result<Message> {
    let parent = row.get(9)?;
    Ok(Message {
        id: row.get(0)?,
        role: Role::named(&row.get::<_, String>(1)?)?,
        text: row.get(2)?,
        citations: from_json(&row.get::<_, String>(3)?)?,
        state: MessageState::named(&row.get::<_, String>(4)?)?,
        refused: row.get(5)?,
        failure: row.get::<_, Option<String>>(6)?.as_deref().map(from_json).transpose()?,
        basis: row.get::<_, Option<String>>(7)?.as_deref().map(from_json).transpose()?,
        figures: row.get::<_, Option<String>>(8)?.as_deref().map(from_json).transpose()?,
        parent,
        siblings: tree.under(parent).to_vec(),
        rating: Rating::try_from(row.get::<_, i8>(10)?).map_err(Error::content)?,
        rating_note: row.get(11)?,
    })
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

/// Adds a message under `parent`, inside the caller's transaction, and shows it, unless the person went over to a
/// branch that `parent` is not on: an answer that comes late takes nobody away from what is being read.
fn add(
    connection: &Connection,
    conversation: i64,
    parent: Option<i64>,
    mut message: NewMessage,
    now_ms: i64,
) -> Result<Message> {
    touch(connection, conversation, now_ms)?;
    let tree = Tree::of(connection, conversation)?;
    if let Some(parent) = parent.filter(|parent| !tree.holds(*parent)) {
        return Err(Error::Missing { what: "message", id: parent });
    }
    unquote_forgotten(connection, &mut message.citations)?;
    connection
        .prepare_cached(
            "INSERT INTO messages
                 (conversation_id, parent, role, text, citations, state, refused, failure, basis, figures, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            conversation,
            parent,
            message.role.name(),
            message.text,
            json(&message.citations)?,
            message.state.name(),
            message.refused,
            message.failure.as_ref().map(json).transpose()?,
            message.basis.as_ref().map(json).transpose()?,
            message.figures.as_ref().map(json).transpose()?,
            now_ms,
        ])?;
    let id = connection.last_insert_rowid();
    cite(connection, conversation, message.citations.iter().map(|citation| citation.document_id))?;
    let shown = head(connection, conversation)?;
    if parent.is_none_or(|parent| tree.upward(shown).any(|shown| shown == parent)) {
        show(connection, conversation, id)?;
    }
    let siblings = tree.under(parent).iter().copied().chain([id]).collect();
    let NewMessage { role, text, citations, state, refused, failure, basis, figures } = message;
    let (rating, rating_note) = (Rating::None, None);
    Ok(Message {
        id, role, text, citations, state, refused, failure, basis, figures, parent, siblings, rating, rating_note,
    })
}

impl Vault {
    /// Adds a message behind those that are shown of a conversation, which moves to the top of the list. Of a document
    /// that is forgotten by now it keeps no words.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is no such conversation.
    pub fn add_message(&self, conversation: i64, message: NewMessage, now_ms: i64) -> Result<Message> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let parent = head(&transaction, conversation)?;
            let message = add(&transaction, conversation, parent, message, now_ms)?;
            transaction.commit()?;
            Ok(message)
        })
    }

    /// As [`Vault::add_message`], under `parent`, beside what stands there already: another answer to a question, or
    /// another wording of one. `None` is another beginning of the conversation. It is shown, unless another branch was
    /// chosen meanwhile.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is no such conversation, or no such message in it.
    pub fn add_message_under(
        &self,
        conversation: i64,
        parent: Option<i64>,
        message: NewMessage,
        now_ms: i64,
    ) -> Result<Message> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let message = add(&transaction, conversation, parent, message, now_ms)?;
            transaction.commit()?;
            Ok(message)
        })
    }

    /// Keeps what the person thinks of an answer, and why; [`Rating::None`] takes it back.
    ///
    /// # Errors
    /// [`Error::Missing`], also for a question.
    pub fn rate_message(&self, id: i64, rating: Rating, note: Option<&str>) -> Result<()> {
        self.with(|connection| {
            let changed = connection
                .prepare_cached(
                    "UPDATE messages SET rating = ?2, rating_note = ?3 WHERE id = ?1 AND role = 'assistant'",
                )?
                .execute(params![id, i8::from(rating), note])?;
            found(changed, "message", id)
        })
    }

    /// Writes a message again under the same id, whole but for its place and its rating.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn finish_message(&self, message: &Message, now_ms: i64) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let conversation = conversation_of(&transaction, message.id)?;
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
