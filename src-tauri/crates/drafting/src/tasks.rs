//! The tasks that the program brings, and those of a person's own folder.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::task::Task;

/// The longest template that is read, in bytes.
const MOST_BYTES: u64 = 256 << 10;
/// The most templates of a folder.
const MOST_FILES: usize = 200;

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$((concat!($name, ".toml"), include_str!(concat!("../tasks/", $name, ".toml")))),*]
    };
}

/// In the order in which they are shown.
const BUILT_IN: [(&str, &str); 10] = templates![
    "report_summary",
    "official_letter",
    "press_release",
    "civil_reply",
    "minutes",
    "comparison",
    "speech",
    "questions_answers",
    "translation",
    "polishing",
];

/// The tasks that the program brings.
///
/// # Errors
/// [`Error::Template`] of a template that was shipped broken; a test reads them all.
pub fn built_in() -> Result<Vec<Task>> {
    BUILT_IN.iter().map(|(name, text)| Task::read(text, Path::new(name), false)).collect()
}

/// All tasks at hand.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    /// Those that can be used: the program's own first. One of the folder takes the place of the program's that has its
    /// id.
    pub ready: Vec<Task>,
    /// What is wrong with the others.
    pub broken: Vec<Error>,
}

impl Tasks {
    /// The program's own tasks and those of `folder`, which need not be there. A template that is broken keeps nobody
    /// from using the others.
    pub fn load(folder: Option<&Path>) -> Self {
        let mut tasks = Self::default();
        match built_in() {
            Ok(ready) => tasks.ready = ready,
            Err(error) => tasks.broken.push(error),
        }
        let files = folder.map_or_else(|| Ok(Vec::new()), files);
        for file in files.unwrap_or_else(|error| {
            tasks.broken.push(error);
            Vec::new()
        }) {
            match read(&file).and_then(|text| Task::read(&text, &file, true)) {
                Ok(task) => tasks.take(task, &file),
                Err(error) => tasks.broken.push(error),
            }
        }
        tasks
    }

    /// The task of this id.
    ///
    /// # Errors
    /// [`Error::UnknownTask`].
    pub fn find(&self, id: &str) -> Result<&Task> {
        self.ready.iter().find(|task| task.id == id).ok_or_else(|| Error::UnknownTask(id.to_owned()))
    }

    fn take(&mut self, task: Task, file: &Path) {
        match self.ready.iter_mut().find(|known| known.id == task.id) {
            Some(known) if known.own => {
                let reason = format!("id {}을(를) 다른 서식 파일에서 이미 쓰고 있습니다", task.id);
                self.broken.push(Error::Template { file: file.to_owned(), line: 1, reason });
            }
            Some(known) => *known = task,
            None => self.ready.push(task),
        }
    }
}

/// The templates of a folder, sorted by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable =
        |error: std::io::Error| Error::TemplateUnreadable { file: folder.to_owned(), reason: error.to_string() };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        // A pipe in a file's place would block for ever when opened.
        if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    found.truncate(MOST_FILES);
    Ok(found)
}

fn read(file: &Path) -> Result<String> {
    let unreadable = |reason: String| Error::TemplateUnreadable { file: file.to_owned(), reason };
    let mut bytes = Vec::new();
    let opened = File::open(file).and_then(|opened| opened.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    let read = opened.map_err(|error| unreadable(error.to_string()))?;
    if read as u64 > MOST_BYTES {
        return Err(unreadable(format!("over {MOST_BYTES} bytes")));
    }
    // Some editors on Windows put a byte order mark in front, which TOML does not know.
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    std::str::from_utf8(text).map(str::to_owned).map_err(|error| {
        let line = 1 + text.iter().take(error.valid_up_to()).filter(|&&byte| byte == b'\n').count();
        Error::Template { file: file.to_owned(), line, reason: "UTF-8이 아닙니다".to_owned() }
    })
}
