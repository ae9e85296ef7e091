//! The engine's process, as the system shows it (Linux only): the client hides it, as it should.

use std::path::Path;
use std::process::{Command, Stdio};

use wire::Failure;

use crate::figures::resident_bytes_of;

/// As the kernel keeps a program's name: 15 bytes of it.
const NAME: &str = "naratmal-engine";

/// The one engine that this process has started and that still runs.
///
/// # Errors
/// `engine_process_unknown` where there is none, several, or no /proc.
pub fn engine() -> Result<u32, Failure> {
    let running: Vec<u32> = children().into_iter().filter(|child| is_engine(*child)).collect();
    match running.as_slice() {
        [only] => Ok(*only),
        others => Err(Failure::new(
            "engine_process_unknown",
            "엔진 프로세스를 찾지 못했습니다. 리눅스에서 다시 실행해 주십시오.",
            format!("{} engines among the children", others.len()),
        )),
    }
}

/// A process that has ended but was not waited for yet holds no memory.
fn is_engine(process: u32) -> bool {
    let name = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    name.trim() == NAME && resident_bytes_of(process).is_some()
}

/// What the threads of this process have started.
fn children() -> Vec<u32> {
    let tasks = std::fs::read_dir(Path::new("/proc/self/task")).into_iter().flatten().flatten();
    let of_threads = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let of_threads: Vec<String> = of_threads.collect();
    of_threads.iter().flat_map(|children| children.split_whitespace()).filter_map(|child| child.parse().ok()).collect()
}

/// Kills a process with SIGKILL: nothing of it runs after.
///
/// # Errors
/// `kill_failed`.
pub fn kill(process: u32) -> Result<(), Failure> {
    let failed = |detail: String| {
        Failure::new("kill_failed", "엔진 프로세스를 끝내지 못했습니다. 리눅스에서 다시 실행해 주십시오.", detail)
    };
    let status = Command::new("kill").args(["-9", &process.to_string()]).stdin(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(format!("kill: {status}"))),
        Err(error) => Err(failed(format!("kill: {error}"))),
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_seen_and_killed_and_no_other_program_is_taken_for_the_engine() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        assert!(children().contains(&child.id()));
        assert_eq!(engine().unwrap_err().code, "engine_process_unknown");
        kill(child.id()).unwrap();
        assert!(!child.wait().unwrap().success());
        assert!(!children().contains(&child.id()));
    }
}
