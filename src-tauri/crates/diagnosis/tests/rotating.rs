//! The log's files are bounded, and nothing of a line that was kept is lost or cut.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;

use diagnosis::{Rotating, tail};
use proptest::prelude::*;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn bytes(folder: &Path) -> u64 {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

proptest! {
    #[test]
    fn files_hold_the_latest_lines_and_no_more_than_their_bound(
        lines in prop::collection::vec("[a-z]{0,30}", 0..60),
        most in 16_u64..120,
        before in 0_u32..4,
        reopened in 1_usize..20,
    ) {
        let folder = tempfile::tempdir()?;
        let mut files = Rotating::open(folder.path(), most, before)?;
        let mut kept = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            if number % reopened == 0 {
                files = Rotating::open(folder.path(), most, before)?;
            }
            match files.write_all(format!("{line}\n").as_bytes()) {
                Ok(()) => kept.push(line.clone()),
                Err(_) => prop_assert!(line.len() as u64 + 1 > most),
            }
            prop_assert!(bytes(folder.path()) <= most * u64::from(before + 1));
        }
        let told = tail(folder.path(), usize::MAX);
        prop_assert!(kept.ends_with(&told), "{told:?} does not end {kept:?}");
        prop_assert!(kept.is_empty() || !told.is_empty());
        // Only what had no room is gone.
        if kept.iter().map(|line| line.len() as u64 + 1).sum::<u64>() <= most {
            prop_assert_eq!(&told, &kept);
        }
        prop_assert_eq!(tail(folder.path(), 3), told[told.len().saturating_sub(3)..].to_vec());
    }
}

#[test]
fn files_are_called_by_their_age() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Rotating::open(folder.path(), 4, 2).unwrap();
    for line in ["one\n", "two\n", "3rd\n", "4th\n"] {
        files.write_all(line.as_bytes()).unwrap();
    }
    assert_eq!(names(folder.path()), ["naratmal.1.log", "naratmal.2.log", "naratmal.log"]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!([read("naratmal.log"), read("naratmal.1.log"), read("naratmal.2.log")], ["4th\n", "3rd\n", "two\n"]);
    assert_eq!(tail(folder.path(), 2), ["3rd", "4th"]);
}

#[test]
fn a_folder_without_a_log_has_no_lines() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(tail(folder.path(), 5), [] as [String; 0]);
    assert_eq!(tail(&folder.path().join("none"), 5), [] as [String; 0]);
}

#[test]
#[cfg(unix)]
fn only_this_person_can_read_the_log() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mut files = Rotating::open(&folder.path().join("logs"), 4, 1).unwrap();
    files.write_all(b"one\n").unwrap();
    files.write_all(b"two\n").unwrap();
    for name in names(&folder.path().join("logs")) {
        let mode = fs::metadata(folder.path().join("logs").join(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}
