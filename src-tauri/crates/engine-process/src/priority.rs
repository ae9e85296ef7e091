//! How the system's scheduler treats this process.

/// Puts the calling thread, and those that it starts from now on, behind everything else that wants to compute.
///
/// On Windows nothing happens yet: its counterpart is `PROCESS_MODE_BACKGROUND_BEGIN`. Nothing depends on it but how
/// quickly the rest of the machine goes on.
pub fn lower() {
    #[cfg(unix)]
    lower_on_unix();
}

#[cfg(unix)]
fn lower_on_unix() {
    /// Of -20 to 19; what `nice` adds where nothing is said.
    const NICE: libc::c_int = 10;
    // SAFETY: takes numbers and touches no memory of ours. Lowering needs no privilege; a failure is no fault.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
}
