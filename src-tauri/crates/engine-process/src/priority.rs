//! How the system's scheduler treats this process.

/// How far this process stands back, as `nice` counts it: 0 for not at all, 19 for behind everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nice(i32);

/// Behind the window: a key that is typed while an answer is written is painted first.
pub const ANSWERS: Nice = Nice(5);
/// Behind everything else that wants to compute, answers too.
pub const BACKGROUND: Nice = Nice(15);

/// Puts the calling thread, and those that it starts from now on, behind others.
///
/// On Windows nothing happens yet: its counterpart is `SetPriorityClass`. Nothing depends on it but how quickly the rest
/// of the machine goes on.
pub fn lower(nice: Nice) {
    #[cfg(unix)]
    // SAFETY: takes numbers and touches no memory of ours. Lowering needs no privilege; a failure is no fault.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, nice.0)
    };
    #[cfg(not(unix))]
    let _ = nice;
}
