use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;

use super::*;
use crate::memory_keyring::{Memory, Step};
use crate::{SHORTEST_PASSWORD, Ways};

const PASSWORD: &str = "나의 암호입니다 1";

fn cheap() -> Cost {
    Cost::new(8, 1).unwrap()
}

fn opened(folder: &Path) -> Locked {
    Locked::read(folder).unwrap().unwrap()
}

#[test]
fn every_way_gives_the_same_key_and_a_new_password_leaves_it() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = Memory::default();
    let key = create(folder.path(), NewWay::Password(PASSWORD)).unwrap();
    let recovery = add_recovery(folder.path(), &key).unwrap().to_string();
    add_keyring(folder.path(), &key, &keyring).unwrap();
    set_password(folder.path(), &key, "다른 암호입니다 2").unwrap();

    let locked = Locked::read(folder.path()).unwrap().unwrap();
    assert_eq!(locked.ways(), Ways { password: true, recovery: true, keyring: true });
    for opened in [
        locked.unlock_with_password("다른 암호입니다 2"),
        locked.unlock_with_recovery(&recovery.to_lowercase()),
        locked.unlock_with_keyring(&keyring),
    ] {
        assert_eq!(opened.unwrap().bytes(), key.bytes());
    }
    assert!(matches!(locked.unlock_with_password(PASSWORD), Err(Error::Wrong)));
    assert!(matches!(create(folder.path(), NewWay::Password(PASSWORD)), Err(Error::Exists)));
    remove_keyring(folder.path(), &key, &keyring).unwrap();
    assert!(keyring.names().is_empty());
    assert!(matches!(
        Locked::read(folder.path()).unwrap().unwrap().unlock_with_keyring(&keyring),
        Err(Error::NoSuchWay)
    ));
}

#[test]
fn the_rule_for_a_new_password_is_one_wherever_it_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let key = create_at(folder.path(), NewWay::Password(PASSWORD), cheap()).unwrap();
    // Counted as they are hashed: however Hangul is composed.
    let table = [("", 0), ("일곱글자암호다", 7), ("\u{1112}\u{1161}\u{11ab}글로 일곱자", 7)];
    for (password, characters) in table {
        let missing = folder.path().join("missing");
        for refused in [
            check_new_password(password),
            set_password(folder.path(), &key, password),
            create(&missing, NewWay::Password(password)).map(|_| ()),
        ] {
            assert!(matches!(refused, Err(Error::TooShort(found)) if found == characters), "{password}");
        }
        assert!(!missing.exists(), "nothing is made for a password that is refused");
    }
    check_new_password(&"가".repeat(SHORTEST_PASSWORD)).unwrap();
}

#[test]
fn a_way_is_removed_unless_neither_password_nor_keyring_is_left() {
    type Remove = fn(&Path, &Key, &dyn Keyring) -> Result<()>;
    const REMOVALS: [(&str, Remove); 3] = [
        ("password", |folder, key, _| remove_password(folder, key)),
        ("recovery", |folder, key, _| remove_recovery(folder, key)),
        ("keyring", remove_keyring),
    ];
    for (password, keyring) in [(true, false), (false, true), (true, true)] {
        for recovery in [false, true] {
            for (removed, remove) in REMOVALS {
                let (folder, memory) = (tempfile::tempdir().unwrap(), Memory::default());
                let folder = folder.path();
                let first = if password { NewWay::Password(PASSWORD) } else { NewWay::Keyring(&memory) };
                let key = create_at(folder, first, cheap()).unwrap();
                if keyring {
                    add_keyring(folder, &key, &memory).unwrap();
                }
                if recovery {
                    add_recovery(folder, &key).unwrap();
                }
                let before = Ways { password, recovery, keyring };
                assert_eq!(opened(folder).ways(), before);
                let after = Ways {
                    password: password && removed != "password",
                    recovery: recovery && removed != "recovery",
                    keyring: keyring && removed != "keyring",
                };
                let result = remove(folder, &key, &memory);
                let case = format!("{removed} of {before:?}");
                if after.password || after.keyring {
                    result.unwrap();
                    assert_eq!(opened(folder).ways(), after, "{case}");
                } else {
                    assert_eq!(result.unwrap_err().code(), "keys_last_way", "{case}");
                    assert_eq!(opened(folder).ways(), before, "{case}");
                }
                assert_eq!(memory.names().len(), usize::from(opened(folder).ways().keyring), "{case}");
            }
        }
    }
}

#[test]
fn another_folders_key_changes_nothing() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Memory::default());
    let folder = folder.path();
    let key = create_at(folder, NewWay::Password(PASSWORD), cheap()).unwrap();
    add_keyring(folder, &key, &keyring).unwrap();
    let (before, names, other) = (opened(folder), keyring.names(), Key::random().unwrap());
    for refused in [
        set_password_at(folder, &other, PASSWORD, cheap()),
        add_recovery(folder, &other).map(|_| ()),
        add_keyring(folder, &other, &keyring),
        remove_password(folder, &other),
        remove_recovery(folder, &other),
        remove_keyring(folder, &other, &keyring),
    ] {
        assert!(matches!(refused, Err(Error::Wrong)));
    }
    assert_eq!((opened(folder), keyring.names()), (before, names));
}

#[test]
fn two_folders_of_one_keyring_each_open_to_their_own_key() {
    let (first, second, keyring) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Memory::default());
    let keys = [&first, &second].map(|folder| create_at(folder.path(), NewWay::Keyring(&keyring), cheap()).unwrap());
    for (folder, key) in [&first, &second].into_iter().zip(&keys) {
        assert_eq!(opened(folder.path()).unlock_with_keyring(&keyring).unwrap().bytes(), key.bytes());
    }
    set_password_at(second.path(), &keys[1], PASSWORD, cheap()).unwrap();
    remove_keyring(second.path(), &keys[1], &keyring).unwrap();
    opened(first.path()).unlock_with_keyring(&keyring).unwrap();
}

#[test]
fn a_crash_after_any_step_of_a_new_keyring_way_leaves_one_that_opens() {
    for crash in [Step::Set, Step::Delete] {
        let folder = tempfile::tempdir().unwrap();
        let mut keyring = Memory::default();
        let key = create_at(folder.path(), NewWay::Keyring(&keyring), cheap()).unwrap();
        keyring.after = Some(Box::new(move |step| assert_ne!(step, crash, "the machine loses its power")));
        let done = catch_unwind(AssertUnwindSafe(|| add_keyring(folder.path(), &key, &keyring)));
        assert!(done.is_err(), "{crash:?} is a step of it");
        keyring.after = None;
        let found = opened(folder.path()).unlock_with_keyring(&keyring);
        assert_eq!(found.unwrap().bytes(), key.bytes(), "after {crash:?}");
        add_keyring(folder.path(), &key, &keyring).unwrap();
        opened(folder.path()).unlock_with_keyring(&keyring).unwrap();
    }
}

#[test]
fn a_new_keyring_way_replaces_the_secret_and_one_that_cannot_be_written_leaves_none() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut keyring = Memory::default();
    let key = create_at(&data, NewWay::Keyring(&keyring), cheap()).unwrap();
    let first = keyring.names();
    add_keyring(&data, &key, &keyring).unwrap();
    let second = keyring.names();
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_ne!(first, second);
    // The disk goes away between keyring and file.
    let moved = folder.path().join("moved");
    let (from, to) = (data.clone(), moved.clone());
    keyring.after = Some(Box::new(move |step| {
        if step == Step::Set {
            fs::rename(&from, &to).unwrap();
        }
    }));
    assert_eq!(add_keyring(&data, &key, &keyring).unwrap_err().code(), "keys_unwritable");
    assert_eq!(keyring.names(), second);
    assert_eq!(opened(&moved).unlock_with_keyring(&keyring).unwrap().bytes(), key.bytes());
}

#[test]
fn a_planted_file_names_nothing_else_in_the_keyring() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Memory::default());
    let key = create_at(folder.path(), NewWay::Keyring(&keyring), cheap()).unwrap();
    keyring.set("audit.anchor", b"another secret").unwrap();
    let path = folder.path().join(FILE);
    let text = fs::read_to_string(&path).unwrap();
    let name = keyring.names().into_iter().find_map(|name| name.strip_prefix("data-key ").map(str::to_owned)).unwrap();
    for planted in ["", "audit.anchor", "../x", "가나다라"] {
        fs::write(&path, text.replace(&name, planted)).unwrap();
        assert_eq!(opened(folder.path()).unlock_with_keyring(&keyring).unwrap_err().code(), "keys_damaged");
        set_password_at(folder.path(), &key, PASSWORD, cheap()).unwrap();
        remove_keyring(folder.path(), &key, &keyring).unwrap();
        assert_eq!(keyring.get("audit.anchor").unwrap().unwrap(), b"another secret");
    }
    fs::write(&path, text.replace(&name, &"0".repeat(32))).unwrap();
    assert_eq!(opened(folder.path()).unlock_with_keyring(&keyring).unwrap_err().code(), "unlock_wrong");
}

#[test]
fn what_another_program_made_meanwhile_is_not_replaced() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let key = create_at(other.path(), NewWay::Password(PASSWORD), cheap()).unwrap();
    // The other program finds no lock of ours: it may be an older one, or on another machine.
    let keyring = Memory::then(|step| {
        if step == Step::Set {
            fs::copy(other.path().join(FILE), folder.path().join(FILE)).unwrap();
        }
    });
    let made = create_at(folder.path(), NewWay::Keyring(&keyring), cheap());
    assert_eq!(made.unwrap_err().code(), "vault_exists");
    assert_eq!(opened(folder.path()).unlock_with_password(PASSWORD).unwrap().bytes(), key.bytes());
    assert!(keyring.names().is_empty(), "the secret that opens nothing is let go");
}

#[test]
fn of_many_that_create_at_once_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let start = Barrier::new(8);
    let made: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (folder, start) = (folder.path(), &start);
                scope.spawn(move || {
                    let password = format!("{PASSWORD} {number}");
                    start.wait();
                    (create_at(folder, NewWay::Password(&password), cheap()), password)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = made.into_iter().partition(|(made, _)| made.is_ok());
    assert_eq!(won.len(), 1);
    let (key, password) = &won[0];
    assert_eq!(opened(folder.path()).unlock_with_password(password).unwrap().bytes(), key.as_ref().unwrap().bytes());
    assert!(lost.iter().all(|(made, _)| made.as_ref().is_err_and(|error| error.code() == "vault_exists")));
}

#[test]
fn ways_that_are_added_at_once_are_all_there() {
    for _ in 0..10 {
        let (folder, keyring) = (tempfile::tempdir().unwrap(), Memory::default());
        let folder = folder.path();
        let key = create_at(folder, NewWay::Keyring(&keyring), cheap()).unwrap();
        let start = Barrier::new(3);
        let recovery = std::thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                set_password_at(folder, &key, PASSWORD, cheap()).unwrap();
            });
            scope.spawn(|| {
                start.wait();
                add_keyring(folder, &key, &keyring).unwrap();
            });
            start.wait();
            add_recovery(folder, &key).unwrap().to_string()
        });
        let locked = opened(folder);
        for found in [
            locked.unlock_with_password(PASSWORD),
            locked.unlock_with_keyring(&keyring),
            locked.unlock_with_recovery(&recovery),
        ] {
            assert_eq!(found.unwrap().bytes(), key.bytes());
        }
    }
}
