//! What is kept: one encrypted SQLite database of documents, passages, conversations, settings and the audit trail
//! (invariant 5: it is the truth; the index is derived from it).
//!
//! Every page is encrypted and authenticated by SQLCipher 4 (AES-256-CBC, HMAC-SHA512) under a key derived from the
//! data key; what is deleted is overwritten, and nothing is sorted in a file of its own.
//!
//! The database is opened in one place, [`Vault::open`], in write-ahead mode with `synchronous = FULL`: a
//! transaction that returned survives a power cut, and one that did not return leaves nothing. Times are passed
//! in, in milliseconds since 1970.

mod audit;
mod basis;
mod branches;
mod collections;
mod conversations;
mod documents;
mod drafts;
mod error;
mod figures;
mod find;
mod folders;
mod grades;
mod messages;
mod passages;
mod places;
mod plain;
mod rows;
mod schema;
mod settings;
mod snapshot;
mod vectors;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keys::Key;
use rusqlite::Connection;
use zeroize::Zeroizing;

pub use audit::{Anchor, Entry, Event, Fault};
pub use basis::Basis;
pub use branches::Branch;
pub use collections::Collection;
pub use conversations::{Conversation, ConversationFilter, ConversationRow};
pub use drafts::Draft;
pub use error::{Error, Result};
pub use figures::Figures;
pub use find::{FindableDocument, MessageText};
pub use folders::Folder;
pub use messages::{Citation, Message, MessageState, NewMessage, Rating, Role};
pub use places::{Claim, Known, NewDocument, Place};
pub use rows::{Appraisal, DocumentRow, DocumentState, NewPassage, Passage, PersonalCount};
pub use schema::VERSION;

/// How long a statement waits for another process that holds the database.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// The open database; clones share one connection, and each call holds it for its own length only.
#[derive(Clone, Debug)]
pub struct Vault {
    connection: Arc<Mutex<Connection>>,
    identity: Arc<str>,
    /// The file and the key that SQLCipher has for it; `None` where it is in no file, or not encrypted.
    place: Option<Arc<(PathBuf, Key)>>,
}

impl Vault {
    /// Opens the database at `path`, makes it where there is none, and brings an older one up to date. One of a program
    /// that did not encrypt yet is encrypted, and its plain file overwritten.
    ///
    /// # Errors
    /// [`Error::Newer`] for a database of a later program, which is left untouched; [`Error::Damaged`] for a file
    /// that is no database, is broken or has another key; [`Error::Full`] and [`Error::Folder`] where it cannot be
    /// written.
    pub fn open(path: &Path, key: &Key) -> Result<Self> {
        make_folder(path)?;
        let key = key.derive("vault");
        plain::encrypt(path, &key)?;
        let connection = Connection::open(path)?;
        connection.execute_batch(&format!("PRAGMA key = {};", *literal(&key)))?;
        let vault = Self::prepare(connection)?;
        Ok(Self { place: Some(Arc::new((path.to_owned(), key))), ..vault })
    }

    /// As [`Vault::open`], without encryption: what `lab bench encryption` measures against. The program never
    /// calls it.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_plain(path: &Path) -> Result<Self> {
        make_folder(path)?;
        Self::prepare(Connection::open(path)?)
    }

    /// A vault that lasts as long as its last clone, for tests and for `lab`.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn in_memory() -> Result<Self> {
        Self::prepare(Connection::open_in_memory()?)
    }

    fn prepare(mut connection: Connection) -> Result<Self> {
        connection.busy_timeout(BUSY_WAIT)?;
        // What is deleted is overwritten, and what is sorted never reaches a file.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // Before anything is written: a newer database stays as it is.
        schema::refuse_newer(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Dropping a table that is made anew would empty those that refer to it.
        connection.pragma_update(None, "foreign_keys", false)?;
        schema::migrate(&mut connection)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let identity: String =
            connection.query_row("SELECT value FROM meta WHERE key = 'identity'", [], |row| {
                row.get(0)
            })?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            identity: identity.into(),
            place: None,
        })
    }

    /// A name that this database got when it was made: an index that names another one belongs to another database.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Runs `work` on the connection. A panic in another thread's work has rolled its transaction back, so a
    /// poisoned lock is taken over.
    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        work(
            &mut self
                .connection
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// As [`Vault::with`], without waiting for the disk: a power cut may take what `work` wrote back, in order and
    /// with nothing that was written before it. For what is found again by looking, such as how far a document is.
    fn with_ease<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        self.with(|connection| {
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            let done = work(connection);
            connection.pragma_update(None, "synchronous", "FULL")?;
            done
        })
    }
}

fn make_folder(path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), |folder| std::fs::create_dir_all(folder).map_err(Error::folder))
}

/// The key as SQLCipher takes it without deriving another from it: `"x'…'"`, quotes and all.
fn literal(key: &Key) -> Zeroizing<String> {
    use std::fmt::Write as _;
    let mut literal = Zeroizing::new(String::with_capacity(70));
    literal.push_str("\"x'");
    for byte in key.bytes() {
        // Writing to a string does not fail.
        let _ = write!(literal, "{byte:02x}");
    }
    literal.push_str("'\"");
    literal
}

/// A column that holds JSON.
fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::content)
}

/// A value out of a column that holds JSON.
fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::content)
}
