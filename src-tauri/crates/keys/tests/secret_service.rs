//! The real Secret Service. Skipped where none answers on the session's bus within a few seconds, or where its keyring
//! is locked. By hand, without a desktop:
//!
//! ```sh
//! dbus-run-session -- sh -c \
//!     'printf test | gnome-keyring-daemon --unlock --components=secrets && cargo test -p keys --test secret_service'
//! ```

#![cfg(target_os = "linux")]

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use keys::{Keyring, Locked, NewWay, SystemKeyring, add_keyring, create, remove_keyring, set_password};

/// What a keyring may take that asks nobody.
const PATIENCE: Duration = Duration::from_secs(10);

/// True where secrets are kept without asking anybody; says why where not.
fn keeps_secrets() -> bool {
    if !SystemKeyring.available() {
        eprintln!("SKIPPED: no Secret Service answers on the session's bus");
        return false;
    }
    let name = format!("test {}", std::process::id());
    let (done, answer) = mpsc::channel();
    std::thread::spawn(move || {
        let kept = SystemKeyring.set(&name, b"probe").and_then(|()| SystemKeyring.delete(&name));
        // Whoever asked may have stopped waiting.
        let _ = done.send(kept);
    });
    match answer.recv_timeout(PATIENCE) {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            eprintln!("SKIPPED: the Secret Service keeps no secret: {error}");
            false
        }
        Err(_) => {
            eprintln!("SKIPPED: the Secret Service asks somebody to unlock it");
            false
        }
    }
}

/// The name in the keyring that the folder's file says.
fn entry(folder: &Path) -> String {
    let text = std::fs::read(folder.join("keys.json")).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&text).unwrap();
    format!("data-key {}", file["keyring"]["name"].as_str().unwrap())
}

fn unlock(folder: &Path) -> keys::Result<[u8; 32]> {
    Locked::read(folder)?.unwrap().unlock_with_keyring(&SystemKeyring).map(|key| *key.bytes())
}

#[test]
fn two_folders_are_created_unlocked_and_removed_apart() {
    if !keeps_secrets() {
        return;
    }
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [first, second] = [folders[0].path(), folders[1].path()];
    let [first_key, second_key] =
        [first, second].map(|folder| create(folder, NewWay::Keyring(&SystemKeyring)).unwrap());
    assert_eq!(&unlock(first).unwrap(), first_key.bytes());
    assert_eq!(&unlock(second).unwrap(), second_key.bytes());

    let before = entry(first);
    add_keyring(first, &first_key, &SystemKeyring).unwrap();
    assert_eq!(SystemKeyring.get(&before).unwrap(), None, "the earlier secret is let go");
    assert_eq!(&unlock(first).unwrap(), first_key.bytes());

    let last = remove_keyring(second, &second_key, &SystemKeyring);
    assert_eq!(last.unwrap_err().code(), "keys_last_way");
    assert_eq!(&unlock(second).unwrap(), second_key.bytes());

    for (folder, key) in [(first, &first_key), (second, &second_key)] {
        let entry = entry(folder);
        set_password(folder, key, "시험에 쓰는 암호").unwrap();
        remove_keyring(folder, key, &SystemKeyring).unwrap();
        assert_eq!(SystemKeyring.get(&entry).unwrap(), None);
        assert_eq!(unlock(folder).unwrap_err().code(), "unlock_no_such_way");
    }
}
