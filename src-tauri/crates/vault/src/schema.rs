use rusqlite::{Connection, TransactionBehavior};

use crate::{Error, Result};

/// One step a version, in order; a step that was released is never edited, only followed (invariant 10).
const MIGRATIONS: [&str; 9] = ["
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
INSERT INTO meta (key, value) VALUES ('identity', lower(hex(randomblob(16))));

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE documents (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    path       ANY NOT NULL,
    sha256     TEXT,
    bytes      INTEGER NOT NULL,
    format     TEXT,
    pages      INTEGER,
    added_at   INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'reading', 'indexing', 'ready', 'failed')),
    failure    TEXT,
    warnings   TEXT NOT NULL DEFAULT '[]',
    removed_at INTEGER
) STRICT;
CREATE INDEX documents_by_sha256 ON documents (sha256);

CREATE TABLE blocks (
    document_id  INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    ordinal      INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    text         TEXT NOT NULL,
    heading_path TEXT NOT NULL,
    section      INTEGER NOT NULL,
    paragraph    INTEGER NOT NULL,
    page         INTEGER,
    PRIMARY KEY (document_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE passages (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id  INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    ordinal      INTEGER NOT NULL,
    text         TEXT NOT NULL,
    heading_path TEXT NOT NULL,
    section      INTEGER NOT NULL,
    paragraph    INTEGER NOT NULL,
    page         INTEGER,
    first_block  INTEGER NOT NULL,
    last_block   INTEGER NOT NULL
) STRICT;
CREATE INDEX passages_by_document ON passages (document_id, ordinal);

CREATE TABLE conversations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    title      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;

CREATE TABLE messages (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    role            TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    text            TEXT NOT NULL,
    citations       TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('complete', 'stopped', 'failed')),
    refused         INTEGER NOT NULL,
    failure         TEXT,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
", "
-- A check cannot be widened in place, so the table is made anew. What refers to it does so by name.
CREATE TABLE documents_2 (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT NOT NULL,
    path         ANY NOT NULL,
    sha256       TEXT,
    bytes        INTEGER NOT NULL,
    format       TEXT,
    pages        INTEGER,
    added_at     INTEGER NOT NULL,
    state        TEXT NOT NULL
                 CHECK (state IN ('waiting', 'reading', 'indexing', 'ready', 'failed', 'cancelled')),
    failure      TEXT,
    warnings     TEXT NOT NULL DEFAULT '[]',
    unread_pages TEXT NOT NULL DEFAULT '[]',
    partial      INTEGER NOT NULL DEFAULT 0,
    folder       ANY,
    removed_at   INTEGER
) STRICT;
INSERT INTO documents_2 (id, name, path, sha256, bytes, format, pages, added_at, state, failure, warnings, removed_at)
    SELECT id, name, path, sha256, bytes, format, pages, added_at, state, failure, warnings, removed_at FROM documents;
-- No id is ever used twice, also of a document that was forgotten.
DELETE FROM sqlite_sequence WHERE name = 'documents_2';
INSERT INTO sqlite_sequence (name, seq) SELECT 'documents_2', seq FROM sqlite_sequence WHERE name = 'documents';
DROP TABLE documents;
ALTER TABLE documents_2 RENAME TO documents;
CREATE INDEX documents_by_sha256 ON documents (sha256);

CREATE TABLE places (
    path        ANY NOT NULL PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    bytes       INTEGER NOT NULL,
    modified    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX places_by_document ON places (document_id);
-- Where two documents came from one path, the one in the list has it.
INSERT OR REPLACE INTO places (path, document_id, bytes)
    SELECT path, id, bytes FROM documents ORDER BY removed_at IS NULL, id;

CREATE TABLE watched_folders (
    path     ANY NOT NULL PRIMARY KEY,
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE walks (
    path ANY NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
", "
CREATE TABLE audit (
    seq    INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    action TEXT NOT NULL,
    what   TEXT NOT NULL,
    hash   BLOB NOT NULL
) STRICT;
", "
-- `personal` is NULL until the document's text was appraised.
ALTER TABLE documents ADD COLUMN personal TEXT;
ALTER TABLE documents ADD COLUMN grade TEXT CHECK (grade IN ('C', 'S', 'O'));
ALTER TABLE documents ADD COLUMN grade_reasons TEXT NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN graded_by_person INTEGER NOT NULL DEFAULT 0;

-- The grade of what was cited and is forgotten since.
ALTER TABLE conversations ADD COLUMN grade_kept TEXT CHECK (grade_kept IN ('C', 'S', 'O'));
CREATE TABLE cited (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    document_id     INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cited_by_document ON cited (document_id);
INSERT OR IGNORE INTO cited (conversation_id, document_id)
    SELECT m.conversation_id, d.id FROM messages m, json_each(m.citations) c
    JOIN documents d ON d.id = json_extract(c.value, '$.document_id');
", "
CREATE TABLE vector_models (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE vectors (
    passage_id INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    model_id   INTEGER NOT NULL REFERENCES vector_models (id),
    code       BLOB NOT NULL
) STRICT;
CREATE INDEX vectors_by_model ON vectors (model_id);
-- The model of which every passage of the document has a vector; NULL until that was seen.
ALTER TABLE documents ADD COLUMN vectors_of INTEGER;
-- Read instead of the table, whose rows are long.
CREATE INDEX documents_in_short ON documents (id, removed_at, vectors_of);
", "
-- NULL of what an older program kept.
ALTER TABLE messages ADD COLUMN basis TEXT;
", "
-- NULL of a question, and of what an older program kept.
ALTER TABLE messages ADD COLUMN figures TEXT;
", "
-- Messages are a tree: another answer to a question, and another wording of one, stand beside the first. Nothing is
-- deleted along it: a long conversation would be deeper than SQLite follows.
ALTER TABLE messages ADD COLUMN parent INTEGER REFERENCES messages (id) CHECK (parent < id);
ALTER TABLE messages ADD COLUMN rating INTEGER NOT NULL DEFAULT 0 CHECK (rating IN (-1, 0, 1));
ALTER TABLE messages ADD COLUMN rating_note TEXT;
UPDATE messages SET parent =
    (SELECT max(m.id) FROM messages m WHERE m.conversation_id = messages.conversation_id AND m.id < messages.id);
CREATE INDEX messages_by_parent ON messages (parent);
-- Read instead of the table, whose rows are long.
CREATE INDEX messages_in_short ON messages (conversation_id, id, parent);

CREATE TABLE folders (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;
-- The leaf of the branch that is shown.
ALTER TABLE conversations ADD COLUMN head INTEGER REFERENCES messages (id) ON DELETE SET NULL;
ALTER TABLE conversations ADD COLUMN folder INTEGER REFERENCES folders (id) ON DELETE SET NULL;
ALTER TABLE conversations ADD COLUMN pinned_at INTEGER;
ALTER TABLE conversations ADD COLUMN archived_at INTEGER;
-- Whose title it is. Of an older program's nothing is known: no model is to change what a person may have typed.
ALTER TABLE conversations ADD COLUMN titled_by TEXT NOT NULL DEFAULT 'person'
    CHECK (titled_by IN ('question', 'model', 'person'));
UPDATE conversations SET head = (SELECT max(id) FROM messages WHERE conversation_id = conversations.id);
CREATE INDEX conversations_by_head ON conversations (head);
CREATE INDEX conversations_by_folder ON conversations (folder);

-- That of the conversation that has no question yet has no id.
CREATE TABLE drafts (
    conversation_id INTEGER REFERENCES conversations (id) ON DELETE CASCADE,
    text            TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX drafts_by_conversation ON drafts (coalesce(conversation_id, 0));
", include_str!("schema/collections.sql")];

/// The version of the database that this program writes, kept in `PRAGMA user_version`.
pub const VERSION: u32 = MIGRATIONS.len() as u32;

fn version(connection: &Connection) -> Result<u32> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// # Errors
/// [`Error::Newer`] for a database of a later program.
pub(crate) fn refuse_newer(connection: &Connection) -> Result<()> {
    let found = version(connection)?;
    if found > VERSION {
        Err(Error::Newer {
            found,
            known: VERSION,
        })
    } else {
        Ok(())
    }
}

/// Takes the steps that the database lacks, all in one transaction with the version number: where one of them fails, or
/// the power does, the database is what the older program left, which still opens it. The version is read again inside
/// the transaction, so that two programs that start at once do not take a step twice.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    if version(connection)? == VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    refuse_newer(&transaction)?;
    for step in MIGRATIONS.iter().skip(version(&transaction)? as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
