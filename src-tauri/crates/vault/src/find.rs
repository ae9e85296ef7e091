//! What finding without the model reads: little of each document, and messages latest first.

use documents::Format;
use policy::Grade;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, params};

use crate::messages::Role;
use crate::rows::{from_word, name_of, path_of};
use crate::{Result, Vault};

/// A document in the list, as far as it is found by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindableDocument {
    /// Its row.
    pub id: i64,
    /// The file's name with its extension.
    pub name: String,
    /// Known once it was read.
    pub format: Option<Format>,
    /// The name of the folder that it came in with; `None` for a single file.
    pub folder: Option<String>,
    /// `None` until it was read.
    pub grade: Option<Grade>,
    /// True where a person decided the grade.
    pub graded_by_person: bool,
    /// Milliseconds since 1970.
    pub added_at: i64,
}

/// What was said in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageText {
    /// Its row.
    pub id: i64,
    /// The conversation's.
    pub conversation: i64,
    /// Who wrote it.
    pub role: Role,
    /// Markdown.
    pub text: String,
}

impl Vault {
    /// The documents that were not removed.
    ///
    /// # Errors
    /// The database's.
    pub fn findable_documents(&self) -> Result<Vec<FindableDocument>> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT id, name, format, folder, grade, graded_by_person, added_at FROM documents
                     WHERE removed_at IS NULL ORDER BY id",
                )?
                .query_and_then([], |row| -> Result<FindableDocument> {
                    Ok(FindableDocument {
                        id: row.get(0)?,
                        name: row.get(1)?,
                        format: row.get::<_, Option<String>>(2)?.map(from_word).transpose()?,
                        folder: match row.get_ref(3)? {
                            ValueRef::Null => None,
                            path => Some(name_of(&path_of(path)?)),
                        },
                        grade: row.get::<_, Option<String>>(4)?.map(from_word).transpose()?,
                        graded_by_person: row.get(5)?,
                        added_at: row.get(6)?,
                    })
                })?
                .collect()
        })
    }

    /// A document's first passage; `None` where it has none.
    ///
    /// # Errors
    /// The database's.
    pub fn first_passage(&self, document: i64) -> Result<Option<i64>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached("SELECT id FROM passages WHERE document_id = ?1 ORDER BY ordinal LIMIT 1")?
                .query_row([document], |row| row.get(0))
                .optional()?)
        })
    }

    /// Up to `limit` messages with an id below `before`, latest first, of conversations that were not removed: call
    /// again with the last one's id until none comes.
    ///
    /// # Errors
    /// The database's.
    pub fn messages_before(&self, before: i64, limit: usize) -> Result<Vec<MessageText>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT m.id, m.conversation_id, m.role, m.text FROM messages m
                     JOIN conversations c ON c.id = m.conversation_id
                     WHERE m.id < ?1 AND c.removed_at IS NULL ORDER BY m.id DESC LIMIT ?2",
                )?
                .query_and_then(params![before, limit], |row| -> Result<MessageText> {
                    Ok(MessageText {
                        id: row.get(0)?,
                        conversation: row.get(1)?,
                        role: Role::named(&row.get::<_, String>(2)?)?,
                        text: row.get(3)?,
                    })
                })?
                .collect()
        })
    }
}
