//! The packages that the programs need of the system, by names that every release has which we install on.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::command;
use crate::failure::{Explain, Failure, Result};
use crate::places::Places;

/// Packages that are called otherwise since Debian 13 and Ubuntu 24.04, for their new type of time.
const RENAMED: [&str; 4] = ["libgtk-3-0", "libglib2.0-0", "libatk1.0-0", "libatk-bridge2.0-0"];
/// What the oldest release has that we install on, Ubuntu 22.04: a machine that is newer may build what asks for more.
const OLDEST: [(&str, &str); 2] = [("libc6", "2.35"), ("libstdc++6", "12")];
/// Loaded where the system has a driver for it, and done without elsewhere.
const ON_DEMAND: &str = "libggml-vulkan.so";

/// The packages without which no program starts, as `Depends` of a package has them.
pub fn of(places: &Places, lib: &Path, scratch: &Path) -> Result<String> {
    let debian = scratch.join("debian");
    fs::create_dir_all(&debian).explain("의존성을 알아볼 폴더를 만들지 못했습니다")?;
    fs::write(debian.join("control"), "Source: naratmal\n\nPackage: naratmal\nArchitecture: any\n")
        .explain("의존성을 알아볼 파일을 쓰지 못했습니다")?;
    let mut asked = command("dpkg-shlibdeps", places);
    asked.current_dir(scratch).arg("-O").arg("--ignore-missing-info").arg(format!("-l{}", lib.display()));
    for path in binaries(lib)? {
        asked.arg("-e").arg(path);
    }
    let output = asked.output().explain("dpkg-shlibdeps를 실행하지 못했습니다. dpkg-dev 패키지를 설치해 주십시오")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let found = text.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    match found.filter(|_| output.status.success()) {
        Some(depends) => Ok(portable(depends)),
        None => Err(Failure::new(format!(
            "프로그램이 쓰는 시스템 패키지를 알아내지 못했습니다.\n{}",
            String::from_utf8_lossy(&output.stderr)
        ))),
    }
}

fn binaries(lib: &Path) -> Result<Vec<PathBuf>> {
    let files = super::layout::all(lib)?;
    Ok(files.into_iter().filter(|path| path.is_file() && !path.ends_with(ON_DEMAND)).collect())
}

/// The same packages by all the names that they have, in order.
fn portable(depends: &str) -> String {
    let mut all: Vec<String> = depends.split(',').map(|one| alternatives(one.trim())).collect();
    all.sort();
    all.join(", ")
}

fn alternatives(one: &str) -> String {
    let (name, version) = one.split_once(' ').map_or((one, String::new()), |(name, version)| (name, format!(" {version}")));
    let old = name.strip_suffix("t64").unwrap_or(name);
    if old == name && !RENAMED.contains(&name) || one.contains('|') {
        return one.to_owned();
    }
    format!("{old}{version} | {old}t64{version}")
}

/// What these packages want that the oldest release does not have, a package each.
pub fn too_new(depends: &str) -> Vec<String> {
    let newer = |one: &&str| {
        let Some((name, version)) = one.trim().trim_end_matches(')').split_once(" (>= ") else { return false };
        OLDEST.iter().any(|(known, has)| *known == name && numbers(version) > numbers(has))
    };
    depends.split(',').filter(newer).map(|one| one.trim().to_owned()).collect()
}

fn numbers(version: &str) -> Vec<u32> {
    version.split(['.', '-', '~', '+']).map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_named_as_every_release_calls_them() {
        for (depends, expected) in [
            ("libc6 (>= 2.34)", "libc6 (>= 2.34)"),
            ("libgtk-3-0 (>= 3.21.5)", "libgtk-3-0 (>= 3.21.5) | libgtk-3-0t64 (>= 3.21.5)"),
            ("libglib2.0-0t64 (>= 2.75)", "libglib2.0-0 (>= 2.75) | libglib2.0-0t64 (>= 2.75)"),
            ("libglib2.0-0", "libglib2.0-0 | libglib2.0-0t64"),
            ("libstdc++6 (>= 11), libc6 (>= 2.34)", "libc6 (>= 2.34), libstdc++6 (>= 11)"),
            ("libgtk-3-0 | another", "libgtk-3-0 | another"),
        ] {
            assert_eq!(portable(depends), expected, "{depends}");
        }
    }

    #[test]
    fn what_the_oldest_release_does_not_have_is_named() {
        for (depends, expected) in [
            ("libc6 (>= 2.34), libstdc++6 (>= 11)", &[][..]),
            ("libc6 (>= 2.35), libstdc++6 (>= 12)", &[]),
            ("libc6 (>= 2.36), libstdc++6 (>= 13.1)", &["libc6 (>= 2.36)", "libstdc++6 (>= 13.1)"]),
            ("libc6 (>= 2.4), libgtk-3-0 (>= 9.0)", &[]),
            ("libc6", &[]),
        ] {
            assert_eq!(too_new(depends), expected, "{depends}");
        }
    }
}
