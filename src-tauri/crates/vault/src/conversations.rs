use policy::Grade;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use serde::{Deserialize, Serialize};

use crate::branches::{Tree, head, path};
use crate::messages::Message;
use crate::rows::from_word;
use crate::{Error, Result, Vault};

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
    /// The row of the folder it is in.
    pub folder: Option<i64>,
    /// When it was pinned, in milliseconds since 1970; `None` where it is not.
    pub pinned_at: Option<i64>,
    /// When it was put into the archive, in milliseconds since 1970; `None` where it was not.
    pub archived_at: Option<i64>,
}

/// Which conversations are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConversationFilter {
    /// Only those in the archive, or only the others; `None` is any.
    pub archived: Option<bool>,
    /// Only those that are pinned, or only the others; `None` is any.
    pub pinned: Option<bool>,
    /// Only those of these folders, by row id; `None` among them for those that are in no folder. An empty list is any.
    pub folders: Vec<Option<i64>>,
}

impl ConversationFilter {
    fn holds(&self, row: &ConversationRow) -> bool {
        self.archived.is_none_or(|archived| row.archived_at.is_some() == archived)
            && self.pinned.is_none_or(|pinned| row.pinned_at.is_some() == pinned)
            && (self.folders.is_empty() || self.folders.contains(&row.folder))
    }
}

/// A conversation with the messages that are shown of it, oldest first: see [`Vault::switch_branch`].
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
      WHERE cited.conversation_id = c.id), c.folder, c.pinned_at, c.archived_at FROM conversations c";

fn row_of(row: &Row<'_>) -> Result<ConversationRow> {
    let grades = [row.get::<_, Option<String>>(3)?, row.get(4)?];
    let grades = grades.iter().flatten().flat_map(|grades| grades.split(','));
    let grades: Vec<Grade> = grades.map(|grade| from_word(grade.to_owned())).collect::<Result<_>>()?;
    Ok(ConversationRow {
        id: row.get(0)?,
        title: row.get(1)?,
        updated_at: row.get(2)?,
        grade: policy::highest(grades),
        folder: row.get(5)?,
        pinned_at: row.get(6)?,
        archived_at: row.get(7)?,
    })
}

fn row(connection: &Connection, id: i64) -> Result<ConversationRow> {
    connection
        .prepare_cached(&format!("{CONVERSATION} WHERE c.id = ?1"))?
        .query_and_then([id], row_of)?
        .next()
        .unwrap_or(Err(Error::Missing { what: "conversation", id }))
}

pub(crate) fn found(changed: usize, what: &'static str, id: i64) -> Result<()> {
    if changed == 0 {
        Err(Error::Missing { what, id })
    } else {
        Ok(())
    }
}

pub(crate) fn touch(connection: &Connection, conversation: i64, now_ms: i64) -> Result<()> {
    found(
        connection.execute(
            "UPDATE conversations SET updated_at = ?2 WHERE id = ?1",
            params![conversation, now_ms],
        )?,
        "conversation",
        conversation,
    )
}

impl Vault {
    /// A new, empty conversation, which is called by its first question: see [`Vault::propose_title`].
    ///
    /// # Errors
    /// The database's.
    pub fn create_conversation(&self, title: &str, now_ms: i64) -> Result<ConversationRow> {
        self.with(|connection| {
            connection.execute(
                "INSERT INTO conversations (title, titled_by, created_at, updated_at) VALUES (?1, 'question', ?2, ?2)",
                params![title, now_ms],
            )?;
            row(connection, connection.last_insert_rowid())
        })
    }

    /// The conversations that were not removed, also those in the archive: pinned ones first, each part latest first.
    ///
    /// # Errors
    /// The database's.
    pub fn conversations(&self) -> Result<Vec<ConversationRow>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "{CONVERSATION} WHERE c.removed_at IS NULL
                     ORDER BY c.pinned_at IS NULL, c.updated_at DESC, c.id DESC"
                ))?
                .query_and_then([], row_of)?
                .collect()
        })
    }

    /// Those of [`Vault::conversations`] that a filter holds, in that order.
    ///
    /// # Errors
    /// The database's.
    pub fn conversations_of(&self, filter: &ConversationFilter) -> Result<Vec<ConversationRow>> {
        let mut rows = self.conversations()?;
        rows.retain(|row| filter.holds(row));
        Ok(rows)
    }

    /// A conversation's row in the list, also a removed one's.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn conversation_row(&self, id: i64) -> Result<ConversationRow> {
        self.with(|connection| row(connection, id))
    }

    /// A conversation with the messages that are shown of it, also a removed one.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn conversation(&self, id: i64) -> Result<Conversation> {
        self.with(|connection| {
            let row = row(connection, id)?;
            let tree = Tree::of(connection, id)?;
            let messages = path(connection, &tree, head(connection, id)?)?;
            Ok(Conversation { row, messages })
        })
    }

    /// Gives a conversation the title that the person typed; its place in the list stays.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn rename_conversation(&self, id: i64, title: &str) -> Result<()> {
        self.change(id, "UPDATE conversations SET title = ?2, titled_by = 'person' WHERE id = ?1", title)
    }

    /// True while a conversation is called by its first question.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn is_called_by_question(&self, id: i64) -> Result<bool> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT titled_by = 'question' FROM conversations WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?
                .ok_or(Error::Missing { what: "conversation", id })
        })
    }

    /// Gives a conversation the title that the model proposed, in place of its first question and of nothing else: what
    /// the person typed stays. True where it has it now.
    ///
    /// # Errors
    /// The database's.
    pub fn propose_title(&self, id: i64, title: &str) -> Result<bool> {
        self.with(|connection| {
            let changed = connection.execute(
                "UPDATE conversations SET title = ?2, titled_by = 'model' WHERE id = ?1 AND titled_by = 'question'",
                params![id, title],
            )?;
            Ok(changed > 0)
        })
    }

    /// Pins a conversation above the others; `None` takes the pin off.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn pin_conversation(&self, id: i64, at_ms: Option<i64>) -> Result<()> {
        self.change(id, "UPDATE conversations SET pinned_at = ?2 WHERE id = ?1", at_ms)
    }

    /// Puts a conversation into the archive; `None` takes it out.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn archive_conversation(&self, id: i64, at_ms: Option<i64>) -> Result<()> {
        self.change(id, "UPDATE conversations SET archived_at = ?2 WHERE id = ?1", at_ms)
    }

    /// Takes a conversation off the list; [`Vault::restore_conversation`] brings it back.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn remove_conversation(&self, id: i64, now_ms: i64) -> Result<()> {
        self.change(id, "UPDATE conversations SET removed_at = ?2 WHERE id = ?1", Some(now_ms))
    }

    /// Brings a removed conversation back.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn restore_conversation(&self, id: i64) -> Result<()> {
        self.change(id, "UPDATE conversations SET removed_at = ?2 WHERE id = ?1", None::<i64>)
    }

    fn change(&self, id: i64, statement: &str, value: impl ToSql) -> Result<()> {
        self.with(|connection| {
            let changed = connection.prepare_cached(statement)?.execute(params![id, value])?;
            found(changed, "conversation", id)
        })
    }

    /// Forgets a conversation for good, with all its branches and its draft.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn forget_conversation(&self, id: i64) -> Result<()> {
        self.with(|connection| {
            found(connection.execute("DELETE FROM conversations WHERE id = ?1", [id])?, "conversation", id)
        })
    }
}
