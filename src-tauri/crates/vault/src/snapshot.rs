//! All that is kept, read while it is in use: written to another database, and checked.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use keys::Key;
use rusqlite::{Connection, OpenFlags};

use crate::{BUSY_WAIT, Error, Result, Vault, literal, schema};

/// Instructions of SQLite's machine between two looks at whether to go on: a row that is copied takes three.
const LOOK: i32 = 1000;
/// Bytes of a page (SQLCipher 4).
const PAGE: u64 = 4096;
const LOOK_AGAIN: Duration = Duration::from_millis(20);

impl Vault {
    /// A connection of its own to the same file: while it reads, it sees the database as it was when it began, and
    /// holds nobody up who writes (write-ahead mode).
    fn beside(&self) -> Result<Connection> {
        let (path, key) =
            self.place.as_deref().ok_or_else(|| Error::Failed("the database is in no file".to_owned()))?;
        let connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE,
        )?;
        connection.execute_batch(&format!("PRAGMA key = {};", *literal(key)))?;
        connection.busy_timeout(BUSY_WAIT)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        schema::refuse_newer(&connection)?;
        Ok(connection)
    }

    /// Writes everything as it is at this moment to a new database at `path`, where no file is yet, which [`Vault::open`] opens with `key`;
    /// nobody who uses the vault is held up. Of what was deleted nothing is in it.
    ///
    /// The rows are written anew (`sqlcipher_export`), since they are to be under another key: SQLite's own copying of
    /// pages, and `VACUUM INTO`, keep the key of this vault. `goes_on` is told how many bytes are written and about how
    /// many it will be, and ends it by `false`.
    ///
    /// True where it was written and is on the disk; false where it was ended: then a part of it may lie there.
    ///
    /// # Errors
    /// [`Error::Damaged`] where a page cannot be read, [`Error::Full`], [`Error::Folder`]; a part may lie there.
    pub fn snapshot(
        &self,
        path: &Path,
        key: &Key,
        goes_on: impl Fn(u64, u64) -> bool + Send + 'static,
    ) -> Result<bool> {
        let mut connection = self.beside()?;
        let name = path.to_str().ok_or_else(|| Error::Folder("the folder's name is no UTF-8".to_owned()))?;
        create(path).map_err(Error::folder)?;
        connection.execute_batch(&format!(
            "ATTACH DATABASE '{}' AS snapshot KEY {};
             -- It is new: where it is not finished it is thrown away.
             PRAGMA snapshot.journal_mode = OFF;
             PRAGMA snapshot.synchronous = OFF;
             PRAGMA snapshot.secure_delete = OFF;",
            name.replace('\'', "''"),
            *literal(&key.derive("vault"))
        ))?;
        let pages: u32 = connection.query_row("PRAGMA main.page_count", [], |row| row.get(0))?;
        let total = u64::from(pages) * PAGE;
        let file = path.to_owned();
        let ended = Arc::new(AtomicBool::new(false));
        let ending = ended.clone();
        let look = move || {
            let ends = !goes_on(file.metadata().map_or(0, |metadata| metadata.len()).min(total), total);
            ending.fetch_or(ends, Ordering::Relaxed);
            ends
        };
        connection.progress_handler(LOOK, Some(look))?;
        let written = write(&connection);
        connection.progress_handler(0, None::<fn() -> bool>)?;
        if let Err(error) = written {
            // The export tells what ended one of its statements in words only.
            if ended.load(Ordering::Relaxed) {
                return Ok(false);
            }
            return Err(match error.into() {
                Error::Failed(detail) => self.check().err().unwrap_or(Error::Failed(detail)),
                error => error,
            });
        }
        connection.execute_batch("DETACH DATABASE snapshot;")?;
        drop(connection);
        File::open(path).and_then(|file| file.sync_all()).map_err(Error::folder)?;
        Ok(true)
    }

    /// Reads every page of the database and holds it against the code that authenticates it, and the tables against
    /// their indexes; nobody who uses the vault is held up.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn check(&self) -> Result<()> {
        let found: String = self.beside()?.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if found == "ok" { Ok(()) } else { Err(Error::Damaged(found)) }
    }

    /// Closes the database once no other clone is left, so that its files can be moved.
    ///
    /// # Errors
    /// [`Error::Busy`] where one is left after `patience`.
    pub fn close(self, patience: Duration) -> Result<()> {
        let begun = Instant::now();
        let mut connection = self.connection;
        loop {
            connection = match Arc::try_unwrap(connection) {
                Ok(last) => {
                    let last = last.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
                    return last.close().map_err(|(_, error)| error.into());
                }
                Err(_) if begun.elapsed() >= patience => {
                    return Err(Error::Busy("something still uses the database".to_owned()));
                }
                Err(shared) => shared,
            };
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}

/// An empty file for this person only, where there was none.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// In one transaction, so that all of it is of one moment.
fn write(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    let version: u32 = transaction.query_row("PRAGMA main.user_version", [], |row| row.get(0))?;
    transaction.query_row("SELECT sqlcipher_export('snapshot')", [], |_| Ok(()))?;
    transaction.pragma_update(Some("snapshot"), "user_version", version)?;
    transaction.commit()
}
