//! Finding without the model: documents by name, headings and text, conversations by title and messages, while the
//! person types.
//!
//! A word is found wherever its letters stand, also inside other words; the last one may go on. Consonants alone stand
//! for syllables that begin with them (초성): ㅂㅁㄱㅈ finds 복무규정. Where a word does not stand in a text, its content
//! words do for it (연가를 finds 연가), and numbers, dates and articles are found in any form. All words must be in one
//! passage with its headings and its document's name, or in one conversation with its title.
//!
//! What takes time is bounded, and [`Found`] says where a bound was met: the 800 passages are read that the index
//! proposes first, and the latest 5000 messages. A single consonant is looked for in names, titles and messages only.

mod conversations;
mod cut;
mod documents;
mod fold;
mod hangul;
pub(crate) mod words;

use ::documents::{Format, Page};
use policy::Grade;
use serde::Deserialize;
use vault::{ConversationRow, FindableDocument, Role, Vault};

pub use cut::Marked;

use crate::index::Index;
use crate::{Analyzer, Result};
use words::Asked;

/// Snippets of a document or a conversation at most.
const SNIPPETS: usize = 3;

/// What is looked for; see the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// What the person typed.
    pub query: String,
    /// Where.
    pub kinds: Vec<Kind>,
    /// Among what.
    pub filters: Filters,
    /// Documents and conversations at most, each.
    pub limit: usize,
    /// How many of each come before.
    pub offset: usize,
}

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Documents, by name, headings and text.
    Documents,
    /// Conversations, by title and messages.
    Conversations,
}

/// What is looked for has to be one of these; an empty list is any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Filters {
    /// Of documents only.
    pub formats: Vec<Format>,
    /// The folder that a document came in with, by name; `None` for those without. Of documents only.
    pub folders: Vec<Option<String>>,
    /// What has no grade has none of these.
    pub grades: Vec<Grade>,
    /// Milliseconds since 1970, inclusive: when a document was added, a conversation last written.
    pub added_from: Option<i64>,
    /// Milliseconds since 1970, exclusive.
    pub added_to: Option<i64>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Documents.
    pub documents: Results<FoundDocument>,
    /// Conversations.
    pub conversations: Results<FoundConversation>,
}

/// Those asked for of all that were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Results<T> {
    /// Best first.
    pub rows: Vec<T>,
    /// How many there are with those before and behind.
    pub total: usize,
    /// Not everything was looked at: there may be more.
    pub more: bool,
}

impl<T> Default for Results<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), total: 0, more: false }
    }
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDocument {
    /// Its row.
    pub document: FindableDocument,
    /// Its name.
    pub name: Marked,
    /// The passage to open it at; `None` where it has none, such as one that was not read yet.
    pub passage: Option<i64>,
    /// Up to three, best first; none where only the name was found.
    pub snippets: Vec<Snippet>,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The passage's row.
    pub passage: i64,
    /// The page, where the format has pages.
    pub page: Option<Page>,
    /// The section, from 0.
    pub section: u32,
    /// Headings above it, outermost first.
    pub heading_path: Vec<Marked>,
    /// The passage's text.
    pub text: Marked,
}

/// A conversation that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundConversation {
    /// Its row in the list.
    pub row: ConversationRow,
    /// Its title.
    pub title: Marked,
    /// Up to three, best first; none where only the title was found.
    pub messages: Vec<FoundMessage>,
}

/// A place in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundMessage {
    /// The message's row.
    pub message: i64,
    /// Who wrote it.
    pub role: Role,
    /// Its text: Markdown.
    pub text: Marked,
}

/// See [`crate::Library::find`].
pub(crate) fn find(vault: &Vault, index: &Index, analyzer: &Analyzer, find: &Find) -> Result<Found> {
    let asked = Asked::read(&find.query, |text| analyzer.morphemes(text));
    let mut found = Found::default();
    if asked.words.is_empty() {
        return Ok(found);
    }
    if find.kinds.contains(&Kind::Documents) {
        found.documents = documents::find(vault, index, &asked, find)?;
    }
    if find.kinds.contains(&Kind::Conversations) {
        found.conversations = conversations::find(vault, &asked, find)?;
    }
    Ok(found)
}

impl Filters {
    fn holds(&self, document: &FindableDocument) -> bool {
        any_of(&self.formats, document.format.as_ref())
            && (self.folders.is_empty() || self.folders.contains(&document.folder))
            && any_of(&self.grades, document.grade.as_ref())
            && self.in_time(document.added_at)
    }

    /// Formats and folders are not asked of conversations.
    fn holds_conversation(&self, row: &ConversationRow) -> bool {
        any_of(&self.grades, row.grade.as_ref()) && self.in_time(row.updated_at)
    }

    fn in_time(&self, at: i64) -> bool {
        self.added_from.is_none_or(|from| at >= from) && self.added_to.is_none_or(|to| at < to)
    }
}

fn any_of<T: PartialEq>(allowed: &[T], value: Option<&T>) -> bool {
    allowed.is_empty() || value.is_some_and(|value| allowed.contains(value))
}

impl<T> Results<T> {
    /// The rows asked for of all, made into results.
    fn of<S>(all: Vec<S>, more: bool, find: &Find, each: impl FnMut(S) -> Result<T>) -> Result<Self> {
        let total = all.len();
        let rows = all.into_iter().skip(find.offset).take(find.limit).map(each).collect::<Result<_>>()?;
        Ok(Self { rows, total, more })
    }
}

#[cfg(test)]
mod tests;
