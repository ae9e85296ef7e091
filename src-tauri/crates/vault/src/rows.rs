//! The rows of documents, blocks and passages, and their columns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use documents::{Block, BlockKind, Format, Locator, Page};
use personal::Kind;
use policy::Grade;
use rusqlite::Row;
use rusqlite::types::{Value, ValueRef};
use serde::{Deserialize, Serialize};
use wire::Failure;

use crate::{Error, Result, from_json};

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
    /// The person stopped it before it was read.
    Cancelled,
}

impl DocumentState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Reading => "reading",
            Self::Indexing => "indexing",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn named(name: &str) -> Result<Self> {
        match name {
            "waiting" => Ok(Self::Waiting),
            "reading" => Ok(Self::Reading),
            "indexing" => Ok(Self::Indexing),
            "ready" => Ok(Self::Ready),
            "failed" => Ok(Self::Failed),
            "cancelled" => Ok(Self::Cancelled),
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
    /// The pages of which nothing could be read, in order.
    pub unread_pages: Vec<Page>,
    /// True where the file is damaged and this is what could be saved of it.
    pub partial: bool,
    /// The name of the folder that was added or is watched and the file came in with; `None` for a single file.
    pub folder: Option<String>,
    /// How sensitive it is; `None` until it was read.
    pub grade: Option<Grade>,
    /// Korean, a sentence each: why that grade is proposed, or the person's reason.
    pub grade_reasons: Vec<String>,
    /// True where a person decided the grade, false where it is proposed.
    pub graded_by_person: bool,
    /// What personal information it holds, most first.
    pub personal: Vec<PersonalCount>,
    /// When it could first be found as it is now, in milliseconds since 1970; `None` where that is not known.
    pub indexed_at: Option<i64>,
}

/// How often a document holds personal information of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalCount {
    /// The kind.
    pub kind: Kind,
    /// The kind's Korean name.
    pub label: String,
    /// How often.
    pub count: u32,
}

/// What a document's text says about how it is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appraisal {
    /// The grade that is proposed.
    pub grade: Grade,
    /// Why, in Korean, a sentence each.
    pub reasons: Vec<String>,
    /// How much personal information of each kind it holds.
    pub personal: BTreeMap<Kind, u32>,
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

pub(crate) const DOCUMENT: &str =
    "SELECT id, name, format, pages, bytes, added_at, state, failure, warnings, unread_pages, partial, folder,
     personal, grade, grade_reasons, graded_by_person, indexed_at FROM documents";
pub(crate) const PASSAGE: &str =
    "SELECT p.id, p.document_id, d.name, p.ordinal, p.text, p.heading_path, p.section, p.paragraph,
     p.page, p.first_block, p.last_block FROM passages p JOIN documents d ON d.id = p.document_id";

/// A word of a serde enum, as the column holds it.
pub(crate) fn word<T: Serialize>(value: T) -> Result<String> {
    match serde_json::to_value(value).map_err(Error::content)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(Error::content(format!("{other} is no word"))),
    }
}

pub(crate) fn from_word<T: serde::de::DeserializeOwned>(word: String) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(Error::content)
}

pub(crate) fn document_of(row: &Row<'_>) -> Result<DocumentRow> {
    Ok(DocumentRow {
        id: row.get(0)?,
        name: row.get(1)?,
        format: row
            .get::<_, Option<String>>(2)?
            .map(from_word)
            .transpose()?,
        pages: row.get(3)?,
        bytes: u64::try_from(row.get::<_, i64>(4)?).map_err(Error::content)?,
        added_at: row.get(5)?,
        state: DocumentState::named(&row.get::<_, String>(6)?)?,
        failure: row
            .get::<_, Option<String>>(7)?
            .as_deref()
            .map(from_json)
            .transpose()?,
        warnings: from_json(&row.get::<_, String>(8)?)?,
        unread_pages: from_json(&row.get::<_, String>(9)?)?,
        partial: row.get(10)?,
        folder: match row.get_ref(11)? {
            ValueRef::Null => None,
            path => Some(name_of(&path_of(path)?)),
        },
        personal: match row.get::<_, Option<String>>(12)? {
            Some(counts) => personal_of(from_json(&counts)?),
            None => Vec::new(),
        },
        grade: row.get::<_, Option<String>>(13)?.map(from_word).transpose()?,
        grade_reasons: from_json(&row.get::<_, String>(14)?)?,
        graded_by_person: row.get(15)?,
        indexed_at: row.get(16)?,
    })
}

fn personal_of(counts: BTreeMap<Kind, u32>) -> Vec<PersonalCount> {
    let counted = |(kind, count): (Kind, u32)| PersonalCount { kind, label: kind.korean().to_owned(), count };
    let mut counts: Vec<PersonalCount> = counts.into_iter().map(counted).collect();
    counts.sort_by_key(|counted| std::cmp::Reverse(counted.count));
    counts
}

pub(crate) fn passage_of(row: &Row<'_>) -> Result<Passage> {
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

pub(crate) fn block_of(row: &Row<'_>) -> Result<Block> {
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

/// What a person calls the file or folder at `path`.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A path as a column: text, or bytes where a Unix path is no UTF-8.
pub(crate) fn path_value(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => Value::Text(text.to_owned()),
        #[cfg(unix)]
        None => Value::Blob(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()),
        #[cfg(not(unix))]
        None => Value::Text(path.to_string_lossy().into_owned()),
    }
}

pub(crate) fn path_of(value: ValueRef<'_>) -> Result<PathBuf> {
    match value {
        ValueRef::Text(text) => Ok(PathBuf::from(
            std::str::from_utf8(text).map_err(Error::content)?,
        )),
        #[cfg(unix)]
        ValueRef::Blob(bytes) => Ok(PathBuf::from(
            <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes),
        )),
        _ => Err(Error::content("a path that is no text")),
    }
}
