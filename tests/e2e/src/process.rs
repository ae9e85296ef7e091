//! The processes of this machine, as `/proc` shows them (proc(5)).

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A process whose environment could be read.
pub struct Process {
    /// Its folder, `/proc/PID`.
    pub folder: PathBuf,
    /// The variables that it was started with, each `NAME=value` with a zero behind it.
    pub environment: Vec<u8>,
}

/// All processes that there are now.
pub fn all() -> impl Iterator<Item = Process> {
    let folders = std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    // Most folders are no process's, and one that ended meanwhile has no environment left.
    folders.filter_map(|folder| Some(Process { environment: std::fs::read(folder.join("environ")).ok()?, folder }))
}

/// A variable of such an environment.
pub fn variable<'a>(environment: &'a [u8], name: &str) -> Option<&'a [u8]> {
    environment.split(|byte| *byte == 0).find_map(|variable| variable.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
}

/// The processes of a program that runs, itself first: the one that started last, and all that it started.
pub fn family(program: &Path) -> Vec<u32> {
    let folders = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = folders.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let stats: Vec<(u32, Stat)> = numbers.filter_map(|process| Some((process, Stat::of(process)?))).collect();
    let is_program = |process: u32| std::fs::read_link(format!("/proc/{process}/exe")).is_ok_and(|exe| exe == program);
    let running = stats.iter().filter(|(process, _)| is_program(*process));
    let mut family: Vec<u32> = running.max_by_key(|(_, stat)| stat.started).map(|(process, _)| *process).into_iter().collect();
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        family.extend(stats.iter().filter(|(_, stat)| stat.parent == parent).map(|(process, _)| *process));
        at += 1;
    }
    family
}

/// The name of a process as the kernel keeps it: 15 bytes of it. Empty once it ended.
pub fn name(process: u32) -> String {
    std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default().trim_end().to_owned()
}

/// When a process started, to a hundredth of a second. `None` once it ended.
pub fn started(process: u32) -> Option<SystemTime> {
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let uptime: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    let age = (uptime - Stat::of(process)?.started as f64 / TICKS_A_SECOND).max(0.0);
    SystemTime::now().checked_sub(Duration::from_secs_f64(age))
}

/// Seconds that processors have spent on a process. `None` once it ended.
pub fn cpu_seconds(process: u32) -> Option<f64> {
    Some(Stat::of(process)?.spent as f64 / TICKS_A_SECOND)
}

/// The memory of a process, in bytes, where what it shares counts in parts (PSS). `None` once it ended.
pub fn proportional_bytes(process: u32) -> Option<u64> {
    let memory = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let kilobytes = memory.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(kilobytes.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

/// File descriptors that a process has open. `None` once it ended.
pub fn descriptors(process: u32) -> Option<usize> {
    Some(std::fs::read_dir(format!("/proc/{process}/fd")).ok()?.count())
}

/// Threads of a process. `None` once it ended.
pub fn threads(process: u32) -> Option<usize> {
    Some(std::fs::read_dir(format!("/proc/{process}/task")).ok()?.count())
}

/// True where a file of this name is mapped into a process's memory.
pub fn maps(process: u32, file: &str) -> bool {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap_or_default();
    maps.lines().any(|line| line.rsplit('/').next().is_some_and(|name| name == file))
}

/// A process once and for all: numbers come back, a number with the moment of its start does not.
pub fn life(process: u32) -> Option<Life> {
    Some(Life { process, started: Stat::of(process)?.started })
}

/// A process that was seen running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life {
    /// Its number.
    pub process: u32,
    /// Ticks since the system started.
    started: u64,
}

impl Life {
    /// True while it runs. What has ended and was not waited for yet holds nothing.
    pub fn goes_on(self) -> bool {
        life(self.process) == Some(self) && std::fs::read_link(format!("/proc/{}/exe", self.process)).is_ok()
    }
}

/// `sysconf(_SC_CLK_TCK)` of every Linux there is.
const TICKS_A_SECOND: f64 = 100.0;

/// What `/proc/PID/stat` says.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// Ticks of processors, for itself and for the system's part of its work.
    spent: u64,
    /// Ticks since the system started.
    started: u64,
}

impl Stat {
    fn of(process: u32) -> Option<Self> {
        Self::read(&std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
    }

    /// The name, in brackets, may hold brackets and spaces itself.
    fn read(line: &str) -> Option<Self> {
        let mut fields = line.rsplit_once(')')?.1.split_whitespace().skip(1);
        let parent = fields.next()?.parse().ok()?;
        let [own, system] = [fields.nth(9)?, fields.next()?].map(|ticks| ticks.parse::<u64>().ok());
        Some(Self { parent, spent: own? + system?, started: fields.nth(6)?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_found_by_its_whole_name() {
        let table: [(&[u8], Option<&[u8]>); 5] = [
            (b"A=1\0HOME=/a=b\0", Some(b"/a=b")),
            (b"HOME=\0", Some(b"")),
            (b"HOMES=/a\0", None),
            (b"MY_HOME=/a\0", None),
            (b"", None),
        ];
        for (environment, wanted) in table {
            assert_eq!(variable(environment, "HOME"), wanted);
        }
    }

    #[test]
    fn a_process_is_read_whatever_it_is_called() {
        let line = |name: &str| format!("42 ({name}) S 7 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 4 0 12345 99 1 18446744073709551615");
        for name in ["naratmal", "Web Content", "a) S 1 (b"] {
            assert_eq!(Stat::read(&line(name)), Some(Stat { parent: 7, spent: 11, started: 12345 }), "{name}");
        }
        assert_eq!(Stat::read(""), None);
    }

    #[test]
    fn a_program_is_the_first_of_its_family_and_started_a_moment_ago() {
        let folder = tempfile::tempdir().unwrap();
        // A copy, so that no other process of this machine runs the same program.
        let program = folder.path().join("shell");
        std::fs::copy(std::fs::canonicalize("/bin/sh").unwrap(), &program).unwrap();
        // With a second command behind it, a shell starts the first as a process of its own.
        let mut child = std::process::Command::new(&program).args(["-c", "sleep 60; true"]).spawn().unwrap();
        let whole = (0..200).find_map(|_| {
            std::thread::sleep(Duration::from_millis(20));
            Some(family(&program)).filter(|family| family.len() == 2 && name(family[1]) == "sleep")
        });
        let memory = proportional_bytes(child.id());
        let (open, threads) = (descriptors(child.id()), threads(child.id()));
        let mapped = [maps(child.id(), "shell"), maps(child.id(), "hell")];
        let life = life(child.id()).expect("a life");
        assert!(life.goes_on());
        let age = started(child.id()).and_then(|at| at.elapsed().ok());
        for process in whole.iter().flatten().rev() {
            std::process::Command::new("kill").arg(process.to_string()).status().unwrap();
        }
        child.kill().ok();
        child.wait().unwrap();
        assert_eq!(whole.expect("the shell and its sleep")[0], child.id());
        assert!(!life.goes_on());
        assert!(memory.is_some_and(|bytes| bytes > 10_000), "{memory:?}");
        assert!(open.is_some_and(|open| open >= 3), "{open:?}");
        assert_eq!((threads, mapped), (Some(1), [true, false]));
        assert!(age.is_some_and(|age| age < Duration::from_secs(60)), "{age:?}");
    }
}
