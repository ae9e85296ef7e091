//! Running other programs, and saying what is done.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::failure::{Explain, Failure, Result};
use crate::places::Places;

/// Says to the person what is being done.
pub fn say(message: impl AsRef<str>) {
    eprintln!("▸ {}", message.as_ref());
}

/// A command in the repository, without what `cargo run` put into the environment: it would make child builds differ from
/// the same build started by hand, and let a program find libraries that it would not find on its own.
pub fn command(program: impl AsRef<OsStr>, places: &Places) -> Command {
    let mut command = Command::new(program);
    command.current_dir(&places.root);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_cargo_run) {
            command.env_remove(&name);
        }
    }
    if let Some(paths) = std::env::var_os("LD_LIBRARY_PATH") {
        let kept: Vec<PathBuf> = std::env::split_paths(&paths)
            .filter(|path| {
                !path.starts_with(&places.target)
                    && !path
                        .components()
                        .any(|part| part.as_os_str() == "toolchains")
            })
            .collect();
        match std::env::join_paths(&kept) {
            Ok(kept) if !kept.is_empty() => command.env("LD_LIBRARY_PATH", kept),
            _ => command.env_remove("LD_LIBRARY_PATH"),
        };
    }
    command
}

fn is_of_cargo_run(name: &str) -> bool {
    [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_PRIMARY_",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
        || matches!(name, "CARGO" | "CARGO_CRATE_NAME" | "OUT_DIR")
}

/// Runs to the end; the person sees the output.
pub fn run(command: &mut Command, what: &str) -> Result<()> {
    let status = status(command, what)?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "{what}에 실패했습니다({status}). 위의 출력을 보아 주십시오."
        )))
    }
}

/// Runs to the end and gives the exit status.
pub fn status(command: &mut Command, what: &str) -> Result<ExitStatus> {
    command.status().explain(format!(
        "{what}: {} 명령을 실행하지 못했습니다",
        command.get_program().to_string_lossy()
    ))
}

/// Runs quietly; what was written is shown only when it failed.
pub fn run_quietly(command: &mut Command, what: &str) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().explain(format!(
        "{what}: {} 명령을 실행하지 못했습니다",
        command.get_program().to_string_lossy()
    ))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(12)..].join("\n");
    Err(Failure::new(format!(
        "{what}에 실패했습니다({}).\n{tail}",
        output.status
    )))
}

/// Runs to the end, passing what it writes to standard error on, line by line, to `see` as well.
pub fn run_watched(
    command: &mut Command,
    what: &str,
    mut see: impl FnMut(&str),
) -> Result<ExitStatus> {
    let mut child = command.stderr(Stdio::piped()).spawn().explain(format!(
        "{what}: {} 명령을 실행하지 못했습니다",
        command.get_program().to_string_lossy()
    ))?;
    if let Some(errors) = child.stderr.take() {
        for line in BufReader::new(errors).split(b'\n') {
            let line = line.explain(format!("{what}: 출력을 읽지 못했습니다"))?;
            let line = String::from_utf8_lossy(&line);
            eprintln!("{line}");
            see(&line);
        }
    }
    child
        .wait()
        .explain(format!("{what}: 끝나기를 기다리지 못했습니다"))
}

/// A program on the PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths)
        .map(|folder| folder.join(program))
        .find(|path| is_file(path))
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_runs_variables_are_told_from_the_persons() {
        for (name, expected) in [
            ("CARGO_PKG_NAME", true),
            ("CARGO_MANIFEST_DIR", true),
            ("CARGO", true),
            ("CARGO_TARGET_DIR", false),
            ("CARGO_HOME", false),
            ("CARGO_BUILD_JOBS", false),
            ("RUSTFLAGS", false),
        ] {
            assert_eq!(is_of_cargo_run(name), expected, "{name}");
        }
    }
}
