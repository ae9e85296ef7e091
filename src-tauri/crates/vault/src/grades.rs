//! What of a document has to be protected, how sensitive it is, and what that makes of the conversations that cite it.

use std::collections::BTreeSet;

use policy::Grade;
use rusqlite::{Connection, params};

use crate::documents::{document, found};
use crate::messages::Citation;
use crate::rows::word;
use crate::{Appraisal, DocumentRow, Result, Vault, json};

/// Notes which documents' words are in a conversation, inside the caller's transaction; documents that are forgotten
/// already are left out.
pub(crate) fn cite(connection: &Connection, conversation: i64, documents: impl Iterator<Item = i64>) -> Result<()> {
    let mut cite = connection.prepare_cached(
        "INSERT OR IGNORE INTO cited (conversation_id, document_id) SELECT ?1, id FROM documents WHERE id = ?2",
    )?;
    for document in documents {
        cite.execute([conversation, document])?;
    }
    Ok(())
}

/// The words of documents that are forgotten by now are taken out of citations, inside the caller's transaction.
pub(crate) fn unquote_forgotten(connection: &Connection, citations: &mut [Citation]) -> Result<()> {
    let mut kept = connection.prepare_cached("SELECT 1 FROM documents WHERE id = ?1")?;
    for citation in citations {
        if !kept.exists([citation.document_id])? {
            citation.quote.clear();
            citation.heading_path.clear();
        }
    }
    Ok(())
}

/// Before a document is forgotten or its text is another one: what has its words stays as sensitive as it was, inside
/// the caller's transaction. A document that was not appraised yet counts as the highest.
pub(crate) fn keep_grade(connection: &Connection, document: i64) -> Result<()> {
    // The later in 'OSC', the higher.
    connection
        .prepare_cached(
            "UPDATE conversations SET grade_kept = coalesce(d.grade, 'C') FROM documents d
             WHERE d.id = ?1
             AND conversations.id IN (SELECT conversation_id FROM cited WHERE document_id = ?1)
             AND instr('OSC', coalesce(d.grade, 'C')) > coalesce(instr('OSC', grade_kept), 0)",
        )?
        .execute([document])?;
    Ok(())
}

impl Vault {
    /// The documents whose text was read and not appraised yet, rising.
    ///
    /// # Errors
    /// The database's.
    pub fn unappraised(&self) -> Result<Vec<i64>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT id FROM documents d WHERE personal IS NULL
                     AND EXISTS (SELECT 1 FROM blocks WHERE document_id = d.id) ORDER BY id",
                )?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Notes what the text of a document says that was not appraised yet; `None` where it is by now, from a newer
    /// text perhaps. A grade that a person decided stays, unless the text speaks for a higher one.
    ///
    /// # Errors
    /// [`crate::Error::Missing`].
    pub fn note_appraisal(&self, id: i64, appraisal: &Appraisal) -> Result<Option<DocumentRow>> {
        // Lost in a power cut, it is made again from the blocks.
        self.with_ease(|connection| {
            let transaction = connection.transaction()?;
            let before = document(&transaction, id)?;
            let noted = transaction
                .prepare_cached("UPDATE documents SET personal = ?2 WHERE id = ?1 AND personal IS NULL")?
                .execute(params![id, json(&appraisal.personal)?])?;
            if noted == 0 {
                return Ok(None);
            }
            if before.grade > Some(appraisal.grade) {
                keep_grade(&transaction, id)?;
            }
            let stays = before.graded_by_person && before.grade >= Some(appraisal.grade);
            if !stays {
                set(&transaction, id, appraisal.grade, &appraisal.reasons, false)?;
            }
            let row = document(&transaction, id)?;
            transaction.commit()?;
            Ok(Some(row))
        })
    }

    /// Every document whose grade no person decided is to be appraised anew: what is proposed changed.
    ///
    /// # Errors
    /// The database's.
    pub fn appraise_anew(&self) -> Result<()> {
        self.with(|connection| {
            connection.execute("UPDATE documents SET personal = NULL WHERE NOT graded_by_person", [])?;
            Ok(())
        })
    }

    /// Notes that words of these documents are in a conversation, cited or not.
    ///
    /// # Errors
    /// The database's.
    pub fn note_cited(&self, conversation: i64, documents: &BTreeSet<i64>) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            cite(&transaction, conversation, documents.iter().copied())?;
            transaction.commit()?;
            Ok(())
        })
    }

    /// A person decided a document's grade; whether they may is the policy's to say.
    ///
    /// # Errors
    /// [`crate::Error::Missing`].
    pub fn set_grade(&self, id: i64, grade: Grade, reason: Option<&str>) -> Result<DocumentRow> {
        self.with(|connection| {
            let reasons: Vec<String> = reason.map(str::to_owned).into_iter().collect();
            set(connection, id, grade, &reasons, true)?;
            document(connection, id)
        })
    }
}

fn set(connection: &Connection, id: i64, grade: Grade, reasons: &[String], by_person: bool) -> Result<()> {
    let changed = connection
        .prepare_cached("UPDATE documents SET grade = ?2, grade_reasons = ?3, graded_by_person = ?4 WHERE id = ?1")?
        .execute(params![id, word(grade)?, json(reasons)?, by_person])?;
    found(changed, id)
}
