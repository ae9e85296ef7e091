//! What the window is shown of a text: its personal information marked, and masked where the agency's policy wants it.

use std::sync::Arc;

use personal::{Found, Kind};
use policy::Policy;
use serde::Serialize;
use vault::{Conversation, ConversationRow, Message};

/// `Mark` of the window's contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// UTF-16 units of the text.
    start: usize,
    end: usize,
    label: &'static str,
}

/// `Message` of the window's contract.
#[derive(Debug, Clone, Serialize)]
pub struct ShownMessage {
    #[serde(flatten)]
    message: Message,
    personal: Vec<Mark>,
}

/// `Conversation` of the window's contract.
#[derive(Debug, Clone, Serialize)]
pub struct ShownConversation {
    #[serde(flatten)]
    row: ConversationRow,
    messages: Vec<ShownMessage>,
}

/// Shows texts under a policy; clones are of the same one.
#[derive(Debug, Clone)]
pub struct Shown(Arc<Policy>);

impl Shown {
    /// Under this policy.
    pub fn under(policy: Arc<Policy>) -> Self {
        Self(policy)
    }

    /// A text as it is shown, with the places of its personal information.
    pub fn text(&self, text: &str) -> (String, Vec<Mark>) {
        let shown = self.masked(text);
        let marks = marks(&shown, &places(text, &shown));
        (shown, marks)
    }

    /// A text as it is shown: with as many characters.
    pub fn masked(&self, text: &str) -> String {
        if self.0.masking.window.is_empty() { text.to_owned() } else { self.mask(text) }
    }

    fn mask(&self, text: &str) -> String {
        personal::mask(text, |kind| self.0.masks(kind)).0
    }

    /// A message as it is shown.
    pub fn message(&self, mut message: Message) -> ShownMessage {
        let (text, personal) = self.text(&message.text);
        message.text = text;
        message.rating_note = message.rating_note.map(|note| self.masked(&note));
        for citation in &mut message.citations {
            citation.file = self.masked(&citation.file);
            citation.quote = self.masked(&citation.quote);
            for heading in &mut citation.heading_path {
                *heading = self.masked(heading);
            }
        }
        ShownMessage { message, personal }
    }

    /// A row of the list as it is shown: a conversation is called by its first question.
    pub fn row(&self, mut row: ConversationRow) -> ConversationRow {
        row.title = self.masked(&row.title);
        row
    }

    /// A conversation as it is shown.
    pub fn conversation(&self, conversation: Conversation) -> ShownConversation {
        ShownConversation {
            row: self.row(conversation.row),
            messages: conversation.messages.into_iter().map(|message| self.message(message)).collect(),
        }
    }

    /// An answer that is shown while it is written.
    pub fn stream(&self) -> Stream {
        let masks = !self.0.masking.window.is_empty();
        Stream { shown: self.clone(), masks, text: String::new(), told: 0 }
    }
}

/// What was found in `text`, at its places in `shown`, which has as many characters.
fn places(text: &str, shown: &str) -> Vec<Found> {
    let mut found = personal::find(text);
    if text == shown {
        return found;
    }
    let starts: Vec<usize> = shown.char_indices().map(|(at, _)| at).chain([shown.len()]).collect();
    let mut character = 0;
    let mut at = 0;
    let mut place = |byte: usize| {
        character += text[at..byte].chars().count();
        at = byte;
        starts.get(character).copied().unwrap_or(shown.len())
    };
    for found in &mut found {
        let start = place(found.range.start);
        found.range = start..place(found.range.end);
    }
    found
}

fn marks(text: &str, found: &[Found]) -> Vec<Mark> {
    let (mut at, mut units) = (0, 0);
    let mut place = |byte: usize| {
        units += text[at..byte].encode_utf16().count();
        at = byte;
        units
    };
    let mark = |found: &Found| {
        let start = place(found.range.start);
        Mark { start, end: place(found.range.end), label: Kind::korean(found.kind) }
    };
    found.iter().map(mark).collect()
}

/// Characters at the end of what was written that wait for the next ones: what is longer is no number, address or name.
const OPEN: usize = 80;

/// Masks an answer while it is written: what may become personal information waits until it shows whether it is. What
/// only a later sentence shows to be a name is masked once the answer is whole.
#[derive(Debug)]
pub struct Stream {
    shown: Shown,
    masks: bool,
    text: String,
    /// Characters of it that were shown.
    told: usize,
}

impl Stream {
    /// Takes what was written and gives what can be shown now.
    pub fn push(&mut self, piece: &str) -> String {
        if !self.masks {
            return piece.to_owned();
        }
        self.text.push_str(piece);
        let characters = self.text.chars().count();
        if characters <= self.told + OPEN {
            return String::new();
        }
        let cut = self.text.char_indices().nth(characters - OPEN).map_or(0, |(at, _)| at);
        let found = personal::find(&self.text);
        let across = found.iter().find(|found| found.range.contains(&cut));
        let upto = self.text[..across.map_or(cut, |found| found.range.start)].chars().count();
        let shown = self.shown.mask(&self.text).chars().skip(self.told).take(upto.saturating_sub(self.told)).collect();
        self.told = self.told.max(upto);
        shown
    }

    /// What still waited: nothing more is written for now.
    pub fn rest(&mut self) -> String {
        if self.text.chars().count() <= self.told {
            return String::new();
        }
        let shown = self.shown.mask(&self.text);
        let rest: String = shown.chars().skip(self.told).collect();
        self.told += rest.chars().count();
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masking(kinds: &[Kind]) -> Shown {
        let mut policy = Policy::default();
        policy.masking.window = kinds.iter().map(|kind| kind.word().to_owned()).collect();
        Shown::under(Arc::new(policy))
    }

    const TEXT: &str = "😀 담당자에게 010-1234-5678로 알리십시오. 주민등록번호는 900101-1234567입니다.";

    #[test]
    fn personal_information_is_marked_where_it_stands_and_masked_where_the_policy_wants_it() {
        let table: [(&[Kind], &str); 3] = [
            (&[], "010-1234-5678"),
            (&[Kind::Phone], "010-****-5678"),
            (&[Kind::ResidentNumber], "010-1234-5678"),
        ];
        for (kinds, phone) in table {
            let (text, marks) = masking(kinds).text(TEXT);
            assert!(text.contains(phone), "{text}");
            let units: Vec<u16> = text.encode_utf16().collect();
            let words: Vec<(String, &str)> = marks
                .iter()
                .map(|mark| (String::from_utf16(&units[mark.start..mark.end]).unwrap(), mark.label))
                .collect();
            assert_eq!(words[0], (phone.to_owned(), "전화번호"));
            assert_eq!(words[1].1, "주민등록번호");
            assert_eq!(text.contains("1234567"), kinds != [Kind::ResidentNumber], "{text}");
        }
    }

    #[test]
    fn an_answer_that_is_being_written_never_shows_what_is_masked() {
        let long = format!("성명: 홍길동\n{TEXT}\n{} 홍길동은 010-2222-3333 끝", "가나다 라마 ".repeat(40));
        for kinds in [&[][..], &[Kind::Phone, Kind::ResidentNumber, Kind::Name]] {
            for size in [1, 2, 7, 1000] {
                let shown = masking(kinds);
                let mut stream = shown.stream();
                let letters: Vec<char> = long.chars().collect();
                let mut told = String::new();
                for piece in letters.chunks(size) {
                    told.push_str(&stream.push(&piece.iter().collect::<String>()));
                    assert!(kinds.is_empty() || !["1234-", "홍길동"].iter().any(|word| told.contains(word)), "{told}");
                }
                let whole = shown.text(&long).0;
                assert!(whole.starts_with(&told), "{told}");
                assert!(whole.chars().count() <= told.chars().count() + OPEN + 20);
                assert_eq!(told + &stream.rest(), whole);
                assert_eq!(stream.rest(), "");
            }
        }
    }
}
