//! What the window is told: what changed, gathered, so that ten thousand files do not flood it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use vault::{DocumentRow, Vault};

use super::progress::IngestStatus;
use super::queue::Queue;

/// A change of documents or of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// One document, as it is now.
    Document(DocumentRow),
    /// Many documents, or one that is no longer there: the list is to be read again.
    Documents,
    /// The queue.
    Status(IngestStatus),
}

/// Between two tellings.
const PAUSE: Duration = Duration::from_millis(200);
/// Between two calls to read a long list again.
const LIST_PAUSE: Duration = Duration::from_secs(1);
/// More rows than this are told as [`Change::Documents`].
const FEW: usize = 20;

/// Gathers what changed; [`tell`] passes it on.
#[derive(Default)]
pub struct Changes {
    gathered: Mutex<Gathered>,
    woken: Notify,
}

#[derive(Default)]
struct Gathered {
    rows: BTreeSet<i64>,
    list: bool,
    status: bool,
}

impl Changes {
    fn gather(&self, change: impl FnOnce(&mut Gathered)) {
        change(&mut self.gathered.lock().unwrap_or_else(PoisonError::into_inner));
        self.woken.notify_one();
    }

    /// A document changed, and the queue may have.
    pub fn document(&self, document: i64) {
        self.gather(|gathered| {
            gathered.status = true;
            gathered.rows.insert(document);
        });
    }

    /// Documents are no longer there, or many changed.
    pub fn list(&self) {
        self.gather(|gathered| (gathered.list, gathered.status) = (true, true));
    }

    /// The queue changed.
    pub fn status(&self) {
        self.gather(|gathered| gathered.status = true);
    }
}

/// Passes changes on as they are by then, at most 5 times a second, until it is aborted.
pub async fn tell(changes: Arc<Changes>, queue: Arc<Queue>, vault: Vault, tell: impl Fn(Change)) {
    let mut listed: Option<Instant> = None;
    loop {
        changes.woken.notified().await;
        let Gathered { mut rows, mut list, status } =
            std::mem::take(&mut *changes.gathered.lock().unwrap_or_else(PoisonError::into_inner));
        list |= rows.len() > FEW;
        if list && listed.is_some_and(|at| at.elapsed() < LIST_PAUSE) {
            // Not yet: what changes until then is in it.
            changes.gather(|gathered| {
                gathered.list = true;
                gathered.rows.append(&mut rows);
            });
            list = false;
            rows.clear();
        }
        if list {
            listed = Some(Instant::now());
            tell(Change::Documents);
        } else {
            for row in rows {
                match vault.listed_document(row) {
                    Ok(Some(row)) => tell(Change::Document(row)),
                    Ok(None) => tell(Change::Documents),
                    Err(error) => tracing::error!(code = error.code(), row, "a changed document"),
                }
            }
        }
        if status {
            tell(Change::Status(queue.status(Instant::now())));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
