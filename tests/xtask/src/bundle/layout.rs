//! What of the build goes where in the package.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::elf::{Elf, beside_only};
use crate::command::run_quietly;
use crate::failure::{Explain, Failure, Result};
use crate::notices;
use crate::places::Places;
use crate::shipped::{Component, PROGRAMS};

/// The programs and their libraries; they find each other there.
pub const LIB: &str = "usr/lib/naratmal";
/// What the programs read.
pub const SHARE: &str = "usr/share/naratmal";
/// Licences, list of parts, guides.
pub const DOC: &str = "usr/share/doc/naratmal";
/// Not linked by anything: it is loaded where the reader finds it.
const PDFIUM: &str = "libpdfium.so";
const ICONS: [(&str, &str); 4] =
    [("32x32.png", "32x32"), ("128x128.png", "128x128"), ("128x128@2x.png", "256x256"), ("icon.png", "512x512")];
/// Where the files lie that only Linux wants.
const LINUX: &str = "src-tauri/platform/linux";

/// What a stage is made of.
pub struct Parts<'a> {
    /// Everything shipped, in order.
    pub components: &'a [Component],
    /// The bill of materials.
    pub bill: &'a str,
    /// The program's version.
    pub version: &'a str,
    /// The day it is of, "2026-03-01".
    pub day: &'a str,
}

/// Lays everything out below `stage`, as it will lie below `/`.
pub fn lay(places: &Places, stage: &Path, parts: &Parts) -> Result<()> {
    programs(&places.release(), &stage.join(LIB))?;
    link("../lib/naratmal/naratmal", &stage.join("usr/bin/naratmal"))?;
    copy_folder(&places.dictionary(), &stage.join(SHARE).join("dictionary/ko-dic")).map_err(|failure| {
        Failure::new(format!("{failure}\n한국어 사전이 없으면 먼저 cargo xtask setup을 실행해 주십시오."))
    })?;
    for (icon, size) in ICONS {
        let target = stage.join(format!("usr/share/icons/hicolor/{size}/apps/naratmal.png"));
        copy(&places.root.join("icons").join(icon), &target)?;
    }
    let linux = places.root.join(LINUX);
    copy(&linux.join("naratmal.desktop"), &stage.join("usr/share/applications/naratmal.desktop"))?;
    let about = fs::read_to_string(linux.join("kr.naratmal.desktop.metainfo.xml"))
        .explain("metainfo.xml을 읽지 못했습니다")?
        .replace("@VERSION@", parts.version)
        .replace("@DATE@", parts.day);
    write(&stage.join("usr/share/metainfo/kr.naratmal.desktop.metainfo.xml"), &about)?;
    documents(places, &stage.join(DOC), parts)
}

/// The programs, the libraries of the build that they want, the backends and pdfium.
fn programs(release: &Path, lib: &Path) -> Result<()> {
    let mut waiting: Vec<PathBuf> = PROGRAMS.iter().map(PathBuf::from).collect();
    waiting.push(PDFIUM.into());
    waiting.extend(backends(release)?);
    let mut placed = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if !placed.insert(name.clone()) {
            continue;
        }
        let (source, target) = (release.join(&name), lib.join(&name));
        copy(&source, &target)?;
        strip(&target)?;
        let bytes = beside_only(fs::read(&target).explain("복사한 파일을 읽지 못했습니다")?);
        // Those that the build does not have are the system's.
        let needed = Elf::read(&bytes).map(|elf| elf.needed()).unwrap_or_default();
        waiting.extend(needed.into_iter().map(PathBuf::from).filter(|name| release.join(name).is_file()));
        fs::write(&target, bytes).explain(format!("{}을(를) 쓰지 못했습니다", target.display()))?;
        let is_program = PROGRAMS.iter().any(|program| name == Path::new(program));
        set_mode(&target, if is_program { 0o755 } else { 0o644 })?;
    }
    Ok(())
}

fn backends(release: &Path) -> Result<Vec<PathBuf>> {
    let folder = release.join("backends");
    let entries = fs::read_dir(&folder).explain("backends 폴더를 읽지 못했습니다. 먼저 빌드해 주십시오")?;
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
    let libraries: Vec<PathBuf> =
        names.filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "so")).map(|name| Path::new("backends").join(name)).collect();
    if libraries.is_empty() {
        return Err(Failure::new("backends 폴더가 비어 있습니다. 먼저 빌드해 주십시오."));
    }
    Ok(libraries)
}

/// Takes out the names that only whoever looks for a fault needs; they are a third of the programs.
fn strip(path: &Path) -> Result<()> {
    run_quietly(Command::new("strip").arg("--strip-unneeded").arg(path), "strip")
}

fn documents(places: &Places, doc: &Path, parts: &Parts) -> Result<()> {
    let licence = fs::read_to_string(places.root.join("LICENSE")).explain("LICENSE를 읽지 못했습니다")?;
    write(&doc.join("copyright"), &notices::copyright(parts.components, &licence))?;
    write(&doc.join("naratmal.cdx.json"), parts.bill)?;
    for (name, text) in notices::files(parts.components) {
        write(&doc.join("licenses").join(name), &text)?;
    }
    for name in ["README.md", "SECURITY.md"] {
        copy(&places.root.join(name), &doc.join(name))?;
    }
    copy(&places.root.join("models/README.md"), &doc.join("models.md"))?;
    let guides = fs::read_dir(places.root.join("src-tauri/guide")).into_iter().flatten().flatten().map(|entry| entry.path());
    for guide in guides.filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        copy(&guide, &doc.join("guide").join(guide.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

/// Every file and folder below `folder`, in order, itself first.
pub fn all(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![folder.to_owned()];
    let metadata = fs::symlink_metadata(folder).explain("꾸러미의 폴더를 읽지 못했습니다")?;
    if metadata.is_dir() {
        let entries = fs::read_dir(folder).explain("꾸러미의 폴더를 읽지 못했습니다")?;
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            found.extend(all(&path)?);
        }
    }
    Ok(found)
}

/// The bytes of all files below `folder`.
pub fn bytes(folder: &Path) -> Result<u64> {
    let files = all(folder)?;
    Ok(files.iter().filter_map(|path| fs::symlink_metadata(path).ok()).filter(|data| data.is_file()).map(|data| data.len()).sum())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).explain(format!("{}을(를) 읽지 못했습니다", from.display()))?;
    for entry in entries {
        let path = entry.explain(format!("{}을(를) 읽지 못했습니다", from.display()))?.path();
        copy(&path, &to.join(path.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    make_folder(to)?;
    fs::copy(from, to).explain(format!("{}을(를) {}(으)로 복사하지 못했습니다", from.display(), to.display()))?;
    set_mode(to, 0o644)
}

fn write(path: &Path, text: &str) -> Result<()> {
    make_folder(path)?;
    fs::write(path, text).explain(format!("{}을(를) 쓰지 못했습니다", path.display()))?;
    set_mode(path, 0o644)
}

fn make_folder(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).explain(format!("{}을(를) 만들지 못했습니다", folder.display()))
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> Result<()> {
    make_folder(path)?;
    std::os::unix::fs::symlink(target, path).explain("이음(link)을 만들지 못했습니다")
}

#[cfg(not(unix))]
fn link(_: &str, _: &Path) -> Result<()> {
    Err(Failure::new("리눅스 꾸러미는 리눅스에서만 만들 수 있습니다."))
}

/// Permissions do not depend on whoever builds.
#[cfg(unix)]
pub fn set_mode(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(path, fs::Permissions::from_mode(mode)).explain(format!("{}의 권한을 정하지 못했습니다", path.display()))
}

#[cfg(not(unix))]
pub fn set_mode(_: &Path, _: u32) -> Result<()> {
    Ok(())
}
