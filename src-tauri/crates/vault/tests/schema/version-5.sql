-- A database of version 5, with a little of everything that it keeps. Written by fixture.py.
PRAGMA foreign_keys = OFF;
CREATE TABLE audit (
    seq    INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    action TEXT NOT NULL,
    what   TEXT NOT NULL,
    hash   BLOB NOT NULL
) STRICT;
INSERT INTO "audit" VALUES(1,10,'kim','unlock','{"by":"password"}',X'5A4A42AA430E165F3190D3CED76987556A26A71B210DED94A857B042007A3DC6');
INSERT INTO "audit" VALUES(2,11,'kim','question','{"conversation":1}',X'C64FBE3C3F35F843C5419DE942E8D4FCB5F5C83E755B69C789B83B10A9CE3805');
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
INSERT INTO "blocks" VALUES(1,0,'paragraph','병가는 연 60일로 한다.','["제1조"]',0,0,1);
CREATE TABLE cited (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    document_id     INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, document_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "cited" VALUES(1,1);
CREATE TABLE conversations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    title      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER
, grade_kept TEXT CHECK (grade_kept IN ('C', 'S', 'O'))) STRICT;
INSERT INTO "conversations" VALUES(1,'병가',1,2,NULL,NULL);
INSERT INTO "conversations" VALUES(2,'잊은 자료를 인용한 대화',20,21,NULL,'C');
INSERT INTO "conversations" VALUES(3,'뺀 대화',22,23,24,NULL);
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
INSERT INTO "documents" VALUES(1,'규정.hwpx','/자료/규정.hwpx','aa',100,'hwpx',3,7,'ready',NULL,'["그림 1개"]','[]',0,NULL,NULL,'{"phone":2}','S','["연락처가 있습니다."]',1,1);
INSERT INTO "documents" VALUES(2,'없음.pdf','/자료/없음.pdf',NULL,0,NULL,NULL,8,'failed','{"code":"document_missing","message":"없음","detail":""}','[]','[]',0,NULL,NULL,NULL,NULL,'[]',0,NULL);
INSERT INTO "documents" VALUES(3,'지움.txt','/자료/지움.txt','bb',5,'txt',NULL,9,'ready',NULL,'[]','[]',0,NULL,10,NULL,NULL,'[]',0,NULL);
INSERT INTO "documents" VALUES(4,'옛판.txt','/자료/같은 자리.txt','cc',6,'txt',NULL,9,'ready',NULL,'[]','[]',0,NULL,NULL,NULL,NULL,'[]',0,NULL);
INSERT INTO "documents" VALUES(5,'새판.txt','/자료/같은 자리.txt','dd',7,'txt',NULL,9,'waiting',NULL,'[]','[]',0,NULL,NULL,NULL,NULL,'[]',0,NULL);
INSERT INTO "documents" VALUES(10,'중단.pdf','/자료/지켜봄/중단.pdf',NULL,9,NULL,NULL,12,'cancelled',NULL,'[]','[2,3]',1,'/자료/지켜봄',NULL,NULL,NULL,'[]',0,NULL);
INSERT INTO "documents" VALUES(11,'이름.txt',X'2FC0DAB7E12FC0CCB8A72E747874',NULL,4,NULL,NULL,13,'waiting',NULL,'[]','[]',0,NULL,NULL,NULL,NULL,'[]',0,NULL);
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
INSERT INTO "messages" VALUES(1,1,'user','병가는 며칠?','[]','complete',0,NULL,1);
INSERT INTO "messages" VALUES(2,1,'assistant','60일입니다. [1]','[{"mark": 1, "passage_id": 11, "document_id": 1, "file": "규정.hwpx", "page": 1, "section": 1, "heading_path": ["제1조"], "quote": "병가는 연 60일로 한다."}]','complete',0,NULL,2);
INSERT INTO "messages" VALUES(3,1,'user','누가 승인합니까?','[]','complete',0,NULL,3);
INSERT INTO "messages" VALUES(4,1,'assistant','','[]','failed',0,'{"code":"engine_failed","message":"답하지 못했습니다.","detail":""}',4);
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
INSERT INTO "meta" VALUES('identity','0123456789abcdef0123456789abcdef');
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
INSERT INTO "passages" VALUES(11,1,0,'병가는 연 60일로 한다.','["제1조"]',0,0,1,0,0);
CREATE TABLE places (
    path        ANY NOT NULL PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    bytes       INTEGER NOT NULL,
    modified    INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO "places" VALUES('/자료/같은 자리.txt',5,7,NULL);
INSERT INTO "places" VALUES('/자료/규정.hwpx',1,100,NULL);
INSERT INTO "places" VALUES('/자료/없음.pdf',2,0,NULL);
INSERT INTO "places" VALUES('/자료/지움.txt',3,5,NULL);
INSERT INTO "places" VALUES('/자료/지켜봄/중단.pdf',10,9,1700000000000000000);
INSERT INTO "places" VALUES(X'2FC0DAB7E12FC0CCB8A72E747874',11,4,NULL);
CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
INSERT INTO "settings" VALUES('model_path','/모델.gguf');
INSERT INTO "settings" VALUES('idle_minutes','10');
CREATE TABLE vector_models (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO "vector_models" VALUES(1,'e5-small');
CREATE TABLE vectors (
    passage_id INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    model_id   INTEGER NOT NULL REFERENCES vector_models (id),
    code       BLOB NOT NULL
) STRICT;
INSERT INTO "vectors" VALUES(11,1,X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F');
CREATE TABLE walks (
    path ANY NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO "walks" VALUES('/자료/지켜봄');
CREATE TABLE watched_folders (
    path     ANY NOT NULL PRIMARY KEY,
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "watched_folders" VALUES('/자료/지켜봄',12);
CREATE INDEX passages_by_document ON passages (document_id, ordinal);
CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
CREATE INDEX documents_by_sha256 ON documents (sha256);
CREATE INDEX places_by_document ON places (document_id);
CREATE INDEX cited_by_document ON cited (document_id);
CREATE INDEX vectors_by_model ON vectors (model_id);
CREATE INDEX documents_in_short ON documents (id, removed_at, vectors_of);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('passages',12);
INSERT INTO "sqlite_sequence" VALUES('conversations',3);
INSERT INTO "sqlite_sequence" VALUES('messages',4);
INSERT INTO "sqlite_sequence" VALUES('documents',11);
INSERT INTO "sqlite_sequence" VALUES('vector_models',1);
PRAGMA user_version = 5;
