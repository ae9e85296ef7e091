//! The messages of a conversation are a tree, of which one branch is shown: from the first message to the
//! conversation's head, which is a leaf.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension};

use crate::messages::{MESSAGE, Message, message_of};
use crate::{Error, Result, Vault};

/// Which message of a conversation stands under which. A message is newer than its parent, and has a greater id.
pub(crate) struct Tree {
    parents: BTreeMap<i64, Option<i64>>,
    /// Oldest first.
    children: HashMap<Option<i64>, Vec<i64>>,
}

impl Tree {
    pub fn of(connection: &Connection, conversation: i64) -> Result<Self> {
        let parents: BTreeMap<i64, Option<i64>> = connection
            .prepare_cached("SELECT id, parent FROM messages WHERE conversation_id = ?1")?
            .query_map([conversation], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let mut children: HashMap<Option<i64>, Vec<i64>> = HashMap::new();
        for (id, parent) in &parents {
            children.entry(*parent).or_default().push(*id);
        }
        Ok(Self { parents, children })
    }

    pub fn holds(&self, id: i64) -> bool {
        self.parents.contains_key(&id)
    }

    /// What stands under a message, or at the beginning, oldest first.
    pub fn under(&self, parent: Option<i64>) -> &[i64] {
        self.children.get(&parent).map(Vec::as_slice).unwrap_or_default()
    }

    /// A message and those above it, up to the first.
    pub fn upward(&self, from: Option<i64>) -> impl Iterator<Item = i64> + '_ {
        std::iter::successors(from, move |id| self.parents.get(id).copied().flatten())
    }

    /// The newest message under `id`, or `id` itself where nothing stands under it. Nothing stands under the newest.
    pub fn newest_under(&self, id: i64) -> i64 {
        let mut newest = id;
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            newest = newest.max(id);
            open.extend(self.under(Some(id)));
        }
        newest
    }
}

/// The last message that is shown; `None` where there is none.
pub(crate) fn head(connection: &Connection, conversation: i64) -> Result<Option<i64>> {
    connection
        .prepare_cached("SELECT head FROM conversations WHERE id = ?1")?
        .query_row([conversation], |row| row.get(0))
        .optional()?
        .ok_or(Error::Missing { what: "conversation", id: conversation })
}

/// Shows a conversation up to this leaf.
pub(crate) fn show(connection: &Connection, conversation: i64, leaf: i64) -> Result<()> {
    connection
        .prepare_cached("UPDATE conversations SET head = ?2 WHERE id = ?1")?
        .execute([conversation, leaf])?;
    Ok(())
}

/// The messages from the first to `last`, oldest first.
pub(crate) fn path(connection: &Connection, tree: &Tree, last: Option<i64>) -> Result<Vec<Message>> {
    connection
        .prepare_cached(&format!(
            "WITH RECURSIVE path (at, above) AS (
                 SELECT id, parent FROM messages WHERE id = ?1
                 UNION ALL SELECT m.id, m.parent FROM messages m JOIN path ON m.id = path.above)
             SELECT {MESSAGE} FROM messages WHERE id IN (SELECT at FROM path) ORDER BY id"
        ))?
        .query_and_then([last], |row| message_of(row, tree))?
        .collect()
}

/// A beginning of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The conversation's row.
    pub conversation: i64,
    /// From the first on.
    pub messages: Vec<Message>,
}

pub(crate) fn conversation_of(connection: &Connection, message: i64) -> Result<i64> {
    connection
        .prepare_cached("SELECT conversation_id FROM messages WHERE id = ?1")?
        .query_row([message], |row| row.get(0))
        .optional()?
        .ok_or(Error::Missing { what: "message", id: message })
}

impl Vault {
    /// The messages from the first of a conversation to this one, which is the last of them, shown or not.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn branch_to(&self, message: i64) -> Result<Branch> {
        self.with(|connection| {
            let conversation = conversation_of(connection, message)?;
            let tree = Tree::of(connection, conversation)?;
            Ok(Branch { conversation, messages: path(connection, &tree, Some(message))? })
        })
    }

    /// Shows the newest branch that goes through this message, and gives the conversation's row id. Its place in the
    /// list stays.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn switch_branch(&self, message: i64) -> Result<i64> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let conversation = conversation_of(&transaction, message)?;
            let leaf = Tree::of(&transaction, conversation)?.newest_under(message);
            show(&transaction, conversation, leaf)?;
            transaction.commit()?;
            Ok(conversation)
        })
    }
}
