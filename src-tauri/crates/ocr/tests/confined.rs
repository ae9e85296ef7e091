//! What `naratmal-ocr` becomes keeps nothing of the machine but its own files.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs `naratmal-ocr` with `program` as its recogniser, in a folder that holds a file named as tesseract's first argument.
fn recogniser(program: &str, picture: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("stdin"), "비밀").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_naratmal-ocr"))
        .arg(program)
        .current_dir(&folder)
        // Tesseract's options after the file's name are file names as well to the programs that are put in its place.
        .env("POSIXLY_CORRECT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that ends before it has read everything closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(picture);
    child.wait_with_output().unwrap()
}

#[test]
fn another_program_in_its_place_reads_no_file_and_starts_none() {
    let cat = recogniser("/bin/cat", b"");
    assert!(!cat.status.success());
    assert!(String::from_utf8_lossy(&cat.stderr).contains("Permission denied"), "{cat:?}");
    assert!(cat.stdout.is_empty());

    let xargs = recogniser("/usr/bin/xargs", b"1\n");
    assert!(!xargs.status.success());
    assert!(String::from_utf8_lossy(&xargs.stderr).contains("fork"), "{xargs:?}");
}

#[test]
fn what_is_no_program_is_an_error() {
    assert!(!recogniser("/nowhere/tesseract", b"").status.success());
}

#[test]
fn tesseract_reads_a_picture_and_refuses_what_is_none() {
    const TESSERACT: &str = "/usr/bin/tesseract";
    if !Path::new(TESSERACT).is_file() {
        println!("SKIPPED: tesseract is missing");
        return;
    }
    // A white page: no text, but a table with its heading.
    let page = [b"P5 600 400 255\n".as_slice(), &[255; 600 * 400]].concat();
    let read = recogniser(TESSERACT, &page);
    assert!(read.status.success(), "{read:?}");
    assert!(String::from_utf8_lossy(&read.stdout).starts_with("level\t"));
    assert!(!recogniser(TESSERACT, b"no picture").status.success());
}
