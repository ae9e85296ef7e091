use std::path::{Path, PathBuf};

use ::documents::Document;
use rusqlite::{Connection, params};
use wire::Failure;

use crate::passages::{insert_blocks, replace_passages};
use crate::rows::{DOCUMENT, document_of, path_of, path_value, word};
use crate::{DocumentRow, DocumentState, Error, NewPassage, Passage, Result, Vault, json};

fn found(changed: usize, id: i64) -> Result<()> {
    if changed == 0 {
        Err(Error::Missing {
            what: "document",
            id,
        })
    } else {
        Ok(())
    }
}

fn document(connection: &Connection, id: i64) -> Result<DocumentRow> {
    connection
        .prepare_cached(&format!("{DOCUMENT} WHERE id = ?1"))?
        .query_and_then([id], document_of)?
        .next()
        .unwrap_or(Err(Error::Missing {
            what: "document",
            id,
        }))
}

impl Vault {
    /// A new document, waiting to be read; gives its id. `bytes` is the file's length.
    ///
    /// # Errors
    /// The database's.
    pub fn add_document(&self, name: &str, path: &Path, bytes: u64, now_ms: i64) -> Result<i64> {
        let bytes = i64::try_from(bytes).map_err(Error::content)?;
        self.with(|connection| {
            connection.execute(
                "INSERT INTO documents (name, path, bytes, added_at, state) VALUES (?1, ?2, ?3, ?4, 'waiting')",
                params![name, path_value(path), bytes, now_ms],
            )?;
            Ok(connection.last_insert_rowid())
        })
    }

    /// Notes the content's SHA-256 (hexadecimal) and length of a document that is not read yet, so that the same
    /// file is not added twice meanwhile.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn set_content(&self, id: i64, sha256: &str, bytes: u64) -> Result<()> {
        let bytes = i64::try_from(bytes).map_err(Error::content)?;
        self.with(|connection| {
            found(
                connection.execute(
                    "UPDATE documents SET sha256 = ?2, bytes = ?3 WHERE id = ?1",
                    params![id, sha256, bytes],
                )?,
                id,
            )
        })
    }

    /// The documents that were not removed, in the order they were added.
    ///
    /// # Errors
    /// The database's.
    pub fn documents(&self) -> Result<Vec<DocumentRow>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!("{DOCUMENT} WHERE removed_at IS NULL ORDER BY id"))?
                .query_and_then([], document_of)?
                .collect()
        })
    }

    /// One document, also a removed one.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn document(&self, id: i64) -> Result<DocumentRow> {
        self.with(|connection| document(connection, id))
    }

    /// Where the document's file lay when it was added.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn document_path(&self, id: i64) -> Result<PathBuf> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT path FROM documents WHERE id = ?1")?
                .query_and_then([id], |row| path_of(row.get_ref(0)?))?
                .next()
                .unwrap_or(Err(Error::Missing {
                    what: "document",
                    id,
                }))
        })
    }

    /// Notes where the document's file lies now.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn set_document_path(&self, id: i64, path: &Path) -> Result<()> {
        self.with(|connection| {
            found(
                connection.execute(
                    "UPDATE documents SET path = ?2 WHERE id = ?1",
                    params![id, path_value(path)],
                )?,
                id,
            )
        })
    }

    /// The document with this content that was not removed.
    ///
    /// # Errors
    /// The database's.
    pub fn find_by_sha(&self, sha256: &str) -> Result<Option<DocumentRow>> {
        self.one_by_sha(sha256, "removed_at IS NULL ORDER BY id")
    }

    /// The ready document with this content that was removed last.
    ///
    /// # Errors
    /// The database's.
    pub fn find_removed_by_sha(&self, sha256: &str) -> Result<Option<DocumentRow>> {
        self.one_by_sha(
            sha256,
            "removed_at IS NOT NULL AND state = 'ready' ORDER BY removed_at DESC",
        )
    }

    fn one_by_sha(&self, sha256: &str, rest: &str) -> Result<Option<DocumentRow>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!("{DOCUMENT} WHERE sha256 = ?1 AND {rest} LIMIT 1"))?
                .query_and_then([sha256], document_of)?
                .next()
                .transpose()
        })
    }

    /// True where the document is off the list.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn is_removed(&self, id: i64) -> Result<bool> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT removed_at IS NOT NULL FROM documents WHERE id = ?1")?
                .query_map([id], |row| row.get(0))?
                .next()
                .transpose()?
                .ok_or(Error::Missing {
                    what: "document",
                    id,
                })
        })
    }

    /// The ids of all documents that were read, also of removed ones, rising: what another chunker cuts anew.
    ///
    /// # Errors
    /// The database's.
    pub fn read_documents(&self) -> Result<Vec<i64>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached("SELECT DISTINCT document_id FROM blocks ORDER BY document_id")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The documents that a kill left unread or unindexed, in the order they were added.
    ///
    /// # Errors
    /// The database's.
    pub fn unfinished(&self) -> Result<Vec<DocumentRow>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "{DOCUMENT} WHERE removed_at IS NULL AND state IN ('waiting', 'reading', 'indexing') ORDER BY id"
                ))?
                .query_and_then([], document_of)?
                .collect()
        })
    }

    /// Moves a document to a state; `failure` replaces the one that was there.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn set_state(
        &self,
        id: i64,
        state: DocumentState,
        failure: Option<&Failure>,
    ) -> Result<DocumentRow> {
        self.with(|connection| {
            let failure = failure.map(json).transpose()?;
            found(
                connection.execute(
                    "UPDATE documents SET state = ?2, failure = ?3 WHERE id = ?1",
                    params![id, state.name(), failure],
                )?,
                id,
            )?;
            document(connection, id)
        })
    }

    /// Puts a document's blocks and passages in place of what was there, in one transaction, and moves it to
    /// [`DocumentState::Indexing`]. Gives the passages as they are kept.
    ///
    /// # Errors
    /// [`Error::Missing`]; on any error nothing has changed.
    pub fn put_document(
        &self,
        id: i64,
        sha256: &str,
        content: &Document,
        passages: &[NewPassage],
    ) -> Result<Vec<Passage>> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            found(
                transaction.execute(
                    "UPDATE documents SET sha256 = ?2, format = ?3, pages = ?4, warnings = ?5, state = 'indexing',
                     failure = NULL WHERE id = ?1",
                    params![id, sha256, word(content.format)?, content.pages, json(&content.warnings)?],
                )?,
                id,
            )?;
            transaction.execute("DELETE FROM blocks WHERE document_id = ?1", [id])?;
            insert_blocks(&transaction, id, &content.blocks)?;
            let kept = replace_passages(&transaction, id, passages)?;
            transaction.commit()?;
            Ok(kept)
        })
    }

    /// Puts passages in place of those of a document, in one transaction: its blocks were cut anew.
    ///
    /// # Errors
    /// [`Error::Missing`]; on any error nothing has changed.
    pub fn put_passages(&self, id: i64, passages: &[NewPassage]) -> Result<Vec<Passage>> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            document(&transaction, id)?;
            let kept = replace_passages(&transaction, id, passages)?;
            transaction.commit()?;
            Ok(kept)
        })
    }

    /// Takes a document off the list; [`Vault::restore_document`] brings it back.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn remove_document(&self, id: i64, now_ms: i64) -> Result<()> {
        self.with(|connection| {
            found(
                connection.execute(
                    "UPDATE documents SET removed_at = ?2 WHERE id = ?1",
                    params![id, now_ms],
                )?,
                id,
            )
        })
    }

    /// Brings a removed document back.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn restore_document(&self, id: i64) -> Result<DocumentRow> {
        self.with(|connection| {
            found(
                connection.execute("UPDATE documents SET removed_at = NULL WHERE id = ?1", [id])?,
                id,
            )?;
            document(connection, id)
        })
    }

    /// Forgets the documents that were removed before `before_ms`, with their blocks and passages; gives their number.
    ///
    /// # Errors
    /// The database's.
    pub fn purge(&self, before_ms: i64) -> Result<usize> {
        self.with(|connection| {
            Ok(connection.execute("DELETE FROM documents WHERE removed_at < ?1", [before_ms])?)
        })
    }
}
