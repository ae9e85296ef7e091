//! `cargo xtask bundle`: what installs without a network. A Debian package and an archive of the same files, made from
//! what the release build left; the same bytes for the same build and the same commit.

mod depends;
mod elf;
mod layout;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::build;
use crate::catalog::Catalog;
use crate::command::{command, run_quietly, say};
use crate::download::sha256_of;
use crate::failure::{Explain, Failure, Result};
use crate::node::Node;
use crate::notices;
use crate::packages;
use crate::places::Places;
use crate::sbom;
use crate::shipped::{self, Component};

/// The program's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Without these it starts and answers, and leaves out what they are for.
const RECOMMENDS: &str = "tesseract-ocr, tesseract-ocr-kor, fonts-noto-cjk | fonts-nanum, xdg-utils";
/// Where there is a GPU.
const SUGGESTS: &str = "libvulkan1, mesa-vulkan-drivers";

/// What is to be made.
pub struct Options {
    /// Packs what lies in cargo's target folder as it is.
    pub no_build: bool,
    /// Where the packages go; `bundle` in cargo's target folder where nothing is said.
    pub out: Option<PathBuf>,
}

/// Builds, and makes the packages.
pub fn bundle(places: &Places, options: Options) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::new(
            "cargo xtask bundle은 리눅스에서만 만듭니다. 다른 운영체제의 것은 .github/workflows/release.yml을 보십시오.",
        ));
    }
    if !options.no_build {
        packages::ensure(false)?;
        build::build(places)?;
    }
    let out = options.out.unwrap_or_else(|| places.target.join("bundle"));
    let out = std::path::absolute(&out).explain("꾸러미를 둘 폴더를 알아내지 못했습니다")?;
    let scratch = out.join(".making");
    clear(&scratch)?;
    let stage = scratch.join("stage");
    fs::create_dir_all(&stage).explain(format!("{}을(를) 만들지 못했습니다", stage.display()))?;

    say("담을 것을 모읍니다.");
    let seconds = epoch(places)?;
    let components = shipped::components(places, &format!("{}-unknown-linux-gnu", std::env::consts::ARCH))?;
    let bill = pretty(&components, seconds)?;
    let day = &sbom::moment(seconds)[..10];
    layout::lay(places, &stage, &layout::Parts { components: &components, bill: &bill, version: VERSION, day })?;
    for folder in layout::all(&stage)?.iter().filter(|path| path.is_dir() && !path.is_symlink()) {
        layout::set_mode(folder, 0o755)?;
    }
    prove_silent(&stage.join(layout::LIB).join("naratmal"))?;

    let architecture = answer(Command::new("dpkg").arg("--print-architecture"))?;
    let depends = depends::of(places, &stage.join(layout::LIB), &scratch.join("shlibdeps"))?;
    for one in depends::too_new(&depends) {
        say(format!("주의: Ubuntu 22.04에는 설치되지 않습니다({one}). 그보다 새롭지 않은 시스템에서 빌드해 주십시오."));
    }
    let archive = out.join(format!("naratmal-{VERSION}-linux-{}.tar.gz", std::env::consts::ARCH));
    say("압축 파일(.tar.gz)을 만듭니다.");
    make_archive(&stage, &archive, seconds)?;
    let package = out.join(format!("naratmal_{VERSION}_{architecture}.deb"));
    say("데비안 꾸러미(.deb)를 만듭니다. 몇 분 걸립니다.");
    make_package(&stage, &package, &control(&architecture, &depends, layout::bytes(&stage)?), seconds)?;
    let list = out.join(format!("naratmal-{VERSION}.cdx.json"));
    fs::write(&list, &bill).explain("소프트웨어 자재 명세서(SBOM)를 쓰지 못했습니다")?;
    write_sums(&out, &[&package, &archive, &list])?;

    report(&stage, &components, &depends)?;
    clear(&scratch)?;
    for made in [package, archive, list, out.join("SHA256SUMS")] {
        println!("{}", made.display());
    }
    Ok(())
}

/// The bill of materials and the licences of everything shipped for another platform, into `out`: its installer takes them along.
pub fn notices_for(places: &Places, target: &str, out: &Path) -> Result<()> {
    Node::find(places, Catalog::load()?.tool("node")?)?.build_ui(places)?;
    let components = shipped::components(places, target)?;
    let folder = out.join("licenses");
    fs::create_dir_all(&folder).explain(format!("{}을(를) 만들지 못했습니다", folder.display()))?;
    let mut files = vec![(out.join("naratmal.cdx.json"), pretty(&components, epoch(places)?)?)];
    files.extend(notices::files(&components).into_iter().map(|(name, text)| (folder.join(name), text)));
    for (path, text) in files {
        fs::write(&path, text).explain(format!("{}을(를) 쓰지 못했습니다", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

fn pretty(components: &[Component], seconds: u64) -> Result<String> {
    serde_json::to_string_pretty(&sbom::bill(components, VERSION, seconds))
        .map(|text| text + "\n")
        .map_err(|error| Failure::new(format!("소프트웨어 자재 명세서(SBOM)를 만들지 못했습니다: {error}")))
}

/// When the sources were last changed, in seconds since 1970: all files of a package bear that time.
fn epoch(places: &Places) -> Result<u64> {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let text = match given {
        Some(given) => given,
        None => answer(command("git", places).args(["log", "-1", "--format=%ct"])).map_err(|failure| {
            Failure::new(format!("{failure}\ngit의 저장소가 아니면 SOURCE_DATE_EPOCH(1970년부터의 초)를 정해 주십시오."))
        })?,
    };
    text.trim().parse().map_err(|_| Failure::new(format!("SOURCE_DATE_EPOCH가 수가 아닙니다: {text}")))
}

/// Packs nothing that could reach a network: the build of the automatic tests can, and lies where the real one does.
fn prove_silent(program: &Path) -> Result<()> {
    let mut test = Command::new(program);
    test.args(["--self-test", "--no-window"]).env_remove("LD_LIBRARY_PATH");
    run_quietly(&mut test, "담을 프로그램의 네트워크 차단 시험(naratmal --self-test)")
}

fn control(architecture: &str, depends: &str, bytes: u64) -> String {
    format!(
        "Package: naratmal\nVersion: {VERSION}\nArchitecture: {architecture}\n\
         Maintainer: Naratmal <maintainers@naratmal.invalid>\nInstalled-Size: {}\nSection: text\nPriority: optional\n\
         Depends: {depends}\nRecommends: {RECOMMENDS}\nSuggests: {SUGGESTS}\n\
         Description: private Korean AI assistance on one's own machine\n \
         나랏말은 내 컴퓨터에서만 답하는 행정 도우미입니다. 한글, PDF, 오피스 문서를 넣고 한국어로\n \
         물으면 자료에서 찾은 답을 출처와 함께 보여 줍니다. 네트워크를 쓰지 않습니다.\n .\n \
         Naratmal reads documents and answers questions about them in Korean, with a\n \
         model that runs on this machine. It opens no network connection.\n",
        bytes.div_ceil(1024)
    )
}

fn make_package(stage: &Path, package: &Path, control: &str, seconds: u64) -> Result<()> {
    let folder = stage.join("DEBIAN");
    fs::create_dir_all(&folder).explain("꾸러미의 정보 폴더를 만들지 못했습니다")?;
    layout::set_mode(&folder, 0o755)?;
    let file = folder.join("control");
    fs::write(&file, control).explain("꾸러미의 정보를 쓰지 못했습니다")?;
    layout::set_mode(&file, 0o644)?;
    let partial = package.with_extension("part");
    // Of all that Debian and Ubuntu unpack, xz is what the oldest of them knows.
    let mut build = Command::new("dpkg-deb");
    build.env("SOURCE_DATE_EPOCH", seconds.to_string());
    build.args(["--root-owner-group", "-Zxz", "--build"]).arg(stage).arg(&partial);
    run_quietly(&mut build, "dpkg-deb")?;
    fs::remove_dir_all(&folder).explain("꾸러미의 정보 폴더를 지우지 못했습니다")?;
    fs::rename(&partial, package).explain("꾸러미를 제자리에 옮기지 못했습니다")
}

fn make_archive(stage: &Path, archive: &Path, seconds: u64) -> Result<()> {
    let partial = archive.with_extension("part");
    let mut tar = Command::new("tar");
    tar.args(["--create", "--format=gnu", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
        .arg(format!("--mtime=@{seconds}"))
        // Unpacked anywhere, bin/naratmal starts it.
        .arg(format!("--transform=flags=r;s,^usr,naratmal-{VERSION},"))
        .arg("--use-compress-program=gzip -9n")
        .arg("--file")
        .arg(&partial)
        .arg("-C")
        .arg(stage)
        .arg("usr");
    run_quietly(&mut tar, "tar")?;
    fs::rename(&partial, archive).explain("압축 파일을 제자리에 옮기지 못했습니다")
}

fn write_sums(out: &Path, files: &[&Path]) -> Result<()> {
    let mut text = String::new();
    for file in files {
        text += &format!("{}  {}\n", sha256_of(file)?, file.file_name().unwrap_or_default().to_string_lossy());
    }
    fs::write(out.join("SHA256SUMS"), text).explain("SHA256SUMS를 쓰지 못했습니다")
}

/// What the installed files are made of.
fn report(stage: &Path, components: &[Component], depends: &str) -> Result<()> {
    let lib = stage.join(layout::LIB);
    let programs: u64 = shipped::PROGRAMS.iter().filter_map(|name| fs::metadata(lib.join(name)).ok()).map(|data| data.len()).sum();
    let (backends, all_of_lib) = (layout::bytes(&lib.join("backends"))?, layout::bytes(&lib)?);
    let (share, doc, all) = (layout::bytes(&stage.join(layout::SHARE))?, layout::bytes(&stage.join(layout::DOC))?, layout::bytes(stage)?);
    let mib = |bytes: u64| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
    eprintln!("    설치 크기 {}", mib(all));
    for (what, bytes) in [
        ("프로그램 넷", programs),
        ("백엔드(backends)", backends),
        ("라이브러리", all_of_lib - programs - backends),
        ("한국어 사전", share),
        ("문서·라이선스·SBOM", doc),
        ("아이콘과 그 밖", all - all_of_lib - share - doc),
    ] {
        eprintln!("        {:>10}  {what}", mib(bytes));
    }
    eprintln!("    부품 {}개(naratmal.cdx.json)", components.len());
    eprintln!("    필요한 패키지: {depends}");
    if !lib.join("backends/libggml-vulkan.so").is_file() {
        say("GPU(Vulkan) 백엔드는 없습니다. 담으려면 cargo xtask vulkan을 실행한 뒤 다시 만들어 주십시오.");
    }
    eprintln!(
        "    같은 빌드와 커밋에서는 같은 바이트가 나옵니다. 다른 컴퓨터의 빌드는 컴파일러의 판, 소스 꾸러미의 폴더 이름\n    \
         (오류 위치에 적힘)과 증분 컴파일의 나눔이 같아야 같습니다."
    );
    Ok(())
}

fn answer(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().explain(format!("{program} 명령을 실행하지 못했습니다"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Failure::new(format!("{program} 명령이 실패했습니다({}). {errors}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).explain(format!("{}을(를) 지우지 못했습니다", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_file_is_one_that_dpkg_reads() {
        let made = control("amd64", "libc6 (>= 2.34)", 1025);
        insta::assert_snapshot!(made);
        // A paragraph ends at an empty line, and every field begins at the left.
        assert!(!made.contains("\n\n") && made.ends_with('\n'));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_same_files_give_the_same_archive() {
        let folder = std::env::temp_dir().join(format!("naratmal-archive-{}", std::process::id()));
        let sums: Vec<String> = ["one", "two"]
            .into_iter()
            .map(|name| {
                let stage = folder.join(name);
                for file in ["usr/lib/b", "usr/lib/a", "usr/bin/c"] {
                    let path = stage.join(file);
                    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                    fs::write(&path, file).expect("a file");
                }
                let archive = folder.join(format!("{name}.tar.gz"));
                make_archive(&stage, &archive, 1_772_323_200).expect("an archive");
                // Another second, which must not be seen.
                std::thread::sleep(std::time::Duration::from_millis(1100));
                sha256_of(&archive).expect("its sum")
            })
            .collect();
        assert_eq!(sums[0], sums[1]);
        let list = answer(Command::new("tar").arg("-tzf").arg(folder.join("one.tar.gz"))).expect("a list");
        assert!(list.contains(&format!("naratmal-{VERSION}/lib/a")), "{list}");
        fs::remove_dir_all(&folder).expect("removed");
    }
}
