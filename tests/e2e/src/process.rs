//! The processes of this machine, as `/proc` shows them (proc(5)).

use std::path::PathBuf;

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
}
