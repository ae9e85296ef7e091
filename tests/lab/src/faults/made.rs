//! A small library, and whether everything that it should hold is there.

use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wire::Failure;

use super::failed;
use crate::generate::{self, Random};
use crate::kill;

/// No small library takes longer to be read.
const PATIENCE: Duration = Duration::from_secs(120);

/// Documents, and the library that is made of them.
pub struct Made {
    /// The documents' folder.
    pub docs: PathBuf,
    /// The library's.
    pub data: PathBuf,
    files: usize,
}

impl Made {
    /// Writes the documents into `docs`; the library is to lie in `data`.
    pub fn new(docs: PathBuf, data: PathBuf, files: usize, seed: u64) -> Result<Self, Failure> {
        generate::run(files, &docs, seed)?;
        Ok(Self { docs, data, files })
    }

    /// The same documents, for a library elsewhere.
    pub fn elsewhere(&self, data: PathBuf) -> Self {
        Self { docs: self.docs.clone(), data, files: self.files }
    }

    /// `lab ingest`, as a process of its own.
    pub fn start(&self) -> Result<Child, Failure> {
        let mut ingest = kill::ingest(&self.docs, &self.data)?;
        ingest.arg("--again").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)
    }

    /// Its end; a process that does not end is ended, which is a loss.
    pub fn ended(mut child: Child) -> Result<Result<Output, String>, Failure> {
        let begun = Instant::now();
        // What it says fits into the pipes.
        while child.try_wait().map_err(failed)?.is_none() {
            if begun.elapsed() > PATIENCE {
                child.kill().map_err(failed)?;
                child.wait().map_err(failed)?;
                return Ok(Err(format!("it still ran after {PATIENCE:?}")));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let output = child.wait_with_output().map_err(failed)?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        if told.contains("panicked") { Ok(Err(told)) } else { Ok(Ok(output)) }
    }

    /// Reads everything, where nothing is in the way any more, and gives what is not as it should be.
    pub fn losses(&self, random: &mut Random) -> Result<Vec<String>, Failure> {
        match Self::ended(self.start()?)? {
            Err(loss) => Ok(vec![loss]),
            Ok(output) if !output.status.success() => Ok(vec![String::from_utf8_lossy(&output.stderr).into_owned()]),
            Ok(_) => {
                let report = kill::verdict(self.files, &self.docs, &self.data, random)?;
                Ok(if report["ok"] == json!(true) { Vec::new() } else { vec![report.to_string()] })
            }
        }
    }

    /// The numbers of the documents.
    pub fn numbers(&self) -> std::ops::Range<usize> {
        0..self.files
    }
}

/// The codes of the failures that a run of `lab ingest` told, of documents and of itself.
pub fn codes(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let of_documents = report["failures"].as_object().into_iter().flatten().map(|(code, _)| code.clone());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    // What ends it is the last that it says: `message (code: detail)`.
    let own = told.lines().last().filter(|_| !output.status.success()).map(ToOwned::to_owned);
    of_documents.chain(own).collect()
}

/// The bytes that a folder takes.
pub fn bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => bytes(&entry.path()),
            Ok(about) => about.len(),
            Err(_) => 0,
        })
        .sum()
}
