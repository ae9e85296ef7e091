//! The heap that Rust, SQLite and GTK share.

/// How many arenas threads share. With one each, as glibc has it, what one thread takes and another frees stays with the
/// process: the window grew by 8 to 12 MB with every six documents, with one for all it did not (`lab soak`).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ARENAS: libc::c_int = 1;

/// Bounds what the heap keeps for itself. Call it before a thread starts: an arena that is there is not taken away.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn bound() {
    // SAFETY: mallopt() takes two integers. Where it refuses, the heap is as it was.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, ARENAS) };
}

/// Other systems' allocators give back what is free.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn bound() {}
