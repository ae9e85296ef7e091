-- A database as version 7 of the schema left it, with a linear conversation of three messages, one that was removed
-- and has one, and one without any.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
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
, grade_kept TEXT CHECK (grade_kept IN ('C', 'S', 'O'))) STRICT;
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
, basis TEXT, figures TEXT) STRICT;
CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
CREATE TABLE "documents" (
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
, personal TEXT, grade TEXT CHECK (grade IN ('C', 'S', 'O')), grade_reasons TEXT NOT NULL DEFAULT '[]', graded_by_person INTEGER NOT NULL DEFAULT 0, vectors_of INTEGER) STRICT;
CREATE INDEX documents_by_sha256 ON documents (sha256);
CREATE TABLE places (
    path        ANY NOT NULL PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    bytes       INTEGER NOT NULL,
    modified    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX places_by_document ON places (document_id);
CREATE TABLE watched_folders (
    path     ANY NOT NULL PRIMARY KEY,
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE walks (
    path ANY NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
    seq    INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    action TEXT NOT NULL,
    what   TEXT NOT NULL,
    hash   BLOB NOT NULL
) STRICT;
CREATE TABLE cited (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    document_id     INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cited_by_document ON cited (document_id);
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
CREATE INDEX documents_in_short ON documents (id, removed_at, vectors_of);
INSERT INTO meta (key, value) VALUES ('identity', '0123456789abcdef0123456789abcdef');
INSERT INTO documents (id, name, path, bytes, added_at, state) VALUES (1, '규정.hwpx', '/자료/규정.hwpx', 100, 7, 'ready');
INSERT INTO conversations (id, title, created_at, updated_at, removed_at) VALUES
    (1, '병가', 1, 9, NULL), (2, '연가', 2, 3, 4), (3, '빈 대화', 3, 3, NULL);
-- Written in turn, so that the ids of the two conversations are mixed.
INSERT INTO messages (id, conversation_id, role, text, citations, state, refused, created_at) VALUES
    (1, 1, 'user', '병가는 며칠입니까?', '[]', 'complete', 0, 1),
    (3, 2, 'user', '연가는 며칠입니까?', '[]', 'stopped', 0, 2),
    (4, 1, 'assistant', '60일입니다. [1]', '[{"mark":1,"passage_id":5,"document_id":1,"file":"규정.hwpx","page":1,"section":1,"heading_path":[],"quote":"60일"}]', 'complete', 0, 3),
    (7, 1, 'user', '누가 승인합니까?', '[]', 'complete', 0, 9);
INSERT INTO cited VALUES (1, 1);
PRAGMA user_version = 7;
