//! A disk that is full, or cannot be written.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wire::Failure;

use super::made::{Made, bytes, codes};
use super::talk::{self, Promises};
use super::{DOCUMENTS, Row, Setting, failed};
use crate::ingest::database;
use crate::places;

/// What is told of a full disk, whoever meets it.
const FULL: &str = "disk_full";
/// What is told of a disk that cannot be written.
const UNWRITABLE: &str = "vault_unwritable";

/// A small disk of its own, in memory; gone with this.
struct Disk {
    place: PathBuf,
}

impl Disk {
    fn mount(folder: &Path) -> Result<Self, Failure> {
        let place = folder.join("disk");
        std::fs::create_dir_all(&place).map_err(failed)?;
        mount(&["-t", "tmpfs", "-o", "size=96m", "none"], &place)?;
        Ok(Self { place })
    }

    /// Leaves `left` bytes of it, rounded down to pages.
    fn fill(&self, left: u64) -> Result<(), Failure> {
        const PAGE: u64 = 4096;
        let mut file = File::create(self.place.join("filler")).map_err(failed)?;
        let mut length = 0;
        loop {
            match file.write(&[0; PAGE as usize]) {
                Ok(written) => length += written as u64,
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => return Err(failed(error)),
            }
        }
        file.set_len(length.saturating_sub(left / PAGE * PAGE)).map_err(failed)
    }

    fn make_room(&self) -> Result<(), Failure> {
        std::fs::remove_file(self.place.join("filler")).map_err(failed)
    }

    fn make_writable(&self, writable: bool) -> Result<(), Failure> {
        mount(&["-o", if writable { "remount,rw" } else { "remount,ro" }], &self.place)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // It goes with the namespace at the latest.
        let _ = Command::new("umount").arg(&self.place).stderr(Stdio::null()).status();
    }
}

fn mount(options: &[&str], place: &Path) -> Result<(), Failure> {
    let mounted = Command::new("mount").args(options).arg(place).output().map_err(failed)?;
    if mounted.status.success() { Ok(()) } else { Err(failed(String::from_utf8_lossy(&mounted.stderr))) }
}

/// The room of a try: spread over all that is needed, so that every write meets the end once in a while.
fn room(number: u32, setting: &mut Setting<'_>, needed: u64) -> u64 {
    let step = needed / u64::from(setting.tries).max(1);
    u64::from(number) * step + setting.random.below(step.max(1))
}

pub fn full_while_documents_are_read(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    let disk = Disk::mount(setting.folder)?;
    let whole = Made::new(setting.folder.join("docs"), setting.folder.join("whole"), DOCUMENTS, 1)?;
    let mut losses = whole.losses(&mut setting.random)?;
    // The log of the database and the index's own copies come and go on top of what is there in the end.
    let needed = bytes(&whole.data) * 2;
    let mut full = 0;
    for number in 0..setting.tries {
        let made = whole.elsewhere(disk.place.join(number.to_string()));
        let room = room(number, setting, needed);
        disk.fill(room)?;
        let said = match Made::ended(made.start()?)? {
            Err(loss) => vec![loss],
            Ok(output) => codes(&output),
        };
        full += u32::from(!said.is_empty());
        let wrong = said.iter().filter(|code| !code.contains(FULL));
        losses.extend(wrong.map(|code| format!("{room} bytes left: {code} was told")));
        disk.make_room()?;
        losses.extend(made.losses(&mut setting.random)?.into_iter().map(|loss| format!("{room} bytes left: {loss}")));
        std::fs::remove_dir_all(&made.data).map_err(failed)?;
    }
    let note = format!("{full} met the end of the disk");
    Ok(Row { kind: "disk full while documents are read", tries: setting.tries, losses, note })
}

pub fn full_while_a_conversation_is_kept(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    /// Some hundred turns.
    const NEEDED: u64 = 2 << 20;
    let disk = Disk::mount(setting.folder)?;
    let (mut losses, mut messages) = (Vec::new(), 0);
    for number in 0..setting.tries {
        let data = disk.place.join(number.to_string());
        let room = room(number, setting, NEEDED);
        disk.fill(room)?;
        let mut promises = Promises::default();
        let mut child = talk::start(&data)?;
        promises.add(talk::said(&mut child));
        let output = child.wait_with_output().map_err(failed)?;
        let told = String::from_utf8_lossy(&output.stderr);
        if promises.failure.as_deref() != Some(FULL) || told.contains("panicked") {
            losses.push(format!("{room} bytes left: {:?} was told {told}", promises.failure));
        }
        disk.make_room()?;
        losses.extend(promises.broken(&data)?.into_iter().map(|loss| format!("{room} bytes left: {loss}")));
        messages += promises.messages();
        std::fs::remove_dir_all(&data).map_err(failed)?;
    }
    let note = format!("{messages} messages were promised");
    Ok(Row { kind: "disk full while a conversation is kept", tries: setting.tries, losses, note })
}

pub fn read_only_at_start(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    let disk = Disk::mount(setting.folder)?;
    let made = Made::new(setting.folder.join("docs"), disk.place.join("data"), DOCUMENTS, 1)?;
    let mut losses = made.losses(&mut setting.random)?;
    let mut logs = 0;
    for number in 1..=setting.tries {
        // As a kill left it, with the log beside the database, every other time.
        if number % 2 == 0 {
            let mut child = talk::start(&made.data)?;
            std::thread::sleep(std::time::Duration::from_millis(200));
            child.kill().map_err(failed)?;
            child.wait().map_err(failed)?;
        }
        logs += u32::from(made.data.join("lab.db-wal").exists());
        let before = std::fs::read(database(&made.data)).map_err(failed)?;
        disk.make_writable(false)?;
        let output = Made::ended(made.start()?)?;
        let opened = places::open_vault(&database(&made.data)).map(drop);
        disk.make_writable(true)?;
        match output {
            Ok(output) if !output.status.success() && codes(&output).iter().any(|code| code.contains(UNWRITABLE)) => {}
            other => losses.push(format!("start {number}: {other:?}")),
        }
        // With its log beside it the database can still be read.
        if opened.as_ref().is_err_and(|failure| failure.code != UNWRITABLE) {
            losses.push(format!("start {number}: the vault says {opened:?}"));
        }
        if std::fs::read(database(&made.data)).map_err(failed)? != before {
            losses.push(format!("start {number}: the database was changed"));
        }
        losses.extend(made.losses(&mut setting.random)?.into_iter().map(|loss| format!("start {number}: {loss}")));
    }
    Ok(Row { kind: "read-only disk at the start", tries: setting.tries, losses, note: format!("{logs} with a log left by a kill") })
}
