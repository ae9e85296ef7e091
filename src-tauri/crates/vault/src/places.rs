//! Where documents' files lie, what was seen there last, and the folders that are walked.

use std::path::{Path, PathBuf};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::documents::found;
use crate::rows::{DOCUMENT, document_of, name_of, path_of, path_value};
use crate::{DocumentRow, Error, Result, Vault};

/// A document that is not kept yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// Where its file lies.
    pub path: PathBuf,
    /// The file's length.
    pub bytes: u64,
    /// The folder that was added or is watched and the file came in with.
    pub folder: Option<PathBuf>,
}

/// A file that holds a document's content: a document has one for each path that the same content was seen at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// Its document.
    pub document: i64,
    /// The file's length when it was last looked at.
    pub bytes: u64,
    /// When the file was changed last, in nanoseconds since 1970, if its content is the document's since then: a file
    /// with this time and length needs no reading. `None` where that is not known.
    pub modified: Option<i64>,
}

/// What is known of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The document whose content lies there.
    pub row: DocumentRow,
    /// What was seen there.
    pub place: Place,
    /// True where this is the path that the document is read from.
    pub main: bool,
    /// True where the document is off the list.
    pub removed: bool,
}

/// What came of [`Vault::claim_content`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The content is this document's. The files hold its former content, and no document any more.
    Own(Vec<PathBuf>),
    /// This other document, in the list, has the same content.
    Twin(i64),
    /// This other document, off the list, has the same content.
    Removed(i64),
}

/// A new document and its place, inside the caller's transaction.
pub(crate) fn insert_document(
    connection: &Connection,
    name: &str,
    path: &Path,
    bytes: u64,
    folder: Option<&Path>,
    now_ms: i64,
) -> Result<i64> {
    let bytes = i64::try_from(bytes).map_err(Error::content)?;
    let folder = folder.map_or(Value::Null, path_value);
    connection
        .prepare_cached(
            "INSERT INTO documents (name, path, bytes, added_at, state, folder) VALUES (?1, ?2, ?3, ?4, 'waiting', ?5)",
        )?
        .execute(params![name, path_value(path), bytes, now_ms, folder])?;
    let id = connection.last_insert_rowid();
    put_place(connection, &Place { path: path.to_owned(), document: id, bytes: bytes as u64, modified: None })?;
    Ok(id)
}

fn put_place(connection: &Connection, place: &Place) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO places (path, document_id, bytes, modified) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            path_value(&place.path),
            place.document,
            i64::try_from(place.bytes).map_err(Error::content)?,
            place.modified
        ])?;
    Ok(())
}

fn place_of(row: &Row<'_>) -> Result<Place> {
    Ok(Place {
        path: path_of(row.get_ref(0)?)?,
        document: row.get(1)?,
        bytes: u64::try_from(row.get::<_, i64>(2)?).map_err(Error::content)?,
        modified: row.get(3)?,
    })
}

const PLACE: &str = "SELECT path, document_id, bytes, modified FROM places";

impl Vault {
    /// New documents, waiting to be read, in one transaction; gives their rows.
    ///
    /// # Errors
    /// The database's; nothing was added then.
    pub fn add_documents(&self, new: &[NewDocument], now_ms: i64) -> Result<Vec<DocumentRow>> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let mut rows = Vec::with_capacity(new.len());
            for NewDocument { path, bytes, folder } in new {
                let id = insert_document(&transaction, &name_of(path), path, *bytes, folder.as_deref(), now_ms)?;
                rows.push(crate::documents::document(&transaction, id)?);
            }
            transaction.commit()?;
            Ok(rows)
        })
    }

    /// What is known of each path.
    ///
    /// # Errors
    /// The database's.
    pub fn known(&self, paths: &[&Path]) -> Result<Vec<Option<Known>>> {
        self.with(|connection| {
            let mut places = connection.prepare_cached(&format!("{PLACE} WHERE path = ?1"))?;
            let mut documents = connection.prepare_cached(&format!("{DOCUMENT} WHERE id = ?1"))?;
            let mut facts =
                connection.prepare_cached("SELECT path = ?2, removed_at IS NOT NULL FROM documents WHERE id = ?1")?;
            let mut known = Vec::with_capacity(paths.len());
            for path in paths {
                let path = path_value(path);
                let Some(place) = places.query_and_then([&path], place_of)?.next().transpose()? else {
                    known.push(None);
                    continue;
                };
                let missing = || Error::Missing { what: "document", id: place.document };
                let row = documents.query_and_then([place.document], document_of)?.next().unwrap_or(Err(missing()))?;
                let (main, removed) = facts
                    .query_row(params![place.document, path], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?
                    .ok_or_else(missing)?;
                known.push(Some(Known { row, place, main, removed }));
            }
            Ok(known)
        })
    }

    /// Says that a document's content, as it lies at `place`, has this SHA-256 (hexadecimal): it is then the
    /// document's, or, with nothing changed, that of another one which has it already.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn claim_content(&self, sha256: &str, place: &Place) -> Result<Claim> {
        let id = place.document;
        let bytes = i64::try_from(place.bytes).map_err(Error::content)?;
        self.with_ease(|connection| {
            let transaction = connection.transaction()?;
            let other = |which: &str| {
                let sql = format!("SELECT id FROM documents WHERE sha256 = ?1 AND id <> ?2 AND {which} LIMIT 1");
                transaction.prepare_cached(&sql)?.query_row(params![sha256, id], |row| row.get(0)).optional()
            };
            if let Some(twin) = other("removed_at IS NULL ORDER BY id")? {
                return Ok(Claim::Twin(twin));
            }
            if let Some(removed) = other("removed_at IS NOT NULL AND state = 'ready' ORDER BY removed_at DESC")? {
                return Ok(Claim::Removed(removed));
            }
            let former: Option<String> = transaction
                .prepare_cached("SELECT sha256 FROM documents WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?
                .ok_or(Error::Missing { what: "document", id })?;
            let mut orphans = Vec::new();
            if former.as_deref() != Some(sha256) {
                let others = "FROM places WHERE document_id = ?1 AND path <> ?2";
                let path = path_value(&place.path);
                orphans = transaction
                    .prepare_cached(&format!("SELECT path {others}"))?
                    .query_and_then(params![id, path], |row| path_of(row.get_ref(0)?))?
                    .collect::<Result<_>>()?;
                transaction.prepare_cached(&format!("DELETE {others}"))?.execute(params![id, path])?;
            }
            transaction
                .prepare_cached("UPDATE documents SET sha256 = ?2, bytes = ?3 WHERE id = ?1")?
                .execute(params![id, sha256, bytes])?;
            put_place(&transaction, place)?;
            transaction.commit()?;
            Ok(Claim::Own(orphans))
        })
    }

    /// Notes what was seen at a place; another document's claim on the path ends.
    ///
    /// # Errors
    /// The database's.
    pub fn note_place(&self, place: &Place) -> Result<()> {
        self.with_ease(|connection| put_place(connection, place))
    }

    /// All places, by path.
    ///
    /// # Errors
    /// The database's.
    pub fn places(&self) -> Result<Vec<Place>> {
        self.with(|connection| connection.prepare_cached(PLACE)?.query_and_then([], place_of)?.collect())
    }

    /// A document's places, by path.
    ///
    /// # Errors
    /// The database's.
    pub fn places_of(&self, document: i64) -> Result<Vec<Place>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!("{PLACE} WHERE document_id = ?1 ORDER BY path"))?
                .query_and_then([document], place_of)?
                .collect()
        })
    }

    /// Forgets places: their files are gone.
    ///
    /// # Errors
    /// The database's.
    pub fn forget_places(&self, paths: &[&Path]) -> Result<()> {
        self.with_ease(|connection| {
            let transaction = connection.transaction()?;
            for path in paths {
                transaction.prepare_cached("DELETE FROM places WHERE path = ?1")?.execute([path_value(path)])?;
            }
            transaction.commit()?;
            Ok(())
        })
    }

    /// A document's file lies at `place` from now on, and is called by its name there.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn move_document(&self, place: &Place) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            transaction
                .prepare_cached(
                    "DELETE FROM places WHERE document_id = ?1 AND path = (SELECT path FROM documents WHERE id = ?1)",
                )?
                .execute([place.document])?;
            found(
                transaction.prepare_cached("UPDATE documents SET path = ?2, name = ?3 WHERE id = ?1")?.execute(params![
                    place.document,
                    path_value(&place.path),
                    name_of(&place.path)
                ])?,
                place.document,
            )?;
            put_place(&transaction, place)?;
            transaction.commit()?;
            Ok(())
        })
    }

    /// The SHA-256 (hexadecimal) of the content that a document was last seen to have.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn document_sha(&self, id: i64) -> Result<Option<String>> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT sha256 FROM documents WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?
                .ok_or(Error::Missing { what: "document", id })
        })
    }

    /// The folder that was added or is watched and the document's file came in with.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn document_folder(&self, id: i64) -> Result<Option<PathBuf>> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT folder FROM documents WHERE id = ?1")?
                .query_and_then([id], |row| match row.get_ref(0)? {
                    ValueRef::Null => Ok(None),
                    path => Ok(Some(path_of(path)?)),
                })?
                .next()
                .unwrap_or(Err(Error::Missing { what: "document", id }))
        })
    }

    /// The folders that are watched, by path.
    ///
    /// # Errors
    /// The database's.
    pub fn watched_folders(&self) -> Result<Vec<PathBuf>> {
        self.paths("SELECT path FROM watched_folders ORDER BY path")
    }

    /// Watches a folder from now on, or no longer.
    ///
    /// # Errors
    /// The database's.
    pub fn set_watched(&self, folder: &Path, watched: bool, now_ms: i64) -> Result<()> {
        self.with(|connection| {
            let folder = path_value(folder);
            if watched {
                connection.execute(
                    "INSERT INTO watched_folders (path, added_at) VALUES (?1, ?2) ON CONFLICT (path) DO NOTHING",
                    params![folder, now_ms],
                )?;
            } else {
                connection.execute("DELETE FROM watched_folders WHERE path = ?1", [folder])?;
            }
            Ok(())
        })
    }

    /// The folders whose walk was begun and not ended, by path: a kill left them.
    ///
    /// # Errors
    /// The database's.
    pub fn walks(&self) -> Result<Vec<PathBuf>> {
        self.paths("SELECT path FROM walks ORDER BY path")
    }

    /// The walk of a folder begins, or ended.
    ///
    /// # Errors
    /// The database's.
    pub fn set_walking(&self, folder: &Path, walking: bool) -> Result<()> {
        self.with(|connection| {
            let sql = if walking {
                "INSERT OR IGNORE INTO walks (path) VALUES (?1)"
            } else {
                "DELETE FROM walks WHERE path = ?1"
            };
            connection.execute(sql, [path_value(folder)])?;
            Ok(())
        })
    }

    fn paths(&self, sql: &str) -> Result<Vec<PathBuf>> {
        self.with(|connection| {
            connection.prepare_cached(sql)?.query_and_then([], |row| path_of(row.get_ref(0)?))?.collect()
        })
    }
}
