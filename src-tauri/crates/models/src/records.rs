//! What was found out about the files, so that it need not be found out again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::folder::Listed;
use crate::trial::Trial;

/// What is known of one file, as long as it is the same one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    bytes: u64,
    modified_ms: i64,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Its last test on this machine.
    pub trial: Option<Trial>,
}

/// The records of all files, by their paths.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Records(BTreeMap<String, Record>);

impl Records {
    /// What is known of a file; nothing where it was written since, or is another length.
    pub fn of(&self, file: &Listed) -> Option<&Record> {
        let same = |record: &&Record| (record.bytes, record.modified_ms) == (file.bytes, file.modified_ms);
        self.0.get(&key(file)).filter(same)
    }

    /// Notes the sum of a file.
    pub fn note_sum(&mut self, file: &Listed, sha256: String) {
        self.entry(file).sha256 = Some(sha256);
    }

    /// Notes how a file did in a test.
    pub fn note_trial(&mut self, file: &Listed, trial: Trial) {
        self.entry(file).trial = Some(trial);
    }

    /// Lets go of the records of files that are not among `files`.
    pub fn keep_only(&mut self, files: &[Listed]) {
        self.0.retain(|path, _| files.iter().any(|file| key(file) == *path));
    }

    fn entry(&mut self, file: &Listed) -> &mut Record {
        let known = self.of(file).cloned().unwrap_or_else(|| Record {
            bytes: file.bytes,
            modified_ms: file.modified_ms,
            ..Record::default()
        });
        let entry = self.0.entry(key(file)).or_default();
        *entry = known;
        entry
    }
}

fn key(file: &Listed) -> String {
    file.path.to_string_lossy().into_owned()
}
