//! A database of a program that did not encrypt yet, encrypted once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use keys::Key;
use rusqlite::Connection;

use crate::{Error, Result, literal, schema};

/// What each plain SQLite file begins with (SQLite's file format, 1.3.1).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Encrypts the database at `path` where it is a plain one. After a kill at any moment the next call finishes: the
/// plain file is only let go once the encrypted one is whole and on the disk.
pub fn encrypt(path: &Path, key: &Key) -> Result<()> {
    let (sealed, old) = (beside(path, ".sealed"), beside(path, ".old"));
    if old.exists() {
        match path.exists() {
            true => wipe(&old).map_err(Error::folder)?,
            false => fs::rename(&old, path).map_err(Error::folder)?,
        }
    }
    if !is_plain(path).map_err(Error::folder)? {
        return Ok(());
    }
    remove(&sealed).map_err(Error::folder)?;
    {
        let connection = Connection::open(path)?;
        schema::refuse_newer(&connection)?;
        let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let name = sealed.to_str().ok_or_else(|| Error::Folder("the folder's name is no UTF-8".to_owned()))?;
        connection.execute_batch(&format!(
            "ATTACH DATABASE '{}' AS sealed KEY {};
             SELECT sqlcipher_export('sealed');
             PRAGMA sealed.user_version = {version};
             DETACH DATABASE sealed;
             PRAGMA journal_mode = DELETE;",
            name.replace('\'', "''"),
            *literal(key)
        ))?;
    }
    let swapped = File::open(&sealed).and_then(|file| file.sync_all()).and_then(|()| {
        fs::rename(path, &old)?;
        fs::rename(&sealed, path)?;
        wipe(&old)
    });
    swapped.map_err(Error::folder)
}

fn is_plain(path: &Path) -> io::Result<bool> {
    let mut start = [0; MAGIC.len()];
    match File::open(path).and_then(|mut file| file.read_exact(&mut start)) {
        Ok(()) => Ok(&start == MAGIC),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Overwrites a file before it is removed. A disk that writes elsewhere (an SSD, a copying file system) may keep what
/// was there: SECURITY.md says so.
fn wipe(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    let zeros = [0; 1 << 16];
    while left > 0 {
        let part = left.min(zeros.len() as u64);
        file.write_all(&zeros[..part as usize])?;
        left -= part;
    }
    file.sync_all()?;
    fs::remove_file(path)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
