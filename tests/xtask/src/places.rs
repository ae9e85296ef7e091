//! Where everything lies.

use std::path::{Path, PathBuf};
use std::process::Command;

use directories::ProjectDirs;

use crate::failure::{Explain, Failure, Result};

/// The folders that set-up reads and writes.
#[derive(Debug, Clone)]
pub struct Places {
    /// The checkout.
    pub root: PathBuf,
    /// What can be fetched again: wheels, tools, Node.
    pub cache: PathBuf,
    /// What the program reads: models and the dictionary. The program computes the same path.
    pub data: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Places {
    /// Finds them, and creates the two that are ours.
    pub fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest)
            .ancestors()
            .nth(2)
            .unwrap_or(Path::new("."))
            .to_path_buf();
        let dirs = ProjectDirs::from("kr", "naratmal", "naratmal").ok_or_else(|| {
            Failure::new(
                "홈 폴더를 찾지 못했습니다. 환경 변수 HOME을 정한 뒤 다시 실행해 주십시오.",
            )
        })?;
        let places = Self {
            target: target_of(&root)?,
            cache: dirs.cache_dir().to_path_buf(),
            data: dirs.data_dir().to_path_buf(),
            root,
        };
        for folder in [&places.cache, &places.data] {
            std::fs::create_dir_all(folder)
                .explain(format!("{} 폴더를 만들지 못했습니다", folder.display()))?;
        }
        Ok(places)
    }

    /// Where the built programs lie.
    pub fn release(&self) -> PathBuf {
        self.target.join("release")
    }

    /// The dictionary that lindera loads.
    pub fn dictionary(&self) -> PathBuf {
        self.data.join("dictionary").join("ko-dic")
    }

    /// The folder of models.
    pub fn models(&self) -> PathBuf {
        self.data.join("models")
    }

    /// Where `cargo install` puts the tools of the tests.
    pub fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }

    /// The UI's folder.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }
}

/// Cargo's own answer, since a variable, a file or a default may decide it.
fn target_of(root: &Path) -> Result<PathBuf> {
    let output = Command::new("cargo")
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root)
        .output()
        .explain("cargo를 실행하지 못했습니다. Rust를 설치해 주십시오")?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|_| {
        Failure::new(format!(
            "cargo metadata가 실패했습니다: {}",
            String::from_utf8_lossy(&output.stderr)
        ))
    })?;
    answer["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| {
            Failure::new("cargo metadata에 target_directory가 없습니다. Rust를 새로 고쳐 주십시오.")
        })
}
