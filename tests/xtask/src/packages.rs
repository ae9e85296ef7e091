//! The system packages: the one list, and installing what is missing.

use std::process::{Command, Stdio};

use crate::command::{on_path, run, say, status};
use crate::failure::{Failure, Result};

/// A Debian or Ubuntu package.
struct Package {
    name: &'static str,
    why: &'static str,
    tests_only: bool,
    /// Not every release has it, and what needs it does without.
    optional: bool,
}

const fn always(name: &'static str, why: &'static str) -> Package {
    Package {
        name,
        why,
        tests_only: false,
        optional: false,
    }
}

const fn tests(name: &'static str, why: &'static str) -> Package {
    Package {
        name,
        why,
        tests_only: true,
        optional: false,
    }
}

const fn optional(name: &'static str, why: &'static str) -> Package {
    Package {
        name,
        why,
        tests_only: true,
        optional: true,
    }
}

/// The one list.
const PACKAGES: &[Package] = &[
    always("build-essential", "C와 C++ 컴파일러"),
    always("pkg-config", "라이브러리 찾기"),
    always("cmake", "llama.cpp 빌드"),
    always("clang", "llama.cpp 바인딩 생성"),
    always("libclang-dev", "llama.cpp 바인딩 생성"),
    always("python3", "모델과 사전 내려받기"),
    always("python3-pip", "모델과 사전 내려받기"),
    always("libwebkit2gtk-4.1-dev", "창"),
    always("libxdo-dev", "창"),
    always("libssl-dev", "창의 빌드"),
    always("librsvg2-dev", "창의 아이콘"),
    always("libayatana-appindicator3-dev", "창의 알림 영역"),
    always("libdbus-1-dev", "파일 선택 창"),
    always("fonts-noto-cjk", "한글 글꼴"),
    always("tesseract-ocr", "스캔한 문서의 문자 인식"),
    always("tesseract-ocr-kor", "한글 문자 인식"),
    tests("webkit2gtk-driver", "창의 자동 시험"),
    tests("xvfb", "화면 없는 시험"),
    tests("xauth", "화면 없는 시험"),
    tests("dbus-x11", "화면 없는 시험"),
    tests("iproute2", "시험용 네트워크 이름 공간"),
    tests("ibus", "한글 입력기 시험"),
    tests("ibus-hangul", "한글 입력기 시험"),
    tests("ibus-gtk3", "한글 입력기 시험"),
    tests("xdotool", "한글 입력기 시험"),
    optional("glslc", "Vulkan(GPU) 지원의 빌드"),
    optional("libvulkan-dev", "Vulkan(GPU) 지원의 빌드"),
    optional("spirv-headers", "Vulkan(GPU) 지원의 빌드"),
    optional("mesa-vulkan-drivers", "GPU 없이 하는 Vulkan 시험"),
];

/// Installs what is missing. Asks for an administrator's password only then, and only where needed.
pub fn ensure(for_tests: bool) -> Result<()> {
    let wanted: Vec<&Package> = PACKAGES
        .iter()
        .filter(|package| for_tests || !package.tests_only)
        .collect();
    if on_path("dpkg-query").is_none() {
        let names: Vec<&str> = wanted.iter().map(|package| package.name).collect();
        say(format!(
            "데비안이나 우분투 계열이 아니어서 시스템 패키지를 설치하지 않았습니다. 없는 것이 있으면 다음에 해당하는 패키지를 직접 설치해 주십시오: {}",
            names.join(" ")
        ));
        return Ok(());
    }
    let missing: Vec<&Package> = wanted
        .into_iter()
        .filter(|package| !is_satisfied(package))
        .collect();
    if missing.iter().all(|package| package.optional && !is_known(package.name)) {
        return Ok(());
    }
    say("다음 시스템 패키지를 설치합니다.");
    for package in &missing {
        eprintln!("    {:<30} {}", package.name, package.why);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let by_hand = format!(
        "sudo apt-get update && sudo apt-get install {}",
        names.join(" ")
    );
    let root = is_root();
    if !root && on_path("sudo").is_none() {
        return Err(Failure::new(format!(
            "sudo가 없습니다. 관리자에게 다음 명령을 부탁해 주십시오:\n    {by_hand}"
        )));
    }
    if !root {
        say("설치에는 관리자 권한이 필요하므로 sudo로 실행합니다.");
    }
    // A stale list is worth a try: an unreachable mirror must not stop what is already known.
    if !status(&mut apt(root, &["update", "-q"]), "패키지 목록 갱신")?.success() {
        say("패키지 목록을 새로 받지 못했습니다. 있는 목록으로 계속합니다.");
    }
    // Known only now: the list may have been empty.
    let known: Vec<&str> = missing
        .iter()
        .filter(|package| !package.optional || is_known(package.name))
        .map(|package| package.name)
        .collect();
    let mut install = apt(root, &["install", "-y", "-q", "--no-install-recommends"]);
    run(install.args(&known), "시스템 패키지 설치")
        .map_err(|failure| Failure::new(format!("{failure}\n직접 실행해 볼 명령:\n    {by_hand}")))
}

/// Python counts as there when a `python3` with pip answers, wherever it comes from.
fn is_satisfied(package: &Package) -> bool {
    let by_another_way = match package.name {
        "python3" => on_path("python3").is_some(),
        "python3-pip" => pip_answers(),
        "cmake" | "clang" => on_path(package.name).is_some(),
        _ => false,
    };
    by_another_way || is_installed(package.name)
}

fn pip_answers() -> bool {
    Command::new("python3")
        .args(["-m", "pip", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn is_installed(name: &str) -> bool {
    Command::new("dpkg-query")
        .args(["-W", "-f=${db:Status-Abbrev}", name])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success() && says_installed(&output.stdout))
}

fn is_known(name: &str) -> bool {
    Command::new("apt-cache")
        .args(["show", name])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn says_installed(answer: &[u8]) -> bool {
    answer.starts_with(b"ii") || answer.starts_with(b"hi")
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn apt(root: bool, arguments: &[&str]) -> Command {
    let mut command = Command::new(if root { "env" } else { "sudo" });
    if !root {
        command.arg("env");
    }
    command
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_each_package_once() {
        let mut names: Vec<&str> = PACKAGES.iter().map(|package| package.name).collect();
        let before = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), before);
    }

    #[test]
    fn only_installed_states_count() {
        for (answer, expected) in [
            ("ii ", true),
            ("hi ", true),
            ("rc ", false),
            ("un ", false),
            ("iF ", false),
            ("", false),
        ] {
            assert_eq!(says_installed(answer.as_bytes()), expected, "{answer:?}");
        }
    }
}
