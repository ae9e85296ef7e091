//! Named sets of documents (모음). A document can be in several; one that is off the list stays where it was put and is
//! there again when it comes back.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::conversations::found;
use crate::{Error, Result, Vault};

/// The most letters of a name.
const MOST_LETTERS: usize = 60;

/// A named set of documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its row; never used twice.
    pub id: i64,
    /// What the person calls it; no two are called the same.
    pub name: String,
    /// The documents of the list that are in it, rising.
    pub documents: Vec<i64>,
}

/// The name without the space around it.
///
/// # Errors
/// [`Error::NameUnfit`], [`Error::NameTaken`] by another collection than `own`.
fn name_of<'a>(connection: &Connection, name: &'a str, own: Option<i64>) -> Result<&'a str> {
    let name = name.trim();
    if !(1..=MOST_LETTERS).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Error::NameUnfit(name.to_owned()));
    }
    let holder: Option<i64> = connection
        .prepare_cached("SELECT id FROM collections WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    match holder.is_none() || holder == own {
        true => Ok(name),
        false => Err(Error::NameTaken(name.to_owned())),
    }
}

impl Vault {
    /// All collections, in the order they were made.
    ///
    /// # Errors
    /// The database's.
    pub fn collections(&self) -> Result<Vec<Collection>> {
        self.with(|connection| {
            let mut members = connection.prepare_cached(
                "SELECT c.document_id FROM collected c JOIN documents d ON d.id = c.document_id
                 WHERE c.collection_id = ?1 AND d.removed_at IS NULL ORDER BY c.document_id",
            )?;
            let named: Vec<(i64, String)> = connection
                .prepare_cached("SELECT id, name FROM collections ORDER BY id")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let mut collections = Vec::with_capacity(named.len());
            for (id, name) in named {
                let documents = members.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
                collections.push(Collection { id, name, documents });
            }
            Ok(collections)
        })
    }

    /// A new, empty collection; gives its id.
    ///
    /// # Errors
    /// [`Error::NameUnfit`], [`Error::NameTaken`].
    pub fn add_collection(&self, name: &str, now_ms: i64) -> Result<i64> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let name = name_of(&transaction, name, None)?;
            transaction
                .prepare_cached("INSERT INTO collections (name, created_at) VALUES (?1, ?2)")?
                .execute(params![name, now_ms])?;
            let id = transaction.last_insert_rowid();
            transaction.commit()?;
            Ok(id)
        })
    }

    /// Calls a collection otherwise.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::NameUnfit`], [`Error::NameTaken`].
    pub fn rename_collection(&self, id: i64, name: &str) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let name = name_of(&transaction, name, Some(id))?;
            let renamed = transaction
                .prepare_cached("UPDATE collections SET name = ?2 WHERE id = ?1")?
                .execute(params![id, name])?;
            found(renamed, "collection", id)?;
            transaction.commit()?;
            Ok(())
        })
    }

    /// Removes a collection; its documents stay.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn remove_collection(&self, id: i64) -> Result<()> {
        self.with(|connection| {
            let removed = connection.prepare_cached("DELETE FROM collections WHERE id = ?1")?.execute([id])?;
            found(removed, "collection", id)
        })
    }

    /// Puts documents into a collection or takes them out, all or none; those that are forgotten by now are left out.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is no such collection.
    pub fn collect(&self, id: i64, documents: &[i64], included: bool) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let there = transaction.prepare_cached("SELECT 1 FROM collections WHERE id = ?1")?.exists([id])?;
            found(usize::from(there), "collection", id)?;
            let change = if included {
                "INSERT OR IGNORE INTO collected (collection_id, document_id) SELECT ?1, id FROM documents WHERE id = ?2"
            } else {
                "DELETE FROM collected WHERE collection_id = ?1 AND document_id = ?2"
            };
            for document in documents {
                transaction.prepare_cached(change)?.execute([id, *document])?;
            }
            transaction.commit()?;
            Ok(())
        })
    }
}
