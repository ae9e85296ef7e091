use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use documents::Document;
use engine::Reranker;
use tokio::sync::Notify;
use vault::{DocumentRow, DocumentState, NewPassage, Passage, Vault};
use wire::Failure;

use crate::dense::Dense;
use crate::index::{Entry, Index, Storage};
use crate::{Analyzer, CHUNKER_VERSION, Error, Result, chunk, versions};

/// What the vault notes the chunker under that cut its passages.
const CHUNKER: &str = "chunker";
/// What the vault notes under this while documents are forgotten for good …
const PURGE: &str = "purge";
/// … is this until nothing of them is left.
const UNFINISHED: &str = "unfinished";
/// What the vault notes the index under, once …
const INDEX: &str = "index";
/// … it could not be read: it is begun anew at the next start.
const DAMAGED: &str = "damaged";
/// Passages read from the vault at a time while the index is rebuilt.
const BATCH: usize = 512;

/// The documents of a vault, searchable; clones are the same one.
#[derive(Clone)]
pub struct Library(Arc<Inner>);

struct Inner {
    vault: Vault,
    index: Index,
    analyzer: Analyzer,
    /// Held while a document changes, in the vault and in the index, so that the two change in one order.
    changing: Mutex<()>,
    /// True after a write to the index that failed: what was not committed is lost to it, the vault has it.
    behind: AtomicBool,
    /// True while the index was written to and not committed.
    uncommitted: AtomicBool,
    /// The vectors, while there is an embedding model.
    dense: RwLock<Option<Arc<Dense>>>,
    reranker: RwLock<Option<Reranker>>,
    /// Told when there may be passages without a vector.
    changed: Notify,
}

/// A document that was read, to be put into a [`Library`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The document's row.
    pub document: i64,
    /// Its file's SHA-256, hexadecimal.
    pub sha256: String,
    /// What the file holds.
    pub content: Document,
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The passage.
    pub passage: Passage,
    /// By words and, where there is an embedding model, by meaning: comparable within one search only.
    pub score: f32,
    /// The share of the question's content words, weighed by how rare they are, that stand in the passage, its
    /// headings or its file name: 0 to 1.
    pub coverage: f32,
}

impl Library {
    /// Opens the index in `folder` and brings it in step with the vault: what a kill, a new analyzer or a damaged
    /// file left behind is indexed, what the vault no longer holds is taken out. One that could not be read since it was
    /// opened last is begun anew: opening it reads little of it.
    ///
    /// # Errors
    /// The index's and the vault's.
    pub fn open(vault: Vault, folder: &Path, analyzer: Analyzer, storage: Storage<'_>) -> Result<Self> {
        cut_anew(&vault)?;
        if vault.note(INDEX)?.as_deref() == Some(DAMAGED) {
            begin_anew(folder)?;
        }
        let open = || {
            let index = Index::open(folder, analyzer.clone(), versions(&analyzer), storage)?;
            let library = Self(Arc::new(Inner {
                vault: vault.clone(),
                index,
                analyzer: analyzer.clone(),
                changing: Mutex::new(()),
                behind: AtomicBool::new(false),
                uncommitted: AtomicBool::new(false),
                dense: RwLock::default(),
                reranker: RwLock::default(),
                changed: Notify::new(),
            }));
            library.reconcile()?;
            // The index holds all of them now: nothing that was read is read again.
            let indexing: Vec<i64> = vault.documents_in(DocumentState::Indexing)?;
            vault.move_states(&indexing, &[DocumentState::Indexing], DocumentState::Ready)?;
            if vault.note(PURGE)?.as_deref() == Some(UNFINISHED) {
                match library.finish_purge() {
                    // What is begun anew holds nothing that was forgotten.
                    Err(Error::Unforgotten(error)) if matches!(*error, Error::Index(_)) => return Err(*error),
                    finished => finished.unwrap_or_else(|error| tracing::warn!(code = error.code(), "a purge stays unfinished")),
                }
            }
            Ok(library)
        };
        let opened = match unless_it_panics(open) {
            Err(Error::Index(_)) if folder.exists() => {
                begin_anew(folder)?;
                open()
            }
            opened => opened,
        }?;
        // Last, so that what a kill left half built is begun anew once more.
        vault.set_note(INDEX, "whole")?;
        Ok(opened)
    }

    /// Reads the index. Where that shows damage, which opening it did not, the next start begins it anew.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Index`] where it panicked, too.
    fn reading<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let read = unless_it_panics(work);
        if matches!(read, Err(Error::Index(_))) {
            self.note_damage();
        }
        read
    }

    fn note_damage(&self) {
        tracing::warn!("the index is damaged and is begun anew at the next start");
        if let Err(error) = self.0.vault.set_note(INDEX, DAMAGED) {
            tracing::error!(code = error.code(), "that the index is damaged could not be kept");
        }
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.0.vault
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.0.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reconcile(&self) -> Result<()> {
        let Inner { vault, index, .. } = &*self.0;
        let held = index.passages()?;
        let wanted: HashSet<i64> = vault.passage_ids()?.into_iter().collect();
        let gone: Vec<i64> = held.difference(&wanted).copied().collect();
        let mut changed = !gone.is_empty();
        index.remove(&gone)?;
        let mut missing: Vec<i64> = wanted.difference(&held).copied().collect();
        missing.sort_unstable();
        for batch in missing.chunks(BATCH) {
            self.add(&vault.passages(batch)?)?;
            changed = true;
        }
        if changed {
            index.commit()?;
        }
        Ok(())
    }

    /// The analyzer that passages and questions go through.
    pub fn analyzer(&self) -> &Analyzer {
        &self.0.analyzer
    }

    /// Cuts a document into passages, keeps them in one transaction and indexes them; the document is then ready. One
    /// that was removed meanwhile is kept for [`Library::restore`], but not found.
    ///
    /// # Errors
    /// The vault's, with nothing changed, or the index's: the document then stays unfinished and is indexed at the
    /// next start.
    pub fn put(&self, document: i64, sha256: &str, content: &Document) -> Result<DocumentRow> {
        self.put_all(&[Read { document, sha256: sha256.to_owned(), content: content.clone() }])?;
        self.commit(&[document])?;
        Ok(self.0.vault.document(document)?)
    }

    /// As [`Library::put`], of several documents, each wholly in or wholly out; they are found, and ready, after
    /// [`Library::commit`].
    ///
    /// # Errors
    /// The vault's, with nothing changed. What the index could not take it gets with the next commit.
    pub fn put_all(&self, read: &[Read]) -> Result<()> {
        let cut: Vec<Vec<NewPassage>> = read.iter().map(|read| chunk::passages(&read.content)).collect();
        let put: Vec<_> = read
            .iter()
            .zip(&cut)
            .map(|(read, passages)| (read.document, read.sha256.as_str(), &read.content, passages.as_slice()))
            .collect();
        let _changing = self.changing();
        let kept = self.0.vault.put_documents(&put)?;
        for (read, passages) in read.iter().zip(&kept) {
            let removed = self.0.vault.is_removed(read.document)?;
            let indexed = self.unindex(read.document);
            self.noticed(indexed.and_then(|()| if removed { Ok(()) } else { self.add(passages) }));
        }
        Ok(())
    }

    /// Makes what was put be found; `documents`, as far as they were put, are ready then. Gives those.
    ///
    /// # Errors
    /// The index's, and the vault's: the documents stay unfinished, and the next commit tries again.
    pub fn commit(&self, documents: &[i64]) -> Result<Vec<i64>> {
        let _changing = self.changing();
        self.commit_changing()?;
        Ok(self.0.vault.move_states(documents, &[DocumentState::Indexing], DocumentState::Ready)?)
    }

    fn commit_changing(&self) -> Result<()> {
        // What is taken out is looked for in what is there.
        let done = self.reading(|| if self.0.behind.load(Ordering::SeqCst) { self.reconcile() } else { self.0.index.commit() });
        self.0.changed.notify_one();
        self.0.behind.store(done.is_err(), Ordering::SeqCst);
        self.0.uncommitted.store(done.is_err(), Ordering::SeqCst);
        done
    }

    /// True where something was put or taken out that [`Library::commit`] has to make last.
    pub fn is_uncommitted(&self) -> bool {
        self.0.uncommitted.load(Ordering::SeqCst)
    }

    /// The index was written to. Remembers that it lacks something, where it failed.
    fn noticed(&self, indexed: Result<()>) {
        self.0.uncommitted.store(true, Ordering::SeqCst);
        if let Err(error) = indexed {
            tracing::warn!(code = error.code(), "the index is behind the vault until its next commit");
            self.0.behind.store(true, Ordering::SeqCst);
        }
    }

    /// Takes documents off the list and out of the index; [`Library::restore`] brings one back.
    ///
    /// # Errors
    /// The vault's. What is off the list is not found, whatever the index still holds.
    pub fn remove(&self, documents: &[i64], now_ms: i64) -> Result<()> {
        let _changing = self.changing();
        self.0.vault.remove_documents(documents, now_ms)?;
        let removed = documents.iter().try_for_each(|document| self.unindex(*document));
        self.noticed(removed);
        if let Err(error) = self.commit_changing() {
            tracing::warn!(code = error.code(), "removed documents stay in the index until its next commit");
        }
        Ok(())
    }

    /// Brings a removed document back.
    ///
    /// # Errors
    /// The vault's and the index's.
    pub fn restore(&self, document: i64) -> Result<DocumentRow> {
        let _changing = self.changing();
        let row = self.0.vault.restore_document(document)?;
        self.index_again(document)?;
        Ok(row)
    }

    /// A document's file lies at `place` now; the document is found by its new name, without being read again.
    ///
    /// # Errors
    /// The vault's and the index's.
    pub fn relocate(&self, place: &vault::Place) -> Result<DocumentRow> {
        let _changing = self.changing();
        let renamed = self.0.vault.document(place.document)?.name;
        self.0.vault.move_document(place)?;
        let row = self.0.vault.document(place.document)?;
        if renamed != row.name {
            self.index_again(place.document)?;
        }
        Ok(row)
    }

    /// A document is found no longer: by its words after the next commit, by its meaning at once.
    fn unindex(&self, document: i64) -> Result<()> {
        if let Some(dense) = self.dense() {
            dense.remove_document(document);
        }
        self.0.index.remove_document(document)
    }

    fn index_again(&self, document: i64) -> Result<()> {
        let passages = self.0.vault.passages_of(document)?;
        let removed = self.0.vault.is_removed(document)?;
        if passages.is_empty() || removed {
            return Ok(());
        }
        self.noticed(self.unindex(document).and_then(|()| self.add(&passages)));
        if let Some(dense) = self.dense() {
            dense.restore_document(document)?;
        }
        self.commit_changing()
    }

    /// A document failed: nothing of it is kept or found any more.
    ///
    /// # Errors
    /// The vault's, with nothing changed.
    pub fn fail(&self, document: i64, failure: &Failure) -> Result<()> {
        let _changing = self.changing();
        self.0.vault.fail_document(document, failure)?;
        self.noticed(self.unindex(document));
        Ok(())
    }

    /// Documents that wait or are being read are not to be read; nothing of them is found any more. Gives those that
    /// were cancelled.
    ///
    /// # Errors
    /// The vault's, with nothing changed.
    pub fn cancel(&self, documents: &[i64]) -> Result<Vec<i64>> {
        let _changing = self.changing();
        let cancelled = self.0.vault.cancel_documents(documents)?;
        self.noticed(cancelled.iter().try_for_each(|document| self.unindex(*document)));
        Ok(cancelled)
    }

    /// Forgets a document for good: its file holds what another document holds.
    ///
    /// # Errors
    /// The vault's.
    pub fn forget(&self, document: i64) -> Result<()> {
        let _changing = self.changing();
        self.0.vault.forget_document(document)?;
        self.noticed(self.unindex(document));
        Ok(())
    }

    /// Forgets documents for good, leaving nothing of them on the disk: not in the database, its log or the index.
    /// One that is forgotten already is no error: a call that failed can be made again.
    ///
    /// # Errors
    /// [`Error::Unforgotten`] where the documents are out of the database and its log, but words of them still stand
    /// in the index's files, and the vault's. What is left is done by the next call, which needs no documents for it,
    /// or at the next start.
    pub fn purge(&self, documents: &[i64]) -> Result<()> {
        let _changing = self.changing();
        let vault = &self.0.vault;
        vault.set_note(PURGE, UNFINISHED)?;
        let mut forgotten: Result<()> = Ok(());
        for document in documents {
            match vault.forget_document(*document) {
                Ok(()) | Err(vault::Error::Missing { .. }) => self.noticed(self.unindex(*document)),
                Err(error) => forgotten = forgotten.and(Err(error.into())),
            }
        }
        let finished = self.finish_purge();
        forgotten.and(finished)
    }

    /// Forgets a conversation for good, leaving nothing of it on the disk.
    ///
    /// # Errors
    /// As [`Library::purge`].
    pub fn purge_conversation(&self, conversation: i64) -> Result<()> {
        let _changing = self.changing();
        self.0.vault.set_note(PURGE, UNFINISHED)?;
        self.0.vault.forget_conversation(conversation)?;
        self.finish_purge()
    }

    /// Overwrites what is left of forgotten documents, in the database's log whatever becomes of the index.
    fn finish_purge(&self) -> Result<()> {
        let Inner { vault, index, .. } = &*self.0;
        // What cannot be read cannot be written anew without what is forgotten, however often it is tried.
        let indexed = self.commit_changing().and_then(|()| self.reading(|| index.forget_removed()));
        vault.leave_no_trace()?;
        indexed.map_err(|error| Error::Unforgotten(Box::new(error)))?;
        Ok(vault.set_note(PURGE, "done")?)
    }

    /// Documents and conversations that have what the person types, without the model.
    ///
    /// # Errors
    /// The index's and the vault's.
    pub fn find(&self, find: &crate::Find) -> Result<crate::Found> {
        let Inner { vault, index, analyzer, .. } = &*self.0;
        self.reading(|| crate::find::find(vault, index, analyzer, find))
    }

    fn add(&self, passages: &[Passage]) -> Result<()> {
        let titles: Vec<String> = passages.iter().map(title).collect();
        self.0.index.add(passages.iter().zip(&titles).map(|(passage, title)| Entry {
            passage: passage.id,
            document: passage.document_id,
            title,
            body: &passage.text,
        }))
    }
}

/// Cuts the documents anew where another chunker cut them (invariant 8); passages that come out the same stay, with
/// their ids. The chunker is noted last, so that a kill on the way costs time only.
fn cut_anew(vault: &Vault) -> Result<()> {
    if vault.note(CHUNKER)?.as_deref() == Some(CHUNKER_VERSION) {
        return Ok(());
    }
    for document in vault.read_documents()? {
        let passages = chunk::cut(&vault.blocks(document)?);
        let kept = vault.passages_of(document)?;
        if kept.len() != passages.len() || kept.into_iter().zip(&passages).any(|(kept, new)| new_of(kept) != *new) {
            vault.put_passages(document, &passages)?;
        }
    }
    Ok(vault.set_note(CHUNKER, CHUNKER_VERSION)?)
}

fn new_of(passage: Passage) -> NewPassage {
    let Passage { text, heading_path, section, paragraph, page, first_block, last_block, .. } = passage;
    NewPassage { text, heading_path, section, paragraph, page, first_block, last_block }
}

fn begin_anew(folder: &Path) -> Result<()> {
    tracing::warn!("the index is damaged and begun anew");
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Damaged data makes tantivy return an error or panic; here it is an error either way.
fn unless_it_panics<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Error::Index("it panicked".to_owned())))
}

/// File name without its extension, and headings: what a passage is found by beside its text.
pub fn title(passage: &Passage) -> String {
    let stem = Path::new(&passage.file).file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    format!("{stem} {}", passage.heading_path.join(" "))
}

mod search;

pub use search::nearest;

#[cfg(test)]
mod tests;
