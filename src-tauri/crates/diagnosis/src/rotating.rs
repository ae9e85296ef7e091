use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file that is begun anew when it is full, and a bounded number of those before it.
///
/// `naratmal.log` is written to, `naratmal.1.log` was written to before it, and so on. Each `write` is one piece and
/// stays in one file.
#[derive(Debug)]
pub struct Rotating {
    folder: PathBuf,
    most: u64,
    before: u32,
    /// The file and its length, in bytes.
    open: Option<(File, u64)>,
}

impl Rotating {
    /// Files of at most `most` bytes in `folder`, which is made where it is missing; `before` of them beside the one that
    /// is written to. On Unix only this person can read them.
    ///
    /// # Errors
    /// The folder's and the file's.
    pub fn open(folder: &Path, most: u64, before: u32) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut files = Self { folder: folder.to_owned(), most, before, open: None };
        files.current()?;
        Ok(files)
    }

    fn current(&mut self) -> io::Result<&mut (File, u64)> {
        let open = match self.open.take() {
            Some(open) => open,
            None => {
                let file = append(&name(&self.folder, 0))?;
                let length = file.metadata()?.len();
                (file, length)
            }
        };
        Ok(self.open.insert(open))
    }

    fn rotate(&mut self) -> io::Result<()> {
        // Some systems rename no file that is open.
        self.open = None;
        gone(&name(&self.folder, self.before))?;
        for number in (0..self.before).rev() {
            match fs::rename(name(&self.folder, number), name(&self.folder, number + 1)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        // Where none is kept beside it.
        gone(&name(&self.folder, 0))
    }
}

impl Write for Rotating {
    /// A piece that is longer than a file may be is left out: the bound holds whatever comes.
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let (length, most) = (piece.len() as u64, self.most);
        if length > most {
            return Err(ErrorKind::FileTooLarge.into());
        }
        if self.current()?.1 + length > most {
            self.rotate()?;
        }
        let (file, written) = self.current()?;
        file.write_all(piece)?;
        *written += length;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.open {
            Some((file, _)) => file.flush(),
            None => Ok(()),
        }
    }
}

fn name(folder: &Path, number: u32) -> PathBuf {
    folder.join(match number {
        0 => "naratmal.log".to_owned(),
        number => format!("naratmal.{number}.log"),
    })
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn gone(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The last `lines` lines of the files in `folder`, oldest first; fewer where there are no more, or where a file cannot be
/// read.
pub fn tail(folder: &Path, lines: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for number in 0.. {
        let Ok(bytes) = fs::read(name(folder, number)) else { break };
        let text = String::from_utf8_lossy(&bytes);
        found.extend(text.lines().rev().take(lines - found.len()).map(str::to_owned));
        if found.len() == lines {
            break;
        }
    }
    found.reverse();
    found
}
