//! What a process that handles hostile bytes may still do: nearly nothing.

use std::path::Path;

use crate::Error;

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
    linux::install(linux::no_clone3()?)?;
    linux::install(linux::compute_only()?)?;
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
    linux::install(linux::no_clone3()?)?;
    linux::install(linux::no_process()?)?;
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

#[cfg(target_os = "linux")]
mod linux {
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    };

    use crate::Error;

    /// Calls that a parser keeps. Anything with a path, and anything that makes a descriptor, is missing.
    const COMPUTING: [libc::c_long; 36] = [
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_fstat,
        libc::SYS_lseek,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_brk,
        libc::SYS_madvise,
        libc::SYS_futex,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_sched_getaffinity,
        libc::SYS_sched_yield,
        libc::SYS_getrandom,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_gettimeofday,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_prlimit64,
        libc::SYS_sysinfo,
        libc::SYS_uname,
        libc::SYS_ppoll,
        libc::SYS_restart_syscall,
        libc::SYS_membarrier,
        // Refused with ENOSYS by `no_clone3`, whose answer is the one that libc understands.
        libc::SYS_clone3,
    ];

    fn refused(error: impl std::fmt::Display) -> Error {
        Error::Refused(error.to_string())
    }

    fn filter(
        rules: Vec<(libc::c_long, Vec<SeccompRule>)>,
        otherwise: SeccompAction,
        on_match: SeccompAction,
    ) -> Result<BpfProgram, Error> {
        let architecture = std::env::consts::ARCH.try_into().map_err(refused)?;
        SeccompFilter::new(rules.into_iter().collect(), otherwise, on_match, architecture)
            .and_then(TryInto::try_into)
            .map_err(refused)
    }

    /// The call, where bits of one of its arguments have a value.
    fn only(argument: u8, mask: u64, value: u64) -> Result<Vec<SeccompRule>, Error> {
        let condition =
            SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(mask), value).map_err(refused)?;
        Ok(vec![SeccompRule::new(vec![condition]).map_err(refused)?])
    }

    pub(super) fn install(filter: BpfProgram) -> Result<(), Error> {
        seccompiler::apply_filter_all_threads(&filter).map_err(refused)
    }

    /// The arguments of `clone3` lie in memory, where no filter can look; libc goes on with `clone` when told that
    /// there is no such call.
    pub(super) fn no_clone3() -> Result<BpfProgram, Error> {
        let denied = SeccompAction::Errno(libc::ENOSYS as u32);
        filter(vec![(libc::SYS_clone3, vec![])], SeccompAction::Allow, denied)
    }

    /// A new thread shares its parent's process; a new process does not.
    fn thread() -> Result<Vec<SeccompRule>, Error> {
        only(0, libc::CLONE_THREAD as u64, libc::CLONE_THREAD as u64)
    }

    pub(super) fn compute_only() -> Result<BpfProgram, Error> {
        let not_executable = only(2, libc::PROT_EXEC as u64, 0)?;
        let me = u64::from(std::process::id());
        let mut rules: Vec<_> = COMPUTING.into_iter().map(|call| (call, vec![])).collect();
        rules.push((libc::SYS_mmap, not_executable.clone()));
        rules.push((libc::SYS_mprotect, not_executable));
        rules.push((libc::SYS_clone, thread()?));
        // abort() ends this process with it.
        rules.push((libc::SYS_tgkill, only(0, u64::from(u32::MAX), me)?));
        #[cfg(target_arch = "x86_64")]
        rules.push((libc::SYS_poll, vec![]));
        filter(rules, SeccompAction::Errno(libc::EACCES as u32), SeccompAction::Allow)
    }

    pub(super) fn no_process() -> Result<BpfProgram, Error> {
        let mut rules = vec![(libc::SYS_clone, only(0, libc::CLONE_THREAD as u64, 0)?)];
        #[cfg(target_arch = "x86_64")]
        rules.extend([(libc::SYS_fork, vec![]), (libc::SYS_vfork, vec![])]);
        filter(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EACCES as u32))
    }
}
