//! `lab soak`: starts the program that uses the real window for long. That one needs an HTTP client to drive the window,
//! which nothing else here has, so it is a program of its own (`tests/e2e/src/bin/soak.rs`).

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use directories::ProjectDirs;
use wire::Failure;

/// Hands `words` on, and what is printed back. Program and driver are those of set-up, where the environment names none.
///
/// # Errors
/// `soak_missing` where it was not built, `soak_failed` where it does not run, or where something grew or failed.
pub fn run(words: &[OsString]) -> Result<(), Failure> {
    let missing = |error| Failure::new("soak_missing", "오래 쓰기 시험 프로그램이 없습니다. ‘cargo build --release -p e2e’로 만드십시오.", error);
    let mut soak = Command::new(wire::beside("soak").map_err(missing)?);
    soak.args(words);
    let tools = ProjectDirs::from("kr", "naratmal", "naratmal").map(|folders| folders.cache_dir().join("tools"));
    let needs: [(&str, Option<PathBuf>); 2] = [
        ("NARATMAL_E2E_PROGRAM", wire::beside("naratmal-automation").ok()),
        ("TAURI_DRIVER", tools.map(|tools| tools.join("bin").join("tauri-driver"))),
    ];
    for (name, path) in needs {
        if let (None, Some(path)) = (std::env::var_os(name), path) {
            soak.env(name, path);
        }
    }
    let status = soak.status().map_err(|error| failed(&error))?;
    if status.success() { Ok(()) } else { Err(failed(&status)) }
}

fn failed(detail: &impl ToString) -> Failure {
    Failure::new("soak_failed", "오래 쓰기 시험에서 늘어난 것이나 실패한 것이 있습니다. 위의 표를 보아 주십시오.", detail.to_string())
}
