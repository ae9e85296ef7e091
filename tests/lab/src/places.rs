use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use documents::{Reader, Recognition};
use engine::Engine;
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

/// The dictionary that set-up brought.
pub fn dictionary() -> Result<PathBuf, Failure> {
    Ok(folders()?.data_dir().join("dictionary").join("ko-dic"))
}

/// The given model, or the catalog's first chat model in the models folder.
pub fn model(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    if let Some(path) = given {
        return Ok(path);
    }
    let folder = folders()?.data_dir().join("models");
    let catalog = include_str!("../../../models/catalog.toml");
    let catalog: toml::Table = catalog.parse().map_err(|error| Failure::new("catalog_damaged", "모델 목록을 읽지 못했습니다.", error))?;
    let models = catalog.get("model").and_then(toml::Value::as_array).into_iter().flatten();
    models
        .filter(|model| model.get("role").and_then(toml::Value::as_str) == Some("chat"))
        .filter_map(|model| Some(folder.join(model.get("file")?.as_str()?)))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            Failure::new("model_missing", "모델이 없습니다. cargo xtask setup으로 받아 주십시오.", folder.display())
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
