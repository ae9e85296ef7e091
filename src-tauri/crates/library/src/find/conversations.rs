use std::cmp::Reverse;
use std::collections::HashMap;

use vault::{ConversationRow, MessageText, Vault};

use super::cut::{Marked, together};
use super::fold::Folded;
use super::words::{Asked, Spot};
use super::{Find, FoundConversation, FoundMessage, Results, SNIPPETS};
use crate::Result;

/// Messages read at a time, the latest first.
const BATCH: usize = 500;
/// How many times.
const BATCHES: usize = 10;

struct Candidate {
    row: ConversationRow,
    title: Vec<Spot>,
    /// Which of the words are in it.
    had: Vec<bool>,
    /// Best first.
    messages: Vec<Said>,
}

/// A message that has some of what is asked for.
struct Said {
    message: MessageText,
    spots: Vec<Spot>,
    /// How many of the words it has, and how many of them together.
    rank: (usize, usize),
}

pub(super) fn find(vault: &Vault, asked: &Asked, find: &Find) -> Result<Results<FoundConversation>> {
    let rows = vault.conversations()?.into_iter().filter(|row| find.filters.holds_conversation(row));
    let mut candidates: HashMap<i64, Candidate> = rows.map(|row| (row.id, Candidate::titled(row, asked))).collect();
    let more = look(vault, asked, &mut candidates)?;
    let whole = |found: &Candidate| found.had.iter().all(|had| *had);
    let mut found: Vec<Candidate> = candidates.into_values().filter(whole).collect();
    found.sort_by_key(|found| {
        let titled = asked.had(&found.title).iter().all(|had| *had);
        let together = found.messages.first().map_or(0, |said| said.rank.0) == asked.words.len();
        Reverse((titled, together, found.row.updated_at, found.row.id))
    });
    Results::of(found, more, find, |found| Ok(found.told()))
}

/// Reads the latest messages. True where there are others.
fn look(vault: &Vault, asked: &Asked, candidates: &mut HashMap<i64, Candidate>) -> Result<bool> {
    let mut before = i64::MAX;
    for _ in 0..BATCHES {
        let messages = vault.messages_before(before, BATCH)?;
        let read = messages.len();
        for message in messages {
            before = message.id;
            if let Some(candidate) = candidates.get_mut(&message.conversation) {
                candidate.take(message, asked);
            }
        }
        if read < BATCH {
            return Ok(false);
        }
    }
    Ok(!vault.messages_before(before, 1)?.is_empty())
}

impl Candidate {
    fn titled(row: ConversationRow, asked: &Asked) -> Self {
        let title = asked.spots(&Folded::of(&row.title));
        Self { had: asked.had(&title), row, title, messages: Vec::new() }
    }

    fn take(&mut self, message: MessageText, asked: &Asked) {
        let spots = asked.spots(&Folded::of(&message.text));
        if spots.is_empty() {
            return;
        }
        let had = asked.had(&spots);
        let words = had.iter().filter(|had| **had).count();
        self.had.iter_mut().zip(had).for_each(|(all, here)| *all |= here);
        let rank = (words, together(&spots));
        // The later one comes first where two are as good.
        let place = self.messages.partition_point(|said| said.rank >= rank);
        if place < SNIPPETS {
            self.messages.insert(place, Said { message, spots, rank });
            self.messages.truncate(SNIPPETS);
        }
    }

    fn told(self) -> FoundConversation {
        let message = |said: Said| FoundMessage {
            message: said.message.id,
            role: said.message.role,
            text: Marked::cut(&said.message.text, &said.spots),
        };
        FoundConversation {
            title: Marked::whole(&self.row.title, &self.title),
            row: self.row,
            messages: self.messages.into_iter().map(message).collect(),
        }
    }
}
