//! The vectors of passages: one a passage, derived from its text, as sensitive, and gone with it.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use crate::rows::{PASSAGE, passage_of};
use crate::{Error, Passage, Result, Vault};

/// About so many vectors are read or deleted before others get their turn at the database.
const TURN: usize = 4096;

/// Passage `p` has no vector of model ?1.
const LACKS: &str = "NOT EXISTS (SELECT 1 FROM vectors v WHERE v.passage_id = p.id AND v.model_id = ?1)";

/// Makes `each` see passage and code of every vector of model ?1 that a document of the list has; gives their number.
/// Of a passage only the index is read, since its text lies on many pages.
fn read(connection: &Connection, model: i64, document: i64, each: &mut dyn FnMut(i64, i64, &[u8])) -> Result<usize> {
    let mut statement = connection.prepare_cached(
        "SELECT p.id, v.code FROM documents d
         CROSS JOIN passages p ON p.document_id = d.id
         CROSS JOIN vectors v ON v.passage_id = p.id
         WHERE d.id = ?2 AND d.removed_at IS NULL AND v.model_id = ?1 ORDER BY p.ordinal",
    )?;
    let mut rows = statement.query([model, document])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, document, row.get_ref(1)?.as_blob().map_err(Error::content)?);
        count += 1;
    }
    Ok(count)
}

/// A model's row; 0, which none has, where nothing is kept of it.
fn model_id(connection: &Connection, model: &str) -> Result<i64> {
    let id = connection
        .prepare_cached("SELECT id FROM vector_models WHERE name = ?1")?
        .query_row([model], |row| row.get(0))
        .optional()?;
    Ok(id.unwrap_or(0))
}

impl Vault {
    /// Up to `limit` passages without a vector of `model`, of documents that were not removed: those of the document
    /// that was added last come first, in reading order.
    ///
    /// # Errors
    /// The database's.
    pub fn unembedded(&self, model: &str, limit: usize) -> Result<Vec<Passage>> {
        self.with(|connection| {
            let model = model_id(connection, model)?;
            let mut documents = connection.prepare_cached(
                "SELECT id FROM documents WHERE removed_at IS NULL AND vectors_of IS NOT ?1 ORDER BY id DESC",
            )?;
            let mut lacking = connection.prepare_cached(&format!(
                "{PASSAGE} WHERE p.document_id = ?2 AND {LACKS} ORDER BY p.ordinal LIMIT ?3"
            ))?;
            let mut documents = documents.query([model])?;
            let mut passages = Vec::new();
            while passages.len() < limit
                && let Some(document) = documents.next()?
            {
                let room = i64::try_from(limit - passages.len()).unwrap_or(i64::MAX);
                for passage in lacking.query_and_then([model, document.get(0)?, room], passage_of)? {
                    passages.push(passage?);
                }
            }
            Ok(passages)
        })
    }

    /// Keeps the codes of passages' vectors, each in place of the one that its passage had, in one transaction; those
    /// of passages that are gone are left out. Gives the passages whose codes are kept.
    ///
    /// # Errors
    /// The database's; on any error nothing has changed.
    pub fn put_vectors(&self, model: &str, vectors: &[(i64, Vec<u8>)]) -> Result<Vec<i64>> {
        // Lost in a power cut, they are computed again.
        self.with_ease(|connection| {
            let transaction = connection.transaction()?;
            transaction
                .prepare_cached("INSERT INTO vector_models (name) VALUES (?1) ON CONFLICT (name) DO NOTHING")?
                .execute([model])?;
            let model = model_id(&transaction, model)?;
            let (mut documents, mut kept) = (BTreeSet::new(), Vec::with_capacity(vectors.len()));
            for (passage, code) in vectors {
                let document: Option<i64> = transaction
                    .prepare_cached("SELECT document_id FROM passages WHERE id = ?1")?
                    .query_row([passage], |row| row.get(0))
                    .optional()?;
                let Some(document) = document else { continue };
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO vectors (passage_id, model_id, code) VALUES (?1, ?2, ?3)")?
                    .execute(params![passage, model, code])?;
                documents.insert(document);
                kept.push(*passage);
            }
            for document in documents {
                transaction
                    .prepare_cached(&format!(
                        "UPDATE documents SET vectors_of =
                         iif(EXISTS (SELECT 1 FROM passages p WHERE p.document_id = ?2 AND {LACKS}), NULL, ?1)
                         WHERE id = ?2"
                    ))?
                    .execute([model, document])?;
            }
            transaction.commit()?;
            Ok(kept)
        })
    }

    /// Gives passage, document and code of every vector of `model` to `each`, of documents that were not removed.
    ///
    /// Others get at the database meanwhile: a vector that is put while this runs may or may not be among them. `each`
    /// must not call the vault.
    ///
    /// # Errors
    /// The database's.
    pub fn vectors(&self, model: &str, each: &mut dyn FnMut(i64, i64, &[u8])) -> Result<()> {
        let documents: Vec<i64> = self.with(|connection| {
            Ok(connection
                .prepare_cached("SELECT id FROM documents WHERE removed_at IS NULL ORDER BY id")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?)
        })?;
        let mut documents = documents.into_iter().peekable();
        while documents.peek().is_some() {
            self.with(|connection| {
                let model = model_id(connection, model)?;
                let mut count = 0;
                while count < TURN
                    && let Some(document) = documents.next()
                {
                    count += read(connection, model, document, each)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// As [`Vault::vectors`], of one document: what a restored one brings back.
    ///
    /// # Errors
    /// The database's.
    pub fn vectors_of(&self, model: &str, document: i64, each: &mut dyn FnMut(i64, i64, &[u8])) -> Result<()> {
        self.with(|connection| {
            let model = model_id(connection, model)?;
            read(connection, model, document, each)?;
            Ok(())
        })
    }

    /// How many passages have a vector of `model`, and how many there are, of documents that were not removed.
    ///
    /// # Errors
    /// The database's.
    pub fn vector_counts(&self, model: &str) -> Result<(u64, u64)> {
        self.with(|connection| {
            let (embedded, total): (i64, i64) = connection
                .prepare_cached(
                    "WITH removed AS MATERIALIZED (
                         SELECT p.id FROM documents d CROSS JOIN passages p ON p.document_id = d.id
                         WHERE d.removed_at IS NOT NULL
                     ) SELECT
                     (SELECT count(*) FROM vectors WHERE model_id = ?1)
                         - (SELECT count(*) FROM removed CROSS JOIN vectors v ON v.passage_id = removed.id
                            WHERE v.model_id = ?1),
                     (SELECT count(*) FROM passages) - (SELECT count(*) FROM removed)",
                )?
                .query_row([model_id(connection, model)?], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok((u64::try_from(embedded).map_err(Error::content)?, u64::try_from(total).map_err(Error::content)?))
        })
    }

    /// Forgets the vectors of all models but this one. Others get at the database meanwhile.
    ///
    /// # Errors
    /// The database's; what was forgotten by then stays so, and calling again goes on.
    pub fn forget_vectors_of_other_models(&self, model: &str) -> Result<()> {
        let others: Vec<i64> = self.with(|connection| {
            let transaction = connection.transaction()?;
            let others = transaction
                .prepare_cached("SELECT id FROM vector_models WHERE name <> ?1")?
                .query_map([model], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            // First, so that a kill on the way leaves no document that seems to have what it lost.
            for other in &others {
                transaction.execute("UPDATE documents SET vectors_of = NULL WHERE vectors_of = ?1", [other])?;
            }
            transaction.commit()?;
            Ok(others)
        })?;
        for other in others {
            while !self.with_ease(|connection| forget_some(connection, other))? {}
        }
        Ok(())
    }
}

/// Forgets some of a model's vectors, and the model once there is none; says whether it is done.
fn forget_some(connection: &mut Connection, model: i64) -> Result<bool> {
    let transaction = connection.transaction()?;
    let forgotten = transaction
        .prepare_cached(
            "DELETE FROM vectors WHERE passage_id IN (SELECT passage_id FROM vectors WHERE model_id = ?1 LIMIT ?2)",
        )?
        .execute(params![model, TURN as i64])?;
    if forgotten == 0 {
        transaction.execute("DELETE FROM vector_models WHERE id = ?1", [model])?;
    }
    transaction.commit()?;
    Ok(forgotten == 0)
}
