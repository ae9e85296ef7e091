use std::path::{Path, PathBuf};

use ::documents::Document;
use rusqlite::{Connection, params};
use wire::Failure;

use crate::grades::keep_grade;
use crate::messages::unquote;
use crate::passages::{insert_blocks, replace_passages};
use crate::places::insert_document;
use crate::rows::{DOCUMENT, document_of, path_of, word};
use crate::{DocumentRow, DocumentState, Error, NewPassage, Passage, Result, Vault, json};

pub(crate) fn found(changed: usize, id: i64) -> Result<()> {
    if changed == 0 {
        Err(Error::Missing {
            what: "document",
            id,
        })
    } else {
        Ok(())
    }
}

pub(crate) fn document(connection: &Connection, id: i64) -> Result<DocumentRow> {
    connection
        .prepare_cached(&format!("{DOCUMENT} WHERE id = ?1"))?
        .query_and_then([id], document_of)?
        .next()
        .unwrap_or(Err(Error::Missing {
            what: "document",
            id,
        }))
}

/// A document's blocks and passages go, inside the caller's transaction.
fn take_out(connection: &Connection, id: i64) -> Result<()> {
    for rows in ["DELETE FROM blocks WHERE document_id = ?1", "DELETE FROM passages WHERE document_id = ?1"] {
        connection.prepare_cached(rows)?.execute([id])?;
    }
    Ok(())
}

impl Vault {
    /// A new document, waiting to be read; gives its id. `bytes` is the file's length.
    ///
    /// # Errors
    /// The database's.
    pub fn add_document(&self, name: &str, path: &Path, bytes: u64, now_ms: i64) -> Result<i64> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let id = insert_document(&transaction, name, path, bytes, None, now_ms)?;
            transaction.commit()?;
            Ok(id)
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

    /// One document, where it is in the list.
    ///
    /// # Errors
    /// The database's.
    pub fn listed_document(&self, id: i64) -> Result<Option<DocumentRow>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!("{DOCUMENT} WHERE id = ?1 AND removed_at IS NULL"))?
                .query_and_then([id], document_of)?
                .next()
                .transpose()
        })
    }

    /// Where the document's file lies, as far as that is known.
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

    /// The documents of the list that are not read yet or not again, in the order they were added.
    ///
    /// # Errors
    /// The database's.
    pub fn unread(&self) -> Result<Vec<DocumentRow>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "{DOCUMENT} WHERE removed_at IS NULL AND state IN ('waiting', 'reading') ORDER BY id"
                ))?
                .query_and_then([], document_of)?
                .collect()
        })
    }

    /// The ids of all documents in a state, also of removed ones, rising.
    ///
    /// # Errors
    /// The database's.
    pub fn documents_in(&self, state: DocumentState) -> Result<Vec<i64>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached("SELECT id FROM documents WHERE state = ?1 ORDER BY id")?
                .query_map([state.name()], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?)
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
        self.with_ease(|connection| {
            let failure = failure.map(json).transpose()?;
            found(
                connection
                    .prepare_cached("UPDATE documents SET state = ?2, failure = ?3 WHERE id = ?1")?
                    .execute(params![id, state.name(), failure])?,
                id,
            )?;
            document(connection, id)
        })
    }

    /// Moves documents from one state to another, all or none; gives those that were in it.
    ///
    /// # Errors
    /// The database's.
    pub fn move_states(&self, ids: &[i64], from: &[DocumentState], to: DocumentState) -> Result<Vec<i64>> {
        self.with_ease(|connection| {
            let transaction = connection.transaction()?;
            let mut moved = Vec::new();
            {
                let mut state = transaction.prepare_cached("SELECT state FROM documents WHERE id = ?1")?;
                let mut change =
                    transaction.prepare_cached("UPDATE documents SET state = ?2, failure = NULL WHERE id = ?1")?;
                for id in ids {
                    let found: Option<String> = state.query_map([id], |row| row.get(0))?.next().transpose()?;
                    if found.is_some_and(|found| from.iter().any(|from| from.name() == found)) {
                        change.execute(params![id, to.name()])?;
                        moved.push(*id);
                    }
                }
            }
            transaction.commit()?;
            Ok(moved)
        })
    }

    /// Documents can be found since `now_ms`, in milliseconds since 1970.
    ///
    /// # Errors
    /// The database's.
    pub fn note_indexed(&self, ids: &[i64], now_ms: i64) -> Result<()> {
        self.with_ease(|connection| {
            let transaction = connection.transaction()?;
            for id in ids {
                transaction
                    .prepare_cached("UPDATE documents SET indexed_at = ?2 WHERE id = ?1")?
                    .execute(params![id, now_ms])?;
            }
            transaction.commit()?;
            Ok(())
        })
    }

    /// A document failed: what an earlier reading of it left is taken out in the same transaction, so that a document
    /// is wholly in or wholly out.
    ///
    /// # Errors
    /// [`Error::Missing`]; on any error nothing has changed.
    pub fn fail_document(&self, id: i64, failure: &Failure) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            found(
                transaction
                    .prepare_cached("UPDATE documents SET state = 'failed', failure = ?2 WHERE id = ?1")?
                    .execute(params![id, json(failure)?])?,
                id,
            )?;
            take_out(&transaction, id)?;
            transaction.commit()?;
            Ok(())
        })
    }

    /// Documents that wait or are being read are not to be read, all or none; what an earlier reading left is taken
    /// out. Gives those that were cancelled.
    ///
    /// # Errors
    /// The database's.
    pub fn cancel_documents(&self, ids: &[i64]) -> Result<Vec<i64>> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let mut cancelled = Vec::new();
            for id in ids {
                let changed = transaction
                    .prepare_cached(
                        "UPDATE documents SET state = 'cancelled', failure = NULL
                         WHERE id = ?1 AND state IN ('waiting', 'reading')",
                    )?
                    .execute([id])?;
                if changed > 0 {
                    take_out(&transaction, *id)?;
                    cancelled.push(*id);
                }
            }
            transaction.commit()?;
            Ok(cancelled)
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
        Ok(self.put_documents(&[(id, sha256, content, passages)])?.pop().unwrap_or_default())
    }

    /// As [`Vault::put_document`], of several documents in one transaction: waiting for the disk once is what makes
    /// many small files quick.
    ///
    /// # Errors
    /// [`Error::Missing`]; on any error nothing has changed.
    pub fn put_documents(&self, put: &[(i64, &str, &Document, &[NewPassage])]) -> Result<Vec<Vec<Passage>>> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let mut kept = Vec::with_capacity(put.len());
            for (id, sha256, content, passages) in put {
                found(
                    transaction
                        .prepare_cached(
                            "UPDATE documents SET sha256 = ?2, format = ?3, pages = ?4, warnings = ?5,
                             unread_pages = ?6, partial = ?7, state = 'indexing', failure = NULL, personal = NULL
                             WHERE id = ?1",
                        )?
                        .execute(params![
                            id,
                            sha256,
                            word(content.format)?,
                            content.pages,
                            json(&content.warnings)?,
                            json(&content.unread_pages)?,
                            content.partial
                        ])?,
                    *id,
                )?;
                transaction.prepare_cached("DELETE FROM blocks WHERE document_id = ?1")?.execute([id])?;
                insert_blocks(&transaction, *id, &content.blocks)?;
                kept.push(replace_passages(&transaction, *id, passages)?);
            }
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

    /// Takes documents off the list, all or none; [`Vault::restore_document`] brings one back.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn remove_documents(&self, ids: &[i64], now_ms: i64) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            for id in ids {
                found(
                    transaction
                        .prepare_cached("UPDATE documents SET removed_at = ?2 WHERE id = ?1")?
                        .execute(params![id, now_ms])?,
                    *id,
                )?;
            }
            transaction.commit()?;
            Ok(())
        })
    }

    /// As [`Vault::remove_documents`], of one.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn remove_document(&self, id: i64, now_ms: i64) -> Result<()> {
        self.remove_documents(&[id], now_ms)
    }

    /// Forgets a document for good, with its blocks and passages, and the words that answers quote of it.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn forget_document(&self, id: i64) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            keep_grade(&transaction, id)?;
            found(transaction.prepare_cached("DELETE FROM documents WHERE id = ?1")?.execute([id])?, id)?;
            unquote(&transaction, id)?;
            transaction.commit()?;
            Ok(())
        })
    }

    /// Overwrites what was deleted also in the write-ahead log, by writing that back whole and emptying it.
    ///
    /// # Errors
    /// [`Error::Busy`] where another process reads the database.
    pub fn leave_no_trace(&self) -> Result<()> {
        self.with(|connection| {
            let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if busy { Err(Error::Busy("the write-ahead log is being read".to_owned())) } else { Ok(()) }
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

}
