//! Kills and full disks, each many times, with nothing lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::sample::{Profile, assert_restored, key, restore_to, rows, tree};
use crate::{DATABASE, Source, keep, make, settle};

/// What the child that is killed does, and where: "make" or "restore", the data folder and the file, by lines.
const CHILD: &str = "NARATMAL_TEST_BACKUP";
const KILLS: u32 = 24;

/// The child itself; without its words it does nothing.
#[test]
fn child() {
    let Ok(words) = std::env::var(CHILD) else { return };
    let words: Vec<_> = words.lines().collect();
    let (data, file) = (Path::new(words[1]), Path::new(words[2]));
    match words[0] {
        "make" => {
            let vault = vault::Vault::open(&data.join(DATABASE), &key()).unwrap();
            let source = Source { vault: &vault, data, program: "0.1.0", now_ms: 1_000 };
            make(&source, file, crate::sample::PASSWORD, crate::sample::cost(), &crate::sample::told()).unwrap();
        }
        _ => {
            restore_to(data, file).unwrap().put().unwrap();
            keep(data).unwrap();
        }
    }
}

fn begin(what: &str, data: &Path, file: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["faults::child", "--exact"])
        .env(CHILD, format!("{what}\n{}\n{}", data.display(), file.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// How long the child takes when nobody kills it.
fn whole(what: &str, data: &Path, file: &Path) -> Duration {
    let begun = Instant::now();
    assert!(begin(what, data, file).wait().unwrap().success());
    begun.elapsed()
}

/// Kills the child after so much of its time; true where it was still at it.
fn killed(what: &str, data: &Path, file: &Path, after: Duration) -> bool {
    let mut child = begin(what, data, file);
    std::thread::sleep(after);
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in tree(from) {
        let path = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_backup_that_is_killed_at_any_time_leaves_a_whole_one_under_its_name() {
    let Profile { folder, vault } = Profile::new(1500);
    vault.close(Duration::from_secs(1)).unwrap();
    let data = folder.path();
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("b");
    let time = whole("make", data, &target);
    let before = rows(&data.join(DATABASE), &key());
    let mut tries = 0;
    for kill in 0..KILLS {
        tries += u32::from(killed("make", data, &target, time * kill / KILLS));
        settle(data).unwrap();
        assert_eq!(rows(&data.join(DATABASE), &key()), before);
        let fresh = tempfile::tempdir().unwrap();
        restore_to(fresh.path(), &target).unwrap().put().unwrap();
        assert_restored(fresh.path(), &before);
        let left: Vec<_> = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name == crate::place::WORK), "{left:?}");
    }
    // The next one is made over what the kills left.
    assert!(begin("make", data, &target).wait().unwrap().success());
    let names: Vec<_> = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["b"]);
    println!("SIGKILL in a backup: {tries} tries, 0 losses");
    assert!(tries >= KILLS / 4, "{tries}");
}

#[test]
fn a_restore_that_is_killed_at_any_time_leaves_all_old_or_all_new() {
    let backed = Profile::new(1500);
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("b");
    backed.back_up(&file).unwrap();
    let new = rows(&backed.data().join(DATABASE), &key());
    let Profile { folder, vault } = Profile::new(3);
    vault.close(Duration::from_secs(1)).unwrap();
    let old = tree(folder.path());
    let data = place.path().join("data");
    let afresh = || {
        let _ = fs::remove_dir_all(&data);
        copy(folder.path(), &data);
    };
    afresh();
    let time = whole("restore", &data, &file);
    let (mut tries, mut outcomes) = (0, BTreeMap::new());
    for kill in 0..KILLS {
        afresh();
        tries += u32::from(killed("restore", &data, &file, time * kill / KILLS));
        settle(&data).unwrap();
        let outcome = match fs::read(data.join("keys.json")).unwrap() == b"the old keys" {
            true => {
                let now: BTreeMap<_, _> = tree(&data).into_iter().map(|(path, bytes)| (relative(&path, &data), bytes)).collect();
                let was: BTreeMap<_, _> =
                    old.iter().map(|(path, bytes)| (relative(path, folder.path()), bytes.clone())).collect();
                assert_eq!(now, was);
                "the old"
            }
            false => {
                assert_restored(&data, &new);
                "the new"
            }
        };
        *outcomes.entry(outcome).or_insert(0) += 1;
    }
    println!("SIGKILL in a restore: {tries} tries, 0 losses ({outcomes:?})");
    assert!(tries >= KILLS / 4, "{tries}");
}

fn relative(path: &Path, folder: &Path) -> PathBuf {
    path.strip_prefix(folder).unwrap().to_owned()
}

/// A disk of so many KiB, which only root can make.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new(kib: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kib}k"), "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(folder))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_disk_that_is_full_while_something_is_restored_changes_nothing() {
    let backed = Profile::new(800);
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("b");
    let kib = backed.back_up(&file).unwrap().bytes / 1024;
    let new = rows(&backed.data().join(DATABASE), &key());
    let Profile { folder, vault } = Profile::new(3);
    vault.close(Duration::from_secs(1)).unwrap();
    let there = fs::metadata(folder.path().join(DATABASE)).unwrap().len() / 1024 + 64;
    let mut tries = 0;
    for step in 0.. {
        let Some(disk) = Disk::new(there + kib * step / 6) else {
            println!("a full disk in a restore: not tried, since only root makes a small disk");
            return;
        };
        copy(folder.path(), disk.0.path());
        let before = tree(disk.0.path());
        match restore_to(disk.0.path(), &file) {
            Err(error) => assert_eq!(error.code(), "backup_disk_full", "{error}"),
            Ok(staged) => match staged.put() {
                Err(error) => assert_eq!(error.code(), "backup_disk_full", "{error}"),
                Ok(_) => {
                    assert_restored(disk.0.path(), &new);
                    break;
                }
            },
        }
        tries += 1;
        settle(disk.0.path()).unwrap();
        assert_eq!(tree(disk.0.path()), before);
    }
    println!("disk full in a restore: {tries} tries, 0 losses");
    assert!(tries >= 6, "{tries}");
}

#[test]
fn a_disk_that_is_full_while_a_backup_is_made_leaves_the_earlier_one() {
    let backed = Profile::new(800);
    let place = tempfile::tempdir().unwrap();
    let whole = place.path().join("b");
    let kib = backed.back_up(&whole).unwrap().bytes / 1024;
    let mut tries = 0;
    // The backup's own disk, which has room for the earlier one and part of another.
    for step in 0..10 {
        let Some(disk) = Disk::new(kib + 16 + kib * step / 10) else {
            println!("a full disk in a backup: not tried, since only root makes a small disk");
            return;
        };
        let target = disk.0.path().join("b");
        fs::copy(&whole, &target).unwrap();
        let before = tree(disk.0.path());
        assert_eq!(backed.back_up(&target).unwrap_err().code(), "backup_disk_full");
        assert_eq!(tree(disk.0.path()), before);
        tries += 1;
    }
    // The disk of the data folder, which has no room for the copy.
    for step in 1..8 {
        let Some(disk) = Disk::new((kib + 256) + kib * step / 10) else { return };
        let data = disk.0.path();
        let vault = {
            let source = Profile::new(800);
            let Profile { folder, vault } = source;
            vault.close(Duration::from_secs(1)).unwrap();
            copy(folder.path(), data);
            vault::Vault::open(&data.join(DATABASE), &key()).unwrap()
        };
        let source = Source { vault: &vault, data, program: "0.1.0", now_ms: 1_000 };
        let made = make(&source, &whole, crate::sample::PASSWORD, crate::sample::cost(), &crate::sample::told());
        let error = made.unwrap_err();
        assert_eq!(error.code(), "backup_disk_full", "{error}");
        assert!(!data.join(crate::place::WORK).exists());
        vault.check().unwrap();
        tries += 1;
    }
    println!("disk full in a backup: {tries} tries, 0 losses");
}
