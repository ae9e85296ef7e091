//! The library opens behind the desk: index, dictionary, and the readers of what is added.

use std::time::Duration;

use documents::{Reader, Recognition};
use library::{Analyzer, Change, Ingest, Library, Setup, Storage, readers_of_this_machine};
use wire::Failure;

use super::{LibraryState, LibraryStatus, Session};
use crate::app::{Notice, now_ms};

/// How often, and how many times, the index is tried that a session just locked may still be closing.
const CLOSING: (Duration, u32) = (Duration::from_millis(200), 50);

impl Session {
    /// Opens it, and tells the window how that went.
    pub(super) async fn open_library(&self) {
        let opened = self.open_library_now().await;
        let opened = opened.inspect_err(|failure| tracing::error!(code = failure.code, "the library could not be opened"));
        let status_now = match &opened {
            Ok(_) => LibraryStatus { state: LibraryState::Ready, failure: None },
            Err(failure) => LibraryStatus { state: LibraryState::Failed, failure: Some(failure.clone()) },
        };
        // Only this task opens it, so the cell is empty. Before the window hears of it: what it then asks for is there.
        let _ = self.0.opened.set(opened);
        self.change(|status| status.library = status_now);
    }

    async fn open_library_now(&self) -> Result<(Library, Ingest), Failure> {
        let vault = self.0.vault.clone();
        let (index, dictionary) = (self.0.paths.index(), self.0.paths.dictionary());
        let (opening, key) = (vault.clone(), self.0.key.derive("index"));
        let library = tokio::task::spawn_blocking(move || {
            let analyzer = Analyzer::load(&dictionary)?;
            let open = || Library::open(opening.clone(), &index, analyzer.clone(), Storage::Sealed(&key));
            let (pause, times) = CLOSING;
            for _ in 0..times {
                match open() {
                    Err(library::Error::Locked(_)) => std::thread::sleep(pause),
                    opened => return opened,
                }
            }
            open()
        })
        .await
        .map_err(|error| Failure::new("library_failed", "자료 색인을 열지 못했습니다. 다시 시작해 주십시오.", error))??;
        let notify = self.0.notify.clone();
        let setup = Setup {
            vault,
            library: library.clone(),
            reader: Reader::new(self.0.paths.reader.clone()).with_recognition(Recognition::find()),
            readers: readers_of_this_machine(),
            now_ms,
            default_grade: self.policy().grades.default,
        };
        let ingest = Ingest::start(setup, move |change| {
            notify(match change {
                Change::Document(row) => Notice::Document(row),
                Change::Documents => Notice::Documents,
                Change::Status(status) => Notice::Ingest(status),
            });
        });
        Ok((library, ingest))
    }
}
