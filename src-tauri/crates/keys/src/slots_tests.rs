use std::fs;

use proptest::prelude::*;

use super::*;
use crate::NewWay;
use crate::ways::create_at;

const PASSWORD: &str = "나의 암호입니다 1";

fn cheap() -> Cost {
    Cost::new(8, 1).unwrap()
}

#[test]
fn hangul_of_any_input_method_is_the_same_password() {
    let folder = tempfile::tempdir().unwrap();
    create_at(folder.path(), NewWay::Password(PASSWORD), cheap()).unwrap();
    let taken_apart: String = PASSWORD.nfd().collect();
    assert_ne!(taken_apart, PASSWORD);
    Locked::read(folder.path()).unwrap().unwrap().unlock_with_password(&taken_apart).unwrap();
}

#[test]
fn the_file_is_for_this_person_only_and_holds_neither_key_nor_password() {
    let folder = tempfile::tempdir().unwrap();
    let key = create_at(folder.path(), NewWay::Password(PASSWORD), cheap()).unwrap();
    let bytes = fs::read(folder.path().join(FILE)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains(PASSWORD) && !text.contains(&hex(key.bytes())));
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.path().join(FILE)).unwrap().permissions()) & 0o777,
        0o600
    );
}

#[test]
fn a_file_of_a_later_program_or_with_an_absurd_cost_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    create_at(folder.path(), NewWay::Password(PASSWORD), cheap()).unwrap();
    let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
    let table = [
        (text.replace("\"version\": 1", "\"version\": 2"), "keys_newer"),
        (text.replace("\"memory_kib\": 8", "\"memory_kib\": 4294967295"), "keys_damaged"),
        (text.replace("\"passes\": 1", "\"passes\": 4294967295"), "keys_damaged"),
        (text[..text.len() / 2].to_owned(), "keys_damaged"),
        ("x".repeat(1 << 20), "keys_damaged"),
    ];
    for (changed, code) in table {
        fs::write(folder.path().join(FILE), &changed).unwrap();
        let opened = Locked::read(folder.path()).and_then(|locked| locked.unwrap().unlock_with_password(PASSWORD));
        assert_eq!(opened.unwrap_err().code(), code, "{:.80}", changed);
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_an_endless_device_and_one_that_leads_nowhere_are_damaged_files() {
    let folder = tempfile::tempdir().unwrap();
    for target in ["/dev/zero", "/nowhere"] {
        let _ = fs::remove_file(folder.path().join(FILE));
        std::os::unix::fs::symlink(target, folder.path().join(FILE)).unwrap();
        assert_eq!(Locked::read(folder.path()).unwrap_err().code(), "keys_damaged", "{target}");
        let made = create_at(folder.path(), NewWay::Password(PASSWORD), cheap());
        assert_eq!(made.unwrap_err().code(), "keys_damaged", "{target}: nothing is made over it");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), bytes).unwrap();
        let _ = Locked::read(folder.path());
    }

    #[test]
    fn a_changed_file_never_opens_to_another_key(at in 0usize..2000, with in any::<u8>()) {
        let folder = tempfile::tempdir().unwrap();
        let key = create_at(folder.path(), NewWay::Password(PASSWORD), cheap()).unwrap();
        let path = folder.path().join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        let at = at % bytes.len();
        bytes[at] = with;
        fs::write(&path, bytes).unwrap();
        if let Ok(Some(locked)) = Locked::read(folder.path())
            && let Ok(opened) = locked.unlock_with_password(PASSWORD)
        {
            prop_assert_eq!(opened.bytes(), key.bytes());
        }
    }
}

#[test]
fn a_slot_opens_for_its_purpose_and_its_password_only() {
    let key = Key::random().unwrap();
    let slot = PasswordSlot::lock("backup", &key, PASSWORD, cheap()).unwrap();
    let text = serde_json::to_string(&slot).unwrap();
    let read: PasswordSlot = serde_json::from_str(&text).unwrap();
    assert_eq!(read.unlock("backup", PASSWORD).unwrap().bytes(), key.bytes());
    let of_a_file = PasswordSlot::new(&key, PASSWORD, cheap()).unwrap();
    let table = [
        ("another password", read.unlock("backup", "다른 암호입니다 1")),
        ("another purpose", read.unlock("archive", PASSWORD)),
        ("that of keys.json", of_a_file.unlock("backup", PASSWORD)),
    ];
    for (what, opened) in table {
        assert!(matches!(opened, Err(Error::Wrong)), "{what}");
    }
    assert!(matches!(PasswordSlot::lock("backup", &key, "짧음", cheap()), Err(Error::TooShort(2))));
}

#[test]
fn data_that_has_its_key_is_locked_by_a_password_once() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::random().unwrap();
    crate::adopt(folder.path(), &key, PASSWORD, cheap()).unwrap();
    let locked = Locked::read(folder.path()).unwrap().unwrap();
    assert_eq!(locked.ways(), Ways { password: true, recovery: false, keyring: false });
    assert_eq!(locked.unlock_with_password(PASSWORD).unwrap().bytes(), key.bytes());
    let again = crate::adopt(folder.path(), &key, PASSWORD, cheap());
    assert!(matches!(again, Err(Error::Exists)));
}
