#!/usr/bin/env python3
"""Writes version-N.sql: a database of each version of the schema, with a little of everything that the version keeps.

    python3 tests/schema/fixture.py        (in the vault's folder; needs Python's sqlite3 with SQLite 3.38 or later)

It begins with version-1.sql, as the first release wrote it, and takes the steps of src/schema.rs one after the other,
which are never edited once they were released (invariant 10). After each step it adds rows to what the step brought
(ROWS), as that version's program would have written them, and writes the database out. A file that is there is left as
it is: whoever adds a step adds its rows here, runs this, and commits the new file with the step.

Version 7 has a second file, version-7-whole.sql: version-7.sql was written by hand, for the messages that become a tree.
"""
import hashlib
import json
import re
import sqlite3
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCHEMA = HERE.parent.parent / "src" / "schema.rs"


def steps() -> list[str]:
    source = SCHEMA.read_text(encoding="utf-8")
    table = re.search(r"const MIGRATIONS: \[&str; \d+\] = \[(.*?)\];\n", source, re.S)[1]
    found = re.findall(r'(include_str!\()?"([^"]*)"', table)
    return [(SCHEMA.parent / text).read_text(encoding="utf-8") if included else text for included, text in found]


def entry(before: bytes, seq: int, at: int, who: str, action: str, what: str) -> tuple:
    """A row of the audit trail, bound to the one before it as src/audit.rs does."""
    parts = [before, seq.to_bytes(8, "little"), at.to_bytes(8, "little"), *(text.encode() for text in (who, action, what))]
    digest = hashlib.sha256(b"".join(len(part).to_bytes(8, "little") + part for part in parts)).digest()
    return (seq, at, who, action, what, digest)


FIRST = entry(b"", 1, 10, "kim", "unlock", '{"by":"password"}')
SECOND = entry(FIRST[5], 2, 11, "kim", "question", '{"conversation":1}')
CITED = [{"mark": 1, "passage_id": 11, "document_id": 1, "file": "규정.hwpx", "page": 1, "section": 1, "heading_path": ["제1조"], "quote": "병가는 연 60일로 한다."}]
FIGURES = {
    "first_ms": 900, "prefill_ms": 700, "generate_ms": 3000, "prompt_tokens": 800, "cached_tokens": 300,
    "restored_tokens": 0, "generated_tokens": 40, "accepted_tokens": 3, "context_tokens": 4096, "device": "CPU",
}

# What the program of each version adds to what the one before it kept: statement and rows.
ROWS: dict[int, list[tuple[str, list[tuple]]]] = {
    2: [
        (
            "INSERT INTO documents (id, name, path, bytes, added_at, state, unread_pages, partial, folder) VALUES (?,?,?,?,?,?,?,?,?)",
            [
                (10, "중단.pdf", "/자료/지켜봄/중단.pdf", 9, 12, "cancelled", "[2,3]", 1, "/자료/지켜봄"),
                # A name that is no UTF-8.
                (11, "이름.txt", b"/\xc0\xda\xb7\xe1/\xc0\xcc\xb8\xa7.txt", 4, 13, "waiting", "[]", 0, None),
            ],
        ),
        ("INSERT INTO places VALUES (?,?,?,?)", [("/자료/지켜봄/중단.pdf", 10, 9, 1700000000000000000), (b"/\xc0\xda\xb7\xe1/\xc0\xcc\xb8\xa7.txt", 11, 4, None)]),
        ("INSERT INTO watched_folders VALUES (?,?)", [("/자료/지켜봄", 12)]),
        ("INSERT INTO walks VALUES (?)", [("/자료/지켜봄",)]),
        (
            "INSERT INTO messages (id, conversation_id, role, text, citations, state, refused, failure, created_at) VALUES (?,?,?,?,?,?,?,?,?)",
            [
                (2, 1, "assistant", "60일입니다. [1]", json.dumps(CITED, ensure_ascii=False), "complete", 0, None, 2),
                (3, 1, "user", "누가 승인합니까?", "[]", "complete", 0, None, 3),
                (4, 1, "assistant", "", "[]", "failed", 0, '{"code":"engine_failed","message":"답하지 못했습니다.","detail":""}', 4),
            ],
        ),
        ("INSERT INTO settings VALUES (?,?)", [("idle_minutes", "10")]),
    ],
    3: [("INSERT INTO audit VALUES (?,?,?,?,?,?)", [FIRST, SECOND])],
    4: [
        (
            "UPDATE documents SET personal = ?, grade = ?, grade_reasons = ?, graded_by_person = ? WHERE id = ?",
            [('{"phone":2}', "S", '["연락처가 있습니다."]', 1, 1)],
        ),
        ("INSERT INTO conversations VALUES (?,?,?,?,?,?)", [(2, "잊은 자료를 인용한 대화", 20, 21, None, "C"), (3, "뺀 대화", 22, 23, 24, None)]),
    ],
    5: [
        ("INSERT INTO vector_models VALUES (?,?)", [(1, "e5-small")]),
        ("INSERT INTO vectors VALUES (?,?,?)", [(11, 1, bytes(range(48)))]),
        ("UPDATE documents SET vectors_of = ? WHERE id = ?", [(1, 1)]),
    ],
    6: [("UPDATE messages SET basis = ? WHERE id = ?", [('{"kind":"passages","passages":1,"tokens":30,"budget":2000}', 2)])],
    7: [("UPDATE messages SET figures = ? WHERE id = ?", [(json.dumps(FIGURES), 2)])],
    8: [
        ("INSERT INTO folders VALUES (?,?,?)", [(1, "복무", 0), (2, "예산", 1)]),
        (
            "INSERT INTO messages (id, conversation_id, role, text, citations, state, refused, created_at, parent, rating, rating_note) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            [(5, 1, "assistant", "다시 답합니다.", "[]", "stopped", 1, 30, 3, -1, "틀렸습니다."), (6, 2, "user", "첫 질문", "[]", "complete", 0, 31, None, 0, None)],
        ),
        ("UPDATE conversations SET head = ?, folder = ?, pinned_at = ?, archived_at = ?, titled_by = ? WHERE id = ?", [(5, 1, 32, None, "model", 1), (6, None, None, 33, "question", 2)]),
        ("INSERT INTO drafts VALUES (?,?)", [(None, "아직 보내지 않은 질문"), (1, "이어서 물을 것")]),
    ],
    9: [
        ("INSERT INTO collections VALUES (?,?,?)", [(1, "인사 규정", 40)]),
        ("INSERT INTO collected VALUES (?,?)", [(1, 1), (1, 3)]),
        ("UPDATE documents SET indexed_at = ? WHERE id = ?", [(41, 1)]),
    ],
}


def written(database: sqlite3.Connection, version: int) -> str:
    lines = [line for line in database.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]
    head = f"-- A database of version {version}, with a little of everything that it keeps. Written by fixture.py.\n"
    # Tables come by name: rows stand before those that they refer to.
    return head + "\n".join(["PRAGMA foreign_keys = OFF;", *lines, f"PRAGMA user_version = {version};"]) + "\n"


def main() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute("PRAGMA foreign_keys = ON")
    database.executescript((HERE / "version-1.sql").read_text(encoding="utf-8"))
    # Two runs write the same.
    database.execute("UPDATE meta SET value = '0123456789abcdef0123456789abcdef' WHERE key = 'identity'")
    for version, step in enumerate(steps()[1:], 2):
        # As the program does it: a table that is made anew would empty those that refer to it.
        database.execute("PRAGMA foreign_keys = OFF")
        database.executescript(step)
        database.execute("PRAGMA foreign_keys = ON")
        for statement, rows in ROWS[version]:
            database.executemany(statement, rows)
        file = HERE / (f"version-{version}-whole.sql" if version == 7 else f"version-{version}.sql")
        if not file.exists():
            file.write_text(written(database, version), encoding="utf-8")
            print(file.name)


main()
