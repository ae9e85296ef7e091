//! The models that are known by name, also where no file of them is at hand: `known.toml`, built in.

use std::path::Path;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use wire::Failure;

/// The bits of a number in Q4_K_M, the way in which most models come.
const Q4_K_M_BITS: f64 = 4.9;
/// What a model takes beside its weights, about: the KV cache of 8,192 tokens, compute buffers, the process.
const BESIDE: f64 = 1.0 * (1_u64 << 30) as f64;

/// A model that is known by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// What the person reads.
    pub name: String,
    /// Who trained it.
    pub maker: String,
    /// A file or a model of it is called by one of these.
    #[serde(skip_serializing)]
    words: Vec<String>,
    /// Numbers that it consists of, in billions.
    pub parameters: f64,
    /// Those that a token meets, where they are fewer, in billions.
    pub active: Option<f64>,
    /// As its maker calls it; `None` where the program does not know.
    pub license: Option<String>,
    /// True where the licence's own name says that it is for research or for what is not commercial only.
    #[serde(default)]
    pub restricted: bool,
    /// True for a model that was trained in Korea.
    #[serde(default)]
    pub sovereign: bool,
}

impl Known {
    /// What a file of it in Q4_K_M would take in memory, about, in bytes: there is no header to reckon from.
    pub fn memory_bytes(&self) -> u64 {
        (self.parameters * 1e9 * Q4_K_M_BITS / 8.0 + BESIDE) as u64
    }
}

#[derive(Deserialize)]
struct File {
    model: Vec<Known>,
}

static KNOWN: LazyLock<Result<File, toml::de::Error>> = LazyLock::new(|| toml::from_str(include_str!("known.toml")));

/// The models that are known by name, in the order in which they are shown.
///
/// # Errors
/// `catalog_damaged`: it is part of the program, and a test reads it.
pub fn known() -> Result<&'static [Known], Failure> {
    match &*KNOWN {
        Ok(file) => Ok(&file.model),
        Err(error) => Err(damaged(error)),
    }
}

/// The one that the file at `path` is, told by the file's name and by the GGUF's `general.name`.
///
/// # Errors
/// As [`known`].
pub fn recognise(path: &Path, general_name: Option<&str>) -> Result<Option<&'static Known>, Failure> {
    let names = catalog::hyphenated(path, general_name);
    Ok(known()?.iter().find(|known| catalog::is_called(&names, &known.words)))
}

/// A file of the program's own that cannot be read.
pub(crate) fn damaged(error: &toml::de::Error) -> Failure {
    Failure::new("catalog_damaged", "모델 목록을 읽지 못했습니다. 프로그램을 다시 설치해 주십시오.", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(file: &str, general_name: Option<&str>) -> Option<&'static str> {
        recognise(Path::new(file), general_name).unwrap().map(|known| known.name.as_str())
    }

    #[test]
    fn a_file_is_known_by_its_name_or_by_the_one_in_its_header() {
        let table = [
            ("EXAONE-3.5-7.8B-Instruct-Q4_K_M.gguf", None, Some("EXAONE 3.5 7.8B Instruct")),
            ("EXAONE-4.0-1.2B-Q8_0.gguf", None, Some("EXAONE 4.0 1.2B")),
            ("model.gguf", Some("HyperCLOVAX SEED Text Instruct 1.5B"), Some("HyperCLOVA X SEED Text Instruct 1.5B")),
            ("A.X-4.0-Light-Q4_K_M.gguf", None, Some("A.X 4.0 Light")),
            ("A.X-4.0-Q4_K_M.gguf", None, Some("A.X 4.0")),
            ("kanana-1.5-8b-instruct-2505-q4_k_m.gguf", None, Some("Kanana 1.5 8B Instruct")),
            ("Midm-2.0-Mini-Instruct.Q4_K_M.gguf", None, Some("Mi:dm 2.0 Mini")),
            ("Llama-VARCO-8B-Instruct.gguf", None, Some("Llama VARCO 8B Instruct")),
            ("qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", None, Some("Qwen2.5 Coder 1.5B Instruct")),
            ("Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf", None, Some("Llama 3.1 8B Instruct")),
            ("solar-system.gguf", None, None),
            ("", None, None),
        ];
        for (file, general_name, wanted) in table {
            assert_eq!(name(file, general_name), wanted, "{file}");
        }
    }

    #[test]
    fn every_sovereign_family_is_there_and_every_entry_is_found_by_its_own_words() {
        let known = known().unwrap();
        for family in ["EXAONE 3.5", "EXAONE 4.0", "HyperCLOVA X SEED", "Solar", "A.X", "Kanana", "Mi:dm", "VARCO"] {
            let of = known.iter().filter(|known| known.name.contains(family));
            assert!(of.clone().count() > 0 && of.clone().all(|known| known.sovereign), "{family}");
        }
        for Known { name, words, parameters, active, license, .. } in known {
            assert!(*parameters > 0.0 && active.is_none_or(|active| active < *parameters), "{name}");
            assert!(license.as_ref().is_none_or(|license| !license.trim().is_empty()), "{name}");
            for word in words {
                let found = recognise(Path::new(&format!("{word}-q4_k_m.gguf")), None).unwrap();
                assert_eq!(found.map(|found| &found.name), Some(name), "{word}");
            }
        }
    }

    #[test]
    fn what_is_not_at_hand_is_reckoned_from_its_parameters() {
        let exaone = recognise(Path::new("exaone-3.5-7.8b.gguf"), None).unwrap().unwrap();
        let gib = exaone.memory_bytes() as f64 / f64::from(1_u32 << 30);
        assert!((5.0..6.0).contains(&gib), "{gib}");
    }
}
