//! What is made impossible for a process, whatever its code does afterwards.
//!
//! Linux: a seccomp filter for the network ([`deny_network`]), resource limits ([`limit_memory`], [`limit_cpu`]) and
//! a sandbox for what handles hostile bytes ([`confine_parser`], [`confine_program`]); all are inherited by every
//! child and cannot be taken back; of [`no_core_dumps`] a child inherits one half and calls it again. What Windows and
//! macOS offer of these is used there; a call without anything behind it returns
//! [`Error::Unsupported`], so that a caller has to decide aloud what to do without it.

mod core_dumps;
#[cfg(windows)]
mod job;
mod probe;
mod sandbox;
#[cfg(target_os = "linux")]
mod seccomp;

pub use core_dumps::no_core_dumps;
pub use probe::{Probe, probe_network};
pub use sandbox::{Enforced, confine_parser, confine_program};

/// Why a guard could not be set up. A program that gets one must not go on as if it were guarded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system has no such guard, or this program does not know it yet.
    #[error("this system offers no such guard")]
    Unsupported,
    /// The kernel refused the filter or the limit.
    #[error("the kernel refused the guard: {0}")]
    Refused(String),
}

/// Denies the process, all its threads and all later children every way onto a network: `socket()` and `socketpair()`
/// fail with `EACCES` for every family but `AF_UNIX`, and so do `io_uring` (a ring opens sockets without `socket()`),
/// what reaches into another process (`ptrace`, `process_vm_writev`, `pidfd_getfd`), what has the kernel send
/// (`request_key`, `mount`, `bpf`), and every call by an x32 number. A foreign architecture's system calls kill the
/// process, and no program that is started gains rights by its file (`no_new_privs`).
///
/// `AF_UNIX` stays: the display, the session's bus and the keyring are there. A socket that the process has already, or
/// that another one hands to it, stays usable as well.
///
/// Call it first in `main`, before a thread starts.
///
/// # Errors
/// [`Error::Refused`] where the kernel has no seccomp, [`Error::Unsupported`] off Linux.
#[cfg(target_os = "linux")]
pub fn deny_network() -> Result<(), Error> {
    seccomp::no_network()
}

/// See the Linux version: no such filter here yet.
///
/// # Errors
/// Always [`Error::Unsupported`].
#[cfg(not(target_os = "linux"))]
pub fn deny_network() -> Result<(), Error> {
    Err(Error::Unsupported)
}

/// Bounds the address space of this process, in bytes: an allocation past it fails.
///
/// # Errors
/// [`Error::Refused`] by the kernel, [`Error::Unsupported`] off Unix.
#[cfg(unix)]
pub fn limit_memory(bytes: u64) -> Result<(), Error> {
    limit(libc::RLIMIT_AS, bytes)
}

/// Bounds the processor time of this process, in seconds: the kernel ends it past that.
///
/// # Errors
/// [`Error::Refused`] by the kernel, [`Error::Unsupported`] off Unix.
#[cfg(unix)]
pub fn limit_cpu(seconds: u64) -> Result<(), Error> {
    limit(libc::RLIMIT_CPU, seconds)
}

#[cfg(target_env = "gnu")]
type Resource = libc::__rlimit_resource_t;
#[cfg(all(unix, not(target_env = "gnu")))]
type Resource = libc::c_int;

#[cfg(unix)]
fn limit(resource: Resource, value: u64) -> Result<(), Error> {
    let limit = libc::rlimit { rlim_cur: value as libc::rlim_t, rlim_max: value as libc::rlim_t };
    // SAFETY: `limit` outlives the call, which only reads it.
    match unsafe { libc::setrlimit(resource, &limit) } {
        0 => Ok(()),
        _ => Err(Error::Refused(std::io::Error::last_os_error().to_string())),
    }
}

/// Bounds the memory of this process, in bytes: an allocation past it fails.
///
/// # Errors
/// [`Error::Refused`] by the system.
#[cfg(windows)]
pub fn limit_memory(bytes: u64) -> Result<(), Error> {
    job::memory(bytes)
}

/// Bounds the processor time of this process, in seconds: the system ends it past that.
///
/// # Errors
/// [`Error::Refused`] by the system.
#[cfg(windows)]
pub fn limit_cpu(seconds: u64) -> Result<(), Error> {
    job::cpu(seconds)
}
