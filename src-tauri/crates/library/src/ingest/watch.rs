//! Tells when files change: the system does, and now and then everything is looked at, since the drives of an office
//! network tell nothing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Inner, blocking};

/// A file that is being saved changes several times: it is looked at when it was quiet for this long, …
const QUIET: Duration = Duration::from_secs(1);
/// … or after this, where it is never quiet.
const LONGEST: Duration = Duration::from_secs(10);
/// Between two looks at everything.
const ROUND: Duration = Duration::from_secs(10 * 60);
/// The same where the system cannot tell of all folders.
const BLIND_ROUND: Duration = Duration::from_secs(30);

/// The system's watcher, and what it watches.
pub struct Watch {
    state: Mutex<State>,
    events: UnboundedSender<notify::Result<notify::Event>>,
}

#[derive(Default)]
struct State {
    watcher: Option<RecommendedWatcher>,
    whole: HashSet<PathBuf>,
    /// Folders of files that were added by themselves.
    single: HashSet<PathBuf>,
    blind: bool,
}

impl Watch {
    /// A watcher of nothing yet, and what it will see.
    pub fn of_nothing() -> (Self, UnboundedReceiver<notify::Result<notify::Event>>) {
        let (events, seen) = unbounded_channel();
        (Self { state: Mutex::default(), events }, seen)
    }

    /// Watches these folders with all that is in them, and the folders that these files lie in; nothing else any more.
    pub fn set(&self, folders: &[PathBuf], files: impl IntoIterator<Item = PathBuf>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let whole: HashSet<PathBuf> = folders.iter().cloned().collect();
        let inside = |path: &Path| path.ancestors().any(|above| whole.contains(above));
        let single: HashSet<PathBuf> = files
            .into_iter()
            .filter_map(|file| file.parent().map(Path::to_owned))
            .filter(|folder| !inside(folder))
            .collect();
        if state.watcher.is_none() {
            let events = self.events.clone();
            // A queue that ended needs no events.
            match notify::recommended_watcher(move |event| drop(events.send(event))) {
                Ok(watcher) => state.watcher = Some(watcher),
                Err(error) => {
                    tracing::warn!(kind = kind(&error), "the system tells of no changes");
                    state.blind = true;
                    return;
                }
            }
        }
        let State { watcher: Some(watcher), whole: old, single: old_single, .. } = &mut *state else { return };
        for gone in old.difference(&whole).chain(old_single.difference(&single)) {
            // A folder that is gone is not watched either.
            let _ = watcher.unwatch(gone);
        }
        let mut blind = false;
        let new = whole.difference(old).map(|folder| (folder, RecursiveMode::Recursive));
        let new = new.chain(single.difference(old_single).map(|folder| (folder, RecursiveMode::NonRecursive)));
        for (folder, mode) in new {
            if let Err(error) = watcher.watch(folder, mode) {
                tracing::warn!(kind = kind(&error), "the system does not tell of changes here");
                blind = true;
            }
        }
        (state.whole, state.single, state.blind) = (whole, single, state.blind || blind);
    }

    fn round(&self) -> Duration {
        if self.state.lock().unwrap_or_else(PoisonError::into_inner).blind { BLIND_ROUND } else { ROUND }
    }
}

/// What kind of failure it is; the failure itself names the folder.
fn kind(error: &notify::Error) -> &'static str {
    match error.kind {
        notify::ErrorKind::Io(_) => "io",
        notify::ErrorKind::PathNotFound => "path_not_found",
        notify::ErrorKind::MaxFilesWatch => "max_files_watch",
        _ => "other",
    }
}

/// The paths that an event is about; `None` where the system lost count.
fn paths_of(event: notify::Result<notify::Event>) -> Option<Vec<PathBuf>> {
    let event = match event {
        Ok(event) if event.need_rescan() => return None,
        Ok(event) => event,
        Err(error) => {
            tracing::warn!(kind = kind(&error), "watching");
            return None;
        }
    };
    match event.kind {
        // Reading a file is no change of it; this program reads all of them.
        EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write) => Some(Vec::new()),
        _ => Some(event.paths),
    }
}

/// Looks at what changed, until it is aborted.
pub async fn watch(inner: Arc<Inner>, mut events: UnboundedReceiver<notify::Result<notify::Event>>) {
    loop {
        let Ok(first) = tokio::time::timeout(inner.watch.round(), events.recv()).await else {
            look(&inner, None).await;
            continue;
        };
        let Some(first) = first else { return };
        let mut paths: Option<HashSet<PathBuf>> = paths_of(first).map(HashSet::from_iter);
        if paths.as_ref().is_some_and(HashSet::is_empty) {
            continue;
        }
        let begun = Instant::now();
        while begun.elapsed() < LONGEST {
            let Ok(Some(event)) = tokio::time::timeout(QUIET, events.recv()).await else { break };
            paths = paths.zip(paths_of(event)).map(|(mut paths, more)| {
                paths.extend(more);
                paths
            });
        }
        look(&inner, paths).await;
    }
}

/// Looks at these paths, or at everything.
async fn look(inner: &Arc<Inner>, paths: Option<HashSet<PathBuf>>) {
    let looking = inner.clone();
    let looked = blocking(move || match paths {
        Some(paths) => looking.look_at(&paths),
        None => looking.look_everywhere(looking.vault.places()?),
    });
    if let Err(error) = looked.await {
        tracing::error!(code = error.code, "changed files could not be looked at");
    }
}
