//! What a process that handles hostile bytes may still do: nearly nothing.

use std::path::Path;

use crate::Error;
#[cfg(target_os = "linux")]
use crate::seccomp;

/// What a sandbox takes away on this system, for the person who has to account for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enforced {
    /// No file can be opened, whatever its path.
    pub files: bool,
    /// The kernel's own file-access rules (landlock) stand behind the system-call filter.
    pub landlock: bool,
    /// No process can be started.
    pub processes: bool,
}

/// Confines a parser for good: of all system calls it keeps those that compute, allocate memory that is not
/// executable, run threads, and read and write what is open already. No file, no socket, no process, no signal to
/// another; each is refused with `EACCES`. Where the kernel has landlock, its rules say the same of files once more.
///
/// Call it from the only thread, after everything that has to be opened is open.
///
/// # Errors
/// [`Error::Refused`] where the kernel has no seccomp, [`Error::Unsupported`] off Linux.
#[cfg(target_os = "linux")]
pub fn confine_parser() -> Result<Enforced, Error> {
    let landlock = restrict_files(&[], &[])?;
    seccomp::no_clone3()?;
    seccomp::compute_only()?;
    Ok(Enforced { files: true, landlock, processes: true })
}

/// Confines a recogniser, a program that is about to be started in place of this one: it reads what lies below
/// `read`, executes what is named by `execute`, and starts no other process.
///
/// # Errors
/// [`Error::Refused`] where the kernel has no seccomp, [`Error::Unsupported`] off Linux.
#[cfg(target_os = "linux")]
pub fn confine_program(read: &[&Path], execute: &[&Path]) -> Result<Enforced, Error> {
    let landlock = restrict_files(read, execute)?;
    seccomp::no_clone3()?;
    seccomp::no_process()?;
    Ok(Enforced { files: landlock, landlock, processes: true })
}

/// Windows: a job in which this process is the only one. macOS: a sandbox in which it opens and starts nothing.
///
/// # Errors
/// [`Error::Refused`] by the system, [`Error::Unsupported`] where it has neither.
#[cfg(not(target_os = "linux"))]
pub fn confine_parser() -> Result<Enforced, Error> {
    #[cfg(windows)]
    return crate::job::one_process().map(|()| Enforced { files: false, landlock: false, processes: true });
    #[cfg(target_os = "macos")]
    return macos::compute_only().map(|()| Enforced { files: true, landlock: false, processes: true });
    #[cfg(not(any(windows, target_os = "macos")))]
    return Err(Error::Unsupported);
}

/// See the Linux version: no such limits for another program here.
///
/// # Errors
/// Always [`Error::Unsupported`].
#[cfg(not(target_os = "linux"))]
pub fn confine_program(_read: &[&Path], _execute: &[&Path]) -> Result<Enforced, Error> {
    Err(Error::Unsupported)
}

#[cfg(target_os = "macos")]
mod macos {
    use std::ffi::{CStr, c_char, c_int};
    use std::ptr::null_mut;

    use crate::Error;

    unsafe extern "C" {
        fn sandbox_init(profile: *const c_char, flags: u64, error: *mut *mut c_char) -> c_int;
    }

    /// Descriptors that are open stay usable; everything else is denied.
    const PROFILE: &CStr = c"(version 1)(deny default)";

    pub(super) fn compute_only() -> Result<(), Error> {
        let mut error = null_mut();
        // SAFETY: the profile is a C string, and `error` is where a message may be put.
        match unsafe { sandbox_init(PROFILE.as_ptr(), 0, &raw mut error) } {
            0 => Ok(()),
            _ => Err(Error::Refused("sandbox_init".to_owned())),
        }
    }
}

/// Landlock's rules for the calling thread and what it starts: nothing but reading below `read` and executing
/// `execute`. False where the kernel has no landlock (before 5.13, or switched off).
#[cfg(target_os = "linux")]
fn restrict_files(read: &[&Path], execute: &[&Path]) -> Result<bool, Error> {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
        path_beneath_rules,
    };

    // The newest rules that this crate knows; an older kernel keeps those that it knows.
    const RULES: ABI = ABI::V6;
    let refused = |error: landlock::RulesetError| Error::Refused(format!("landlock: {error}"));
    let run = AccessFs::Execute | AccessFs::ReadFile;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(RULES))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(RULES)))
        .and_then(|rules| rules.scope(Scope::from_all(RULES)))
        .and_then(|rules| rules.create())
        .and_then(|rules| rules.add_rules(path_beneath_rules(read, AccessFs::ReadFile | AccessFs::ReadDir)))
        .and_then(|rules| rules.add_rules(path_beneath_rules(execute, run)))
        .and_then(|rules| rules.restrict_self())
        .map_err(refused)?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}
