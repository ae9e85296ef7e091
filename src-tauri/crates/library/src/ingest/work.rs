//! One document from its file into the index: hashed and read by workers side by side, put by one indexer behind them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vault::{Claim, DocumentState, Place};
use wire::Failure;

use super::files::{self, Content};
use super::queue::{Job, Rank, Stop};
use super::register::{By, Lost};
use super::{Inner, blocking};
use crate::Read;

/// Kibibytes of text that wait for the index at most: readers wait while there is more.
pub const SPACE: u32 = 64 * 1024;
/// Documents that go into the vault in one transaction.
const GROUP: usize = 64;
/// A commit of the index comes this often while documents follow each other, …
const COMMIT: Duration = Duration::from_secs(1);
/// … or takes no more than this share of the time.
const COMMIT_SHARE: u32 = 10;
/// How often a file is read that changes while it is read.
const ATTEMPTS: u32 = 3;

/// A document on its way from a worker to the indexer.
pub struct Indexing {
    read: Read,
    pages: u64,
    /// Gives its space back when it is dropped.
    _space: OwnedSemaphorePermit,
}

/// What is to be done with a document's file.
enum Prepared {
    /// Nothing: it holds what it held, or is off the list.
    Done,
    /// It is to be read.
    Read(PathBuf, Content),
}

/// Takes documents from the queue and reads them, until it is aborted.
pub async fn work(inner: Arc<Inner>, space: Arc<Semaphore>, indexer: UnboundedSender<Indexing>) {
    loop {
        let Job { document, mut stop } = inner.queue.take().await;
        inner.changes.status();
        let read = tokio::select! {
            biased;
            why = &mut stop => Err(why.unwrap_or(Stop::Remove)),
            read = inner.read(document) => Ok(read),
        };
        match read {
            Ok(Ok(Some(read))) => {
                let kibibytes = read.content.blocks.iter().map(|block| block.text.len() / 1024 + 1).sum::<usize>();
                let share = u32::try_from(kibibytes).unwrap_or(SPACE).clamp(1, SPACE);
                // The semaphore is never closed, and the indexer lives as long as the workers.
                let Ok(permit) = space.clone().acquire_many_owned(share).await else { return };
                let pages = read.content.pages.map_or(0, u64::from);
                inner.queue.index(document);
                if indexer.send(Indexing { read, pages, _space: permit }).is_err() {
                    return;
                }
            }
            Ok(Ok(None)) => inner.done(document, 0, false),
            Ok(Err(failure)) => {
                if failure.code == "document_password_wrong" {
                    inner.passwords().remove(&document);
                }
                inner.fail(document, failure).await;
                inner.done(document, 0, true);
            }
            Err(why) => {
                // Who cancels says so in the vault as well, of all documents at once.
                if why == Stop::Remove {
                    let vault = inner.vault.clone();
                    let reading = [DocumentState::Reading];
                    let left = blocking(move || Ok(vault.move_states(&[document], &reading, DocumentState::Waiting)?));
                    if let Err(error) = left.await {
                        tracing::error!(code = error.code, document, "a stopped document");
                    }
                }
                inner.queue.leave(document);
                inner.changes.document(document);
            }
        }
    }
}

/// Puts what the workers read into vault and index, until it is aborted.
pub async fn index(inner: Arc<Inner>, mut read: UnboundedReceiver<Indexing>) {
    let mut group = Vec::new();
    let mut uncommitted: HashMap<i64, u64> = HashMap::new();
    let (mut due, mut pause) = (Instant::now(), COMMIT);
    loop {
        let wait = if uncommitted.is_empty() && !inner.library.is_uncommitted() {
            Duration::from_secs(3600)
        } else {
            due.saturating_duration_since(Instant::now()).min(COMMIT)
        };
        let received = tokio::time::timeout(wait, read.recv_many(&mut group, GROUP)).await;
        if received == Ok(0) {
            return;
        }
        if uncommitted.is_empty() {
            due = Instant::now() + pause;
        }
        for (document, pages) in inner.put(std::mem::take(&mut group)).await {
            uncommitted.insert(document, pages);
            inner.changes.document(document);
        }
        let dry = read.is_empty() && inner.queue.is_at_rest();
        if (uncommitted.is_empty() && !inner.library.is_uncommitted()) || !(dry || Instant::now() >= due) {
            continue;
        }
        let begun = Instant::now();
        inner.commit(std::mem::take(&mut uncommitted)).await;
        pause = COMMIT.max(begun.elapsed() * COMMIT_SHARE);
        due = Instant::now() + pause;
    }
}

impl Inner {
    fn done(&self, document: i64, pages: u64, failed: bool) {
        self.queue.finish(document, pages, failed, Instant::now());
        self.changes.document(document);
    }

    async fn fail(self: &Arc<Self>, document: i64, failure: Failure) {
        tracing::warn!(code = failure.code, document, "a document could not be read");
        let inner = self.clone();
        if let Err(error) = blocking(move || Ok(inner.library.fail(document, &failure)?)).await {
            // The document stays unread and is tried again at the next start.
            tracing::error!(code = error.code, document, "a document's failure could not be kept");
        }
    }

    /// Reads a document, where its file holds what it did not hold before.
    async fn read(self: &Arc<Self>, document: i64) -> Result<Option<Read>, Failure> {
        for _ in 0..ATTEMPTS {
            let inner = self.clone();
            let (path, content) = match blocking(move || inner.prepare(document)).await? {
                Prepared::Done => return Ok(None),
                Prepared::Read(path, content) => (path, content),
            };
            self.changes.document(document);
            let password = self.passwords().get(&document).cloned();
            let read = self.reader.read_with(&path, password.as_deref()).await;
            if !files::has_changed(&path, &content) {
                return read.map(|read| Some(Read { document, sha256: content.sha256, content: read }));
            }
        }
        Err(Failure::new(
            "document_changing",
            "파일이 계속 바뀌고 있어 읽지 못했습니다. 저장이 끝난 뒤 다시 시도하십시오.",
            format!("changed while it was read, {ATTEMPTS} times"),
        ))
    }

    fn prepare(&self, document: i64) -> Result<Prepared, Failure> {
        let Some(row) = self.vault.listed_document(document)? else { return Ok(Prepared::Done) };
        // Other documents are only looked at: were they changed?
        let unread = match row.state {
            DocumentState::Waiting | DocumentState::Reading => true,
            DocumentState::Ready | DocumentState::Failed => false,
            DocumentState::Indexing | DocumentState::Cancelled => return Ok(Prepared::Done),
        };
        // Only from where it was: it may be cancelled at this moment.
        let begin = |from| self.vault.move_states(&[document], from, DocumentState::Reading);
        if row.state == DocumentState::Waiting {
            begin(&[DocumentState::Waiting])?;
            self.changes.document(document);
        }
        let path = self.vault.document_path(document)?;
        let content = match files::content(&path) {
            Ok(content) => content,
            Err(_) if !unread => return Ok(Prepared::Done),
            Err(failure) => return Err(failure),
        };
        let place = Place { path, document, bytes: content.bytes, modified: content.modified };
        if !unread && self.vault.document_sha(document)?.as_deref() == Some(&content.sha256) {
            self.vault.note_place(&place)?;
            return Ok(Prepared::Done);
        }
        match self.vault.claim_content(&content.sha256, &place)? {
            Claim::Own(orphans) => {
                for path in orphans {
                    let folder = self.vault.document_folder(document)?;
                    self.register(&[files::Met::at(&path)], folder.as_deref(), By::Disk, &mut Lost::default())?;
                }
            }
            Claim::Twin(other) => {
                self.join(document, &Place { document: other, ..place })?;
                return Ok(Prepared::Done);
            }
            Claim::Removed(other) => {
                // Off the list by the person's will while its file lies in a watched folder: it stays so. One whose
                // file was gone is back.
                let willed = !self.vault.places_of(other)?.is_empty() && self.is_watched(&place.path)?;
                if !willed {
                    self.library.restore(other)?;
                    self.changes.document(other);
                }
                self.join(document, &Place { document: other, ..place })?;
                return Ok(Prepared::Done);
            }
        }
        if !unread {
            begin(&[DocumentState::Ready, DocumentState::Failed])?;
        }
        Ok(Prepared::Read(place.path, content))
    }

    /// The file of `document` turns out to hold what another one holds: that one has moved here, or has a copy here.
    fn join(&self, document: i64, place: &Place) -> Result<(), Failure> {
        if files::is_gone(&self.vault.document_path(place.document)?) {
            self.library.relocate(place)?;
        } else {
            self.vault.note_place(place)?;
        }
        self.library.forget(document)?;
        let other = self.vault.document(place.document)?;
        if other.state == DocumentState::Cancelled || files::is_missing(&other) {
            self.vault.set_state(other.id, DocumentState::Waiting, None)?;
            self.queue.put([(other.id, place.bytes)], Rank::Folder, Instant::now());
        }
        self.changes.document(place.document);
        self.changes.list();
        Ok(())
    }

    /// Puts documents into the vault, all in one transaction, or each by itself where that fails. Gives those that are
    /// in, with their pages.
    async fn put(self: &Arc<Self>, group: Vec<Indexing>) -> Vec<(i64, u64)> {
        if group.is_empty() {
            return Vec::new();
        }
        let pages: Vec<(i64, u64)> = group.iter().map(|one| (one.read.document, one.pages)).collect();
        let inner = self.clone();
        let put = blocking(move || {
            let (read, space): (Vec<Read>, Vec<_>) = group.into_iter().map(|one| (one.read, one._space)).unzip();
            let mut failed = HashMap::new();
            if inner.library.put_all(&read).is_err() {
                for one in read.chunks(1) {
                    if let Err(error) = inner.library.put_all(one) {
                        failed.insert(one[0].document, Failure::from(error));
                    }
                }
            }
            for one in read.iter().filter(|one| !failed.contains_key(&one.document)) {
                if let Err(failure) = inner.appraise(one.document, &one.content.blocks) {
                    // The next start does it again.
                    tracing::error!(code = failure.code, document = one.document, "a document could not be appraised");
                }
            }
            drop(space);
            Ok(failed)
        });
        let mut failed = match put.await {
            Ok(failed) => failed,
            Err(failure) => pages.iter().map(|(document, _)| (*document, failure.clone())).collect(),
        };
        let mut kept = Vec::with_capacity(pages.len());
        for (document, pages) in pages {
            match failed.remove(&document) {
                Some(failure) => {
                    self.fail(document, failure).await;
                    self.done(document, 0, true);
                }
                None => kept.push((document, pages)),
            }
        }
        kept
    }

    /// Commits the index; what was put is ready then. Where that fails the documents have failed.
    async fn commit(self: &Arc<Self>, documents: HashMap<i64, u64>) {
        let inner = self.clone();
        let ids: Vec<i64> = documents.keys().copied().collect();
        let committed = blocking(move || {
            let ready = inner.library.commit(&ids)?;
            if let Err(error) = inner.vault.note_indexed(&ready, (inner.now_ms)()) {
                // They can be found all the same.
                tracing::error!(code = error.code(), "when documents were indexed could not be kept");
            }
            Ok(())
        })
        .await;
        for (document, pages) in documents {
            if let Err(failure) = &committed {
                self.fail(document, failure.clone()).await;
            }
            self.done(document, pages, committed.is_err());
        }
        self.changes.status();
    }
}
