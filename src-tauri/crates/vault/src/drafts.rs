//! Questions that were not sent yet. They say as much as a document does, so that they are kept where documents are.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::{Error, Result, Vault};

/// A question that was not sent yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The conversation's row; `None` for one that has no question yet.
    pub conversation_id: Option<i64>,
    /// As far as it was written; never empty.
    pub text: String,
}

/// Stands for the conversation that has no question yet: ids begin at 1.
const NEW: i64 = 0;

impl Vault {
    /// Keeps what was written so far, in place of what was kept before; an empty text takes it away. It is on the disk
    /// when this returns.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn save_draft(&self, conversation: Option<i64>, text: &str) -> Result<()> {
        self.with(|connection| {
            if let Some(id) = conversation
                && !connection.prepare_cached("SELECT 1 FROM conversations WHERE id = ?1")?.exists([id])?
            {
                return Err(Error::Missing { what: "conversation", id });
            }
            if text.is_empty() {
                connection
                    .prepare_cached("DELETE FROM drafts WHERE coalesce(conversation_id, 0) = ?1")?
                    .execute([conversation.unwrap_or(NEW)])?;
            } else {
                connection
                    .prepare_cached(
                        "INSERT INTO drafts (conversation_id, text) VALUES (?1, ?2)
                         ON CONFLICT (coalesce(conversation_id, 0)) DO UPDATE SET text = excluded.text",
                    )?
                    .execute(params![conversation, text])?;
            }
            Ok(())
        })
    }

    /// What was written so far; empty where nothing was.
    ///
    /// # Errors
    /// The database's.
    pub fn draft(&self, conversation: Option<i64>) -> Result<String> {
        self.with(|connection| {
            let text = connection
                .prepare_cached("SELECT text FROM drafts WHERE coalesce(conversation_id, 0) = ?1")?
                .query_row([conversation.unwrap_or(NEW)], |row| row.get(0))
                .optional()?;
            Ok(text.unwrap_or_default())
        })
    }

    /// All of them, that of the new conversation first.
    ///
    /// # Errors
    /// The database's.
    pub fn drafts(&self) -> Result<Vec<Draft>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached("SELECT conversation_id, text FROM drafts ORDER BY coalesce(conversation_id, 0)")?
                .query_map([], |row| Ok(Draft { conversation_id: row.get(0)?, text: row.get(1)? }))?
                .collect::<rusqlite::Result<_>>()?)
        })
    }
}
