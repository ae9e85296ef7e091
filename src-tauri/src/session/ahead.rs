//! What is read before it is asked for: the beginning of the prompt that the next question is likely to have.

use std::io;
use std::path::Path;
use std::sync::{Arc, Weak};

use assistant::{Assistant, Budget, Expected, Scope};
use engine::Keep;
use vault::Vault;
use wire::Failure;

use super::{Background, EngineState, Inner, Session};
use crate::app::{lock, seed};

/// What was read is kept in so many bytes of memory. A conversation of 8,192 tokens with the model that set-up brings
/// takes some 230 MB: that is two of them, or ten threads with a document that was given whole, and a machine of 8 GB
/// still has room for everything else.
const KEPT_IN_MEMORY: u64 = 512 * 1024 * 1024;
/// And in so many on the disk.
const KEPT_ON_DISK: u64 = 2 * 1024 * 1024 * 1024;

/// The question that may come.
#[derive(Default)]
pub struct Ahead {
    /// Its conversation, where it has one, and the documents that it is asked of; `None` until the window said so.
    wanted: Option<(Option<i64>, Vec<i64>)>,
    /// Reading.
    running: Option<Background>,
}

impl Session {
    /// The window shows this conversation, or one that has no question yet, and asks these documents: what the next
    /// question begins with is read in the background. What was being read for another is left. Call it inside a tokio
    /// runtime.
    pub fn expect_question(&self, conversation: Option<i64>, documents: Vec<i64>) {
        lock(&self.0.ahead).wanted = Some((conversation, documents));
        self.read_ahead();
    }

    /// How the context will be shared out by a question in this conversation about these documents. `None` where that
    /// cannot be told now.
    ///
    /// # Errors
    /// The vault's and the library's.
    pub async fn budget(&self, conversation: Option<i64>, documents: Vec<i64>) -> Result<Option<Budget>, Failure> {
        let Some(scope) = self.scope(documents) else { return Ok(None) };
        self.0.assistant.budget(&expected(&self.0.vault, conversation, scope)?).await
    }

    /// What is asked of these documents; `None` where the library is not open: the window knows documents of an open one
    /// only.
    fn scope(&self, documents: Vec<i64>) -> Option<Scope> {
        if documents.is_empty() {
            return Some(Scope::Chat);
        }
        self.library().ok().map(|(library, _)| Scope::Documents(library.clone(), documents))
    }

    /// Reads what is wanted, once there is a model to read it: also where another branch is shown now. Call it inside a
    /// tokio runtime.
    pub fn read_ahead(&self) {
        if lock(&self.0.status).engine.state != EngineState::Ready {
            return;
        }
        let mut ahead = lock(&self.0.ahead);
        let Some((conversation, documents)) = ahead.wanted.clone() else { return };
        let Some(scope) = self.scope(documents) else { return };
        let (assistant, vault, session) = (self.0.assistant.clone(), self.0.vault.clone(), Arc::downgrade(&self.0));
        ahead.running = Some(Background::run(async move {
            // The question meets what went wrong, and tells it.
            if let Err(failure) = read(assistant, vault, conversation, scope).await {
                tracing::debug!(code = failure.code, "nothing was read ahead");
            }
            follow(&session);
        }));
    }

    /// Leaves what is being read ahead: its model is about to go.
    pub(super) fn leave_ahead(&self) {
        lock(&self.0.ahead).running = None;
    }

    /// Where the engine keeps what it read. It is sealed, and goes with what it was read of: see
    /// [`Session::forget_told`].
    pub(super) fn keep(&self) -> Keep {
        Keep {
            folder: self.0.paths.prompts(),
            key: *self.0.key.derive("prompts").bytes(),
            memory_bytes: KEPT_IN_MEMORY,
            disk_bytes: KEPT_ON_DISK,
        }
    }

    /// Has assistant and engine forget all that they were told, in memory and on the disk: some of it was forgotten.
    ///
    /// # Errors
    /// The engine's, and `prompts_left` where files of it could not be removed.
    pub async fn forget_told(&self) -> Result<(), Failure> {
        let running = lock(&self.0.ahead).running.take();
        if let Some(running) = running {
            // It may hold words of what was forgotten, on their way to the engine.
            running.end().await;
        }
        let forgotten = self.0.assistant.forget().await;
        // Also where there is no engine to be asked: files of an earlier day are there all the same.
        let removed = remove_files(&self.0.paths.prompts()).map_err(|error| {
            Failure::new(
                "prompts_left",
                "모델이 읽어 둔 내용을 모두 지우지 못했습니다. 프로그램을 다시 시작한 뒤 한 번 더 삭제해 주십시오.",
                error,
            )
        });
        forgotten.and(removed)
    }
}

async fn read(assistant: Assistant, vault: Vault, conversation: Option<i64>, scope: Scope) -> Result<(), Failure> {
    let expected = expected(&vault, conversation, scope)?;
    if assistant.prepare(expected.clone()).await? {
        assistant.read_alone(&expected).await?;
    }
    Ok(())
}

fn expected(vault: &Vault, conversation: Option<i64>, scope: Scope) -> Result<Expected, Failure> {
    let history = match conversation {
        Some(id) => vault.conversation(id)?.messages,
        None => Vec::new(),
    };
    Ok(Expected { conversation, history, scope, seed: seed() })
}

/// The engine may have come back meanwhile, with the model loaded otherwise.
fn follow(session: &Weak<Inner>) {
    if let Some(inner) = session.upgrade() {
        Session(inner).model_now();
    }
}

/// Removes the files in a folder and in the folders of it, where there is one.
fn remove_files(folder: &Path) -> io::Result<()> {
    let files = match folder.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        files => files?,
    };
    for file in files {
        let file = file?;
        if file.file_type()?.is_dir() {
            remove_files(&file.path())?;
            continue;
        }
        match std::fs::remove_file(file.path()) {
            // The engine removes its files too.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_kept_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("prompts");
        assert!(remove_files(&kept).is_ok(), "there was nothing");
        let passages = kept.join("passages");
        std::fs::create_dir_all(&passages).unwrap();
        for path in [kept.join("가"), kept.join("나"), passages.join("다")] {
            std::fs::write(path, "봉인").unwrap();
        }
        remove_files(&kept).unwrap();
        assert_eq!(passages.read_dir().unwrap().count(), 0);
        assert_eq!(kept.read_dir().unwrap().count(), 1, "only the folder is left");
    }
}
