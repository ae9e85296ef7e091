//! What the program knows of models.

use std::path::{Path, PathBuf};

use catalog::{Role, check_reranker, first_in, known_sum, models, recipe_for};
use engine::{Pooling, Recipe};

/// A file of four bytes by this name.
fn file(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, "GGUF").unwrap();
    path
}

#[test]
fn the_catalog_has_a_model_to_chat_with_and_one_that_embeds() {
    for model in models().unwrap() {
        assert_eq!(model.sha256.len(), 64, "{}", model.id);
        assert!(model.file.ends_with(".gguf") && model.bytes > 0, "{}", model.id);
    }
    for role in [Role::Chat, Role::Test, Role::Embedding] {
        assert!(models().unwrap().iter().any(|model| model.role == role), "{role:?}");
    }
}

#[test]
fn every_embedding_model_of_the_catalog_has_a_recipe() {
    let folder = tempfile::tempdir().unwrap();
    for model in models().unwrap().iter().filter(|model| model.role == Role::Embedding) {
        recipe_for(&file(folder.path(), &model.file), None).unwrap();
    }
}

#[test]
fn the_first_model_of_a_role_that_is_there_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(first_in(folder.path(), Role::Embedding).unwrap(), None);
    file(folder.path(), "unknown.gguf");
    file(folder.path(), "smollm2-135m-instruct-q4_1.gguf");
    assert_eq!(first_in(folder.path(), Role::Chat).unwrap(), None);
    let embedding = file(folder.path(), "multilingual-e5-small-q4_0.gguf");
    assert_eq!(first_in(folder.path(), Role::Embedding).unwrap(), Some(embedding));
}

#[test]
fn a_sum_is_known_in_either_case() {
    let model = &models().unwrap()[0];
    assert_eq!(known_sum(&model.sha256.to_uppercase()).unwrap(), Some(model));
    assert_eq!(known_sum(&"0".repeat(64)).unwrap(), None);
}

#[test]
fn a_recipe_follows_from_the_name_of_file_or_model() {
    const INSTRUCT: &str = "Instruct: Given a web search query, retrieve relevant passages that answer the query\n";
    let instruct = |end: &str| format!("{INSTRUCT}{end}");
    let table = [
        ("multilingual-e5-small-q4_0.gguf", None, "query: ", "passage: ", Pooling::Mean),
        ("KoE5_Q8_0.gguf", None, "query: ", "passage: ", Pooling::Mean),
        ("Multilingual_E5.Large.Instruct-F16.gguf", None, &*instruct("Query: "), "", Pooling::Mean),
        ("bge-m3-Q4_K_M.gguf", None, "", "", Pooling::Cls),
        ("model.gguf", Some("KURE v1"), "", "", Pooling::Cls),
        ("Qwen3-Embedding-0.6B-Q8_0.gguf", None, &*instruct("Query:"), "", Pooling::Last),
        (
            "embeddinggemma-300M-Q8_0.gguf",
            None,
            "task: search result | query: ",
            "title: none | text: ",
            Pooling::Mean,
        ),
        ("snowflake-arctic-embed-l-v2.0-ko-f16.gguf", None, "query: ", "", Pooling::Cls),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, general_name, query, passage, pooling) in table {
        let recipe = recipe_for(&file(folder.path(), name), general_name).unwrap();
        let wanted = Recipe {
            id: format!("{}/4", name.strip_suffix(".gguf").unwrap()),
            query_prefix: query.to_owned(),
            passage_prefix: passage.to_owned(),
            pooling,
        };
        assert_eq!(recipe, wanted, "{name}");
    }
}

#[test]
fn a_model_whose_recipe_is_not_known_is_refused_and_the_person_reads_which_are() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["qwen2.5-coder", "e5-mistral-7b-instruct", "bge-reranker-v2-m3", "snowflake-arctic-embed-m-v1.5"];
    for name in names.map(|name| format!("{name}.gguf")) {
        let failure = recipe_for(&file(folder.path(), &name), None).unwrap_err();
        assert_eq!(failure.code, "embedding_model_unknown", "{name}");
        assert!(failure.message.contains("BGE-M3"), "{}", failure.message);
    }
    let missing = recipe_for(&folder.path().join("bge-m3.gguf"), None).unwrap_err();
    assert_eq!(missing.code, "model_missing");
}

#[test]
fn a_reranker_is_told_by_its_name() {
    let table = [
        ("bge-reranker-v2-m3-Q4_K_M.gguf", None, true),
        ("model.gguf", Some("bge-reranker-v2-m3"), true),
        ("bge-m3.gguf", None, false),
        ("Qwen3-Reranker-0.6B.gguf", None, false),
    ];
    for (name, general_name, wanted) in table {
        let checked = check_reranker(Path::new(name), general_name).map_err(|failure| failure.code);
        let expected = if wanted { Ok(()) } else { Err("reranker_model_unknown".to_owned()) };
        assert_eq!(checked, expected, "{name}");
    }
}

#[test]
fn the_first_reranker_that_lies_in_the_folder_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(catalog::reranker_in(folder.path()).unwrap(), None);
    assert_eq!(catalog::reranker_in(&folder.path().join("none")).unwrap(), None);
    for name in ["chat.gguf", "bge-reranker-v2-m3.txt"] {
        file(folder.path(), name);
    }
    assert_eq!(catalog::reranker_in(folder.path()).unwrap(), None);
    let path = file(folder.path(), "bge-reranker-v2-m3-Q8_0.gguf");
    assert_eq!(catalog::reranker_in(folder.path()).unwrap(), Some(path));
}
