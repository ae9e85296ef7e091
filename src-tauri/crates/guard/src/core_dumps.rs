//! No image of this process's memory on a disk.

use crate::Error;

/// Keeps the memory of this process out of core files: a crash would otherwise write keys and documents in the clear,
/// past every encryption of the vault.
///
/// The limit alone (`RLIMIT_CORE`, inherited) is not enough, because the kernel ignores it where core dumps go to a
/// program's pipe, as with systemd-coredump (core(5)). A process that is not dumpable (`PR_SET_DUMPABLE`, prctl(2))
/// has no core dump at all. It is also one that no other process of the same person can trace or read: the files of
/// its `/proc/PID` belong to root, so that `mem` and `environ` cannot be opened even by itself, and those who look at
/// a caller through `/proc/PID` (a desktop portal does) learn nothing. `/proc/self/exe` and `/proc/self/fd` still
/// serve itself. A program that is started is dumpable again and has to call this for itself.
///
/// # Errors
/// [`Error::Refused`] by the kernel, [`Error::Unsupported`] off Linux.
#[cfg(target_os = "linux")]
pub fn no_core_dumps() -> Result<(), Error> {
    crate::limit(libc::RLIMIT_CORE, 0)?;
    // SAFETY: prctl() reads two integers here.
    match unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) } {
        0 => Ok(()),
        _ => Err(Error::Refused(std::io::Error::last_os_error().to_string())),
    }
}

/// See the Linux version: nothing of the kind here yet.
///
/// # Errors
/// Always [`Error::Unsupported`].
#[cfg(not(target_os = "linux"))]
pub fn no_core_dumps() -> Result<(), Error> {
    Err(Error::Unsupported)
}
