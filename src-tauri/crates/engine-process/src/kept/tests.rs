use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

const IDENTITY: [u8; 32] = [7; 32];

fn snapshot(tokens: &[i32], bytes: usize) -> Snapshot {
    Snapshot { tokens: tokens.into(), state: vec![tokens.len() as u8; bytes].into() }
}

fn keep(folder: &Path, key: u8, disk_bytes: u64) -> Keep {
    Keep { folder: folder.to_owned(), key: [key; 32], memory_bytes: 10_000, disk_bytes }
}

fn open(keep: &Keep) -> Kept {
    Kept::open(Some(keep), IDENTITY, Cut::Anywhere)
}

/// The files of a folder, once the writer has written or removed so that there are `count`.
fn files(folder: &Path, count: usize) -> Vec<std::path::PathBuf> {
    let begun = Instant::now();
    loop {
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let files: Vec<_> = files.filter(|file| file.extension().is_some_and(|ending| ending == "kv")).collect();
        if files.len() == count || begun.elapsed() > Duration::from_secs(10) {
            assert_eq!(files.len(), count);
            return files;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn long(first: i32) -> Vec<i32> {
    (first..first + 300).collect()
}

#[test]
fn the_best_beginning_is_found_where_it_is_worth_it() {
    let mut kept = Kept { cut: Cut::Anywhere, memory: Memory::new(1_000), disk: None };
    for tokens in [&[1, 2, 3][..], &[1, 2, 4, 5], &[9]] {
        kept.put(snapshot(tokens, 8));
    }
    let table: [(&[i32], usize, Option<usize>); 6] = [
        (&[1, 2, 4, 6], 1, Some(3)),
        (&[1, 2, 3, 7], 3, Some(3)),
        (&[1, 2, 3, 7], 4, None),
        (&[9, 9], 1, Some(1)),
        (&[8], 0, None),
        (&[], 0, None),
    ];
    for (wanted, worth, tokens) in table {
        assert_eq!(kept.best(wanted, worth).map(|(_, tokens)| tokens), tokens, "{wanted:?} worth {worth}");
    }
}

#[test]
fn memory_that_cannot_be_cut_serves_only_what_goes_on_behind_it() {
    let mut kept = Kept { cut: Cut::Nowhere, memory: Memory::new(1_000), disk: None };
    kept.put(snapshot(&[1, 2], 8));
    kept.put(snapshot(&[1, 2, 3, 4], 8));
    for (wanted, tokens) in [(&[1, 2, 3, 5][..], Some(2)), (&[1, 2, 3, 4, 5], Some(4)), (&[1, 5], None)] {
        assert_eq!(kept.best(wanted, 1).map(|(_, tokens)| tokens), tokens, "{wanted:?}");
    }
}

#[test]
fn memory_with_windows_can_be_cut_as_far_as_nothing_has_left_them() {
    let mut kept = Kept { cut: Cut::Within(3), memory: Memory::new(1_000), disk: None };
    for tokens in [&[1, 2, 3][..], &[1, 2, 4, 5], &[7, 8, 9, 10]] {
        kept.put(snapshot(tokens, 8));
    }
    let table: [(&[i32], Option<usize>); 5] = [
        (&[1, 2, 6], Some(2)),
        (&[1, 2, 4, 6], Some(2)),
        (&[1, 2, 4, 5, 6], Some(4)),
        (&[7, 8, 9, 11], None),
        (&[7, 8, 9, 10, 11], Some(4)),
    ];
    for (wanted, tokens) in table {
        assert_eq!(kept.best(wanted, 1).map(|(_, tokens)| tokens), tokens, "{wanted:?}");
    }
}

#[test]
fn a_restart_finds_what_was_written_and_only_its_own_model_s() {
    let folder = tempfile::tempdir().unwrap();
    let (keep, tokens) = (keep(folder.path(), 1, 1 << 20), long(0));
    let kept = open(&keep);
    assert!(kept.is_new_to_disk(&tokens));
    kept.write(snapshot(&tokens, 500));
    let written = files(folder.path(), 1);
    let bytes = std::fs::read(&written[0]).unwrap();
    let plain: Vec<u8> = tokens.iter().flat_map(|token| token.to_le_bytes()).collect();
    assert!(!bytes.windows(16).any(|window| window == &plain[..16]), "tokens are on the disk as they are");

    let mut again = open(&keep);
    assert!(!again.is_new_to_disk(&tokens));
    let (found, useful) = again.best(&[&tokens[..], &[5]].concat(), 100).unwrap();
    assert_eq!((useful, found.state.len()), (300, 500));
    let mut other = Kept::open(Some(&keep), [8; 32], Cut::Anywhere);
    assert!(other.best(&tokens, 100).is_none(), "another model's state");
    assert_eq!(files(folder.path(), 1), written, "another model's file is left alone");
}

#[test]
fn what_was_changed_cut_or_sealed_by_another_key_is_removed_and_never_used() {
    let change = |bytes: &mut Vec<u8>, at: usize| bytes[at] ^= 1;
    let table: [(&str, &dyn Fn(&mut Vec<u8>)); 5] = [
        ("its head", &|bytes| change(bytes, 60)),
        ("its length", &|bytes| change(bytes, 8)),
        ("its magic number", &|bytes| change(bytes, 0)),
        ("its end", &|bytes| change(bytes, bytes.len() - 1)),
        ("its length on the disk", &|bytes| bytes.truncate(bytes.len() / 2)),
    ];
    for (name, spoil) in table {
        let folder = tempfile::tempdir().unwrap();
        let keep = keep(folder.path(), 1, 1 << 20);
        open(&keep).write(snapshot(&long(0), 5_000));
        let file = files(folder.path(), 1).remove(0);
        let mut bytes = std::fs::read(&file).unwrap();
        spoil(&mut bytes);
        std::fs::write(&file, bytes).unwrap();
        assert!(open(&keep).best(&long(0), 1).is_none(), "{name}");
        files(folder.path(), 0);
    }
    let folder = tempfile::tempdir().unwrap();
    open(&keep(folder.path(), 1, 1 << 20)).write(snapshot(&long(0), 50));
    files(folder.path(), 1);
    assert!(open(&keep(folder.path(), 2, 1 << 20)).best(&long(0), 1).is_none());
    files(folder.path(), 0);
}

#[test]
fn the_folder_keeps_to_its_budget_and_a_longer_state_takes_the_shorter_one_s_place() {
    let folder = tempfile::tempdir().unwrap();
    let keep = keep(folder.path(), 1, 5_000);
    let kept = open(&keep);
    for first in [0, 1_000] {
        kept.write(snapshot(&long(first), 500));
    }
    files(folder.path(), 2);
    kept.write(snapshot(&(0..400).collect::<Vec<i32>>(), 500));
    kept.write(snapshot(&long(3_000), 9_000));
    kept.write(snapshot(&long(2_000), 500));
    let begun = Instant::now();
    while kept.is_new_to_disk(&long(2_000)) && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
    }
    files(folder.path(), 2);
    let mut again = open(&keep);
    assert!(again.best(&long(1_000), 1).is_none(), "the least recently used is gone");
    assert!(again.best(&long(0), 1).is_some() && again.best(&long(2_000), 1).is_some());
    assert!(again.best(&long(3_000), 1).is_none(), "larger than all the room there is");
}

#[test]
fn what_is_forgotten_is_in_no_memory_and_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let keep = keep(folder.path(), 1, 1 << 20);
    let mut kept = open(&keep);
    kept.put(snapshot(&long(0), 50));
    // Not waited for: the writer may not have begun.
    kept.write(snapshot(&long(0), 50));
    kept.forget().unwrap();
    files(folder.path(), 0);
    assert!(kept.best(&long(0), 1).is_none());
    assert!(kept.is_new_to_disk(&long(0)));
}

#[test]
fn without_a_folder_that_can_be_made_memory_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut kept = open(&keep(&file.join("below"), 1, 1 << 20));
    kept.put(snapshot(&[1, 2], 8));
    assert_eq!(kept.best(&[1, 2, 3], 1).map(|(_, tokens)| tokens), Some(2));
}

proptest! {
    #[test]
    fn memory_keeps_to_its_budget_and_finds_no_more_than_is_shared(
        sequences in prop::collection::vec(prop::collection::vec(0..3_i32, 1..6), 1..20),
        wanted in prop::collection::vec(0..3_i32, 0..6),
        cut in prop_oneof![Just(Cut::Anywhere), Just(Cut::Nowhere)],
    ) {
        let mut kept = Kept { cut, memory: Memory::new(300), disk: None };
        for tokens in &sequences {
            kept.put(snapshot(tokens, 40));
            prop_assert!(kept.memory.held.iter().map(Snapshot::bytes).sum::<u64>() <= 300);
            prop_assert_eq!(kept.best(tokens, 1).map(|(_, useful)| useful), Some(tokens.len()), "the last one is there");
        }
        if let Some((found, useful)) = kept.best(&wanted, 1) {
            prop_assert_eq!(&found.tokens[..useful], &wanted[..useful]);
            prop_assert!(cut == Cut::Anywhere || useful == found.tokens.len());
        }
    }
}
