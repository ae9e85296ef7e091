use std::path::{Path, PathBuf};

use ::documents::{Block, BlockKind, Document, Format, Locator, Page};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use wire::Failure;

use crate::{Error, Result, Vault, from_json, json};

/// How far a document has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentState {
    /// In the queue.
    Waiting,
    /// In the reader.
    Reading,
    /// Its passages are kept, the index does not hold them all yet.
    Indexing,
    /// Can be asked about.
    Ready,
    /// See its failure.
    Failed,
}

impl DocumentState {
    fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Reading => "reading",
            Self::Indexing => "indexing",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    fn named(name: &str) -> Result<Self> {
        match name {
            "waiting" => Ok(Self::Waiting),
            "reading" => Ok(Self::Reading),
            "indexing" => Ok(Self::Indexing),
            "ready" => Ok(Self::Ready),
            "failed" => Ok(Self::Failed),
            _ => Err(Error::content(format!("a document in state {name}"))),
        }
    }
}

/// A document in the list, as the window gets it. Where the file lies is [`Vault::document_path`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// Its row.
    pub id: i64,
    /// The file's name with its extension.
    pub name: String,
    /// Known once it was read.
    pub format: Option<Format>,
    /// Where the format has pages.
    pub pages: Option<u32>,
    /// The file's length.
    pub bytes: u64,
    /// Milliseconds since 1970.
    pub added_at: i64,
    /// How far it has come.
    pub state: DocumentState,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Korean: what could not be read.
    pub warnings: Vec<String>,
}

/// A passage that is not kept yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPassage {
    /// What is found and quoted; never empty.
    pub text: String,
    /// Headings above it, outermost first.
    pub heading_path: Vec<String>,
    /// The section of its first block, from 0.
    pub section: u32,
    /// The paragraph of its first block, from 0.
    pub paragraph: u32,
    /// The page of its first block, where the format has pages.
    pub page: Option<Page>,
    /// The ordinal of the first block it holds text of, from 0.
    pub first_block: u32,
    /// The ordinal of the last one.
    pub last_block: u32,
}

/// A passage that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Its row; never used twice.
    pub id: i64,
    /// Its document.
    pub document_id: i64,
    /// Its document's file name.
    pub file: String,
    /// Its place among the passages of its document, from 0.
    pub ordinal: u32,
    /// What is found and quoted.
    pub text: String,
    /// Headings above it, outermost first.
    pub heading_path: Vec<String>,
    /// The section of its first block, from 0.
    pub section: u32,
    /// The paragraph of its first block, from 0.
    pub paragraph: u32,
    /// The page of its first block, where the format has pages.
    pub page: Option<Page>,
    /// The ordinal of the first block it holds text of, from 0.
    pub first_block: u32,
    /// The ordinal of the last one.
    pub last_block: u32,
}

const DOCUMENT: &str = "SELECT id, name, format, pages, bytes, added_at, state, failure, warnings FROM documents";
const PASSAGE: &str = "SELECT p.id, p.document_id, d.name, p.ordinal, p.text, p.heading_path, p.section, p.paragraph,
     p.page, p.first_block, p.last_block FROM passages p JOIN documents d ON d.id = p.document_id";

/// A word of a serde enum, as the column holds it.
fn word<T: Serialize>(value: T) -> Result<String> {
    match serde_json::to_value(value).map_err(Error::content)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(Error::content(format!("{other} is no word"))),
    }
}

fn from_word<T: serde::de::DeserializeOwned>(word: String) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(Error::content)
}

fn document_of(row: &Row<'_>) -> Result<DocumentRow> {
    Ok(DocumentRow {
        id: row.get(0)?,
        name: row.get(1)?,
        format: row.get::<_, Option<String>>(2)?.map(from_word).transpose()?,
        pages: row.get(3)?,
        bytes: u64::try_from(row.get::<_, i64>(4)?).map_err(Error::content)?,
        added_at: row.get(5)?,
        state: DocumentState::named(&row.get::<_, String>(6)?)?,
        failure: row.get::<_, Option<String>>(7)?.as_deref().map(from_json).transpose()?,
        warnings: from_json(&row.get::<_, String>(8)?)?,
    })
}

fn passage_of(row: &Row<'_>) -> Result<Passage> {
    Ok(Passage {
        id: row.get(0)?,
        document_id: row.get(1)?,
        file: row.get(2)?,
        ordinal: row.get(3)?,
        text: row.get(4)?,
        heading_path: from_json(&row.get::<_, String>(5)?)?,
        section: row.get(6)?,
        paragraph: row.get(7)?,
        page: row.get::<_, Option<u32>>(8)?.and_then(Page::new),
        first_block: row.get(9)?,
        last_block: row.get(10)?,
    })
}

fn block_of(row: &Row<'_>) -> Result<Block> {
    Ok(Block {
        kind: from_word::<BlockKind>(row.get(0)?)?,
        text: row.get(1)?,
        heading_path: from_json(&row.get::<_, String>(2)?)?,
        locator: Locator {
            section: row.get(3)?,
            paragraph: row.get(4)?,
            page: row.get::<_, Option<u32>>(5)?.and_then(Page::new),
        },
    })
}

/// A path as a column: text, or bytes where a Unix path is no UTF-8.
fn path_value(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => Value::Text(text.to_owned()),
        #[cfg(unix)]
        None => Value::Blob(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()),
        #[cfg(not(unix))]
        None => Value::Text(path.to_string_lossy().into_owned()),
    }
}

fn path_of(value: ValueRef<'_>) -> Result<PathBuf> {
    match value {
        ValueRef::Text(text) => Ok(PathBuf::from(std::str::from_utf8(text).map_err(Error::content)?)),
        #[cfg(unix)]
        ValueRef::Blob(bytes) => Ok(PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))),
        _ => Err(Error::content("a path that is no text")),
    }
}

fn found(changed: usize, id: i64) -> Result<()> {
    if changed == 0 { Err(Error::Missing { what: "document", id }) } else { Ok(()) }
}

fn document(connection: &Connection, id: i64) -> Result<DocumentRow> {
    connection
        .prepare_cached(&format!("{DOCUMENT} WHERE id = ?1"))?
        .query_and_then([id], document_of)?
        .next()
        .unwrap_or(Err(Error::Missing { what: "document", id }))
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
                .unwrap_or(Err(Error::Missing { what: "document", id }))
        })
    }

    /// Notes where the document's file lies now.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn set_document_path(&self, id: i64, path: &Path) -> Result<()> {
        self.with(|connection| {
            found(
                connection.execute("UPDATE documents SET path = ?2 WHERE id = ?1", params![id, path_value(path)])?,
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
        self.one_by_sha(sha256, "removed_at IS NOT NULL AND state = 'ready' ORDER BY removed_at DESC")
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
    pub fn set_state(&self, id: i64, state: DocumentState, failure: Option<&Failure>) -> Result<DocumentRow> {
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
                connection.execute("UPDATE documents SET removed_at = ?2 WHERE id = ?1", params![id, now_ms])?,
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
            found(connection.execute("UPDATE documents SET removed_at = NULL WHERE id = ?1", [id])?, id)?;
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
                .prepare_cached(&format!("{PASSAGE} WHERE p.document_id = ?1 ORDER BY p.ordinal"))?
                .query_and_then([document], passage_of)?
                .collect()
        })
    }

    /// One passage.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn passage(&self, id: i64) -> Result<Passage> {
        self.passages(&[id])?.pop().ok_or(Error::Missing { what: "passage", id })
    }

    /// The passages with these ids, in their order; those that are no longer there are left out.
    ///
    /// # Errors
    /// The database's.
    pub fn passages(&self, ids: &[i64]) -> Result<Vec<Passage>> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(&format!("{PASSAGE} WHERE p.id = ?1"))?;
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
                .prepare_cached(&format!("{PASSAGE} WHERE p.id > ?1 AND d.removed_at IS NULL ORDER BY p.id LIMIT ?2"))?
                .query_and_then(params![last, i64::try_from(limit).unwrap_or(i64::MAX)], passage_of)?
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

    /// What is noted about derived data under `key`, such as the chunker that cut the passages.
    ///
    /// # Errors
    /// The database's.
    pub fn note(&self, key: &str) -> Result<Option<String>> {
        self.with(|connection| {
            Ok(connection.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()?)
        })
    }

    /// Notes `value` about derived data under `key`.
    ///
    /// # Errors
    /// The database's.
    pub fn set_note(&self, key: &str, value: &str) -> Result<()> {
        self.with(|connection| {
            connection.execute(
                "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [key, value],
            )?;
            Ok(())
        })
    }
}

fn insert_blocks(connection: &Connection, document: i64, blocks: &[Block]) -> Result<()> {
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

fn replace_passages(connection: &Connection, document: i64, passages: &[NewPassage]) -> Result<Vec<Passage>> {
    connection.execute("DELETE FROM passages WHERE document_id = ?1", [document])?;
    let file: String =
        connection.query_row("SELECT name FROM documents WHERE id = ?1", [document], |row| row.get(0))?;
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
        let NewPassage { text, heading_path, section, paragraph, page, first_block, last_block } = passage.clone();
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
