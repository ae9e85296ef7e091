//! The models that the program knows, and the one to load.

use std::path::{Path, PathBuf};

use serde::Deserialize;

const CATALOG: &str = include_str!("../../models/catalog.toml");

#[derive(Deserialize)]
struct Catalog {
    model: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    role: String,
    file: String,
}

/// The chat model to load: the person's own choice, or else the first of the catalog that lies in `folder`.
///
/// # Errors
/// The catalog's syntax error; it is part of the program, and a test reads it.
pub fn chat_model(chosen: Option<PathBuf>, folder: &Path) -> Result<Option<PathBuf>, toml::de::Error> {
    let catalog: Catalog = toml::from_str(CATALOG)?;
    let known = || {
        let chat = catalog.model.iter().filter(|entry| entry.role == "chat");
        chat.map(|entry| folder.join(&entry.file)).find(|path| path.is_file())
    };
    Ok(chosen.or_else(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_persons_choice_comes_first_then_what_lies_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(chat_model(None, folder.path()).unwrap(), None);
        let known = folder.path().join("qwen2.5-coder-1.5b-instruct-q4_k_m.gguf");
        std::fs::write(&known, "GGUF").unwrap();
        assert_eq!(chat_model(None, folder.path()).unwrap(), Some(known));
        let own = PathBuf::from("/models/own.gguf");
        assert_eq!(chat_model(Some(own.clone()), folder.path()).unwrap(), Some(own));
    }
}
