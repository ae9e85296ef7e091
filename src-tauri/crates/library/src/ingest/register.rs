//! From files to documents: what is new, changed, moved or gone.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::Instant;

use vault::{DocumentRow, DocumentState, Known, NewDocument, Place};
use wire::Failure;

use super::Inner;
use super::files::{self, Met};
use super::queue::Rank;

/// Who says that there are files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The person added them.
    Person,
    /// The disk, while it is watched: what the person removed or cancelled stays so.
    Disk,
}

/// Files that were there and are gone: one of the same content elsewhere is the same document, moved.
#[derive(Debug, Default)]
pub struct Lost(HashMap<u64, Vec<Place>>);

impl Lost {
    fn new(places: impl IntoIterator<Item = Place>) -> Self {
        let mut lost: HashMap<u64, Vec<Place>> = HashMap::new();
        for place in places {
            lost.entry(place.bytes).or_default().push(place);
        }
        Self(lost)
    }
}

impl Inner {
    /// Makes documents of files and queues what is to be read. New files become documents where the person added them
    /// or they came with a `folder`. Gives the documents, each once, in the order of the files.
    pub fn register(
        &self,
        met: &[Met],
        folder: Option<&Path>,
        by: By,
        lost: &mut Lost,
    ) -> Result<Vec<DocumentRow>, Failure> {
        // Two walks of one folder must not both find that a file is new.
        let _registering = self.registering();
        self.register_alone(met, folder, by, lost)
    }

    pub fn registering(&self) -> MutexGuard<'_, ()> {
        self.registering.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`Inner::register`], while the caller holds [`Inner::registering`].
    fn register_alone(
        &self,
        met: &[Met],
        folder: Option<&Path>,
        by: By,
        lost: &mut Lost,
    ) -> Result<Vec<DocumentRow>, Failure> {
        let paths: Vec<&Path> = met.iter().map(Met::path).collect();
        let known = self.vault.known(&paths)?;
        let (mut rows, mut new, mut differing, mut waiting) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for (order, (met, known)) in met.iter().zip(known).enumerate() {
            if !seen.insert(met.path()) {
                continue;
            }
            match (met, known) {
                (Met::File { path, bytes, .. }, None) => match self.moved(path, *bytes, lost)? {
                    Some(document) => {
                        self.changes.document(document);
                        rows.extend(self.vault.listed_document(document)?.map(|row| (order, row)));
                    }
                    None if by == By::Person || folder.is_some() => new.push((order, *bytes, None)),
                    None => {}
                },
                (Met::File { bytes, modified, .. }, Some(known)) => {
                    let changed = known.place.modified.is_none()
                        || (known.place.bytes, known.place.modified) != (*bytes, *modified);
                    if changed && !known.main && (by == By::Person || !known.removed) {
                        // A copy that changed is a document of its own.
                        new.push((order, *bytes, None));
                    } else if let Some(row) = self.known_again(known, changed, by)? {
                        if row.state == DocumentState::Waiting {
                            waiting.push((row.id, *bytes));
                        } else if changed {
                            differing.push((row.id, *bytes));
                        }
                        rows.push((order, row));
                    }
                }
                (Met::Unreadable { failure, .. }, None) if by == By::Person || folder.is_some() => {
                    new.push((order, 0, Some(failure)));
                }
                (Met::Unreadable { .. }, Some(known)) if !known.removed => rows.push((order, known.row)),
                (Met::Unreadable { .. }, _) => {}
            }
        }
        let documents: Vec<NewDocument> = new
            .iter()
            .map(|(order, bytes, _)| NewDocument {
                path: paths[*order].to_owned(),
                bytes: *bytes,
                folder: folder.map(Path::to_owned),
            })
            .collect();
        let added = self.vault.add_documents(&documents, (self.now_ms)())?;
        for ((order, bytes, failure), row) in new.into_iter().zip(added) {
            self.changes.document(row.id);
            match failure {
                Some(failure) => {
                    rows.push((order, self.vault.set_state(row.id, DocumentState::Failed, Some(failure))?));
                }
                None => {
                    waiting.push((row.id, bytes));
                    rows.push((order, row));
                }
            }
        }
        let rank = if by == By::Person && folder.is_none() { Rank::Single } else { Rank::Folder };
        let now = Instant::now();
        self.queue.put(differing, rank, now);
        // A worker that took one of them since its row was looked at reads what lies there now.
        self.queue.keep(waiting, rank, now);
        rows.sort_by_key(|(order, _)| *order);
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    /// The document of a file that is known, where it belongs in the list; waiting, where it is to be read.
    fn known_again(&self, known: Known, changed: bool, by: By) -> Result<Option<DocumentRow>, Failure> {
        let id = known.row.id;
        let mut row = known.row;
        if known.removed {
            if by == By::Disk {
                return Ok(None);
            }
            row = self.library.restore(id)?;
        }
        let waits = match row.state {
            DocumentState::Reading => known.removed,
            DocumentState::Cancelled => by == By::Person,
            DocumentState::Failed => by == By::Person && changed,
            DocumentState::Waiting | DocumentState::Indexing | DocumentState::Ready => false,
        };
        if waits {
            row = self.vault.set_state(id, DocumentState::Waiting, None)?;
        }
        if waits || known.removed {
            self.changes.document(id);
        }
        // What the person cancelled stays so, whatever becomes of its file.
        Ok((row.state != DocumentState::Cancelled).then_some(row))
    }

    /// The document that lay elsewhere until now, also one that is off the list.
    fn moved(&self, path: &Path, bytes: u64, lost: &mut Lost) -> Result<Option<i64>, Failure> {
        let Some(places) = lost.0.get_mut(&bytes).filter(|places| !places.is_empty()) else { return Ok(None) };
        let Ok(content) = files::content(path) else { return Ok(None) };
        for (index, place) in places.iter().enumerate() {
            if self.vault.document_sha(place.document)?.as_deref() != Some(&content.sha256) {
                continue;
            }
            let former = places.swap_remove(index);
            let place = Place { path: path.to_owned(), modified: content.modified, ..former };
            if self.vault.document_path(place.document)? == former.path {
                self.library.relocate(&place)?;
            } else {
                self.vault.forget_places(&[&former.path])?;
                self.vault.note_place(&place)?;
            }
            return Ok(Some(place.document));
        }
        Ok(None)
    }

    /// Walks a folder, and registers what is in it. Gives the documents; nothing where it was cancelled.
    pub fn walk(&self, folder: &Path, by: By) -> Result<Vec<DocumentRow>, Failure> {
        if by == By::Disk && is_away(folder) {
            tracing::warn!("a watched folder cannot be read");
            return Ok(Vec::new());
        }
        let round = self.round.load(Ordering::SeqCst);
        self.queue.walk(true, Instant::now());
        self.changes.status();
        let mut rows = Vec::new();
        let walked = self.walk_now(folder, by, &mut rows, || self.round.load(Ordering::SeqCst) == round);
        self.queue.walk(false, Instant::now());
        self.changes.status();
        walked.map(|()| rows)
    }

    fn walk_now(
        &self,
        folder: &Path,
        by: By,
        rows: &mut Vec<DocumentRow>,
        goes_on: impl Fn() -> bool,
    ) -> Result<(), Failure> {
        // A kill on the way must not leave half of what the person added unseen.
        self.vault.set_walking(folder, true)?;
        let mut lost = if self.is_watched(folder)? { self.lost(&[folder])? } else { Lost::default() };
        let whole = register_below(folder, &mut lost, |batch, lost| {
            let _registering = self.registering();
            // A drive may go away meanwhile.
            let goes_on = goes_on() && !(by == By::Disk && is_away(folder));
            if goes_on {
                rows.append(&mut self.register_alone(batch, Some(folder), by, lost)?);
            }
            Ok(goes_on)
        })?;
        if whole {
            self.settle(lost)?;
        }
        Ok(self.vault.set_walking(folder, false)?)
    }

    /// The places at or below `paths` where nothing lies any more.
    pub fn lost(&self, paths: &[&Path]) -> Result<Lost, Failure> {
        let places = self.vault.places()?.into_iter();
        let below = |place: &Place| place.path.ancestors().any(|above| paths.contains(&above));
        Ok(Lost::new(places.filter(|place| below(place) && files::is_gone(&place.path))))
    }

    /// What was lost and not found elsewhere: the document lies where its content lies as well, or goes off the list
    /// where its folder is watched. A file that was added by itself only cannot be read again.
    pub fn settle(&self, lost: Lost) -> Result<(), Failure> {
        let watched = self.vault.watched_folders()?;
        let mut removed = Vec::new();
        let gone: Vec<Place> = lost.0.into_values().flatten().collect();
        let mut documents: Vec<i64> = gone.iter().map(|place| place.document).collect();
        documents.sort_unstable();
        documents.dedup();
        for document in documents {
            let places = self.vault.places_of(document)?;
            let (gone, left): (Vec<_>, Vec<_>) = places.into_iter().partition(|place| files::is_gone(&place.path));
            let path = self.vault.document_path(document)?;
            let gone: Vec<&Path> = gone.iter().map(|place| place.path.as_path()).collect();
            match left.into_iter().next() {
                Some(place) => {
                    if gone.contains(&path.as_path()) {
                        self.library.relocate(&place)?;
                        self.changes.document(document);
                    }
                    self.vault.forget_places(&gone)?;
                }
                None => {
                    let of_a_folder = self.vault.document_folder(document)?.is_some();
                    if of_a_folder && top(&watched, &path).is_some_and(|top| !is_away(top)) {
                        if !self.vault.is_removed(document)? {
                            removed.push(document);
                        }
                        self.vault.forget_places(&gone)?;
                    }
                }
            }
        }
        if !removed.is_empty() {
            removed.iter().for_each(|document| self.queue.remove(*document));
            self.library.remove(&removed, (self.now_ms)())?;
            self.changes.list();
        }
        Ok(())
    }

    /// True for a watched folder, and for what is in one.
    pub fn is_watched(&self, path: &Path) -> Result<bool, Failure> {
        Ok(top(&self.vault.watched_folders()?, path).is_some())
    }

    /// Something happened at these paths.
    pub fn look_at(&self, paths: &HashSet<PathBuf>) -> Result<(), Failure> {
        let watched = self.vault.watched_folders()?;
        // Where a watched folder itself is gone, its drive is away.
        let is_lost =
            |path: &Path| files::is_gone(path) && top(&watched, path).is_none_or(|top| !files::is_gone(top));
        let gone: Vec<&Path> = paths.iter().map(PathBuf::as_path).filter(|path| is_lost(path)).collect();
        let mut lost = if gone.is_empty() { Lost::default() } else { self.lost(&gone)? };
        for path in paths {
            let top = top(&watched, path);
            let inside = path.strip_prefix(top.unwrap_or(path)).unwrap_or(path);
            let hidden = inside.ancestors().any(files::is_hidden_name);
            match std::fs::symlink_metadata(path) {
                Ok(facts) if facts.is_dir() && !hidden => {
                    if let Some(top) = top {
                        register_below(path, &mut lost, |batch, lost| {
                            self.register(batch, Some(top), By::Disk, lost).map(|_| true)
                        })?;
                    }
                }
                Ok(facts) if facts.is_file() => {
                    let top = top.filter(|_| files::is_document(path) && !hidden);
                    self.register(&[Met::at(path)], top, By::Disk, &mut lost)?;
                }
                Ok(_) | Err(_) => {}
            }
        }
        self.settle(lost)
    }

    /// Walks the watched folders, and looks at each of `places` elsewhere.
    pub fn look_everywhere(&self, places: Vec<Place>) -> Result<(), Failure> {
        for folder in self.vault.watched_folders()? {
            self.walk(&folder, By::Disk)?;
        }
        let watched = self.vault.watched_folders()?;
        let others: Vec<Met> = places
            .into_iter()
            .map(|place| place.path)
            .filter(|path| top(&watched, path).is_none() && !files::is_gone(path))
            .map(|path| Met::at(&path))
            .collect();
        for batch in others.chunks(256) {
            self.register(batch, None, By::Disk, &mut Lost::default())?;
        }
        Ok(())
    }
}

/// True where a watched folder cannot be read: a drive that is away is not a folder whose files were deleted.
fn is_away(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_err()
}

/// The watched folder that `path` is, or is in.
fn top<'a>(watched: &'a [PathBuf], path: &Path) -> Option<&'a Path> {
    watched.iter().map(PathBuf::as_path).find(|folder| path.starts_with(folder))
}

/// Registers what is below `folder` a batch at a time while `register` says to go on; true where that was to the end.
fn register_below(
    folder: &Path,
    lost: &mut Lost,
    mut register: impl FnMut(&[Met], &mut Lost) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let mut ended = Ok(true);
    let _ = files::walk(folder, |batch| {
        ended = register(&batch, lost);
        if matches!(ended, Ok(true)) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    ended
}
