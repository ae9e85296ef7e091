use std::path::{Path, PathBuf};

use catalog::Role;
use directories::ProjectDirs;
use documents::{Reader, Recognition};
use engine::{Embedder, Engine, Reranker};
use keys::Key;
use library::{Analyzer, Index, Library, Storage};
use vault::Vault;
use wire::Failure;

/// The program's own folders: `lab` measures what a person has.
pub fn folders() -> Result<ProjectDirs, Failure> {
    ProjectDirs::from("kr", "naratmal", "naratmal")
        .ok_or_else(|| Failure::new("no_home", "홈 폴더를 찾지 못했습니다.", "no home folder"))
}

/// The key of every library that `lab` makes: what is measured is encrypted as a person's is, and what is in it is
/// no secret.
fn key() -> Key {
    Key::new([0; 32])
}

/// A vault of `lab`.
pub fn open_vault(database: &Path) -> Result<Vault, Failure> {
    Ok(Vault::open(database, &key())?)
}

/// A library of `lab`.
pub fn open_library(vault: Vault, index: &Path, analyzer: Analyzer) -> Result<Library, Failure> {
    Ok(Library::open(vault, index, analyzer, Storage::Sealed(&key()))?)
}

/// An index of `lab`, without its vault.
pub fn open_index(folder: &Path, analyzer: Analyzer, version: String) -> Result<Index, Failure> {
    Ok(Index::open(folder, analyzer, version, Storage::Sealed(&key()))?)
}

/// The dictionary that set-up brought, or that was installed with the program.
pub fn dictionary() -> Result<PathBuf, Failure> {
    Ok(library::dictionary(folders()?.data_dir()))
}

/// The given model, or the catalog's first chat model in the models folder.
pub fn model(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    if let Some(path) = given {
        return Ok(path);
    }
    known(Role::Chat)?.ok_or_else(|| {
        Failure::new("model_missing", "모델이 없습니다. cargo xtask setup으로 받아 주십시오.", "no chat model")
    })
}

fn beside(name: &str) -> Result<PathBuf, Failure> {
    wire::beside(name).map_err(|error| Failure::new("program_missing", "함께 있어야 할 실행 파일이 없습니다.", error))
}

/// The reader beside `lab`.
pub fn reader() -> Result<Reader, Failure> {
    let reader = Reader::new(beside(&format!("naratmal-reader{}", std::env::consts::EXE_SUFFIX))?);
    Ok(reader.with_recognition(Recognition::find()))
}

/// The engine beside `lab`.
pub fn engine() -> Result<Engine, Failure> {
    Ok(Engine::new(beside(&format!("naratmal-engine{}", std::env::consts::EXE_SUFFIX))?))
}

/// An embedding model in an engine of its own: the given one, or the catalog's where set-up brought it.
///
/// # Errors
/// The catalog's and the engine's.
pub async fn embedder(given: Option<PathBuf>) -> Result<Option<Embedder>, Failure> {
    let Some(path) = given.map_or_else(|| known(Role::Embedding), |path| Ok(Some(path)))? else { return Ok(None) };
    Ok(Some(Embedder::open(engine()?, &path, catalog::recipe_for(&path, None)?, None).await?))
}

/// A reranking model likewise.
///
/// # Errors
/// The catalog's and the engine's.
pub async fn reranker(given: Option<PathBuf>) -> Result<Option<Reranker>, Failure> {
    let found = || catalog::reranker_in(&folders()?.data_dir().join("models"));
    let Some(path) = given.map_or_else(found, |path| Ok(Some(path)))? else { return Ok(None) };
    catalog::check_reranker(&path, None)?;
    Ok(Some(Reranker::open(engine()?, &path, None).await?))
}

/// The catalog's first model of a role that is in the models folder.
fn known(role: Role) -> Result<Option<PathBuf>, Failure> {
    catalog::first_in(&folders()?.data_dir().join("models"), role)
}

/// Has a library search by meaning as well, where there is an embedding model, and waits for the vectors that it lacks.
/// Gives the model's id.
///
/// # Errors
/// The engine's and the vault's.
pub async fn embed(library: &Library) -> Result<Option<String>, Failure> {
    let Some(embedder) = embedder(None).await? else { return Ok(None) };
    let id = embedder.id().to_owned();
    library.set_embedder(Some(embedder))?;
    let (told, mut done) = tokio::sync::watch::channel(false);
    tokio::select! {
        failed = library.embed(|done| { told.send_replace(done); }) => failed?,
        // The channel is open as long as its sender, which lives above.
        _ = done.wait_for(|done| *done) => {}
    }
    Ok(Some(id))
}
