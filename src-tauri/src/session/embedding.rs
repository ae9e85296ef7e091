//! The embedding model: chosen, loaded in a process of its own, and at work in the background.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use catalog::Role;
use engine::{Embedder, Engine, Part, Reranker};
use library::Library;
use serde::Serialize;
use wire::Failure;

use super::{Background, Inner, Session, apart, locked_by_policy};
use crate::app::lock;

/// The person's choice: a path, or nothing for none at all. Without it the catalog's is used where it is there.
const SETTING: &str = "embedding_model_path";
/// How often the window hears how far it has come.
const TOLD_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    None,
    Loading,
    Ready,
    Failed,
}

/// `EmbeddingStatus` of the window's contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmbeddingStatus {
    state: State,
    model: Option<String>,
    failure: Option<Failure>,
    embedded: u64,
    total: u64,
}

impl EmbeddingStatus {
    /// Nothing is loaded.
    pub const NONE: Self = Self { state: State::None, model: None, failure: None, embedded: 0, total: 0 };

    /// Its state as a word, and the code of why it failed.
    pub(super) fn report(&self) -> (&'static str, Option<String>) {
        let state = match self.state {
            State::None => "none",
            State::Loading => "loading",
            State::Ready => "ready",
            State::Failed => "failed",
        };
        (state, self.failure.as_ref().map(|failure| failure.code.clone()))
    }

    /// The path of its file.
    pub(super) fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }
}

impl Session {
    /// Searches by meaning with this model from now on, or by words only, and remembers it.
    ///
    /// # Errors
    /// Why the model could not be loaded; the choice is then not kept. `policy_setting_locked`.
    pub async fn choose_embedding_model(&self, path: Option<&Path>) -> Result<(), Failure> {
        if self.policy().is_locked("model") {
            return Err(locked_by_policy());
        }
        match path {
            Some(path) => self.embed_with(path).await?,
            None => self.embed_with_nothing()?,
        }
        let choice = path.map(Path::to_string_lossy).unwrap_or_default();
        Ok(self.0.vault.set_setting(SETTING, Some(&choice))?)
    }

    /// Loads the chosen or the default embedding model, where there is one, once the library is open.
    pub async fn load_embedding_model(&self) {
        let chosen = self.0.vault.setting(SETTING).ok().flatten();
        let path = match chosen {
            Some(path) => Ok(Some(PathBuf::from(path)).filter(|path| !path.as_os_str().is_empty())),
            None => catalog::first_in(&self.0.paths.models(), Role::Embedding),
        };
        match path {
            // What went wrong is in the status, which is where a person looks.
            Ok(Some(path)) => drop(self.embed_with(&path).await),
            Ok(None) => {}
            Err(failure) => self.embedding_failed(failure),
        }
    }

    /// Loads the reranking model that lies in the folder of models, where there is one.
    pub async fn load_reranker(&self) {
        if let Err(failure) = self.open_reranker().await {
            // Passages are ordered without it, as on every computer that has none.
            tracing::warn!(code = failure.code, "the reranking model is not used");
        }
    }

    async fn open_reranker(&self) -> Result<(), Failure> {
        let Some(path) = catalog::reranker_in(&self.0.paths.models())? else { return Ok(()) };
        let (asked, models) = (path.clone(), self.0.models.clone());
        apart(move || models.admit(&asked, Role::Reranker)).await?;
        let checking = self.0.models.clone();
        let check = move |path: &Path, _: Part| checking.admit(path, Role::Reranker).map(drop);
        let engine = Engine::checking(self.0.paths.engine.clone(), Some(Arc::new(check)));
        self.library()?.0.set_reranker(Some(Reranker::open(engine, &path, None).await?));
        Ok(())
    }

    fn embed_with_nothing(&self) -> Result<(), Failure> {
        *lock(&self.0.embedding) = None;
        self.library()?.0.set_embedder(None)?;
        self.change(|status| status.embedding = EmbeddingStatus::NONE);
        Ok(())
    }

    async fn embed_with(&self, path: &Path) -> Result<(), Failure> {
        let name = path.to_string_lossy().into_owned();
        self.change(|status| {
            status.embedding = EmbeddingStatus { state: State::Loading, model: Some(name), ..EmbeddingStatus::NONE };
        });
        match self.open_embedder(path).await {
            Ok(library) => {
                *lock(&self.0.embedding) = Some(Background::run(embed(library, Arc::downgrade(&self.0))));
                Ok(())
            }
            Err(failure) => {
                self.embedding_failed(failure.clone());
                Err(failure)
            }
        }
    }

    async fn open_embedder(&self, path: &Path) -> Result<Library, Failure> {
        let library = self.library()?.0.clone();
        let (asked, models) = (path.to_owned(), self.0.models.clone());
        let recipe = apart(move || {
            let header = models.admit(&asked, Role::Embedding)?;
            catalog::recipe_for(&asked, header.name.as_deref())
        })
        .await?;
        let checking = self.0.models.clone();
        let check = move |path: &Path, _: Part| checking.admit(path, Role::Embedding).map(drop);
        let engine = Engine::checking(self.0.paths.engine.clone(), Some(Arc::new(check)));
        let embedder = Embedder::open(engine, path, recipe, None).await?;
        let opening = library.clone();
        apart(move || Ok(opening.set_embedder(Some(embedder))?)).await?;
        Ok(library)
    }

    fn embedding_failed(&self, failure: Failure) {
        self.change(|status| {
            status.embedding.state = State::Failed;
            status.embedding.failure = Some(failure);
        });
    }
}

/// Makes vectors as long as the session lives, and tells it how far they have come.
async fn embed(library: Library, session: std::sync::Weak<Inner>) {
    let told = |failure: Option<Failure>| {
        let (Some(session), Ok(Some(embedding))) = (session.upgrade().map(Session), library.embedding()) else { return };
        session.change(|status| {
            status.embedding.failure = failure.or(embedding.failure);
            let failed = status.embedding.failure.is_some();
            status.embedding.state = if failed { State::Failed } else { State::Ready };
            (status.embedding.embedded, status.embedding.total) = (embedding.embedded, embedding.total);
        });
    };
    let mut last = None::<Instant>;
    let outcome = library
        .embed(|done| {
            if done || last.is_none_or(|last| last.elapsed() >= TOLD_EVERY) {
                last = Some(Instant::now());
                told(None);
            }
        })
        .await;
    if let Err(failure) = outcome {
        told(Some(failure));
    }
}
