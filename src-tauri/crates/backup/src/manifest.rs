use std::io::{Read, Write};
use std::path::{Component, Path};

use keys::Key;
use serde::{Deserialize, Serialize};

use crate::{DATABASE, Error, Result, TEMPLATES};

/// The longest manifest that is read, in bytes.
const LONGEST: u32 = 4 << 20;
/// The longest template that is kept, in bytes, and the most of them: no more is read by the drafting either.
pub(crate) const TEMPLATE: (u64, usize) = (256 << 10, 200);

/// What a backup says of itself; it is read only with the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the program that made it.
    pub program: String,
    /// The version of its database.
    pub schema: u32,
    /// When it was made, in milliseconds since 1970.
    pub made_at: i64,
    /// The files that it holds, in their order: the database first.
    pub entries: Vec<Entry>,
    /// The models of that PC, which it does not hold.
    pub models: Vec<Model>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its path in the data folder, by `/`.
    pub name: String,
    /// Its length.
    pub bytes: u64,
}

/// A model that was in the models folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// The file's name.
    pub file: String,
    /// Its length.
    pub bytes: u64,
}

impl Manifest {
    /// Bytes of all files together.
    pub fn bytes(&self) -> u64 {
        self.entries.iter().fold(0, |sum, entry| sum.saturating_add(entry.bytes))
    }

    /// Those of its models that are not in `folder`, or are not as long there.
    pub fn missing_models(&self, folder: &Path) -> Vec<Model> {
        let is_there = |model: &&Model| {
            !std::fs::metadata(folder.join(&model.file)).is_ok_and(|file| file.is_file() && file.len() == model.bytes)
        };
        self.models.iter().filter(is_there).cloned().collect()
    }

    pub(crate) fn write(&self, to: &mut impl Write) -> Result<()> {
        let text = serde_json::to_vec(self).map_err(|error| Error::Unwritable(error.to_string()))?;
        let length = u32::try_from(text.len()).ok().filter(|length| *length <= LONGEST);
        let length = length.ok_or_else(|| Error::Unwritable("too long a manifest".to_owned()))?;
        to.write_all(&length.to_le_bytes()).and_then(|()| to.write_all(&text)).map_err(Error::writing)
    }

    /// # Errors
    /// [`Error::Newer`] where the database is a later program's, [`Error::Damaged`] where a file has a name that no
    /// backup gives it: it could lie anywhere.
    pub(crate) fn read(from: &mut impl Read) -> Result<Self> {
        let mut length = [0; 4];
        from.read_exact(&mut length).map_err(Error::reading)?;
        let length = u32::from_le_bytes(length);
        if length > LONGEST {
            return Err(Error::Damaged(format!("a manifest of {length} bytes")));
        }
        let mut text = vec![0; length as usize];
        from.read_exact(&mut text).map_err(Error::reading)?;
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| Error::Damaged(error.to_string()))?;
        if manifest.schema > vault::VERSION {
            return Err(Error::Newer(manifest.schema));
        }
        let (database, templates) = match manifest.entries.split_first() {
            Some((first, rest)) if first.name == DATABASE => (first, rest),
            _ => return Err(Error::Damaged("no database".to_owned())),
        };
        let (longest, most) = TEMPLATE;
        let fits = |entry: &Entry| entry.bytes <= longest && template(&entry.name).is_some();
        let names: std::collections::BTreeSet<_> = templates.iter().map(|entry| &entry.name).collect();
        if database.bytes == 0 || templates.len() > most || names.len() < templates.len() || !templates.iter().all(fits) {
            return Err(Error::Damaged("a file that no backup holds".to_owned()));
        }
        Ok(manifest)
    }
}

/// The file's name of a template: plain, and in no other folder, on any system.
pub(crate) fn template(name: &str) -> Option<&str> {
    let file = name.strip_prefix(TEMPLATES)?.strip_prefix('/')?;
    let mut parts = Path::new(file).components();
    let plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == file);
    let odd = |letter: char| letter.is_control() || "\\/:*?\"<>|".contains(letter);
    (plain && file.ends_with(".toml") && file.len() <= 255 && !file.starts_with('.') && !file.contains(odd)).then_some(file)
}

/// The key of the stream.
pub(crate) fn stream_key(key: &Key) -> Key {
    key.derive("backup stream")
}

/// The data key of the database in the backup.
pub(crate) fn data_key(key: &Key) -> Key {
    key.derive("backup data")
}
