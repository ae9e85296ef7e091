//! llama.cpp's Vulkan backend, built from the very source that the engine is built from, so that both fit together. It
//! serves a GPU where there is a driver; where it cannot be built, everything else works without it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{command, on_path, run_quietly, say};
use crate::download::place;
use crate::failure::{Explain, Failure, Result};
use crate::places::Places;

/// The crate that brings llama.cpp.
const SOURCE: &str = "llama-cpp-sys-2";
const LIBRARY: &str = "libggml-vulkan.so";
/// The packages of a distribution that it is built and tried with.
const PACKAGES: [&str; 4] = ["glslc", "libvulkan-dev", "spirv-headers", "mesa-vulkan-drivers"];
/// What the headers must know: older ones lack what the backend uses.
const NEEDED: &str = "VK_EXT_layer_settings";
/// The release of Debian whose headers are new enough, and compile with older compilers as well.
const NEWER_DEBIAN: &str = "trixie";
/// The packages of it that are unpacked, never installed.
const HEADERS: [&str; 2] = ["libvulkan-dev", "spirv-headers"];

/// Builds the backend where that was not done yet, and puts it beside the programs. What stands in the way is said,
/// and everything goes on without it: an older one would not fit the engine and is taken away.
pub fn ensure_or_say(places: &Places) {
    if let Err(failure) = ensure(places) {
        say(format!("Vulkan(GPU) 지원을 준비하지 못했습니다. GPU 없이 계속합니다.\n    {failure}"));
        // Where there is none, that is what is wanted.
        _ = fs::remove_file(beside(places));
    }
}

/// Builds the backend where that was not done yet, and puts it beside the programs.
pub fn ensure(places: &Places) -> Result<()> {
    let source = Source::find(places)?;
    let folder = places.cache.join("vulkan").join(&source.version);
    let kept = folder.join(LIBRARY);
    if !kept.is_file() {
        build(places, &source, &folder, &kept)?;
    }
    let target = beside(places);
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).explain("빌드 폴더를 만들지 못했습니다")?;
    }
    place(&kept, &target)
}

fn beside(places: &Places) -> PathBuf {
    places.release().join("backends").join(LIBRARY)
}

/// Where llama.cpp's source lies, and of which version of the crate it is.
#[derive(Debug, PartialEq, Eq)]
struct Source {
    folder: PathBuf,
    version: String,
}

impl Source {
    fn find(places: &Places) -> Result<Self> {
        let output = command("cargo", places)
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform"])
            .arg(format!("{}-unknown-linux-gnu", std::env::consts::ARCH))
            .output()
            .explain("cargo를 실행하지 못했습니다. Rust를 설치해 주십시오")?;
        Self::in_metadata(&output.stdout).ok_or_else(|| {
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            Failure::new(format!("{SOURCE}의 소스를 찾지 못했습니다. {errors}"))
        })
    }

    fn in_metadata(json: &[u8]) -> Option<Self> {
        let metadata: serde_json::Value = serde_json::from_slice(json).ok()?;
        let mut packages = metadata["packages"].as_array()?.iter();
        let package = packages.find(|package| package["name"] == SOURCE)?;
        let manifest = Path::new(package["manifest_path"].as_str()?);
        let folder = manifest.parent()?.join("llama.cpp").join("ggml");
        Some(Self { folder, version: package["version"].as_str()?.to_owned() })
    }
}

fn build(places: &Places, source: &Source, folder: &Path, kept: &Path) -> Result<()> {
    let missing: Vec<&str> = ["cmake", "glslc"].into_iter().filter(|program| on_path(program).is_none()).collect();
    if !missing.is_empty() {
        return Err(Failure::new(format!(
            "{} 명령이 없습니다. 다음 패키지를 설치한 뒤 cargo xtask vulkan을 실행해 주십시오: {}",
            missing.join(", "),
            PACKAGES.join(" ")
        )));
    }
    let newer = if are_new_enough(Path::new("/usr")) { None } else { Some(newer_headers(places)?) };
    say("Vulkan(GPU) 지원을 빌드합니다. 5분쯤 걸립니다.");
    let (project, built) = (folder.join("project"), folder.join("build"));
    fs::create_dir_all(&project).explain("Vulkan 빌드 폴더를 만들지 못했습니다")?;
    fs::write(project.join("CMakeLists.txt"), project_file(&source.folder))
        .explain("Vulkan 빌드의 CMakeLists.txt를 쓰지 못했습니다")?;
    let mut configure = command("cmake", places);
    configure.arg("-S").arg(&project).arg("-B").arg(&built).args([
        "-DCMAKE_BUILD_TYPE=Release",
        "-DBUILD_SHARED_LIBS=ON",
        "-DGGML_BACKEND_DL=ON",
        "-DGGML_VULKAN=ON",
        "-DGGML_CPU=OFF",
        "-DGGML_NATIVE=OFF",
        "-DGGML_OPENMP=OFF",
        // The engine has libggml-base loaded already, and no folder of this machine is to be named in the library.
        "-DCMAKE_SKIP_RPATH=ON",
    ]);
    let mut compile = command("cmake", places);
    compile.arg("--build").arg(&built).args(["--target", "ggml-vulkan", "--parallel"]).arg(jobs());
    if let Some(newer) = &newer {
        configure.arg(format!("-DSPIRV-Headers_ROOT={}", newer.display()));
        for step in [&mut configure, &mut compile] {
            step.env("CPLUS_INCLUDE_PATH", newer.join("include"));
        }
    }
    run_quietly(&mut configure, "Vulkan 빌드 준비")?;
    run_quietly(&mut compile, "Vulkan 빌드")?;
    let partial = kept.with_extension("part");
    fs::copy(built.join("bin").join(LIBRARY), &partial)
        .and_then(|_| fs::rename(&partial, kept))
        .explain(format!("{LIBRARY}을(를) 보관하지 못했습니다"))?;
    // It takes half a gigabyte and is of no more use.
    fs::remove_dir_all(&built).explain("Vulkan 빌드 폴더를 지우지 못했습니다")
}

fn jobs() -> String {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get).to_string()
}

/// A project around ggml: on its own ggml wants files that the crate does not bring.
fn project_file(ggml: &Path) -> String {
    let ggml = ggml.display().to_string().replace('\\', "/");
    format!(
        "cmake_minimum_required(VERSION 3.19)\nproject(naratmal-vulkan C CXX)\nadd_subdirectory([==[{ggml}]==] ggml)\n"
    )
}

/// True where the headers below this folder (`/usr` of a system) know what the backend uses.
fn are_new_enough(folder: &Path) -> bool {
    let spirv = ["share/cmake", "lib/cmake", "lib/x86_64-linux-gnu/cmake"]
        .iter()
        .any(|place| folder.join(place).join("SPIRV-Headers/SPIRV-HeadersConfig.cmake").is_file());
    let header = folder.join("include/vulkan/vulkan_core.h");
    spirv && fs::read_to_string(header).is_ok_and(|header| header.contains(NEEDED))
}

/// Headers of a newer Debian, unpacked into the cache; gives the folder that corresponds to `/usr`. apt itself fetches
/// them from where this machine is set up to fetch from, and checks their signatures.
fn newer_headers(places: &Places) -> Result<PathBuf> {
    let unpacked = places.cache.join("vulkan").join("headers");
    let usr = unpacked.join("usr");
    if are_new_enough(&usr) {
        return Ok(usr);
    }
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let mirror = mirror_of(&system, &index_targets(places)?).ok_or_else(|| {
        Failure::new(
            "이 시스템의 Vulkan 헤더가 오래되었습니다. Vulkan 1.4 헤더(libvulkan-dev, spirv-headers)를 설치한 뒤 \
             cargo xtask vulkan을 실행해 주십시오.",
        )
    })?;
    say("새 Vulkan 헤더를 내려받습니다.");
    let apt = places.cache.join("vulkan").join("apt");
    for folder in ["lists/partial", "archives/partial", "packages"] {
        fs::create_dir_all(apt.join(folder)).explain("Vulkan 헤더의 폴더를 만들지 못했습니다")?;
    }
    let list = apt.join("sources.list");
    fs::write(&list, format!("deb {mirror} {NEWER_DEBIAN} main\n")).explain("apt의 목록을 쓰지 못했습니다")?;
    let options = [
        format!("Dir::Etc::sourcelist={}", list.display()),
        "Dir::Etc::sourceparts=-".to_owned(),
        format!("Dir::State::lists={}", apt.join("lists").display()),
        format!("Dir::Cache={}", apt.display()),
        format!("Dir::Cache::archives={}", apt.join("archives").display()),
        "Acquire::Languages=none".to_owned(),
        // The user that apt would become may not enter a home folder.
        "APT::Sandbox::User=root".to_owned(),
    ];
    let apt_get = |arguments: &[&str]| {
        let mut command = command("apt-get", places);
        options.iter().for_each(|option| _ = command.args(["-o", option]));
        command.args(arguments).current_dir(apt.join("packages"));
        command
    };
    run_quietly(&mut apt_get(&["update"]), "Vulkan 헤더의 목록 내려받기")?;
    let wanted = HEADERS.map(|package| format!("{package}/{NEWER_DEBIAN}"));
    run_quietly(apt_get(&["download"]).args(wanted), "Vulkan 헤더 내려받기")?;
    for entry in fs::read_dir(apt.join("packages")).explain("내려받은 Vulkan 헤더를 찾지 못했습니다")? {
        let package = entry.explain("내려받은 Vulkan 헤더를 찾지 못했습니다")?.path();
        run_quietly(Command::new("dpkg-deb").arg("-x").arg(&package).arg(&unpacked), "Vulkan 헤더 풀기")?;
    }
    fs::remove_dir_all(&apt).explain("apt의 폴더를 지우지 못했습니다")?;
    if are_new_enough(&usr) {
        Ok(usr)
    } else {
        Err(Failure::new("내려받은 Vulkan 헤더도 오래되었습니다."))
    }
}

/// What apt fetches, a line each: address, release, component, origin.
fn index_targets(places: &Places) -> Result<String> {
    if on_path("apt-get").is_none() {
        return Ok(String::new());
    }
    let output = command("apt-get", places)
        .args(["indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)", "Created-By: Packages"])
        .output()
        .explain("apt-get을 실행하지 못했습니다")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where a Debian system gets its own release from: newer ones lie at the same place. `None` for other systems.
fn mirror_of(os_release: &str, targets: &str) -> Option<String> {
    let value = |key: &str| {
        let line = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(line.trim().trim_matches('"').to_owned())
    };
    let release = value("VERSION_CODENAME").filter(|_| value("ID").as_deref() == Some("debian"))?;
    let own = ["main", "Debian"];
    targets.lines().find_map(|line| {
        let mut fields = line.split_whitespace();
        let (address, codename) = (fields.next()?, fields.next()?);
        (codename == release && fields.eq(own)).then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_the_one_that_the_engine_is_built_from() {
        let metadata = br#"{"packages":[
            {"name":"other","version":"1.0.0","manifest_path":"/registry/other/Cargo.toml"},
            {"name":"llama-cpp-sys-2","version":"0.1.161","manifest_path":"/registry/sys/Cargo.toml"}]}"#;
        let wanted = Source { folder: "/registry/sys/llama.cpp/ggml".into(), version: "0.1.161".into() };
        assert_eq!(Source::in_metadata(metadata), Some(wanted));
        for nothing in ["", "{}", r#"{"packages":[]}"#, r#"{"packages":[{"name":"llama-cpp-sys-2"}]}"#] {
            assert_eq!(Source::in_metadata(nothing.as_bytes()), None, "{nothing}");
        }
    }

    #[test]
    fn newer_headers_come_from_where_a_debian_gets_its_own() {
        let debian = "PRETTY_NAME=\"Debian\"\nID=debian\nVERSION_CODENAME=bookworm\n";
        let ubuntu = "ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=jammy\n";
        let own = "http://mirror.example/debian/ bookworm main Debian\n";
        let table = [
            (debian, format!("http://tools.example/ stable main Tools\n{own}"), Some("http://mirror.example/debian/")),
            (debian, "http://mirror.example/debian-security/ bookworm-security main Debian\n".to_owned(), None),
            (debian, "http://mirror.example/debian/ bookworm contrib Debian\n".to_owned(), None),
            (debian, String::new(), None),
            (ubuntu, "http://mirror.example/ubuntu/ jammy main Ubuntu\n".to_owned(), None),
            ("", own.to_owned(), None),
        ];
        for (system, targets, wanted) in table {
            assert_eq!(mirror_of(system, &targets).as_deref(), wanted, "{system} {targets}");
        }
    }

    #[test]
    fn a_folder_with_blanks_is_one_argument_of_the_project() {
        let file = project_file(Path::new("/a b/ggml"));
        assert!(file.ends_with("add_subdirectory([==[/a b/ggml]==] ggml)\n"), "{file}");
    }
}
