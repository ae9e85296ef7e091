use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::slots::write_whole;
use crate::{Error, Key, Locked, Result};

const FILE: &str = "attempts.json";
/// Wrong passwords that cost no wait.
const FREE: u32 = 3;
const LONGEST_WAIT_MS: i64 = 15 * 60 * 1000;
/// Times that are kept for the audit trail; the number of failures is kept without a bound.
const KEPT: usize = 1000;

/// The wrong passwords since the last right one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attempts {
    failures: u32,
    last_ms: i64,
    times: Vec<i64>,
}

impl Attempts {
    fn read(folder: &Path) -> Result<Self> {
        match fs::read(folder.join(FILE)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| Error::Damaged(error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_vec(self).map_err(|error| Error::Damaged(error.to_string()))?;
        Ok(write_whole(&folder.join(FILE), &text)?)
    }

    /// How long after the last failure: nothing for the first three, then 1 s, doubled by each, to a quarter of an hour.
    fn delay_ms(&self) -> i64 {
        match self.failures.checked_sub(FREE) {
            None | Some(0) => 0,
            Some(more) => (1000_i64 << more.min(20).saturating_sub(1)).min(LONGEST_WAIT_MS),
        }
    }

    /// What is left of the delay. A clock that was set back neither shortens it nor makes it longer than itself.
    fn wait_ms(&self, now_ms: i64) -> i64 {
        let delay = self.delay_ms();
        (self.last_ms.saturating_add(delay).saturating_sub(now_ms)).clamp(0, delay)
    }
}

/// The data key by the password, and the times of the wrong ones before it, for the audit trail. Each try is on the
/// disk before it is made, so that ending the program gives no free ones.
///
/// # Errors
/// [`Error::Wait`] without looking at the password where the last wrong one was too short a time ago; [`Error::Wrong`].
pub fn try_password(folder: &Path, password: &str, now_ms: i64) -> Result<(Key, Vec<i64>)> {
    let locked = Locked::read(folder)?.ok_or(Error::NoSuchWay)?;
    let before = Attempts::read(folder)?;
    let ms = before.wait_ms(now_ms);
    if ms > 0 {
        return Err(Error::Wait { ms });
    }
    let mut tried = before.clone();
    tried.failures = tried.failures.saturating_add(1);
    tried.last_ms = now_ms;
    if tried.times.len() < KEPT {
        tried.times.push(now_ms);
    }
    tried.write(folder)?;
    let key = locked.unlock_with_password(password)?;
    Attempts::default().write(folder)?;
    Ok((key, before.times))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewWay;
    use crate::slots::{Cost, create_at};

    const RIGHT: &str = "올바른 암호입니다";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        create_at(folder.path(), NewWay::Password(RIGHT), Cost::new(8, 1).unwrap()).unwrap();
        folder
    }

    #[test]
    fn a_thousand_wrong_passwords_wait_ever_longer_and_all_fail_alike() {
        let folder = folder();
        let (mut now, mut waits) = (1_000_000, Vec::new());
        for number in 0..1000 {
            let wait = match try_password(folder.path(), &format!("틀린 암호 {number}"), now) {
                Err(Error::Wait { ms }) => {
                    // Not even the right one is looked at before its time.
                    assert!(matches!(try_password(folder.path(), RIGHT, now + ms - 1), Err(Error::Wait { ms: 1 })));
                    now += ms;
                    assert!(matches!(try_password(folder.path(), "틀린 암호", now), Err(Error::Wrong)), "{number}");
                    ms
                }
                Err(Error::Wrong) => 0,
                other => panic!("{number}: {other:?}"),
            };
            waits.push(wait);
        }
        assert!(waits.is_sorted());
        assert_eq!(waits[..7], [0, 0, 0, 0, 1000, 2000, 4000]);
        assert_eq!(*waits.last().unwrap(), LONGEST_WAIT_MS);
        let (_, failed) = try_password(folder.path(), RIGHT, now + LONGEST_WAIT_MS).unwrap();
        assert_eq!(failed.len(), KEPT);
        assert!(try_password(folder.path(), RIGHT, now).unwrap().1.is_empty(), "a right one begins anew");
    }

    #[test]
    fn setting_the_clock_back_neither_helps_nor_locks_out() {
        let folder = folder();
        let mut now = 10_000_000_000;
        for _ in 0..6 {
            if let Err(Error::Wait { ms }) = try_password(folder.path(), "틀린 암호입니다", now) {
                now += ms;
                try_password(folder.path(), "틀린 암호입니다", now).unwrap_err();
            }
        }
        let full = Attempts::read(folder.path()).unwrap().delay_ms();
        assert!(full > 0);
        assert!(matches!(try_password(folder.path(), RIGHT, 0), Err(Error::Wait { ms }) if ms == full));
        assert!(try_password(folder.path(), RIGHT, now + full).is_ok());
    }
}
