use std::path::{Path, PathBuf};

use engine::{Pooling, Recipe};
use serde::Deserialize;
use wire::Failure;

use crate::catalog;

/// Embedding models that were trained in the same way.
#[derive(Deserialize)]
pub struct EmbeddingFamily {
    /// What the person reads.
    name: String,
    /// A file or a model of it is called by one of these: words in lower case, with hyphens between them.
    words: Vec<String>,
    query_prefix: String,
    passage_prefix: String,
    pooling: Pooling,
}

/// Reranking models that are read in the same way.
#[derive(Deserialize)]
pub struct RerankerFamily {
    name: String,
    words: Vec<String>,
}

/// How the embedding model at `path` wants to be used. Its family is told by the file's name and by the GGUF's
/// `general.name`; the recipe's id holds name and length of the file, so that another model has another id.
///
/// # Errors
/// `embedding_model_unknown` where the family is not known: with the wrong prefixes and pooling its vectors would be
/// poor, and nobody would notice. `model_missing`, `catalog_damaged`.
pub fn recipe_for(path: &Path, general_name: Option<&str>) -> Result<Recipe, Failure> {
    let families = &catalog()?.embedding_family;
    let names = hyphenated(path, general_name);
    let Some(family) = families.iter().find(|family| is_called(&names, &family.words)) else {
        return Err(unknown("embedding_model_unknown", "임베딩", families.iter().map(|family| &family.name), path));
    };
    let bytes = path.metadata().map_err(|error| {
        Failure::new(
            "model_missing",
            "모델 파일을 열 수 없습니다. 파일이 그 자리에 있는지, 읽을 권한이 있는지 확인해 주십시오.",
            format!("{}: {error}", path.display()),
        )
    })?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok(Recipe {
        id: format!("{stem}/{}", bytes.len()),
        query_prefix: family.query_prefix.clone(),
        passage_prefix: family.passage_prefix.clone(),
        pooling: family.pooling,
    })
}

/// Whether the model at `path` is a reranker that the engine reads as it was trained, told as in [`recipe_for`].
///
/// # Errors
/// `reranker_model_unknown` where it is not, `catalog_damaged`.
pub fn check_reranker(path: &Path, general_name: Option<&str>) -> Result<(), Failure> {
    let families = &catalog()?.reranker_family;
    let names = hyphenated(path, general_name);
    if families.iter().any(|family| is_called(&names, &family.words)) {
        return Ok(());
    }
    Err(unknown("reranker_model_unknown", "재정렬", families.iter().map(|family| &family.name), path))
}

/// The first reranker, by name, that lies in `folder`.
///
/// # Errors
/// `catalog_damaged`.
pub fn reranker_in(folder: &Path) -> Result<Option<PathBuf>, Failure> {
    let families = &catalog()?.reranker_family;
    // A folder that cannot be read holds no model.
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let gguf = |path: &PathBuf| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"));
    let known = |path: &PathBuf| {
        let names = hyphenated(path, None);
        families.iter().any(|family| is_called(&names, &family.words))
    };
    Ok(files.filter(gguf).filter(known).min())
}

/// The file's name and the model's, in lower case, with one hyphen around every word.
pub fn hyphenated(path: &Path, general_name: Option<&str>) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = general_name.unwrap_or_default().to_lowercase();
    let hyphenated = |name: &str| {
        let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("-")
    };
    format!("-{}--{}-", hyphenated(&stem), hyphenated(&name))
}

/// Whether names that were [`hyphenated`] have one of these: words in lower case, with hyphens between them.
pub fn is_called(names: &str, words: &[String]) -> bool {
    words.iter().any(|words| names.contains(&format!("-{words}-")))
}

fn unknown<'a>(code: &str, what: &str, names: impl Iterator<Item = &'a String>, path: &Path) -> Failure {
    let names: Vec<&str> = names.map(String::as_str).collect();
    let message = format!(
        "알려진 {what} 모델이 아니어서 바르게 쓸 수 없습니다. 다음 가운데 하나의 GGUF 파일을 골라 주십시오: {}.",
        names.join(", ")
    );
    Failure::new(code, message, path.display())
}
