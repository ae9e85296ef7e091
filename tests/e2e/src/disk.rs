//! A small disk that a test fills (tmpfs), and folders that it makes read-only: only this test's namespace sees them.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

const PAGE: usize = 4096;
const FILLER: &str = "filler";

/// It is gone with this, whoever still uses it.
pub struct Disk {
    place: PathBuf,
}

impl Disk {
    /// Puts a disk of so many mebibytes on `place`.
    ///
    /// # Errors
    /// Outside of the namespace, or where that may not mount.
    pub fn mount(place: &Path, mebibytes: u32) -> Result<Self> {
        mount(&["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "none"], place)?;
        Ok(Self { place: place.to_owned() })
    }

    /// Leaves no room on it.
    ///
    /// # Errors
    /// Any but that it is full.
    pub fn fill(&self) -> Result<()> {
        let mut file = File::create(self.place.join(FILLER))?;
        loop {
            match file.write(&[0; PAGE]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Takes away what filled it.
    ///
    /// # Errors
    /// The system's.
    pub fn make_room(&self) -> Result<()> {
        Ok(std::fs::remove_file(self.place.join(FILLER))?)
    }
}

/// A folder that cannot be written, as on a disk that the system mounts read-only, until this is dropped. A mount of its own,
/// since other programs of the session have files open for writing on the disk.
pub struct ReadOnly<'folder>(&'folder Path);

impl<'folder> ReadOnly<'folder> {
    /// # Errors
    /// Outside of the namespace, or where that may not mount.
    pub fn mount(folder: &'folder Path) -> Result<Self> {
        mount(&["--bind", &folder.to_string_lossy()], folder)?;
        let mounted = Self(folder);
        mount(&["-o", "remount,bind,ro"], folder)?;
        Ok(mounted)
    }
}

impl Drop for ReadOnly<'_> {
    fn drop(&mut self) {
        unmount(self.0);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        unmount(&self.place);
    }
}

/// It goes with the namespace at the latest.
fn unmount(place: &Path) {
    let _ = Command::new("umount").arg("--lazy").arg(place).stderr(Stdio::null()).status();
}

fn mount(options: &[&str], place: &Path) -> Result<()> {
    let mounted = Command::new("mount").args(options).arg(place).output()?;
    if mounted.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&mounted.stderr).into_owned().into()) }
}
