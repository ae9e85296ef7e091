//! The models that the program knows: `models/catalog.toml`, built in.
//!
//! Set-up reads the same file for where models come from; here it is read for what they are.

mod family;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use wire::Failure;

pub use family::{check_reranker, hyphenated, is_called, recipe_for, reranker_in};

use family::{EmbeddingFamily, RerankerFamily};

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// To answer.
    Chat,
    /// To try the program with, quickly and without sense.
    Test,
    /// To turn texts into vectors.
    Embedding,
    /// To order passages by how well they answer.
    Reranker,
}

/// A model that the program knows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Model {
    /// Names it in programs.
    pub id: String,
    /// Names it to the person.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// SPDX.
    pub license: String,
    /// Who trained it.
    pub maker: String,
    /// The file's name in the folder of models.
    pub file: String,
    /// The file's length, in bytes.
    pub bytes: u64,
    /// The file's SHA-256, in lower-case hexadecimal.
    pub sha256: String,
}

#[derive(Deserialize)]
struct Catalog {
    model: Vec<Model>,
    embedding_family: Vec<EmbeddingFamily>,
    reranker_family: Vec<RerankerFamily>,
}

static CATALOG: LazyLock<Result<Catalog, toml::de::Error>> =
    LazyLock::new(|| toml::from_str(include_str!("../../../../models/catalog.toml")));

fn catalog() -> Result<&'static Catalog, Failure> {
    CATALOG.as_ref().map_err(|error| {
        Failure::new("catalog_damaged", "모델 목록을 읽지 못했습니다. 프로그램을 다시 설치해 주십시오.", error)
    })
}

/// The models that the program knows, in the catalog's order: the preferred one of each role first.
///
/// # Errors
/// `catalog_damaged`: it is part of the program, and a test reads it.
pub fn models() -> Result<&'static [Model], Failure> {
    Ok(&catalog()?.model)
}

/// The first model of `role` that lies in `folder`.
///
/// # Errors
/// As [`models`].
pub fn first_in(folder: &Path, role: Role) -> Result<Option<PathBuf>, Failure> {
    let of_role = models()?.iter().filter(|model| model.role == role);
    Ok(of_role.map(|model| folder.join(&model.file)).find(|path| path.is_file()))
}

/// The model whose file has this SHA-256, hexadecimal, of either case.
///
/// # Errors
/// As [`models`].
pub fn known_sum(sha256: &str) -> Result<Option<&'static Model>, Failure> {
    Ok(models()?.iter().find(|model| model.sha256.eq_ignore_ascii_case(sha256)))
}
