//! A process that keeps a conversation as the window does, and says on its standard output what is kept: what it said is
//! promised, whatever becomes of it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};
use vault::{Event, NewMessage, Vault};
use wire::Failure;

use super::failed;
use crate::ingest::database;
use crate::places;

/// What the process says, a line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum Kept {
    /// A message of a conversation.
    Message { conversation: i64, message: i64, text: String },
    /// Entries of the audit trail.
    Trail { count: i64 },
    /// What is typed and not sent yet.
    Draft { text: String },
    /// It can keep nothing more.
    Failed { code: String },
}

/// Keeps questions, answers, drafts and entries of the trail in the vault of `data`, until it is killed or cannot.
pub fn talk(data: &Path) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    // Who listens may be gone before this is.
    let mut say = |kept: &Kept| serde_json::to_string(kept).is_ok_and(|line| writeln!(out, "{line}").is_ok());
    let ended = places::open_vault(&database(data)).and_then(|vault| Ok(keep(&vault, &mut say)?));
    if let Err(failure) = ended {
        say(&Kept::Failed { code: failure.code });
    }
    Ok(())
}

fn keep(vault: &Vault, say: &mut impl FnMut(&Kept) -> bool) -> vault::Result<()> {
    let long = "출장을 마친 날부터 5일 이내에 보고하여야 한다. ".repeat(40);
    // Goes on where the one before was ended, so that a later draft has a higher number.
    let first = i64::try_from(vault.conversations()?.len()).unwrap_or_default();
    for turn in first.. {
        let typed = format!("{turn}번째로 쓰던 글");
        vault.save_draft(None, &typed)?;
        say(&Kept::Draft { text: typed });
        let conversation = vault.create_conversation(&format!("{turn}번째 대화"), turn)?.id;
        for text in [format!("{turn}번째 질문입니까?"), format!("{turn}번째 답입니다. {long}")] {
            let asks = text.ends_with('?');
            let message = if asks { NewMessage::question(&*text) } else { NewMessage::answer(&*text) };
            let kept = vault.add_message(conversation, message, turn)?;
            say(&Kept::Message { conversation, message: kept.id, text });
        }
        let what = format!("{{\"conversation\":{conversation}}}");
        let anchor = vault.account(Event { at: turn, who: "lab", action: "answer", what: &what })?;
        say(&Kept::Trail { count: anchor.count });
    }
    Ok(())
}

/// Starts such a process.
pub fn start(data: &Path) -> Result<Child, Failure> {
    let mut talk = Command::new(std::env::current_exe().map_err(failed)?);
    talk.arg("keep-talking").arg("--data").arg(data).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    talk.spawn().map_err(failed)
}

/// All that a process said until its end.
pub fn said(child: &mut Child) -> Vec<Kept> {
    let lines = child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
    // A line that was cut by a kill was not said.
    lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok()).collect()
}

/// What was promised over several processes, and what is there of it.
#[derive(Debug, Default)]
pub struct Promises {
    messages: HashMap<i64, (i64, String)>,
    trail: i64,
    draft: Option<String>,
    /// Why the last process ended by itself.
    pub failure: Option<String>,
}

impl Promises {
    /// Takes what a process said.
    pub fn add(&mut self, said: Vec<Kept>) {
        self.failure = None;
        for kept in said {
            match kept {
                Kept::Message { conversation, message, text } => _ = self.messages.insert(message, (conversation, text)),
                Kept::Trail { count } => self.trail = self.trail.max(count),
                Kept::Draft { text } => self.draft = Some(text),
                Kept::Failed { code } => self.failure = Some(code),
            }
        }
    }

    /// How many messages were promised.
    pub fn messages(&self) -> usize {
        self.messages.len()
    }

    /// What was promised and is not there, and what is wrong with what is there.
    ///
    /// # Errors
    /// The vault's, where it does not open.
    pub fn broken(&self, data: &Path) -> Result<Vec<String>, Failure> {
        let vault = places::open_vault(&database(data))?;
        vault.check()?;
        let mut broken = Vec::new();
        let mut there = HashMap::new();
        for row in vault.conversations()? {
            for message in vault.conversation(row.id)?.messages {
                there.insert(message.id, (row.id, message.text));
            }
        }
        for (id, promised) in &self.messages {
            if there.get(id) != Some(promised) {
                broken.push(format!("message {id} of conversation {}", promised.0));
            }
        }
        let (anchor, faults) = vault.verify_audit(&[])?;
        // Without an anchor the end of the trail is not known; its chain is.
        let faults: Vec<_> = faults.into_iter().filter(|fault| !matches!(fault, vault::Fault::NoAnchor)).collect();
        if anchor.count < self.trail || !faults.is_empty() {
            broken.push(format!("trail: {} of {} entries, {faults:?}", anchor.count, self.trail));
        }
        // A later one may have been kept without being said any more.
        if let Some(draft) = &self.draft
            && number(&vault.draft(None)?) < number(draft)
        {
            broken.push(format!("draft: {draft}"));
        }
        Ok(broken)
    }
}

fn number(draft: &str) -> Option<i64> {
    draft.split('번').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_that_is_not_kept_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let vault = places::open_vault(&database(folder.path())).unwrap();
        let mut kept = Vec::new();
        // Ends with the second turn.
        let mut count = 0;
        let mut say = |one: &Kept| {
            kept.push(one.clone());
            count += 1;
            assert!(count < 9, "enough");
            true
        };
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| keep(&vault, &mut say)));
        assert!(ended.is_err());
        let mut promises = Promises::default();
        promises.add(kept);
        assert_eq!((promises.messages(), promises.trail), (4, 2));
        assert_eq!(promises.broken(folder.path()).unwrap(), Vec::<String>::new());
        promises.add(vec![
            Kept::Message { conversation: 1, message: 99, text: "없는 답".to_owned() },
            Kept::Trail { count: 3 },
            Kept::Draft { text: "7번째로 쓰던 글".to_owned() },
            Kept::Failed { code: "disk_full".to_owned() },
        ]);
        assert_eq!(promises.failure.as_deref(), Some("disk_full"));
        assert_eq!(promises.broken(folder.path()).unwrap().len(), 3);
    }
}
