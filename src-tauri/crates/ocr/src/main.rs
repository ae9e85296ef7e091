//! `naratmal-ocr TESSERACT`: a picture on standard input, tesseract's table of words on standard output.
//!
//! The picture is hostile: a page of a document that nobody has looked at yet. So this process first gives away the
//! network, all files but tesseract's own, new processes, and all memory and time past a limit; then it becomes
//! tesseract, which keeps those limits.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// A page needs about a fifth of this.
const MEMORY: u64 = 1024 * 1024 * 1024;
/// Over the client's limit, so that it is the client which says why.
const CPU_SECONDS: u64 = 120;

/// Where the libraries of a Linux system lie, and tesseract's language data on Debian and its relatives.
const LIBRARIES: [&str; 6] =
    ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/tesseract-ocr"];
/// The programs that load a program.
const LOADERS: [&str; 2] = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];

fn main() -> ExitCode {
    let Some(tesseract) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return ExitCode::from(2);
    };
    let Err(error) = become_confined(&tesseract);
    eprintln!("naratmal-ocr: {error}");
    ExitCode::FAILURE
}

fn become_confined(tesseract: &Path) -> Result<std::convert::Infallible, Box<dyn std::error::Error>> {
    // Language data that came with the program lies beside its tesseract.
    let home = tesseract.parent().unwrap_or(tesseract);
    let shipped = home.join("tessdata");
    let mut read: Vec<&Path> = LIBRARIES.iter().map(Path::new).collect();
    let mut execute: Vec<&Path> = LOADERS.iter().map(Path::new).collect();
    execute.push(tesseract);
    let mut command = Command::new(tesseract);
    if shipped.is_dir() {
        read.push(home);
        command.env("TESSDATA_PREFIX", &shipped).env("LD_LIBRARY_PATH", home);
    }
    guard::deny_network()?;
    guard::limit_memory(MEMORY)?;
    guard::limit_cpu(CPU_SECONDS)?;
    guard::confine_program(&read, &execute)?;
    // Measured on Korean pages: a column of text of any sizes (4) at 200 dots an inch, which is how the reader renders a
    // page, read tables and text best; Korean before English, or the Hangul suffers.
    command
        .args(["stdin", "stdout", "-l", "kor+eng", "--oem", "1", "--psm", "4", "--dpi", "200", "tsv"])
        // One page is one thread's work: pages are what is spread over the cores.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::inherit());
    Err(replace(command))
}

#[cfg(unix)]
fn replace(mut command: Command) -> Box<dyn std::error::Error> {
    use std::os::unix::process::CommandExt;

    command.exec().into()
}

#[cfg(not(unix))]
fn replace(mut command: Command) -> Box<dyn std::error::Error> {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error.into(),
    }
}
