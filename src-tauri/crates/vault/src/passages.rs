use std::collections::HashSet;

use documents::{Block, Page};
use rusqlite::{Connection, params};

use crate::rows::{PASSAGE, block_of, passage_of, word};
use crate::{Error, NewPassage, Passage, Result, Vault, json};

impl Vault {
    /// A document's blocks in reading order: a block's place in the list is its ordinal.
    ///
    /// # Errors
    /// The database's.
    pub fn blocks(&self, document: i64) -> Result<Vec<Block>> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT kind, text, heading_path, section, paragraph, page FROM blocks
                     WHERE document_id = ?1 ORDER BY ordinal",
                )?
                .query_and_then([document], block_of)?
                .collect()
        })
    }

    /// A document's passages in reading order.
    ///
    /// # Errors
    /// The database's.
    pub fn passages_of(&self, document: i64) -> Result<Vec<Passage>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "{PASSAGE} WHERE p.document_id = ?1 ORDER BY p.ordinal"
                ))?
                .query_and_then([document], passage_of)?
                .collect()
        })
    }

    /// One passage.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn passage(&self, id: i64) -> Result<Passage> {
        self.passages(&[id])?.pop().ok_or(Error::Missing {
            what: "passage",
            id,
        })
    }

    /// The passages with these ids, in their order; those that are no longer there are left out.
    ///
    /// # Errors
    /// The database's.
    pub fn passages(&self, ids: &[i64]) -> Result<Vec<Passage>> {
        self.passages_where("p.id = ?1", ids)
    }

    /// As [`Vault::passages`], of documents that were not removed only.
    ///
    /// # Errors
    /// The database's.
    pub fn listed_passages(&self, ids: &[i64]) -> Result<Vec<Passage>> {
        self.passages_where("p.id = ?1 AND d.removed_at IS NULL", ids)
    }

    /// True where every passage of a document that was not removed is of one of these documents.
    ///
    /// # Errors
    /// The database's.
    pub fn are_all(&self, documents: &[i64]) -> Result<bool> {
        let named: HashSet<i64> = documents.iter().copied().collect();
        self.with(|connection| {
            let mut listed = connection
                .prepare_cached("SELECT id FROM documents INDEXED BY documents_in_short WHERE removed_at IS NULL")?;
            let mut has_passages = connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM passages WHERE document_id = ?1)")?;
            let mut rows = listed.query([])?;
            while let Some(row) = rows.next()? {
                let id: i64 = row.get(0)?;
                if !named.contains(&id) && has_passages.query_row([id], |row| row.get(0))? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    fn passages_where(&self, condition: &str, ids: &[i64]) -> Result<Vec<Passage>> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(&format!("{PASSAGE} WHERE {condition}"))?;
            let mut passages = Vec::with_capacity(ids.len());
            for id in ids {
                if let Some(passage) = statement.query_and_then([id], passage_of)?.next() {
                    passages.push(passage?);
                }
            }
            Ok(passages)
        })
    }

    /// Up to `limit` passages with an id over `last`, by id, of documents that were not removed: call again with
    /// the last one's id until none comes.
    ///
    /// # Errors
    /// The database's.
    pub fn passages_after(&self, last: i64, limit: usize) -> Result<Vec<Passage>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "{PASSAGE} WHERE p.id > ?1 AND d.removed_at IS NULL ORDER BY p.id LIMIT ?2"
                ))?
                .query_and_then(
                    params![last, i64::try_from(limit).unwrap_or(i64::MAX)],
                    passage_of,
                )?
                .collect()
        })
    }

    /// The ids of all passages of documents that were not removed, rising.
    ///
    /// # Errors
    /// The database's.
    pub fn passage_ids(&self) -> Result<Vec<i64>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document_id
                     WHERE d.removed_at IS NULL ORDER BY p.id",
                )?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?)
        })
    }
}

pub(crate) fn insert_blocks(
    connection: &Connection,
    document: i64,
    blocks: &[Block],
) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO blocks (document_id, ordinal, kind, text, heading_path, section, paragraph, page)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (block, ordinal) in blocks.iter().zip(0_i64..) {
        statement.execute(params![
            document,
            ordinal,
            word(block.kind)?,
            block.text,
            json(&block.heading_path)?,
            block.locator.section,
            block.locator.paragraph,
            block.locator.page.map(Page::number),
        ])?;
    }
    Ok(())
}

/// Puts passages in place of those of a document, inside the caller's transaction; the vectors of the old ones go.
pub(crate) fn replace_passages(
    connection: &Connection,
    document: i64,
    passages: &[NewPassage],
) -> Result<Vec<Passage>> {
    connection.prepare_cached("DELETE FROM passages WHERE document_id = ?1")?.execute([document])?;
    connection.prepare_cached("UPDATE documents SET vectors_of = NULL WHERE id = ?1")?.execute([document])?;
    let file: String = connection.query_row(
        "SELECT name FROM documents WHERE id = ?1",
        [document],
        |row| row.get(0),
    )?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO passages (document_id, ordinal, text, heading_path, section, paragraph, page, first_block,
         last_block) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let mut kept = Vec::with_capacity(passages.len());
    for (passage, ordinal) in passages.iter().zip(0_u32..) {
        statement.execute(params![
            document,
            ordinal,
            passage.text,
            json(&passage.heading_path)?,
            passage.section,
            passage.paragraph,
            passage.page.map(Page::number),
            passage.first_block,
            passage.last_block,
        ])?;
        let NewPassage {
            text,
            heading_path,
            section,
            paragraph,
            page,
            first_block,
            last_block,
        } = passage.clone();
        kept.push(Passage {
            id: connection.last_insert_rowid(),
            document_id: document,
            file: file.clone(),
            ordinal,
            text,
            heading_path,
            section,
            paragraph,
            page,
            first_block,
            last_block,
        });
    }
    Ok(kept)
}
