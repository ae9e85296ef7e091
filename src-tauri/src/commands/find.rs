use std::ops::Range;
use std::time::Instant;

use documents::{Format, Page};
use library::{Filters, Find, FoundConversation, FoundDocument, FoundMessage, Kind, Marked, Results, Snippet};
use policy::Grade;
use serde::Serialize;
use tauri::State;
use vault::{ConversationRow, Role};
use wire::Failure;

use crate::app::App;
use crate::commands::apart;
use crate::shown::Shown;

/// Characters that may be looked for.
const LONGEST: usize = 200;
/// Results of a kind that may be asked for at once.
const MOST: usize = 100;

/// `Found` of the window's contract.
#[derive(Debug, Serialize)]
pub struct ShownFound {
    documents: Vec<ShownDocument>,
    documents_total: usize,
    documents_more: bool,
    conversations: Vec<ShownConversation>,
    conversations_total: usize,
    conversations_more: bool,
    took_ms: u64,
}

/// `Highlighted` of the window's contract.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Highlighted {
    text: String,
    /// UTF-16 units.
    highlights: Vec<[usize; 2]>,
    /// The whole text has more before it, …
    before: bool,
    /// … and behind it.
    behind: bool,
}

#[derive(Debug, Serialize)]
struct ShownDocument {
    id: i64,
    name: Highlighted,
    format: Option<Format>,
    folder: Option<String>,
    grade: Option<Grade>,
    graded_by_person: bool,
    added_at: i64,
    passage_id: Option<i64>,
    snippets: Vec<ShownSnippet>,
}

#[derive(Debug, Serialize)]
struct ShownSnippet {
    passage_id: i64,
    page: Option<Page>,
    section: u32,
    heading_path: Vec<Highlighted>,
    #[serde(flatten)]
    text: Highlighted,
}

#[derive(Debug, Serialize)]
struct ShownConversation {
    id: i64,
    title: Highlighted,
    updated_at: i64,
    grade: Option<Grade>,
    messages: Vec<ShownMessage>,
}

#[derive(Debug, Serialize)]
struct ShownMessage {
    message_id: i64,
    role: Role,
    #[serde(flatten)]
    text: Highlighted,
}

/// Finds documents and conversations without the model, while the person types.
#[tauri::command]
pub async fn find(
    app: State<'_, App>,
    query: String,
    kinds: Option<Vec<Kind>>,
    filters: Filters,
    limit: usize,
    offset: usize,
) -> Result<ShownFound, Failure> {
    let begun = Instant::now();
    if query.chars().count() > LONGEST {
        let message = "찾을 말은 200자까지 입력할 수 있습니다. 줄여서 다시 찾아 주십시오.";
        return Err(Failure::new("find_too_long", message, ""));
    }
    if limit > MOST {
        let message = "한 번에 100건까지 찾을 수 있습니다. 나누어 찾아 주십시오.";
        return Err(Failure::new("find_too_many", message, limit));
    }
    let session = app.session()?;
    let library = session.opened_library().await?.0.clone();
    let kinds = kinds.unwrap_or_else(|| vec![Kind::Documents, Kind::Conversations]);
    let find = Find { query, kinds, filters, limit, offset };
    apart(move || {
        let shown = session.shown();
        let found = library.find(&find)?;
        let (documents, conversations) = (found.documents, found.conversations);
        Ok(ShownFound {
            documents_total: documents.total,
            documents_more: documents.more,
            documents: each(documents, |row| document(row, shown)),
            conversations_total: conversations.total,
            conversations_more: conversations.more,
            conversations: each(conversations, |row| conversation(row, shown)),
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    })
    .await
}

fn each<S, T>(results: Results<S>, shown: impl FnMut(S) -> T) -> Vec<T> {
    results.rows.into_iter().map(shown).collect()
}

fn document(found: FoundDocument, shown: &Shown) -> ShownDocument {
    let FoundDocument { document, name, passage, snippets } = found;
    let snippet = |snippet: Snippet| ShownSnippet {
        passage_id: snippet.passage,
        page: snippet.page,
        section: snippet.section + 1,
        heading_path: snippet.heading_path.iter().map(|heading| highlighted(heading, shown)).collect(),
        text: highlighted(&snippet.text, shown),
    };
    ShownDocument {
        id: document.id,
        name: highlighted(&name, shown),
        format: document.format,
        folder: document.folder,
        grade: document.grade,
        graded_by_person: document.graded_by_person,
        added_at: document.added_at,
        passage_id: passage,
        snippets: snippets.into_iter().map(snippet).collect(),
    }
}

fn conversation(found: FoundConversation, shown: &Shown) -> ShownConversation {
    let FoundConversation { row: ConversationRow { id, updated_at, grade, .. }, title, messages } = found;
    let message = |FoundMessage { message, role, text }| ShownMessage {
        message_id: message,
        role,
        text: highlighted(&text, shown),
    };
    ShownConversation {
        id,
        title: highlighted(&title, shown),
        updated_at,
        grade,
        messages: messages.into_iter().map(message).collect(),
    }
}

/// The piece as it is shown. Masking looks at the whole text, of which it keeps the number of characters.
fn highlighted(marked: &Marked, shown: &Shown) -> Highlighted {
    let letters: Vec<char> = shown.masked(&marked.text).chars().collect();
    let (mut text, mut units) = (String::new(), 0);
    let mut write = |piece: Range<usize>| {
        for letter in letters.get(piece).unwrap_or_default() {
            text.push(*letter);
            units += letter.len_utf16();
        }
        units
    };
    let Range { start, end } = marked.shown;
    let (mut at, mut highlights) = (start, Vec::new());
    for mark in &marked.marks {
        let from = write(at..mark.start);
        highlights.push([from, write(mark.clone())]);
        at = mark.end;
    }
    write(at..end);
    Highlighted { text, highlights, before: start > 0, behind: end < letters.len() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use policy::Policy;

    use super::*;

    fn masking(kinds: &[&str]) -> Shown {
        let mut policy = Policy::default();
        policy.masking.window = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        Shown::under(Arc::new(policy))
    }

    #[test]
    fn a_piece_is_shown_masked_with_its_highlights_in_utf_16() {
        let text = "앞 😀 연락처 010-1234-5678 뒤 끝";
        let place = |part: &str| {
            let start = text[..text.find(part).unwrap()].chars().count();
            start..start + part.chars().count()
        };
        let marks = vec![place("연락처"), place("5678")];
        let piece = Marked { text: text.to_owned(), shown: place("😀 연락처 010-1234-5678 뒤"), marks };
        let phone = personal::Kind::Phone.word();
        for (kinds, wanted) in [
            (vec![], "😀 연락처 010-1234-5678 뒤"),
            (vec![phone], "😀 연락처 010-****-5678 뒤"),
        ] {
            let found = highlighted(&piece, &masking(&kinds));
            assert_eq!((found.text.as_str(), found.before, found.behind), (wanted, true, true));
            let units: Vec<u16> = found.text.encode_utf16().collect();
            let words = found.highlights.iter().map(|[start, end]| String::from_utf16(&units[*start..*end]).unwrap());
            assert_eq!(words.collect::<Vec<_>>(), ["연락처", "5678"]);
        }
        let whole = Marked { text: text.to_owned(), shown: 0..text.chars().count(), marks: vec![] };
        let wanted = Highlighted { text: text.to_owned(), highlights: vec![], before: false, behind: false };
        assert_eq!(highlighted(&whole, &masking(&[])), wanted);
    }
}
