use std::collections::HashSet;
use std::fs;
use std::io::Write;

use proptest::prelude::*;
use tantivy::directory::{AntiCallToken, TerminatingWrite};

use super::*;

fn key() -> Key {
    Key::new([9; 32])
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 % 251) as u8).collect()
}

fn write(directory: &SealedDirectory, name: &str, content: &[u8]) {
    let mut file = directory.open_write(Path::new(name)).unwrap();
    for part in content.chunks(7919) {
        file.write_all(part).unwrap();
        file.flush().unwrap();
    }
    file.terminate().unwrap();
}

fn read(directory: &SealedDirectory, name: &str) -> io::Result<Vec<u8>> {
    let slice = directory.open_read(Path::new(name)).map_err(io::Error::other)?;
    Ok(slice.read_bytes()?.to_vec())
}

#[test]
fn a_file_of_any_length_comes_back_whole_and_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let directory = SealedDirectory::open(folder.path(), &key()).unwrap();
    for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 77] {
        let (name, content) = (format!("file{length}"), content(length));
        write(&directory, &name, &content);
        let again = SealedDirectory::open(folder.path(), &key()).unwrap();
        assert_eq!(read(&again, &name).unwrap(), content, "{length}");
        let handle = again.get_file_handle(Path::new(&name)).unwrap();
        for range in [0..0, 0..length.min(9), length / 3..length / 2, length..length] {
            assert_eq!(handle.read_bytes(range.clone()).unwrap().as_slice(), &content[range.clone()], "{range:?}");
        }
        assert!(handle.read_bytes(0..length + 1).is_err());
        directory.atomic_write(Path::new("whole"), &content).unwrap();
        assert_eq!(again.atomic_read(Path::new("whole")).unwrap(), content, "{length}");
    }
}

#[test]
fn no_two_files_of_the_same_content_look_alike_and_none_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let directory = SealedDirectory::open(folder.path(), &key()).unwrap();
    let content = "은하수도서관".repeat(100).into_bytes();
    let mut seen = Vec::new();
    for _ in 0..2 {
        directory.atomic_write(Path::new("meta.json"), &content).unwrap();
        seen.push(fs::read(folder.path().join("meta.json")).unwrap());
    }
    assert_ne!(seen[0][HEAD..], seen[1][HEAD..]);
    assert!(!seen[0].windows(12).any(|window| window == &content[..12]));
}

/// What is done to the files `a` and `b`, of which `a` is then read.
#[test]
fn whatever_is_done_to_a_file_is_found() {
    type Change = fn(&Path);
    fn edit(folder: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = fs::read(folder.join("a")).unwrap();
        change(&mut bytes);
        fs::write(folder.join("a"), bytes).unwrap();
    }
    const FULL: usize = BLOCK + TAG;
    let table: [(&str, Change); 8] = [
        ("another file's name", |folder| fs::rename(folder.join("b"), folder.join("a")).map(drop).unwrap()),
        ("blocks that changed places", |folder| {
            edit(folder, |bytes| {
                let (first, second) = bytes[HEAD..HEAD + 2 * FULL].split_at_mut(FULL);
                first.swap_with_slice(second);
            });
        }),
        ("a block of another file", |folder| {
            let other = fs::read(folder.join("b")).unwrap();
            edit(folder, |bytes| bytes[HEAD..HEAD + FULL].copy_from_slice(&other[HEAD..HEAD + FULL]));
        }),
        ("the last block cut off", |folder| edit(folder, |bytes| bytes.truncate(HEAD + 2 * FULL))),
        ("a byte cut off", |folder| edit(folder, |bytes| bytes.truncate(bytes.len() - 1))),
        ("a byte more", |folder| edit(folder, |bytes| bytes.push(0))),
        ("another salt", |folder| edit(folder, |bytes| bytes[MAGIC.len()] ^= 1)),
        ("nothing left", |folder| edit(folder, Vec::clear)),
    ];
    for (what, change) in table {
        let folder = tempfile::tempdir().unwrap();
        let directory = SealedDirectory::open(folder.path(), &key()).unwrap();
        write(&directory, "a", &content(2 * BLOCK + 100));
        write(&directory, "b", &content(2 * BLOCK + 100));
        change(folder.path());
        assert!(read(&SealedDirectory::open(folder.path(), &key()).unwrap(), "a").is_err(), "{what}");
    }
    let folder = tempfile::tempdir().unwrap();
    write(&SealedDirectory::open(folder.path(), &key()).unwrap(), "a", b"1");
    let other = SealedDirectory::open(folder.path(), &Key::new([8; 32])).unwrap();
    assert!(read(&other, "a").is_err(), "another key");
}

#[test]
fn a_file_that_was_cut_between_two_blocks_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    for length in [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 77] {
        write(&SealedDirectory::open(folder.path(), &key()).unwrap(), "a", &content(length));
        let whole = fs::read(folder.path().join("a")).unwrap();
        for blocks in 0..length.div_ceil(BLOCK).max(1) {
            fs::write(folder.path().join("a"), &whole[..HEAD + blocks * (BLOCK + TAG)]).unwrap();
            let opened = SealedDirectory::open(folder.path(), &key()).unwrap().get_file_handle(Path::new("a"));
            assert!(opened.is_err(), "{blocks} blocks of {length} bytes");
        }
        fs::remove_file(folder.path().join("a")).unwrap();
    }
}

/// A disk that takes no write from the `fails_at`th on, or not that one only; each time all that it was given is there
/// for whoever has the disk.
struct Disk {
    writes: usize,
    fails_at: usize,
    heals: bool,
    given: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Disk {
    fn turn(&mut self) -> io::Result<()> {
        self.writes += 1;
        let at = self.writes - 1;
        let works = at < self.fails_at || self.heals && at > self.fails_at;
        if works { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.given.lock().unwrap().push(bytes.to_vec());
        self.turn().map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for Disk {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.turn()
    }
}

/// The numbers of the blocks that a disk was given, in the order in which it was given them.
fn numbers(given: &[Vec<u8>]) -> Vec<usize> {
    let cipher = Cipher::new(&key(), &given[0][MAGIC.len()..], Path::new("a"));
    let number = |block: &Vec<u8>| {
        let (text, tag) = block.split_at(block.len() - TAG);
        let opens = |(number, last)| cipher.open(number, last, &mut text.to_vec(), tag).is_ok();
        (0..9).find(|number| opens((*number, false)) || opens((*number, true))).unwrap()
    };
    given[1..].iter().map(number).collect()
}

#[test]
fn after_a_write_that_failed_nothing_is_encrypted_again_and_no_plain_text_reaches_the_disk() {
    let words = (1..2 * BLOCK as u64 / 8 + 9).map(|at| at.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let content: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
    let secret: HashSet<&[u8]> = content.windows(16).collect();
    // The head, two whole blocks, the last one, and the end.
    const WRITES: usize = 5;
    for fails_at in 1..WRITES {
        for heals in [false, true] {
            for part in [7919, BLOCK, content.len()] {
                let what = format!("write {fails_at} fails, it heals: {heals}, {part} bytes at a time");
                let given = Arc::default();
                let disk = Disk { writes: 0, fails_at, heals, given: Arc::clone(&given) };
                let sealing = Sealing::new(&key(), Path::new("a"), WritePtr::with_capacity(0, Box::new(disk)));
                // As tantivy writes: through a buffer that tries again when it is flushed and when it is dropped.
                let mut file = WritePtr::new(Box::new(sealing.unwrap()));
                let mut done: Vec<bool> = Vec::new();
                for part in content.chunks(part) {
                    done.push(file.write_all(part).and_then(|()| file.flush()).is_ok());
                }
                let ended = file.terminate();

                let given = given.lock().unwrap();
                let seen = given.iter().flat_map(|bytes| bytes.windows(16)).any(|window| secret.contains(window));
                assert!(!seen, "{what}: plain text on the disk");
                assert_eq!(numbers(&given), (0..fails_at.min(3)).collect::<Vec<_>>(), "{what}: a nonce was used twice");
                assert!(ended.is_err() && done.is_sorted_by(|one, next| one >= next), "{what}: it went on");
                assert_eq!(done.contains(&false), fails_at < 3, "{what}");
            }
        }
    }
}

#[test]
fn a_writer_that_failed_refuses_everything() {
    let given = Arc::default();
    let disk = Disk { writes: 0, fails_at: 1, heals: true, given: Arc::clone(&given) };
    let mut file = Sealing::new(&key(), Path::new("a"), WritePtr::with_capacity(0, Box::new(disk))).unwrap();
    file.write_all(&content(2 * BLOCK)).unwrap_err();
    file.write(b"1").unwrap_err();
    file.flush().unwrap_err();
    file.terminate().unwrap_err();
    assert_eq!(given.lock().unwrap().len(), 2);
}

#[test]
fn readers_side_by_side_read_the_same_and_a_deleted_file_stays_readable() {
    let folder = tempfile::tempdir().unwrap();
    let directory = SealedDirectory::open(folder.path(), &key()).unwrap();
    let content = content(40 * BLOCK);
    write(&directory, "a", &content);
    let handle = directory.get_file_handle(Path::new("a")).unwrap();
    directory.delete(Path::new("a")).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (handle, content) = (&handle, &content);
            scope.spawn(move || {
                for step in 0..200 {
                    let start = (thread * 7919 + step * 104_729) % (content.len() - 5000);
                    let range = start..start + 5000;
                    assert_eq!(handle.read_bytes(range.clone()).unwrap().as_slice(), &content[range]);
                }
            });
        }
    });
}

proptest! {
    #[test]
    fn any_flipped_bit_is_found(length in 0usize..3 * BLOCK, at in any::<prop::sample::Index>(), bit in 0..8) {
        let folder = tempfile::tempdir().unwrap();
        let directory = SealedDirectory::open(folder.path(), &key()).unwrap();
        write(&directory, "a", &content(length));
        let mut bytes = fs::read(folder.path().join("a")).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1u8 << bit;
        fs::write(folder.path().join("a"), bytes).unwrap();
        prop_assert!(read(&SealedDirectory::open(folder.path(), &key()).unwrap(), "a").is_err());
    }
}
