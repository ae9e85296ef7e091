use std::collections::HashMap;
use std::sync::Mutex;

use proptest::prelude::*;

use super::*;

const PASSWORD: &str = "나의 암호입니다 1";

/// A keyring as the system's, in memory.
#[derive(Default)]
struct Memory(Mutex<HashMap<String, Vec<u8>>>);

impl Keyring for Memory {
    fn available(&self) -> bool {
        true
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.0.lock().unwrap().get(name).cloned())
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<()> {
        self.0.lock().unwrap().insert(name.to_owned(), secret.to_vec());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<()> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

fn cheap() -> Cost {
    Cost::new(8, 1).unwrap()
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
    remove_keyring(folder.path(), &keyring).unwrap();
    assert!(keyring.0.lock().unwrap().is_empty());
    assert!(matches!(
        Locked::read(folder.path()).unwrap().unwrap().unlock_with_keyring(&keyring),
        Err(Error::NoSuchWay)
    ));
}

#[test]
fn the_last_way_and_a_short_password_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = Memory::default();
    assert!(matches!(create(folder.path(), NewWay::Password("일곱글자암호다")), Err(Error::TooShort(7))));
    assert!(Locked::read(folder.path()).unwrap().is_none());
    create(folder.path(), NewWay::Keyring(&keyring)).unwrap();
    assert!(matches!(remove_keyring(folder.path(), &keyring), Err(Error::LastWay)));
    assert!(Locked::read(folder.path()).unwrap().unwrap().unlock_with_keyring(&keyring).is_ok());
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
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.path().join(FILE)).unwrap().permissions()) & 0o777, 0o600);
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
