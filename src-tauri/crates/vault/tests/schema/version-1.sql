-- A database of version 1, as the first release wrote it, with a little of everything.
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

INSERT INTO settings VALUES ('model_path', '/모델.gguf');
INSERT INTO documents (id, name, path, sha256, bytes, format, pages, added_at, state, failure, warnings, removed_at) VALUES
    (1, '규정.hwpx', '/자료/규정.hwpx', 'aa', 100, 'hwpx', 3, 7, 'ready', NULL, '["그림 1개"]', NULL),
    (2, '없음.pdf', '/자료/없음.pdf', NULL, 0, NULL, NULL, 8, 'failed', '{"code":"document_missing","message":"없음","detail":""}', '[]', NULL),
    (3, '지움.txt', '/자료/지움.txt', 'bb', 5, 'txt', NULL, 9, 'ready', NULL, '[]', 10),
    (4, '옛판.txt', '/자료/같은 자리.txt', 'cc', 6, 'txt', NULL, 9, 'ready', NULL, '[]', NULL),
    (5, '새판.txt', '/자료/같은 자리.txt', 'dd', 7, 'txt', NULL, 9, 'waiting', NULL, '[]', NULL),
    (9, '잊음.txt', '/자료/잊음.txt', 'ee', 7, 'txt', NULL, 9, 'ready', NULL, '[]', 10);
INSERT INTO blocks VALUES (1, 0, 'paragraph', '병가는 연 60일로 한다.', '["제1조"]', 0, 0, 1), (9, 0, 'paragraph', '잊은 글', '[]', 0, 0, NULL);
INSERT INTO passages (id, document_id, ordinal, text, heading_path, section, paragraph, page, first_block, last_block) VALUES
    (11, 1, 0, '병가는 연 60일로 한다.', '["제1조"]', 0, 0, 1, 0, 0), (12, 9, 0, '잊은 글', '[]', 0, 0, NULL, 0, 0);
INSERT INTO conversations VALUES (1, '병가', 1, 2, NULL);
INSERT INTO messages VALUES (1, 1, 'user', '병가는 며칠?', '[]', 'complete', 0, NULL, 1);
-- What was purged: its id is not used again.
DELETE FROM documents WHERE id = 9;
PRAGMA user_version = 1;
