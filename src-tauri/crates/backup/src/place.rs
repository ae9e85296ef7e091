//! How restored data takes the place of what was there: by renames, in the order that a journal says, which is finished
//! at the next start wherever it was interrupted. Until the journal is there nothing was moved; once it is, it is as if
//! everything were.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use keys::Held;
use serde::{Deserialize, Serialize};

use crate::folder::{is_there, make, remove, sync};
use crate::{DATABASE, Error, Result, TEMPLATES};

/// The folder of a restore, in the data folder: what is to come is in `new`, what was there is in `old`.
const FOLDER: &str = "restore";
pub(crate) const NEW: &str = "new";
const OLD: &str = "old";
const JOURNAL: &str = "journal.json";

/// The folder of a backup that is being made, in the data folder.
pub(crate) const WORK: &str = "backup-work";

/// What belongs to one key, and so goes and comes together. The two files of SQLite go before their database: it is
/// never beside those of another.
const NAMES: [&str; 9] = [
    "naratmal.db-wal",
    "naratmal.db-shm",
    DATABASE,
    "keys.json",
    "attempts.json",
    "audit.anchor",
    "index",
    "prompts",
    TEMPLATES,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// The new is to take the place of the old.
    In,
    /// It has; the old is kept.
    Placed,
    /// The old is to come back.
    Back,
    /// All that is in the folder is to be removed.
    Over,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Journal {
    state: State,
    /// The names that are in `new` at first.
    brought: Vec<String>,
    /// The names that were there before.
    aside: Vec<String>,
}

/// Does something to the files; in tests it may not come to it.
pub(crate) type Act<'a> = &'a mut dyn FnMut() -> io::Result<()>;

fn journal(data: &Path) -> Result<Option<Journal>> {
    match keys::read_bounded(&data.join(FOLDER).join(JOURNAL))? {
        Some(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| Error::Unwritable(error.to_string())),
        None => Ok(None),
    }
}

fn write(data: &Path, journal: &Journal) -> Result<()> {
    let text = serde_json::to_vec(journal).map_err(|error| Error::Unwritable(error.to_string()))?;
    Ok(keys::write_whole(&data.join(FOLDER).join(JOURNAL), &text)?)
}

/// One backup is made or restored at a time, in all windows.
pub(crate) fn hold(data: &Path) -> Result<Held> {
    fs::create_dir_all(data).map_err(Error::writing)?;
    Ok(keys::hold(&data.join(FOLDER), Duration::ZERO)?)
}

/// An empty folder for what is to come. A restore that was never opened is undone first.
pub(crate) fn prepare(data: &Path) -> Result<PathBuf> {
    finish(data, &mut || Ok(()))?;
    back(data, &mut || Ok(()))?;
    let folder = data.join(FOLDER);
    make(&folder).and_then(|()| make(&folder.join(NEW))).map_err(Error::writing)?;
    Ok(folder)
}

/// Removes what was prepared and is not to come.
pub(crate) fn discard(data: &Path) {
    // What is left is removed by the next start.
    if matches!(journal(data), Ok(None)) {
        let _ = remove(&data.join(FOLDER));
    }
}

/// What was prepared takes the place of what was there, which is kept. Whenever this is interrupted, [`settle`] does the
/// rest; only an error of the first step leaves the old.
pub(crate) fn put(data: &Path, act: Act<'_>) -> Result<()> {
    let folder = data.join(FOLDER);
    let there = |at: &Path| -> Result<Vec<String>> {
        let mut names = Vec::new();
        for name in NAMES {
            if is_there(&at.join(name)).map_err(Error::writing)? {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    };
    let journal = Journal { state: State::In, brought: there(&folder.join(NEW))?, aside: there(data)? };
    sync(&folder.join(NEW)).and_then(|()| act()).map_err(Error::writing)?;
    write(data, &journal)?;
    finish(data, act)
}

/// Ends what was interrupted: a restore that was to take place does, one that was not is removed. To be called before
/// anything of the data folder is read.
///
/// # Errors
/// [`Error::Busy`] while another window makes or restores a backup; [`Error::Unwritable`]: nothing is to be opened then.
pub fn settle(data: &Path) -> Result<()> {
    if is_there(&data.join(WORK)).map_err(Error::writing)? {
        match hold(data) {
            // Of a backup that a kill ended.
            Ok(_held) => remove(&data.join(WORK)).map_err(Error::writing)?,
            // Another window is making one: that is in nobody's way.
            Err(Error::Busy) => {}
            Err(error) => return Err(error),
        }
    }
    if !is_there(&data.join(FOLDER)).map_err(Error::writing)? {
        return Ok(());
    }
    let _held = hold(data)?;
    finish(data, &mut || Ok(()))
}

fn finish(data: &Path, act: Act<'_>) -> Result<()> {
    let folder = data.join(FOLDER);
    let Some(mut journal) = journal(data)? else { return remove(&folder).map_err(Error::writing) };
    if journal.state == State::In {
        into_place(data, &journal, act).map_err(Error::writing)?;
        act().map_err(Error::writing)?;
        journal.state = State::Placed;
        write(data, &journal)?;
    }
    if journal.state == State::Back {
        out_of_place(data, &journal, act).map_err(Error::writing)?;
        act().map_err(Error::writing)?;
        journal.state = State::Over;
        write(data, &journal)?;
    }
    if journal.state == State::Over {
        clear(data, act)?;
    }
    Ok(())
}

/// The journal goes last: what it names is gone then.
fn clear(data: &Path, act: Act<'_>) -> Result<()> {
    let folder = data.join(FOLDER);
    for part in [NEW, OLD, JOURNAL] {
        act().and_then(|()| remove(&folder.join(part))).map_err(Error::writing)?;
    }
    act().and_then(|()| remove(&folder)).map_err(Error::writing)
}

fn into_place(data: &Path, journal: &Journal, act: Act<'_>) -> io::Result<()> {
    let (new, old) = (data.join(FOLDER).join(NEW), data.join(FOLDER).join(OLD));
    if !is_there(&old)? {
        act()?;
        make(&old)?;
    }
    for name in NAMES {
        let brought = journal.brought.iter().any(|brought| brought == name);
        // Where it was brought and is no longer in `new`, the new one is in its place.
        let done = brought && !is_there(&new.join(name))?;
        if !done && is_there(&data.join(name))? {
            act()?;
            fs::rename(data.join(name), old.join(name))?;
        }
        if brought && !done {
            act()?;
            fs::rename(new.join(name), data.join(name))?;
        }
    }
    sync(&old).and_then(|()| sync(data))
}

fn out_of_place(data: &Path, journal: &Journal, act: Act<'_>) -> io::Result<()> {
    let (new, old) = (data.join(FOLDER).join(NEW), data.join(FOLDER).join(OLD));
    for name in NAMES {
        let aside = journal.aside.iter().any(|aside| aside == name);
        // Where it was set aside and is no longer in `old`, it is back in its place.
        let done = aside && !is_there(&old.join(name))?;
        if !done && is_there(&data.join(name))? {
            act()?;
            remove(&new.join(name))?;
            fs::rename(data.join(name), new.join(name))?;
        }
        if aside && !done {
            act()?;
            fs::rename(old.join(name), data.join(name))?;
        }
    }
    sync(data)
}

/// What was restored was opened: what was there before it is removed.
///
/// # Errors
/// [`Error::Busy`], [`Error::Unwritable`]; the next call goes on.
pub fn keep(data: &Path) -> Result<()> {
    if !is_there(&data.join(FOLDER)).map_err(Error::writing)? {
        return Ok(());
    }
    let _held = hold(data)?;
    keep_by(data, &mut || Ok(()))
}

fn keep_by(data: &Path, act: Act<'_>) -> Result<()> {
    finish(data, act)?;
    let Some(mut journal) = journal(data)? else { return Ok(()) };
    act().map_err(Error::writing)?;
    journal.state = State::Over;
    write(data, &journal)?;
    clear(data, act)
}

/// What was restored cannot be opened: what was there before comes back. False where nothing was restored, or it was
/// opened already.
///
/// # Errors
/// [`Error::Busy`], [`Error::Unwritable`]; [`settle`] goes on.
pub fn take_back(data: &Path) -> Result<bool> {
    if !is_there(&data.join(FOLDER)).map_err(Error::writing)? {
        return Ok(false);
    }
    let _held = hold(data)?;
    finish(data, &mut || Ok(()))?;
    back(data, &mut || Ok(()))
}

fn back(data: &Path, act: Act<'_>) -> Result<bool> {
    let Some(mut journal) = journal(data)? else { return Ok(false) };
    act().map_err(Error::writing)?;
    journal.state = State::Back;
    write(data, &journal)?;
    finish(data, act)?;
    Ok(true)
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
