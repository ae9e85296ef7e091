//! The system-call filters, all built and installed in one way.

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    sock_filter,
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

/// Calls by which bytes leave a process for a network without a socket of its own, as a security officer names them.
///
/// A ring (`io_uring`) opens and uses sockets behind the filter's back. The calls that reach into another process
/// could make one that has a network send for this one, or take its sockets. `bpf` and `perf_event_open` reach into
/// the kernel. `open_by_handle_at` opens files past their folders' rights. `request_key` has the kernel start a
/// helper that asks DNS (key type `dns_resolver`), and a mounted network file system is a connection.
pub const DENIED: [(&str, libc::c_long); 13] = [
    ("io_uring_setup", libc::SYS_io_uring_setup),
    ("io_uring_enter", libc::SYS_io_uring_enter),
    ("io_uring_register", libc::SYS_io_uring_register),
    ("ptrace", libc::SYS_ptrace),
    ("process_vm_readv", libc::SYS_process_vm_readv),
    ("process_vm_writev", libc::SYS_process_vm_writev),
    ("pidfd_getfd", libc::SYS_pidfd_getfd),
    ("bpf", libc::SYS_bpf),
    ("perf_event_open", libc::SYS_perf_event_open),
    ("open_by_handle_at", libc::SYS_open_by_handle_at),
    ("request_key", libc::SYS_request_key),
    ("mount", libc::SYS_mount),
    ("fsopen", libc::SYS_fsopen),
];

/// `__X32_SYSCALL_BIT` (`arch/x86/include/uapi/asm/unistd.h`): every call with a 32-bit pointer has a number with this
/// bit, and some (ptrace, process_vm_writev) have another number below it as well.
#[cfg(target_arch = "x86_64")]
pub const X32: libc::c_long = 0x4000_0000;

fn refused(error: impl std::fmt::Display) -> Error {
    Error::Refused(error.to_string())
}

/// Puts a filter over this process, all its threads and all later children: `on_match` for the calls in `rules`,
/// `otherwise` for all others. The most severe answer of all filters holds; a foreign architecture's calls kill the
/// process.
fn install(
    rules: Vec<(libc::c_long, Vec<SeccompRule>)>,
    otherwise: SeccompAction,
    on_match: SeccompAction,
) -> Result<(), Error> {
    let architecture = std::env::consts::ARCH.try_into().map_err(refused)?;
    let filter: BpfProgram = SeccompFilter::new(rules.into_iter().collect(), otherwise, on_match, architecture)
        .and_then(TryInto::try_into)
        .map_err(refused)?;
    let filter = [no_x32().as_slice(), &filter].concat();
    seccompiler::apply_filter_all_threads(&filter).map_err(refused)
}

/// Instructions before a filter's own: no call by an x32 number, whichever it is. Nothing on a 64-bit system makes one,
/// and one number less to think of is one way out less.
fn no_x32() -> BpfProgram {
    #[cfg(target_arch = "x86_64")]
    {
        let instruction = |code: u32, jt, jf, k| sock_filter { code: code as u16, jt, jf, k };
        let denied = libc::SECCOMP_RET_ERRNO | libc::EACCES as u32;
        vec![
            // The first field of `struct seccomp_data` is the call's number.
            instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
            instruction(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 0, 1, X32 as u32),
            instruction(libc::BPF_RET | libc::BPF_K, 0, 0, denied),
        ]
    }
    #[cfg(not(target_arch = "x86_64"))]
    Vec::new()
}

/// The call, where one of its arguments meets a condition.
fn meets(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<Vec<SeccompRule>, Error> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value).map_err(refused)?;
    Ok(vec![SeccompRule::new(vec![condition]).map_err(refused)?])
}

/// The call, where bits of one of its arguments have a value.
fn only(argument: u8, mask: u64, value: u64) -> Result<Vec<SeccompRule>, Error> {
    meets(argument, SeccompCmpOp::MaskedEq(mask), value)
}

/// The arguments of `clone3` lie in memory, where no filter can look; libc goes on with `clone` when told that
/// there is no such call.
pub fn no_clone3() -> Result<(), Error> {
    let denied = SeccompAction::Errno(libc::ENOSYS as u32);
    install(vec![(libc::SYS_clone3, vec![])], SeccompAction::Allow, denied)
}

/// Refuses these calls and no other.
fn refuse(rules: Vec<(libc::c_long, Vec<SeccompRule>)>) -> Result<(), Error> {
    install(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EACCES as u32))
}

/// `socket()` and `socketpair()` for every family but `AF_UNIX`, and every call of [`DENIED`].
pub fn no_network() -> Result<(), Error> {
    let not_unix = meets(0, SeccompCmpOp::Ne, libc::AF_UNIX as u64)?;
    let mut rules = vec![(libc::SYS_socket, not_unix.clone()), (libc::SYS_socketpair, not_unix)];
    rules.extend(DENIED.map(|(_, call)| (call, vec![])));
    refuse(rules)
}

/// A new thread shares its parent's process; a new process does not.
fn thread() -> Result<Vec<SeccompRule>, Error> {
    only(0, libc::CLONE_THREAD as u64, libc::CLONE_THREAD as u64)
}

pub fn compute_only() -> Result<(), Error> {
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
    install(rules, SeccompAction::Errno(libc::EACCES as u32), SeccompAction::Allow)
}

pub fn no_process() -> Result<(), Error> {
    let mut rules = vec![(libc::SYS_clone, only(0, libc::CLONE_THREAD as u64, 0)?)];
    #[cfg(target_arch = "x86_64")]
    rules.extend([(libc::SYS_fork, vec![]), (libc::SYS_vfork, vec![])]);
    refuse(rules)
}
