use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::file::{PATIENCE, hold, read_bounded, write_whole};
use crate::{Error, Key, Locked, Result};

const FILE: &str = "attempts.json";
/// Wrong passwords that cost no wait.
const FREE: u32 = 3;
const LONGEST_WAIT_MS: i64 = 15 * 60 * 1000;
/// After this many wrong passwords the wait is the longest.
const MANY: u32 = FREE + 11;
/// Times that are kept for the audit trail; the number of failures is kept without a bound.
const KEPT: usize = 1000;

/// The wrong passwords since the last right one, and those that the audit trail does not have yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attempts {
    failures: u32,
    last_ms: i64,
    unreported: Vec<i64>,
}

impl Attempts {
    fn read(folder: &Path) -> Result<Self> {
        match read_bounded(&folder.join(FILE))? {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| Error::Damaged(error.to_string())),
            None => Ok(Self::default()),
        }
    }

    fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_vec(self).map_err(|error| Error::Damaged(error.to_string()))?;
        write_whole(&folder.join(FILE), &text)
    }

    /// What is known at `now_ms`, on the disk as well.
    fn at(folder: &Path, now_ms: i64) -> Result<Self> {
        let attempts = match Self::read(folder) {
            // Whoever damages the file has the longest wait by it, and an entry in the audit trail.
            Err(Error::Damaged(_)) => Self { failures: MANY, last_ms: now_ms, unreported: vec![now_ms] },
            // The clock was set back. The wait begins once more, so that it ends.
            Ok(attempts) if attempts.last_ms > now_ms => Self { last_ms: now_ms, ..attempts },
            read => return read,
        };
        attempts.write(folder)?;
        Ok(attempts)
    }

    /// How long after the last failure: nothing for the first three, then 1 s, doubled by each, to a quarter of an
    /// hour.
    fn delay_ms(&self) -> i64 {
        match self.failures.checked_sub(FREE) {
            None | Some(0) => 0,
            Some(more) => (1000_i64 << more.min(MANY).saturating_sub(1)).min(LONGEST_WAIT_MS),
        }
    }

    fn wait_ms(&self, now_ms: i64) -> i64 {
        let delay = self.delay_ms();
        self.last_ms.saturating_add(delay).saturating_sub(now_ms).clamp(0, delay)
    }
}

/// The data key by the password, and the times of the wrong ones that the audit trail does not have yet; see
/// [`reported`]. Each try is on the disk before it is made, so that ending the program gives no free ones, and one is
/// made after another, however many programs try.
///
/// Times are milliseconds since 1970 by the system's clock. Setting it back makes the wait begin once more; setting it
/// forward cannot be told from waiting.
///
/// # Errors
/// [`Error::Wait`] without looking at the password where the last wrong one was too short a time ago; [`Error::Wrong`],
/// [`Error::NoSuchWay`], [`Error::Busy`], [`Error::Damaged`], [`Error::Io`].
pub fn try_password(folder: &Path, password: &str, now_ms: i64) -> Result<(Key, Vec<i64>)> {
    let locked = Locked::read(folder)?.ok_or(Error::NoSuchWay)?;
    let _held = hold(&folder.join(FILE), PATIENCE)?;
    let before = Attempts::at(folder, now_ms)?;
    let ms = before.wait_ms(now_ms);
    if ms > 0 {
        return Err(Error::Wait { ms });
    }
    let mut tried = before.clone();
    tried.failures = tried.failures.saturating_add(1);
    tried.last_ms = now_ms;
    if tried.unreported.len() < KEPT {
        tried.unreported.push(now_ms);
    }
    tried.write(folder)?;
    let key = locked.unlock_with_password(password)?;
    let after = Attempts { unreported: before.unreported, ..Attempts::default() };
    after.write(folder)?;
    Ok((key, after.unreported))
}

/// The times of wrong passwords that the audit trail does not have yet, in milliseconds since 1970; for where the data
/// was opened in another way than by the password. A damaged file has none; the next try mends it.
///
/// # Errors
/// [`Error::Io`].
pub fn unreported(folder: &Path) -> Result<Vec<i64>> {
    match Attempts::read(folder) {
        Err(Error::Damaged(_)) => Ok(Vec::new()),
        read => Ok(read?.unreported),
    }
}

/// Lets go of times that the audit trail has by now. Where it is not called, the next right password gives them again:
/// an entry may come twice, and never not at all. A damaged file has none to let go.
///
/// # Errors
/// [`Error::Busy`], [`Error::Io`].
pub fn reported(folder: &Path, times: &[i64]) -> Result<()> {
    if times.is_empty() {
        return Ok(());
    }
    let _held = hold(&folder.join(FILE), PATIENCE)?;
    let mut attempts = match Attempts::read(folder) {
        Err(Error::Damaged(_)) => return Ok(()),
        read => read?,
    };
    for time in times {
        if let Some(place) = attempts.unreported.iter().position(|kept| kept == time) {
            attempts.unreported.remove(place);
        }
    }
    attempts.write(folder)
}

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;
