//! A backup is whole under its name, or it is not there, and an earlier one stays.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::sample::{PASSWORD, PLANTED, Profile, cost, told, tree};
use crate::{Progress, inspect};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_backup_says_what_it_holds_and_shows_none_of_it() {
    let (profile, folder) = (Profile::new(50), tempfile::tempdir().unwrap());
    let target = folder.path().join("자료.naratmal-backup");
    let made = profile.back_up(&target).unwrap();
    let manifest = inspect(&target, PASSWORD).unwrap();
    assert_eq!(made.manifest, manifest);
    assert_eq!(made.bytes, fs::metadata(&target).unwrap().len());
    let entries: Vec<_> = manifest.entries.iter().map(|entry| &*entry.name).collect();
    assert_eq!(entries, ["naratmal.db", "templates/나의 서식.toml"]);
    assert_eq!((&*manifest.program, manifest.schema, manifest.made_at), ("0.1.0", vault::VERSION, 1_000));
    assert_eq!(manifest.models, [Model { file: "large.gguf".to_owned(), bytes: 100 }]);
    assert_eq!(manifest.missing_models(&profile.data().join(MODELS)), []);
    assert_eq!(manifest.missing_models(folder.path()), manifest.models);
    let bytes = fs::read(&target).unwrap();
    for words in [PLANTED, "나의 서식", "large.gguf", "SQLite format 3", "naratmal.db"] {
        assert!(!bytes.windows(words.len()).any(|window| window == words.as_bytes()), "{words}");
    }
    assert_eq!(names(folder.path()), ["자료.naratmal-backup"]);
    assert!(!profile.data().join(WORK).exists());
}

#[test]
fn a_backup_that_is_stopped_anywhere_leaves_the_earlier_one() {
    let (profile, folder) = (Profile::new(400), tempfile::tempdir().unwrap());
    let target = folder.path().join("b.naratmal-backup");
    profile.back_up(&target).unwrap();
    let before = (tree(folder.path()), tree(profile.data()));
    let mut tries = 0;
    for stop in 0.. {
        let asked = Arc::new(AtomicUsize::new(0));
        let told: Told = Arc::new(move |_: Progress| asked.fetch_add(1, Ordering::SeqCst) < stop);
        match profile.back_up_told(&target, &told) {
            Err(error) => assert_eq!(error.code(), "backup_stopped"),
            Ok(_) => break,
        }
        tries += 1;
        assert_eq!(tree(folder.path()), before.0);
        assert!(!profile.data().join(WORK).exists());
    }
    println!("stops in a backup: {tries} tries, 0 losses");
    assert!(tries >= 4, "{tries}");
}

/// Takes so many bytes, and then the disk is full.
struct Small(Vec<u8>, usize);

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.1 - self.0.len());
        if taken == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_disk_that_is_full_after_any_byte_is_told_as_that() {
    let key = Key::random().unwrap();
    let head = Head::new(&key, PASSWORD, cost()).unwrap();
    let content = vec![5; 150_000];
    let entry = Entry { name: DATABASE.to_owned(), bytes: content.len() as u64 };
    let manifest = Manifest {
        program: "0.1.0".to_owned(),
        schema: vault::VERSION,
        made_at: 0,
        entries: vec![entry.clone()],
        models: vec![],
    };
    let files = [(entry, Content::Bytes(content))];
    let whole = write(Small(vec![], usize::MAX), &head, &key, &manifest, &files, &told()).ok().unwrap().0.len();
    let steps = (0..600).chain((600..whole).step_by(997)).chain([whole - 1]);
    let mut tries = 0;
    for room in steps {
        let Err(error) = write(Small(vec![], room), &head, &key, &manifest, &files, &told()) else {
            panic!("{room} bytes of {whole} were enough");
        };
        assert_eq!(error.code(), "backup_disk_full", "{room}");
        tries += 1;
    }
    println!("disk full while a backup is written: {tries} tries, 0 taken for whole");
}

#[test]
fn what_reads_back_otherwise_than_it_was_written_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b");
    let key = Key::random().unwrap();
    let head = Head::new(&key, PASSWORD, cost()).unwrap();
    let content = vec![5; 150_000];
    let entry = Entry { name: DATABASE.to_owned(), bytes: content.len() as u64 };
    let manifest =
        Manifest { program: "0.1.0".to_owned(), schema: vault::VERSION, made_at: 0, entries: vec![entry.clone()], models: vec![] };
    let whole = write(vec![], &head, &key, &manifest, &[(entry, Content::Bytes(content))], &told()).unwrap();
    fs::write(&file, &whole).unwrap();
    assert_eq!(verify(&file, &head, &key, &manifest, &told()).unwrap(), whole.len() as u64);
    for at in (0..whole.len()).step_by(1009).chain([whole.len() - 1]) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&file, &changed).unwrap();
        assert!(verify(&file, &head, &key, &manifest, &told()).is_err(), "byte {at}");
    }
    let other = Manifest { made_at: 1, ..manifest };
    fs::write(&file, &whole).unwrap();
    assert_eq!(verify(&file, &head, &key, &other, &told()).unwrap_err().code(), "backup_damaged");
}

#[test]
fn what_cannot_be_written_or_opened_is_said() {
    let (profile, folder) = (Profile::new(3), tempfile::tempdir().unwrap());
    let source = Source { vault: &profile.vault, data: profile.data(), program: "0.1.0", now_ms: 0 };
    let target = folder.path().join("b.naratmal-backup");
    let code = |target: &Path, password: &str| make(&source, target, password, cost(), &told()).unwrap_err().code();
    assert_eq!(code(&target, "짧다"), "password_short");
    assert_eq!(code(&folder.path().join("none").join("b"), PASSWORD), "backup_unwritable");
    let held = hold(profile.data()).unwrap();
    assert_eq!(code(&target, PASSWORD), "backup_busy");
    drop(held);
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn a_page_that_was_damaged_is_found_and_the_earlier_backup_stays() {
    let (profile, folder) = (Profile::new(400), tempfile::tempdir().unwrap());
    let target = folder.path().join("b.naratmal-backup");
    profile.back_up(&target).unwrap();
    let before = tree(folder.path());
    let Profile { folder: data, vault } = profile;
    vault.close(CLOSING).unwrap();
    let path = data.path().join(DATABASE);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let vault = Vault::open(&path, &crate::sample::key()).unwrap();
    let source = Source { vault: &vault, data: data.path(), program: "0.1.0", now_ms: 0 };
    assert_eq!(make(&source, &target, PASSWORD, cost(), &told()).unwrap_err().code(), "vault_damaged");
    assert_eq!(tree(folder.path()), before);
}
